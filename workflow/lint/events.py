"""Events: which kind may stand where, and what each must say."""

import re
from collections.abc import Iterator

from workflow.diagram.graph import Event, Node, Process
from workflow.diagram.names import ACTIVITIES
from workflow.errors import Sentence, sentence
from workflow.expressions import times
from workflow.expressions.times import literal
from workflow.lint.findings import Finding, Known, error, listed, rule, warning

_ALLOWED = {
    "startEvent": {"none", "message", "timer", "signal", "conditional"},
    "endEvent": {"none", "message", "signal", "error", "escalation", "terminate"},
    "intermediateThrowEvent": {"none", "message", "signal", "escalation", "link"},
    "intermediateCatchEvent": {"timer", "message", "signal", "conditional", "link"},
    "boundaryEvent": {"timer", "message", "signal", "conditional", "error", "escalation"},
}
_STARTS_HANDLER = {"message", "timer", "signal", "conditional", "error", "escalation"}
_KIND_SENTENCES = {
    "none": "none",
    "message": "message",
    "timer": "timer",
    "signal": "signal",
    "error": "error",
    "escalation": "escalation",
    "conditional": "conditional",
    "link": "link",
    "terminate": "terminate",
    "compensate": "compensate",
    "cancel": "cancel",
    "multiple": "multiple",
}
_INSTEAD = {
    "compensate": sentence("Draw the way back as a path of its own, behind a decision or a boundary event."),
    "cancel": sentence("End with an error and catch it on the edge of the sub-process."),
    "multiple": sentence("Draw an event for each: to wait for the first, behind an event-based gateway."),
}
_BY_TIME = re.compile(r"\b(now|today)\s*\(")
_LIKE_ISO = re.compile(r"-?P\d|-?PT|R\d*/")
_NAMED = {"message", "signal", "link"}
_CATCH_ANY = {"boundaryEvent", "startEvent"}  # without a code they catch every error or escalation


def _word(kind: str) -> Sentence:
    """A kind of event as people call it."""
    return sentence(_KIND_SENTENCES.get(kind, kind))


@rule
def event_kind(process: Process, known: Known) -> Iterator[Finding]:
    """Kinds of events we do not run at this place."""
    for node in process.nodes.values():
        allowed = _STARTS_HANDLER if process.starts_handler(node) else _ALLOWED.get(node.kind)
        if allowed is not None and node.event is not None and node.event.kind not in allowed:
            yield error(
                "event_kind",
                node.id,
                sentence(
                    "An event of kind “{kind}” is not run here; possible are: {allowed}.",
                    kind=_word(node.event.kind),
                    allowed=listed(map(_word, sorted(allowed))),
                ),
                _INSTEAD.get(node.event.kind),
            )
        elif process.starts_plain_scope(node) and node.event is not None and node.event.kind != "none":
            yield error("event_kind", node.id, sentence("A sub-process begins with a start event without kind."))


@rule
def event_says_what(process: Process, known: Known) -> Iterator[Finding]:
    """Messages and signals have names, thrown errors a code, timers a time."""
    for node in process.nodes.values():
        event = node.event
        if event is None:
            continue
        if event.kind in _NAMED and not event.name and not (event.kind == "message" and node.activity.topic):
            yield error("event_says_what", node.id, sentence("The {kind} of this event has no name.", kind=event.kind))
        if event.kind in _NAMED and _is_computed(event.name):
            said = sentence("The name “{name}” cannot be computed here; write it plainly.", name=event.name)
            yield error("event_says_what", node.id, said)
        if event.kind in ("error", "escalation") and not event.name and node.kind not in _CATCH_ANY:
            yield error("event_says_what", node.id, sentence("The {kind} thrown here has no code.", kind=event.kind))
        if event.kind == "timer":
            yield from _timer(node, event)
        if event.kind == "conditional":
            yield from _condition(node, event)


def _condition(node: Node, event: Event) -> Iterator[Finding]:
    if not event.text:
        yield error("event_says_what", node.id, sentence("The event says no condition, such as “amount > 100”."))
    elif _BY_TIME.search(event.text):
        said = sentence("A condition is looked at when variables change, not as time goes by; for that take a timer.")
        yield warning("event_says_what", node.id, said)


def _is_computed(name: str | None) -> bool:
    return name is not None and (name.startswith("=") or "${" in name or "#{" in name)


