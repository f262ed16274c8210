"""Gateways and sequence flows."""

from tests.workflow.engine.table.case import Case

CHOICE = "start s\n{g} x\nuser a\nuser b\nuser c\nend e\ns -> x\nx -> a if n > 2\nx -> b if n > 1\nx -> c default\na -> e\nb -> e\nc -> e"
SPLIT = "start s\n{g} x\nuser a\nuser b\nend e\ns -> x -> a -> e\nx -> b -> e"
JOIN = "start s\nand g\nuser a\nuser b\n{g} x\nuser c\nend e\ns -> g -> a -> x -> c -> e\ng -> b -> x"
BOTH = "start s\nand g\nuser a\nuser b\n{g} x\nuser c\nuser d\nend e\ns -> g -> a -> x\ng -> b -> x\nx -> c{c} -> e\nx -> d{d} -> e"
LOOP = "start s\nxor m\n{g} f\nuser a\nuser b\n{g} x\nxor d\nend e\ns -> m -> f\nf -> a{c}\nf -> b{d}\na -> x\nb -> x\nx -> d\nd -> m if again = 1\nd -> e default"
RACE = "start s\nevents x\ncatch m message=m\ncatch t timer=PT1H\ncatch u timer=P1D\nuser a\nuser b\nuser c\nend e\ns -> x -> m -> a -> e\nx -> t -> b -> e\nx -> u -> c -> e"
NOT_COMPLEX = "Complex gateways are not run. Use a parallel, exclusive or inclusive gateway."
DIVERGING, CONVERGING, MIXED, LOOPED = "diverging", "converging", "diverging and converging", "in a loop"

