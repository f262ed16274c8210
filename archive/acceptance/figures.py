"""What acceptances come to: how many passed in their first round, how much was accepted, what is to be paid."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from archive.acceptance.models import DECIDED, Acceptance, AcceptanceStatus


@dataclass(frozen=True)
class Figures:
    """`decided`: acceptances that are over and came to the result of a round; `first`: those of them that passed in
    their first; `applied` and `accepted`: quantities of these; `amount` in fen. What ended before anything was judged
    says nothing of quality and counts nowhere."""

    decided: int
    first: int
    applied: int
    accepted: int
    amount: int

    @property
    def first_pass_rate(self) -> float | None:
        """In percent; None while nothing is decided."""
        return 100 * self.first / self.decided if self.decided else None


def of(session: Session, *seen: ColumnElement[bool]) -> Figures:
    """The figures of the acceptances that are over, all or those that are `seen`."""
    asked = select(
        func.count(Acceptance.id),
        func.sum(case((Acceptance.first_pass.is_(True), 1), else_=0)),
        func.sum(Acceptance.applied),
        func.sum(Acceptance.quantity),
        func.sum(Acceptance.amount),
    ).where(Acceptance.status != AcceptanceStatus.OPEN, Acceptance.first_pass.is_not(None), *seen)
    return Figures(*(int(each or 0) for each in session.execute(asked).one()))


def payable(session: Session, contract_no: str) -> list[Acceptance]:
    """What was accepted under a contract and is to be paid, in the order of decision (A10)."""
    asked = select(Acceptance).where(Acceptance.contract_no == contract_no, Acceptance.status.in_(DECIDED))
    return list(session.scalars(asked.order_by(Acceptance.decided_at, Acceptance.id)))
