"""The two papers in a person's folder: the manifest (an SM3 hash of every file) and the catalogue as XML.

A manifest has a line for each file, `<64 hexadecimal digits>  <path in the folder>`, as `sm3sum` writes it.
"""

import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import BinaryIO

from cryptography.hazmat.primitives import hashes
from lxml import etree

from archive.images.containers import BROKEN
from archive.images.layout import MANIFEST, hidden
from archive.materials.models import Material
from archive.materials.rows import FIELD_LABELS
from archive.persons import Person
from workflow import xmlsafe
from workflow.errors import Invalid, Sentence, sentence

UNREADABLE = BROKEN + (zlib.error,)  # what opening or reading a member of a package may raise
BYTES_AT_MOST = 4 * 1024**2  # of a manifest or catalogue
CHUNK = 1 << 16
FIELDS = ("code", "seq", "name", "formed", "pages")
_LINE = re.compile(r"([0-9a-fA-F]{64})[ \t]+\*?(.+)")
_LIMITS = xmlsafe.Limits(size=BYTES_AT_MOST, elements=5_000, depth=6, attribute=1_000)


class Hashed:
    """A stream that counts the SM3 of what is read of it."""

    def __init__(self, source: BinaryIO) -> None:
        self._source, self._hash = source, hashes.Hash(hashes.SM3())

    def read(self, size: int = -1) -> bytes:
        chunk = self._source.read(size)
        self._hash.update(chunk)
        return chunk

    def sm3(self) -> str:
        """The hash in hexadecimal digits; once."""
        return self._hash.finalize().hex()


def sm3(content: bytes) -> str:
    """The SM3 hash (GB/T 32905) in hexadecimal digits."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(content)
    return digest.finalize().hex()


def write(files: Mapping[str, bytes]) -> bytes:
    """A manifest of these files: path in the folder → content."""
    return "".join(f"{sm3(content)}  {path}\n" for path, content in sorted(files.items())).encode()


def read(content: bytes) -> dict[str, str]:
    """Path in the folder → SM3 hash. Raises Invalid naming the line that is none."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid(message="The manifest is not in UTF-8.") from None
    listed: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        found = _LINE.fullmatch(line.strip())
        if found is None:
            raise Invalid(message="Line {line} of the manifest is not a hash and a path.", line=number)
        path = found.group(2).removeprefix("./")
        if path in listed:
            raise Invalid(message="The manifest names {path} twice.", path=hidden(path))
        listed[path] = found.group(1).lower()
    return listed


def compare(listed: Mapping[str, str], there: Iterable[str]) -> list[Sentence]:
    """What stands in the folder and not in the manifest, or the other way round."""
    files = set(there) - {MANIFEST}
    absent = [sentence("The manifest names {path}, which is not there.", path=hidden(p)) for p in listed.keys() - files]
    unlisted = [sentence("{path} is not in the manifest.", path=hidden(p)) for p in files - listed.keys()]
    return sorted([*absent, *unlisted], key=str)


def catalogue(person: Person, materials: Sequence[Material]) -> bytes:
    """The catalogue as XML: what the images of a dossier are made by, and are delivered with."""
    root = etree.Element("dossier", name=person.name)
    for material in materials:
        etree.SubElement(root, "material", {field: str(getattr(material, field)) for field in FIELDS})
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def differences(content: bytes, person: Person, materials: Sequence[Material]) -> list[Sentence]:
    """Where this catalogue says otherwise than ours, material by material; they must be equal (1:1)."""
    try:
        root = xmlsafe.read(content, _LIMITS)
    except Invalid as refused:
        return [refused.sentence]
    said = {(each.get("code"), each.get("seq")): each for each in root.iter("material")}
    ours = {(material.code, str(material.seq)): material for material in materials}
    found = [] if root.get("name") == person.name else [sentence("catalog.xml is of another person.")]
    for code, seq in sorted(said.keys() - ours.keys(), key=str):
        found.append(sentence("catalog.xml names {code}-{seq}, which our catalogue does not have.", code=code, seq=seq))
    for code, seq in sorted(ours.keys() - said.keys()):
        found.append(sentence("catalog.xml lacks {code}-{seq} of our catalogue.", code=code, seq=seq))
    for code, seq in sorted(ours.keys() & said.keys()):
        found += _differing(f"{code}-{seq}", ours[code, seq], said[code, seq])
    return found


def _differing(place: str, material: Material, said: etree._Element) -> Iterable[Sentence]:
    for field in ("name", "formed", "pages"):
        ours, theirs = str(getattr(material, field)), said.get(field) or ""
        if ours != theirs:
            yield sentence(
                "{place} in catalog.xml: {field} is “{theirs}”, in our catalogue “{ours}”.",
                place=place,
                field=sentence(FIELD_LABELS[field]),
                theirs=theirs[:60],
                ours=ours,
            )
