"""A drawing for each place an event may stand; the event is `x`, its words are put in."""

from tests.workflow.engine.table.case import Case
from tests.workflow.engine.table.standard import (
    CATCH,
    EDGE,
    END,
    EVENT_START,
    QUIET_EDGE,
    QUIET_START,
    START,
    SUB_START,
    THROW,
)

_EVENT_SUB = "start s\nuser a\nend e\ns -> a -> e\nsub H event\n start x {} {}\n user h\n end f\n x -> h -> f"
_EDGE = "start s\n{}\nboundary x on=a {} {}\nuser h\nend e\nend f\ns -> a -> e\nx -> h -> f"
DRAWINGS = {
    START: "start x {}\nuser a\nend e\nx -> a -> e",
    SUB_START: "start s\nsub S\n start x {}\n user a\n end f\n x -> a -> f\nend e\ns -> S -> e",
    EVENT_START: _EVENT_SUB.format("{}", ""),
    QUIET_START: _EVENT_SUB.format("{}", "quiet"),
    CATCH: "start s\ncatch x {}\nuser a\nend e\ns -> x -> a -> e",
    THROW: "start s\nuser a\nthrow x {}\nuser b\nend e\ns -> a -> x -> b -> e",
    END: "start s\nuser a\nend x {}\ns -> a -> x",
    EDGE: _EDGE.format("user a", "{}", ""),
    QUIET_EDGE: _EDGE.format("user a", "{}", "quiet"),
}
MARKS = {
    "none": "",
    "message": "message=m",
    "timer": "timer=PT1H",
    "signal": "signal=m",
    "error": "error=m",
    "escalation": "escalation=m",
    "conditional": "conditional='n > 1'",
    "link": "link=m",
    "terminate": "terminate",
    "compensation": "compensate",
    "cancel": "cancel",
    "multiple": "multiple",
    "parallel multiple": "multiple parallel",
}


def runs(of: str, at: str, plays: str, **more) -> Case:
    """The event of this kind at this place, drawn as above (or as `drawing` says)."""
    more.setdefault("drawing", DRAWINGS[at].format(more.pop("mark", MARKS[of])))
    return Case(of, at, plays=plays, **more)


def refused(of: str, at: str, sentence: str, **more) -> Case:
    more.setdefault("drawing", DRAWINGS[at].format(more.pop("mark", MARKS[of])))
    return Case(of, at, refused=sentence, **more)


ALLOWED = {
    START: "conditional, message, none, signal, timer",
    EVENT_START: "conditional, error, escalation, message, signal, timer",
    QUIET_START: "conditional, error, escalation, message, signal, timer",
    CATCH: "conditional, link, message, signal, timer",
    THROW: "escalation, link, message, none, signal",
    END: "error, escalation, message, none, signal, terminate",
    EDGE: "conditional, error, escalation, message, signal, timer",
    QUIET_EDGE: "conditional, error, escalation, message, signal, timer",
}
BEGINS_PLAIN = "A sub-process begins with a start event without kind."


def not_here(of: str, at: str, **more) -> Case:
    """Refused because no event of this kind may stand there."""
    said = {"compensation": "compensate", "parallel multiple": "multiple"}.get(of, of)
    if at == SUB_START and f"{said}," in f"{ALLOWED[START]},":
        return refused(of, at, BEGINS_PLAIN, **more)
    allowed = ALLOWED[START if at == SUB_START else at]
    sentence = f"An event of kind “{said}” is not run here; possible are: {allowed}."
    return refused(of, at, sentence, **more)
