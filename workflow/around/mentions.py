"""Colleagues named in a comment with “@”: by login or by the name people call them, with nothing needed after it."""

import re

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from workflow import cases
from workflow.errors import Invalid, Sentence, sentence
from workflow.identity import Membership, User
from workflow.models import Case, CaseGroup, CasePerson

_AT = re.compile(r"[@＠]")
MOST_NAMED = 60


def mentioned(session: Session, case: Case, body: str) -> list[str]:
    """The names of those mentioned, each once. What follows an “@” and is nobody's name is only text.

    Raises Invalid({"body": …}) for a name two colleagues share, and for one who may not see the case.
    """
    found: dict[str, User] = {}
    problems: list[Sentence] = []
    people = list(session.scalars(select(User).where(User.active).order_by(User.name))) if _AT.search(body) else []
    for at in _AT.finditer(body):
        meant = _meant(people, body[at.end() :])
        if len(meant) > 1:
            logins = [person.name for person in meant]
            said = "“{name}” could be several colleagues: write @ and one of {logins}."
            problems.append(sentence(said, name=meant[0].display_name, logins=logins))
        found |= {person.name: person for person in meant[:1]}
    problems += [_unseeing(person) for person in found.values() if not sees(session, case, person)]
    if problems:
        raise Invalid({"body": problems})
    return list(found)


def sees(session: Session, case: Case, person: User) -> bool:
    """Whether this person may see the case."""
    return session.scalar(select(Case.id).where(Case.id == case.id, cases.visible_to(person))) is not None


def who_see(session: Session, case: Case, user: User) -> list[User]:
    """Whom this user could mention in the case, by display name, at most MOST_NAMED; those who see it only because they
    may see every case are left out."""
    groups = select(CaseGroup.group_key).where(CaseGroup.case_id == case.id)
    members = select(Membership.user_name).where(Membership.group_key.in_(groups))
    people = select(CasePerson.user_name).where(CasePerson.case_id == case.id)
    query = select(User).where(User.active, User.name != user.name, or_(User.name.in_(members), User.name.in_(people)))
    return list(session.scalars(query.order_by(User.display_name, User.name).limit(MOST_NAMED)))


def _meant(people: list[User], rest: str) -> list[User]:
    """Whose login or name stands there: the longest there is; a login before a name."""
    for called in (lambda person: person.name, lambda person: person.display_name):
        there = [person for person in people if rest.lower().startswith(called(person).lower())]
        longest = max((len(called(person)) for person in there), default=0)
        if there:
            return [person for person in there if len(called(person)) == longest]
    return []


def _unseeing(person: User) -> Sentence:
    said = "{person} may not see this case and would not be told: ask them something, or send them a copy instead."
    return sentence(said, person=person.display_name)
