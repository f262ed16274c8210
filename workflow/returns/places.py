"""To which earlier steps a task may be sent back, and in which way.

The steps done and still standing of its own process and of those that call it, and the start form. The diagram may
narrow it by the property `sendBack` of the sender's step: `none`, `starter`, or ids of steps.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from workflow import beside, definitions, engine, instances, registry, suspensions
from workflow.errors import Conflict, NotAllowed, Refusal, Sentence, TaskNotOpen, sentence
from workflow.identity import User
from workflow.models import Case, ProcessInstance, UserTask
from workflow.returns import once, rounds
from workflow.statuses import ReturnMode, TaskKind, TaskStatus

RULE = "sendBack"  # property of an activity: none, starter, or ids of activities separated by commas
NONE, STARTER = "none", "starter"


@dataclass(frozen=True)
class Target:
    """An earlier step. `tasks` are those in which it was done (several: signed by several), none for the start form;
    `performers` did it. `token_id`: the token of `instance` that would go back; `refused`: why not in this way."""

    instance: ProcessInstance
    activity: engine.Activity
    tasks: tuple[UserTask, ...]
    performers: tuple[str, ...]
    token_id: str | None
    seq: int = 0
    refused: Mapping[ReturnMode, Sentence] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return f"{self.instance.id}:{self.activity.id}"

    @property
    def modes(self) -> list[ReturnMode]:
        """The ways in which it may be sent there."""
        return [mode for mode in (ReturnMode.STRAIGHT, ReturnMode.REDO) if mode not in self.refused]

    @property
    def is_start(self) -> bool:
        return self.activity.kind == "startEvent"

    def named(self) -> dict[str, Any]:
        """The step as the history keeps it, whatever becomes of its process."""
        name = self.activity.name or self.activity.id
        return {"id": self.activity.id, "name": name, "names": dict(self.activity.names)}


def why_not(session: Session, task: UserTask, user: User) -> Sentence | None:
    """Why this user may not send the task back anywhere; None when they may."""
    if task.status is not TaskStatus.OPEN:
        return TaskNotOpen(task=task.name).sentence
    if task.assignee != user.name or not user.active:
        return sentence("Task “{task}” is not yours; claim it first.", task=task.name)
    if task.kind is TaskKind.ADHOC:
        return sentence("“{task}” was asked for beside the process; there is no step before it.", task=task.name)
    if standing_still := suspensions.why_not(session, task.instance):
        return standing_still
    if _allowed(session, task) == NONE:
        return sentence("The diagram does not let “{task}” be sent back.", task=task.name)
    return None


def require(session: Session, task: UserTask, user: User) -> None:
    """Raises what `why_not` says."""
    refused = why_not(session, task, user)
    if refused is not None:
        kind = TaskNotOpen if task.status is not TaskStatus.OPEN else NotAllowed
        if suspensions.suspension(session, task.instance) is not None:
            kind = Conflict
        raise kind(refused.template, **refused.facts)


def targets(session: Session, task: UserTask, user: User) -> list[Target]:
    """The steps the task may be sent back to by this user, the latest first; nothing when it may not be sent back."""
    if why_not(session, task, user) is not None:
        return []
    found = [_judged(session, task, each) for each in _earlier(session, task)]
    return sorted(found, key=lambda each: each.seq, reverse=True)


def why_nowhere(session: Session, task: UserTask, user: User) -> Sentence | None:
    """Why there is nothing for this user to choose from; None when there is an earlier step. Reads no state."""
    if refused := why_not(session, task, user):
        return refused
    if not _earlier(session, task):
        return sentence("Nothing comes before “{task}” that it could be sent back to.", task=task.name)
    return None


def _earlier(session: Session, task: UserTask) -> list[Target]:
    """The steps before it that the diagram lets it go back to, not yet judged."""
    line = _line(session, task)
    done = rounds.standing(session, task.case_id)
    found = [each for instance, token_id in line for each in _of_instance(session, task, instance, token_id, done)]
    found += _start(session, task, *line[-1])
    return [each for each in found if _is_allowed(session, task, each)]


def find(session: Session, task: UserTask, user: User, key: str) -> Target:
    """The target of this key; raises Conflict when there is none (any more)."""
    for each in targets(session, task, user):
        if each.key == key:
            return each
    raise Conflict("This step cannot be gone back to any more. See how it stands now and choose again.")


def line_of(session: Session, instance: ProcessInstance, token_id: str) -> list[tuple[ProcessInstance, str]]:
    """The instance and those that call it, outwards; of each the token that stands for the first one's."""
    line = [(instance, token_id)]
    while line[-1][0].parent_id is not None:
        inner = line[-1][0]
        line.append(
            (session.get_one(ProcessInstance, inner.parent_id, populate_existing=True), inner.parent_token_id or "")
        )
    return line


def origin(session: Session, task: UserTask) -> UserTask:
    """The step a task beside the process hangs on, near or far; the task itself when it is a step."""
    while task.parent_id is not None:
        task = session.get_one(UserTask, task.parent_id)
    return task


def _line(session: Session, task: UserTask) -> list[tuple[ProcessInstance, str]]:
    step = origin(session, task)
    return line_of(session, step.instance, step.token_id)


