"""Activities, each plain, as a loop, several times, and for compensation."""

from tests.workflow.engine.table.case import LINE, Case

STANDARD, PARALLEL, SEQUENTIAL = "standard loop", "multi-instance, parallel", "multi-instance, sequential"
COMPENSATION = "for compensation"
WORDS = {
    "userTask": "user x",
    "manualTask": "manual x",
    "serviceTask": "service x topic=t",
    "sendTask": "send x topic=t",
    "receiveTask": "receive x message=m",
    "businessRuleTask": "rule x topic=t",
    "callActivity": "call x calls=q",
}
VERBS = {"receiveTask": "happen x"}
SUB = "start s\nsub x {}\n start t\n user b\n end f\n t -> b -> f\nuser a\nend e\ns -> x -> a -> e"
CANNOT = {
    "scriptTask": ("script", "Scripts are not run. Use a service task with a topic, or set the value in a form."),
    "transaction": ("transaction", "Transactions are not run. Use a sub-process with an error boundary event."),
    "adHocSubProcess": (
        "adhoc",
        "Ad-hoc sub-processes are not run. Draw the order of the tasks, or parallel branches.",
    ),
}


def _waiting(kind: str, words: str) -> list[Case]:
    """An activity that waits for somebody, with each marker."""

    def row(at: str, mark: str, plays: str, **more) -> Case:
        plays = plays.replace("!", VERBS.get(kind, "do x"))
        return Case(kind, at, drawing=LINE.format(x=f"{words} {mark}"), plays=plays, **more)

    return [
        row("plain", "", "x; !: a; do a: end", completed="s x a e", says=SAYS[kind]),
        row(STANDARD, 'loop="n < 3" max=5', "x; !: x; ! n=3: a; do a: end", variables={"n": 1}),
        row(PARALLEL, "times=3", "x x x; !: x x; !: x; !: a; do a: end"),
        row(SEQUENTIAL, "times=2 sequential", "x; !: x; !: a; do a: end"),
    ]


def _compensation(kind: str, words: str) -> Case:
    swap = {f'<{kind} id="x"': f'<{kind} isForCompensation="true" id="x"'}
    return Case(
        kind,
        COMPENSATION,
        drawing=LINE.format(x=words),
        swap=swap,
        refused="Compensation is not run. Draw the way back as a path.",
    )


def _refused(kind: str) -> list[Case]:
    word, sentence = CANNOT[kind]
    marks = (("plain", ""), (STANDARD, 'loop="n < 3"'), (PARALLEL, "times=2"), (SEQUENTIAL, "times=2 sequential"))
    rows = [Case(kind, at, drawing=LINE.format(x=f"{word} x {mark}"), refused=sentence) for at, mark in marks]
    return [*rows, _compensation(kind, f"{word} x")]


