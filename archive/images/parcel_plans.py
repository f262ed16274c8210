"""What a package brings, before any image of it is read: whose folders, which pages, and which folders cannot be taken.

Told by names, the catalogue and the manifest. A folder is taken whole or not at all; one that is refused leaves the
others alone.
"""

import contextlib
from collections import defaultdict
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from archive import dossiers, persons, sight, vault
from archive.dossier_tables import Dossier
from archive.images import layout, manifests
from archive.images.containers import Container
from archive.images.demands import ImageKind
from archive.images.layout import CATALOGUE, MANIFEST, Folder, PageFile
from archive.images.parcel_tables import FolderStatus, Parcel, ParcelFolder, ParcelPage
from archive.materials import catalogue
from archive.materials.models import Material, MaterialState
from archive.persons import Person
from archive.statuses import DossierVersion
from workflow.errors import Invalid, Sentence, sentence
from workflow.identity import User
from workflow.kept_sentences import kept

PURPOSE = "image_parcel_folders.place"
REASONS_AT_MOST = 40  # of one folder; who sees forty need not see more


@dataclass
class Plan:
    """One folder as it will be taken: its dossier, the material and hash of every page, or what speaks against it."""

    dossier: Dossier | None = None
    materials: dict[tuple[str, int], Material] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)
    faults: list[Sentence] = field(default_factory=list)


def lay_out(session: Session, parcel: Parcel, container: Container) -> None:
    """Write down the parcel's folders and pages; what cannot be taken is refused at once, by name."""
    laid = layout.read(container.members())
    parcel.reasons = [kept(said) for said in laid.strays[:REASONS_AT_MOST]]
    if not laid.folders:
        raise Invalid(message="The package {name} holds no person's folder.", name=parcel.name)
    page_number = 0
    for number, (named, folder) in enumerate(laid.folders.items(), 1):
        plan = planned(session, parcel, folder, container)
        row = _folder_row(session, parcel, number, _place(folder, named), folder.called, plan)
        session.add(row)
        session.flush()  # its pages name it
        pages = [] if plan.faults else sorted(folder.pages, key=lambda each: each.short)
        session.add_all(_page_row(row, page_number + place, each, plan) for place, each in enumerate(pages, 1))
        page_number += len(pages)


def planned(session: Session, parcel: Parcel, folder: Folder, container: Container) -> Plan:
    """How this folder will be taken, or all that speaks against it."""
    plan = Plan(faults=list(folder.faults))
    person = _person(session, parcel, folder, plan)
    plan.dossier = _dossier(session, parcel, person, plan) if person else None
    if person is None or plan.dossier is None:
        return plan
    kept_ones = [each for each in catalogue.rows(session, plan.dossier) if each.state is MaterialState.KEPT]
    plan.materials = {(each.code or "", each.seq or 0): each for each in kept_ones}
    _check_pages(folder, plan, parcel.part)
    _check_catalogue(folder, person, kept_ones, plan, container)
    _check_manifest(folder, plan, container)
    return plan


def may_name(session: Session, parcel: Parcel, dossier: Dossier) -> bool:
    """Whether who brought the parcel hears of this dossier: it is handed out for its case, or they see it. Of any other
    a firm learns nothing by the number it writes on a folder or slip."""
    if dossier.held_by_case_id == parcel.case_id:
        return True
    bringer = session.get(User, parcel.begun_by)
    return bringer is not None and bringer.may(sight.READ) and sight.sees(session, bringer, dossier.id)


def _person(session: Session, parcel: Parcel, folder: Folder, plan: Plan) -> Person | None:
    found = None
    with contextlib.suppress(Invalid):
        found = persons.by_id_no(session, folder.id_no)
    ours = dossiers.active_of(session, found) if found else []
    if found is None or not any(may_name(session, parcel, each) for each in ours):
        plan.faults.append(sentence("Nobody with this ID number is known here."))
    elif found.name != folder.name:
        plan.faults.append(sentence("The name of the folder is not the name of the person with this ID number."))
    return found if not plan.faults else None


def _dossier(session: Session, parcel: Parcel, person: Person, plan: Plan) -> Dossier | None:
    ours = [each for each in dossiers.active_of(session, person) if each.version is DossierVersion.ORIGINAL]
    if not ours:
        plan.faults.append(sentence("No dossier of this person is kept here."))
        return None
    if ours[0].held_by_case_id != parcel.case_id:
        plan.faults.append(sentence("Dossier {number} is not handed out for this.", number=ours[0].dossier_no))
        return None
    return ours[0]


