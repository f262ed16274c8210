"""What happened: append-only, numbered 1..n in each case without a gap.

The number needs the case held: whoever changes a case holds its row until the end of the transaction, so
everything that concerns one case happens one after the other. Hold the case before anything inside it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, event, func, select
from sqlalchemy.orm import Session, undefer

from workflow import news, rows
from workflow.clock import now
from workflow.identity import User
from workflow.models import Case, HistoryEvent, ProcessDefinition, ProcessInstance
from workflow.statements import Filled, Statement

SYSTEM = "system"
LEAVING = ("completed", "cancelled", "skipped")  # kinds of events that say a token has left an element
MOVED = ("upgraded", "upgrade_undone")  # kinds: to another version of its process; data.was.definition says from which
_HOLD = Statement(
    select(Case.id, Case.clock_stopped_by, Case.clock_reason)
    .where(Case.id == bindparam("case_id"))
    .with_for_update(key_share=True)
)
_CLOCKS = "case_clocks"
_LAST = Statement(select(func.max(HistoryEvent.seq).label("seq")).where(HistoryEvent.case_id == bindparam("case_id")))


@dataclass(frozen=True)
class Event:
    """One line of a case's story. `name` and `names` are the activity's (language → name); `person` is the display
    name of the actor, or "" for the machine."""

    seq: int
    at: datetime
    actor: str
    person: str
    kind: str
    activity_id: str | None
    activity_kind: str
    name: str
    names: Mapping[str, str]
    instance_id: int | None
    token_id: str | None
    data: Mapping[str, Any] = field(default_factory=dict)


class Entry(NamedTuple):
    """What `record` says of one event."""

    actor: str
    kind: str
    activity_id: str | None
    token_id: str | None
    data: Mapping[str, Any]


def hold(session: Session, case_id: int, *questions: Filled) -> list[list[Any]]:
    """Hold the case until the transaction ends, against every other command in it.

    `questions` (rows.ask) are asked in the same round trip, once the case is held; returns their answers."""
    numbers = _numbers(session)
    if case_id in numbers:
        return rows.ask(session, *questions) if questions else []
    held, last, *answers = rows.ask(session, _HOLD(case_id=case_id), _LAST(case_id=case_id), *questions)
    numbers[case_id] = last[0].seq or 0
    for case in held:
        keep_clock(session, case_id, case.clock_stopped_by, case.clock_reason)
    return answers


def begin(session: Session, case: Case) -> None:
    """The case is new in this transaction: nobody else can see it, nothing has happened in it."""
    _numbers(session)[case.id] = 0


def keep_clock(session: Session, case_id: int, by: str | None, reason: str | None) -> None:
    """How the held case's clock stands (workflow.around.case_clock): by whom and why it was stopped, None: it goes."""
    session.info.setdefault(_CLOCKS, {})[case_id] = None if by is None else (by, reason or "")


def clock(session: Session, case_id: int) -> tuple[str, str] | None:
    """By whom and why the clock of the held case was stopped; None when it goes. Asks nothing."""
    return session.info.get(_CLOCKS, {}).get(case_id)


def record(
    session: Session,
    case: Case | int,
    actor: str,
    kind: str,
    instance: ProcessInstance | int | None = None,
    activity_id: str | None = None,
    token_id: str | None = None,
    **data: Any,
) -> None:
    """Add one event to a case (or its id). `actor` is a user's name or "system"; `kind` a past participle;
    `data` JSON values only."""
    record_all(session, case, instance, [Entry(actor, kind, activity_id, token_id, data)])


def record_all(
    session: Session, case: Case | int, instance: ProcessInstance | int | None, entries: Sequence[Entry]
) -> None:
    """Add several events, in this order, that happened at one moment."""
    case_id = case if isinstance(case, int) else case.id
    instance_id = instance.id if isinstance(instance, ProcessInstance) else instance
    hold(session, case_id)
    news.of_case(session, case_id)
    numbers = _numbers(session)
    of = {"case_id": case_id, "instance_id": instance_id, "at": now()}
    numbered = enumerate(entries, numbers[case_id] + 1)
    rows.add_all(session, HistoryEvent, [{**of, "seq": seq, **entry._asdict()} for seq, entry in numbered])
    numbers[case_id] += len(entries)


def timeline(session: Session, case: Case) -> list[Event]:
    """Everything that happened in the case, oldest first, with the names people know."""
    query = (
        select(HistoryEvent, ProcessInstance.definition_id, User.display_name)
        .outerjoin(ProcessInstance, ProcessInstance.id == HistoryEvent.instance_id)
        .outerjoin(User, User.name == HistoryEvent.actor)
        .where(HistoryEvent.case_id == case.id)
        .order_by(HistoryEvent.seq)
    )
    found = session.execute(query).all()
    versions = _versions(found)
    activities = _activities(session, set(versions) - {None})
    return [
        _event(row.HistoryEvent, row.display_name, activities.get(version, {}))
        for row, version in zip(found, versions, strict=True)
    ]


def _versions(found: Sequence[Any]) -> list[int | None]:
    """The definition each event happened in: before an instance was moved to another version, the one it came from."""
    before: dict[int, int] = {}
    versions: list[int | None] = []
    for row in reversed(found):
        happened = row.HistoryEvent
        versions.append(before.get(happened.instance_id, row.definition_id))
        if happened.kind in MOVED:
            before[happened.instance_id] = happened.data["was"]["definition"]
    return versions[::-1]


def open_tokens(session: Session, instance_id: int) -> dict[str, str]:
    """token id → activity id of what has entered an activity of this instance and not left it, as the history knows."""
    query = (
        select(HistoryEvent.token_id, HistoryEvent.activity_id, HistoryEvent.kind)
        .where(HistoryEvent.instance_id == instance_id, HistoryEvent.kind.in_(("entered", *LEAVING)))
        .order_by(HistoryEvent.seq)
    )
    found: dict[str, str] = {}
    for token_id, activity_id, kind in session.execute(query):
        if kind == "entered":
            found[token_id] = activity_id
        else:
            found.pop(token_id, None)
    return found


def _activities(session: Session, definition_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    query = select(ProcessDefinition).where(ProcessDefinition.id.in_(definition_ids))
    found = session.scalars(query.options(undefer(ProcessDefinition.activities)))
    return {definition.id: definition.activities for definition in found}


def _event(row: HistoryEvent, person: str | None, activities: Mapping[str, Any]) -> Event:
    activity = activities.get(row.activity_id) or {}
    return Event(
        seq=row.seq,
        at=row.at,
        actor=row.actor,
        person=person or "",
        kind=row.kind,
        activity_id=row.activity_id,
        activity_kind=activity.get("kind") or "",
        name=activity.get("name") or row.activity_id or "",
        names=activity.get("names") or {},
        instance_id=row.instance_id,
        token_id=row.token_id,
        data=row.data,
    )


def _numbers(session: Session) -> dict[int, int]:
    return session.info.setdefault("last_history_number", {})


@event.listens_for(Session, "after_soft_rollback")
def _forget_numbers(session: Session, _previous: Any) -> None:
    """What was counted may have been undone, also by a savepoint; ask the database again."""
    session.info.pop("last_history_number", None)
    session.info.pop(_CLOCKS, None)


@event.listens_for(Session, "after_commit")
def _release(session: Session) -> None:
    session.info.pop("last_history_number", None)
    session.info.pop(_CLOCKS, None)
