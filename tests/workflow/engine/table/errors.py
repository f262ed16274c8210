"""Errors, escalations, links, terminate, and what is not run: compensation, cancel, multiple."""

from tests.workflow.engine.table.places import DRAWINGS, not_here, refused, runs
from tests.workflow.engine.table.standard import (
    CATCH,
    EDGE,
    END,
    EVENT_START,
    PLACES,
    QUIET_EDGE,
    QUIET_START,
    START,
    SUB_START,
    THROW,
)

THROWER = """
start s
sub S
 start t
 user a
 {throws}
 user b
 end f
 {flows}
 {inside}
boundary x on=S {mark}
user h
end e
s -> S -> e
x -> h -> e
"""
ESCALATES = {"throws": "throw x2 escalation=m", "flows": "t -> a -> x2 -> b -> f"}
THROWN = """
start s
and g
user a
user b
end t {throws}=m
end e
s -> g -> a -> t
g -> b -> e
sub H event
 start x {throws}=m
 user h
 end f
 x -> h -> f
"""
ERROR = [
    not_here("error", START),
    not_here("error", SUB_START),
    runs("error", EVENT_START, "a b; do a: h; do h: end", cancelled="b", drawing=THROWN.format(throws="error")),
    runs(
        "error",
        EVENT_START,
        "a; fail a m: h; do h: end",
        variant="of a job",
        drawing=DRAWINGS[EVENT_START].format("error=m").replace("user a", "service a topic=t"),
    ),
    refused("error", QUIET_START, "An error always interrupts; make the start event interrupting."),
    not_here("error", CATCH),
    not_here("error", THROW),
    runs("error", END, "a; do a: end", thrown=("error m",), says="the process ends with it when nothing catches it"),
    runs(
        "error",
        END,
        "a b; do a: h; do h: end",
        variant="caught around",
        cancelled="b S",
        drawing="start s\nsub S\n start t\n and g\n user a\n user b\n end x error=m\n end f\n t -> g -> a -> x\n g -> b -> f\n"
        "boundary y on=S error=m\nuser h\nend e\ns -> S -> e\ny -> h -> e",
    ),
    refused("error", END, "The error thrown here has no code.", variant="without a code", mark="error="),
    runs(
        "error",
        EDGE,
        "a; fail a m: h; do h: end",
        cancelled="a",
        drawing="start s\nservice a topic=t\nboundary x on=a error=m\nuser h\nend e\ns -> a -> e\nx -> h -> e",
    ),
    runs(
        "error",
        EDGE,
        "a; fail a other: h; do h: end",
        variant="without a code",
        drawing="start s\nservice a topic=t\nboundary x on=a error=\nuser h\nend e\ns -> a -> e\nx -> h -> e",
        says="catches every error",
    ),
    refused("error", QUIET_EDGE, "An error always interrupts; make the boundary event interrupting."),
]
ESCALATION = [
    not_here("escalation", START),
    not_here("escalation", SUB_START),
    runs(
        "escalation", EVENT_START, "a b; do a: h; do h: end", cancelled="b", drawing=THROWN.format(throws="escalation")
    ),
    runs(
        "escalation",
        QUIET_START,
        "a b; do a: b h; do b: h; do h: end",
        drawing=THROWN.format(throws="escalation").replace("x escalation=m", "x escalation=m quiet"),
    ),
    not_here("escalation", CATCH),
    runs(
        "escalation",
        THROW,
        "a; do a: b; do b: end",
        thrown=("escalation m",),
        says="caught around, else without effect",
    ),
    runs("escalation", END, "a; do a: end", thrown=("escalation m",), says="caught around, else without effect"),
    runs(
        "escalation", EDGE, "a; do a: h; do h: end", drawing=THROWER.format(mark="escalation=m", inside="", **ESCALATES)
    ),
    runs(
        "escalation",
        QUIET_EDGE,
        "a; do a: b h; do b: h; do h: end",
        drawing=THROWER.format(mark="escalation=m quiet", inside="", **ESCALATES),
    ),
]
_PAIR = "start s\nuser a\nthrow {} link=m\ncatch {} link=m\nuser b\nend e\ns -> a -> {}\n{} -> b -> e"
LINK = [
    not_here("link", START),
    not_here("link", SUB_START),
    not_here("link", EVENT_START),
    not_here("link", QUIET_START),
    runs("link", CATCH, "a; do a: b; do b: end", drawing=_PAIR.format("y", "x", "y", "x"), completed="s a y x b e"),
    runs("link", THROW, "a; do a: b; do b: end", drawing=_PAIR.format("x", "y", "x", "y"), completed="s a x y b e"),
    refused(
        "link",
        THROW,
        "No link catches the name “m” here.",
        variant="to nowhere",
        drawing="start s\nuser a\nthrow x link=m\ns -> a -> x",
    ),
    not_here("link", END),
    not_here("link", EDGE),
    not_here("link", QUIET_EDGE),
]
TERMINATE = [
    *(not_here("terminate", place) for place in PLACES if place != END),
    runs(
        "terminate",
        END,
        "a b; do a: end",
        cancelled="b",
        drawing="start s\nand g\nuser a\nuser b\nend x terminate\nend e\ns -> g -> a -> x\ng -> b -> e",
    ),
    runs(
        "terminate",
        END,
        "a b; do a: h; do h: end",
        variant="in a sub-process",
        cancelled="b",
        says="its own scope only",
        drawing="start s\nsub S\n start t\n and g\n user a\n user b\n end x terminate\n end f\n t -> g -> a -> x\n g -> b -> f\n"
        "user h\nend e\ns -> S -> h -> e",
    ),
]
OTHERS = [
    not_here(kind, place) for kind in ("compensation", "cancel", "multiple", "parallel multiple") for place in PLACES
]
CASES = [*ERROR, *ESCALATION, *LINK, *TERMINATE, *OTHERS]
