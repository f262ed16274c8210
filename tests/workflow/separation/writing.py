"""Writes docs/separation.md from the matrix that proves it: `make docs`."""

from pathlib import Path

from tests.workflow.separation.matrix import COLUMNS, MOVES, TWO_TABS

PAGE = Path(__file__).resolve().parents[3] / "docs" / "separation.md"
HEAD = Path(__file__).parent / "head.md"
MEANING = {
    "different": "`differentFrom`: another person than who did “open”",
    "same": "`samePersonAs`: only who did “open”",
    "n distinct": "`distinctPeople`: so many different people over these steps",
    "not starter": "`notStarter`: not who began the case",
    "not editor": "`notLastEditor`: not who deployed the diagram or brought its form",
    "related party": "`notRelated`: nobody who has declared to be related to who did “open”",
}


def page() -> str:
    """The whole page."""
    columns = " | ".join(column.name for column in COLUMNS)
    lines = [f"| move | what is tried | {columns} |", "|-|-|" + ":-:|" * len(COLUMNS)]
    for move in MOVES:
        cells = " | ".join("two people" if move.says_itself else "refused" for _column in COLUMNS)
        lines.append(f"| {move.name} | {move.says} | {cells} |")
    cells = " | ".join("one of them" if _of_two(column.rule) else "refused" for column in COLUMNS)
    lines.append(f"| {TWO_TABS} | both steps sent at the same moment from two browsers | {cells} |")
    said = [
        f"- **{column.name}** – {MEANING[column.name]}. {column.bad} may not, {column.good} may." for column in COLUMNS
    ]
    return HEAD.read_text("utf-8").rstrip() + "\n\n" + "\n".join(lines) + "\n\n" + "\n".join(said) + "\n"


def _of_two(rule: str) -> bool:
    """Whether the rule is between two steps, so that one of two acts is fine."""
    return rule not in ("notStarter", "notLastEditor")


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
