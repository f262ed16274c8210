"""Loops in which nothing waits are refused however they are hidden; those in which something waits are not."""

import pytest

from tests.work import within
from tests.workflow.engine.drawing import Run, bpmn
from workflow import engine
from workflow.errors import DefinitionRefused
from workflow.lint import Level, lint

LOOP = "start s\nxor m\n{x}\nxor g\nend e\ns -> m -> x -> g\ng -> m if again = true\ng -> e default\n"
EDGE = "\nboundary b on=x {event}\nb -> m"
SUB = "sub x\n start i\n {inside}\n end o\n "


def turns(drawing: str) -> bool:
    return "loop_without_wait" in {finding.rule for finding in lint(bpmn(drawing))}


def looped(x: str, edge: str = "") -> str:
    return LOOP.format(x=x) + (EDGE.format(event=edge) if edge else "")


def scope(inside: str, flows: str) -> str:
    """A sub-process x: its elements, its flows, both separated by `;`."""
    lines = [
        "sub x",
        *(f" {line.strip()}" for line in f"start i; end o; {inside}; {flows}".replace("    ", " ").split(";")),
    ]
    return "\n".join(lines)


TURNS = {
    "a task without type": looped("task x"),
    "a message thrown": looped("throw x message=m"),
    "a sub-process that does nothing": looped(scope("task t", "i -> t -> o")),
    "a wait inside a sub-process that may be passed by": looped(
        scope("xor g1; user u; xor g2", "i -> g1; g1 -> u if slow = true; g1 -> g2 default; u -> g2 -> o")
    ),
    "a wait inside beside a terminating end": looped(
        scope("and f; user u; end t terminate", "i -> f; f -> u -> o; f -> t")
    ),
    "an inclusive split with a way that waits and one that does not": looped(
        scope("or g1; user u; task t", "i -> g1; g1 -> u if slow = true; g1 -> t default; u -> o; t -> o")
    ),
    "an error caught on the edge": looped(scope("user u; xor g1; end bad error=E", "i -> g1; g1 -> bad if x = 1; g1 -> u default; u -> o"), "error="),
    "an escalation caught on the edge, not interrupting": looped(
        scope("throw t escalation=E; user u", "i -> t -> u -> o"), "escalation=E quiet"
    ),
    "an error that a handler takes over": looped(
        scope("end bad error=E; sub h event;  start hs error=E;  end he;  hs -> he", "i -> bad").replace(" start hs", "  start hs").replace(" end he", "  end he").replace(" hs -> he", "  hs -> he")
    ),
    "a condition that may hold already": looped('catch x conditional="y > 1"'),
    "a condition on the edge": looped("user x", 'conditional="y > 1"'),
    "a condition in a race": looped("task x").replace("task x", 'events x\ncatch c conditional="y > 1"\ncatch t timer=PT1H').replace("-> x -> g\n", "-> x -> c -> g\nx -> t -> e\n"),
    "a decision, which is made at once": looped("rule x decisionRef=d"),
    "a signal that its own handler throws": "start s\nuser a\ns -> a\nsub H event\n start h signal=S quiet\n end t signal=S\n h -> t",
    "a signal thrown on the way from the edge that hears it": "start s\nuser a\nboundary b on=a signal=S quiet\nthrow t signal=S\nend e\ns -> a -> e\nb -> t -> e",
    "an activity that repeats and does nothing": "start s\n" + scope("task t", "i -> t -> o").replace("sub x", 'sub x loop="y = 1"') + "\nend e\ns -> x -> e",
}  # fmt: skip
STOPS = {
    "a user task": looped("user x"),
    "a job": looped("service x topic=t"),
    "a timer": looped("catch x timer=PT1H"),
    "a rule task done by a worker": looped("rule x topic=t"),
    "a wait inside a sub-process": looped(scope("user u", "i -> u -> o")),
    "a wait on one of two parallel ways inside": looped(scope("and f; user u; task t", "i -> f; f -> u -> o; f -> t -> o")),
    "a wait on each way of a decision": looped(
        scope("xor g1; user u; catch c timer=PT1H", "i -> g1; g1 -> u if y = 1; g1 -> c default; u -> o; c -> o")
    ),
    "an escalation behind a wait": looped(scope("throw t escalation=E; user u", "i -> u -> t -> o"), "escalation=E quiet"),
    "an error behind a wait": looped(scope("user u; end bad error=E", "i -> u -> bad"), "error="),
    "an error that goes elsewhere": looped(scope("end bad error=E", "i -> bad")) + "boundary b on=x error=E\nb -> e",
    "a signal passed on by a catch event": "start s\ncatch c signal=S\nthrow t signal=S\nend e\ns -> c -> t -> e",
    "a handler that throws another signal": "start s\nuser a\ns -> a\nsub H event\n start h signal=S quiet\n end t signal=R\n h -> t",
    "a repetition that counts": "start s\n" + scope("task t", "i -> t -> o").replace("sub x", "sub x loop=\"loopCounter < 3\"") + "\nend e\ns -> x -> e",
    "a repetition with a maximum": "start s\n" + scope("task t", "i -> t -> o").replace("sub x", 'sub x loop="y = 1" max=3') + "\nend e\ns -> x -> e",
}  # fmt: skip