def _of_instance(
    session: Session, task: UserTask, instance: ProcessInstance, token_id: str, done: Sequence[rounds.Done]
) -> list[Target]:
    model = definitions.model(session, instance.definition)
    here = (origin(session, task).activity_id, task.activity_id)
    steps: dict[str, list[rounds.Done]] = {}
    for each in done:
        if each.task.instance_id == instance.id and each.task.activity_id in model.activities:
            steps.setdefault(each.task.activity_id, []).append(each)
    found = []
    for activity_id, times in steps.items():
        if instance.id == task.instance_id and activity_id in here:
            continue
        times = _last_of_each(task, times)
        tasks = tuple(each.task for each in times)
        people = tuple(dict.fromkeys(each.completed_by for each in tasks if each.completed_by))
        found.append(Target(instance, model.activities[activity_id], tasks, people, token_id, times[-1].seq))
    return found


def _last_of_each(task: UserTask, times: Iterable[rounds.Done]) -> list[rounds.Done]:
    """The last time of each run; of the sender's own run alone, where it is inside of one."""
    last: dict[str, rounds.Done] = {}
    for each in times:
        last[repr(sorted(each.task.local_variables.items(), key=str))] = each
    own = [each for each in last.values() if is_within(task, each.task)]
    return own or list(last.values())


def is_within(task: UserTask, other: UserTask) -> bool:
    """Whether both are in the same run of several."""
    return bool(other.local_variables) and other.local_variables.items() <= task.local_variables.items()


def _start(session: Session, task: UserTask, root: ProcessInstance, token_id: str) -> list[Target]:
    model = definitions.model(session, root.definition)
    start = next((each for each in model.starts if each.event == "none" and each.form_key), None)
    beginner = _beginner(session, root)
    if start is None or root.parent_id is not None or session.get(User, beginner) is None:
        return []
    if task.kind is TaskKind.CORRECTION and task.activity_id == start.id:
        return []
    return [Target(root, start, (), (beginner,), token_id)]


def _beginner(session: Session, root: ProcessInstance) -> str:
    """Who answers for how a process was begun: who began it, or who has taken their case over."""
    case = session.get_one(Case, root.case_id)
    return case.starter if root.started_by == case.opened_by else root.started_by


def _judged(session: Session, task: UserTask, target: Target) -> Target:
    refused = {}
    if said := _why_not_straight(session, task, target):
        refused[ReturnMode.STRAIGHT] = said
    if said := _why_not_redo(session, task, target):
        refused[ReturnMode.REDO] = said
    return Target(**{**vars(target), "refused": refused})


def _why_not_straight(session: Session, task: UserTask, target: Target) -> Sentence | None:
    for each in beside.hanging(session, task.id):
        if each.kind is TaskKind.CORRECTION and each.activity_id == target.activity.id:
            return sentence("“{step}” is being corrected already.", step=each.name)
    if not all(map(registry.is_repeatable, target.activity.listeners)):
        said = "“{step}” does more than answer a form, and that cannot be done beside the process. Have all redone."
        return sentence(said, step=target.activity.name or target.activity.id)
    return None


def _why_not_redo(session: Session, task: UserTask, target: Target) -> Sentence | None:
    if task.kind is not TaskKind.STEP:
        return sentence("“{task}” is corrected beside the process; it can only be sent on straight.", task=task.name)
    model = definitions.model(session, target.instance.definition)
    try:
        to = goal(model, target)
        engine.way_back(model, instances.state(target.instance), target.token_id or "", to)
    except Refusal as refused:
        return refused.sentence
    return once.why_not(session, redone(session, task, target, model))


def redone(session: Session, task: UserTask, target: Target, model: engine.Model) -> list[UserTask]:
    """What stands at the target and behind it, done since; in the sender's own run alone, where both are inside it."""
    done = rounds.standing(session, task.case_id)
    ids = {each.id for each in target.tasks}
    since = min((each.seq for each in done if each.task.id in ids), default=0)
    run = target.tasks[0] if target.tasks and is_within(task, target.tasks[0]) else None
    return [
        each
        for each in rounds.behind(session, target.instance, model, target.activity.id, since)
        if run is None or run.local_variables.items() <= each.local_variables.items()
    ]


def goal(model: engine.Model, target: Target) -> str:
    """The element at which all after the target begins anew; raises Conflict when a start leads several ways."""
    if not target.is_start:
        return target.activity.id
    first = engine.first(model, target.activity.id)
    if first is None:
        raise Conflict("The process begins several ways at once; it cannot begin again from its start form.")
    return first


def _allowed(session: Session, task: UserTask) -> str:
    step = origin(session, task)
    activity = definitions.model(session, step.definition).activities.get(step.activity_id)
    return (activity.properties.get(RULE) or "").strip() if activity else ""


def _is_allowed(session: Session, task: UserTask, target: Target) -> bool:
    rule = _allowed(session, task)
    if not rule:
        return True
    if rule == STARTER:
        root = _line(session, task)[-1][0]
        return target.is_start or _beginner(session, root) in target.performers
    return target.activity.id in [each.strip() for each in rule.split(",")]
