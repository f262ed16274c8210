"""Joins that would wait for ever and loops with no way out are refused; what only may happen is a warning."""

import pytest

from tests.work import within
from tests.workflow.engine.drawing import Run, bpmn
from workflow.lint import Level, lint


def found(drawing: str, level: Level = Level.ERROR) -> dict[str, str]:
    """rule → element of the findings of this level about joins and ends."""
    about = ("deadlock", "overrun", "endless")
    return {each.rule: each.element for each in lint(bpmn(drawing)) if each.level is level and each.rule in about}


NEVER = {
    "a decision before": "start s\nxor g\nuser a\nuser b\nand j\ns -> g\ng -> a if x = 1\ng -> b default\na -> j\nb -> j",
    "a race before": "start s\nevents g\ncatch a message=m\ncatch b timer=PT1H\nand j\ns -> g\ng -> a -> j\ng -> b -> j",
    "a decision among three ways": (
        "start s\nand f\nuser c\nxor g\nuser a\nuser b\nand j\ns -> f\nf -> c -> j\nf -> g\ng -> a if x = 1\ng -> b default\n"
        "a -> j\nb -> j"
    ),
    "two joins that wait for each other": (
        "start s\nand f\nuser a\nuser b\nand j\nand k\nand j2\nend e\ns -> f\nf -> a -> j\nf -> b -> k\nj -> j2\nj2 -> k\nj2 -> e\nk -> j"
    ),
    "two start events": "start s\nstart m message=m\nuser a\nuser b\nand j\ns -> a -> j\nm -> b -> j",
    "a way of its own loop": "start s\nand j\nuser a\nxor g\nend e\ns -> j -> a -> g\ng -> j if again = true\ng -> e default",
    "a terminating end beside": (
        "start s\nand f\nuser c\nend t terminate\nxor g\nuser a\nuser b\nand j\ns -> f\nf -> c -> t\nf -> g\ng -> a if x = 1\n"
        "g -> b default\na -> j\nb -> j"
    ),
    "an interrupting edge and its own activity": (
        "start s\nuser a\nboundary b on=a timer=PT1H\nand j\nend e\ns -> a -> j -> e\nb -> j"
    ),
}  # fmt: skip
TOO_MANY = {
    "three tokens for two ways": (
        "start s\nand f\nuser a\nuser b\nuser c\nxor m\nand j\ns -> f\nf -> a -> m\nf -> b -> m\nm -> j\nf -> c -> j"
    ),
    "a task with two flows and one way": (
        "start s\nuser a\nuser b\nuser c\nuser d\nand j\nuser z\ns -> a\na -> b -> d\na -> c -> d\nd -> j\na -> j\nj -> z"
    ),
}  # fmt: skip
SOUND = {
    "a block": "start s\nand f\nuser a\nuser b\nand j\nend e\ns -> f\nf -> a -> j\nf -> b -> j\nj -> e",
    "a block in a loop": (
        "start s\nxor m\nand f\nuser a\nuser b\nand j\nxor g\nend e\ns -> m -> f\nf -> a -> j\nf -> b -> j\nj -> g\n"
        "g -> m if again = true\ng -> e default"
    ),
    "a decision inside a branch": (
        "start s\nand f\nxor g\nuser a\nuser b\nxor m\nuser c\nand j\ns -> f\nf -> g\ng -> a if x = 1\ng -> b default\n"
        "a -> m\nb -> m\nm -> j\nf -> c -> j"
    ),
    "an inclusive block inside a branch": (
        "start s\nand f\nor g\nuser a\nuser b\nor m\nuser c\nand j\ns -> f\nf -> g\ng -> a if x = 1\ng -> b default\n"
        "a -> m\nb -> m\nm -> j\nf -> c -> j"
    ),
    "a loop inside a branch": (
        "start s\nand f\nxor m\nuser a\nxor g\nuser c\nand j\ns -> f\nf -> m -> a -> g\ng -> m if again = true\n"
        "g -> j default\nf -> c -> j"
    ),
    "ways that end inside": "start s\nand f\nuser a\nuser b\nuser c\nend x\nand j\ns -> f\nf -> a -> j\nf -> b -> j\nf -> c -> x",
    "uncontrolled merging without a join": "start s\nand f\nuser a\nuser b\nxor m\nuser c\ns -> f\nf -> a -> m\nf -> b -> m\nm -> c",
    "blocks in an event sub-process and in a sub-process": (
        "start s\nsub S\n start i\n and f\n user a\n user b\n and j\n i -> f\n f -> a -> j\n f -> b -> j\ns -> S\n"
        "sub H event\n start h message=m\n and f2\n user a2\n user b2\n and j2\n h -> f2\n f2 -> a2 -> j2\n f2 -> b2 -> j2"
    ),
    "without a start event": "user a\nuser b\nand j\nuser c\na -> j\nb -> j\nj -> c",
    "fifty ways": "start s\nand f\nand j\ns -> f\n" + "\n".join(f"user a{i}\nf -> a{i} -> j" for i in range(50)),
}  # fmt: skip
MAYBE = {
    "an edge that leads around it": (
        "start s\nand f\nuser a\nboundary t on=a timer=PT1H\nuser b\nand j\nend e\nend late\ns -> f\nf -> a -> j\nf -> b -> j\n"
        "j -> e\nt -> late"
    ),
    "a decision that leads around it": (
        "start s\nand f\nuser a\nxor g\nuser b\nand j\nend e\nend no\ns -> f\nf -> a -> g\ng -> j if ok = true\ng -> no default\n"
        "f -> b -> j\nj -> e"
    ),
    "an edge that comes again and again": (
        "start s\nuser a\nboundary b on=a message=m quiet\nand j\nend e\ns -> a -> j -> e\nb -> j"
    ),
    "an inclusive decision": "start s\nor g\nuser a\nuser b\nand j\ns -> g\ng -> a if x = 1\ng -> b if y = 1\na -> j\nb -> j",
}  # fmt: skip


