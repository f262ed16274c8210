"""What a scanner or a hurried hand types, brought into one form."""

import re
import unicodedata

_DASHES = re.compile(r"[‐‑‒–—―−_~]")  # the dashes people and scanners write for "-"
_BLANKS = re.compile(r"[\s\u200b\ufeff]+")


def normalise(text: str) -> str:
    """A code as it is stored: half width, capitals, plain hyphens, no blanks. Works for positions, dossier
    numbers and tracking numbers alike: ` k01－03 ` becomes `K01-03`."""
    half = unicodedata.normalize("NFKC", text or "")
    return _DASHES.sub("-", _BLANKS.sub("", half)).upper()


def halved(text: str) -> str:
    """Running text with full-width signs made half-width and blanks at the ends and in rows removed."""
    return _BLANKS.sub(" ", unicodedata.normalize("NFKC", text or "")).strip()
