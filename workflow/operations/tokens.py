"""Tokens taken by hand to where they are needed, or past their work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import definitions, engine, history, incidents, instances, separation, suspensions
from workflow.errors import Conflict
from workflow.identity import User
from workflow.models import Incident, ProcessInstance
from workflow.operations.rights import MOVE, held, require
from workflow.statuses import IncidentStatus


class CannotBeDone(Conflict):
    message = "This cannot be done: {reason} Nothing was changed."


@dataclass(frozen=True)
class Preview:
    """What a move or skip would do: where the process stands, where it would then, and what would be passed or end on
    the way (activity ids). `finished`: the process would be over."""

    before: tuple[engine.Standing, ...]
    after: tuple[engine.Standing, ...]
    passed: tuple[str, ...]
    finished: bool

    @property
    def gone(self) -> list[engine.Standing]:
        """What stands before and no longer after."""
        return _besides(self.before, self.after)

    @property
    def fresh(self) -> list[engine.Standing]:
        """What stands after and did not before."""
        return _besides(self.after, self.before)


def move(
    session: Session,
    instance: ProcessInstance,
    user: User,
    token_id: str,
    activity_id: str,
    reason: str,
    others: Sequence[str] = (),
    seen: int | None = None,
    agreed_by: User | None = None,
) -> None:
    """Take a token to another element; `others` are consumed with it. CannotBeDone when the engine refuses,
    NeedsAgreement when protected work is passed by and nobody else has agreed (operations.ask_to_move)."""
    found, reason = held(session, instance, user, MOVE, reason, seen)
    known = instances.variables(session, found)
    before = standing(session, found)
    step = _moved(session, found, known, token_id, activity_id, others)
    here = places(session, found, [token_id, *others])
    separation.require_agreed(session, found, here, activity_id, agreed_by is not None)
    told = {
        "origin": _said(found, _activity_of(before, token_id)),
        "target": _said(found, activity_id),
        "others": [_said(found, _activity_of(before, each)) for each in others],
        **_second(agreed_by),
    }
    _settle(session, found, user, step, known, "token_moved", (activity_id, token_id), reason=reason, **told)


def skip(
    session: Session,
    instance: ProcessInstance,
    user: User,
    token_id: str,
    reason: str,
    seen: int | None = None,
    agreed_by: User | None = None,
) -> None:
    """Let a task, machine work, called process or event be passed without its work. CannotBeDone when the engine
    refuses: no condition leads on with the variables as they are; NeedsAgreement as in `move`."""
    found, reason = held(session, instance, user, MOVE, reason, seen)
    known = instances.variables(session, found)
    step = _skipped(session, found, known, token_id)
    separation.require_agreed(session, found, places(session, found, [token_id]), None, agreed_by is not None)
    activity_id = next(each.activity_id for each in step.happenings if each.kind == "skipped")
    step = replace(step, happenings=tuple(each for each in step.happenings if each.kind != "skipped"))
    _settle(session, found, user, step, known, "skipped", (activity_id, token_id), reason=reason, **_second(agreed_by))


def preview_move(
    session: Session, instance: ProcessInstance, user: User, token_id: str, activity_id: str, others: Sequence[str] = ()
) -> Preview:
    """What `move` would do now; raises as it does. Nothing is written."""
    require(session, instance, user, MOVE)
    step = _moved(session, instance, instances.variables(session, instance), token_id, activity_id, others)
    return _preview(session, instance, step)


def preview_skip(session: Session, instance: ProcessInstance, user: User, token_id: str) -> Preview:
    """What `skip` would do now; raises as it does. Nothing is written."""
    require(session, instance, user, MOVE)
    return _preview(session, instance, _skipped(session, instance, instances.variables(session, instance), token_id))


def standing(session: Session, instance: ProcessInstance) -> tuple[engine.Standing, ...]:
    """Where the process stands, for whoever may see its case."""
    return engine.standing(definitions.model(session, instance.definition), instances.state(instance))


def places(session: Session, instance: ProcessInstance, token_ids: Sequence[str]) -> list[str]:
    """The elements these tokens stand at."""
    here = standing(session, instance)
    return [found for each in token_ids if (found := _activity_of(here, each))]


def _second(agreed_by: User | None) -> dict[str, str]:
    return {} if agreed_by is None else {"agreed_by": agreed_by.name}


def _moved(
    session: Session,
    instance: ProcessInstance,
    known: Mapping[str, Any],
    token_id: str,
    activity_id: str,
    others: Sequence[str],
) -> engine.Step:
    model, sight = definitions.model(session, instance.definition), instances.around(session, known, instance)
    try:
        return engine.move(model, instances.state(instance), token_id, activity_id, sight, others)
    except engine.EngineProblem as problem:
        raise CannotBeDone(reason=problem.sentence) from problem


def _skipped(session: Session, instance: ProcessInstance, known: Mapping[str, Any], token_id: str) -> engine.Step:
    model, sight = definitions.model(session, instance.definition), instances.around(session, known, instance)
    try:
        return engine.skip(model, instances.state(instance), token_id, sight)
    except engine.EngineProblem as problem:
        raise CannotBeDone(reason=problem.sentence) from problem


def _settle(
    session: Session,
    instance: ProcessInstance,
    user: User,
    step: engine.Step,
    known: Mapping[str, Any],
    kind: str,
    where: tuple[str, str],
    **told: Any,
) -> None:
    """Tell it, then make the rows agree; what it calls in a suspended process stands still with it."""
    model = definitions.model(session, instance.definition)
    before, after = standing(session, instance), engine.standing(model, step.state)
    facts = {**told, "before": activities(before), "after": activities(after)}
    history.record(session, instance.case_id, user.name, kind, instance, *where, **facts)
    try:
        instances.settle(session, instance, step, history.SYSTEM, known)
    except engine.EngineProblem as problem:
        raise CannotBeDone(reason=problem.sentence) from problem
    suspensions.follow(session, instance)
    resolve_left(session, instance, user)


def resolve_left(session: Session, instance: ProcessInstance, user: User) -> None:
    """What failed where the process stands no longer needs nobody any more. (Those of jobs went with their job.)"""
    here = {each.activity_id for each in standing(session, instance)}
    mine = (Incident.instance_id == instance.id, Incident.status == IncidentStatus.OPEN, Incident.job_id.is_(None))
    for incident in session.scalars(select(Incident).where(*mine, Incident.activity_id.not_in(here))):
        incidents.resolve(session, incident, user.name)


def _preview(session: Session, instance: ProcessInstance, step: engine.Step) -> Preview:
    model = definitions.model(session, instance.definition)
    after = engine.standing(model, step.state)
    waiting = {each.activity_id for each in after}
    done = (each.activity_id for each in step.happenings if each.kind in ("completed", "skipped"))
    passed = tuple(each for each in dict.fromkeys(done) if each not in waiting)
    return Preview(standing(session, instance), after, passed, step.finished)


def _besides(these: Sequence[engine.Standing], those: Sequence[engine.Standing]) -> list[engine.Standing]:
    known = {each.token_id for each in those}
    return [each for each in these if each.token_id not in known]


def activities(standing: Sequence[engine.Standing]) -> list[str]:
    """Where that is, as the history keeps it."""
    return [each.activity_id for each in standing]


def _activity_of(standing: Sequence[engine.Standing], token_id: str) -> str:
    return next((each.activity_id for each in standing if each.token_id == token_id), "")


def _said(instance: ProcessInstance, activity_id: str) -> dict[str, Any]:
    """An activity as the history names it, whatever becomes of its process."""
    activity = instance.definition.activities.get(activity_id) or {}
    return {"id": activity_id, "name": activity.get("name") or activity_id, "names": activity.get("names") or {}}