@pytest.mark.parametrize("name", NEVER)
def test_a_join_that_never_opens_is_refused(name):
    assert "deadlock" in found(NEVER[name])


@pytest.mark.parametrize("name", TOO_MANY)
def test_a_join_that_more_tokens_come_to_than_it_fetches_is_refused(name):
    assert found(TOO_MANY[name]) == {"overrun": "j"}


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_drawing_has_no_finding(name):
    assert found(SOUND[name]) == found(SOUND[name], Level.WARNING) == {}


@pytest.mark.parametrize("name", MAYBE)
def test_what_only_may_happen_is_a_warning(name):
    assert found(MAYBE[name]) == {} and found(MAYBE[name], Level.WARNING) == {"deadlock": "j"}


def test_an_end_that_ends_all_may_come_after_the_join_has_opened():
    drawing = (
        "start s\nand f\nuser a\nend t terminate\nor o\nor q\nuser b\nand j\nend e\ns -> f\nf -> a -> t\nf -> o\nf -> j\n"
        "o -> q\nq -> j if x = 1\nq -> b default\nb -> o\nj -> e"
    )
    assert found(drawing) == {} and Run(drawing, x=1).count("entered", "j") == 1


def test_a_loop_that_only_something_else_ends_keeps_no_join_from_opening():
    drawing = (
        "start s\nand f\ncatch c timer=PT1H\nxor m\nuser a\nor o\nuser b\nuser d\nor q\nand j\nend t terminate\ns -> f\nf -> m -> c -> m\n"
        "f -> a -> j\nf -> o\no -> b if x = 1\no -> d default\nb -> q\nd -> q\nq -> j -> t"
    )
    assert found(drawing) == {} and found(drawing, Level.WARNING) == {"endless": "c"}


