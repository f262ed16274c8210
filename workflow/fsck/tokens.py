"""Saved states: each is what was written for its revision, says what its rows say, and has lost no token."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, joinedload

from workflow import definitions, engine, history, instances
from workflow.errors import DefinitionRefused
from workflow.fsck.running import PORTION
from workflow.models import HistoryEvent, ProcessInstance
from workflow.registry import fsck_check
from workflow.waits import LIVE_INSTANCES, Key, live_rows, row_key, wait_key


@fsck_check("states")
def states(session: Session) -> Iterator[str]:
    """Each instance's state opens, belongs to its revision, and waits for just what the rows say."""
    for found in _portions(session):
        rows: dict[int, set[Key]] = {}
        for row in live_rows(session, [instance.id for instance in found]):
            rows.setdefault(row.instance_id, set()).add(row_key(row))
        for instance in found:
            yield from _state(session, instance, rows.get(instance.id, set()))


@fsck_check("tokens")
def tokens(session: Session) -> Iterator[str]:
    """No token is lost or made up: those of the state are those that the history saw come and not go; what is over has
    none. States that do not open are the business of `states`."""
    for found in _portions(session):
        told = _told(session, [instance.id for instance in found])
        for instance in found:
            yield from _conserved(session, instance, told.get(instance.id, {}))


def _portions(session: Session) -> Iterator[list[ProcessInstance]]:
    last = 0
    query = select(ProcessInstance).options(joinedload(ProcessInstance.definition)).order_by(ProcessInstance.id)
    while found := list(session.scalars(query.where(ProcessInstance.id > last).limit(PORTION))):
        last = found[-1].id
        yield found


def _state(session: Session, instance: ProcessInstance, rows: set[Key]) -> Iterator[str]:
    where = _where(instance)
    try:
        model, state = definitions.model(session, instance.definition), instances.state(instance)
        said = engine.state_problems(model, state)
        open_ = () if said else engine.waits_of(model, state)
        waits = {wait_key(wait): wait for wait in open_ if wait.kind is not engine.WaitKind.CONDITION}
    except (engine.EngineProblem, DefinitionRefused) as problem:
        said, waits = [str(problem)], {}
    if said:
        yield from (f"{where}: {each}" for each in said)
        return
    for key in waits.keys() - rows:
        yield f"{where}: “{waits[key].activity_id}” waits for a {key[0]}, but there is no row for its token {key[1]}."
    for kind, token_id, *_ in rows - waits.keys():
        yield f"{where}: a {kind} row waits for token {token_id}, but the process does not."


def _conserved(session: Session, instance: ProcessInstance, told: Mapping[str, str]) -> Iterator[str]:
    try:
        model = definitions.model(session, instance.definition)
        live = engine.live_tokens(model, instances.state(instance))
    except (engine.EngineProblem, DefinitionRefused):
        return
    where = _where(instance)
    if instance.status not in LIVE_INSTANCES and live:
        yield f"{where}: it is {instance.status}, but tokens stand at {_named(live)}."
    elif lost := {token: told[token] for token in told.keys() - live.keys()}:
        yield f"{where}: the history saw tokens come to {_named(lost)} and not go, but the state has lost them."
    elif strange := {token: live[token] for token in live.keys() - told.keys() if not _joins(model, live[token])}:
        yield f"{where}: tokens stand at {_named(strange)}, but the history did not see them come."


def _joins(model: engine.Model, activity_id: str) -> bool:
    """Tokens that wait for others before a gateway have not entered it yet."""
    return activity_id not in model.activities or model.activities[activity_id].kind.endswith("Gateway")


def _told(session: Session, ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """Instance → the tokens, with their elements, that the history has seen enter more often than leave."""
    event = HistoryEvent
    came, went = (func.sum(case((event.kind.in_(kinds), 1), else_=0)) for kinds in (("entered",), history.LEAVING))
    query = (
        select(event.instance_id, event.token_id, func.max(event.activity_id).label("activity_id"))
        .where(event.instance_id.in_(ids), event.token_id.is_not(None), event.kind.in_(("entered", *history.LEAVING)))
        .group_by(event.instance_id, event.token_id)
        .having(came > 0, came != went)
    )
    told: dict[int, dict[str, str]] = {}
    for row in session.execute(query):
        told.setdefault(row.instance_id, {})[row.token_id] = row.activity_id
    return told


def _where(instance: ProcessInstance) -> str:
    return f"Process instance {instance.id} ({instance.definition.key}, revision {instance.revision})"


def _named(found: Mapping[str, str]) -> str:
    return ", ".join(sorted(f"“{activity}” ({token})" for token, activity in found.items()))
