"""Pages drawn for the tests: lines of writing, turned, blurred, spoilt, in any format."""

import io
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

WIDTH, HEIGHT = 620, 877  # A4 at 75 dpi: small, so that the tests are quick
DPI = 300  # what the files say
LINE = "Cadre Zhang Wei born May filed under class four seq"


def page(lines: int = 26, size: tuple[int, int] = (WIDTH, HEIGHT), seed: int = 0) -> Image.Image:
    """A page with so many lines of writing of uneven length, in colour as a scanner sees it."""
    paper = Image.new("RGB", size, (250, 249, 244))
    pen, step = ImageDraw.Draw(paper), max(12, (size[1] * 8 // 10) // max(lines, 1))
    font = ImageFont.load_default(size=max(10, step // 2))
    for number in range(lines):
        words = f"{number + seed} {LINE} {seed}"[: 20 + (number * 7 + seed * 3) % 34]
        pen.text((size[0] // 10, size[1] // 10 + number * step), words, fill=(30, 28, 40), font=font)
    return paper


def turned(image: Image.Image, degrees: float) -> Image.Image:
    """The page lying askew on white ground: its lines rise to the right by so many degrees."""
    return image.rotate(degrees, resample=Image.Resampling.BICUBIC, fillcolor=(250, 249, 244))


def blurred(image: Image.Image, radius: float = 3) -> Image.Image:
    """The page out of focus."""
    return image.filter(ImageFilter.GaussianBlur(radius))


def bordered(image: Image.Image, width: int) -> Image.Image:
    """The page with a black border on its left, as a scanner's lid leaves one."""
    spoilt = image.copy()
    spoilt.paste((8, 8, 8), (0, 0, width, image.height))
    return spoilt


def noise(size: tuple[int, int] = (WIDTH, HEIGHT), strength: float = 60) -> Image.Image:
    """Nothing but noise around grey."""
    values = np.random.default_rng(7).normal(128, strength, (size[1], size[0], 3))
    return Image.fromarray(values.clip(0, 255).astype(np.uint8))


def dusty(specks: int = 12) -> Image.Image:
    """An empty page with specks of dust and the grain of paper."""
    chance = np.random.default_rng(3)
    values = chance.normal(246, 6, (HEIGHT, WIDTH)).clip(0, 255).astype(np.uint8)
    values[chance.integers(60, HEIGHT - 60, specks), chance.integers(60, WIDTH - 60, specks)] = 20
    return Image.fromarray(values).convert("RGB")


def saved(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """The bytes of a file of this kind that says 300 dpi."""
    out = io.BytesIO()
    image.save(out, kind, **{"dpi": (DPI, DPI), **options})
    return out.getvalue()


def written(folder: Path, content: bytes, name: str = "0001.jpg") -> Path:
    """A file with these bytes."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path
