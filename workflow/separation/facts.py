"""What has been done in a case, and by whom: everything a judgement needs, in one question to the database.

An act stands until a send-back or its own performer makes it void (SupersededTask). The standing acts of an element are
its last one in each process instance; of an element done by several, all since it was last entered.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from workflow import history, rows
from workflow.duties.language import Place
from workflow.identity import Membership
from workflow.models import Case, HistoryEvent, ProcessInstance, Upgrade, UpgradeRun, UserTask
from workflow.models.returns import SupersededTask
from workflow.statements import Statement, one_of
from workflow.statuses import TaskKind, TaskStatus, UpgradeStatus

_DONE = Statement(
    select(
        UserTask.id,
        UserTask.instance_id,
        UserTask.process_key,
        UserTask.activity_id,
        UserTask.token_id,
        UserTask.completed_by,
        UserTask.on_behalf_of,
        UserTask.prepared_by,
        UserTask.ended_at,
        UserTask.kind,
        UserTask.passed_over,
        SupersededTask.return_id,
    )
    .outerjoin(SupersededTask, SupersededTask.task_id == UserTask.id)
    .where(
        UserTask.case_id == bindparam("case_id"),
        UserTask.status == TaskStatus.COMPLETED,
        one_of(UserTask.kind, (TaskKind.STEP, TaskKind.CORRECTION, TaskKind.SIGNER)),
    )
    .order_by(UserTask.ended_at, UserTask.id)
)
_MOVES = Statement(
    select(Upgrade.instance_id, Upgrade.ended_at, UpgradeRun.mapping)
    .join(UpgradeRun, UpgradeRun.id == Upgrade.run_id)
    .where(Upgrade.case_id == bindparam("case_id"), Upgrade.status == UpgradeStatus.DONE)
    .order_by(Upgrade.id)
)
_INSTANCES = Statement(
    select(
        ProcessInstance.id,
        ProcessInstance.parent_id,
        ProcessInstance.definition_id,
        ProcessInstance.started_by,
        Case.opened_by,
        Case.taken_over_by,
    )
    .join(Case, Case.id == ProcessInstance.case_id)
    .where(ProcessInstance.case_id == bindparam("case_id"))
)
_VERSIONS = Statement(
    select(ProcessInstance.definition_id).where(ProcessInstance.case_id == bindparam("case_id")).distinct()
)
_GROUPS = Statement(
    select(Membership.user_name, Membership.group_key).where(
        (Membership.user_name == bindparam("one")) | (Membership.user_name == bindparam("other"))
    )
)
_ENTERED = Statement(
    select(HistoryEvent.seq, HistoryEvent.kind, HistoryEvent.token_id)
    .where(
        HistoryEvent.instance_id == bindparam("instance_id"),
        HistoryEvent.activity_id == bindparam("activity_id"),
        one_of(HistoryEvent.kind, ("entered", "completed")),
    )
    .order_by(HistoryEvent.seq)
)
_TOKENS = Statement(
    select(UserTask.token_id).where(
        UserTask.instance_id == bindparam("instance_id"), UserTask.activity_id == bindparam("activity_id")
    )
)


@dataclass(frozen=True)
class Act:
    """A completed task: the element by the version its instance runs on now, and the people behind it.

    `counts`: it was done by whom the process asked. Who was asked to sign along, or whose opinion of before stood for
    it, is behind the act, but is not one of the people a rule asks for.
    """

    task_id: int
    instance_id: int
    place: Place
    drawn_as: str  # the element's id when it was done
    token_id: str
    people: frozenset[str]
    counts: bool


@dataclass(frozen=True)
class Facts:
    """Of one case, as it is now. `instances`: by id; `groups`: of the people asked about."""

    acts: tuple[Act, ...]
    instances: Mapping[int, Any]
    groups: Mapping[str, frozenset[str]]

    @property
    def definitions(self) -> set[int]:
        """The versions the instances of the case run on."""
        return {each.definition_id for each in self.instances.values()}

    def starters(self, instance_id: int) -> set[str]:
        """Who began the case, or the outermost process around this one, and who stands for them since they have left;
        nobody when the machine did."""
        instance = self.instances[instance_id]
        of_case = {instance.opened_by, instance.taken_over_by}
        while instance.parent_id is not None:
            instance = self.instances[instance.parent_id]
        return {*of_case, instance.started_by} - {history.SYSTEM, None}


def of_case(session: Session, case_id: int, people: Iterable[str], but: int | None = None) -> Facts:
    """The facts of a case and the groups of these (one or two) people; the task `but` is not counted as done."""
    one, other, *_ = [*people, "", ""]
    done, moves, instances, groups = rows.ask(
        session,
        _DONE(case_id=case_id),
        _MOVES(case_id=case_id),
        _INSTANCES(case_id=case_id),
        _GROUPS(one=one, other=other),
    )
    acts = tuple(_act(row, moves) for row in done if row.return_id is None and row.id != but)
    held = {name: frozenset(row.group_key for row in groups if row.user_name == name) for name in (one, other)}
    return Facts(acts, {row.id: row for row in instances}, held)


def versions(session: Session, case_id: int) -> set[int]:
    """The versions the processes of a case run on."""
    (found,) = rows.ask(session, _VERSIONS(case_id=case_id))
    return {row.definition_id for row in found}


def standing(session: Session, acts: Sequence[Act], several: Collection[Place]) -> list[Act]:
    """Of these acts those that count and stand: the last one of each element in each instance; of what is done by
    `several`, those since it was last entered."""
    found: dict[tuple[int, Place], list[Act]] = {}
    for act in acts:
        if act.counts:
            found.setdefault((act.instance_id, act.place), []).append(act)
    kept = []
    for (_instance, place), these in found.items():
        kept += _of_last_round(session, these) if place in several else these[-1:]
    return sorted(kept, key=acts.index)


def _of_last_round(session: Session, acts: list[Act]) -> list[Act]:
    """What several people have done since the element as a whole was entered last: the token around theirs."""
    where = {"instance_id": acts[0].instance_id, "activity_id": acts[-1].drawn_as}
    events, tokens = rows.ask(session, _ENTERED(**where), _TOKENS(**where))
    theirs = {row.token_id for row in tokens}
    entered = max((row.seq for row in events if row.kind == "entered" and row.token_id not in theirs), default=0)
    ended = {row.token_id: row.seq for row in events if row.kind == "completed"}
    return [act for act in acts if ended.get(act.token_id, entered) >= entered]


def apart(acts: Iterable[Act]) -> int:
    """How many of these acts have nobody in common: distinct people, a substitute and their principal being one.

    Exact for pairs of an act each; for chains of substitutes the order of time decides."""
    seen: set[str] = set()
    number = 0
    for act in sorted(acts, key=lambda act: len(act.people)):
        if not act.people & seen:
            number += 1
            seen |= act.people
    return number


def _act(row: Any, moves: Sequence[Any]) -> Act:
    """By the id the element has after every move of its instance to another version since."""
    name = row.activity_id
    for move in moves:
        if move.instance_id == row.instance_id and move.ended_at >= row.ended_at:
            name = move.mapping.get(name, name)
    people = frozenset(filter(None, (row.completed_by, row.on_behalf_of, *row.prepared_by)))
    counts = row.kind is not TaskKind.SIGNER and not row.passed_over
    return Act(row.id, row.instance_id, Place(row.process_key, name), row.activity_id, row.token_id, people, counts)
