"""Timers: date, duration, cycle; conditions."""

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

DATE, DURATION, CYCLE = "date=2026-07-03T09:00:00+08:00", "timer=PT1H", "cycle=R2/PT1H"
ONCE = "Here a repeating timer comes only once, at its first time."


def _each(place, plays, make=runs, **more):
    return [
        make("timer", place, plays, variant=name, mark=mark, **more)
        for name, mark in (("date", DATE), ("duration", DURATION))
    ]


def _none(place):
    said = (("date", DATE), ("duration", DURATION), ("cycle", CYCLE))
    return [not_here("timer", place, variant=name, mark=mark) for name, mark in said]


TIMER = [
    *_each(START, "a; do a: end", says="at that time"),
    runs("timer", START, "a; do a: end", variant="cycle", mark="cycle=R/P1D", says="each time"),
    *_none(SUB_START),
    *_each(EVENT_START, "a x; happen x: h; do h: end", cancelled="a"),
    runs("timer", EVENT_START, "a x; happen x: h; do h: end", variant="cycle", mark=CYCLE, warned=ONCE),
    *_each(QUIET_START, "a x; happen x: a h; do a: h; do h: end"),
    runs(
        "timer",
        QUIET_START,
        "a x; happen x: a h x; happen x: a h h; do a: h h; do h: h; do h: end",
        variant="cycle",
        mark=CYCLE,
        says="as often as it says",
    ),
    *_each(CATCH, "x; happen x: a; do a: end"),
    runs("timer", CATCH, "x; happen x: a; do a: end", variant="cycle", mark=CYCLE, warned=ONCE),
    *_none(THROW),
    *_none(END),
    *_each(EDGE, "a x; happen x: h; do h: end", cancelled="a"),
    runs("timer", EDGE, "a x; do a: end", variant="not due", mark=DURATION),
    runs("timer", EDGE, "a x; happen x: h; do h: end", variant="cycle", mark=CYCLE, warned=ONCE),
    *_each(QUIET_EDGE, "a x; happen x: a h; do h: a; do a: end"),
    runs(
        "timer",
        QUIET_EDGE,
        "a x; happen x: a h x; happen x: a h h; do a: h h; do h: h; do h: end",
        variant="cycle",
        mark=CYCLE,
        says="as often as it says",
    ),
    refused(
        "timer",
        CATCH,
        "The timer says no time: a date, a duration such as PT2H, or a cycle.",
        variant="without a time",
        mark="timer=",
    ),
    refused(
        "timer",
        CATCH,
        "“P1X” is not a duration or cycle; write for example PT2H, P3D or R/P1D.",
        variant="not a time",
        mark="timer=P1X",
    ),
    refused(
        "timer",
        QUIET_EDGE,
        "A timer that repeats 0 times never comes.",
        variant="cycle of 0 times",
        mark="cycle=R0/PT1H",
    ),
]
TRUE = {"variables": {"n": 2}}
FALSE = {"variables": {"n": 1}}
CONDITIONAL = [
    runs("conditional", START, "a; do a: end", **TRUE),
    not_here("conditional", SUB_START),
    runs("conditional", EVENT_START, "a x; set n=2: h; do h: end", cancelled="a", **FALSE),
    runs(
        "conditional",
        QUIET_START,
        "a x; set n=2: a h x; set n=3: a h x; set n=0: a h x; set n=2: a h h x; do h: a h x; do h: a x; do a: end",
        says="each time it becomes true anew",
        **FALSE,
    ),
    runs("conditional", CATCH, "x; set n=0: x; set n=2: a; do a: end", says="when it becomes true", **FALSE),
    runs("conditional", CATCH, "a; do a: end", variant="true from the beginning", **TRUE),
    runs(
        "conditional",
        CATCH,
        "x y; set n=2: a; do a: end",
        variant="behind an event-based gateway",
        drawing="start s\nevents g\ncatch x conditional='n > 1'\ncatch y message=n\nuser a\nend e\ns -> g -> x -> a -> e\ng -> y -> e",
        **FALSE,
    ),
    not_here("conditional", THROW),
    not_here("conditional", END),
    runs("conditional", EDGE, "a x; set n=2: h; do h: end", cancelled="a", **FALSE),
    runs(
        "conditional",
        EDGE,
        "a x; do a n=2: end",
        variant="true with what completes the activity",
        completed="s a e",
        **FALSE,
    ),
    runs(
        "conditional",
        QUIET_EDGE,
        "a x; set n=2: a h x; set n=3: a h x; set n=0: a h x; set n=2: a h h x; do h: a h x; do h: a x; do a: end",
        says="each time it becomes true anew",
        **FALSE,
    ),
    refused(
        "conditional",
        CATCH,
        "The event says no condition, such as “amount > 100”.",
        variant="without a condition",
        mark="conditional",
    ),
]
CASES = [*TIMER, *CONDITIONAL]