ENDLESS = {
    "a loop without exit": ("start s\nxor m\nuser a\ns -> m -> a -> m", "m"),
    "a branch into a loop without exit": (
        "start s\nxor g\nuser a\nuser b\nend e\ns -> g\ng -> a if x = 1\ng -> e default\na -> b -> a",
        "a",
    ),
    "a loop inside a sub-process": ("start s\nsub S\n start i\n user a\n i -> a -> a\nend e\ns -> S -> e", "a"),
}
ENDED = {
    "a terminating end": "start s\nand f\nuser a\nend t terminate\ncatch c timer=PT1H\nxor m\ns -> f\nf -> a -> t\nf -> m -> c -> m",
    "an edge": "start s\nsub S\n start i\n user a\n i -> a -> a\nboundary b on=S message=m\nend e\ns -> S -> e\nb -> e",
    "an event sub-process": "start s\nuser a\ns -> a -> a\nsub H event\n start h message=m\n end e\n h -> e",
    "an event sub-process further out": (
        "start s\nsub S\n start i\n user a\n i -> a -> a\ns -> S\nsub H event\n start h message=m\n end e\n h -> e"
    ),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_a_loop_with_no_way_out_is_refused(name):
    drawing, element = ENDLESS[name]
    assert found(drawing)["endless"] == element


@pytest.mark.parametrize("name", ENDED)
def test_what_something_else_may_end_is_only_a_warning(name):
    assert found(ENDED[name]) == {} and "endless" in found(ENDED[name], Level.WARNING)


def test_an_edge_may_be_the_way_out():
    assert found("start s\nuser a\nboundary b on=a timer=P1D\nend e\ns -> a -> a\nb -> e") == {}


@pytest.mark.parametrize("name", SOUND)
def test_what_has_no_finding_comes_to_its_end(name):
    run = Run(SOUND[name], x=1, again=False)
    while run.open and not run.finished and run.open != ["h"]:
        run.do(next(activity for activity in run.open if activity != "h"))
    assert run.finished


def test_sentences_name_the_join_and_the_decision():
    said = {each.rule: str(each.message) for each in lint(bpmn(NEVER["a decision before"]))}
    assert said["deadlock"].startswith("“j” waits for all its ways, but gateway “g” takes only one of them")
    said = {each.rule: str(each.message) for each in lint(bpmn(NEVER["two joins that wait for each other"]))}
    assert "they never all come" in said["deadlock"]


def tangle(n: int) -> str:
    """Parallel splits and joins, each decision crossing over to the next block."""
    lines = ["start s", "end e", "s -> f0"]
    for i in range(n):
        lines += [
            f"and f{i}",
            f"xor g{i}",
            f"xor h{i}",
            f"xor m{i}",
            f"xor o{i}",
            f"and j{i}",
            f"f{i} -> g{i}",
            f"f{i} -> h{i}",
        ]
        lines += [f"g{i} -> m{i} if x = 1", f"g{i} -> o{i} default", f"h{i} -> m{i} if x = 1", f"h{i} -> o{i} default"]
        lines += [f"m{i} -> j{i}", f"o{i} -> j{i}", f"j{i} -> f{i + 1}" if i < n - 1 else f"j{i} -> e"]
    return "\n".join(lines)


def crowd(n: int) -> str:
    """Two decisions on each of many parallel ways."""
    lines = ["start s", "and f", "and j", "end e", "s -> f", "j -> e"]
    for i in range(n):
        lines += [
            f"xor g{i}",
            f"xor h{i}",
            f"user a{i}",
            f"user b{i}",
            f"f -> g{i}",
            f"g{i} -> a{i} if x = 1",
            f"g{i} -> b{i} default",
        ]
        lines += [f"a{i} -> h{i}", f"b{i} -> h{i}", f"h{i} -> j if x = 1", f"h{i} -> e default"]
    return "\n".join(lines)


@pytest.mark.parametrize("drawing", [tangle(160), crowd(120)], ids=["tangle", "crowd"])
def test_drawings_too_large_for_the_game_are_judged_in_time(drawing):
    within(4_000_000, lambda: lint(bpmn(drawing)))


def test_where_the_game_is_too_long_a_join_fed_by_what_may_not_come_is_warned_of():
    drawing = (
        "start s\nuser c\nboundary more on=c message=more quiet\nservice w topic=t\nboundary b on=w message=m quiet\nand j\n"
        "end e\ns -> c\nmore -> c\nc -> w\nw -> j\nb -> j\nj -> e"
    )
    assert found(drawing) == {} and found(drawing, Level.WARNING) == {"deadlock": "j"}


MAY = {
    "tokens a loop makes more of": (
        "start s\nand j\nuser u\nboundary b on=u message=m quiet\nend e\ns -> u\ns -> j\nj -> e\nu -> j\nb -> u"
    ),
    "inclusive joins that wait for one another": (
        "start s\nor g\nuser a\nor j\nthrow t signal=K\nuser c\nboundary b on=c message=b\nend e\ns -> a\ns -> g\n"
        "g -> j if v1 > 0\ng -> t if v2 > 0\ng -> c default\na -> j\nj -> c\nt -> e\nc -> c\nb -> g"
    ),
}


@pytest.mark.parametrize("drawing", MAY.values(), ids=MAY)
def test_a_join_that_only_may_wait_is_warned_of(drawing):
    assert "deadlock" in found(drawing, Level.WARNING)
