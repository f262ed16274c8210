"""Opening a closed case again, at a step of it, by those entitled."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import cases, definitions, engine, history, instances, rows, separation, variable_rows
from workflow.clock import now
from workflow.errors import Conflict, NotAllowed, Sentence, sentence
from workflow.identity import User
from workflow.models import Agreement, Case, ProcessInstance, Return, UserTask
from workflow.returns import once, rounds
from workflow.returns.arriving import arrive
from workflow.returns.problems import CannotGoBack, required
from workflow.separation import agreements, passing
from workflow.statuses import AgreementKind, InstanceStatus, ReturnMode
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


def reopen(session: Session, case: Case, user: User, at: str, reason: str, agreed_by: User | None = None) -> Return:
    """Let the case go on at a step (Entrance.key).

    Raises Invalid (no reason), NotAllowed, Conflict; NeedsAgreement when protected work before the step was not done
    and nobody else has agreed (ask_to_reopen)."""
    reason = required(reason)
    chosen = _chosen(session, case, user, at)
    if agreed_by is None:
        passing.refuse(
            session, chosen.instance, separation.missing_before(session, chosen.instance, chosen.activity.id)
        )
    return _go_on(session, case, chosen.instance, chosen.activity, user, reason, agreed_by)


def ask_to_reopen(session: Session, case: Case, user: User, at: str, reason: str) -> Agreement:
    """Ask a second person to agree; raises as `reopen` would, Conflict when nobody need agree."""
    chosen = _chosen(session, case, user, at)
    passed = separation.missing_before(session, chosen.instance, chosen.activity.id)
    if not passed:
        raise Conflict("This passes by nothing protected: nobody else need agree.")
    asked = {"at": at, "target": chosen.activity.id, "passed": passed}
    return agreements.ask(session, user, AgreementKind.REOPEN, asked, required(reason), chosen.instance)


@agreements.carried_out_by(AgreementKind.REOPEN)
def _reopened(session: Session, agreement: Agreement, asker: User, user: User) -> None:
    case = session.get_one(Case, agreement.case_id)
    reopen(session, case, asker, agreement.asked["at"], agreement.reason, agreed_by=user)


def _chosen(session: Session, case: Case, user: User, at: str) -> Entrance:
    """Where the closed case is to go on, held; raises whatever speaks against it."""
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
    return Entrance(instance, chosen.activity)


def _go_on(
    session: Session,
    case: Case,
    instance: ProcessInstance,
    activity: engine.Activity,
    user: User,
    reason: str,
    agreed_by: User | None,
) -> Return:
    model, known = definitions.model(session, instance.definition), instances.variables(session, instance)
    void = rounds.behind(session, instance, model, activity.id)
    if said := once.why_not(session, void):
        raise CannotGoBack(reason=said)
    told = {"reason": reason, "round": rounds.number(session, case.id) + 1, "void": [each.id for each in void]}
    told |= {"agreed_by": agreed_by.name} if agreed_by else {}
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
