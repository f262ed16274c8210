"""Escalations that leave a called process: they rise to the nearest caller that catches them.

The called process goes on meanwhile, unless what catches it takes the call away (BPMN 2.0.2, 10.5.6).
"""

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from workflow import definitions, engine, history, holding, seals, sight
from workflow.engine import Thrown, WaitKind
from workflow.models import ProcessInstance
from workflow.waits import LIVE_INSTANCES

Settle = Callable[..., None]  # instances.settle


def rise(session: Session, child: ProcessInstance, thrown: Sequence[Thrown], settle: Settle) -> bool:
    """Take what a called process has thrown to its caller; whether the caller still waits for it."""
    if child.parent_id is None:
        return True
    codes = [news.name for news in thrown if news.kind == "escalation"]
    return all(_reach(session, child, code, settle) for code in codes)


def _reach(session: Session, child: ProcessInstance, code: str, settle: Settle) -> bool:
    held = holding.take(session, child.parent_id, child.case_id)
    caller, known = held.instance, sight.around(session, held.variables, held.instance)
    model, token_id = definitions.model(session, caller.definition), child.parent_token_id or ""
    step = engine.throw_escalation(model, seals.opened(caller), token_id, code, known)
    standing = {**held.standing, (WaitKind.CALL.value, token_id): child.id}  # though it may have ended with this step
    settle(session, caller, step, history.SYSTEM, held.variables, standing=standing)
    return caller.status in LIVE_INSTANCES and token_id in engine.live_tokens(model, seals.opened(caller))
