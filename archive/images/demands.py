"""What a page image must be: the demands of the office, and what an image falls short of, page by page.

The demands are parameters (archive.parameters, keys `scan_…`) with their source; GB/T 33870 names the steps, the
numbers are those of DA/T 31 and of tenders (at least 300 dpi, 24 bits of colour, JPEG, skew of 1° to 3°, 2 MB for
reading).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy.orm import Session

from archive import parameters
from workflow.errors import Sentence, sentence


class ImageKind(StrEnum):
    """The two sets of images that stand beside each other under the same names."""

    RAW = "raw"  # 原始图像: as scanned, never changed
    OPTIMISED = "opt"  # 优化图像: straightened, cropped, smaller, for reading


class Rule(StrEnum):
    """What can be wanting in an image; stored and counted by these names."""

    FORMAT = "format"
    DPI = "dpi"
    DEPTH = "depth"
    SIZE = "size"
    TURNED = "turned"
    SKEW = "skew"
    BLUR = "blur"
    BLANK = "blank"
    BORDER = "border"


SENTENCES = {
    Rule.FORMAT: "{name} is a {format} image; {wanted} is asked for.",
    Rule.DPI: "{name} has {dpi} dpi; at least {wanted} are asked for.",
    Rule.DEPTH: "{name} has {depth} bits of colour; {wanted} are asked for.",
    Rule.SIZE: "{name} has {size} KB; at most {most} are allowed for reading.",
    Rule.TURNED: "{name} stands upright only by a mark in the file; turn the picture itself.",
    Rule.SKEW: "{name} lies askew by {degrees}°; at most {most}° are allowed.",
    Rule.BLUR: "{name} is out of focus.",
    Rule.BLANK: "{name} shows nothing: is this page empty?",
    Rule.BORDER: "{name} has a black border of {share} % of the side; at most {most} % are allowed.",
}


class Image(Protocol):
    """A Reading, or the row that keeps one."""

    @property
    def format(self) -> str: ...
    @property
    def dpi_x(self) -> int: ...
    @property
    def dpi_y(self) -> int: ...
    @property
    def depth(self) -> int: ...
    @property
    def bytes(self) -> int: ...
    @property
    def turned(self) -> int: ...
    @property
    def skew(self) -> float | None: ...
    @property
    def sharpness(self) -> float | None: ...
    @property
    def blank(self) -> bool: ...
    @property
    def border(self) -> float: ...


@dataclass(frozen=True)
class Demands:
    """The demands that hold on a day."""

    formats: tuple[str, ...] = ("JPEG",)
    dpi: int = 300
    depth: int = 24  # bits
    skew: int = 1  # degrees
    sharpness: int = 30  # %, below which writing cannot be read easily
    border: int = 2  # % of the side
    kilobytes: int = 2048  # of an optimised image


@dataclass(frozen=True)
class Finding:
    """One thing wanting in one image. `grave`: it must be scanned or processed again; else somebody should look."""

    name: str
    page: int | None
    rule: Rule
    said: Sentence
    grave: bool = True


def of(session: Session, on: date | None = None) -> Demands:
    """The demands that hold on a day (today when not said)."""
    return Demands(
        formats=tuple(parameters.value(session, "scan_formats", on).split()),
        dpi=parameters.value(session, "scan_dpi", on),
        depth=parameters.value(session, "scan_depth", on),
        skew=parameters.value(session, "scan_skew", on),
        sharpness=parameters.value(session, "scan_sharpness", on),
        border=parameters.value(session, "scan_border", on),
        kilobytes=parameters.value(session, "scan_size", on),
    )


def judge(image: Image, kind: ImageKind, demands: Demands, name: str, page: int | None = None) -> list[Finding]:
    """What is wanting in the image, as sentences naming the file; nothing when it is good.

    Resolution and colour are asked of raw images; straightness, borders and size of optimised ones; the raw set keeps
    what the scanner saw.
    """
    own = _of_raw if kind is ImageKind.RAW else _of_optimised
    found = [*_of_both(image, demands), *own(image, demands)]
    return [
        Finding(name, page, rule, sentence(SENTENCES[rule], name=name, **facts), rule is not Rule.BLANK)
        for rule, facts in found
    ]


Wanting = Iterator[tuple[Rule, dict[str, Any]]]


def _of_both(image: Image, demands: Demands) -> Wanting:
    if image.format not in demands.formats:
        yield Rule.FORMAT, {"format": image.format, "wanted": "/".join(demands.formats)}
    if image.turned != 1:
        yield Rule.TURNED, {}
    if image.sharpness is not None and image.sharpness * 100 < demands.sharpness:  # a blank page has none
        yield Rule.BLUR, {}
    if image.blank:
        yield Rule.BLANK, {}


def _of_raw(image: Image, demands: Demands) -> Wanting:
    least = min(image.dpi_x, image.dpi_y)
    if least < demands.dpi:  # 0: the file does not say
        yield Rule.DPI, {"dpi": least, "wanted": demands.dpi}
    if image.depth < demands.depth:
        yield Rule.DEPTH, {"depth": image.depth, "wanted": demands.depth}


def _of_optimised(image: Image, demands: Demands) -> Wanting:
    if image.skew is not None and abs(image.skew) > demands.skew:
        yield Rule.SKEW, {"degrees": f"{image.skew:.1f}", "most": demands.skew}
    if image.border * 100 > demands.border:
        yield Rule.BORDER, {"share": f"{image.border * 100:.0f}", "most": demands.border}
    if image.bytes > demands.kilobytes * 1024:
        yield Rule.SIZE, {"size": image.bytes // 1024, "most": demands.kilobytes}
