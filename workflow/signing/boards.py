"""The board of a signing: who has signed, who is missing and since when, and what was said where it may be seen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import ballots, cosigners, definitions, voting
from workflow.engine import Gathering
from workflow.identity import User
from workflow.models import HistoryEvent, UserTask
from workflow.statuses import SignerPlace, TaskKind, TaskStatus
from workflow.voting import Side, Terms


class Place(StrEnum):
    """Where somebody stands in a signing."""

    SIGNED = "signed"
    ASKED = "asked"  # it is their turn
    WAITS = "waits"  # for one asked before them
    LATER = "later"  # their turn has not come


@dataclass(frozen=True)
class Line:
    """One person. `since`: when they were asked or, signed, when they signed. `side`, `outcome` and `opinion` are None
    where the reader may not see them. `added`: where they were added, by `added_by`."""

    signer: str | None
    place: Place
    since: datetime | None = None
    who: str | None = None
    on_behalf_of: str | None = None
    side: Side | None = None
    outcome: str | None = None
    opinion: str | None = None
    weight: int = 1
    task_id: int | None = None
    added: SignerPlace | None = None
    added_by: str | None = None
    reason: str = ""


@dataclass(frozen=True)
class Board:
    """A signing as a reader may see it. `terms` are None beside a plain step, which needs everybody's agreement.
    `figures`: result, for, against, abstain, total, quorum (engine.signing), None while votes are hidden; `closed`: it
    is over. `aside_since`: the holder of the plain step is done, since then it waits for others."""

    activity_id: str
    terms: Terms | None
    hidden: bool
    closed: bool
    lines: tuple[Line, ...]
    figures: Mapping[str, Any] | None
    twice: tuple[str, ...] = ()
    aside_since: datetime | None = None

    @property
    def signers(self) -> tuple[Line, ...]:
        return self.lines

    @property
    def votes(self) -> tuple[Line, ...] | None:
        """Who has signed, in that order; None while votes are hidden."""
        return None if self.hidden else tuple(line for line in self.lines if line.place is Place.SIGNED)

    @property
    def voted(self) -> int:
        return sum(line.place is Place.SIGNED for line in self.lines)

    @property
    def quorum(self) -> bool | None:
        return None if self.figures is None else bool(self.figures["quorum"])

    @property
    def result(self) -> str | None:
        """agreed, refused or undecided as it stands; None while votes are hidden."""
        return None if self.figures is None else str(self.figures["result"])


def board(session: Session, task: UserTask, reader: User | None = None) -> Board | None:
    """The board of the signing a task is part of, now or when it closed; of a plain step, or of the task of one asked
    beside it, that of those asked. None where nobody signs together. A reader sees their own vote always."""
    if task.kind is TaskKind.SIGNER:
        return _of_step(session, session.get_one(UserTask, task.parent_id))
    if not ballots.is_signed(session, task):
        return _of_step(session, task)
    gathering = ballots.gathering_of(session, task)
    if gathering is not None:
        return _open(session, task, gathering, reader)
    return _closed(session, task)


def _open(session: Session, task: UserTask, gathering: Gathering, reader: User | None) -> Board:
    tasks = _tasks(session, task, gathering)
    added = _added(session, task, gathering.key)
    votes = [_vote(vote, tasks, added) for vote in gathering.votes]
    if gathering.terms.hidden:
        votes = [line if reader is not None and line.who == reader.name else _veiled(line) for line in votes]
    missing = [
        Line(
            signer=seat.signer,
            place=Place.LATER if seat.token_id is None else Place.WAITS if seat.behind else Place.ASKED,
            since=tasks[seat.token_id].created_at if seat.token_id in tasks else None,
            who=tasks[seat.token_id].assignee if seat.token_id in tasks else None,
            weight=seat.weight,
            task_id=tasks[seat.token_id].id if seat.token_id in tasks else None,
            **added.get(seat.signer or "", {}),
        )
        for seat in gathering.seats
    ]
    terms = gathering.terms
    told = None if terms.hidden else voting.figures(gathering.tally)
    return Board(task.activity_id, terms, terms.hidden, False, (*votes, *missing), told, gathering.twice)


def _closed(session: Session, task: UserTask) -> Board | None:
    closed = (HistoryEvent.instance_id == task.instance_id, HistoryEvent.kind == "signing_closed")
    query = select(HistoryEvent).where(HistoryEvent.case_id == task.case_id, *closed).order_by(HistoryEvent.seq)
    event = next((e for e in session.scalars(query) if _holds(e.data["votes"], task)), None)
    if event is None:
        return None
    added = _added(session, task, event.data["signing"])
    properties = definitions.activities(session, task.definition)[task.activity_id]["properties"]
    lines = tuple(_vote(vote, {}, added) for vote in event.data["votes"])
    return Board(task.activity_id, voting.read(properties), False, True, lines, event.data)


def _holds(votes: Iterable[Mapping[str, Any]], task: UserTask) -> bool:
    return any(vote["token"] == task.token_id for vote in votes)


def _tasks(session: Session, task: UserTask, gathering: Gathering) -> dict[str, UserTask]:
    tokens = [*(seat.token_id for seat in gathering.seats), *(vote["token"] for vote in gathering.votes)]
    of_them = (UserTask.instance_id == task.instance_id, UserTask.token_id.in_([each for each in tokens if each]))
    return {each.token_id: each for each in session.scalars(select(UserTask).where(*of_them))}


def _added(session: Session, task: UserTask, key: str) -> dict[str, dict[str, Any]]:
    """Who was added by hand: where, by whom, why."""
    told = (HistoryEvent.instance_id == task.instance_id, HistoryEvent.kind == "signer_added")
    query = select(HistoryEvent).where(HistoryEvent.case_id == task.case_id, *told).order_by(HistoryEvent.seq)
    return {
        event.data["to"]: {
            "added": SignerPlace(event.data["where"]),
            "added_by": event.actor,
            "reason": event.data["reason"],
        }
        for event in session.scalars(query)
        if event.data.get("signing") == key
    }


def _vote(vote: Mapping[str, Any], tasks: Mapping[str, UserTask], added: Mapping[str, Mapping[str, Any]]) -> Line:
    at = vote.get("at")
    task = tasks.get(vote["token"])
    return Line(
        signer=vote["signer"],
        place=Place.SIGNED,
        since=datetime.fromisoformat(at) if at else None,
        who=vote["who"],
        on_behalf_of=vote.get("onBehalfOf"),
        side=Side(vote["side"]),
        outcome=vote["outcome"],
        opinion=vote.get("opinion") or "",
        weight=vote["weight"],
        task_id=task.id if task else None,
        **added.get(vote["signer"] or "", {}),
    )


def _veiled(line: Line) -> Line:
    return replace(line, side=None, outcome=None, opinion=None)


def _of_step(session: Session, task: UserTask) -> Board | None:
    asked = cosigners.of(session, task.id)
    if not asked:
        return None
    aside = cosigners.aside(session, task)
    lines = []
    for each in asked:
        its, said = each.signer_task, cosigners.side(each)
        place = Place.SIGNED if said else Place.ASKED if cosigners.is_open(each) else Place.LATER
        done = its is not None and its.status is TaskStatus.COMPLETED
        lines.append(
            Line(
                signer=each.person,
                place=place,
                since=None if its is None else its.ended_at if done else its.created_at,
                who=None if its is None else its.completed_by or its.assignee,
                on_behalf_of=its.on_behalf_of if its is not None else None,
                side=said,
                outcome=its.outcome if its is not None else None,
                opinion=each.opinion or "",
                task_id=None if its is None else its.id,
                added=each.place,
                added_by=each.asked_by,
                reason=each.reason,
            )
        )
    closed = task.status is not TaskStatus.OPEN
    return Board(task.activity_id, None, False, closed, tuple(lines), None, (), aside.set_aside_at if aside else None)
