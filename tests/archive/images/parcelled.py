"""Packages as a scanning firm delivers them, whole or spoilt, for the tests."""

import io
import zipfile
from collections.abc import Callable

from archive import persons
from archive.images import layout, manifests, parcels
from archive.images.demands import ImageKind
from archive.materials import catalogue, categories
from tests.archive.images import scanned
from workflow import jobs

Files = dict[str, bytes]
BATCH = "20260701-01"
_pages: dict[int, bytes] = {}


def page(seed: int) -> bytes:
    """A small page unlike others, drawn once."""
    return _pages.setdefault(seed, scanned.small(seed))


def folder_of(session, dossier) -> str:
    return f"{persons.id_no(session, dossier.person)}_{dossier.person.name}"


def files_of(session, dossier) -> Files:
    """A dossier's folder by the layout: both sets and the catalogue; no manifest yet."""
    materials = catalogue.rows(session, dossier)
    made = {layout.CATALOGUE: manifests.catalogue(dossier.person, materials)}
    for material in materials:
        for kind in ImageKind:
            for number in range(1, material.pages + 1):
                path = f"{kind}/{material.code}/{material.seq:02d}/{number:04d}.jpg"
                seed = 1000 * categories.position(material.code) + 10 * material.seq + number
                made[path] = page(seed + 100 * (kind is ImageKind.RAW))
    return made


def sealed(files: Files) -> Files:
    """The folder with its manifest."""
    return {**files, layout.MANIFEST: manifests.write(files)}


def package(folders: dict[str, Files], outer: str = BATCH + "/") -> bytes:
    """A zip of these folders."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, files in folders.items():
            for path, content in files.items():
                archive.writestr(f"{outer}{name}/{path}", content)
    return out.getvalue()


def of(session, *dossiers, spoil: Callable[[Files], None] = lambda files: None) -> bytes:
    """A package of these dossiers; the first one's files spoilt before the manifest is written."""
    made = {}
    for number, dossier in enumerate(dossiers):
        files = files_of(session, dossier)
        if not number:
            spoil(files)
        made[folder_of(session, dossier)] = sealed(files)
    return package(made)


def taken_in(office, content: bytes, name: str = "batch.zip", part: bool = False):
    """The parcel after its job has run to the end."""
    with office.database.transaction() as session:
        parcel = parcels.begin(session, io.BytesIO(content), name, "anna", part=part)
    run(office)
    return parcel


def run(office) -> None:
    while jobs.sweep(office.database):
        pass
