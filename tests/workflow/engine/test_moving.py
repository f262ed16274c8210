"""Tokens taken by hand to other elements, or past their work."""

import pytest

from tests.workflow.engine.drawing import Run
from workflow import engine
from workflow.engine import EngineProblem, TokenGone

LINE = """
    start s
    user open
    user check
    user shelve
    end e
    s -> open -> check -> shelve -> e
"""
DIAMOND = """
    start s
    user before
    and split
    user left
    user left2
    user right
    and join
    user after
    end e
    s -> before -> split -> left -> left2 -> join
    split -> right -> join -> after -> e
"""
INNER = """
    start s
    user before
    sub inside
      start is
      and split
      user a
      user b
      and join
      user c
      end ie
      is -> split -> a -> join -> c -> ie
      split -> b -> join
    boundary late on=inside timer=PT1H
    user after
    end e
    s -> before -> inside -> after -> e
    late -> after
"""


def move(run: Run, origin: str, target: str, *others: str) -> Run:
    taken = [token(run, other) for other in others]
    return run._take(engine.move(run.model, run.state, token(run, origin), target, run.around, taken))


def skip(run: Run, activity: str) -> Run:
    return run._take(engine.skip(run.model, run.state, run.wait(activity).token_id, run.around))


def token(run: Run, activity: str) -> str:
    """The token at an element; of several, the outermost."""
    return next(each.token_id for each in engine.standing(run.model, run.state) if each.activity_id == activity)


def offered(run: Run, activity: str) -> dict[str, list[str]]:
    """target → the activities whose tokens must come along."""
    names = {each.token_id: each.activity_id for each in engine.standing(run.model, run.state)}
    found = engine.targets(run.model, run.state, token(run, activity))
    return {each.activity_id: [names[other] for other in each.others] for each in found}


# One token


def test_a_token_goes_forward_past_what_lies_between():
    run = move(Run(LINE), "open", "shelve")

    assert run.open == ["shelve"]
    assert run.history[-2:] == [("cancelled", "open"), ("entered", "shelve")]
    assert run.do("shelve").finished


def test_a_token_goes_back_and_the_work_is_done_again():
    run = move(Run(LINE).do("open").do("check"), "shelve", "open")

    assert run.open == ["open"]
    assert run.do("open").do("check").do("shelve").finished


def test_a_token_taken_to_where_it_stands_begins_its_work_anew():
    run = Run(LINE)
    before = run.wait("open").token_id

    assert move(run, "open", "open").wait("open").token_id != before


def test_a_token_taken_to_an_end_ends_the_process():
    assert move(Run(LINE), "open", "e").finished


def test_a_token_taken_to_a_gateway_lets_it_decide():
    run = Run(
        "start s\nuser a\nxor x\nuser b\nuser c\nend e\ns -> a -> x\nx -> b if big = true\nx -> c default\nb -> e\nc -> e"
    )
    run.variables["big"] = True

    assert move(run, "a", "x").open == ["b"]


def test_what_waits_at_the_edge_of_an_activity_goes_with_it():
    run = Run("start s\nuser a\nboundary t on=a timer=PT1H\nuser b\nend e\ns -> a -> b -> e\nt -> b")
    assert run.open == ["a", "t"]

    assert move(run, "a", "b").open == ["b"]


def test_a_token_that_has_gone_on_cannot_be_moved():
    run = Run(LINE)
    gone = run.wait("open").token_id
    run.do("open")

    with pytest.raises(TokenGone):
        engine.move(run.model, run.state, gone, "shelve", run.around)
    with pytest.raises(TokenGone):
        engine.skip(run.model, run.state, gone, run.around)


def test_a_refused_move_has_changed_nothing():
    run = Run(DIAMOND).do("before")
    before = run.state

    with pytest.raises(EngineProblem):
        move(run, "left", "after")
    assert run.state == before


# Parallel ways


def test_one_of_two_ways_cannot_pass_the_join_alone():
    run = Run(DIAMOND).do("before")

    with pytest.raises(EngineProblem, match="“after” cannot be reached while these go on beside it: .*right"):
        move(run, "left", "after")


def test_with_the_other_way_taken_along_it_passes_the_join():
    run = move(Run(DIAMOND).do("before"), "left", "after", "right")

    assert run.open == ["after"]
    assert ("cancelled", "right") in run.history
    assert run.do("after").finished


