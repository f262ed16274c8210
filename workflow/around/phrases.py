"""Opinions a person often writes (常用意见), put into the field `opinion` by a click or a key."""

from collections.abc import Iterable

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from workflow.errors import Invalid, sentence
from workflow.identity import User
from workflow.models import OpinionPhrase

OPINION = "opinion"  # the answer of an approval in which an opinion is kept, and which its form prints
STANDARD = {  # of who has none of their own, by their language
    "zh": ("同意。", "不同意。", "已阅。", "请按规定办理。", "请补充材料后再报。"),
    "en": ("Agreed.", "Not agreed.", "Read.", "Proceed by the rules.", "Complete the papers and submit again."),
}
LONGEST, MOST = 200, 20


def of(session: Session, user: User) -> list[str]:
    """The user's phrases in their order, or the house's."""
    query = select(OpinionPhrase.text).where(OpinionPhrase.user_name == user.name).order_by(OpinionPhrase.id)
    return list(session.scalars(query)) or list(STANDARD.get(user.language, STANDARD["zh"]))


def change(session: Session, user: User, lines: Iterable[str]) -> list[str]:
    """The user's phrases are these from now on, blank and repeated ones left out; none: the house's again.

    Raises Invalid({"phrases": …}) naming the line."""
    wanted = list(dict.fromkeys(text for line in lines if (text := " ".join(line.replace("\x00", "").split()))))
    problems = [
        sentence("Line {number} has more than {most} characters.", number=number, most=LONGEST)
        for number, text in enumerate(wanted, 1)
        if len(text) > LONGEST
    ]
    if len(wanted) > MOST:
        problems.append(sentence("At most {most} phrases.", most=MOST))
    if problems:
        raise Invalid({"phrases": problems})
    session.execute(delete(OpinionPhrase).where(OpinionPhrase.user_name == user.name))
    session.add_all(OpinionPhrase(user_name=user.name, text=text) for text in wanted)
    session.flush()  # whoever asks next reads the database
    return of(session, user)
