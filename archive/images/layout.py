"""How a package of page images is laid out, and what in one is not: told by the names alone, nothing is opened.

    <batch>/<ID number>_<name>/raw/4-1/03/0001.jpg     the class, the number in it, the page
                              /opt/4-1/03/0001.jpg     the same names
                              /catalog.xml             the catalogue the images were made by
                              /manifest.sm3            the SM3 hash of every file

The outer folder may be missing. What goes wrong in one person's folder leaves the others alone.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from archive.id_numbers import mask
from archive.images.containers import Member
from archive.images.demands import ImageKind
from archive.materials.categories import LEAVES
from workflow.errors import Sentence, sentence

CATALOGUE, MANIFEST = "catalog.xml", "manifest.sm3"
_PERSON = re.compile(r"([0-9A-Za-z]{6,20})_(.+)")
_PAGE = re.compile(r"([0-9]{1,4})\.(?:jpe?g|png|tiff?)", re.IGNORECASE)
_SEQ = re.compile(r"[0-9]{2,3}")
_ID = re.compile(r"[0-9]{17}[0-9Xx]|[0-9]{15}")
_LITTER = re.compile(r"(?:.*/)?(?:__MACOSX/.*|\.DS_Store|Thumbs\.db|desktop\.ini)", re.IGNORECASE)


@dataclass(frozen=True)
class PageFile:
    """One page of one person's folder; `path` is within the package, `short` within the folder."""

    path: str
    short: str
    kind: ImageKind
    code: str
    seq: int
    page: int


@dataclass
class Folder:
    """One person's folder; `faults` speak against taking it in."""

    id_no: str
    name: str
    pages: list[PageFile] = field(default_factory=list)
    papers: dict[str, str] = field(default_factory=dict)  # catalog.xml and manifest.sm3 → path in the package
    faults: list[Sentence] = field(default_factory=list)

    @property
    def called(self) -> str:
        """The folder's name as it may be shown and kept: the ID number masked."""
        return f"{mask(self.id_no)}_{self.name}"


@dataclass
class Layout:
    """A package's folders by name; `strays`: what belongs to nobody."""

    folders: dict[str, Folder] = field(default_factory=dict)
    strays: list[Sentence] = field(default_factory=list)


def read(members: Iterable[Member]) -> Layout:
    """Sort the members of a package into folders of persons."""
    there = [each for each in members if not _LITTER.fullmatch(each.path)]
    depth = 0 if any(_inside(each.path.split("/")) for each in there) else 1
    laid = Layout()
    for member in there:
        folder = _folder(laid, member.path.split("/")[depth : depth + 1])
        if folder is None:
            said = member.fault or sentence("{path} belongs to no person's folder.", path=member.path)
            laid.strays.append(_hidden(said))
        else:
            _take(folder, member, member.path.split("/")[depth + 1 :])
    persons = Counter(folder.id_no for folder in laid.folders.values())
    for folder in laid.folders.values():
        _refuse_alike(folder)
        if persons[folder.id_no] > 1:
            folder.faults.append(sentence("The package holds more than one folder of this person."))
    return laid


def _inside(parts: list[str]) -> bool:
    """Whether the path begins with a person's folder: what may stand in one follows at once."""
    return len(parts) > 1 and parts[1].lower() in (*ImageKind, CATALOGUE, MANIFEST)


def hidden(path: str) -> str:
    """The path with every ID number in it masked."""
    return _ID.sub(lambda found: mask(found.group()), path)


def _folder(laid: Layout, named: list[str]) -> Folder | None:
    found = _PERSON.fullmatch(named[0]) if named else None
    if found is None:
        return None
    return laid.folders.setdefault(named[0], Folder(found.group(1).upper(), found.group(2)))


def _take(folder: Folder, member: Member, parts: list[str]) -> None:
    short = "/".join(parts)
    if member.fault is not None:
        said = member.fault
        folder.faults.append(sentence(said.template, **{**said.facts, "path": hidden(short)}))
    elif len(parts) == 1 and parts[0].lower() in (CATALOGUE, MANIFEST):
        folder.papers[parts[0].lower()] = member.path
    elif isinstance(read_ := _page(member.path, parts), PageFile):
        folder.pages.append(read_)
    else:
        folder.faults.append(sentence(read_, path=hidden(short)))


PATH_WORDS = {
    "depth": "{path} does not stand where a page stands (raw/4-1/03/0001.jpg).",
    "kind": "{path}: the sets are called raw and opt.",
    "code": "{path}: there is no such class of materials.",
    "seq": "{path}: the number of a material is written 01, 02 …",
    "page": "{path}: a page is written 0001.jpg, 0002.jpg …",
}


def _page(path: str, parts: list[str]) -> PageFile | str:
    """The page, or what is wrong with where it stands."""
    if len(parts) != 4:
        return PATH_WORDS["depth"]
    kind, code, seq, name = parts
    page = _PAGE.fullmatch(name)
    if kind.lower() not in tuple(ImageKind):
        return PATH_WORDS["kind"]
    if code not in LEAVES:
        return PATH_WORDS["code"]
    if not _SEQ.fullmatch(seq) or not int(seq):
        return PATH_WORDS["seq"]
    if page is None or not int(page.group(1)):
        return PATH_WORDS["page"]
    return PageFile(path, "/".join(parts), ImageKind(kind.lower()), code, int(seq), int(page.group(1)))


def _refuse_alike(folder: Folder) -> None:
    """Two files of one page: doubled, or two names some systems hold for one."""
    same: dict[tuple[ImageKind, str, int, int], list[str]] = defaultdict(list)
    for each in folder.pages:
        same[each.kind, each.code, each.seq, each.page].append(each.short)
    for found in same.values():
        if len(found) > 1:
            folder.faults.append(sentence("{one} and {other} are the same page.", one=found[0], other=found[1]))


def _hidden(said: Sentence) -> Sentence:
    facts = {name: hidden(value) if isinstance(value, str) else value for name, value in said.facts.items()}
    return sentence(said.template, **facts)
