"""The scanning firm of the batch proof: whose dossiers it holds, the packages it brings, what it gets wrong in them."""

import io
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from archive import dossiers, persons, storage
from archive.images import layout, manifests
from archive.images.defect_tables import Defect
from archive.images.demands import ImageKind
from archive.materials import catalogue
from archive.materials.models import Material
from archive.materials.rows import Row
from archive.statuses import SortStatus
from bench import sheets
from tests.archive.cards import facts
from tests.archive.images import drawn
from workflow.office import Office

RAW, OPT = ImageKind.RAW, ImageKind.OPTIMISED
PAPERS = (("干部履历表", "1", "1998-07"), ("2018年度考核登记表", "3", "2018"))
SLIP = "!"  # at the end of a head: a slip of the pen in a name
A_ROOM = storage.Shelves(rows=1, cabinets=4, layers=6, places=10)
Spoilt = Callable[[str, bytes, bytes], bytes | None]


@dataclass(frozen=True)
class Held:
    """A dossier as the firm has it: its folder's name, the home it returns to, its catalogue, a head for each page."""

    id: int
    number: str
    folder: str
    home: str
    catalogue: bytes
    places: tuple[tuple[str, int, int], ...]  # code, number and page of each page, in order

    def said(self, at: int) -> str:
        code, seq, page = self.places[at]
        return f"{self.number}.{code}-{seq}.{page}"

    def path(self, kind: ImageKind, at: int) -> str:
        code, seq, page = self.places[at]
        return f"{kind}/{code}/{seq:02d}/{page:04d}.jpg"


@dataclass(frozen=True)
class Planted:
    """A defect planted in a page of a dossier (numbers from 0)."""

    code: Defect
    dossier: int
    at: int