def test_what_has_arrived_at_the_join_already_is_taken_along_too():
    run = Run(DIAMOND).do("before").do("right")
    assert offered(run, "left")["after"] == ["join"]

    assert move(run, "left", "after", "join").do("after").finished


def test_a_way_goes_back_before_the_split_only_with_the_other():
    run = Run(DIAMOND).do("before")

    with pytest.raises(EngineProblem, match="done twice"):
        move(run, "left", "before")
    move(run, "left", "before", "right")
    assert run.open == ["before"]
    assert run.do("before").open == ["left", "right"]


def test_within_its_way_a_token_moves_freely():
    run = move(Run(DIAMOND).do("before"), "left", "left2")
    assert run.open == ["left2", "right"]

    assert move(run, "left2", "left").do("left").do("left2").do("right").do("after").finished


def test_a_way_never_takes_the_place_of_another():
    run = Run(DIAMOND).do("before")

    with pytest.raises(EngineProblem, match="could never stand at “right”"):
        move(run, "left", "right", "right")


def test_after_the_join_there_is_no_way_back_into_one_branch():
    run = Run(DIAMOND).do("before").do("left").do("left2").do("right")

    with pytest.raises(EngineProblem, match="The process could never stand at “left” like this"):
        move(run, "after", "left")
    assert "left" not in offered(run, "after")


def test_a_token_taken_to_a_join_arrives_along_its_own_way():
    run = move(Run(DIAMOND).do("before"), "left", "join")
    assert run.open == ["right"]

    assert run.do("right").open == ["after"]


def test_the_last_way_taken_to_the_join_opens_it():
    run = Run(DIAMOND).do("before").do("left").do("left2")

    assert move(run, "right", "join").open == ["after"]


def test_what_waits_at_the_join_may_go_back():
    run = Run(DIAMOND).do("before").do("left").do("left2")

    assert move(run, "join", "left2").open == ["left2", "right"]
    assert run.do("left2").do("right").open == ["after"]


def test_alternatives_may_be_exchanged():
    run = Run(
        "start s\nxor x\nuser a\nuser b\nxor y\nend e\ns -> x\nx -> a if big = true\nx -> b default\na -> y\nb -> y\ny -> e",
        big=True,
    )

    assert move(run, "a", "b").open == ["b"]


def test_an_inclusive_join_waits_for_what_still_comes():
    run = Run(
        "start s\nor x\nuser a\nuser b\nuser c\nor y\nuser z\nend e\n"
        "s -> x\nx -> a if a = true\nx -> b if b = true\nx -> c default\na -> y\nb -> y\nc -> y\ny -> z -> e",
        a=True,
        b=True,
    )
    assert run.open == ["a", "b"]

    assert move(run, "a", "y").open == ["b"]
    assert run.do("b").open == ["z"]


def test_ways_without_a_join_end_one_by_one():
    run = Run("start s\nand x\nuser a\nuser b\nend e\nend f\ns -> x -> a -> e\nx -> b -> f")
    assert offered(run, "a")["e"] == []

    assert move(run, "a", "e").open == ["b"]


def test_the_path_of_a_quiet_event_runs_beside_its_activity():
    run = Run(
        "start s\nuser a\nboundary m on=a message=m quiet\nuser side\nuser b\nend e\nend f\ns -> a -> b -> e\nm -> side -> f"
    )
    run.happen("m")
    assert offered(run, "side")["f"] == []
    assert offered(run, "side")["b"] == ["a"]

    assert move(run, "a", "b").open == ["b", "side"]


def test_a_loop_does_not_confuse_where_a_token_may_stand():
    run = Run(
        "start s\nuser a\nand x\nuser b\nuser c\nand y\nxor z\nend e\ns -> a -> x -> b -> y\nx -> c -> y -> z\nz -> a if again = true\nz -> e default"
    )
    run.do("a").do("b", again=True).do("c")
    assert run.open == ["a"]
    run.do("a")

    assert offered(run, "b") == {"a": ["c"], "x": ["c"], "b": [], "y": [], "z": ["c"], "e": ["c"]}


# Sub-processes


def test_everything_inside_a_sub_process_goes_with_it():
    run = move(Run(INNER).do("before"), "inside", "after")

    assert run.open == ["after"]
    assert {("cancelled", "a"), ("cancelled", "b"), ("cancelled", "inside")} <= set(run.history)


