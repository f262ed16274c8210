"""Many .docx papers bound to one, to be printed at once: each begins on a sheet of its own, with its own margins,
styles, heads, lists and pictures. Notes and comments (footnotes, endnotes, margin) are left behind: letters have none.
Lists numbered by their style go on counting from paper to paper of one style sheet; others count from one."""

import copy
import io
from collections.abc import Iterable
from typing import Any

from docx import Document
from docx.document import Document as Paper
from docx.opc.constants import RELATIONSHIP_TYPE as RELATION
from docx.opc.packuri import PackURI
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.section import Section
from lxml import etree

from workflow.errors import Invalid

Element = Any  # of lxml, as python-docx makes it
_NAMED = [qn(f"w:{tag}") for tag in ("pStyle", "rStyle", "tblStyle")]
_OF_STYLE = [qn(f"w:{tag}") for tag in ("basedOn", "next", "link")]
_NOTES = ("footnoteReference", "endnoteReference", "commentReference", "commentRangeStart", "commentRangeEnd")
_RELATED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_DRAWN = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
_AFTER_NUMBERING = [qn(f"w:{tag}") for tag in ("cols", "formProt", "vAlign", "noEndnote", "titlePg", "docGrid")]
_HEADS = [f"{sheet}{head}" for sheet in ("", "first_page_", "even_page_") for head in ("header", "footer")]
VALUE = qn("w:val")


def bind(papers: Iterable[bytes]) -> bytes:
    """One .docx of all, in their order. Raises Invalid for none."""
    bound: Bound | None = None
    for content in papers:
        paper = Document(io.BytesIO(content))
        if bound is None:
            bound = Bound(paper)
        else:
            bound.add(paper)
    if bound is None:
        raise Invalid(message="There is nothing to print.")
    made = io.BytesIO()
    bound.paper.save(made)
    return made.getvalue()


class Bound:
    """The first paper and what was bound to it. `looks`: the style sheets met, each with its styles' new names."""

    def __init__(self, first: Paper) -> None:
        self.paper = first
        self.looks: dict[bytes, dict[str, str]] = {_text(first.styles.element): {}}
        self.parts = 0
        self.heads: set[str] = set()  # those that any paper has, so far
        self._number_pages(first.element.body.sectPr)
        self._keep_heads()

    def add(self, paper: Paper) -> None:
        """Bind another behind."""
        body, last = self.paper.element.body, self.paper.element.body.sectPr
        added = paper.element.body
        for tag in _NOTES:
            for each in list(added.iter(qn(f"w:{tag}"))):
                each.getparent().remove(each)
        self._renumber(paper, self._restyle(paper))
        self._relate(paper)
        _end_section(body, last)
        self._number_pages(added.sectPr)
        for each in list(added):
            body.append(each)
        self._keep_heads()

    def _number_pages(self, section: Element) -> None:
        """Its sheets are counted from one."""
        found = section.find(qn("w:pgNumType"))
        if found is None:
            found = OxmlElement("w:pgNumType")
            behind = next((each for each in section if each.tag in _AFTER_NUMBERING), None)
            section.append(found) if behind is None else behind.addprevious(found)
        found.set(qn("w:start"), "1")

    def _keep_heads(self) -> None:
        """The last section has its own heads only, none of the papers before."""
        section = Section(self.paper.element.body.sectPr, self.paper.part)
        for name in _HEADS:
            head = getattr(section, name)
            if not head.is_linked_to_previous:
                self.heads.add(name)
            elif name in self.heads:
                head.is_linked_to_previous = False

    # styles

    def _restyle(self, paper: Paper) -> list[Element]:
        """A style sheet not met before comes along under new names; the paper's paragraphs and tables go by them. The
        styles that came along."""
        sheet, fresh = paper.styles.element, []
        key = _text(sheet)
        if key not in self.looks:
            self.looks[key], fresh = _take_styles(self.paper.styles.element, sheet, f"-{len(self.looks) + 1}")
        names = self.looks[key]
        if not names:
            return fresh
        usual = _usual(sheet)
        for paragraph in paper.element.body.iter(qn("w:p")):
            if usual and (paragraph.pPr is None or paragraph.pPr.pStyle is None):
                paragraph.get_or_add_pPr().get_or_add_pStyle().set(VALUE, usual)
        for each in paper.element.body.iter(*_NAMED):
            each.set(VALUE, names.get(each.get(VALUE), each.get(VALUE)))
        return fresh

    # lists

    def _renumber(self, paper: Paper, fresh: list[Element]) -> None:
        """The lists of the paper and of its fresh styles come along under numbers of their own."""
        used = [each for root in (paper.element.body, *fresh) for each in root.iter(qn("w:numId"))]
        if not used or not _has(paper, RELATION.NUMBERING):
            return
        if not _has(self.paper, RELATION.NUMBERING):
            self.paper.part.relate_to(paper.part.numbering_part, RELATION.NUMBERING)
            return
        here, there = self.paper.part.numbering_part.element, paper.part.numbering_part.element
        drawn = _highest(here, "abstractNum", "abstractNumId") + 1  # these count from nought
        numbers = _highest(here, "num", "numId")
        for each in there.findall(qn("w:abstractNum")):
            _raise(each, "abstractNumId", drawn)
            here.insert(0, each)  # all of them stand before the numbers
        for each in there.findall(qn("w:num")):
            _raise(each, "numId", numbers)
            of = each.find(qn("w:abstractNumId"))
            of.set(VALUE, str(int(of.get(VALUE)) + drawn))
            here.append(each)
        for each in used:
            if each.get(VALUE) != "0":
                each.set(VALUE, str(int(each.get(VALUE)) + numbers))

    # pictures, heads, links

    def _relate(self, paper: Paper) -> None:
        """What the paper refers to comes along, each part under a name of its own."""
        moved: dict[str, str] = {}
        for each in paper.element.body.iter():
            for name, value in list(each.attrib.items()):
                if name.startswith(_RELATED) and value in paper.part.rels:
                    moved[value] = moved.get(value) or self._take(paper.part.rels[value])
                    each.set(name, moved[value])
        for each in paper.element.body.iter(_DRAWN):
            self.parts += 1
            each.set("id", str(10_000 + self.parts))

    def _take(self, relation: Any) -> str:
        if relation.is_external:
            return str(self.paper.part.relate_to(relation.target_ref, relation.reltype, is_external=True))
        part = relation.target_part
        self.parts += 1
        part.partname = PackURI(f"/word/bound{self.parts}.{part.partname.ext}")
        return str(self.paper.part.relate_to(part, relation.reltype))


