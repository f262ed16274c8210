"""The section of docs/reliability.md about the archive's invariants, made of the planted violations (`make docs`)."""

import re

from tests.archive.annex_c.plants import INVARIANTS, PLANTS
from tests.msgids import ROOT

PAGE = ROOT / "docs" / "reliability.md"
TITLE = "## Invariants of the archive"
SAID = (
    "Domain model, Annex C 1–9 and 16–20 (10–15 belong to money and accounts). A constraint or a trigger refuses the"
    " violation, on both databases; a check of fsck finds it where they were put out of force. Each line is planted by"
    " `tests/archive/annex_c`. Made by `make docs` from the tests."
)


def section() -> str:
    """The table: invariant, what holds it, what was planted and refused or found."""
    lines = [TITLE, "", SAID, "", "| No. | Invariant | Held by | Planted |", "|-|-|-|-|"]
    for number, said in INVARIANTS.items():
        for plant in (each for each in PLANTS if each.number == number):
            lines.append(f"| {number} | {said} | {plant.kind} `{plant.name}` | {plant.said} |")
    return "\n".join(lines)


def page() -> str:
    """The whole page: what is written by hand, and the section before the limits."""
    by_hand = re.sub(rf"{TITLE}\n.*?\n(?=## )", "", PAGE.read_text("utf-8"), flags=re.DOTALL)
    before, limits, after = by_hand.partition("## Limits")
    return f"{before}{section()}\n\n{limits}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
