"""Names of people, elements and tokens, as columns keep them."""

from datetime import UTC, datetime

from sqlalchemy import String

Person = String(60)
ElementId = String(200)
TokenId = String(60)
LONGEST_WORD = 200  # characters of a value that lists are searched by
Word = String(LONGEST_WORD).with_variant(String(LONGEST_WORD, collation="C"), "postgresql")  # in the order of the code
FAR = datetime(9000, 1, 1, tzinfo=UTC)  # sorts what has no due date behind everything that has