@pytest.mark.parametrize("name", TURNS)
def test_it_is_refused(name):
    assert turns(TURNS[name])


@pytest.mark.parametrize("name", STOPS)
def test_it_is_accepted(name):
    assert not turns(STOPS[name])


def test_the_loop_is_told_by_the_names_in_it():
    with pytest.raises(DefinitionRefused, match="it may turn without end: g, m, x"):
        engine.parse(bpmn(looped("task x")))


def test_what_is_accepted_comes_to_rest():
    run = Run(STOPS["a wait on one of two parallel ways inside"], again=True)
    for _ in range(3):
        assert run.open == ["u"]
        run.do("u")


def straight(n: int) -> str:
    return "start s\n" + "\n".join(f"task t{i}" for i in range(n)) + "\ns" + "".join(f" -> t{i}" for i in range(n))


def crossed(n: int) -> str:
    """Inclusive gateways, each to the three behind it, and back to the first."""
    lines = ["start s", "end e", "user u", "s -> g0", *(f"or g{i}" for i in range(n))]
    lines += [f"g{i} -> g{i + k} if x = {k}" for i in range(n - 3) for k in (1, 2)]
    return "\n".join(
        [*lines, *(f"g{i} -> e default" for i in range(n - 3)), *(f"g{n - k} -> u" for k in (1, 2, 3)), "u -> g0"]
    )


def throwing(n: int) -> str:
    """Sub-processes that throw to one another's edges."""
    lines = ["start s"]
    for i in range(n):
        lines += [
            f"sub S{i}",
            f" start a{i}",
            f" end b{i} signal=x",
            f" a{i} -> b{i}",
            f"boundary c{i} on=S{i} signal=x quiet",
            f"end d{i}",
        ]
    return "\n".join([*lines, *(f"c{i} -> d{i}" for i in range(n)), "s" + "".join(f" -> S{i}" for i in range(n))])


@pytest.mark.parametrize(
    "drawing", [straight(990), crossed(600), throwing(160)], ids=["straight", "crossed", "throwing"]
)
def test_large_drawings_are_judged_in_time(drawing):
    within(8_000_000, lambda: lint(bpmn(drawing)))


@pytest.mark.parametrize("marker", ["times=n", "each=people", "loop='again = true' max=3 before"])
def test_what_may_be_repeated_no_times_at_all_is_no_sure_wait(marker):
    drawing = looped(f"user x {marker}")
    levels = [finding.level for finding in lint(bpmn(drawing)) if finding.rule == "loop_without_wait"]
    assert levels == [Level.WARNING]
    assert not turns(looped("user x times=3")) and not turns(looped("user x loop='again = true'"))