def _check_pages(folder: Folder, plan: Plan, part: bool) -> None:
    """Pages of the catalogue and pages of both sets are the same; in a part, none is beyond the catalogue."""
    there: dict[tuple[ImageKind, str, int], set[int]] = defaultdict(set)
    for each in folder.pages:
        there[each.kind, each.code, each.seq].add(each.page)
    for (_kind, code, seq), found in there.items():
        material = plan.materials.get((code, seq))
        if material is None:
            plan.faults.append(sentence("Our catalogue has no {code}-{seq}.", code=code, seq=seq))
        elif max(found) > material.pages:
            plan.faults.append(_no_such_page(code, seq, material.pages, max(found)))
    for (code, seq), material in plan.materials.items():
        for kind in () if part else ImageKind:
            for page in sorted(set(range(1, material.pages + 1)) - there[kind, code, seq]):
                absent = f"{kind}/{code}/{seq:02d}/{page:04d}.jpg"
                plan.faults.append(sentence("{path} is missing.", path=absent))


def _no_such_page(code: str, seq: int, pages: int, page: int) -> Sentence:
    return sentence(
        "{code}-{seq} has {pages} pages in our catalogue; there is no page {page}.",
        code=code,
        seq=seq,
        pages=pages,
        page=page,
    )


def _check_catalogue(folder: Folder, person: Person, ours: list[Material], plan: Plan, container: Container) -> None:
    content = _paper(folder, CATALOGUE, plan, container)
    if content is not None:
        plan.faults += manifests.differences(content, person, ours)


def _check_manifest(folder: Folder, plan: Plan, container: Container) -> None:
    content = _paper(folder, MANIFEST, plan, container)
    if content is None:
        return
    try:
        plan.hashes = manifests.read(content)
    except Invalid as refused:
        plan.faults.append(refused.sentence)
        return
    plan.faults += manifests.compare(plan.hashes, [each.short for each in folder.pages] + list(folder.papers))
    named = plan.hashes.get(CATALOGUE)
    listed = _paper(folder, CATALOGUE, Plan(), container)
    if named and listed is not None and manifests.sm3(listed) != named:
        plan.faults.append(sentence("{path} is not the file the manifest names.", path=CATALOGUE))


def _paper(folder: Folder, named: str, plan: Plan, container: Container) -> bytes | None:
    """The bytes of the catalogue or the manifest; None, and said in the plan, where there is none to be read."""
    if named not in folder.papers:
        plan.faults.append(sentence("{path} is missing.", path=named))
        return None
    try:
        with container.open(folder.papers[named]) as opened:
            content = opened.read(manifests.BYTES_AT_MOST + 1)
    except manifests.UNREADABLE:
        plan.faults.append(sentence("{path} is damaged.", path=named))
        return None
    if len(content) > manifests.BYTES_AT_MOST:
        plan.faults.append(sentence("{path} is too large.", path=named))
        return None
    return content


def _place(folder: Folder, named: str) -> str:
    """Where in the package the folder lies, with the outer folder if there is one."""
    paths = [each.path for each in folder.pages] + list(folder.papers.values())
    if not paths:
        return named
    parts = paths[0].split("/")
    return "/".join(parts[: parts.index(named) + 1])


def _folder_row(session: Session, parcel: Parcel, number: int, place: str, called: str, plan: Plan) -> ParcelFolder:
    return ParcelFolder(
        parcel_id=parcel.id,
        number=number,
        called=called[:200],
        place_sealed=vault.seal(session, place, PURPOSE),
        dossier_id=plan.dossier.id if plan.dossier else None,
        status=FolderStatus.REJECTED if plan.faults else FolderStatus.WAITING,
        reasons=[kept(said) for said in plan.faults[:REASONS_AT_MOST]],
    )


def _page_row(row: ParcelFolder, number: int, each: PageFile, plan: Plan) -> ParcelPage:
    return ParcelPage(
        parcel_id=row.parcel_id,
        folder_id=row.id,
        number=number,
        name=each.short,
        kind=each.kind,
        material_id=plan.materials[each.code, each.seq].id,
        page=each.page,
        sm3=plan.hashes[each.short],
    )
