"""What is done on every way through a diagram."""

import pytest
from lxml import etree

from tests.workflow.engine.drawing import bpmn
from workflow.diagram import reading
from workflow.duties.ways import Ways


def ways(drawing):
    return Ways(reading.processes(etree.fromstring(bpmn(drawing)))[0])


def fewest(drawing, element="e", asked=("a", "b", "c")):
    return sorted("".join(sorted(each)) for each in ways(drawing).fewest(element, asked))


@pytest.mark.parametrize(
    ("drawing", "least"),
    [
        ("start s\nuser a\nuser b\nend e\ns -> a -> b -> e", ["ab"]),
        (
            "start s\nuser a\nuser b\nxor g\nxor h\nend e\ns -> g\ng -> a -> h if x\ng -> b -> h default\nh -> e",
            ["a", "b"],
        ),
        ("start s\nuser a\nuser b\nand g\nand h\nend e\ns -> g\ng -> a -> h\ng -> b -> h\nh -> e", ["ab"]),
        (
            "start s\nuser a\nuser b\nor g\nor h\nend e\ns -> g\ng -> a -> h if x\ng -> b -> h default\nh -> e",
            ["a", "b"],
        ),
        ("start s\nuser a\nuser b\nxor g\nend e\ns -> a -> g\ng -> b if x\ng -> e default\nb -> e", ["a"]),
        ("start s\nuser a\nxor g\nuser b\nend e\ns -> a -> b -> g\ng -> a if again\ng -> e default", ["ab"]),
        ("start s\nuser a\nboundary t on=a timer=PT1H\nend e\ns -> a -> e\nt -> e", [""]),
        ("start s\nsub w\n  start i\n  user a\n  end o\n  i -> a -> o\nuser b\nend e\ns -> w -> b -> e", ["ab"]),
        (
            "start s\nsub w\n  start i\n  user a\n  end o\n  i -> a -> o\nboundary t on=w timer=PT1H\nend e\ns -> w -> e\nt -> e",
            [""],
        ),
        ("start s\nuser a\nuser x\nend e\ns -> x -> a", []),
    ],
    ids=[
        "sequence",
        "choice",
        "side by side",
        "some of them",
        "past it",
        "loop",
        "timer",
        "inside",
        "timer around",
        "never",
    ],
)
def test_the_least_that_is_done_before(drawing, least):
    assert fewest(drawing) == least


def test_an_event_that_interrupts_everything_is_a_way_past_it():
    drawing = """
        start s
        user a
        end e
        s -> a -> e
        sub H event
          start x message=m
          user c
          end o
          x -> c -> o
    """
    assert fewest(drawing, "c", ("a",)) == [""]


def test_a_scope_that_fails_goes_on_at_its_edge_only():
    drawing = """
        start s
        sub w
          start i
          user a
          end o error=bad
          i -> a -> o
        boundary f on=w error=bad
        user b
        end e
        s -> w -> b -> e
        f -> e
    """
    assert fewest(drawing) == [""]


def test_what_can_still_come_and_what_must():
    drawing = "start s\nuser a\nxor g\nuser b\nuser c\nend e\ns -> a -> g\ng -> b if x\ng -> c default\nb -> c -> e"
    found = ways(drawing)

    assert found.after("a") == {"a", "g", "b", "c", "e"}
    assert found.certain("a", {"a", "b", "c"}) == {"a", "c"}
    assert found.certain("c", {"a", "b", "c"}) == {"c"}


def test_what_runs_side_by_side_is_certain_from_the_fork_on():
    drawing = "start s\nuser a\nuser b\nand g\nand h\nend e\ns -> g\ng -> a -> h\ng -> b -> h\nh -> e"

    assert ways(drawing).certain("g", {"a", "b"}) == {"a", "b"}
    assert ways(drawing).certain("a", {"a", "b"}) == {"a"}


def test_of_too_many_ways_nothing_is_said():
    names = [f"u{number}" for number in range(9)]
    lines = ["start s", "end e", "xor g0"]
    for number, name in enumerate(names):
        lines += [f"user {name}", f"user {name}x", f"xor g{number + 1}"]
    lines.append("s -> g0")
    for number, name in enumerate(names):
        lines += [f"g{number} -> {name} if x", f"g{number} -> {name}x default"]
        lines += [f"{name} -> g{number + 1}", f"{name}x -> g{number + 1}"]
    lines.append(f"g{len(names)} -> e")

    assert fewest("\n".join(lines), asked=[*names, *(f"{name}x" for name in names)]) == []


FORKED = """
    start s
    sub w
      start i
      and f
      user a
      user b
      end o
      end z {}
      i -> f
      f -> a -> o
      f -> b -> z
    end e
    s -> w -> e
"""


def test_all_that_runs_side_by_side_in_a_scope_is_done_before_what_is_behind_it():
    assert fewest(FORKED.format("")) == ["ab"]
    assert ways(FORKED.format("")).certain("w", {"a", "b"}) == {"a", "b"}
    assert ways(FORKED.format("")).certain("a", {"a", "b"}) == {"a"}


def test_unless_an_end_breaks_the_rest_off():
    assert fewest(FORKED.format("terminate")) == ["b"]


def courses(drawing, asked=("a", "b", "c")):
    found = Ways(ways(drawing).process, begun=True).courses(asked)
    return sorted("".join(sorted(each)) for each in found)


@pytest.mark.parametrize(
    ("drawing", "found"),
    [
        ("start s\nuser a\nuser b\nend e\ns -> a -> b -> e", ["ab"]),
        ("start s\nuser a\nxor g\nuser b\nend e\ns -> a -> g\ng -> b if x\ng -> e default\nb -> e", ["a"]),
        ("start s\nand g\nuser a\nuser b\nend e\nend o\ns -> g\ng -> a -> e\ng -> b -> o", ["ab"]),
        ("start s\nand g\nuser a\nuser b\nend e terminate\nend o\ns -> g\ng -> a -> e\ng -> b -> o", ["a"]),
        ("start s\nuser a\nboundary t on=a timer=PT1H quiet\nuser b\nend e\ns -> a -> e\nt -> b", ["a"]),
        ("start s\nuser a\nboundary t on=a timer=PT1H\nuser b\nend e\ns -> a -> e\nt -> b", ["a", "b"]),
        ("start s\nuser a loop=x before\nuser b\nend e\ns -> a -> b -> e", ["b"]),
        ("start s\nuser a\nuser b\nboundary t on=a timer=PT1H\nend e\ns -> a -> b -> e\nt -> e", ["", "ab"]),
        ("start s\nuser a\nuser b\nxor g\nend e\ns -> a -> b -> g\ng -> a if x\ng -> e default", ["ab"]),
        (FORKED.format(""), ["ab"]),
        (FORKED.format("terminate"), ["b"]),
    ],
    ids=[
        "sequence",
        "past it",
        "side by side, never brought together",
        "broken off",
        "beside it",
        "instead of it",
        "perhaps not once",
        "none or both",
        "loop",
        "in a scope",
        "in a scope broken off",
    ],
)
def test_what_the_courses_to_the_very_end_do_least(drawing, found):
    assert courses(drawing) == found
