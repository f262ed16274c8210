"""The page as a reader sees it on the screen: who reads, when and where lies across it. Called in a confined child; the
file itself is never handed out."""

import io
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from archive.images import pictures

FONTS = (  # with Chinese characters, where systems keep them; the first there is
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/wqy-microhei/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    "C:/Windows/Fonts/msyh.ttc",
    "/System/Library/Fonts/PingFang.ttc",
)
LONGEST_SIDE = 1_700  # points of the page on the screen
SLANT = 24  # degrees
STRENGTH = 78  # of 255
INK = (170, 30, 30)
QUALITY = 80


def watermarked(path: str, said: str, plain: str) -> bytes:
    """A JPEG of the image at `path` with `said` all over it; `plain` (letters and digits) where the system has no
    Chinese font."""
    with Image.open(Path(path), formats=pictures.FORMATS) as image:
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        page = image.convert("RGB")
    page.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    font = _font(max(14, max(page.size) // 52))
    mark = _band(page.size, said if font.path else plain, font.drawn)
    out = io.BytesIO()
    Image.alpha_composite(page.convert("RGBA"), mark).convert("RGB").save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


class _Font:
    """A font and the file it came from; "" for the built-in one, which knows no Chinese."""

    def __init__(self, path: str, size: int) -> None:
        self.path = path
        self.drawn = ImageFont.truetype(path, size) if path else ImageFont.load_default(size)


@cache
def _font(size: int) -> _Font:
    return _Font(next((each for each in FONTS if Path(each).is_file()), ""), size)


def _band(size: tuple[int, int], said: str, font: ImageFont.FreeTypeFont) -> Image.Image:
    """The words again and again, aslant, each row set off from the one above; cut to the page."""
    side = int((size[0] ** 2 + size[1] ** 2) ** 0.5)
    sheet = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    draw = ImageDraw.Draw(sheet)
    left, top, right, bottom = draw.textbbox((0, 0), said, font=font)
    wide, high = int(right - left) + 60, int(bottom - top) * 5
    for row, down in enumerate(range(0, side, high)):
        for across in range(-(row % 2) * wide // 2, side, wide):
            draw.text((across, down), said, font=font, fill=(*INK, STRENGTH))
    turned = sheet.rotate(SLANT)
    x, y = (side - size[0]) // 2, (side - size[1]) // 2
    return turned.crop((x, y, x + size[0], y + size[1]))
