"""The story of a case that went round: what an earlier round did and was done again since is folded."""

from collections.abc import Iterable

from web.i18n import _
from web.timeline import Line
from workflow.history import Event


def folded(lines: Iterable[Line], events: Iterable[Event]) -> list[Line]:
    """The lines, latest first; the void steps of each round in one folded line behind what made them void."""
    void: dict[int, Event] = {}
    for event in events:
        for task_id in event.data.get("void") or () if event.kind in ("sent_back", "reopened") else ():
            void[task_id] = event
    kept: list[Line] = []
    inside: dict[int, list[Line]] = {}
    for line in lines:
        because = void.get(line.task_id or 0)
        if because is None or line.at > because.at:
            kept.append(line)
        else:
            inside.setdefault(because.seq, []).append(line)
    for event in {each.seq: each for each in void.values()}.values():
        if event.seq in inside:
            kept.insert(_place(kept, event), _fold(event, inside[event.seq]))
    return kept


def _place(kept: list[Line], event: Event) -> int:
    """Right behind the line of the event."""
    task_id = event.data.get("task")
    own = (place for place, line in enumerate(kept) if line.at == event.at and line.task_id == task_id)
    return next(own, len(kept) - 1) + 1


def _fold(event: Event, inside: list[Line]) -> Line:
    number = int(event.data.get("round") or 2) - 1
    text = _("Round {number}: {steps} steps done again since", number=number, steps=len(event.data.get("void") or ()))
    return Line(at=event.at, text=text, tone="round", folded=inside[::-1])
