"""Names of people, elements and tokens, and what lists are searched by, as columns keep them."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Dialect, Integer, String
from sqlalchemy.dialects.postgresql import ARRAY, BIT
from sqlalchemy.types import TypeDecorator, TypeEngine


class Numbers(TypeDecorator[list[int]]):
    """Whole numbers of 32 bits: an array on PostgreSQL, whose indexes know what is in it."""

    impl = JSON
    cache_ok = True
    plain = "sa.JSON().with_variant(sa.ARRAY(sa.Integer()), 'postgresql')"  # as a step of the migrations says it

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The database's own type."""
        return dialect.type_descriptor(ARRAY(Integer()) if dialect.name == "postgresql" else JSON())


SKETCH_BITS = 256
Sketch = String(SKETCH_BITS).with_variant(BIT(SKETCH_BITS), "postgresql")  # zeros and ones
Person = String(60)
ElementId = String(200)
TokenId = String(60)
LONGEST_WORD = 200  # characters of a value that lists are searched by
Word = String(LONGEST_WORD).with_variant(String(LONGEST_WORD, collation="C"), "postgresql")  # in the order of the code
FAR = datetime(9000, 1, 1, tzinfo=UTC)  # sorts what has no due date behind everything that has
