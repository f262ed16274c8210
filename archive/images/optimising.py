"""The image for reading made from a raw one: upright, straight, without black borders, small. The raw one stays as is.

Called in a confined child. What the paper shows (stains, holes, faded ink) is not touched.
"""

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from archive.images import measures, pictures

QUALITIES = (82, 70, 55, 40)  # of JPEG, until the image is small enough
STRAIGHT = 0.15  # degrees of skew that are left alone
LOOKED_AT = 1_800
PAPER = 80  # percentile of grey that is the colour of the paper


def optimised(path: str, kilobytes: int) -> bytes:
    """The bytes of a JPEG for reading, of at most so many kilobytes if packing can bring it there."""
    with Image.open(Path(path), formats=pictures.FORMATS) as image:
        dpi = pictures.dpi(image)
        upright = ImageOps.exif_transpose(image).convert("RGB")
    straight = _cropped(_straightened(upright))
    for quality in QUALITIES:
        out = io.BytesIO()
        straight.save(out, "JPEG", quality=quality, optimize=True, **({"dpi": dpi} if all(dpi) else {}))
        if out.tell() <= kilobytes * 1024:
            break
    return out.getvalue()


def _straightened(image: Image.Image) -> Image.Image:
    small = _small(image)
    skew = measures.skew(measures.ink(measures.inside(small, measures.borders(small))))
    if skew is None or abs(skew) < STRAIGHT:
        return image
    paper = tuple(int(np.percentile(band, PAPER)) for band in np.moveaxis(np.asarray(image.reduce(8)), 2, 0))
    return image.rotate(-skew, resample=Image.Resampling.BICUBIC, fillcolor=paper)


def _cropped(image: Image.Image) -> Image.Image:
    small = _small(image)
    black = measures.borders(small)
    if black == measures.Borders(0, 0, 0, 0):
        return image
    times = image.width / small.shape[1]
    left, top, right, bottom = (round((each + bool(each)) * times) for each in vars(black).values())
    return image.crop((left, top, image.width - right, image.height - bottom))


def _small(image: Image.Image) -> measures.Page:
    return np.asarray(image.reduce(max(1, round(max(image.size) / LOOKED_AT))).convert("L"))
