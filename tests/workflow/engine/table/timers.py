"""Timers: date, duration, cycle; conditions."""

from tests.workflow.engine.table.places import not_here, pending, refused, runs
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
REPEATS = "A repeating timer may only stand on the edge of an activity it does not interrupt; take a duration."


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
    *_each(EVENT_START, "a x; happen x: h; do h: end", pending, cancelled="a"),
    pending("timer", EVENT_START, "?", variant="cycle", mark=CYCLE),
    *_each(QUIET_START, "a x; happen x: a h; do a: h; do h: end", pending),
    pending(
        "timer",
        QUIET_START,
        "a x; happen x: a h x; happen x: a h h; do a: h h; do h: h; do h: end",
        variant="cycle",
        mark=CYCLE,
        says="as often as it says",
    ),
    *_each(CATCH, "x; happen x: a; do a: end"),
    refused("timer", CATCH, REPEATS, variant="cycle", mark=CYCLE),
    *_none(THROW),
    *_none(END),
    *_each(EDGE, "a x; happen x: h; do h: end", cancelled="a"),
    runs("timer", EDGE, "a x; do a: end", variant="not due", mark=DURATION),
    refused("timer", EDGE, REPEATS, variant="cycle", mark=CYCLE),
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
        "A repeating timer needs at least one minute between its times.",
        variant="cycle of seconds",
        mark="cycle=R/PT1S",
    ),
    refused(
        "timer",
        QUIET_EDGE,
        "A timer that repeats 0 times never comes.",
        variant="cycle of 0 times",
        mark="cycle=R0/PT1H",
    ),
]
CONDITIONAL = [
    not_here("conditional", START),
    not_here("conditional", SUB_START),
    not_here("conditional", EVENT_START),
    not_here("conditional", QUIET_START),
    not_here("conditional", CATCH),
    not_here("conditional", THROW),
    not_here("conditional", END),
    not_here("conditional", EDGE),
    not_here("conditional", QUIET_EDGE),
    not_here("conditional", CATCH, variant="without a condition", mark="conditional"),
]
CASES = [*TIMER, *CONDITIONAL]
