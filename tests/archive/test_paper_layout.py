"""How the papers lie on the sheet: A4, Chinese fonts, tables within the margins, heads on every sheet, no row cut."""

import docx
import pytest
from docx.document import Document as WordFile
from docx.enum.text import WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.shared import Mm
from docx.table import Table

from archive.documents import KINDS, TEMPLATES

TWIP = 635  # in the units of python-docx


def opened(kind: str) -> WordFile:
    return docx.Document(str(TEMPLATES / f"{kind}.docx"))


def has_head(table: Table) -> bool:
    """Whether the first row names what stands below it, row by row."""
    return any("{%tr" in cell.text for row in table.rows[1:] for cell in row.cells)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_paper_is_a4_in_chinese_fonts(kind):
    paper = opened(kind)

    for section in paper.sections:
        assert {round(section.page_width.mm), round(section.page_height.mm)} == {210, 297}
        assert section.left_margin >= Mm(19) and section.top_margin >= Mm(19)
    fonts = paper.styles["Normal"].element.rPr.find(qn("w:rFonts"))
    assert fonts.get(qn("w:eastAsia")) in ("仿宋", "宋体", "仿宋_GB2312")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_its_tables_stay_within_the_margins_and_no_row_is_cut(kind):
    paper = opened(kind)
    section = paper.sections[0]
    room = section.page_width - section.left_margin - section.right_margin

    for table in paper.tables:
        columns = [int(each.get(qn("w:w"))) for each in table._tbl.tblGrid.findall(qn("w:gridCol"))]
        assert sum(columns) * TWIP <= room + Mm(1)
        assert all(row._tr.trPr is not None and row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
        if has_head(table):
            assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None, "the head stands on every sheet"


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_code_to_be_scanned_is_not_cut_by_the_height_of_its_line(kind):
    for paragraph in opened(kind).paragraphs:
        if paragraph.text.strip() == "{{ qr }}":
            assert paragraph.paragraph_format.line_spacing_rule == WD_LINE_SPACING.SINGLE
