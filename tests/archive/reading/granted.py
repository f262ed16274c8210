"""Dossiers with page images and a grant to read them, for the tests of reading on the screen."""

from datetime import timedelta
from typing import Any

from archive import dossiers, persons, storage
from archive.dossier_tables import Dossier
from archive.images.demands import ImageKind
from archive.reading.grant_tables import Grant, GrantedMaterial
from archive.reading.loan_tables import Loan
from archive.reading.models import Mode, Reader, ReadingRequest, RequestStatus
from archive.reading.purposes import Purpose
from archive.reading.work import materials_of
from archive.statuses import DossierStatus
from tests.archive.cards import id_no
from tests.archive.images import scanned
from workflow import cases
from workflow.clock import now

UNIT = "云溪市教育局"


def request(session, dossier: Dossier, readers=("anna", "bob"), serial: int = 1, **more: Any) -> ReadingRequest:
    """An approved request of these readers (logins) for the whole dossier."""
    case = cases.open_case(session, f"reading-2026070{serial}-00000{serial}", "查借阅", "reading", "anna")
    told = {
        "unit": UNIT,
        "phone": "1",
        "purpose": Purpose.CADRE_WORK,
        "reason": "考察",
        "mode": Mode.DIGITAL,
        "status": RequestStatus.APPROVED,
        "number": f"〔2026〕查字000{serial}号",
        "asked_at": now(),
        "asked_by": "anna",
        "approved_at": now(),
        "approved_by": "eve",
        "valid_until": now() + timedelta(days=15),
    }
    made = ReadingRequest(case_id=case.id, dossier_id=dossier.id, **{**told, **more})
    for seq, login in enumerate(readers, start=1):
        mark = persons.fingerprint(session, id_no(600 + 10 * serial + seq))
        made.readers.append(Reader(seq=seq, name=login, id_fingerprint=mark, id_masked="…", login=login))
    session.add(made)
    session.flush()
    return made


def grant(session, asked: ReadingRequest, **more: Any) -> Grant:
    """A grant over the request's materials, for 120 minutes and five days unless said otherwise."""
    told = {"minutes": 120, "opened_at": now(), "valid_until": now() + timedelta(days=5), **more}
    made = Grant(case_id=asked.case_id, dossier_id=asked.dossier_id, **told)
    session.add(made)
    session.flush()
    for material in materials_of(session, asked):
        session.add(GrantedMaterial(grant_id=made.id, material_id=material.id))
    session.flush()
    return made


def readable(session, readers=("anna", "bob"), **more: Any) -> Grant:
    """A dossier of four pages with its images, granted."""
    dossier = scanned.dossier(session)
    scanned.fill(session, dossier, kinds=(ImageKind.OPTIMISED,))
    return grant(session, request(session, dossier, readers), **more)


def loan(session, asked: ReadingRequest, **more: Any) -> Loan:
    """The papers of a request are out: lent for ten days unless said otherwise; the dossier says so too."""
    dossier = asked.dossier
    if dossier.status is not DossierStatus.IN_STORE:
        storage.shelve(session, dossier, f"K01-01-01-A-1-0{asked.case_id}", "anna")
    dossiers.hold(session, dossier, asked.case)
    storage.take_out(session, dossier, "unit:x", DossierStatus.LENT, "anna", asked.case, "handed out to be read")
    told = {"away": True, "borrower": "何查", "out_at": now(), "out_by": "anna", "volumes_out": 1, "pages_out": 4}
    if more.get("away", True):
        told["due_at"] = now() + timedelta(days=10)
    made = Loan(case_id=asked.case_id, dossier_id=dossier.id, **{**told, **more})
    session.add(made)
    session.flush()
    return made


def lent(session, serial: int = 1, name: str = "单雄信", shielded: bool = False, **more: Any) -> Loan:
    """A dossier, a request to borrow it, and the loan."""
    kept = scanned.dossier(session, serial, name)
    asked = request(session, kept, (), serial, mode=Mode.LEND, shielded=shielded)
    return loan(session, asked, **more)