def _timer(node: Node, event: Event) -> Iterator[Finding]:
    if not event.text:
        yield error(
            "event_says_what", node.id, sentence("The timer says no time: a date, a duration such as PT2H, or a cycle.")
        )
        return
    if _LIKE_ISO.match(event.text) and not literal(event.text):
        said = sentence(
            "“{text}” is not a duration or cycle; write for example PT2H, P3D or R/P1D.", text=event.text[:40]
        )
        yield error("event_says_what", node.id, said)
    cycle = times.parse_cycle(event.text)
    repeats_here = (node.kind == "startEvent" and not node.scope) or not node.interrupting
    if event.timer == "cycle" and not repeats_here:
        yield warning("timer_cycle", node.id, sentence("Here a repeating timer comes only once, at its first time."))
    if cycle is not None and cycle.times == 0:
        yield error("timer_cycle", node.id, sentence("A timer that repeats 0 times never comes."))
    if cycle is not None and cycle.times is None and cycle.every.months == 0 and cycle.every.seconds < 60:
        said = sentence("A timer that repeats without end needs at least one minute between its times.")
        yield error("timer_cycle", node.id, said)
    if event.timer != "cycle" and cycle is not None:
        yield error(
            "timer_cycle", node.id, sentence("“{text}” is a cycle, not a {kind}.", text=event.text, kind=event.timer)
        )


@rule
def attached(process: Process, known: Known) -> Iterator[Finding]:
    """Boundary events stand on activities that wait."""
    for node in process.nodes.values():
        if node.kind != "boundaryEvent":
            continue
        host = process.nodes.get(node.attached_to or "")
        if host is None or host.kind not in ACTIVITIES:
            yield error("attached", node.id, sentence("The boundary event is not attached to an activity."))
        elif host.kind == "task" or (host.kind == "sendTask" and not host.activity.topic):
            yield warning(
                "attached",
                node.id,
                sentence(
                    "“{activity}” is done at once; nothing can happen on its edge.",
                    activity=host.activity.name or host.id,
                ),
            )
        elif host.scope != node.scope:
            yield error(
                "attached", node.id, sentence("The boundary event is not in the same sub-process as its activity.")
            )
        if node.event is not None and node.event.kind == "error" and not node.interrupting:
            yield error(
                "attached", node.id, sentence("An error always interrupts; make the boundary event interrupting.")
            )


@rule
def caught_twice(process: Process, known: Known) -> Iterator[Finding]:
    """Of the events on one activity, and of the event sub-processes of one scope, one catches each code."""
    seen: set[tuple[str, ...]] = set()
    for node in process.nodes.values():
        event = node.event
        if event is None or event.kind not in ("error", "escalation"):
            continue
        if node.kind == "boundaryEvent":
            place = ("on", node.attached_to or "")
        elif process.starts_handler(node):
            place = ("in", process.nodes[node.scope].scope)
        else:
            continue
        what = (*place, event.kind, event.name or "")
        if what in seen:
            yield error(
                "caught_twice",
                node.id,
                sentence(
                    "Another event catches the same {kind} “{name}” here.", kind=event.kind, name=event.name or "*"
                ),
            )
        seen.add(what)


@rule
def link_target(process: Process, known: Known) -> Iterator[Finding]:
    """Each link throw has one catch of its name, in the same sub-process."""
    catches: dict[tuple[str, str | None], int] = {}
    links = [node for node in process.nodes.values() if node.event is not None and node.event.kind == "link"]
    for node in links:
        if node.kind == "intermediateCatchEvent" and node.event is not None:
            place = (node.scope, node.event.name)
            catches[place] = catches.get(place, 0) + 1
            if catches[place] == 2:
                yield error(
                    "link_target", node.id, sentence("Two links catch the same name “{name}”.", name=node.event.name)
                )
    for node in links:
        if node.kind == "intermediateThrowEvent" and node.event and (node.scope, node.event.name) not in catches:
            yield error(
                "link_target", node.id, sentence("No link catches the name “{name}” here.", name=node.event.name)
            )


@rule
def event_gateway(process: Process, known: Known) -> Iterator[Finding]:
    """Behind an event-based gateway stand events that wait, each reached from there only."""
    for node in process.nodes.values():
        if node.kind != "eventBasedGateway":
            continue
        flows = process.outgoing(node.id)
        if len(flows) < 2:
            yield error(
                "event_gateway", node.id, sentence("An event-based gateway needs at least two events behind it.")
            )
        for flow in flows:
            yield from _raced(process, process.nodes.get(flow.target))


def _raced(process: Process, target: Node | None) -> Iterator[Finding]:
    if target is None:
        return
    waits = target.kind == "intermediateCatchEvent" and target.event and target.event.kind != "link"
    if not waits and target.kind != "receiveTask":
        yield error(
            "event_gateway", target.id, sentence("Behind an event-based gateway only events that wait may stand.")
        )
    elif len(process.incoming(target.id)) > 1:
        yield error(
            "event_gateway", target.id, sentence("An event behind an event-based gateway must have no other way in.")
        )
    elif process.boundaries(target.id) or target.loop:
        yield error(
            "event_gateway",
            target.id,
            sentence("A receive task behind an event-based gateway has no boundary events or loops."),
        )
