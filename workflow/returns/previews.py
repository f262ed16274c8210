"""What sending a task back would bring about, in words, before it is done."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workflow import definitions, engine, registry
from workflow.errors import Conflict, Sentence, sentence
from workflow.identity import User, called
from workflow.models import HistoryEvent, ProcessInstance, Timer, UserTask
from workflow.returns import places, redoing
from workflow.returns.places import Target
from workflow.returns.redoing import Plan
from workflow.statuses import ReturnMode, TaskStatus, TimerStatus


@dataclass(frozen=True)
class Preview:
    """Where it would go and what would come of it, one sentence for each."""

    target: Target
    mode: ReturnMode
    said: tuple[Sentence, ...]


def preview(session: Session, task: UserTask, user: User, to: str, mode: ReturnMode) -> Preview:
    """What `send_back` would do now; raises as it does. Nothing is written."""
    places.require(session, task, user)
    target = places.find(session, task, user, to)
    if mode in target.refused:
        raise Conflict(target.refused[mode].template, **target.refused[mode].facts)
    said = [_who(session, target)]
    if mode is ReturnMode.STRAIGHT:
        said += [
            sentence("“{task}” stays with you and waits until then; then it is yours to decide.", task=task.name),
            sentence(
                "Nothing else moves: other branches, votes, documents, machine work and timers go on as they are."
            ),
        ]
    else:
        said += _redone(session, task, target, redoing.plan(session, task, target))
    return Preview(target, mode, tuple(said))


def _who(session: Session, target: Target) -> Sentence:
    here = [session.get(User, name) for name in target.performers]
    names = [each.display_name for each in here if each is not None and each.active]
    step = target.activity.name or target.activity.id
    if not names:
        return sentence("“{step}” is offered anew, with what was answered filled in: who did it is gone.", step=step)
    return sentence("{people} gets “{step}” with what was answered filled in.", people="、".join(names), step=step)


def _redone(session: Session, task: UserTask, target: Target, planned: Plan) -> Iterator[Sentence]:
    model = definitions.model(session, planned.instance.definition)
    if target.is_start:
        yield sentence("Until then everything stands as it is; then the process begins anew.")
    else:
        yield sentence("The process goes on from there once more; what follows is done again.")
    yield from _withdrawn(session, task, planned)
    yield from _void(planned)
    yield from _machine(session, planned, model)
    yield from _papers(session, target)


def _withdrawn(session: Session, task: UserTask, planned: Plan) -> Iterator[Sentence]:
    """Open tasks, timers and called processes that end."""
    kept = {wait.token_id for wait in planned.step.waits}
    ended = [each for each in planned.step.happenings if each.kind == "cancelled" and each.token_id not in kept]
    open_ = (UserTask.case_id == task.case_id, UserTask.status == TaskStatus.OPEN, UserTask.id != task.id)
    for each in session.scalars(select(UserTask).where(*open_).order_by(UserTask.id)):
        if each.token_id in {end.token_id for end in ended} or each.parent_id == task.id:
            said = "“{task}” with {person} is withdrawn." if each.assignee else "“{task}” is withdrawn."
            yield sentence(said, task=each.name, person=called(session, each.assignee))
    calls = (ProcessInstance.parent_id == planned.instance.id, ProcessInstance.ended_at.is_(None))
    for child in session.scalars(select(ProcessInstance).where(*calls).order_by(ProcessInstance.id)):
        if child.parent_token_id in {end.token_id for end in ended}:
            yield sentence("The called process “{name}” ends with all that is in it.", name=child.definition.name)
    if _timers(session, planned.instance, kept):
        yield sentence("Timers of what ends stop; they start anew when the process comes there again.")


def _timers(session: Session, instance: ProcessInstance, kept: set[str]) -> bool:
    """Whether a timer of the instance would wait no more."""
    waiting = (Timer.instance_id == instance.id, Timer.status == TimerStatus.WAITING)
    return any(token_id not in kept for token_id in session.scalars(select(Timer.token_id).where(*waiting)))


def _void(planned: Plan) -> Iterator[Sentence]:
    votes = [each for each in planned.void if "loopCounter" in each.local_variables]
    if votes:
        yield sentence(
            "{number} votes or answers given by several are void; the history keeps them.", number=len(votes)
        )
    steps = list(dict.fromkeys(each.name for each in planned.void if each not in votes))
    if steps:
        yield sentence("Done again: {steps}.", steps=steps)


def _machine(session: Session, planned: Plan, model: engine.Model) -> Iterator[Sentence]:
    """Machine work that was done behind the goal."""
    behind = {planned.goal, *engine.behind(model, planned.goal)}
    done = (HistoryEvent.instance_id == planned.instance.id, HistoryEvent.kind == "completed")
    passed = session.scalars(select(HistoryEvent.activity_id).where(*done, HistoryEvent.activity_id.in_(behind)))
    work = [model.activities[each] for each in dict.fromkeys(passed) if model.activities[each].topic]
    once = [each.name or each.id for each in work if each.topic in registry.once]
    again = [each.name or each.id for each in work if each.topic not in registry.once]
    if again:
        yield sentence("Machine work done again when the process passes it: {work}.", work=again)
    if once:
        yield sentence("Machine work done once only, its result stands: {work}.", work=once)


def _papers(session: Session, target: Target) -> Iterator[Sentence]:
    issued = (HistoryEvent.case_id == target.instance.case_id, HistoryEvent.kind == "issued")
    since = HistoryEvent.seq > target.seq
    number = session.scalar(select(func.count()).select_from(HistoryEvent).where(*issued, since)) or 0
    if number:
        said = "{number} documents issued since keep their numbers; one issued anew takes the place of the old."
        yield sentence(said, number=number)
