"""Tokens that go back: by a move with what is around them, to the state before a command, into a process that is over."""

import pytest

from tests.workflow.engine.drawing import Run
from workflow import engine
from workflow.engine import EngineProblem, TokenGone

LINE = "start s\nuser a\nuser b\nuser c\nend e\ns -> a -> b -> c -> e"
SPLIT = """
    start s
    user a
    and g
    user b
    user c
    and j
    user d
    end e
    s -> a -> g
    g -> b -> j
    g -> c -> j
    j -> d -> e
"""
VOTES = "start s\nuser a\nuser v times=3\nuser d\nend e\ns -> a -> v -> d -> e"
RUNS = """
    start s
    user a
    sub m times=2
        start t
        user x
        user y
        end f
        t -> x -> y -> f
    end e
    s -> a -> m -> e
"""
LOOKED_AFTER = "start s\nuser a\nuser b\nboundary w on=b timer=PT1H\nuser c\nend e\ns -> a -> b -> e\nw -> c -> e"


def back(run: Run, activity: str, to: str, nth: int = 0) -> Run:
    way = engine.way_back(run.model, run.state, run.wait(activity, nth).token_id, to)
    return run._take(engine.move(run.model, run.state, way.token_id, to, run.around, way.others))


def test_a_step_goes_back_to_any_before_it():
    run = back(Run(LINE).do("a").do("b"), "c", "a")
    assert run.open == ["a"]
    assert run.do("a").do("b").do("c").finished


def test_a_branch_that_began_after_the_step_goes_with_it():
    run = back(Run(SPLIT).do("a").do("c"), "b", "a")
    assert run.open == ["a"]
    assert run.count("cancelled", "b") == 1
    assert run.do("a").do("b").do("c").do("d").finished


def test_what_has_come_to_the_join_goes_with_it_too():
    run = back(Run(SPLIT).do("a").do("b"), "c", "a")
    assert run.do("a").open == ["b", "c"]


def test_one_of_several_runs_goes_back_with_all_of_them():
    run = back(Run(VOTES).do("a").do("v"), "v", "a")
    assert run.open == ["a"]
    assert run.do("a").open == ["v", "v", "v"]


def test_within_one_run_only_that_run_goes_back():
    run = back(Run(RUNS).do("a").do("x", 0), "y", "x")
    assert run.open == ["x", "x"]
    assert run.do("x").do("x").do("y").do("y").finished


def test_from_within_a_run_to_before_all_of_them():
    run = back(Run(RUNS).do("a").do("x"), "y", "a")
    assert run.open == ["a"]
    assert run.do("a").open == ["x", "x"]


def test_what_never_could_stand_there_does_not_go_back():
    run = Run(SPLIT).do("a").do("c")
    with pytest.raises(EngineProblem):
        engine.way_back(run.model, run.state, run.wait("b").token_id, "c")
    with pytest.raises(EngineProblem, match="There is no"):
        engine.way_back(run.model, run.state, run.wait("b").token_id, "nowhere")
    with pytest.raises(TokenGone):
        engine.way_back(run.model, run.state, "gone", "a")


def restored(run: Run, before: bytes) -> dict[str, str]:
    step, named = engine.restore(run.model, run.state, before, run.around)
    run._take(step)
    return named


@pytest.mark.parametrize(
    "drawing, first, then",
    [
        (LINE, ["a"], "b"),
        (SPLIT, ["a", "b"], "c"),
        (SPLIT, ["a"], "b"),
        (VOTES, ["a", "v", "v"], "v"),
        (RUNS, ["a", "x"], "y"),
    ],
)
def test_the_state_before_a_step_is_there_again(drawing, first, then):
    run = Run(drawing)
    for activity in first:
        run.do(activity)
    before, was_open, done = run.state, run.open, run.wait(then).token_id
    run.do(then)
    named = restored(run, before)
    assert run.open == was_open
    assert done in named
    assert run.wait(then).token_id == named[done] or run.open.count(then) > 1
    while not run.finished:
        run.do(run.open[0])


def test_what_ended_is_there_under_a_new_token_and_what_stayed_under_its_own():
    run = Run(SPLIT).do("a")
    before, b, c = run.state, run.wait("b").token_id, run.wait("c").token_id
    run.do("b")
    named = restored(run, before)
    assert set(named) == {b}
    assert run.wait("c").token_id == c
    assert run.wait("b").token_id == named[b] != b


def test_the_history_hears_what_went_and_what_came():
    run = Run(LINE).do("a")
    before = run.state
    run.do("b")
    run.history.clear()
    restored(run, before)
    assert run.history == [("cancelled", "c"), ("entered", "b")]


def test_a_timer_that_ended_with_its_step_waits_again_for_its_old_time():
    run = Run(LOOKED_AFTER).do("a")
    before, due = run.state, run.wait("w").due_at
    run.do("b")
    run.pass_time(minutes=10)
    restored(run, before)
    assert run.open == ["b", "w"]
    assert run.wait("w").due_at == due


def test_a_process_that_is_over_begins_again_at_a_step():
    run = Run(LINE).do("a").do("b").do("c")
    run._take(engine.begin_at(run.model, "b", run.around))
    assert run.open == ["b"]
    assert run.do("b").do("c").finished


def test_it_begins_only_where_a_token_may_stand_alone():
    run = Run(SPLIT)
    assert engine.entrances(run.model, ["a", "b", "c", "d", "j", "g", "s", "nowhere"]) == ["a", "d", "g"]
    with pytest.raises(EngineProblem, match="never stand at “b” alone"):
        engine.begin_at(run.model, "b", run.around)


def test_it_begins_inside_a_sub_process_but_in_none_of_several_runs():
    inside = RUNS.replace(" times=2", "")
    run = Run(inside)
    assert engine.entrances(run.model, ["a", "x", "y", "m"]) == ["a", "x", "y", "m"]
    run._take(engine.begin_at(run.model, "y", run.around))
    assert run.open == ["y"]
    assert run.do("y").finished
    assert engine.entrances(Run(RUNS).model, ["a", "x", "y", "m"]) == ["a", "m"]


def test_what_comes_behind_a_step():
    model = Run(SPLIT).model
    assert engine.behind(model, "a") == {"g", "b", "c", "j", "d", "e"}
    assert engine.behind(model, "b") == {"j", "d", "e"}
    assert {"x", "y"} <= engine.behind(Run(RUNS).model, "a")
