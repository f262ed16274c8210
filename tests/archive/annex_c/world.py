"""Sound rows to break: a dossier with papers and images, a reading, a transfer, a day and a courier's list."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from archive import dossiers, persons, storage
from archive.days import Day, DayStatus
from archive.images.demands import ImageKind
from archive.images.models import ImageFile
from archive.materials import catalogue
from archive.packs.models import CourierList, CourierRow, ListStatus, Pack, PackStatus, RowStatus
from archive.reading.grant_tables import PageView, Sitting
from archive.statuses import Channel
from archive.transfer import keepers
from archive.transfer.models import Transfer, TransferStatus
from tests.archive.cards import facts
from tests.archive.images.scanned import CATALOGUE
from tests.archive.reading import granted
from workflow import cases
from workflow.clock import now
from workflow.models import StoredFile
from workflow.signins import SignIn

DAY = date(2026, 7, 1)
SHELF = "K01-01-01-A-1-0{}"
LATER = datetime(2026, 7, 22, 9, tzinfo=UTC)  # a working day
HOLIDAY = datetime(2026, 10, 1, 9, tzinfo=UTC)


def shelved(session: Session) -> None:
    """Dossiers 1 and 2 of two people, papers in the first, both on shelves of one place each."""
    storage.furnish(session, "K01", "一号库", storage.Shelves(rows=1, cabinets=1, layers=1, places=4))
    for number, name in ((1, "单雄信"), (2, "秦琼")):
        made = dossiers.register(session, persons.register(session, facts(number, name), "anna"), {}, "anna")
        storage.shelve(session, made, SHELF.format(number), "anna")
    catalogue.save(session, session.get_one(dossiers.Dossier, 1), CATALOGUE, "anna")
    session.flush()


def imaged(session: Session) -> None:
    """Both sets of images of the first dossier's papers, accepted."""
    shelved(session)
    dossier = session.get_one(dossiers.Dossier, 1)
    for material in catalogue.rows(session, dossier):
        for page in range(1, material.pages + 1):
            for kind in ImageKind:
                session.add(image(session, material.id, page, kind))
    session.flush()


def image(session: Session, material_id: int, page: int, kind: ImageKind, **more: Any) -> ImageFile:
    """An accepted image as it is written down; its bytes need not be there."""
    sha256 = f"{material_id:032d}{page:016d}{len(kind):016d}"
    file = StoredFile(sha256=sha256, size=9, media_type="image/jpeg", name="1.jpg", stored_at=now(), stored_by="anna")
    session.add(file)
    session.flush()
    seen = {"dpi_x": 300, "dpi_y": 300, "depth": 24, "width": 10, "height": 10, "bytes": 9, "turned": 0, "border": 0.0}
    told = {"format": "JPEG", "colours": "RGB", "blank": False, "name": "1.jpg", "added_at": now(), "added_by": "anna"}
    settled = {"accepted_at": now(), "accepted_by": "bob", "sha256": sha256, "file_id": file.id}
    return ImageFile(material_id=material_id, page=page, kind=kind, **{**seen, **told, **settled, **more})


def read(session: Session) -> None:
    """anna and bob have opened a page of the first paper, under a grant over all of them."""
    imaged(session)
    grant = granted.grant(session, granted.request(session, session.get_one(dossiers.Dossier, 1)))
    for login in ("anna", "bob"):
        seen = {"created_at": now(), "seen_at": now(), "expires_at": now() + timedelta(hours=12)}
        session.add(SignIn(token_hash=f"{login:a<64}", user_name=login, **seen))
    session.flush()
    who = {"first": "anna", "second": "bob", "address": "10.0.0.1"}
    signed = {"first_sign_in_id": 1, "second_sign_in_id": 2, "begun_at": now(), "asked_at": now(), "seen_at": now()}
    session.add(Sitting(grant_id=grant.id, **who, **signed))
    session.flush()
    session.add(view(at=now()))
    session.flush()


def view(**more: Any) -> PageView:
    """A page of the first material before anna and bob."""
    who = {"first": "anna", "second": "bob", "address": "10.0.0.1"}
    return PageView(sitting_id=1, grant_id=1, **{"material_id": 1, "page": 1, "image_id": 1, "ms": 0, **who, **more})


def leaving(session: Session) -> None:
    """A transfer of the first dossier, accepted and approved, with a notice; nothing is sent yet."""
    shelved(session)
    keepers.save(session, {"code": "LC01", "name": "临川中心"}, "dora")
    case = cases.open_case(session, "T-1", "转出", "transfer-out", "anna")
    asked = {"keeper_code": "LC01", "letter_no": "临调1号", "asked_at": now(), "asked_by": "anna", "notice_no": "转1号"}
    clock = {"accepted_at": now(), "first_due_at": LATER, "due_at": LATER, "approved_at": now(), "approved_by": "dora"}
    session.add(Transfer(case_id=case.id, dossier_id=1, status=TransferStatus.ACCEPTED, **asked, **clock))
    session.flush()


def delivered(session: Session) -> None:
    """A list of two rows, one refused; its pack came and was registered; the day is closed."""
    told = {"name": "清单.xlsx", "sha256": "0" * 64, "imported_at": now(), "imported_by": "anna"}
    session.add(CourierList(id=1, status=ListStatus.DONE, done_at=now(), **told))
    session.add(pack("EB1", received_at=now(), received_by="anna", delivery_day=DAY, status=PackStatus.SIGNED))
    session.flush()
    session.add(row(1, status=RowStatus.ACCEPTED, pack_id=1))
    session.add(row(2, status=RowStatus.REJECTED, reason=["No number.", {}]))
    figures = {"delivered": 1, "registered": 1, "exceptions": 0, "difference": 0}
    closed = {"status": DayStatus.CLOSED, "closed_at": now(), "figures": figures}
    session.add(Day(day=DAY, opened_at=now(), opened_by="anna", **closed))
    session.flush()


def pack(number: str, **more: Any) -> Pack:
    return Pack(tracking_no=number, channel=Channel.EMS, expected_at=now(), **more)


def row(number: int, **more: Any) -> CourierRow:
    """A row of the list."""
    return CourierRow(list_id=1, number=number, facts={}, **more)
