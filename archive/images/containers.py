"""What a package comes in: a zip file or a folder, listed and opened without trusting a name or a size in it.

Nothing is ever unpacked onto the disk: a member is read as a stream, and goes to the file store or nowhere.
"""

import stat
import unicodedata
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from archive.images.pictures import BYTES_AT_MOST
from workflow.errors import Invalid, Sentence, sentence

MEMBERS_AT_MOST = 100_000
TOTAL_AT_MOST = 200 * 1024**3  # bytes unpacked
RATIO_AT_MOST = 100  # of one member larger than a megabyte; an image is packed already
RATIO_OF_ALL = 20
SLACK = 100 * 1024**2  # of small packages no ratio is asked
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
UTF8_NAMES, ENCRYPTED = 0x800, 0x1
UNSAFE = frozenset('\\:*?"<>|')
LONGEST = 400  # characters of a path
BROKEN = (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)


@dataclass(frozen=True)
class Member:
    """One file of a package: its path in it (parts joined by "/"), bytes when unpacked, and what speaks against it."""

    path: str
    size: int
    fault: Sentence | None = None


class Container(Protocol):
    """A package, open."""

    def members(self) -> list[Member]: ...
    def open(self, path: str) -> BinaryIO: ...


@contextmanager
def opened(place: Path, name: str) -> Iterator[Container]:
    """The package at `place`, which people call `name`. Raises Invalid when it is no package at all or a bomb as a
    whole; single bad members are left to whoever looks at them."""
    if place.is_dir():
        yield Folder(place, name)
        return
    try:
        archive = zipfile.ZipFile(place)
    except BROKEN:
        raise Invalid(message="The file {name} is damaged or is not a zip file.", name=name) from None
    with archive:
        yield Zip(archive, name, place.stat().st_size)


class Zip:
    """A zip file."""

    def __init__(self, archive: zipfile.ZipFile, name: str, size: int) -> None:
        self._archive = archive
        entries = [each for each in archive.infolist() if not each.is_dir()]
        _refuse_many(len(entries), sum(each.file_size for each in entries), name)
        if sum(each.file_size for each in entries) > RATIO_OF_ALL * size + SLACK or _overlap(entries):
            raise Invalid(message="The file {name} unpacks to far more than it holds; not opened.", name=name)
        self._entries: dict[str, zipfile.ZipInfo] = {}
        self._members = [self._member(each) for each in entries]

    def members(self) -> list[Member]:
        return self._members

    def open(self, path: str) -> BinaryIO:
        return self._archive.open(self._entries[path])  # type: ignore[return-value]

    def _member(self, entry: zipfile.ZipInfo) -> Member:
        path = _named(entry)
        doubled = path in self._entries
        self._entries.setdefault(path, entry)
        said = sentence("{path} stands in the package twice.", path=path) if doubled else _fault_of(entry, path)
        return Member(path, entry.file_size, said)


class Folder:
    """A folder on the disk of the house."""

    def __init__(self, root: Path, name: str) -> None:
        self._root = root
        found = [each for each in sorted(root.rglob("*")) if each.is_symlink() or not each.is_dir()]
        _refuse_many(len(found), 0, name)
        self._members = [self._member(each) for each in found]

    def members(self) -> list[Member]:
        return self._members

    def open(self, path: str) -> BinaryIO:
        return (self._root / path).open("rb")

    def _member(self, file: Path) -> Member:
        path, known = file.relative_to(self._root).as_posix(), file.lstat()
        said = unsafe(path)
        if not stat.S_ISREG(known.st_mode):
            said = sentence("{path} is a link or device, not a file.", path=path)
        elif known.st_size > BYTES_AT_MOST:
            said = _too_large(path)
        return Member(path, known.st_size, said)


def unsafe(path: str) -> Sentence | None:
    """What speaks against a path: it leads out of the package, or some system reads it otherwise."""
    parts = path.split("/")
    if path.startswith("/") or ".." in parts or "." in parts or "" in parts:
        return sentence("{path} leads out of the package.", path=path)
    if len(path) > LONGEST or any(sign in UNSAFE or unicodedata.category(sign) in ("Cc", "Cf", "Cs") for sign in path):
        return sentence("{path} has signs in its name that no file should have.", path=_shown(path))
    return None


def _fault_of(entry: zipfile.ZipInfo, path: str) -> Sentence | None:
    if said := unsafe(path):
        return said
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind and not stat.S_ISREG(kind):
        return sentence("{path} is a link or device, not a file.", path=path)
    if entry.flag_bits & ENCRYPTED:
        return sentence("{path} is protected by a password.", path=path)
    if entry.compress_type not in METHODS:
        return sentence("{path} is packed in a way that is not read here; use an ordinary zip.", path=path)
    swollen = entry.file_size > 1024**2 and entry.file_size > RATIO_AT_MOST * max(entry.compress_size, 1)
    return _too_large(path) if swollen or entry.file_size > BYTES_AT_MOST else None


def _too_large(path: str) -> Sentence:
    return sentence("{path} unpacks to far more than a page needs; not opened.", path=path)


def _shown(path: str) -> str:
    return "".join(sign if sign.isprintable() else "�" for sign in path)[:LONGEST]


def _named(entry: zipfile.ZipInfo) -> str:
    """The member's path. A zip made on a Chinese Windows writes names in GB 18030 and says nothing of it."""
    path = entry.orig_filename
    if not entry.flag_bits & UTF8_NAMES:
        try:
            raw = path.encode("cp437")
            path = raw.decode("utf-8")
        except UnicodeDecodeError:
            path = raw.decode("gb18030", errors="replace")
        except UnicodeEncodeError:
            pass
    return unicodedata.normalize("NFC", path)


def _overlap(entries: list[zipfile.ZipInfo]) -> bool:
    """Whether members share bytes, as bombs do that unpack the same kernel again and again."""
    ordered = sorted(entries, key=lambda each: each.header_offset)
    pairs = zip(ordered, ordered[1:], strict=False)
    return any(one.header_offset + one.compress_size > other.header_offset for one, other in pairs)


def _refuse_many(count: int, size: int, name: str) -> None:
    if count > MEMBERS_AT_MOST:
        raise Invalid(message="The package {name} holds more than {most} files.", name=name, most=MEMBERS_AT_MOST)
    if size > TOTAL_AT_MOST:
        most = TOTAL_AT_MOST // 1024**3
        raise Invalid(message="The package {name} unpacks to more than {most} GB.", name=name, most=most)
