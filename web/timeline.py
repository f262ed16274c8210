"""The story of a case in words: one line for what a person did, one folded line for what the machine did between."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from archive import documents
from web.i18n import _, language
from web.naming import N_, person_name
from workflow import history
from workflow.history import Event

SENTENCES = {
    "opened": "{who} opened the case",
    "renamed": "{who} renamed the case from “{before}” to “{after}”",
    "closed": "The case was closed",
    "started": "{who} started the process",
    "claimed": "{who} claimed “{name}”",
    "released": "{who} released “{name}”",
    "assigned": "{who} handed “{name}” over to {to}",
    "completed": "{who} completed “{name}”",
    "cancelled": "“{name}” was withdrawn",
    "entered": "“{name}” began",
    "decided": "“{name}” was decided",
    "caught": "“{name}” happened",
    "thrown": "“{name}” was sent",
    "variables_changed": "{who} changed facts: {changed}",
    "incident_opened": "“{name}” failed and needs a person: {message}",
    "incident_resolved": "{who} resolved the failure of “{name}”",
    "commented": "{who} wrote a comment",
    "attached": "{who} attached {file_name}",
    "issued": "{who} issued a document: {document}",
}
OTHERWISE = N_("{who}: {kind} {name}")
LOUD = frozenset({"incident_opened", "incident_resolved", "opened", "started", "closed"})  # never folded away


@dataclass(frozen=True)
class Line:
    """One line of the story. `folded` are the machine's doings it stands for; `tone` is a CSS class."""

    at: datetime
    text: str
    reason: str = ""
    outcome: str = ""
    activity_id: str | None = None
    task_id: int | None = None
    tone: str = ""
    folded: list["Line"] = field(default_factory=list)


def lines(events: Iterable[Event]) -> list[Line]:
    """Oldest first in, latest first out."""
    told: list[Line] = []
    for machine, group in groupby(filter(_worth_telling, events), key=_is_machine):
        together = list(group)
        told += [_fold(together)] if machine else [_line(event) for event in together]
    return told[::-1]


def _worth_telling(event: Event) -> bool:
    """Gateways without a name say nothing to a reader."""
    return bool(event.name != event.activity_id or not event.activity_id) or event.kind in LOUD


def _is_machine(event: Event) -> bool:
    return event.actor == history.SYSTEM and event.kind not in LOUD


def _fold(events: list[Event]) -> Line:
    inside = [_line(event) for event in events]
    if len(inside) == 1:
        return inside[0]
    names = list(dict.fromkeys(_name(event) for event in events if _name(event) and event.kind != "entered"))
    names = names or list(dict.fromkeys(_name(event) for event in events if _name(event)))
    return Line(at=events[-1].at, text=_("The system: {names}", names=names), tone="machine", folded=inside)


def _line(event: Event) -> Line:
    facts = {name: value for name, value in event.data.items() if isinstance(value, str | int | float)}
    facts |= {"who": person_name(event.actor), "name": _name(event), "kind": facts.get("kind", event.kind)}
    facts["to"] = person_name(str(event.data.get("to") or ""))
    facts["changed"] = list(event.data.get("variables") or {})
    facts["document"] = _paper(event)
    facts["file_name"] = str(event.data.get("name") or "")
    template = SENTENCES.get(event.kind, OTHERWISE)
    return Line(
        at=event.at,
        text=_filled(template, facts),
        reason=str(event.data.get("reason") or ""),
        outcome=str(event.data.get("outcome") or ""),
        activity_id=event.activity_id,
        task_id=event.data.get("task"),
        tone={"incident_opened": "bad", "completed": "ok", "cancelled": "muted"}.get(event.kind, ""),
    )


def _filled(template: str, facts: dict[str, object]) -> str:
    """The sentence; one that lacks a fact falls back to the plain line."""
    try:
        return _(template, **facts)
    except KeyError:
        return _(OTHERWISE, **facts)


def _paper(event: Event) -> str:
    kind = documents.KINDS.get(str(event.data.get("document_kind")))
    title = "" if kind is None else kind.en if language() == "en" else kind.zh
    return f"{title} {event.data.get('number') or ''}".strip()


def _name(event: Event) -> str:
    return event.names.get(language()) or event.name

