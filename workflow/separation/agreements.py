"""Two people for one thing: one asks, another agrees, and then it is done; neither may be the other.

Who agrees needs the permission of the security role. What is asked is done in the transaction in which it is agreed
to, as things stand then: when they have changed meanwhile, it is refused and has to be asked for anew.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from workflow.clock import now
from workflow.errors import Conflict, Invalid, NotAllowed, NotFound, sentence
from workflow.identity import User
from workflow.models import Agreement, ProcessInstance
from workflow.separation.relations import MANAGE
from workflow.statuses import AgreementKind, AgreementStatus

LONGEST_REASON = 500
Perform = Callable[[Session, Agreement, User, User], None]  # (…, who asked, who agreed)
_performs: dict[AgreementKind, Perform] = {}


def carried_out_by(kind: AgreementKind) -> Callable[[Perform], Perform]:
    """Register what is done when something of this kind is agreed to; it may raise a Refusal."""

    def keep(function: Perform) -> Perform:
        if _performs.setdefault(kind, function) is not function:
            raise ValueError(f"{kind!r} is registered twice")
        return function

    return keep


def ask(
    session: Session,
    user: User,
    kind: AgreementKind,
    asked: Mapping[str, Any],
    reason: str,
    instance: ProcessInstance | None = None,
) -> Agreement:
    """Ask for something (`asked`, JSON). The caller has checked that the user could do it but for the second person.

    Raises Invalid without a reason, Conflict when the same is asked for already."""
    reason = required(reason)
    open_ = select(Agreement).where(Agreement.kind == kind, Agreement.status == AgreementStatus.ASKED)
    if any(each.asked == dict(asked) for each in session.scalars(open_)):
        raise Conflict("This is asked for already and waits for a second person.")
    made = Agreement(
        kind=kind,
        case_id=instance.case_id if instance else None,
        instance_id=instance.id if instance else None,
        asked=dict(asked),
        reason=reason,
        asked_at=now(),
        asked_by=user.name,
    )
    session.add(made)
    session.flush()  # its number
    return made


def required(reason: str) -> str:
    """The reason, trimmed; raises Invalid when there is none."""
    if not reason.strip():
        raise Invalid({"reason": [sentence("Say why; it is kept.")]})
    return reason.strip()[:LONGEST_REASON]


def agree(session: Session, agreement: Agreement, user: User) -> None:
    """Agree, and have it done. Raises NotAllowed (no permission, or one's own), Conflict (answered already, or whatever
    speaks against doing it now)."""
    asker = _answerable(session, agreement, user)
    _answer(session, agreement, user, AgreementStatus.AGREED)
    _performs[agreement.kind](session, agreement, asker, user)


def refuse(session: Session, agreement: Agreement, user: User, why: str) -> None:
    """Do not agree; says why. Raises as `agree`, and Invalid without a reason."""
    _answerable(session, agreement, user)
    said = required(why)
    _answer(session, agreement, user, AgreementStatus.REFUSED)
    agreement.answer = said


def withdraw(session: Session, agreement: Agreement, user: User) -> None:
    """Take back what one has asked for."""
    if agreement.asked_by != user.name:
        raise NotAllowed("Only who has asked takes it back.")
    _answer(session, agreement, None, AgreementStatus.WITHDRAWN)


def find(session: Session, agreement_id: int) -> Agreement:
    """Raises NotFound."""
    found = session.get(Agreement, agreement_id)
    if found is None:
        raise NotFound
    return found


def waiting(session: Session) -> Sequence[Agreement]:
    """What waits for a second person, oldest first."""
    query = select(Agreement).where(Agreement.status == AgreementStatus.ASKED)
    return session.scalars(query.order_by(Agreement.id)).all()


def answered(session: Session, limit: int = 50) -> Sequence[Agreement]:
    """What was answered last, newest first."""
    query = select(Agreement).where(Agreement.status != AgreementStatus.ASKED)
    return session.scalars(query.order_by(Agreement.id.desc()).limit(limit)).all()


def agreed_to_pass(session: Session, case_id: int) -> set[str]:
    """The elements two people have agreed to pass by in this case."""
    moves = (AgreementKind.MOVE, AgreementKind.SKIP, AgreementKind.REOPEN)
    query = select(Agreement).where(Agreement.case_id == case_id, Agreement.kind.in_(moves))
    agreed = session.scalars(query.where(Agreement.status == AgreementStatus.AGREED))
    return {each for agreement in agreed for each in agreement.asked.get("passed", ())}


def _answerable(session: Session, agreement: Agreement, user: User) -> User:
    """Who asked, when this user may answer."""
    if not user.active or not user.may(MANAGE):
        raise NotAllowed("Only the security role agrees to this.")
    if agreement.asked_by == user.name:
        raise NotAllowed("You have asked for this: a second person must agree.")
    return session.get_one(User, agreement.asked_by)


def _answer(session: Session, agreement: Agreement, user: User | None, status: AgreementStatus) -> None:
    """Once: of two who answer at the same moment the first one counts."""
    at, by = (now(), user.name) if user is not None else (now(), None)
    still = (Agreement.id == agreement.id, Agreement.status == AgreementStatus.ASKED)
    change = update(Agreement).where(*still).values(status=status, answered_at=at, answered_by=by)
    if session.execute(change.execution_options(synchronize_session=False)).rowcount == 0:
        raise Conflict("This has been answered already.")
    session.refresh(agreement)
