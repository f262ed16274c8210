"""What narrows the inbox: process, activity, due, text, candidate group."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, time, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from workflow import cases, office
from workflow.clock import now
from workflow.errors import Invalid, sentence
from workflow.models import FAR, Case, CaseKey, TaskCandidate, UserTask


class Due(StrEnum):
    OVERDUE = "overdue"  # its moment has passed
    TODAY = "today"  # on the office's present day, passed or not
    WEEK = "week"  # from now on until Sunday night
    NONE = "none"  # has no due date


@dataclass(frozen=True)
class Filters:
    """Empty text means: not filtered by this. `text` looks, word by word, for any part of the case's title, its
    keys and the task's name."""

    process: str = ""
    activity: str = ""
    due: str = ""
    text: str = ""
    group: str = ""


def filters_of(asked: "Mapping[str, str] | Filters | None") -> Filters:
    """Filters from names and values; raises Invalid for a filter that does not exist."""
    if isinstance(asked, Filters):
        return asked
    asked = {name: value for name, value in (asked or {}).items() if value}
    known = {each.name for each in fields(Filters)}
    if unknown := set(asked) - known:
        raise Invalid({name: [sentence("There is no filter “{filter}”.", filter=name)] for name in unknown})
    if (due := asked.get("due")) and due not in set(Due):
        raise Invalid({"due": [sentence("There is no filter “{filter}”.", filter=due)]})
    return Filters(**asked)


def of_task(asked: Filters) -> list[ColumnElement[bool]]:
    """Conditions on user_tasks."""
    found: list[ColumnElement[bool]] = []
    if asked.process:
        found.append(UserTask.process_key == asked.process)
    if asked.activity:
        found.append(UserTask.activity_id == asked.activity)
    return found


def of_text(asked: Filters) -> list[ColumnElement[bool]]:
    """Conditions on user_tasks joined with cases: each word is found somewhere."""
    return [_word(word) for word in asked.text.split()]


def of_due(session: Session | None, asked: Filters, column: ColumnElement[datetime]) -> list[ColumnElement[bool]]:
    """Conditions on a due date; FAR and NULL both mean none. The session is asked for the office's day."""
    if not asked.due:
        return []
    if asked.due == Due.NONE:
        return [or_(column.is_(None), column == FAR)]
    start, end = _window(session, Due(asked.due))
    return [and_(column >= start, column < end) if start else column < end]


def of_group(asked: Filters) -> list[ColumnElement[bool]]:
    """Open tasks offered to a group, claimed or not. An ended task is no longer offered to anybody: for the list of
    what is done this filter says nothing."""
    if not asked.group:
        return []
    offered = select(TaskCandidate.task_id).where(
        TaskCandidate.task_id == UserTask.id, TaskCandidate.candidate == f"group:{asked.group}"
    )
    return [offered.exists().correlate(UserTask)]


def _word(word: str) -> ColumnElement[bool]:
    keyed = select(CaseKey.key).where(
        CaseKey.case_id == Case.id, CaseKey.key.contains(cases.normal(word), autoescape=True)
    )
    return or_(
        Case.title.icontains(word, autoescape=True),
        Case.business_key.icontains(word, autoescape=True),
        UserTask.name.icontains(word, autoescape=True),
        keyed.exists(),
    )


def _window(session: Session, due: Due) -> tuple[datetime | None, datetime]:
    here = office.of(session)
    if due is Due.OVERDUE:
        return None, now()
    today = here.today()
    days = 1 if due is Due.TODAY else 7 - today.weekday()
    midnight = datetime.combine(today, time(), here.settings.zone)
    end = datetime.combine(today + timedelta(days=days), time(), here.settings.zone)
    return (midnight if due is Due.TODAY else now()), end
