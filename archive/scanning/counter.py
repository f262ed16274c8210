"""Many dossiers at once at the desk: a line for each, done or refused by itself; the others go on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from archive.refusals import wrong
from archive.scanning import batches, desk
from archive.scanning.models import ScanBatch, ScanDossier
from workflow.errors import Invalid, Refusal, Sentence

MOST = 1_000  # lines of one go


@dataclass(frozen=True)
class Done:
    """What became of one line: the dossier's number as known or typed, why it was refused (None: done), the line."""

    number: str
    refused: Sentence | None = None
    line: str = ""


def hand_out(session: Session, batch: ScanBatch, lines: str, to: str, by: str) -> list[Done]:
    """C2 for lines of `label pages [volumes]`; volumes are 1 when not said."""

    def act(entry: ScanDossier, label: str, rest: Sequence[str]) -> None:
        pages, volumes = _whole("pages", rest, 0), _whole("volumes", rest, 1, default=1)
        desk.hand_out(session, entry, label, pages, volumes, to, by)

    return _each(session, batch, lines, act)


def take_back(session: Session, batch: ScanBatch, lines: str, by: str) -> list[Done]:
    """C9 for lines of `label position pages`."""

    def act(entry: ScanDossier, label: str, rest: Sequence[str]) -> None:
        if not rest:
            raise wrong("position", "Scan the barcode of the position.")
        desk.take_back(session, entry, label, rest[0], _whole("pages", rest, 1), by)

    return _each(session, batch, lines, act)


def differ(session: Session, batch: ScanBatch, line: str, why: str, by: str) -> list[Done]:
    """C9: a difference of one dossier, `label pages`."""

    def act(entry: ScanDossier, label: str, rest: Sequence[str]) -> None:
        desk.differs(session, entry, _whole("pages", rest, 0), by, why)

    return _each(session, batch, line, act)


def leave_out(session: Session, batch: ScanBatch, lines: str, why: str, by: str) -> list[Done]:
    """Dossiers, a label a line, that are not scanned in this batch."""
    return _each(session, batch, lines, lambda entry, label, rest: desk.fall_out(session, entry, by, why))


Act = Callable[[ScanDossier, str, Sequence[str]], None]


def _each(session: Session, batch: ScanBatch, lines: str, act: Act) -> list[Done]:
    given = [line.split() for line in lines.splitlines() if line.strip()]
    if not given:
        raise wrong("lines", "Scan the label.")
    if len(given) > MOST:
        raise wrong("lines", "A batch holds at most {most} dossiers.", most=MOST)
    return [_one(session, batch, label, rest, act) for label, *rest in given]


def _one(session: Session, batch: ScanBatch, label: str, rest: Sequence[str], act: Act) -> Done:
    try:
        with session.begin_nested():
            entry = batches.entry_of(session, batch, label)
            if entry is None:
                raise wrong("lines", "Dossier {number} is not in this batch.", number=label[:40])
            act(entry, label, rest)
    except Invalid as refused:
        said = next((each[0] for each in refused.problems.values() if each), refused.sentence)
        return Done(label[:40], said, " ".join([label, *rest]))
    except Refusal as refused:
        return Done(label[:40], refused.sentence, " ".join([label, *rest]))
    return Done(entry.dossier.dossier_no)


def _whole(field: str, rest: Sequence[str], place: int, default: int | None = None) -> int:
    text = rest[place] if place < len(rest) else ""
    if not text and default is not None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise wrong(field, "Say how many pages were counted.")
    return int(text)
