"""Papers bound to one file: nothing of any is lost, and each looks as it did."""

import io
import zipfile

import pytest
from docx import Document
from docx.enum.section import WD_SECTION
from docx.shared import Mm, Pt
from PIL import Image

from archive.documents import KINDS, TEMPLATES
from workflow.bound_papers import bind
from workflow.documents import check
from workflow.errors import Invalid


def paper(text: str, size: int = 12, width: int = 210, **more: str) -> bytes:
    """A paper of its own look: `list`, `head`, `picture` (a colour) as asked for."""
    word = Document()
    word.styles["Normal"].font.size = Pt(size)
    word.sections[0].page_width = Mm(width)
    word.add_paragraph(text)
    for each in more.get("list", ""):
        word.add_paragraph(each)._p.get_or_add_pPr().get_or_add_numPr().get_or_add_numId().val = 1
    if "picture" in more:
        image = io.BytesIO()
        Image.new("RGB", (8, 8), more["picture"]).save(image, "PNG")
        word.add_picture(image, width=Mm(10))
    if "head" in more:
        word.sections[0].header.paragraphs[0].text = more["head"]
    made = io.BytesIO()
    word.save(made)
    return made.getvalue()


def opened(*papers: bytes):
    made = bind(papers)
    check(made)  # a plain Word file
    return Document(io.BytesIO(made))


def test_each_paper_begins_on_a_sheet_of_its_own_counted_from_one():
    word = opened(paper("甲"), paper("乙", width=297), paper("丙"))

    assert [each.text for each in word.paragraphs] == ["甲", "乙", "丙"]
    assert [round(each.page_width.mm) for each in word.sections] == [210, 297, 210]
    assert all(each.start_type is WD_SECTION.NEW_PAGE for each in word.sections)
    assert [each._sectPr.xpath("w:pgNumType/@w:start") for each in word.sections] == [["1"]] * 3


def test_each_keeps_its_own_letters():
    word = opened(paper("甲", size=12), paper("乙", size=20), paper("丙", size=20), paper("丁", size=12))

    assert [each.style.font.size.pt for each in word.paragraphs] == [12, 20, 20, 12]
    names = [each.name for each in word.styles]
    assert len(names) == len(set(names))
    assert sum(name.startswith("Normal-") for name in names) == 1, "one sheet of styles comes along once"


def test_pictures_and_heads_come_along():
    word = opened(*(paper(text, picture=text, head=f"head {text}") for text in ("red", "green", "blue")))

    pictures = [word.part.related_parts[each].blob for each in word.element.xpath("//a:blip/@r:embed")]
    colours = [Image.open(io.BytesIO(each)).convert("RGB").getpixel((0, 0)) for each in pictures]
    assert colours == [(255, 0, 0), (0, 128, 0), (0, 0, 255)]
    assert [each.header.paragraphs[0].text for each in word.sections] == ["head red", "head green", "head blue"]
    ids = word.element.xpath("//wp:docPr/@id")
    assert len(ids) == len(set(ids)) == 3


def test_a_paper_without_a_head_has_none_behind_one_that_has():
    word = opened(paper("甲", head="机密"), paper("乙"))
    assert [each.header.paragraphs[0].text for each in word.sections] == ["机密", ""]


def test_lists_count_from_one_in_each_paper():
    word = opened(paper("甲", list="ab"), paper("乙", list="cd"))

    first, again, second, last = word.element.xpath("//w:p/w:pPr/w:numPr/w:numId/@w:val")
    assert first == again != second == last
    known = word.part.numbering_part.element
    drawn = [known.xpath(f"w:num[@w:numId='{each}']/w:abstractNumId/@w:val") for each in (first, second)]
    assert drawn[0] != drawn[1]
    assert all(len(known.xpath(f"w:abstractNum[@w:abstractNumId='{each}']")) == 1 for (each,) in drawn)


def test_a_list_numbered_by_another_sheet_s_style_goes_by_that_sheet():
    word = opened(paper("甲"), paper("乙", size=20))

    style = next(each for each in word.styles if each.name.startswith("List Number-"))
    (number,) = style.element.xpath("w:pPr/w:numPr/w:numId/@w:val")
    (drawn,) = word.part.numbering_part.element.xpath(f"w:num[@w:numId='{number}']/w:abstractNumId/@w:val")
    assert word.part.numbering_part.element.xpath(f"w:abstractNum[@w:abstractNumId='{drawn}']")


def test_every_template_of_the_house_can_be_bound_with_every_other():
    made = bind((TEMPLATES / f"{kind}.docx").read_bytes() for kind in KINDS)
    word = Document(io.BytesIO(made))

    assert len(word.sections) == len(KINDS)
    alone = [Document(str(TEMPLATES / f"{kind}.docx")) for kind in KINDS]
    assert [each.text for each in word.paragraphs if each.text] == [
        each.text for one in alone for each in one.paragraphs if each.text
    ]
    assert len(word.tables) == sum(len(one.tables) for one in alone)
    with zipfile.ZipFile(io.BytesIO(made)) as package:
        assert len(package.namelist()) == len(set(package.namelist()))


def test_nothing_is_no_file():
    with pytest.raises(Invalid, match="nothing to print"):
        bind([])
