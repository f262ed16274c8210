"""Reads XML from strangers: no DOCTYPE, no entities, UTF-8 only, bounded in bytes, elements, depth and text."""

from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

from lxml import etree

from workflow.errors import Invalid

BOM = b"\xef\xbb\xbf"  # which editors of Windows put before UTF-8


@dataclass(frozen=True)
class Limits:
    """Bounds of one file. The drawing itself (shapes, waypoints) counts among the elements."""

    size: int = 2_000_000  # bytes
    elements: int = 20_000
    depth: int = 64
    attribute: int = 20_000  # characters in one attribute


class XmlRefused(Invalid):
    """The file is not XML we read. The sentence says why."""

    message = "The file cannot be read as XML."

    def __init__(self, message: str | None = None, **facts: Any) -> None:
        super().__init__(message=message, **facts)


def read(xml: bytes, limits: Limits = Limits()) -> etree._Element:
    """The root element, without comments and processing instructions; raises XmlRefused."""
    _check_bytes(xml, limits)
    _Gate(limits).pass_(xml)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as problem:
        raise XmlRefused("The file is not well-formed XML: line {line}.", line=problem.lineno or 1) from None


def _check_bytes(xml: bytes, limits: Limits) -> None:
    if len(xml) > limits.size:
        raise XmlRefused("The file is larger than {limit} bytes.", limit=limits.size)
    if not xml.removeprefix(BOM).strip():
        raise XmlRefused("The file is empty.")
    try:
        text = xml.decode("utf-8")
    except UnicodeDecodeError:
        raise XmlRefused("The file is not in UTF-8; save it as UTF-8.") from None
    if "\x00" in text:
        raise XmlRefused("The file is not in UTF-8; save it as UTF-8.")


class _Gate:
    """A first pass that builds nothing, so that hostile files cost nothing."""

    def __init__(self, limits: Limits) -> None:
        self.limits, self.elements, self.depth = limits, 0, 0

    def pass_(self, xml: bytes) -> None:
        parser = expat.ParserCreate()
        parser.XmlDeclHandler = self._declaration
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._doctype
        parser.StartElementHandler = self._open
        parser.EndElementHandler = self._close
        try:
            parser.Parse(xml, True)
        except expat.ExpatError as problem:
            raise XmlRefused("The file is not well-formed XML: line {line}.", line=problem.lineno) from None

    def _declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        if encoding is not None and encoding.lower() not in ("utf-8", "utf8", "us-ascii"):
            raise XmlRefused("The file is written in {encoding}; save it as UTF-8.", encoding=encoding[:40])

    def _doctype(self, *details: object) -> None:
        raise XmlRefused("The file has a DOCTYPE or entities; these are not allowed. Remove the DOCTYPE line.")

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        self.depth += 1
        if self.elements > self.limits.elements:
            raise XmlRefused("The file has more than {limit} elements.", limit=self.limits.elements)
        if self.depth > self.limits.depth:
            raise XmlRefused("The file is nested more than {limit} levels deep.", limit=self.limits.depth)
        if attributes and max(map(len, attributes.values())) > self.limits.attribute:
            raise XmlRefused("An attribute is longer than {limit} characters.", limit=self.limits.attribute)

    def _close(self, name: str) -> None:
        self.depth -= 1
