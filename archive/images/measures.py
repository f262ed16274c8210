"""What a page looks like, measured on a grey picture of it: skew, ink, sharpness, black borders.

A page is a two-dimensional array of bytes, 0 black to 255 white, about 150 points to the inch or less.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

Page = np.ndarray[Any, np.dtype[np.uint8]]

BLOCK = 16  # points of a square in which ink is looked for
CONTRAST = 48  # grey levels below the paper at which something is ink; what shines through from behind is fainter
INKED = 10  # points of ink that make a block written on; dust makes fewer
WRITTEN = 2  # blocks written on that make a page written on
BLACK = 70  # grey level below which the scanner's lid or bed is seen
BLACK_SHARE = 0.6  # of a line along an edge
MARGIN = 0.03  # of width and height, where the edges of the paper cast shadows
STEEPEST = 12.0  # degrees of skew that are looked for on either side
COARSE, FINE = 0.5, 0.05  # degrees between two angles tried
POINTS = 60_000  # edges of ink that are enough to tell an angle
FEWEST = 60
CERTAIN = 1.5  # times the ordinary that the best angle must stand out to be believed


@dataclass(frozen=True)
class Borders:
    """How many lines along each edge are black."""

    left: int
    top: int
    right: int
    bottom: int

    def share(self, page: Page) -> float:
        """The widest of them as a share (0…1) of the page's width or height."""
        height, width = page.shape
        return max(self.left / width, self.right / width, self.top / height, self.bottom / height)


def borders(page: Page) -> Borders:
    """The black lines along the four edges."""
    dark = page < BLACK
    columns, lines = dark.mean(axis=0) >= BLACK_SHARE, dark.mean(axis=1) >= BLACK_SHARE
    return Borders(_leading(columns), _leading(lines), _leading(columns[::-1]), _leading(lines[::-1]))


def inside(page: Page, black: Borders) -> Page:
    """The page without its black borders and the margin in which the paper's edges cast shadows."""
    height, width = page.shape
    wide, high = int(width * MARGIN), int(height * MARGIN)
    within = page[black.top + high : height - black.bottom - high, black.left + wide : width - black.right - wide]
    return within if min(within.shape) >= 2 * BLOCK else page


def ink(page: Page) -> Any:
    """Where something is written: a truth for each point."""
    paper = int(np.percentile(page[::4, ::4], 80))
    return page.astype(np.int16) < paper - CONTRAST


def is_blank(marks: Any) -> bool:
    """Whether nothing is written: `marks` from ink(); single specks of dust do not count."""
    return int(_written(marks).sum()) < WRITTEN


def sharpness(page: Page, marks: Any) -> float | None:
    """How steep the edges of the writing are: 1 = from black to white in one point, 0 = flat. None for a blank page.

    The median over all written blocks of (steepest step ÷ whole range), so it depends neither on how much is written
    nor on how dark.
    """
    written = _written(marks)
    if not written.any():
        return None
    grey = _blocks(page).astype(np.int16)[written]
    across = np.abs(np.diff(grey, axis=2)).max(axis=(1, 2))
    down = np.abs(np.diff(grey, axis=1)).max(axis=(1, 2))
    span = grey.max(axis=(1, 2)) - grey.min(axis=(1, 2))
    return float(np.median(np.maximum(across, down) / np.maximum(span, 1)))


def skew(marks: Any) -> float | None:
    """The angle in degrees by which the lines rise to the right (falling: negative), within ±12; None: no lines found.

    The lower edges of all ink are projected along many directions; along the lines of writing they pile up.
    """
    down, across = np.nonzero(marks[:-1] & ~marks[1:])
    if len(down) < FEWEST:
        return None
    every = max(1, len(down) // POINTS)
    down, across = down[::every].astype(np.float32), across[::every].astype(np.float32)
    coarse = np.arange(-STEEPEST, STEEPEST + COARSE / 2, COARSE)
    piled = np.array([_piled(down, across, angle) for angle in coarse])
    best = float(coarse[piled.argmax()])
    if piled.max() < CERTAIN * np.median(piled):
        return None
    fine = np.arange(best - COARSE, best + COARSE + FINE / 2, FINE)
    return round(float(fine[np.argmax([_piled(down, across, angle) for angle in fine])]), 2)


def _piled(down: Any, across: Any, angle: float) -> float:
    """How unevenly the points fall on lines of this angle, near empty lines not counted."""
    turned = np.radians(angle)
    lines = (down * np.cos(turned) + across * np.sin(turned)).astype(np.int32)
    counted = np.bincount(lines - lines.min()).astype(np.float64)
    return float((counted**2).sum())


def _written(marks: Any) -> Any:
    """For each block whether it is written on."""
    return _blocks(marks).sum(axis=(2, 3)) >= INKED


def _blocks(page: Any) -> Any:
    """The page as rows and columns of squares; what is left over at the right and below is left out."""
    high, wide = page.shape[0] // BLOCK, page.shape[1] // BLOCK
    cut = page[: high * BLOCK, : wide * BLOCK]
    return cut.reshape(high, BLOCK, wide, BLOCK).swapaxes(1, 2)


def _leading(black: Any) -> int:
    """How many of the first are true without a break; of a wholly black page none is a border."""
    return 0 if black.all() else int(np.argmin(black))
