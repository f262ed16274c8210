"""Lists other offices send (units, records kept elsewhere): each row is taken or refused by itself, with a sentence."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from archive.packs import sheets
from archive.packs.columns import text_of
from archive.scans import halved
from workflow.errors import Invalid, Refusal, Sentence


class Outcome(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"


@dataclass(frozen=True)
class RowResult:
    """What became of one row. `row` is its number in the list, `problem` why it was refused."""

    row: int
    outcome: Outcome
    problem: Sentence | None = None


Row = Mapping[str, str]
Take = Callable[[Session, Row], Outcome]


def take_all(session: Session, rows: Iterable[tuple[int, Row]], take: Take) -> list[RowResult]:
    """Let `take` work on every row in its own savepoint; a refused row leaves nothing behind. rows = results."""
    results = []
    for number, row in rows:
        try:
            with session.begin_nested():
                outcome = take(session, row)
            results.append(RowResult(number, outcome))
        except Refusal as refused:
            results.append(RowResult(number, Outcome.REFUSED, refused.sentence))
    return results


def read(
    content: bytes, name: str, headers: Mapping[str, tuple[str, ...]], needed: Iterable[str]
) -> Iterator[tuple[int, Row]]:
    """The rows of an .xlsx or .csv file by field, with their line numbers; blank lines are left out.

    `headers` names for each field the headings it may have, in any order of columns. Raises Invalid when the file
    cannot be read or a column of `needed` is missing.
    """
    lines = iter([(number, [text_of(cell) for cell in line]) for number, line in sheets.read(content, name)])
    first = next((line for _, line in lines if any(line)), [])
    known = {heading.lower(): field for field, headings in headers.items() for heading in (field, *headings)}
    fields = [known.get(halved(heading).replace(" ", "").lower()) for heading in first]
    if missing := [headers[field][0] for field in needed if field not in fields]:
        raise Invalid(message="The file {name} lacks the column {columns}.", name=name, columns="、".join(missing))
    for number, line in lines:
        if any(line):
            yield number, {field: cell for field, cell in zip(fields, line, strict=False) if field}
