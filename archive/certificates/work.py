"""The certificate a step is about, and what its forms and papers say of it."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from archive import documents
from archive.certificates.kinds import KIND_LABELS, RULES
from archive.certificates.models import Certificate
from archive.relations import SUBJECT
from archive.steps import case_id
from workflow.errors import NotFound
from workflow.models import UserTask
from workflow.registry import Work, subjects_of_case

PROCESS = "certificate"


def certificate_of(session: Session, step: UserTask | Work) -> Certificate:
    """The certificate of the step's case; raises NotFound when it is none."""
    found = session.get(Certificate, case_id(step))
    if found is None:
        raise NotFound
    return found


def shown(certificate: Certificate) -> dict[str, Any]:
    """What the forms say of who asks for what."""
    kind = certificate.kind
    return {
        "kind_said": RULES[kind].title if kind else "",
        "kind_said_en": KIND_LABELS[kind] if kind else "",
        "applicant": certificate.applicant,
        "unit": certificate.unit,
    }


def rows(certificate: Certificate) -> list[dict[str, str]]:
    """The certified facts as forms and papers list them."""
    told = certificate.facts
    return [{"said": each.said, "place": each.place, "source": each.source, "formed": each.formed} for each in told]


def paper(certificate: Certificate) -> dict[str, Any]:
    """What every paper of a certificate says."""
    dossier = certificate.dossier
    received = dossier.receive_date
    return {
        "title": RULES[certificate.kind].title if certificate.kind else "证明",
        "dossier_no": dossier.dossier_no,
        "name": dossier.person.name,
        "applicant": certificate.applicant,
        "unit": certificate.unit,
        "purpose": certificate.purpose,
        "received_on": documents.chinese_day(received) if received else "",
    }


@subjects_of_case("certificates")
def person_of(session: Session, case: int) -> Iterator[str]:
    """Whose dossier is certified from: neither they nor their relatives take part."""
    certificate = session.get(Certificate, case)
    if certificate is not None:
        yield SUBJECT + certificate.dossier.person.id_fingerprint
