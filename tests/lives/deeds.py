"""What is done beside the forms before a step is done: the catalogue written, packages brought, pages looked at, folders
counted out and back, two people before the screen."""

import io
from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.acceptance import rounds
from archive.acceptance.models import Acceptance
from archive.dossier_tables import Dossier
from archive.images import pages
from archive.images import rounds as looks
from archive.images.defect_tables import Defect, Stage
from archive.images.demands import ImageKind
from archive.materials import catalogue
from archive.reading.grant_tables import Grant, GrantStatus
from archive.reading.models import Reader
from archive.scanning import batches
from archive.scanning.models import ScanBatch, ScanDossier, ScanStatus
from archive.storage import home
from tests.archive.images import parcelled
from tests.lives import counting
from tests.lives.house import House
from tests.lives.knowing import Facts
from tests.lives.person import Person
from tests.people import PASSWORD

SHEETS = (
    ("干部履历表", "1", "1998-07"),
    ("2018年度考核登记表", "3", "2018"),
    ("高中毕业生学籍表", "4-1", "1990-07"),
    ("入团志愿书", "6", "1988-05"),
)
SCANNED = (ScanStatus.OUT, ScanStatus.DIFFERS, ScanStatus.BACK)  # the firm had them before it
Deed = Callable[[House, Person, Facts], None]


def before(house: House, who: Person, facts: Facts) -> bool:
    """What this step needs first; whether there was anything."""
    deed = DEEDS.get((facts.process, facts.activity))
    if deed is not None:
        deed(house, who, facts)
    return deed is not None


def write_catalogue(house: House, who: Person, facts: Facts) -> None:
    """The papers in hand are written down; what lies loose is classed."""
    path = f"/dossiers/{facts.dossier_id}/catalogue"
    with house.database.reading() as session:
        dossier = session.get_one(Dossier, facts.dossier_id)
        there = [catalogue.row_of(each) for each in catalogue.rows(session, dossier)]
        due = max(dossier.page_count, 1)
    rows = [
        {"id": r.id, "revision": r.revision, "name": r.name, "code": r.code or "3", "formed": r.formed or "2026",
         "pages": r.pages, "note": r.note, "copy": r.copy}
        for r in there
    ]  # fmt: skip
    if not rows:
        rows = _sheets(house, due)
    who.send(f"{path}/checks", None, json={"rows": rows})
    who.send(path, None, "PUT", json={"rows": rows})


def _sheets(house: House, pages: int) -> list[dict[str, Any]]:
    """So many pages over two to four papers, in the order of a catalogue."""
    count = min(pages, house.chance.randint(2, len(SHEETS)))
    shares = [1] * count
    for _ in range(pages - count):
        shares[house.chance.randrange(count)] += 1
    return [
        {"name": name, "code": code, "formed": formed, "pages": str(share)}
        for (name, code, formed), share in zip(SHEETS, shares, strict=False)
    ]


# scanning


def _batch(session: Any, facts: Facts) -> ScanBatch:
    return session.scalars(select(ScanBatch).where(ScanBatch.case_id == facts.case_id)).one()


def _lines(house: House, facts: Facts, *wanted: ScanStatus) -> tuple[int, list[tuple[int, str, str, int]]]:
    """The batch, and of each dossier that stands so: id, number, its place, its pages."""
    with house.database.reading() as session:
        batch = _batch(session, facts)
        found = [each for each in batches.entries(session, batch) if each.status in wanted]
        return batch.id, [_line(session, each) for each in found]


def _line(session: Any, entry: ScanDossier) -> tuple[int, str, str, int]:
    pages = sum(each.pages for each in catalogue.rows(session, entry.dossier))
    return entry.dossier_id, entry.dossier.dossier_no, home(session, entry.dossier) or "", pages


def count_out(house: House, who: Person, facts: Facts) -> None:
    batch, lines = _lines(house, facts, ScanStatus.PLANNED)
    told = "\n".join(f"{number} {pages} 1" for _, number, _, pages in lines)
    if lines:
        who.send(f"/scanning/{batch}/departures", {"out_to": "维扫", "lines": told})
    _, left = _lines(house, facts, ScanStatus.PLANNED)
    if left and house.chance.random() < 0.3:
        numbers = "\n".join(number for _, number, _, _ in left)
        who.send(f"/scanning/{batch}/omissions", {"why": "不在库", "lines": numbers})


def count_back(house: House, who: Person, facts: Facts) -> None:
    batch, lines = _lines(house, facts, ScanStatus.OUT)
    told = [f"{number} {place} {pages}" for _, number, place, pages in lines]
    if told and house.chance.random() < 0.05:
        number = lines[0][1]
        who.send(f"/scanning/{batch}/differences", {"why": "少一页", "lines": f"{number} {lines[0][3] - 1}"})
        told = told[1:]
    if told:
        who.send(f"/scanning/{batch}/returns", {"lines": "\n".join(told)})


def bring_package(house: House, who: Person, facts: Facts) -> None:
    """All that is out comes as a package; now and then one page of it is lacking at first."""
    batch, lines = _lines(house, facts, *SCANNED)
    if not lines:
        return
    before = house.beside[f"packages of {facts.case_id}"]
    house.beside[f"packages of {facts.case_id}"] += 1
    with house.database.reading() as session:
        wanted = [session.get_one(Dossier, each[0]) for each in lines]
        folders = {parcelled.folder_of(session, each): _unaccepted(session, each) for each in wanted}
        whole = list(folders.values()) == [parcelled.files_of(session, each) for each in wanted]
    if before:  # scanned again: other pictures
        folders = {name: _scanned_again(files, before) for name, files in folders.items()}
    if house.chance.random() < 0.1:
        _lose_a_page(next(iter(folders.values())))
    content = parcelled.package({name: parcelled.sealed(files) for name, files in folders.items()})
    sent = {"file": (io.BytesIO(content), "batch.zip"), **({} if whole else {"part": "1"})}
    who.send(f"/scanning/{batch}/parcels", sent, content_type="multipart/form-data")
    house.machine()


