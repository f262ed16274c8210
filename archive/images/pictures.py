"""Opening an image somebody sent: what its header says is judged before anything is decoded.

Called in a confined child (`examine`): a file made to harm can at worst end that child.
"""

import struct
import warnings
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from archive.images import measures
from workflow.errors import Invalid

FORMATS = ("JPEG", "PNG", "TIFF")
BYTES_AT_MOST = 100 * 1024 * 1024
PIXELS_AT_MOST = 60_000_000  # A4 at 600 dpi has 35 million, A3 at 500 dpi 48
SIDE_AT_MOST = 30_000
DPI_AT_MOST = 100_000
LOOKED_AT = 1_800  # points of the longer side at which a page is measured
BROKEN = (OSError, ValueError, SyntaxError, EOFError, struct.error, LookupError, TypeError, ArithmeticError)
ORIENTATION = 0x0112
BITS_PER_SAMPLE = 258
HEADER = 32


@dataclass(frozen=True)
class Seen:
    """What an image is and what the page on it looks like."""

    format: str  # JPEG, PNG or TIFF
    dpi_x: int  # 0: the file does not say
    dpi_y: int
    depth: int  # bits to a point: 1, 8, 24 …
    colours: str  # Pillow's mode: "RGB", "L", "1", "CMYK" …
    width: int
    height: int
    turned: int  # EXIF orientation: 1 = stands as it is stored
    skew: float | None  # degrees the lines rise to the right; None: no lines
    sharpness: float | None  # 0…1; None: blank
    blank: bool
    border: float  # widest black border, share of the side


def prepare() -> None:
    """Bind Pillow before the first file: bombs are errors, halves are not made whole."""
    Image.MAX_IMAGE_PIXELS = PIXELS_AT_MOST
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    warnings.simplefilter("ignore")  # odd tags are not our matter; the limits below are asked for by hand
    Image.init()


def examine(path: str, name: str) -> bytes:
    """What seen() answers as JSON: {"seen": …} or {"refused": template, "facts": …}."""
    try:
        return orjson.dumps({"seen": asdict(seen(Path(path), name))})
    except Invalid as refused:
        return orjson.dumps({"refused": refused.sentence.template, "facts": dict(refused.sentence.facts)})


def seen(path: Path, name: str) -> Seen:
    """Look at one image file. Raises Invalid naming it (`name`) when it is no whole image of a known kind."""
    size = path.stat().st_size
    if not size:
        raise Invalid(message="The file {name} is empty.", name=name)
    if size > BYTES_AT_MOST:
        raise Invalid(message="The file {name} is larger than {most} MB.", name=name, most=BYTES_AT_MOST // 1024**2)
    try:
        with Image.open(path, formats=FORMATS) as image:
            _refuse_giants(image, name)
            _refuse_many(image, name)
            facts = _facts(image, path)
            return Seen(**facts, **_looks(_grey(image)))
    except UnidentifiedImageError:
        raise Invalid(message="The file {name} is not a JPEG, PNG or TIFF image.", name=name) from None
    except Image.DecompressionBombError:
        raise _giant(name) from None
    except BROKEN:
        raise Invalid(message="The image {name} is cut off or damaged.", name=name) from None


def _refuse_giants(image: Image.Image, name: str) -> None:
    width, height = image.size
    if width * height > PIXELS_AT_MOST or max(width, height) > SIDE_AT_MOST:
        raise _giant(name)


def _giant(name: str) -> Invalid:
    most = PIXELS_AT_MOST // 1_000_000
    return Invalid(message="The image {name} has more than {most} million points; not opened.", name=name, most=most)


def _refuse_many(image: Image.Image, name: str) -> None:
    """A page is one picture."""
    with suppress(EOFError):
        image.seek(1)
        raise Invalid(message="The file {name} holds more than one picture; a page is one.", name=name)
    image.seek(0)


def _facts(image: Image.Image, path: Path) -> dict[str, Any]:
    across, down = dpi(image)
    return {
        "format": {"MPO": "JPEG"}.get(image.format or "", image.format),
        "dpi_x": across,
        "dpi_y": down,
        "depth": _depth(image, path),
        "colours": image.mode,
        "width": image.width,
        "height": image.height,
        "turned": _turned(image),
    }


def dpi(image: Image.Image) -> tuple[int, int]:
    """Points to the inch across and down; 0 for what the file does not say or says nonsensically."""
    with suppress(*BROKEN):  # odd tags say nothing
        across, down = (float(each) for each in image.info.get("dpi", (0, 0)))
        if min(across, down) >= 1 and max(across, down) < DPI_AT_MOST:
            return round(across), round(down)
    return 0, 0


def _depth(image: Image.Image, path: Path) -> int:
    """Bits to a point as the file stores them: Pillow's mode does not tell 48 bits from 24."""
    if image.format == "PNG":
        with path.open("rb") as opened:
            bits, kind = opened.read(HEADER)[24:26]
        return bits * {2: 3, 4: 2, 6: 4}.get(kind, 1)
    if image.format == "TIFF":
        return sum(image.tag_v2.get(BITS_PER_SAMPLE, (1,)))  # type: ignore[attr-defined]
    return 8 * len(image.getbands())


def _turned(image: Image.Image) -> int:
    with suppress(*BROKEN):  # damaged EXIF says nothing
        said = image.getexif().get(ORIENTATION, 1)
        return said if isinstance(said, int) and 1 <= said <= 8 else 1
    return 1


def _grey(image: Image.Image) -> measures.Page:
    """The whole picture decoded, as a viewer shows it, grey, its longer side about LOOKED_AT points."""
    image.draft("L", (image.width * LOOKED_AT // max(image.size), image.height * LOOKED_AT // max(image.size)))
    image.load()
    smaller = max(1, round(max(image.size) / LOOKED_AT))
    plain = _flat(image.reduce(smaller) if image.mode not in ("1", "P") else image)
    plain = plain.reduce(smaller) if image.mode in ("1", "P") and smaller > 1 else plain
    return np.asarray(ImageOps.exif_transpose(plain) if _turned(image) > 1 else plain)


def _flat(image: Image.Image) -> Image.Image:
    """In grey; what shines through is paper."""
    if image.mode.startswith("I") or image.mode == "F":
        values = np.asarray(image, dtype=np.float32)
        return Image.fromarray((values * (255 / max(float(values.max()), 1))).clip(0, 255).astype(np.uint8))
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        paper = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(paper, image.convert("RGBA")).convert("L")
    return image.convert("L")


def _looks(page: measures.Page) -> dict[str, Any]:
    black = measures.borders(page)
    within = measures.inside(page, black)
    marks = measures.ink(within)
    blank = measures.is_blank(marks)
    steep = None if blank else measures.sharpness(within, marks)
    return {
        "skew": None if blank else measures.skew(marks),
        "sharpness": None if steep is None else round(steep, 3),
        "blank": blank,
        "border": round(black.share(page), 3),
    }
