"""What a process knows and hears, corrected by hand."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import engine, history, instances, messages, values
from workflow.errors import Conflict, Invalid, sentence
from workflow.identity import User
from workflow.models import ProcessInstance, Subscription
from workflow.operations.rights import CHANGE, held
from workflow.operations.tokens import CannotBeDone, activities, standing


def change_variables(
    session: Session,
    instance: ProcessInstance,
    user: User,
    changes: Mapping[str, Any],
    reason: str,
    seen: Mapping[str, Any] | None = None,
) -> None:
    """Write variables (JSON values). `seen`: those the person looked at; Conflict when one of them has changed since.

    Raises Invalid for a value that cannot be kept. Conditions that wait for it are looked at, unless suspended."""
    found, reason = held(session, instance, user, CHANGE, reason)
    known = instances.variables(session, found)
    for name, value in (seen or {}).items():
        if name not in known or not values.same(known[name], value):
            raise Conflict("“{name}” has been changed meanwhile. See how it stands now and choose again.", name=name)
    changed = instances.write(session, found, known, changes)
    if not changed:
        raise Invalid({"value": [sentence("It has this value already.")]})
    before = {name: known.get(name) for name in changed}
    told = {"reason": reason, "before": before, "variables": changed}
    history.record(session, found.case_id, user.name, "variables_changed", found, **told)
    instances.reconsider(session, found, {**known, **changed})


def send_message(
    session: Session,
    instance: ProcessInstance,
    user: User,
    token_id: str,
    payload: Mapping[str, Any],
    reason: str,
    seen: int | None = None,
) -> None:
    """Give a token the message or signal it waits for, as if it had come from outside; not while suspended.

    `payload` (JSON values) becomes variables. Raises TokenGone, CannotBeDone, Invalid."""
    found, reason = held(session, instance, user, CHANGE, reason, seen)
    instances.require_running(found)
    mine = (Subscription.instance_id == found.id, Subscription.token_id == token_id)
    awaited = session.scalars(select(Subscription).where(*mine)).first()
    if awaited is None:
        raise engine.TokenGone
    values.check(payload)
    told = {"reason": reason, "message": awaited.name, "correlation_key": awaited.correlation_key}
    facts = {**told, "before": activities(standing(session, found)), "payload": dict(payload)}
    history.record(session, found.case_id, user.name, "message_sent", found, awaited.activity_id, token_id, **facts)
    try:
        messages.hand_over(session, found, awaited, payload, {awaited.kind: awaited.name, "by": user.name})
    except engine.EngineProblem as problem:
        raise CannotBeDone(reason=problem.sentence) from problem