def _unaccepted(session: Session, dossier: Dossier) -> dict[str, bytes]:
    """What is to be scanned of a dossier: what an earlier batch has brought and the office accepted is left alone."""
    rows = catalogue.rows(session, dossier)
    done = pages.accepted(session, [each.id for each in rows])
    theirs = tuple(f"{kind}/{each.code}/{each.seq:02d}/" for each in rows if each.id in done for kind in ImageKind)
    return {name: kept for name, kept in parcelled.files_of(session, dossier).items() if not name.startswith(theirs)}


def _scanned_again(files: dict[str, bytes], times: int) -> dict[str, bytes]:
    pages = sorted(name for name in files if name.endswith(".jpg"))
    fresh = {name: parcelled.page(50_000 + 100 * (times % 9) + place) for place, name in enumerate(pages)}
    return {**files, **fresh}


def _lose_a_page(files: dict[str, bytes]) -> None:
    for name in [name for name in sorted(files) if name.startswith("opt")][:1]:
        del files[name]


def look(house: House, who: Person, facts: Facts) -> None:
    """Every page of the batch, by the firm."""
    _, lines = _lines(house, facts, *SCANNED)
    for dossier_id, *_ in lines:
        look_at(house, who, dossier_id, Stage.FIRM)


def look_at_sample(house: House, who: Person, facts: Facts) -> None:
    """Every page of the sample, by one of the two checkers."""
    with house.database.reading() as session:
        asked = select(Acceptance).where(Acceptance.case_id == facts.case_id).order_by(Acceptance.id.desc())
        last = rounds.of(session, session.scalars(asked).first())[-1]
        sampled = [each.dossier_id for each in rounds.dossiers(session, last, sampled=True)]
    for dossier_id in sampled:
        look_at(house, who, dossier_id, Stage.OWNER)


def look_at(house: House, who: Person, dossier_id: int, stage: Stage) -> None:
    with house.database.reading() as session:
        mine = who.login if stage is Stage.OWNER else ""
        leaves = looks.leaves(session, session.get_one(Dossier, dossier_id), stage, mine)
        places = [(each.material.id, each.page) for each in leaves if not each.looked]
    for material, page in places:
        told = {"stage": str(stage), "material": str(material), "page": str(page)}
        if house.chance.random() < 0.02:
            wrong = {"code": str(house.chance.choice(list(Defect))), "kind": "raw", "note": "请看"}
            who.send(f"/dossiers/{dossier_id}/images/defects", {**told, **wrong})
        else:
            who.send(f"/dossiers/{dossier_id}/images/checks", told)


# reading on the screen


def readings(house: House) -> None:
    """Whoever may read on the screen does, for some pages; some say they are done, some do not."""
    with house.database.reading() as session:
        asked = select(Grant.id, Grant.case_id).where(Grant.status == GrantStatus.OPEN).order_by(Grant.id)
        found = [(each.id, _logins(session, each.case_id)) for each in session.execute(asked)]
        pages = {key: _granted(session, key) for key, _ in found}
    for grant_id, logins in found:
        both_here = len(logins) >= 2 and set(logins[:2]) <= house.people.keys()  # who has left reads no more
        if both_here and house.chance.random() < 0.7:
            _sit(house, grant_id, *logins[:2], pages[grant_id])


def _logins(session: Any, case_id: int) -> list[str]:
    asked = select(Reader.login).where(Reader.case_id == case_id, Reader.login.is_not(None))
    return list(session.scalars(asked.order_by(Reader.seq)))


def _granted(session: Any, grant_id: int) -> list[tuple[int, int]]:
    grant = session.get_one(Grant, grant_id)
    rows = catalogue.rows(session, grant.dossier)
    return [(each.id, 1) for each in rows if each.pages]


def _sit(house: House, grant_id: int, first: str, second: str, pages: list[tuple[int, int]]) -> None:
    reader, place = house.people[first], f"/readings/{grant_id}"
    reader.send(f"{place}/sitting", {"second": second, "password": PASSWORD})
    for material, page in pages[:2]:
        reader.send(f"{place}/pages", {"material": str(material), "page": str(page)})
        reader.open(place)
        house.hand.move(seconds=house.chance.choice((5, 20, 70)))
        reader.send(f"{place}/beats")
    if house.chance.random() < 0.8:
        reader.send(f"{place}/end")
    else:
        reader.send(f"{place}/sitting/end")


DEEDS: dict[tuple[str, str], Deed] = {
    ("sorting", "appraise"): write_catalogue,
    ("sorting", "compile_catalogue"): write_catalogue,
    ("loose-materials", "file_papers"): write_catalogue,
    ("scanning", "hand_out"): count_out,
    ("scanning", "scan_pages"): bring_package,
    ("scanning", "mend_sample"): bring_package,
    ("scanning", "quality_control"): look,
    ("scanning", "take_back"): count_back,
    ("acceptance", "check_first"): look_at_sample,
    ("acceptance", "check_second"): look_at_sample,
    ("inventory", "count_first"): counting.scan,
    ("inventory", "count_second"): counting.scan,
    ("inventory", "search"): counting.search,
    ("inventory", "decide"): counting.decide,
}
