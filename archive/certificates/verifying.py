"""Whether a paper somebody holds is genuine: number and check code, compared; nothing is told of the person.

Guessing is slowed down as at the sign-in, by the address it comes from.
"""

import hmac
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy.orm import Session

from archive.certificates import issuing, voiding
from archive.certificates.kinds import KIND_LABELS
from archive.certificates.models import CertificateStatus
from archive.scans import normalise
from workflow import office, signins


class Verdict(StrEnum):
    GENUINE = "genuine"
    VOID = "void"
    NOT_GENUINE = "not_genuine"  # whatever is wrong with it
    WAIT = "wait"


@dataclass(frozen=True)
class Answer:
    """What may be told. `kind`: its label; `wait`: seconds until another try."""

    verdict: Verdict
    kind: str = ""
    sealed_on: date | None = None
    wait: int = 0


def verify(session: Session, number: str, code: str, address: str) -> Answer:
    """Compare the number and check code typed or scanned by somebody at this address."""
    counted = (f"certificates {address}", f"certificates {address}")
    wait = signins.charge(session, *counted)
    if wait:
        return Answer(Verdict.WAIT, wait=wait)
    found = voiding.by_number(session, number)
    given = issuing.mark(session, found.number or "" if found else "", normalise(code))
    right = hmac.compare_digest(given, (found.check_mark if found else None) or "")
    if not (found and right and found.sealed_at and found.kind):
        return Answer(Verdict.NOT_GENUINE)
    signins.forgive(session, *counted)
    verdict = Verdict.VOID if found.status is CertificateStatus.VOID else Verdict.GENUINE
    return Answer(verdict, KIND_LABELS[found.kind], office.of(session).local(found.sealed_at).date())
