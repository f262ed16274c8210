"""Cases: the matter itself, over all its process instances; who may see it and what finds it."""

import unicodedata
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, String, bindparam, or_, select, true
from sqlalchemy.dialects.postgresql import insert  # both databases say "or else" in the same words
from sqlalchemy.orm import Session

from workflow import clock, history, marks, news, onlookers, rows, substitutes
from workflow.clock import now
from workflow.errors import Conflict, Invalid, NotFound, sentence
from workflow.identity import User
from workflow.models import Case, CaseGroup, CaseKey, CasePerson
from workflow.statements import Given, Statement

READ_ALL = "cases.read_all"  # the permission to see every case; counts from groups without limits only


def _named(cases: Sequence[Given]) -> Any:
    return select(Case.business_key).where(Case.business_key.in_([case("business_key", String()) for case in cases]))


_NAMED = Statement(_named)
KEYS = Statement(select(CaseKey.key).where(CaseKey.case_id == bindparam("case_id")).order_by(CaseKey.key))
_KEY, _GROUP, _PERSON = (
    Statement(insert(table).on_conflict_do_nothing(), table.__table__.c.keys())
    for table in (CaseKey, CaseGroup, CasePerson)
)


def open_case(session: Session, business_key: str, title: str, process_key: str, by: str) -> Case:
    """A new case, findable by its business key, which no other case may have (Conflict). `by` is a user's name."""
    (case,) = open_cases(session, [(business_key, title)], process_key, by)
    return case


def open_cases(session: Session, wanted: Sequence[tuple[str, str]], process_key: str, by: str) -> list[Case]:
    """New cases, each of a (business key, title), in two round trips. Refuses all of them as `open_case` does one."""
    keys = [business_key.strip() for business_key, _ in wanted]
    if not all(keys):
        raise Invalid({"business_key": [sentence("A case needs a business key.")]})
    there = {row.business_key for row in rows.ask_of_all(session, _NAMED, [{"business_key": key} for key in keys])}
    for key in filter(there.__contains__, keys):
        raise Conflict("There is already a case “{key}”.", key=key)
    with clock.held(now()):
        return _opened(session, keys, [title[:300] for _, title in wanted], process_key, by)


def _opened(session: Session, keys: Sequence[str], titles: Sequence[str], process_key: str, by: str) -> list[Case]:
    facts = {"process_key": process_key, "opened_at": now(), "opened_by": by}
    named = zip(keys, titles, strict=True)
    opened = rows.new(session, Case, *({"business_key": key, "title": title, **facts} for key, title in named))
    for case, key, title in zip(opened, keys, titles, strict=True):
        history.begin(session, case)
        history.record(session, case, by, "opened", title=title, business_key=key)
        add_key(session, case, key)
    if by != history.SYSTEM:
        _let_see(session, [case.id for case in opened], (), [by])  # there is no task yet to look on at
    return opened


def rename(session: Session, case: Case, title: str, by: str) -> None:
    """Give the case another title; the old one stays in the history."""
    title = title.strip()[:300]
    if title and title != case.title:
        history.record(session, case, by, "renamed", before=case.title, after=title)
        rows.change(session, Case, case.id, title=title)


def add_key(session: Session, case: Case, key: str) -> None:
    """One more key a scanner or a search finds the case by. Adding it again changes nothing."""
    kept = normal(key)[:120]
    if kept:
        rows.write(session, _KEY(case_id=case.id, key=kept))


def normal(key: str) -> str:
    """A key as it is kept and compared: full-width letters and digits made plain, no blanks, lower case."""
    return "".join(unicodedata.normalize("NFKC", key).split()).lower()


def visible(session: Session, user: User) -> Select[tuple[Case]]:
    """The cases this user may see: those where they or one of their groups has or had work, or all of them."""
    may_see = [visible_to(user)]
    for standing in substitutes.stands_for(session, user).values():
        theirs, keys = shown_to(standing.group_keys, standing.principal), standing.process_keys
        may_see.append(theirs & Case.process_key.in_(keys) if keys else theirs)
    return select(Case).where(or_(*may_see))


def visible_to(user: User, case_id: ColumnElement[int] = Case.id) -> ColumnElement[bool]:
    """The condition on `cases`, or on what has this `case_id`, that says the user may see a row."""
    if user.may_everywhere(READ_ALL):
        return case_id.is_not(None)
    return shown_to(user.group_keys, user.name, case_id)


def reached(
    session: Session, user: User, permission: str, case_id: ColumnElement[Any] = Case.id
) -> ColumnElement[bool]:
    """The condition on what belongs to a case by `case_id` that a permission to see it reaches it: whoever has it in
    limited groups only is shown what belongs to cases they may see. Nothing is asked of the others."""
    if user.may_everywhere(permission) or not user.may(permission):
        return true()
    return case_id.in_(visible(session, user).with_only_columns(Case.id))


def shown_to(group_keys: Any, name: Any, case_id: ColumnElement[int] = Case.id) -> ColumnElement[bool]:
    """The condition that one of these groups or the person may see the case; both may be `bindparam`s."""
    groups = select(CaseGroup.case_id).where(CaseGroup.group_key.in_(group_keys), CaseGroup.case_id == case_id)
    people = select(CasePerson.case_id).where(CasePerson.user_name == name, CasePerson.case_id == case_id)
    return or_(groups.exists(), people.exists())


def find(session: Session, case_id: int, user: User) -> Case:
    """The case, if this user may see it; else NotFound."""
    case = session.scalar(visible(session, user).where(Case.id == case_id))
    if case is None:
        raise NotFound
    return case


def by_key(session: Session, key: str, user: User) -> list[Case]:
    """The cases with this key that the user may see, open ones first."""
    query = visible(session, user).join(CaseKey, CaseKey.case_id == Case.id).where(CaseKey.key == normal(key))
    return list(session.scalars(query.order_by(Case.closed_at.is_not(None), Case.id.desc())))


def keys(session: Session, case: Case) -> list[str]:
    (found,) = rows.ask(session, KEYS(case_id=case.id))
    return [row.key for row in found]


def show_to(session: Session, case_id: int, groups: Sequence[str] = (), people: Sequence[str] = ()) -> None:
    """From now on these groups and people (by name) may see the case; there is something new for them."""
    _let_see(session, [case_id], groups, people)
    onlookers.keep_up(session, case_id)
    marks.keep_seen(session, case_id)


def _let_see(session: Session, case_ids: Sequence[int], groups: Sequence[str], people: Sequence[str]) -> None:
    news.for_(session, [f"group:{key}" for key in groups] + [f"user:{name}" for name in people])
    rows.write(
        session,
        *(_GROUP(case_id=case_id, group_key=key) for case_id in case_ids for key in groups),
        *(_PERSON(case_id=case_id, user_name=name) for case_id in case_ids for name in people),
    )
