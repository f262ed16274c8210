"""Taking back one's own step (撤回), while nobody has acted on it; and the whole case, by who began it.

The processes stand again as they stood before the step (workflow.footing): its task is open with who did it, the
answers filled in. What ended with it is there again under new tokens, timers with their old time.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import cases, definitions, engine, history, instances, registry, rows, seals, variable_rows
from workflow.clock import now
from workflow.errors import Conflict, NotAllowed, Sentence, sentence
from workflow.identity import User, called
from workflow.models import Case, Footing, HistoryEvent, Job, ProcessInstance, Return, TaskDraft, UserTask
from workflow.returns import rounds
from workflow.returns.persons import give, prepared
from workflow.returns.problems import required
from workflow.statuses import InstanceStatus, ReturnMode, TaskKind, TaskStatus
from workflow.waits import LIVE_INSTANCES

HARMLESS = ("claimed", "released", "assigned", "commented", "attached", "renamed")  # they change nothing of the process
RULE = "withdraw"  # property of a start event
NEVER = "never"  # … its starter may not withdraw the case


def why_not(session: Session, task: UserTask, user: User) -> Sentence | None:
    """Why this user may not take the completed step back; None when they may."""
    if task.kind is not TaskKind.STEP or task.status is not TaskStatus.COMPLETED:
        return sentence("“{task}” is not completed.", task=task.name)
    if user.name not in (task.completed_by, task.on_behalf_of) or not user.active:
        return sentence("Only {person}, who did “{task}”, can take it back.", **_facts(session, task))
    stood = _footings(session, task)
    if not _stands(session, stood):
        return _why_gone_on(session, task)
    if InstanceStatus.SUSPENDED in {session.get_one(ProcessInstance, each.instance_id).status for each in stood}:
        return sentence("The process is suspended. It goes on when it is resumed; nothing is lost.")
    return _why_acted_on(session, task, stood)


def withdraw(session: Session, task: UserTask, user: User, reason: str) -> UserTask:
    """Take one's own completed step back: the task that is open again. Raises Invalid (no reason), Conflict."""
    reason = required(reason)
    history.hold(session, task.case_id)
    session.refresh(task)
    stood = _held(session, task)
    refused = why_not(session, task, user)
    if refused is not None:
        raise Conflict(refused.template, **refused.facts)
    (made,) = rows.new(session, Return, _row(task, user, reason))
    where = (task.instance_id, task.activity_id, task.token_id)
    history.record(session, task.case_id, user.name, "taken_back", *where, task=task.id, reason=reason)
    titled = _title_before(session, task)
    named = _restore(session, task, stood)
    if titled:
        cases.rename(session, session.get_one(Case, task.case_id), titled, user.name)
    fresh = _fresh(session, task.instance_id, named[task.token_id])
    rounds.make_void(session, made, [task])
    rows.change(session, Return, made.id, tokens={fresh.token_id: task.id})
    _hand(session, fresh, task, user)
    return fresh


def withdraw_case(session: Session, case: Case, user: User, reason: str) -> None:
    """End the case, for who began it. Raises Invalid (no reason), NotAllowed."""
    reason = required(reason)
    history.hold(session, case.id)
    session.refresh(case)
    refused = why_not_the_case(session, case, user)
    if refused is not None:
        raise NotAllowed(refused.template, **refused.facts)
    for instance in _running(session, case):
        instances.cancel(session, instance, user.name, reason)


def why_not_the_case(session: Session, case: Case, user: User) -> Sentence | None:
    """Why this user may not withdraw the case; None when they may."""
    if user.name != case.starter or not user.active:
        return sentence("Only {person}, who began the case, can withdraw it.", person=called(session, case.starter))
    running = _running(session, case)
    if not running:
        return sentence("The case is closed.")
    for instance in running:
        starts = definitions.model(session, instance.definition).starts
        if any(each.properties.get(RULE) == NEVER for each in starts):
            return sentence("The diagram does not let this case be withdrawn by who began it.")
    return registry.why_not_ended(session, case.id)


def _running(session: Session, case: Case) -> Sequence[ProcessInstance]:
    """The processes of the case that no other has called."""
    mine = (ProcessInstance.case_id == case.id, ProcessInstance.parent_id.is_(None))
    query = select(ProcessInstance).where(*mine, ProcessInstance.status.in_(LIVE_INSTANCES))
    return session.scalars(query.order_by(ProcessInstance.id)).all()


# Whether


