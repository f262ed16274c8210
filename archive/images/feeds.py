"""What a scanner's feeder delivers as one file: a PDF or a TIFF of many pages, taken apart page by page.

Called in a confined child. A page that is one JPEG in a PDF is handed on byte for byte: it is the raw image.
"""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import orjson
import pypdfium2
import zxingcpp
from PIL import Image
from pypdfium2 import raw as pdfium

from archive.images import pictures
from archive.images.pictures import BROKEN
from workflow.errors import Invalid

PAGES_AT_MOST = 5_000
DRAWN_AT = 300  # dpi of a page that is not one picture
QUALITY = 92
LOOKED_AT = 1_600  # points of the longer side at which a barcode is looked for
JPEG = b"\xff\xd8\xff"
LONGEST_SIDE = 200 * 72  # points of a page: five metres
_DAMAGED = (*BROKEN, pypdfium2.PdfiumError)


def prepare() -> None:
    """Get ready before the child is bound."""
    pictures.prepare()
    image = np.full((64, 64), 255, np.uint8)
    zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)
    _drawn(pypdfium2.PdfDocument(_one_page()), 0)


def page(path: str, name: str, number: int) -> bytes:
    """The page `number` (from 1): a line of JSON {"pages", "codes", "dpi", "drawn"} and then the bytes of its image;
    or only {"refused", "facts"}."""
    try:
        total, content, dpi, drawn = _taken(Path(path), name, number)
        head = {"pages": total, "codes": _codes(content), "dpi": dpi, "drawn": drawn}
        return orjson.dumps(head) + b"\n" + content
    except Invalid as refused:
        return orjson.dumps({"refused": refused.sentence.template, "facts": dict(refused.sentence.facts)}) + b"\n"


def _taken(path: Path, name: str, number: int) -> tuple[int, bytes, int, bool]:
    """(pages in the file, bytes of the page's image, its dpi, whether it was drawn anew)."""
    with path.open("rb") as opened:
        head = opened.read(1024)
    try:
        if b"%PDF-" in head:
            return _of_pdf(path, name, number)
        return _of_tiff(path, name, number)
    except Image.UnidentifiedImageError:
        raise Invalid(message="The file {name} is neither a PDF nor a TIFF.", name=name) from None
    except _DAMAGED:
        raise Invalid(message="The file {name} is damaged or protected by a password.", name=name) from None


def _of_pdf(path: Path, name: str, number: int) -> tuple[int, bytes, int, bool]:
    with pypdfium2.PdfDocument(path) as document:
        total = _counted(len(document), name, number)
        try:
            alone = _alone(document[number - 1])
            return (total, *alone, False) if alone else (total, *_drawn(document, number - 1), True)
        except _DAMAGED:
            raise _unreadable(name, number, total) from None


def _alone(page_: pypdfium2.PdfPage) -> tuple[bytes, int] | None:
    """The page's picture as it is stored and its dpi, where the page is one upright JPEG and nothing else."""
    objects = list(page_.get_objects())
    if len(objects) != 1 or objects[0].type != pdfium.FPDF_PAGEOBJ_IMAGE or page_.get_rotation():
        return None
    (image,) = objects
    stored, matrix = bytes(image.get_data(decode_simple=True)), image.get_matrix()
    if not stored.startswith(JPEG) or matrix.b or matrix.c or matrix.a <= 0 or matrix.d <= 0:
        return None
    return stored, round(image.get_px_size()[0] / (matrix.a / 72))


def _drawn(document: pypdfium2.PdfDocument, index: int) -> tuple[bytes, int]:
    """A page of several things, drawn as a picture; no script, form or link of it is looked at."""
    page_ = document[index]
    if max(page_.get_size()) > LONGEST_SIDE:
        raise ValueError("a page of so many metres")
    return _packed(page_.render(scale=DRAWN_AT / 72, may_draw_forms=False).to_pil()), DRAWN_AT


def _of_tiff(path: Path, name: str, number: int) -> tuple[int, bytes, int, bool]:
    with Image.open(path, formats=("TIFF",)) as image:
        total = _counted(getattr(image, "n_frames", 1), name, number)
        try:
            image.seek(number - 1)
            if image.width * image.height > pictures.PIXELS_AT_MOST:
                raise _unreadable(name, number, total)
            dpi = pictures.dpi(image)[0]
            return total, _packed(image.convert("RGB"), dpi or DRAWN_AT), dpi, True
        except _DAMAGED:
            raise _unreadable(name, number, total) from None


def _packed(image: Image.Image, dpi: int = DRAWN_AT) -> bytes:
    out = io.BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=QUALITY, dpi=(dpi, dpi))
    return out.getvalue()


def _codes(content: bytes) -> Sequence[str]:
    """What the QR codes on the page say."""
    with Image.open(io.BytesIO(content), formats=("JPEG",)) as image:
        if image.width * image.height > pictures.PIXELS_AT_MOST:
            return []
        image.draft("L", (image.width * LOOKED_AT // max(image.size), image.height * LOOKED_AT // max(image.size)))
        grey = np.asarray(image.convert("L"))
    found = zxingcpp.read_barcodes(grey, formats=zxingcpp.BarcodeFormat.QRCode)
    return [each.text for each in found]


def _counted(total: int, name: str, number: int) -> int:
    """How many pages the file has, if that is a number of pages and this is one of them."""
    if total > PAGES_AT_MOST:
        raise Invalid(message="The file {name} has more than {most} pages.", name=name, most=PAGES_AT_MOST)
    if number > total:
        raise Invalid(message="The file {name} has {pages} pages.", name=name, pages=total)
    return total


def _unreadable(name: str, number: int, total: int) -> Invalid:
    return Invalid(message="Page {number} of {name} cannot be read.", number=number, name=name, pages=total)


def _one_page() -> bytes:
    """A PDF of one small page, to have every part of the reader ready."""
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PDF")
    return out.getvalue()
