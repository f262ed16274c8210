"""Process instances: start them, move them, end them. One command is one transaction.

A command holds the case, reads the instance afresh, lets the engine make a step and settles the step into rows:
history, variables, state, waits, called instances, news for others. Any exception undoes all of it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from workflow import (
    ballots,
    calls,
    clock,
    decision_tasks,
    definitions,
    engine,
    escalations,
    footing,
    history,
    holding,
    instance_rows,
    outgoing,
    performers,
    registry,
    rows,
    seals,
    separation,
    titles,
    values,
    variable_rows,
    waits,
)
from workflow.around import case_clock
from workflow.clock import now
from workflow.engine import Happening, Step, Thrown
from workflow.errors import Conflict
from workflow.models import Case, ProcessDefinition, ProcessInstance
from workflow.sight import around
from workflow.statements import Statement, one_of
from workflow.statuses import InstanceStatus

_LIVE_IN_CASE = Statement(
    select(ProcessInstance.id)
    .where(ProcessInstance.case_id == bindparam("case_id"), one_of(ProcessInstance.status, waits.LIVE_INSTANCES))
    .limit(1)
)
Facts = Mapping[str, Mapping[str, Any]]  # token id → what its "completed" event also says


def start(
    session: Session,
    definition: ProcessDefinition,
    case: Case,
    by: str,
    variables: Mapping[str, Any],
    start_id: str | None = None,
    told: Mapping[str, Any] | None = None,
) -> ProcessInstance:
    """Begin a process in a case, at `start_id` or the plain start event, and let it run until it must wait.

    `told` joins what the history says of the beginning.
    """
    history.hold(session, case.id)
    if case.closed_at is not None:
        rows.change(session, Case, case.id, closed_at=None)
    (instance,) = start_all(session, definition, [(case, variables)], by, start_id, told)
    return instance


def start_all(
    session: Session,
    definition: ProcessDefinition,
    wanted: Sequence[tuple[Case, Mapping[str, Any]]],
    by: str,
    start_id: str | None = None,
    told: Mapping[str, Any] | None = None,
) -> list[ProcessInstance]:
    """Begin a process in each of these cases, new (cases.open_cases) or held, with its variables, all at one moment;
    what is asked is asked once."""
    beginning = engine.Beginning(definitions.model(session, definition), start_id)
    with clock.held(now()):
        begun = instance_rows.new(session, by, [(definition, case.id) for case, _ in wanted])
        for instance, (_, variables) in zip(begun, wanted, strict=True):
            _begin(session, instance, by, variables, beginning, told or {})
    return begun


def variables(session: Session, instance: ProcessInstance) -> dict[str, Any]:
    """All variables of an instance as they are now."""
    return variable_rows.read(session, instance.id)


def set_variables(session: Session, instance: ProcessInstance, changes: Mapping[str, Any], actor: str) -> None:
    """Change variables by hand; raises Invalid for a value that cannot be kept. The history keeps the old values."""
    instance = lock(session, instance.id, instance.case_id)
    before = variables(session, instance)
    changed = write(session, instance, before, changes)
    if changed:
        told = {name: before.get(name) for name in changed}
        history.record(session, instance.case_id, actor, "variables_changed", instance, before=told, variables=changed)
        reconsider(session, instance, {**before, **changed})


def reconsider(session: Session, instance: ProcessInstance, known: Mapping[str, Any]) -> None:
    """Let events come whose condition has become true with these variables."""
    model = definitions.model(session, instance.definition)
    if model.has_conditions and instance.status is InstanceStatus.RUNNING:
        step = engine.reconsider(model, state(instance), around(session, known, instance))
        settle(session, instance, step, history.SYSTEM, known)


def lock(session: Session, instance_id: int, case_id: int | None = None) -> ProcessInstance:
    """The instance as it is now, held with its whole case until the transaction ends."""
    return holding.take(session, instance_id, case_id).instance


def require_running(instance: ProcessInstance) -> None:
    """Raises Conflict for an instance that is over or suspended."""
    if instance.status is InstanceStatus.SUSPENDED:
        raise Conflict("The process is suspended. It goes on when it is resumed; nothing is lost.")
    if instance.status is not InstanceStatus.RUNNING:
        raise Conflict("The process is not running any more.")


def state(instance: ProcessInstance) -> bytes:
    """The engine's state; raises engine.StateCorrupt unless it is just what was written for this revision."""
    return seals.opened(instance)