def keep(office: Office, count: int, pages: int) -> list[Held]:
    """Register so many sorted dossiers of so many pages each and put them on the shelves."""
    rows = [
        Row(name, code, formed, str(share))
        for (name, code, formed), share in zip(PAPERS, (pages // 2, pages - pages // 2), strict=True)
    ]
    held = []
    with office.database.transaction() as session:
        storage.furnish(session, "K02", "二号库房", A_ROOM)
        homes = list(A_ROOM.codes("K02"))
        for number in range(1, count + 1):
            person = persons.register(session, facts(number, f"李明{number}"), "rosa")
            dossier = dossiers.register(session, person, {"sort_status": SortStatus.SORTED, "volumes": 1}, "rosa")
            storage.shelve(session, dossier, homes[number], "stan")
            catalogue.save(session, dossier, rows, "rosa")
            materials = catalogue.rows(session, dossier)
            held.append(
                Held(
                    dossier.id,
                    dossier.dossier_no,
                    f"{persons.id_no(session, person)}_{person.name}",
                    homes[number],
                    manifests.catalogue(person, materials),
                    tuple(_places(materials)),
                )
            )
    return held


def _places(materials: Sequence[Material]) -> Iterable[tuple[str, int, int]]:
    for material in materials:
        for page in range(1, material.pages + 1):
            yield material.code or "", material.seq or 0, page


def _turned(said: str, good: bytes, before: bytes) -> bytes:
    marks = Image.Exif()
    marks[0x0112] = 6
    return _saved("raw", said, exif=marks)


def _saved(kind: str, said: str, change: Callable[[Image.Image], Image.Image] = lambda p: p, **how: object) -> bytes:
    return drawn.saved(change(sheets.picture(kind, said)), **{"quality": sheets.QUALITY, **how})


def _png(said: str) -> bytes:
    return drawn.saved(sheets.picture("raw", said), "PNG", compress_level=1)


SPOILT: dict[Defect, tuple[ImageKind, Spoilt]] = {  # in which set, and what stands there: head, good page, page before
    Defect.FORMAT: (RAW, lambda said, good, before: _png(said)),
    Defect.DPI: (RAW, lambda said, good, before: _saved("raw", said, dpi=(200, 200))),
    Defect.DEPTH: (RAW, lambda said, good, before: _saved("raw", said, lambda p: p.convert("L"))),
    Defect.TURNED: (RAW, _turned),
    Defect.BLUR: (RAW, lambda said, good, before: _saved("raw", said, lambda p: drawn.blurred(p, 9))),
    Defect.SKEW: (OPT, lambda said, good, before: _saved("opt", said, lambda p: drawn.turned(p, 4))),
    Defect.BORDER: (OPT, lambda said, good, before: _saved("opt", said, lambda p: drawn.bordered(p, 90))),
    Defect.SIZE: (OPT, lambda said, good, before: drawn.saved(drawn.noise(sheets.SIZES["opt"]), quality=100)),
    Defect.MISSING_PAGE: (RAW, lambda said, good, before: None),
    Defect.WRONG_ORDER: (RAW, lambda said, good, before: before),  # the page before once more
    Defect.BLANK: (RAW, lambda said, good, before: drawn.saved(Image.new("RGB", sheets.SIZES["raw"], "white"))),
    Defect.WRONG_PERSON: (RAW, lambda said, good, before: sheets.page("raw", f"ZZ{said[2:]}")),
    Defect.REMARK: (RAW, lambda said, good, before: sheets.page("raw", said + SLIP)),
}
BY_MACHINE = tuple(SPOILT)[:10]  # found by the automatic check; blank and another's pages by the eye of quality control
BY_EYE = (Defect.BLANK, Defect.WRONG_PERSON)


def plan(count: int, pages: int, each: int) -> list[Planted]:
    """So many of each kind the machine and quality control find, spread over the dossiers, on even places: what stands
    before is good. A slip of the pen stands on the last page of every dossier."""
    taken: set[tuple[int, int]] = set()
    planted = [Planted(Defect.REMARK, dossier, pages - 1) for dossier in range(count)]
    for turn, code in enumerate((*BY_MACHINE, *BY_EYE) * each):
        dossier, at = turn % count, 2
        while (dossier, at) in taken:
            at += 2
        taken.add((dossier, at))
        planted.append(Planted(code, dossier, at))
    if max(at for _, at in taken) >= pages - 1:
        raise SystemExit("There are not pages enough for so many defects.")
    return planted


def pack(to: Path, held: Sequence[Held], chosen: Iterable[int], planted: Iterable[Planted]) -> Path:
    """Write a package of these dossiers with what is planted in them."""
    wrong: dict[int, list[Planted]] = defaultdict(list)
    for each in planted:
        wrong[each.dossier].append(each)
    with zipfile.ZipFile(to, "w") as package:
        for number in chosen:
            files = _files(held[number], range(len(held[number].places)), wrong[number])
            _write(package, held[number], files)
    return to


def pack_again(to: Path, held: Sequence[Held], pages: Iterable[tuple[int, int, ImageKind]], slips: bool = True) -> Path:
    """Write a package of single pages (dossier, place, set), good now but for the slips of the pen on the papers."""
    wanted: dict[int, dict[str, bytes]] = defaultdict(dict)
    for number, at, kind in pages:
        one = held[number]
        said = one.said(at) + (SLIP if slips and kind is RAW and at == len(one.places) - 1 else "")
        wanted[number][one.path(kind, at)] = sheets.page(str(kind), said, at)
    with zipfile.ZipFile(to, "w") as package:
        for number, files in sorted(wanted.items()):
            _write(package, held[number], files)
    return to


def _files(one: Held, places: Iterable[int], wrong: Sequence[Planted]) -> dict[str, bytes]:
    made = {one.path(kind, at): sheets.page(str(kind), one.said(at), at) for at in places for kind in (RAW, OPT)}
    for each in wrong:
        kind, spoil = SPOILT[each.code]
        path, before = one.path(kind, each.at), one.path(kind, max(each.at - 1, 0))
        content = spoil(one.said(each.at), made[path], made[before])
        if content is None:
            del made[path]
        else:
            made[path] = content
    return made


def _write(package: zipfile.ZipFile, one: Held, files: dict[str, bytes]) -> None:
    files = {layout.CATALOGUE: one.catalogue, **files}
    for path, content in {**files, layout.MANIFEST: manifests.write(files)}.items():
        package.writestr(f"20261122-01/{one.folder}/{path}", io.BytesIO(content).getbuffer())
