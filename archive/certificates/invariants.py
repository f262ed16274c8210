"""What must always hold of certificates, whoever wrote the rows."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.certificates.kinds import RULES
from archive.certificates.models import Certificate, CertificateStatus, CertifiedFact
from archive.materials.models import Material
from archive.numbers import IssuedNumber
from workflow.registry import fsck_check

OUT = (CertificateStatus.NUMBERED, CertificateStatus.SEALED, CertificateStatus.VOID)


@fsck_check("certified_as_recorded")
def _recorded(session: Session) -> Iterator[str]:
    """Every certified fact stands in a material of that very dossier, and no certificate of facts is without one."""
    asked = select(CertifiedFact).join(Certificate, Certificate.case_id == CertifiedFact.case_id)
    asked = asked.join(Material, Material.id == CertifiedFact.material_id)
    foreign = asked.where(Material.dossier_id != Certificate.dossier_id).order_by(CertifiedFact.id)
    for fact in session.scalars(foreign):
        yield f"Fact {fact.seq} of certificate {fact.case_id} stands in a material of another dossier."
    counted = select(CertifiedFact.case_id)
    bare = select(Certificate).where(Certificate.status.in_(OUT), Certificate.case_id.not_in(counted))
    for certificate in session.scalars(bare.order_by(Certificate.case_id)):
        if certificate.kind and RULES[certificate.kind].from_materials:
            yield f"Certificate {certificate.number} certifies no fact."


@fsck_check("certificates_void_with_their_number")
def _void(session: Session) -> Iterator[str]:
    """A certificate is void exactly when its number is."""
    asked = select(Certificate.number, Certificate.status, IssuedNumber.voided_at)
    asked = asked.join(IssuedNumber, IssuedNumber.text == Certificate.number)
    for number, status, voided_at in session.execute(asked.order_by(Certificate.case_id)):
        if (status is CertificateStatus.VOID) != (voided_at is not None):
            yield f"Certificate {number} is {status}, but its number is {'void' if voided_at else 'in force'}."