EXCLUSIVE = [
    Case(
        "exclusiveGateway",
        DIVERGING,
        drawing=CHOICE.format(g="xor"),
        variables={"n": 3},
        plays="a; do a: end",
        says="the first true condition in the order of the file, else the default",
    ),
    Case("exclusiveGateway", DIVERGING, "default", CHOICE.format(g="xor"), variables={"n": 0}, plays="c; do c: end"),
    Case(
        "exclusiveGateway",
        DIVERGING,
        "without a condition",
        "start s\nxor x\nuser a\nuser b\nend e\ns -> x\nx -> a if n > 2\nx -> b\na -> e\nb -> e",
        where="x-b",
        refused="The flow out of gateway “x” needs a condition, or make it the default.",
    ),
    Case(
        "exclusiveGateway",
        DIVERGING,
        "without a default",
        "start s\nxor x\nuser a\nuser b\nend e\ns -> x\nx -> a if n > 2\nx -> b if n < 3\na -> e\nb -> e",
        variables={"n": 1},
        plays="b; do b: end",
        warned="No flow of gateway “x” is the default: if no condition is true, the process stops with an incident.",
    ),
    Case(
        "exclusiveGateway",
        CONVERGING,
        drawing=JOIN.format(g="xor"),
        plays="a b; do a: b c; do b: c c; do c: c; do c: end",
        says="passes each token on",
    ),
    Case(
        "exclusiveGateway",
        MIXED,
        drawing=BOTH.format(g="xor", c="", d="")
        .replace("x -> c", "x -> c if n = 1")
        .replace("c if n = 1 -> e", "c if n = 1\nc -> e")
        .replace("x -> d -> e", "x -> d default\nd -> e"),
        variables={"n": 1},
        plays="a b; do a: b c; do b n=2: c d; do c: d; do d: end",
    ),
    Case(
        "exclusiveGateway",
        LOOPED,
        drawing=LOOP.format(g="xor", c=" if n = 1", d=" default"),
        variables={"n": 1},
        plays="a; do a again=1 n=2: b; do b again=0: end",
    ),
]
INCLUSIVE = [
    Case(
        "inclusiveGateway",
        DIVERGING,
        drawing=CHOICE.format(g="or"),
        variables={"n": 3},
        plays="a b; do a: b; do b: end",
        says="every true condition, else the default",
    ),
    Case("inclusiveGateway", DIVERGING, "default", CHOICE.format(g="or"), variables={"n": 0}, plays="c; do c: end"),
    Case(
        "inclusiveGateway",
        CONVERGING,
        drawing=JOIN.format(g="or"),
        plays="a b; do a: b; do b: c; do c: end",
        says="waits for what can still come",
    ),
    Case(
        "inclusiveGateway",
        CONVERGING,
        "of one way only",
        "start s\nor g\nuser a\nuser b\nor x\nuser c\nend e\ns -> g\ng -> a if n = 1\ng -> b default\na -> x -> c -> e\nb -> x",
        variables={"n": 1},
        plays="a; do a: c; do c: end",
    ),
    Case(
        "inclusiveGateway",
        MIXED,
        drawing="start s\nand g\nuser a\nuser b\nor x\nuser c\nuser d\nend e\ns -> g -> a -> x\ng -> b -> x\nx -> c if n > 0\nx -> d if n > 1\nc -> e\nd -> e",
        variables={"n": 2},
        plays="a b; do a: b; do b: c d; do c: d; do d: end",
    ),
    Case(
        "inclusiveGateway",
        LOOPED,
        drawing=LOOP.format(g="or", c=" if n > 0", d=" if n > 1").replace("f -> b if n > 1", "f -> b if n > 1"),
        variables={"n": 2},
        plays="a b; do b: a; do a again=1 n=1: a; do a again=0: end",
    ),
]
PARALLEL = [
    Case("parallelGateway", DIVERGING, drawing=SPLIT.format(g="and"), plays="a b; do a: b; do b: end"),
    Case(
        "parallelGateway",
        DIVERGING,
        "with a condition",
        SPLIT.format(g="and").replace("x -> b -> e", "x -> b if n = 1\nb -> e"),
        where="x-b",
        refused="A condition has no effect here; use an exclusive or inclusive gateway.",
    ),
    Case("parallelGateway", CONVERGING, drawing=JOIN.format(g="and"), plays="a b; do a: b; do b: c; do c: end"),
    Case(
        "parallelGateway",
        CONVERGING,
        "behind an exclusive decision",
        JOIN.format(g="and")
        .replace("and g", "xor g")
        .replace("g -> a -> x -> c -> e", "g")
        .replace("g -> b -> x", "g -> a if n = 1\ng -> b default\na -> x -> c -> e\nb -> x"),
        refused="“x” waits for all its ways, but gateway “g” takes only one of them: it would wait for ever. Use an exclusive gateway to bring the ways together.",
    ),
    Case(
        "parallelGateway",
        MIXED,
        drawing=BOTH.format(g="and", c="", d=""),
        plays="a b; do a: b; do b: c d; do c: d; do d: end",
    ),
    Case(
        "parallelGateway",
        LOOPED,
        drawing=LOOP.format(g="and", c="", d=""),
        plays="a b; do a: b; do b again=1: a b; do b: a; do a again=0: end",
    ),
]
COMPLEX = [
    Case("complexGateway", DIVERGING, drawing=SPLIT.format(g="complex"), refused=NOT_COMPLEX),
    Case("complexGateway", CONVERGING, drawing=JOIN.format(g="complex"), refused=NOT_COMPLEX),
    Case("complexGateway", MIXED, drawing=BOTH.format(g="complex", c="", d=""), refused=NOT_COMPLEX),
    Case("complexGateway", LOOPED, drawing=LOOP.format(g="complex", c="", d=""), refused=NOT_COMPLEX),
]
EVENTS = [
    Case(
        "eventBasedGateway",
        "in the middle",
        drawing=RACE,
        plays="m t u; happen t: b; do b: end",
        says="any mix of timers, messages, signals and receive tasks; the first one decides",
    ),
    Case(
        "eventBasedGateway",
        "in the middle",
        "with a receive task",
        RACE.replace("catch m", "receive m"),
        plays="m t u; happen m: a; do a: end",
    ),
    Case(
        "eventBasedGateway",
        "in the middle",
        "with a task behind it",
        RACE.replace("catch t timer=PT1H", "user t"),
        where="t",
        refused="Behind an event-based gateway only events that wait may stand.",
    ),
    Case(
        "eventBasedGateway",
        "in the middle",
        "of one event",
        "start s\nevents x\ncatch m message=m\nend e\ns -> x -> m -> e",
        refused="An event-based gateway needs at least two events behind it.",
    ),
    Case(
        "eventBasedGateway",
        "in the middle",
        "in a loop",
        "start s\nxor g\nevents x\ncatch m message=m\ncatch t timer=PT1H\nend e\ns -> g -> x -> m -> g\nx -> t -> e",
        plays="m t; happen m: m t; happen m: m t; happen t: end",
    ),
    Case(
        "eventBasedGateway",
        "instantiating",
        drawing="events x\ncatch m message=m\ncatch n message=n\nuser a\nend e\nx -> m -> a -> e\nx -> n -> e",
        swap={'id="x"': 'id="x" instantiate="true"'},
        start="m",
        plays="a; do a: end",
    ),
    Case(
        "eventBasedGateway",
        "instantiating, parallel",
        drawing="events x\ncatch m message=m\ncatch n message=n\nend e\nx -> m -> e\nx -> n -> e",
        swap={'id="x"': 'id="x" instantiate="true" eventGatewayType="Parallel"'},
        refused="An event-based gateway waits for the first of its events only, not for all of them.",
    ),
]
FLOW = [
    Case("sequenceFlow", "plain", drawing="start s\nuser a\nend e\ns -> a -> e", plays="a; do a: end"),
    Case(
        "sequenceFlow",
        "plain",
        "without id",
        "start s\nuser a\nend e\ns -> a -> e",
        swap={'<sequenceFlow id="a-e"': "<sequenceFlow"},
        plays="a; do a: end",
        says="an id is given",
    ),
    Case(
        "sequenceFlow",
        "plain",
        "into a sub-process",
        "start s\nsub S\n start t\n user a\n t -> a\nend e\ns -> S -> e\ns -> a",
        where="s-a",
        refused="A sequence flow must not cross the edge of a sub-process.",
    ),
    Case(
        "sequenceFlow",
        "plain",
        "to nothing",
        "start s\nuser a\nend e\ns -> a -> e\na -> z",
        where="a-z",
        refused="The sequence flow does not connect two elements.",
    ),
    Case(
        "sequenceFlow",
        "plain",
        "out of an end event",
        "start s\nuser a\nend e\ns -> a -> e -> a",
        where="e-a",
        refused="A sequence flow cannot leave an end event or enter a start event.",
    ),
    Case(
        "sequenceFlow",
        "plain",
        "round and round without waiting",
        "start s\nxor m\ntask t\nxor d\nend e\ns -> m -> t -> d\nd -> m if n = 1\nd -> e default",
        where="d",
        refused="This loop has no task or event that waits, so it may turn without end: d, m, t.",
    ),
    Case(
        "sequenceFlow",
        "with a condition, out of an activity",
        drawing="start s\nuser a\nuser b\nuser c\nend e\ns -> a\na -> b if n = 1\na -> c\nb -> e\nc -> e",
        plays="a; do a n=1: b c; do b: c; do c: end",
    ),
    Case(
        "sequenceFlow",
        "default, out of an activity",
        drawing="start s\nuser a\nuser b\nuser c\nend e\ns -> a\na -> b if n = 1\na -> c default\nb -> e\nc -> e",
        plays="a; do a n=2: c; do c: end",
    ),
    Case(
        "sequenceFlow",
        "default, out of an activity",
        "of another element",
        "start s\nuser a\nend e\ns -> a -> e",
        swap={'id="a"': 'id="a" default="s-a"'},
        where="a",
        refused="The default flow “s-a” does not leave this element.",
    ),
    Case(
        "sequenceFlow",
        "with a condition, out of a gateway",
        drawing=CHOICE.format(g="xor"),
        variables={"n": 2},
        plays="b; do b: end",
    ),
    Case(
        "sequenceFlow",
        "default, out of a gateway",
        drawing=CHOICE.format(g="xor"),
        variables={"n": 1},
        plays="c; do c: end",
    ),
    Case(
        "sequenceFlow",
        "several out of an activity",
        drawing="start s\nuser a\nuser b\nuser c\nend e\ns -> a -> b -> e\na -> c -> e",
        plays="a; do a: b c; do b: c; do c: end",
        says="all of them",
    ),
    Case(
        "sequenceFlow",
        "several into an activity",
        drawing="start s\nand g\nuser a\nuser b\nuser c\nend e\ns -> g -> a -> c -> e\ng -> b -> c",
        plays="a b; do a: b c; do b: c c; do c: c; do c: end",
        says="each token for itself",
    ),
    Case(
        "sequenceFlow",
        "several out of a start event",
        drawing="start s\nuser a\nuser b\nend e\ns -> a -> e\ns -> b -> e",
        plays="a b; do a: b; do b: end",
    ),
    Case("sequenceFlow", "several into an end event", drawing=SPLIT.format(g="and"), plays="a b; do b: a; do a: end"),
]
CASES = [*EXCLUSIVE, *INCLUSIVE, *PARALLEL, *COMPLEX, *EVENTS, *FLOW]