def _end_section(body: Element, section: Element) -> None:
    """What stands so far is a section of its own: its last paragraph says so (a new one after a table)."""
    body.remove(section)
    last = body[-1] if len(body) else None
    if last is None or last.tag != qn("w:p") or (last.pPr is not None and last.pPr.find(qn("w:sectPr")) is not None):
        last = OxmlElement("w:p")
        body.append(last)
    last.get_or_add_pPr().append(section)


def _take_styles(here: Element, sheet: Element, mark: str) -> tuple[dict[str, str], list[Element]]:
    """The styles of another sheet, copied under new names; what it takes for granted goes into its usual style."""
    styles = sheet.findall(qn("w:style"))
    names = {each.get(qn("w:styleId")): each.get(qn("w:styleId")) + mark for each in styles}
    usual = _usual(sheet)
    taken = [copy.deepcopy(each) for each in styles]
    for style in taken:
        old = style.get(qn("w:styleId"))
        if old == usual:
            _grant(style, sheet.find(qn("w:docDefaults")))
        style.set(qn("w:styleId"), names[old])
        style.attrib.pop(qn("w:default"), None)
        called = style.find(qn("w:name"))
        called.set(VALUE, called.get(VALUE) + mark)
        for each in style.iter(*_OF_STYLE):
            each.set(VALUE, names.get(each.get(VALUE), each.get(VALUE)))
        here.append(style)
    return names, taken


def _grant(style: Element, granted: Element | None) -> None:
    """What the sheet takes for granted of paragraphs and letters, where the style itself says nothing."""
    for tag in ("pPr", "rPr"):
        given = None if granted is None else granted.find(f"{qn(f'w:{tag}Default')}/{qn(f'w:{tag}')}")
        own = style.get_or_add_pPr() if tag == "pPr" else style.get_or_add_rPr()
        for each in given if given is not None else ():
            if own.find(each.tag) is None:
                own.append(copy.deepcopy(each))


def _usual(sheet: Element) -> str | None:
    """The style of a paragraph that names none."""
    usual = (each for each in sheet.findall(qn("w:style")) if each.get(qn("w:type")) == "paragraph")
    return next((each.get(qn("w:styleId")) for each in usual if each.get(qn("w:default")) in ("1", "true")), None)


def _text(element: Element) -> bytes:
    return bytes(etree.tostring(element))


def _has(paper: Paper, kind: str) -> bool:
    return any(each.reltype == kind for each in paper.part.rels.values())


def _highest(element: Element, tag: str, name: str) -> int:
    return max((int(each.get(qn(f"w:{name}"))) for each in element.findall(qn(f"w:{tag}"))), default=0)


def _raise(element: Element, name: str, by: int) -> None:
    element.set(qn(f"w:{name}"), str(int(element.get(qn(f"w:{name}"))) + by))