def _footings(session: Session, task: UserTask) -> Sequence[Footing]:
    """What the step moved, callers first."""
    query = select(Footing).where(Footing.task_id == task.id).order_by(Footing.instance_id)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def _stands(session: Session, stood: Sequence[Footing]) -> bool:
    """Whether all that the step moved is where it left it."""
    if not stood or stood[0].moved not in (len(stood), None):
        return False
    return all(each.revision_after == session.get_one(ProcessInstance, each.instance_id).revision for each in stood)


def _held(session: Session, task: UserTask) -> Sequence[Footing]:
    """The same, each instance read as it is now."""
    stood = _footings(session, task)
    for each in stood:
        instances.lock(session, each.instance_id, task.case_id)
    return stood


def _why_gone_on(session: Session, task: UserTask) -> Sentence:
    """Who did what since, as far as the history names it."""
    for event in _since(session, task):
        if event.kind == "completed" and event.actor != history.SYSTEM and event.token_id != task.token_id:
            name = _named(session, event)
            return sentence("{person} has completed “{name}” since.", person=called(session, event.actor), name=name)
        if event.kind == "completed" and "job" in event.data:
            return sentence("The machine has done “{name}” since.", name=_named(session, event))
    return sentence("The process has gone on since; the step cannot be taken back any more.")


def _why_acted_on(session: Session, task: UserTask, stood: Sequence[Footing]) -> Sentence | None:
    activity = definitions.model(session, task.definition).activities.get(task.activity_id)
    if activity is None or not all(map(registry.is_repeatable, activity.listeners)):
        said = "“{task}” does more than answer a form, and that cannot be taken back."
        return sentence(said, task=task.name)
    fresh = _came(session, task, stood)
    for event in _since(session, task):
        if event.kind == "thrown":
            return sentence("“{name}” has been sent since.", name=_named(session, event))
        if event.kind == "signing_closed" and event.data.get("hidden"):
            return sentence("The hidden votes of “{name}” have been told since.", name=_named(session, event))
        if event.actor in (history.SYSTEM, task.completed_by) and event.kind in ("completed", *_AUTOMATIC, *HARMLESS):
            continue
        if event.kind not in HARMLESS or event.token_id in fresh:
            person = called(session, event.actor)
            return sentence("{person} has acted on “{name}” since.", person=person, name=_named(session, event))
    return _why_begun(session, fresh, task)


_AUTOMATIC = (
    "entered",
    "cancelled",
    "decided",
    "caught",
    "ended",
    "closed",
    "started",
    "issued",
    "withdrawn",
    "signing_closed",
)


def _why_begun(session: Session, fresh: set[str], task: UserTask) -> Sentence | None:
    """Whether somebody or some machine has begun what the step brought about."""
    jobs = select(Job).where(Job.instance_id.is_not(None), Job.token_id.in_(fresh), Job.attempts > 0)
    if (job := session.scalars(jobs.limit(1)).first()) is not None:
        return sentence("The machine has begun “{name}”.", name=_called(session, job.instance_id, job.activity_id))
    typed = (
        select(UserTask)
        .join(TaskDraft, TaskDraft.task_id == UserTask.id)
        .where(UserTask.token_id.in_(fresh), TaskDraft.user_name != task.completed_by)
    )
    if (begun := session.scalars(typed.limit(1)).first()) is not None:
        person = called(session, begun.assignee)
        return sentence("{person} has begun “{name}”.", person=person, name=begun.name)
    return None


def _came(session: Session, task: UserTask, stood: Sequence[Footing]) -> set[str]:
    """The tokens the step has brought into being."""
    came = (HistoryEvent.instance_id.in_([each.instance_id for each in stood]), HistoryEvent.kind == "entered")
    return {event.token_id for event in _since(session, task, *came) if event.token_id}


def _since(session: Session, task: UserTask, *where: Any) -> Iterable[HistoryEvent]:
    """What happened in the case since the step was completed."""
    mine = (HistoryEvent.case_id == task.case_id, HistoryEvent.token_id == task.token_id)
    done = select(HistoryEvent.seq).where(*mine, HistoryEvent.kind == "completed").scalar_subquery()
    query = select(HistoryEvent).where(HistoryEvent.case_id == task.case_id, HistoryEvent.seq > done, *where)
    return session.scalars(query.order_by(HistoryEvent.seq)).all()


def _named(session: Session, event: HistoryEvent) -> str:
    """What it happened to: the step, or what a colleague was asked."""
    return _called(session, event.instance_id, event.activity_id) or event.data.get("task_name", "")


