"""Shelf labels: PDF with a Code 128 barcode, one label a page for the label printer, or a sheet of them on A4.

A dossier's label carries its number, a position's its code; they are two different barcodes, so that shelving can
ask for both scans. Chinese is set in STSong-Light, a font every PDF reader has: no font file is needed.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from archive.dossiers import Dossier
from workflow.errors import Invalid

WIDTH, HEIGHT = 70 * mm, 37 * mm  # three by eight on A4, a common office sheet
COLUMNS, ROWS = 3, 8
FONT = "STSong-Light"
MOST = 1_000  # labels in one file
BAR_HEIGHT = 13 * mm
QUIET = 3.5 * mm  # white beside the bars; Code 128 wants ten modules
WIDEST_BAR = 0.33 * mm


@dataclass(frozen=True)
class Label:
    """What one label says: the code (bars and text), a line above it, a small line below."""

    code: str
    title: str
    below: str = ""


def of_dossier(dossier: Dossier, position: str | None = None) -> Label:
    """The label on a dossier's back: number and name; below, where it belongs."""
    return Label(dossier.dossier_no, dossier.person.name, position or "")


def of_position(code: str) -> Label:
    """The label on a shelf."""
    return Label(code, "库位")


def single(label: Label) -> bytes:
    """A PDF of one page of label size."""
    return _pdf([label], (WIDTH, HEIGHT), 1, 1)


def sheet(labels: Sequence[Label]) -> bytes:
    """A PDF of A4 sheets, 24 labels each. Raises Invalid for none or more than 1,000."""
    if not labels:
        raise Invalid(message="There is nothing to print.")
    if len(labels) > MOST:
        raise Invalid(message="At most {most} labels can be printed at once.", most=MOST)
    return _pdf(labels, A4, COLUMNS, ROWS)


def _pdf(labels: Sequence[Label], page: tuple[float, float], columns: int, rows: int) -> bytes:
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=page, invariant=1)
    canvas.setTitle("、".join(label.code for label in labels[:3]))
    for place, label in enumerate(labels):
        on_page = place % (columns * rows)
        if place and not on_page:
            canvas.showPage()
        row, column = divmod(on_page, columns)
        _draw(canvas, label, column * WIDTH, page[1] - (row + 1) * HEIGHT)
    canvas.save()
    return out.getvalue()


def _draw(canvas: Canvas, label: Label, left: float, bottom: float) -> None:
    middle = left + WIDTH / 2
    canvas.setFont(FONT, _size(label.title, 14))
    canvas.drawCentredString(middle, bottom + HEIGHT - 9 * mm, label.title)
    bars = _bars(label.code)
    bars.drawOn(canvas, middle - bars.width / 2, bottom + 11.5 * mm)
    canvas.setFont(FONT, 11)
    canvas.drawCentredString(middle, bottom + 7 * mm, label.code)
    canvas.setFont(FONT, 7.5)
    canvas.drawCentredString(middle, bottom + 3 * mm, label.below)


def _bars(code: str) -> Code128:
    """The barcode, as wide as the label allows."""
    thin = Code128(code, barWidth=1, barHeight=BAR_HEIGHT, quiet=False)
    width = min(WIDEST_BAR, (WIDTH - 2 * QUIET) / thin.width)
    return Code128(code, barWidth=width, barHeight=BAR_HEIGHT, quiet=False)


def _size(text: str, wanted: float) -> float:
    """The font size at which the text fits."""
    width = pdfmetrics.stringWidth(text, FONT, wanted)
    return min(wanted, wanted * (WIDTH - 2 * QUIET) / width) if width else wanted
