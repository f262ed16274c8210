"""Counting by scanner: shelf positions and labels as they come, hundreds at once; each counter sees only what they
scanned themselves.

A line is a position (what follows stands there), a label, a label with words behind it (what looks damaged), or a label
with `-` before it (scanned by mistake).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert  # both databases say "or else" in the same words
from sqlalchemy.orm import Session

from archive import storage
from archive.inventory.models import Inventory, InventoryScan
from archive.inventory.planning import within
from archive.inventory.work import COUNTING, inventory_of, need_in_hand
from archive.refusals import wrong
from archive.scans import halved, normalise
from archive.storage import Position
from workflow.clock import now
from workflow.errors import Invalid, Sentence, sentence
from workflow.identity import User
from workflow.models import UserTask
from workflow.registry import on_completion

MOST = 2000  # lines of one go
CHUNK = 500  # rows of one statement
LONGEST = 60  # characters of a label
LATEST = 12  # scans shown
MISTAKEN = "-"


@dataclass
class Taken:
    """What became of the lines of one go: how many labels were scanned and how many taken out, the position that holds
    for the next go, lines that were refused and why."""

    scanned: int = 0
    omitted: int = 0
    position: str = ""
    refused: list[tuple[str, Sentence]] = field(default_factory=list)


@dataclass(frozen=True)
class Own:
    """What a counter sees while counting: how much was scanned, the latest first."""

    count: int
    latest: list[InventoryScan]


def take(session: Session, inventory: Inventory, user: User, lines: str, position: str = "") -> Taken:
    """Scan these lines as the counter who has the step in hand; `position`: what was scanned before them.

    A label scanned once more is written with its latest position. Raises NotAllowed, Invalid beside `lines`.
    """
    task = need_in_hand(session, inventory, user, *COUNTING)
    counter = COUNTING.index(task.activity_id) + 1
    given = [halved(line) for line in lines.splitlines() if line.strip()]
    if not given:
        raise wrong("lines", "Scan the label.")
    if len(given) > MOST:
        raise wrong("lines", "At most {most} lines in one go.", most=MOST)
    taken = Taken(position=_position(position) or "")
    found, mistaken = _read(given, taken, _known(session, inventory, given))
    taken.omitted = _omit(session, inventory, counter, mistaken)
    _write(session, inventory, found, counter=counter, at=now(), by=user.name)
    taken.scanned = len(found)
    return taken


def own(session: Session, inventory: Inventory, counter: int) -> Own:
    """What this counter has scanned."""
    mine = (InventoryScan.case_id == inventory.case_id, InventoryScan.counter == counter)
    latest = select(InventoryScan).where(*mine).order_by(InventoryScan.at.desc(), InventoryScan.id.desc())
    count = session.scalar(select(func.count()).select_from(InventoryScan).where(*mine)) or 0
    return Own(count, list(session.scalars(latest.limit(LATEST))))


@on_completion("inventory.counted", anew=True)
def counted(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> None:
    """A counter has finished. Who scanned nothing says that nothing stands there."""
    inventory, counter = inventory_of(session, task), COUNTING.index(task.activity_id) + 1
    if not own(session, inventory, counter).count and not answers.get("nothing_there"):
        raise wrong("nothing_there", "Nothing was scanned yet. Say so if nothing stands there.")
    if counter == 1:
        inventory.first_counter = user.name  # whoever it was handed on to signs the report
    else:
        inventory.second_counter = user.name


def _read(given: Sequence[str], taken: Taken, known: set[str]) -> tuple[dict[str, dict[str, str]], list[str]]:
    """(what was scanned by label, what was scanned by mistake); refused lines go to `taken`."""
    found: dict[str, dict[str, str]] = {}
    mistaken: list[str] = []
    for line in given:
        label, _, damage = line.partition(" ")
        code = _position(label)
        if code is None and not damage and (whole := _position(line)):
            code = whole
        if code is not None and code not in known:
            taken.refused.append((line[:LONGEST], sentence("There is no such position in the scope.")))
        elif code is not None:
            taken.position = code
        elif label.startswith(MISTAKEN):
            mistaken.append(normalise(label[1:]))
        elif len(label) > LONGEST:
            taken.refused.append((line[:LONGEST], sentence("This is not a label.")))
        else:
            found[normalise(label)] = {"position": taken.position, "damage": damage[:200]}
    return found, mistaken


def _known(session: Session, inventory: Inventory, given: Iterable[str]) -> set[str]:
    """Of the positions among these lines, those that are in the scope."""
    codes = {code for line in given if (code := _position(line.partition(" ")[0]))}
    known: set[str] = set()
    for part in _parts(sorted(codes)):
        known |= set(session.scalars(select(Position.code).where(Position.code.in_(part), within(inventory.scope))))
    return known


def _position(text: str) -> str | None:
    """The position code this is; None when it is none."""
    try:
        return storage.code_of(text)
    except Invalid:
        return None


def _omit(session: Session, inventory: Inventory, counter: int, labels: Sequence[str]) -> int:
    mine = (InventoryScan.case_id == inventory.case_id, InventoryScan.counter == counter)
    gone = (delete(InventoryScan).where(*mine, InventoryScan.label.in_(part)) for part in _parts(labels))
    return sum(session.execute(each).rowcount for each in gone)


def _write(
    session: Session, inventory: Inventory, found: Mapping[str, Mapping[str, str]], counter: int, at: datetime, by: str
) -> None:
    told = {"case_id": inventory.case_id, "counter": counter, "at": at, "by": by}
    rows = [{**told, "label": label, **seen} for label, seen in found.items()]
    for part in _parts(rows):
        fresh = insert(InventoryScan).values(part)
        latest = {name: fresh.excluded[name] for name in ("position", "damage", "at", "by")}
        again = fresh.on_conflict_do_update(index_elements=["case_id", "counter", "label"], set_=latest)
        session.execute(again)
    session.expire_all()


def _parts(all_: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (all_[start : start + CHUNK] for start in range(0, len(all_), CHUNK))
