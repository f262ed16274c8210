"""Pages with Chinese writing on them, drawn for the tests, laid beside the materials of a dossier and accepted."""

import io
from dataclasses import replace

from PIL import Image, ImageDraw

from archive.images import pages, texts, watermarks
from archive.images.demands import ImageKind
from archive.images.pages import Placed
from archive.materials import catalogue
from archive.materials.rows import Row
from tests.archive.images import drawn, scanned

WRITTEN = {
    "干部履历表": ["干部履历表", "姓名 单雄信", "籍贯 山东省济南市历城县", "填表日期 1998年7月1日"],
    "毕业材料": ["毕业生登记表", "学校 山东大学物理系", "一九九四年六月二十日"],
}
ROWS = (
    Row(name="干部履历表", code="1", formed="1998-07-01", pages="1"),
    Row(name="毕业材料", code="10", formed="", pages="1"),
)


def sheet(lines: list[str], size: tuple[int, int] = (1240, 1754), step: int = 130) -> bytes:
    """A page with these lines, the first of them large, as a JPEG; by default A4 at 150 dpi."""
    paper = Image.new("RGB", size, (250, 249, 244))
    pen = ImageDraw.Draw(paper)
    for number, line in enumerate(lines):
        font = watermarks._font(64 if number == 0 else 40).drawn
        pen.text((160, 160 + number * step), line, font=font, fill=(30, 28, 40))
    return drawn.saved(paper)


def wanting_texts(office) -> None:
    """The office wants text to be read."""
    office.settings = replace(office.settings, page_texts=True)


def dossier(session, serial=1, name="单雄信", rows=ROWS):
    """A dossier whose pages are written, scanned and accepted."""
    made = scanned.dossier(session, serial, name, rows)
    for material in catalogue.rows(session, made):
        body = sheet(WRITTEN[material.name])
        for kind in ImageKind:
            pages.attach(session, Placed(material, 1, kind), io.BytesIO(body), f"{kind}.jpg", "anna")
    pages.accept(session, made, "anna")
    return made


def layered(session, serial=1, name="单雄信"):
    """The same with its text, as if it had been read."""
    made = dossier(session, serial, name)
    for material in catalogue.rows(session, made):
        (image,) = pages.of(session, material, ImageKind.OPTIMISED)
        lines = [
            [line, 0.99, [120, 80 + 70 * number, 600, (125 if number == 0 else 105) + 70 * number]]
            for number, line in enumerate(WRITTEN[material.name])
        ]
        texts._keep(session, image, lines, "rapidocr 3.10.0", False)
    return made