def test_a_token_leaves_a_sub_process_only_with_all_that_is_in_it():
    run = Run(INNER).do("before")
    assert offered(run, "a")["after"] == ["b"]

    with pytest.raises(EngineProblem, match="cannot be reached while these go on beside it: .*b"):
        move(run, "a", "after")
    assert move(run, "a", "after", "b").open == ["after"]
    assert ("cancelled", "inside") in run.history and ("completed", "inside") not in run.history


def test_a_token_goes_into_a_sub_process_where_that_is_sound():
    run = move(Run(INNER), "before", "c")
    assert run.open == ["c", "late"]
    assert ("entered", "inside") in run.history

    assert run.do("c").do("after").finished


def test_a_token_goes_into_no_half_of_a_join_inside():
    run = Run(INNER)

    with pytest.raises(EngineProblem, match="could never stand at “a”"):
        move(run, "before", "a")
    assert {"inside", "split", "c"} <= offered(run, "before").keys()
    assert not {"a", "b", "join", "is"} & offered(run, "before").keys()


def test_the_timer_of_a_sub_process_entered_by_hand_runs():
    run = move(Run(INNER), "before", "c").happen("late")

    assert run.open == ["after"]


def test_a_sub_process_that_runs_is_not_begun_a_second_time():
    drawing = INNER.replace(
        "s -> before", "and both\n    user beside\n    s -> both -> beside -> after\n    both -> before"
    )
    run = Run(drawing).do("before")

    with pytest.raises(EngineProblem, match="“inside” runs already"):
        move(run, "beside", "c")


def test_what_stands_in_another_sub_process_is_not_taken_along():
    run = Run(
        "start s\nand x\nsub one\n start i\n user a\n end j\n i -> a -> j\nsub two\n start k\n user b\n end l\n"
        " k -> b -> l\nand y\nend e\ns -> x -> one -> y\nx -> two -> y -> e"
    )

    with pytest.raises(EngineProblem, match="“b” cannot be taken along: it does not stand beside “a”"):
        move(run, "a", "e", "b")
    assert offered(run, "a")["e"] == ["two"]
    assert move(run, "a", "e", "two").finished


# Several runs


def test_several_runs_are_moved_together_and_skipped_one_by_one():
    run = Run("start s\nuser each times=3\nuser after\nend e\ns -> each -> after -> e")
    one = run.wait("each").token_id

    with pytest.raises(EngineProblem, match="“each” is one of several runs"):
        engine.move(run.model, run.state, one, "after", run.around)
    assert len(skip(run, "each").step.waits) == 2
    assert move(run, "each", "after").open == ["after"]


def test_nothing_is_taken_into_one_of_several_runs():
    run = Run(
        "start s\nuser before\nsub each times=2\n start i\n user a\n user b\n end j\n i -> a -> b -> j\nend e\ns -> before -> each -> e"
    )

    with pytest.raises(EngineProblem, match="“a” is inside “each”, which runs several times"):
        move(run, "before", "a")
    run.do("before")
    moved = engine.move(run.model, run.state, run.wait("a", 1).token_id, "b", run.around)
    assert sorted(wait.activity_id for wait in run._take(moved).step.waits) == ["a", "b"]


def test_leaving_one_of_several_runs_ends_all_of_them():
    run = Run(
        "start s\nsub each times=2\n start i\n user a\n end j\n i -> a -> j\nuser after\nend e\ns -> each -> after -> e"
    )
    one, two = (wait.token_id for wait in run.step.waits)

    run._take(engine.move(run.model, run.state, one, "after", run.around, [two]))

    assert run.open == ["after"]


# Events


def test_what_waits_behind_an_event_gateway_moves_as_one():
    run = Run(
        "start s\nevents g\ncatch m message=m\ncatch t timer=PT1H\nuser a\nend e\ns -> g -> m -> a\ng -> t -> a -> e"
    )

    with pytest.raises(EngineProblem, match="waits together with other events behind “g”; choose “g”"):
        move(run, "m", "t")
    run._take(engine.move(run.model, run.state, run.wait("t").token_id, "a", run.around))
    assert run.open == ["a"]
    assert move(run, "a", "g").open == ["m", "t"]


