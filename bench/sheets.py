"""Scanned pages by the thousand: A4 at 300 dpi in 24 bits of colour, each unlike any other, in a millisecond.

A page is a drawn body, made once, under a head of its own that bears a QR code saying which page it is. The two are
joined as JPEG data: restart markers at each row of blocks make rows independent of one another (ITU-T T.81, B.2.4.4).
"""

import io
from dataclasses import dataclass

import zxingcpp
from PIL import Image, ImageDraw

from archive import qr_codes
from tests.archive.images import drawn

HEAD = 128  # lines: eight rows of blocks, after which the markers are at their first again
SIZES = {"raw": (2480, 3504), "opt": (1240, 1760)}
BODIES = 6  # of each set
QUALITY = 50
LINES = 14
SOF0, SOS, RST0, EOI = 0xC0, 0xDA, 0xD0, b"\xff\xd9"
LOOKED_AT = 1_240


@dataclass(frozen=True)
class Cut:
    """A JPEG taken apart: its header, where the frame's height stands in it, its rows of blocks."""

    header: bytes
    height_at: int
    rows: bytes


_bodies: dict[tuple[str, int], Cut] = {}


def page(kind: str, said: str, body: int = 0) -> bytes:
    """A page of the set ("raw", "opt") whose head says this."""
    width, height = SIZES[kind]
    below = _bodies.get((kind, body % BODIES))
    if below is None:
        picture = drawn.page(LINES, (width, height - HEAD), body % BODIES)
        below = _bodies[kind, body % BODIES] = _cut(_packed(picture))
    header = bytearray(below.header)
    header[below.height_at : below.height_at + 2] = height.to_bytes(2, "big")
    last = bytes([0xFF, RST0 + (HEAD // 16 - 1) % 8])
    return bytes(header) + _cut(_packed(_head(width, said))).rows + last + below.rows + EOI


def picture(kind: str, said: str) -> Image.Image:
    """The same as a picture, to be spoilt."""
    width, height = SIZES[kind]
    whole = drawn.page(LINES, (width, height))
    whole.paste(_head(width, said))
    return whole


def read(content: bytes) -> str:
    """What the QR code on a page says, read from the picture as a person reads a heading; "" when there is none."""
    with Image.open(io.BytesIO(content)) as image:
        image.draft("L", (LOOKED_AT, LOOKED_AT))
        grey = image.convert("L")
    top = grey.crop((0, 0, grey.width, max(grey.height // 8, 1)))
    found = zxingcpp.read_barcodes(top, formats=zxingcpp.BarcodeFormat.QRCode)
    return found[0].text if found else ""


def _head(width: int, said: str) -> Image.Image:
    strip = Image.new("RGB", (width, HEAD), (250, 249, 244))
    code = Image.open(io.BytesIO(qr_codes.png(said))).convert("L")
    modules, quiet = code.width // qr_codes.DOTS, 2 * qr_codes.DOTS
    small = code.crop((quiet, quiet, code.width - quiet, code.height - quiet)).resize((4 * (modules - 4),) * 2, 0)
    strip.paste(small.convert("RGB"), (width // 4, (HEAD - small.height) // 2))
    ImageDraw.Draw(strip).text((width // 2, HEAD // 2), said, fill=(30, 28, 40))
    return strip


def _packed(picture_: Image.Image) -> bytes:
    return drawn.saved(picture_, quality=QUALITY, restart_marker_rows=1)


def _cut(content: bytes) -> Cut:
    at = height_at = 2
    while content[at + 1] != SOS:
        if content[at + 1] == SOF0:
            height_at = at + 5
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return Cut(content[:at], height_at, content[at : -len(EOI)])