def write(
    session: Session, instance: ProcessInstance, known: Mapping[str, Any], changes: Mapping[str, Any]
) -> dict[str, Any]:
    """Write what differs from `known`, as of the revision being made; returns what was written."""
    changed = {name: new for name, new in changes.items() if name not in known or not values.same(known[name], new)}
    values.check(changed)
    footing.note_variables(session, instance, known, changed)
    variable_rows.write(session, instance.id, changed, instance.revision + 1, instance.status in waits.LIVE_INSTANCES)
    return changed


def settle(
    session: Session,
    instance: ProcessInstance,
    step: Step,
    actor: str,
    known: Mapping[str, Any] | None = None,
    facts: Facts | None = None,
    standing: Mapping[waits.Key, int] | None = None,
) -> None:
    """Make the rows say what the step says. `known` are the variables, `standing` the rows of what was waited for
    and is not over yet, if the caller has them (holding.Held).

    `facts` names the tokens moved by `actor` and what their "completed" event also tells; all else that happens is
    the machine's doing.
    """
    known = {**(variables(session, instance) if known is None else known)}
    step = decision_tasks.answer(session, instance, step, known, lambda its, seen: around(its, seen, instance))
    separation.require_approved(session, instance, step.happenings)
    _tell(session, instance, step, actor, facts or {})
    ballots.reveal(session, instance, step)
    if step.variables:
        changed = write(session, instance, known, step.variables)
        known.update(changed)
    if not step.finished and not step.waits:
        raise engine.EngineProblem("The process would stand still for ever: it waits for nothing.")
    instance_rows.keep(session, instance, step.state, InstanceStatus.COMPLETED if step.finished else instance.status)
    model = definitions.model(session, instance.definition)
    here = around(session, known, instance)
    changes = waits.agree(session, instance, model, step.waits, here, standing)
    titles.follow(session, instance, model, step, here)
    outgoing.send(session, instance, step.thrown)
    outgoing.catch_up(session, changes.subscriptions)
    _call(session, instance, model, changes, known)
    waited_for = escalations.rise(session, instance, step.thrown, settle)
    if step.finished:
        _end(session, instance, step, waited_for)
    elif changes.passing:
        performers.consider(session, instance, changes.passing, settle)


def cancel(session: Session, instance: ProcessInstance, by: str, reason: str) -> None:
    """End an instance and all it has called, before its time; its tasks, jobs and timers are gone."""
    instance = lock(session, instance.id, instance.case_id)
    if instance.status not in waits.LIVE_INSTANCES:
        raise Conflict("The process is not running any more.")
    if instance.parent_id is not None:
        raise Conflict("This process was called by another; cancel that one.")
    _cancel(session, instance, by, reason)
    _close_case(session, instance)


def _begin(
    session: Session,
    instance: ProcessInstance,
    by: str,
    given: Mapping[str, Any],
    beginning: engine.Beginning,
    told: Mapping[str, Any],
) -> None:
    values.check(given)
    definition = instance.definition
    facts = {"process": definition.key, "version": definition.version, "variables": dict(given), **told}
    history.record(session, instance.case_id, by, "started", instance, **facts)
    variable_rows.write(session, instance.id, given, 0)
    step = beginning.step(around(session, given, instance))
    settle(session, instance, step, history.SYSTEM, given, standing={})


def _tell(session: Session, instance: ProcessInstance, step: Step, actor: str, facts: Facts) -> None:
    if step.happenings:
        entries = [_entry(each, actor, facts) for each in step.happenings]
        history.record_all(session, instance.case_id, instance, entries)


