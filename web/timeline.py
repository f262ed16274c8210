"""The story of a case in words: one line for what a person did, one folded line for what the machine did between."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby

from archive import documents
from archive.person_facts import BY_KEY
from web.boards import RESULTS
from web.event_sentences import SENTENCES, value_said
from web.i18n import _, language, say
from web.naming import N_, person_name
from web.words import place_name
from workflow import history, kept_sentences
from workflow.around import opinions
from workflow.history import Event
from workflow.statuses import ReturnMode
from workflow.voting import Result

OTHERWISE = N_("{who}: {kind} {name}")
KINDS_OF_ONE = {"moved": "moved", "registered": "registered", "dossier_registered": "registered"}
# never folded away
LOUD = frozenset(
    {"redirected", "returned", "incident_opened", "incident_resolved", "opened", "started", "closed", "signing_closed"}
)


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
    known, told = list(events), []
    votes = opinions.told(known)
    for machine, group in groupby(filter(_worth_telling, known), key=_is_machine):
        together = list(group)
        told += [_fold(together)] if machine else [_with_words(event, votes) for event in _said_once(together)]
    return told[::-1]


def _with_words(event: Event, votes: opinions.Votes) -> Line:
    """What was said with a step belongs to its line; of a hidden vote once it may be told."""
    line = _line(event)
    if event.kind != "completed":
        return line
    given = opinions.given(event, votes)
    said, outcome = (str(given.get(name) or "") for name in (opinions.OPINION, "outcome"))
    return replace(line, reason=line.reason or said, outcome=line.outcome or outcome)


def _worth_telling(event: Event) -> bool:
    """Gateways without a name say nothing to a reader; nor that a person came to a step, or where a pack came from."""
    if event.data.get("why") == "sent" or (event.kind == "entered" and not _is_machine(event)):
        return False
    return bool(event.name != event.activity_id or not event.activity_id) or event.kind in LOUD


def _said_once(events: Iterable[Event]) -> Iterator[Event]:
    """A move is recorded for the pack and for its dossier, a registration by two records: a reader is told once."""
    told: set[tuple[str, object]] = set()
    for event in events:
        what = (KINDS_OF_ONE.get(event.kind, event.kind), event.data.get("to") or event.data.get("dossier_no"))
        if event.kind in KINDS_OF_ONE:
            if what in told:
                continue
            told.add(what)
        elif event.kind == "completed":
            told.clear()
        yield event


def _is_machine(event: Event) -> bool:
    return event.actor == history.SYSTEM and event.kind not in LOUD and "passed" not in event.data


def _fold(events: list[Event]) -> Line:
    inside = [_line(event) for event in events]
    if len(inside) == 1:
        return inside[0]
    telling = [event for event in events if event.kind != "entered"] or events
    names = dict.fromkeys(_name(event) or _line(event).text for event in telling)
    return Line(at=events[-1].at, text=_("The system: {names}", names=list(names)), tone="machine", folded=inside)


def _line(event: Event) -> Line:
    facts: dict[str, object] = {key: value for key, value in event.data.items() if isinstance(value, str | int | float)}
    facts["witness"] = person_name(str(event.data.get("witness") or ""))
    facts |= {"who": person_name(event.actor), "name": _name(event), "kind": facts.get("kind", event.kind)}
    facts["to"] = person_name(str(event.data.get("to") or ""))
    facts["receivers"] = [person_name(each) for each in event.data.get("to_all") or event.data.get("told") or ()]
    facts["principal"] = person_name(str(event.data.get("on_behalf_of") or ""))
    if event.kind in ("recalled", "returned", "handed_on", "taken_over"):
        facts["before"] = person_name(str(event.data.get("before") or ""))
    facts["why"] = _why(event)
    facts["said"] = value_said(event.kind, event.data)
    facts["receiver"] = str(event.data.get("to") or facts.get("receiver") or "")
    facts["other"] = person_name(str(event.data.get("second") or ""))
    facts["changed"] = list(event.data.get("variables") or {})
    facts["facts"] = [BY_KEY[each].said(language()) for each in event.data.get("fields") or () if each in BY_KEY]
    facts["document"] = _paper(event)
    facts["result"] = _result(event)
    if event.kind in ("moved", "let_go"):
        facts["place"] = place_name(str(event.data["to"]))
    facts |= {each: _named(event.data.get(each)) for each in ("origin", "target")}
    facts["file_name"] = str(event.data.get("name") or "")
    template = SENTENCES.get(_kind(event), OTHERWISE)
    return Line(
        at=event.at,
        text=_filled(template, facts),
        reason=str(event.data.get("reason") or ""),
        outcome=str(event.data.get("outcome") or ""),
        activity_id=event.activity_id,
        task_id=event.data.get("task"),
        tone={
            "incident_opened": "bad",
            "completed": "ok",
            "cancelled": "muted",
            "sent_back": "back",
            "taken_back": "back",
        }.get(event.kind, ""),
    )


def _kind(event: Event) -> str:
    """A case is opened, and a pack is, beside a witness. A gateway decides, and a table answers."""
    if event.kind == "decided" and "decision" in event.data:
        return "without answer" if event.data.get("result") in (None, []) else "answered"
    if event.kind == "sent_back":
        anew = "sent back to redo" if "round" in event.data else "sent back to the start"
        return "sent back straight" if event.data.get("mode") == ReturnMode.STRAIGHT else anew
    if event.kind == "completed" and "corrects" in event.data:
        return "corrected"
    if event.kind in ("claimed", "completed") and "on_behalf_of" in event.data:
        return f"{event.kind} for another"
    if event.kind == "completed" and "passed" in event.data:
        return "passed over"
    if event.kind == "clock_paused" and "task" not in event.data:
        return "clock stands"
    return "opened beside" if event.kind == "opened" and "witness" in event.data else event.kind


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


def _result(event: Event) -> str:
    """What was decided together, or what a table gave."""
    result = event.data.get("result")
    return _(RESULTS[Result(str(result))]) if event.kind == "signing_closed" else _value(result)


def _value(value: object) -> str:
    """A value of a table; several one after the other."""
    if isinstance(value, dict):
        return ", ".join(f"{name} = {_value(each)}" for name, each in value.items())
    if isinstance(value, list):
        return "; ".join(map(_value, value))
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _why(event: Event) -> str:
    """Why a task was passed over or went elsewhere; what a person gave as reason."""
    kept = event.data.get("passed") or event.data.get("why")
    return say(kept_sentences.spoken(kept)) if isinstance(kept, list) else str(kept or "")


def _named(activity: object) -> str:
    """An activity as the history kept it."""
    if not isinstance(activity, dict):
        return ""
    return str((activity.get("names") or {}).get(language()) or activity.get("name") or "")


def _name(event: Event) -> str:
    return event.names.get(language()) or event.name or str(event.data.get("task_name") or "")
