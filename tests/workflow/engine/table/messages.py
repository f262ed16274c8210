"""Events without kind, messages, signals."""

from tests.workflow.engine.table.places import not_here, refused, runs
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

ON_EDGE = "start s\n{}\nboundary x on=S {}\nuser h\nend e\nend f\ns -> S -> e\nx -> h -> f"
SENDER = "start s\nand g\nuser a\nuser b\nthrow t signal=m\n{}\nend e\ns -> g -> a -> t -> e\n{}"

NONE = [
    runs("none", START, "a; do a: end", completed="x a e"),
    runs("none", SUB_START, "a; do a: end", completed="s x a f S e"),
    not_here("none", EVENT_START),
    not_here("none", QUIET_START),
    not_here("none", CATCH),
    runs("none", THROW, "a; do a: b; do b: end", completed="s a x b e"),
    runs("none", END, "a; do a: end", completed="s a x"),
    runs(
        "none",
        END,
        "b; do b: end",
        variant="the others go on",
        drawing="start s\nand g\nuser b\nend x\nend e\ns -> g -> x\ng -> b -> e",
    ),
    not_here("none", EDGE),
    not_here("none", QUIET_EDGE),
]
MESSAGE = [
    runs("message", START, "a; do a: end", says="by the message; its payload are the first variables"),
    not_here("message", SUB_START),
    runs("message", EVENT_START, "a x; happen x: h; do h: end", cancelled="a"),
    runs(
        "message",
        QUIET_START,
        "a x; happen x: a h x; happen x: a h h x; do a: h h; do h: h; do h: end",
        says="each time",
    ),
    runs("message", CATCH, "x; happen x: a; do a: end"),
    runs(
        "message",
        CATCH,
        "x y; happen y: b; do b: end",
        variant="behind an event-based gateway",
        drawing="start s\nevents g\ncatch x message=m\ncatch y message=n\nuser a\nuser b\nend e\ns -> g -> x -> a -> e\ng -> y -> b -> e",
    ),
    runs("message", THROW, "a; do a: b; do b: end", thrown=("message m",)),
    runs("message", END, "a; do a: end", thrown=("message m",)),
    runs("message", EDGE, "a x; happen x: h; do h: end", cancelled="a"),
    runs("message", EDGE, "a x; do a: end", variant="that does not come", completed="s a e"),
    runs(
        "message",
        QUIET_EDGE,
        "a x; happen x: a h x; happen x: a h h x; do a: h h; do h: h; do h: end",
        says="each time",
    ),
    refused("message", CATCH, "The message of this event has no name.", variant="without a message", mark="message="),
]
SIGNAL = [
    runs("signal", START, "a; do a: end", says="by the signal"),
    not_here("signal", SUB_START),
    runs("signal", EVENT_START, "a x; happen x: h; do h: end", cancelled="a"),
    runs(
        "signal",
        QUIET_START,
        "a x; happen x: a h x; happen x: a h h x; do a: h h; do h: h; do h: end",
        says="each time",
    ),
    runs("signal", CATCH, "x; happen x: a; do a: end"),
    runs(
        "signal",
        CATCH,
        "a x; do a: b; do b: end",
        variant="thrown in the same instance",
        drawing=SENDER.format("catch x signal=m", "g -> x -> b -> e"),
    ),
    runs("signal", THROW, "a; do a: b; do b: end", thrown=("signal m",)),
    runs("signal", END, "a; do a: end", thrown=("signal m",)),
    runs(
        "signal",
        END,
        "a b x; do a: h; do h: end",
        variant="caught in the same instance",
        cancelled="b",
        drawing="start s\nand g\nuser a\nuser b\nend t signal=m\nboundary x on=b signal=m\nuser h\nend e\ns -> g -> a -> t\ng -> b -> e\nx -> h -> e",
    ),
    runs("signal", EDGE, "a x; happen x: h; do h: end", cancelled="a"),
    runs(
        "signal", QUIET_EDGE, "a x; happen x: a h x; happen x: a h h x; do a: h h; do h: h; do h: end", says="each time"
    ),
]
CASES = [*NONE, *MESSAGE, *SIGNAL]