def test_an_event_is_skipped_as_if_it_had_come():
    run = Run("start s\ncatch t timer=P9D\nuser a\nend e\ns -> t -> a -> e")

    assert skip(run, "t").open == ["a"]
    assert ("skipped", "t") in run.history and ("caught", "t") not in run.history


def test_skipping_one_event_behind_a_gateway_chooses_it():
    run = Run(
        "start s\nevents g\ncatch m message=m\ncatch t timer=PT1H\nuser a\nuser b\nend e\ns -> g -> m -> a -> e\ng -> t -> b -> e"
    )

    assert skip(run, "m").open == ["a"]


def test_nothing_is_taken_to_a_start_an_edge_or_into_an_event_sub_process():
    run = Run(
        "start s\nuser a\nboundary t on=a timer=PT1H\nuser b\n"
        "sub help event\n start h message=h\n user c\n end i\n h -> c -> i\nend e\ns -> a -> b -> e\nt -> b"
    )

    for target, said in {
        "s": "a process begins there",
        "t": "on the edge of an activity",
        "help": "begins by its event only",
        "c": "“c” is inside “help”, which begins by its event only",
        "nowhere": "There is no “nowhere”",
    }.items():
        with pytest.raises(EngineProblem, match=said):
            move(run, "a", target)
    assert offered(run, "a").keys() == {"a", "b", "e"}


def test_what_waits_on_an_edge_is_neither_moved_nor_skipped():
    run = Run("start s\nuser a\nboundary t on=a timer=PT1H\nuser b\nend e\ns -> a -> b -> e\nt -> b")
    edge = run.wait("t").token_id

    for verb in (
        lambda: engine.skip(run.model, run.state, edge, run.around),
        lambda: engine.targets(run.model, run.state, edge),
    ):
        with pytest.raises(EngineProblem, match="goes where the activity goes"):
            verb()


def test_back_out_of_an_interrupting_event_sub_process_its_event_may_come_again():
    run = Run("start s\nuser a\nsub help event\n start h message=h\n user c\n end i\n h -> c -> i\nend e\ns -> a -> e")
    assert run.happen("h").open == ["c"]

    assert move(run, "c", "a").open == ["a", "h"]
    assert run.happen("h").open == ["c"]


def test_beside_a_quiet_event_sub_process_tokens_move_as_without_it():
    run = Run(
        "start s\nuser a\nuser b\nsub help event\n start h message=h quiet\n user c\n user d\n end i\n h -> c -> d -> i\nend e\ns -> a -> b -> e"
    )
    run.happen("h")

    assert move(run, "a", "b").open == ["b", "c", "h"]
    assert move(run, "c", "d").open == ["b", "d", "h"]


# Skipping


def test_a_skipped_task_is_passed_and_its_conditions_decide():
    run = Run(
        "start s\nuser a\nxor x\nuser b\nuser c\nend e\ns -> a -> x\nx -> b if big = true\nx -> c default\nb -> e\nc -> e",
        big=False,
    )

    assert skip(run, "a").open == ["c"]
    assert ("skipped", "a") in run.history and ("completed", "a") not in run.history


def test_a_job_and_a_call_are_skipped():
    run = Run("start s\nservice a topic=t\ncall b calls=other\nend e\ns -> a -> b -> e")

    assert skip(run, "a").open == ["b"]
    assert skip(run, "b").finished


def test_a_skip_that_leads_nowhere_is_refused():
    run = Run("start s\nuser a\nxor x\nend e\nend f\ns -> a -> x\nx -> e if n = 1\nx -> f if n = 2", n=3)

    with pytest.raises(EngineProblem, match="No condition at “x” is true"):
        skip(run, "a")


def test_where_a_process_stands_is_told_from_without_to_within():
    run = Run(INNER).do("before")
    standing = engine.standing(run.model, run.state)

    assert [(each.activity_id, each.moves, each.skips) for each in standing] == [
        ("inside", True, False),
        ("a", True, True),
        ("b", True, True),
    ]
    assert {each.within for each in standing[1:]} == {standing[0].token_id}
    assert [each.counter for each in engine.standing(*_several())] == [None, 1, 2]


def _several() -> tuple[engine.Model, bytes]:
    run = Run("start s\nuser each times=2\nend e\ns -> each -> e")
    return run.model, run.state
