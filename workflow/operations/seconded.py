"""Moves past protected work: one person asks, another of the security role agrees, and then it is done."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from workflow import instances, separation
from workflow.errors import Conflict, NotFound
from workflow.identity import User
from workflow.models import Agreement, ProcessInstance
from workflow.operations import tokens
from workflow.operations.rights import MOVE, held
from workflow.separation import agreements
from workflow.statuses import AgreementKind


def ask_to_move(
    session: Session,
    instance: ProcessInstance,
    user: User,
    token_id: str,
    activity_id: str,
    reason: str,
    others: Sequence[str] = (),
    seen: int | None = None,
) -> Agreement:
    """Ask for a move that passes by protected work; raises as `move` would, Conflict when nobody need agree."""
    tokens.preview_move(session, instance, user, token_id, activity_id, others)
    asked = {"token": token_id, "target": activity_id, "others": list(others)}
    return _asked(session, instance, user, AgreementKind.MOVE, asked, [token_id, *others], activity_id, reason, seen)


def ask_to_skip(
    session: Session, instance: ProcessInstance, user: User, token_id: str, reason: str, seen: int | None = None
) -> Agreement:
    """The same for passing protected work without doing it."""
    tokens.preview_skip(session, instance, user, token_id)
    return _asked(session, instance, user, AgreementKind.SKIP, {"token": token_id}, [token_id], None, reason, seen)


def _asked(
    session: Session,
    instance: ProcessInstance,
    user: User,
    kind: AgreementKind,
    asked: dict[str, Any],
    token_ids: Sequence[str],
    target: str | None,
    reason: str,
    seen: int | None,
) -> Agreement:
    found, reason = held(session, instance, user, MOVE, reason, seen)
    passed = separation.passed_by(session, found, tokens.places(session, found, token_ids), target)
    if not passed:
        raise Conflict("This passes by nothing protected: nobody else need agree.")
    return agreements.ask(session, user, kind, {**asked, "passed": passed, "seen": found.revision}, reason, found)


@agreements.carried_out_by(AgreementKind.MOVE)
def _moved(session: Session, agreement: Agreement, asker: User, user: User) -> None:
    asked = agreement.asked
    tokens.move(
        session,
        _instance(session, agreement),
        asker,
        asked["token"],
        asked["target"],
        agreement.reason,
        asked["others"],
        asked["seen"],
        agreed_by=user,
    )


@agreements.carried_out_by(AgreementKind.SKIP)
def _skipped(session: Session, agreement: Agreement, asker: User, user: User) -> None:
    asked = agreement.asked
    instance = _instance(session, agreement)
    tokens.skip(session, instance, asker, asked["token"], agreement.reason, asked["seen"], agreed_by=user)


def _instance(session: Session, agreement: Agreement) -> ProcessInstance:
    if agreement.instance_id is None:
        raise NotFound
    return instances.lock(session, agreement.instance_id, agreement.case_id)