def _entry(happening: Happening, actor: str, facts: Facts) -> history.Entry:
    own = facts.get(happening.token_id) if happening.kind == "completed" else None
    by = actor if own is not None else history.SYSTEM
    return history.Entry(
        by, happening.kind, happening.activity_id, happening.token_id, {**happening.data, **(own or {})}
    )


def _call(
    session: Session, instance: ProcessInstance, model: engine.Model, changes: waits.Changes, known: Mapping[str, Any]
) -> None:
    """Begin the processes that are called, end those no longer waited for. All rows are there before the first
    begins: one that ends at once moves its caller on, which must then know of the others."""
    for child_id in changes.calls_gone:
        _cancel(session, lock(session, child_id, instance.case_id), history.SYSTEM, "")
    if not changes.calls:
        return
    calls.check_bounds(session, instance, len(changes.calls))
    drawn = [model.activities[call.activity_id] for call in changes.calls]
    called = [
        calls.target(session, instance.definition, activity, call.name or "")
        for activity, call in zip(drawn, changes.calls, strict=True)
    ]
    wanted = [(definition, instance.case_id) for definition in called]
    begun = instance_rows.new(session, history.SYSTEM, wanted, instance, [call.token_id for call in changes.calls])
    for child, activity, call in zip(begun, drawn, changes.calls, strict=True):
        if child.status is InstanceStatus.RUNNING:
            given = calls.given(activity, around(session, {**known, **call.variables}, instance))
            beginning = engine.Beginning(definitions.model(session, child.definition))
            _begin(session, child, history.SYSTEM, given, beginning, {})


def _end(session: Session, instance: ProcessInstance, step: Step, waited_for: bool) -> None:
    history.record(session, instance.case_id, history.SYSTEM, "ended", instance)
    if instance.parent_id is None:
        _close_case(session, instance)
    if instance.parent_id is None or not waited_for:
        return
    error = next((thrown for thrown in step.thrown if thrown.kind == "error"), None)
    _return(session, instance, lock(session, instance.parent_id, instance.case_id), error)


def _return(session: Session, child: ProcessInstance, parent: ProcessInstance, error: Thrown | None) -> None:
    """The called process has ended: its caller takes over what it changed, or catches its error."""
    model, known = definitions.model(session, parent.definition), variables(session, parent)
    token_id = child.parent_token_id or ""
    if error is not None:
        here = around(session, known, parent)
        step = engine.throw_error(model, state(parent), token_id, error.name, here, leaves=True)
    else:
        known.update(write(session, parent, known, calls.returned(session, parent, child)))
        step = engine.complete(model, state(parent), token_id, around(session, known, parent))
    settle(session, parent, step, history.SYSTEM, known)


def _cancel(session: Session, instance: ProcessInstance, by: str, reason: str) -> None:
    if instance.status not in waits.LIVE_INSTANCES:
        return
    model, known = definitions.model(session, instance.definition), variables(session, instance)
    opened = seals.readable(instance)
    lost = history.open_tokens(session, instance.id) if opened is None else {}
    before = [each.activity_id for each in engine.standing(model, opened)] if opened else [*lost.values()]
    step = engine.cancel(model, opened, around(session, known, instance))
    _tell(session, instance, step, by, {})
    for token_id, activity_id in lost.items():
        history.record(session, instance.case_id, by, "cancelled", instance, activity_id, token_id)
    history.record(session, instance.case_id, by, "withdrawn", instance, reason=reason, before=before)
    instance_rows.keep(session, instance, step.state, InstanceStatus.CANCELLED)
    changes = waits.agree(session, instance, model, (), around(session, known))
    _call(session, instance, model, changes, known)


def _close_case(session: Session, instance: ProcessInstance) -> None:
    """With its last process the case is over."""
    (live,) = rows.ask(session, _LIVE_IN_CASE(case_id=instance.case_id))
    if not live:
        rows.change(session, Case, instance.case_id, closed_at=now())
        case_clock.over(session, instance.case_id)
        registry.case_over(session, instance.case_id)
        history.record(session, instance.case_id, history.SYSTEM, "closed")
