"""Moving one instance to another version of its process: tried, done, undone, each in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from workflow import definitions, engine, history, instances, rows, seals, separation, values
from workflow.clock import now
from workflow.engine import Step
from workflow.errors import Conflict, Invalid, NotAllowed, Refusal, Sentence, sentence
from workflow.identity import User
from workflow.kept_sentences import kept
from workflow.models import ProcessDefinition, ProcessInstance, Upgrade, UpgradeRun
from workflow.statuses import UpgradeStatus
from workflow.upgrades import standing
from workflow.upgrades.plans import Plan, named
from workflow.waits import LIVE_INSTANCES

PERMISSION = "definitions.deploy"  # whoever may make versions may move what runs to them
UPGRADED, UNDONE = history.MOVED
Places = dict[str, str]  # token id → activity id


@dataclass(frozen=True)
class Result:
    """What a plan would do to one instance. `refused`: why it would stay; else where its tokens stand `before` and
    `after`, and the elements that begin and cease to wait."""

    instance_id: int
    refused: Sentence | None
    before: Places
    after: Places
    begin: tuple[str, ...] = ()
    cease: tuple[str, ...] = ()


def dry_run(session: Session, plan: Plan, instance: ProcessInstance) -> Result:
    """What would become of the instance; nothing is changed."""
    try:
        before = _places(session, plan.old, instances.state(instance))
        _require_movable(instance, plan.old)
        known = instances.variables(session, instance)
        step = _step(session, instance, known, plan.old, plan.new, plan.mapping)
        waited = engine.waits_of(definitions.model(session, plan.old), instances.state(instance))
    except engine.StateCorrupt as damaged:
        return Result(instance.id, damaged.sentence, {}, {})
    except Refusal as refused:
        return Result(instance.id, refused.sentence, before, before)
    tokens, kept_tokens = {wait.token_id for wait in waited}, {wait.token_id for wait in step.waits}
    return Result(
        instance_id=instance.id,
        refused=None,
        before=before,
        after=_places(session, plan.new, step.state),
        begin=tuple(wait.activity_id for wait in step.waits if wait.token_id not in tokens),
        cease=tuple(wait.activity_id for wait in waited if wait.token_id not in kept_tokens),
    )


def perform(session: Session, plan: Plan, instance: ProcessInstance, user: User, reason: str) -> Upgrade:
    """Move one instance, or leave it untouched: the row says which, and why. Raises NotAllowed, Invalid (no reason)."""
    run = new_run(session, plan, user, reason)
    upgrade = Upgrade(run=run, instance_id=instance.id, case_id=instance.case_id)
    session.add(upgrade)
    session.flush()  # its run has an id
    carry_out(session, upgrade, user)
    return upgrade


def new_run(session: Session, plan: Plan, user: User, reason: str) -> UpgradeRun:
    """The row of what is ordered by whom and why; raises NotAllowed, Invalid."""
    require_permission(user)
    run = UpgradeRun(
        from_id=plan.old.id,
        to_id=plan.new.id,
        old=plan.old,
        new=plan.new,
        mapping=named(plan.mapping),
        reason=required(reason),
        begun_at=now(),
        begun_by=user.name,
    )
    session.add(run)
    return run


def require_permission(user: User) -> None:
    """Raises NotAllowed for who may not move running instances (any more)."""
    if not user.active or not user.may(PERMISSION):
        raise NotAllowed("Only who may deploy processes may move running cases to another version.")


def required(reason: str) -> str:
    """The reason without blanks around; raises Invalid when there is none."""
    said = reason.strip()
    values.check({"reason": said})
    if not said:
        raise Invalid({"reason": [sentence("Please say why.")]}, message="Please say why.")
    return said[:2000]


def carry_out(session: Session, upgrade: Upgrade, user: User) -> None:
    """Move the instance of this row. What is refused is undone to the last row, and the reason is kept in `refused`."""
    try:
        with session.begin_nested():
            require_permission(user)
            _move(session, upgrade, user)
    except Refusal as refused:
        session.expire_all()  # what the savepoint undid is not what the objects say
        upgrade.status, upgrade.refused = UpgradeStatus.REFUSED, kept(refused.sentence)
    else:
        upgrade.status, upgrade.refused = UpgradeStatus.DONE, None
    upgrade.ended_at = now()


def _move(session: Session, upgrade: Upgrade, user: User) -> None:
    run = upgrade.run
    instance = instances.lock(session, upgrade.instance_id, upgrade.case_id)
    _require_movable(instance, run.old)
    there = standing.live(session, instance)
    state, known = instances.state(instance), instances.variables(session, instance)
    step = _step(session, instance, known, run.old, run.new, run.mapping)
    upgrade.state_before, upgrade.revision_before = instance.state, instance.revision
    _tell(session, instance, UPGRADED, user, run, run.reason, state, step)
    _turn_to(session, instance, run.new)
    instances.settle(session, instance, step, user.name, known)
    before = definitions.model(session, run.old)
    upgrade.rows_before = standing.follow(session, instance, before, there, step.waits, run.mapping, known)
    upgrade.revision_after = instance.revision


def take_back(session: Session, upgrade: Upgrade, user: User, reason: str) -> None:
    """Let the instance stand again as it stood in the old version; tasks keep who has claimed them meanwhile.

    Raises Conflict, and changes nothing, when it has moved since."""
    run = upgrade.run
    instance = instances.lock(session, upgrade.instance_id, upgrade.case_id)
    if upgrade.status not in (UpgradeStatus.DONE, UpgradeStatus.UNDOING):
        raise Conflict("This case was not moved, or is back already.")
    if instance.status not in LIVE_INSTANCES or instance.revision != upgrade.revision_after:
        raise Conflict("The case has gone on since; it cannot go back to version {version}.", version=run.old.version)
    state = seals.opened_as(session, upgrade.state_before or b"", instance.id, upgrade.revision_before or 0)
    step = _as_saved(session, run.old, state)
    if lost := _gone_for_good(session, instance, step):
        raise Conflict("The move has ended “{activity}”; it cannot go back.", activity=lost)
    _tell(session, instance, UNDONE, user, run, reason, instances.state(instance), step)
    _turn_to(session, instance, run.old)
    standing.let_timers_wait_again(session, instance, step.waits)
    instances.settle(session, instance, step, user.name)
    standing.put_back(session, standing.live(session, instance), upgrade.rows_before or {})
    upgrade.status, upgrade.refused, upgrade.ended_at = UpgradeStatus.UNDONE, None, now()


def _require_movable(instance: ProcessInstance, old: ProcessDefinition) -> None:
    if instance.status not in LIVE_INSTANCES:
        raise Conflict("The process is not running any more.")
    if instance.definition_id != old.id:
        raise Conflict("It runs on version {version} by now.", version=instance.definition.version)


def _step(
    session: Session,
    instance: ProcessInstance,
    known: Mapping[str, Any],
    old: ProcessDefinition,
    new: ProcessDefinition,
    mapping: Mapping[str, str],
) -> Step:
    """What the engine makes of it; raises as it does, and PassesBy where tokens are put past protected work."""
    before, after = definitions.model(session, old), definitions.model(session, new)
    state, around = instances.state(instance), instances.around(session, known, instance)
    step = engine.migrate(before, after, state, mapping, around)
    there, here = _places(session, old, state), _places(session, new, step.state)
    separation.require_nothing_missing(session, instance, new, named(mapping), there, here)
    return step


def _as_saved(session: Session, definition: ProcessDefinition, state: bytes) -> Step:
    waits = engine.waits_of(definitions.model(session, definition), state)
    return Step(state=state, finished=False, waits=waits, happenings=(), thrown=(), variables={})


def _gone_for_good(session: Session, instance: ProcessInstance, step: Step) -> str | None:
    """The first task, job or called process of the old state whose row has ended: it cannot be begun again."""
    going = standing.work(session, instance)
    return next(
        (each.activity_id for each in step.waits if standing.is_work(each) and each.token_id not in going), None
    )


def _turn_to(session: Session, instance: ProcessInstance, definition: ProcessDefinition) -> None:
    rows.change(session, ProcessInstance, instance.id, definition_id=definition.id)
    set_committed_value(instance, "definition", definition)


def _places(session: Session, definition: ProcessDefinition, state: bytes) -> Places:
    return engine.live_tokens(definitions.model(session, definition), state)


def _tell(
    session: Session,
    instance: ProcessInstance,
    kind: str,
    user: User,
    run: UpgradeRun,
    reason: str,
    state: bytes,
    step: Step,
) -> None:
    """Into the history: from where to where, by which mapping, and where the tokens stood and stand. What the move
    itself ended or began (a sub-process drawn around work, or taken away) is told by the names of its version."""
    old, new = (run.old, run.new) if kind == UPGRADED else (run.new, run.old)
    before, after = _places(session, old, state), _places(session, new, step.state)
    told = {happening.token_id for happening in step.happenings}
    for token_id in sorted(before.keys() - after.keys() - told, key=before.__getitem__):
        history.record(session, instance.case_id, history.SYSTEM, "cancelled", instance, before[token_id], token_id)
    history.record(
        session,
        instance.case_id,
        user.name,
        kind,
        instance,
        was={"definition": old.id, "version": old.version},
        version=new.version,
        run=run.id,
        mapping=dict(run.mapping),
        reason=reason,
        before=before,
        after=after,
    )
    for token_id in sorted(after.keys() - before.keys() - told, key=after.__getitem__):
        history.record(session, instance.case_id, history.SYSTEM, "entered", instance, after[token_id], token_id)
