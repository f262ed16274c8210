"""Opening a closed case again, at a step of it, by those entitled."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import cases, definitions, engine, history, instances, rows, variable_rows
from workflow.clock import now
from workflow.errors import Conflict, NotAllowed, Sentence, sentence
from workflow.identity import User
from workflow.models import Case, ProcessInstance, Return, UserTask
from workflow.returns import once, rounds
from workflow.returns.arriving import arrive
from workflow.returns.problems import CannotGoBack, required
from workflow.statuses import InstanceStatus, ReturnMode
from workflow.waits import LIVE_INSTANCES

REOPEN = "cases.reopen"  # permission to open closed cases again


@dataclass(frozen=True)
class Entrance:
    """A step at which a process that is over may go on."""

    instance: ProcessInstance
    activity: engine.Activity

    @property
    def key(self) -> str:
        return f"{self.instance.id}:{self.activity.id}"


def why_not(session: Session, case: Case, user: User) -> Sentence | None:
    """Why this user may not open the case again; None when they may."""
    if not user.may(REOPEN):
        return sentence("You may not do this.")
    if case.closed_at is None:
        return sentence("The case is open.")
    return None


def entrances(session: Session, case: Case) -> list[Entrance]:
    """The steps people do in the processes of the case that no other called, in the order of the diagram."""
    mine = (ProcessInstance.case_id == case.id, ProcessInstance.parent_id.is_(None))
    found = []
    for instance in session.scalars(select(ProcessInstance).where(*mine).order_by(ProcessInstance.id)):
        model = definitions.model(session, instance.definition)
        steps = [each.id for each in model.activities.values() if each.kind in ("userTask", "manualTask")]
        found += [Entrance(instance, model.activities[each]) for each in engine.entrances(model, steps)]
    return found


def reopen(session: Session, case: Case, user: User, at: str, reason: str) -> Return:
    """Let the case go on at a step (Entrance.key). Raises Invalid (no reason), NotAllowed, Conflict."""
    reason = required(reason)
    history.hold(session, case.id)
    cases.find(session, case.id, user)
    session.refresh(case)
    refused = why_not(session, case, user)
    if refused is not None:
        kind = NotAllowed if not user.may(REOPEN) else Conflict
        raise kind(refused.template, **refused.facts)
    chosen = next((each for each in entrances(session, case) if each.key == at), None)
    if chosen is None:
        raise Conflict("The case cannot go on at this step. Choose another.")
    instance = instances.lock(session, chosen.instance.id, case.id)
    if instance.status in LIVE_INSTANCES:
        raise Conflict("The case is open.")
    return _go_on(session, case, instance, chosen.activity, user, reason)


def _go_on(
    session: Session, case: Case, instance: ProcessInstance, activity: engine.Activity, user: User, reason: str
) -> Return:
    model, known = definitions.model(session, instance.definition), instances.variables(session, instance)
    void = rounds.behind(session, instance, model, activity.id)
    if said := once.why_not(session, void):
        raise CannotGoBack(reason=said)
    told = {"reason": reason, "round": rounds.number(session, case.id) + 1, "void": [each.id for each in void]}
    history.record(session, case.id, user.name, "reopened", instance, activity.id, **told)
    facts = {"case_id": case.id, "mode": ReturnMode.REOPENED, "by": user.name, "at": now(), "reason": reason}
    (made,) = rows.new(session, Return, {**facts, "instance_id": instance.id, "activity_id": activity.id})
    rounds.make_void(session, made, void)
    rows.change(session, Case, case.id, closed_at=None)
    rows.change(session, ProcessInstance, instance.id, status=InstanceStatus.RUNNING, ended_at=None)
    variable_rows.keep_live(session, instance.id, True)
    try:
        step = engine.begin_at(model, activity.id, instances.around(session, known, instance))
    except engine.EngineProblem as problem:
        raise CannotGoBack(reason=problem.sentence) from problem
    before = [each for each in void if (each.instance_id, each.activity_id) == (instance.id, activity.id)]
    arrive(session, made, instance, step, _last_of_each(before), user)
    return made


def _last_of_each(done: list[UserTask]) -> list[UserTask]:
    """The last time of each run."""
    return list({repr(sorted(each.local_variables.items(), key=str)): each for each in done}.values())
