"""What people said with a step: out of the history, so that it stays as it was said.

A vote of a hidden ballot is told when its signing has closed, and before that by nobody.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from sqlalchemy import bindparam, or_, select

from workflow.around.phrases import OPINION
from workflow.models import HistoryEvent
from workflow.statements import Statement

DONE, CLOSED = "completed", "signing_closed"  # the kinds of events opinions stand in
SENT_BACK, REOPENED = "sent_back", "reopened"  # and those that make them void
MOST = 80  # events a page reads: the last of a case
LATEST = Statement(
    select(HistoryEvent.kind, HistoryEvent.token_id, HistoryEvent.data)
    .where(
        HistoryEvent.case_id == bindparam("case_id"),
        or_(*(HistoryEvent.kind == each for each in (DONE, CLOSED, SENT_BACK, REOPENED))),
    )
    .order_by(HistoryEvent.seq.desc())
    .limit(MOST)
)
Votes = Mapping[str, Mapping[str, Any]]  # token → the vote, as the closing of its signing told it


class Happened(Protocol):
    """As much of an event as tells an opinion."""

    kind: str
    token_id: str | None
    data: Mapping[str, Any]


def of(events: Iterable[Happened]) -> dict[int, str]:
    """Opinions by the id of the task they were given with; a task without one is left out."""
    known = list(events)
    votes = told(known)
    said = ((each.data.get("task"), given(each, votes).get(OPINION)) for each in known if each.kind == DONE)
    return {task: str(opinion) for task, opinion in said if task and opinion}


def void(events: Iterable[Happened]) -> set[int]:
    """The ids of the tasks that were done again since, or are to be."""
    return {task for each in events if each.kind in (SENT_BACK, REOPENED) for task in each.data.get("void") or ()}


def told(events: Iterable[Happened]) -> Votes:
    """The hidden votes that may be known by now."""
    closed = (each.data.get("votes") or () for each in events if each.kind == CLOSED)
    return {str(vote["token"]): vote for votes in closed for vote in votes}


def given(event: Happened, votes: Votes) -> dict[str, Any]:
    """The answers as the history keeps them: those of a step, or of a vote; {} of a vote that is not told."""
    if event.data.get("hidden"):
        vote = votes.get(event.token_id or "")
        return (
            {**(vote.get("answers") or {}), OPINION: vote.get(OPINION), "outcome": vote.get("outcome")} if vote else {}
        )
    plain = {name: event.data[name] for name in (OPINION, "outcome") if event.data.get(name)}
    return {**(event.data.get("answers") or {}), **(event.data.get("variables") or {}), **plain}