TASK = [
    Case(
        "task", "plain", drawing=LINE.format(x="task x"), plays="a; do a: end", says="done at once", completed="s x a e"
    ),
    Case(
        "task",
        STANDARD,
        drawing=LINE.format(x='task x loop="true" max=3'),
        plays="a; do a: end",
        completed="s x x x x a e",
    ),
    Case(
        "task",
        STANDARD,
        "without a maximum",
        drawing=LINE.format(x='task x loop="true"'),
        refused="A task without type is done at once, so its loop may turn without end; give it a maximum.",
    ),
    Case("task", PARALLEL, drawing=LINE.format(x="task x times=2"), plays="a; do a: end", completed="s x x x a e"),
    Case(
        "task",
        SEQUENTIAL,
        drawing=LINE.format(x="task x times=2 sequential"),
        plays="a; do a: end",
        completed="s x x x a e",
    ),
    _compensation("task", "task x"),
]
SAYS = {
    "userTask": "waits for a person",
    "manualTask": "waits for a person",
    "serviceTask": "a job of its topic (`camunda:topic`, `zeebe:taskDefinition type`)",
    "sendTask": "a job of its topic, or throws its message",
    "receiveTask": "waits for its message",
    "businessRuleTask": "a decision table, or a job of its topic",
    "callActivity": "the called process is an instance of its own; its key may be an expression",
}
TASKS = [row for kind, words in WORDS.items() for row in (*_waiting(kind, words), _compensation(kind, words))]
MORE = [
    Case(
        "serviceTask",
        "plain",
        "without a topic",
        LINE.format(x="service x"),
        refused="The service task has no topic; write it in “External task, topic”.",
    ),
    Case(
        "sendTask",
        "plain",
        "with a message",
        LINE.format(x="send x message=m"),
        plays="a; do a: end",
        thrown=("message m",),
    ),
    Case(
        "sendTask",
        "plain",
        "with neither",
        LINE.format(x="send x"),
        refused="The send task has neither a message nor a topic.",
    ),
    Case(
        "receiveTask",
        "plain",
        "without a message",
        LINE.format(x="receive x"),
        refused="The receive task does not say which message it waits for.",
    ),
    Case(
        "receiveTask",
        "plain",
        "instantiating",
        "receive x message=m\nuser a\nend e\nx -> a -> e",
        swap={'id="x"': 'id="x" instantiate="true"'},
        start="x",
        plays="a; do a: end",
        completed="x a e",
    ),
    Case(
        "businessRuleTask",
        "plain",
        "with a decision",
        LINE.format(x="rule x decisionRef=d resultVariable=r"),
        plays="x; do x: a; do a: end",
    ),
    Case(
        "businessRuleTask",
        "plain",
        "with neither",
        LINE.format(x="rule x"),
        refused="The business rule task names neither a decision nor a topic.",
    ),
    Case(
        "callActivity",
        "plain",
        "without a process",
        LINE.format(x="call x"),
        refused="The call activity does not say which process it calls.",
    ),
    Case(
        "callActivity",
        "plain",
        "with an error in it",
        LINE.format(x="call x calls=q\nboundary y on=x error=m\ny -> a"),
        plays="x; fail x m: a; do a: end",
    ),
    Case(
        "userTask",
        "plain",
        "startQuantity 2",
        LINE.format(x="user x"),
        swap={'id="x"': 'id="x" startQuantity="2"'},
        refused="“startQuantity” other than 1 is not run.",
    ),
    Case(
        "userTask",
        "plain",
        "completionQuantity 2",
        LINE.format(x="user x"),
        swap={'id="x"': 'id="x" completionQuantity="2"'},
        refused="“completionQuantity” other than 1 is not run.",
    ),
]
SUB_PROCESS = [
    Case("subProcess", "plain", drawing=SUB.format(""), plays="b; do b: a; do a: end", completed="s t b f x a e"),
    Case(
        "subProcess",
        STANDARD,
        drawing=SUB.format('loop="n < 3" max=5'),
        plays="b; do b: b; do b n=3: a; do a: end",
        variables={"n": 1},
    ),
    Case("subProcess", PARALLEL, drawing=SUB.format("times=2"), plays="b b; do b: b; do b: a; do a: end"),
    Case("subProcess", SEQUENTIAL, drawing=SUB.format("times=2 sequential"), plays="b; do b: b; do b: a; do a: end"),
    _compensation("subProcess", "sub x\n start t"),
    Case(
        "subProcess",
        "plain",
        "without a start event",
        LINE.format(x="sub x\n user b\n user c"),
        plays="b c; do b: c; do c: a; do a: end",
        says="begins with all that no flow leads to",
    ),
    Case(
        "subProcess",
        "plain",
        "with two start events",
        LINE.format(x="sub x\n start t\n start u\n user b\n t -> b\n u -> b"),
        where="u",
        refused="There is more than one start event without kind.",
    ),
    Case(
        "subProcess",
        "plain",
        "without an end event",
        LINE.format(x="sub x\n start t\n user b\n t -> b"),
        plays="b; do b: a; do a: end",
    ),
    Case(
        "subProcess",
        "plain",
        "in another one",
        LINE.format(x="sub x\n start t\n sub y\n  start u\n  user b\n  u -> b\n t -> y"),
        plays="b; do b: a; do a: end",
    ),
]
HANDLER = "start s\nuser a\nend e\ns -> a -> e\nsub x event {}\n start t message=m{}\n user h\n end f\n t -> h -> f"
EVENT_SUB = [
    Case(
        "event sub-process",
        "plain",
        drawing=HANDLER.format("", ""),
        plays="a t; happen t: h; do h: end",
        completed="s t h f x",
        says="by its start event, see there",
    ),
    Case(
        "event sub-process",
        "plain",
        "not interrupting",
        HANDLER.format("", " quiet"),
        plays="a t; happen t: a h t; do h: a t; do a: end",
    ),
    Case(
        "event sub-process",
        "plain",
        "no new one while the scope only waits for one",
        HANDLER.format("", " quiet"),
        plays="a t; happen t: a h t; do a: h; do h: end",
    ),
    Case(
        "event sub-process",
        "plain",
        "in a sub-process",
        "start s\nsub S\n start r\n user a\n end q\n r -> a -> q\n sub x event\n  start t message=m\n  user h\n  end f\n  t -> h -> f\nuser b\nend e\ns -> S -> b -> e",
        plays="a t; happen t: h; do h: b; do b: end",
        cancelled="a",
        says="flow goes on behind the sub-process",
    ),
    Case(
        "event sub-process",
        "plain",
        "in an event sub-process",
        "start s\nuser a\nend e\ns -> a -> e\nsub H event\n start t message=m\n user h\n t -> h\n sub x event\n  start u message=n\n  user i\n  u -> i",
        plays="a t; happen t: h u; happen u: i; do i: end",
        cancelled="a h",
    ),
    Case(
        "event sub-process",
        "plain",
        "started by flow",
        HANDLER.format("", "").replace("s -> a -> e", "s -> a -> x"),
        refused="No sequence flow may enter or leave an event sub-process.",
    ),
    Case(
        "event sub-process",
        "plain",
        "with a boundary event",
        HANDLER.format("", "") + "\nboundary b on=x timer=PT1H\nb -> e",
        refused="An event sub-process has no events on its edge; put them on what is around it.",
    ),
    *(
        Case(
            "event sub-process",
            at,
            drawing=HANDLER.format(mark, ""),
            refused="An event sub-process has no loop marker.",
        )
        for at, mark in ((STANDARD, 'loop="n < 3"'), (PARALLEL, "times=2"), (SEQUENTIAL, "times=2 sequential"))
    ),
    Case(
        "event sub-process",
        COMPENSATION,
        drawing=HANDLER.format("", ""),
        swap={'<subProcess id="x"': '<subProcess isForCompensation="true" id="x"'},
        refused="Compensation is not run. Draw the way back as a path.",
    ),
]
SEVERAL = [
    Case(
        "multi-instance",
        "over a list",
        "each with its item",
        LINE.format(x="user x each=people item=who output=votes result=who"),
        variables={"people": ["anna", "bob"]},
        plays="x x; do x: x; do x: a; do a: end",
        says="`loopCounter` counts from 1; results in the order of the items",
    ),
    Case(
        "multi-instance",
        "over a list",
        "empty",
        LINE.format(x="user x each=people"),
        variables={"people": []},
        plays="a; do a: end",
    ),
    Case(
        "multi-instance",
        "with a completion condition",
        drawing=LINE.format(x="user x times=3 until='nrOfCompletedInstances >= 2'"),
        plays="x x x; do x: x x; do x: a; do a: end",
        cancelled="x",
    ),
    Case(
        "multi-instance",
        "without a number or a list",
        drawing=LINE.format(x="user x times=3"),
        swap={"<loopCardinality>3</loopCardinality>": ""},
        refused="The multi-instance needs either a number or a collection.",
    ),
    Case(
        "multi-instance",
        "with a boundary event",
        drawing=LINE.format(x="user x times=3\nboundary y on=x timer=PT1H\ny -> a"),
        plays="x x x y; happen y: a; do a: end",
        cancelled="x x x x",
    ),
    Case(
        "multi-instance",
        "behavior One",
        drawing=LINE.format(x="user x times=3"),
        swap={"isSequential=": 'behavior="One" isSequential='},
        refused="A multi-instance throws no events here (behavior “One”).",
    ),
    Case(
        "multi-instance",
        "behavior None",
        drawing=LINE.format(x="user x times=3"),
        swap={"isSequential=": 'behavior="None" isSequential='},
        refused="A multi-instance throws no events here (behavior “None”).",
    ),
    Case(
        "multi-instance",
        "behavior Complex",
        drawing=LINE.format(x="user x times=3"),
        swap={"isSequential=": 'behavior="Complex" isSequential='},
        refused="A multi-instance throws no events here (behavior “Complex”).",
    ),
    Case(
        "standard loop",
        "tested before",
        drawing=LINE.format(x='user x loop="n < 1" before'),
        variables={"n": 1},
        plays="a; do a: end",
    ),
    Case(
        "standard loop",
        "with a maximum only",
        drawing=LINE.format(x="user x loop= max=2"),
        plays="x; do x: x; do x: a; do a: end",
    ),
    Case(
        "standard loop",
        "without condition and maximum",
        drawing=LINE.format(x="user x loop="),
        refused="The loop needs a condition or a maximum.",
    ),
]
CHOREOGRAPHY = [
    Case(
        kind,
        drawing="start s\ntask x\nend e\ns -> x -> e",
        swap={"<task": f"<{kind}", "</task>": f"</{kind}>"},
        refused="Choreographies are not run; draw a process.",
    )
    for kind in ("choreographyTask", "subChoreography", "callChoreography")
]
CASES = [
    *TASK,
    *TASKS,
    *MORE,
    *(row for kind in CANNOT for row in _refused(kind)),
    *SUB_PROCESS,
    *EVENT_SUB,
    *SEVERAL,
    *CHOREOGRAPHY,
]