def _called(session: Session, instance_id: int | None, activity_id: str | None) -> str:
    instance = session.get(ProcessInstance, instance_id) if instance_id else None
    drawn = definitions.activities(session, instance.definition) if instance else {}
    return str((drawn.get(activity_id or "") or {}).get("name") or activity_id or "")


def _facts(session: Session, task: UserTask) -> dict[str, str]:
    return {"person": called(session, task.completed_by), "task": task.name}


# Doing it


def _row(task: UserTask, user: User, reason: str) -> dict[str, Any]:
    where = {"case_id": task.case_id, "instance_id": task.instance_id, "activity_id": task.activity_id}
    facts = {"mode": ReturnMode.TAKEN_BACK, "task_id": task.id, "by": user.name, "at": now(), "reason": reason}
    return {**where, **facts}


def _title_before(session: Session, task: UserTask) -> str:
    """What the case was called before the step renamed it, if it did."""
    renamed = [event for event in _since(session, task) if event.kind == "renamed"]
    return str(renamed[0].data["before"]) if renamed else ""


def _restore(session: Session, task: UserTask, stood: Sequence[Footing]) -> dict[str, str]:
    """Let what the step moved stand as before: earlier token id → the new one of what had ended."""
    named: dict[str, str] = {}
    steps: list[tuple[ProcessInstance, engine.Step]] = []
    moved = [(each, session.get_one(ProcessInstance, each.instance_id)) for each in stood if each.state is not None]
    for each, instance in moved:
        step, fresh = _step(session, instance, each)
        steps.append((instance, step))
        named |= fresh
    rows.change(session, Case, task.case_id, closed_at=None)
    for each, instance in moved:
        _revive(session, instance, each, named)
    for instance, step in steps:
        holders = _holders(session, instance, named)
        instances.settle(session, instance, step, history.SYSTEM)
        _give_back(session, instance, holders)
    return named


def _step(session: Session, instance: ProcessInstance, each: Footing) -> tuple[engine.Step, dict[str, str]]:
    model = definitions.model(session, instance.definition)
    earlier = seals.opened_as(session, each.state or b"", instance.id, each.revision_before)
    sight = instances.around(session, instances.variables(session, instance), instance)
    return engine.restore(model, instances.state(instance), earlier, sight)


def _revive(session: Session, instance: ProcessInstance, each: Footing, named: dict[str, str]) -> None:
    """It runs again, for the caller's token as that is called now, and knows what it knew."""
    token_id = instance.parent_token_id
    kept = {"status": InstanceStatus.RUNNING, "ended_at": None}
    rows.change(session, ProcessInstance, instance.id, **kept, parent_token_id=named.get(token_id or "", token_id))
    known = {name: before[0] for name, before in each.variables.items() if before}
    variable_rows.keep_live(session, instance.id, True)
    variable_rows.write(session, instance.id, known, instance.revision + 1)
    variable_rows.drop(session, instance.id, [name for name, before in each.variables.items() if not before])


def _hand(session: Session, fresh: UserTask, task: UserTask, user: User) -> None:
    """To who takes it back: a substitute has it in the other's place again; who has been stood in for has it with the
    substitute's answers."""
    if user.name == task.completed_by:
        prepared(session, fresh, task.prepared_by)
        give(session, fresh, user.name, task.on_behalf_of)
    else:
        prepared(session, fresh, [*task.prepared_by, task.completed_by or ""])
        give(session, fresh, user.name)


def _holders(session: Session, instance: ProcessInstance, named: dict[str, str]) -> dict[str, UserTask]:
    """What had ended with the step in somebody's hands: new token id → the task of then."""
    ended = (UserTask.instance_id == instance.id, UserTask.token_id.in_(named), UserTask.assignee.is_not(None))
    query = select(UserTask).where(*ended, UserTask.status == TaskStatus.CANCELLED)
    return {named[task.token_id]: task for task in session.scalars(query)}


def _give_back(session: Session, instance: ProcessInstance, holders: dict[str, UserTask]) -> None:
    """To who held it, in the same place; what was delegated to who had delegated it."""
    for token_id, was in holders.items():
        fresh = _fresh(session, instance.id, token_id)
        prepared(session, fresh, was.prepared_by)
        if fresh.assignee is None:
            give(session, fresh, was.delegated_by or was.assignee or "", was.on_behalf_of)


def _fresh(session: Session, instance_id: int, token_id: str) -> UserTask:
    query = select(UserTask).where(UserTask.instance_id == instance_id, UserTask.token_id == token_id)
    return session.scalars(query).one()
