"""Routing slips: a sheet laid before each material's pages in the scanner, printed from the catalogue.

Its QR code says whose pages follow: `JLS1:<dossier number>:<material id>`. People read class, number, name and pages.
"""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy.orm import Session

from archive.dossier_tables import Dossier
from archive.labels import FONT
from archive.materials import catalogue, categories
from archive.materials.models import Material, MaterialState
from workflow.errors import Invalid

MARK = "JLS1"
CODE_SIDE = 60 * mm
MOST = 2_000  # slips in one file
_CODE = re.compile(rf"{MARK}:([0-9A-Za-z-]+):([0-9]+)")
_LONGEST = 34  # characters of a name in one line


@dataclass(frozen=True)
class Slip:
    """What a slip's code says."""

    dossier_no: str
    material_id: int


def code(dossier: Dossier, material: Material) -> str:
    """The text of the slip's QR code."""
    return f"{MARK}:{dossier.dossier_no}:{material.id}"


def read(codes: Sequence[str]) -> Slip | None:
    """The slip among the codes found on a page; None when the page is no slip."""
    found = next((match for match in map(_CODE.fullmatch, codes) if match), None)
    return Slip(found.group(1), int(found.group(2))) if found else None


def sheets(session: Session, dossiers: Sequence[Dossier]) -> bytes:
    """A PDF of one slip for each material of these dossiers, in the order of their catalogues. Raises Invalid when
    there is nothing to print or too much."""
    wanted = [
        (dossier, material)
        for dossier in dossiers
        for material in catalogue.rows(session, dossier)
        if material.state is MaterialState.KEPT
    ]
    if not wanted:
        raise Invalid(message="There is nothing to print.")
    if len(wanted) > MOST:
        raise Invalid(message="At most {most} routing slips can be printed at once.", most=MOST)
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    canvas.setTitle("扫描分隔单")
    for dossier, material in wanted:
        _draw(canvas, dossier, material)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _draw(canvas: Canvas, dossier: Dossier, material: Material) -> None:
    middle, top = A4[0] / 2, A4[1]
    canvas.setFont(FONT, 28)
    canvas.drawCentredString(middle, top - 35 * mm, "扫描分隔单")
    _code(canvas, code(dossier, material), middle - CODE_SIDE / 2, top - 110 * mm)
    lines = (
        f"{dossier.dossier_no}　{dossier.person.name}",
        f"{material.code}-{material.seq}　{categories.name(material.code or '')}",
        material.name[:_LONGEST],
        f"{material.formed}　共 {material.pages} 页",
    )
    for row, line in enumerate(lines):
        canvas.setFont(FONT, 20 if row < 2 else 16)
        canvas.drawCentredString(middle, top - (130 + 14 * row) * mm, line)
    canvas.setFont(FONT, 12)
    canvas.drawCentredString(middle, 30 * mm, "本页放在该份材料之前一同扫描，不计入页数")


def _code(canvas: Canvas, text: str, left: float, bottom: float) -> None:
    widget = QrCodeWidget(text, barLevel="H")
    x1, y1, x2, y2 = widget.getBounds()
    scale = CODE_SIDE / max(x2 - x1, y2 - y1)
    drawing = Drawing(CODE_SIDE, CODE_SIDE, transform=[scale, 0, 0, scale, 0, 0])
    drawing.add(widget)
    renderPDF.draw(drawing, canvas, left, bottom)
