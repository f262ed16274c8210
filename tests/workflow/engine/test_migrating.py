"""Running instances go over to another version of their process: where they may, all is kept; where not, why."""

import contextlib
import random

import pytest

from tests.workflow.engine.drawing import Run, bpmn
from tests.workflow.engine.wild import Wild
from workflow import engine
from workflow.engine import markings
from workflow.errors import Refusal

LINE = """
start s
user a
user b
end e
s -> a -> b -> e
"""
FORK = """
start s
and f
user a
user b
and j
user c
end e
s -> f -> a -> j -> c -> e
f -> b -> j
"""
SUB = """
start s
sub S
 start s2
 user a
 user b
 end e2
 s2 -> a -> b -> e2
user c
end e
s -> S -> c -> e
"""
FLAT = """
start s
user a
user b
user c
end e
s -> a -> b -> c -> e
"""
EACH = """
start s
user v each=people item=who sequential output=votes result=vote
user z
end e
s -> v -> z -> e
"""


def migrated(run: Run, drawing: str, **given: str) -> Run:
    """The run in the version drawn, by what the engine finds alike and what is given."""
    new = engine.parse(bpmn(drawing))
    found = engine.matches(run.model, new, given)
    mapping = {name: match.target for name, match in found.items()} | given
    refused = engine.why_not_migrate(run.model, new, run.state, mapping)
    try:
        step = engine.migrate(run.model, new, run.state, mapping, run.around)
    except engine.CannotMigrate as problem:
        assert str(refused) == str(problem)
        raise
    assert refused is None
    run.model = new
    return run._take(step)


def refusal(run: Run, drawing: str, **given: str) -> str:
    before = run.state
    with pytest.raises(engine.CannotMigrate) as refused:
        migrated(run, drawing, **given)
    assert run.state == before
    return str(refused.value)


def tokens(run: Run) -> dict[str, str]:
    return {wait.activity_id: wait.token_id for wait in run.step.waits}


# What is kept


def test_a_token_keeps_its_id_and_goes_the_new_way():
    run = Run(LINE)
    before = tokens(run)
    migrated(run, LINE.replace("user b", "user n\nuser b").replace("a -> b", "a -> n -> b"))
    assert tokens(run) == before
    assert run.do("a").open == ["n"] and run.do("n").do("b").finished


def test_what_is_done_is_not_asked_again_when_something_is_put_before():
    run = migrated(Run(LINE).do("a"), LINE.replace("user a", "user n\nuser a").replace("s -> a", "s -> n -> a"))
    assert run.open == ["b"] and run.do("b").finished


def test_swapped_steps_are_gone_through_in_the_new_order():
    run = migrated(Run(LINE), LINE.replace("s -> a -> b -> e", "s -> b -> a -> e"))
    assert run.open == ["a"] and run.do("a").finished


def test_rounds_of_a_multi_instance_are_kept():
    run = Run(EACH, people=["anna", "bob", "carl"]).do("v", vote=1)
    migrated(run, EACH.replace("user z", "user z\nuser y").replace("v -> z", "v -> y -> z"))
    assert run.wait("v").variables == {"who": "bob", "loopCounter": 2}
    run.do("v", vote=2).do("v", vote=3)
    assert run.open == ["y"] and run.variables["votes"] == [1, 2, 3]


def test_parallel_rounds_keep_their_own_tokens():
    drawing = EACH.replace(" sequential", "")
    run = Run(drawing, people=["anna", "bob"])
    before = sorted(wait.token_id for wait in run.step.waits)
    migrated(run, drawing.replace("user v", "user w").replace("s -> v -> z", "s -> w -> z"), v="w")
    assert sorted(wait.token_id for wait in run.step.waits) == before and run.open == ["w", "w"]
    assert run.do("w", vote=1).do("w", vote=2).variables["votes"] == [1, 2]


def test_a_standard_loop_goes_on_counting():
    drawing = "start s\nuser a loop=more max=3\nend e\ns -> a -> e"
    run = Run(drawing, more=True).do("a")
    migrated(run, drawing.replace("max=3", "max=2"))
    assert run.wait("a").variables == {"loopCounter": 2} and run.do("a").finished


def test_a_timer_keeps_its_time_though_the_new_one_is_longer():
    drawing = LINE.replace("user a", "user a\nboundary t on=a timer=P2D quiet").replace("s -> a", "t -> e\ns -> a")
    run = Run(drawing)
    due = run.wait("t").due_at
    run.pass_time(days=1)
    migrated(run, drawing.replace("P2D", "P9D"))
    assert run.wait("t").due_at == due


def test_a_message_keeps_its_key():
    drawing = "start s\ncatch c message=paid key=number\nuser a\nend e\ns -> c -> a -> e"
    run = Run(drawing, number="N-1")
    run.variables["number"] = "N-2"
    migrated(run, drawing.replace("user a", "user b").replace("c -> a", "c -> b"))
    assert run.wait("c").correlation_key == "N-1"


def test_what_is_called_goes_on():
    drawing = "start s\ncall k calls=other\nuser a\nend e\ns -> k -> a -> e"
    run = migrated(Run(drawing), drawing.replace("calls=other", "calls=another"))
    assert run.wait("k").name == "other" and run.do("k").open == ["a"]


# Finding what stands for what


@pytest.mark.parametrize(
    ("drawing", "how"),
    [
        (LINE.replace("user a", "user n name=a").replace("s -> a", "s -> n"), "name"),
        (LINE.replace("user a", "user n").replace("s -> a", "s -> n"), "place"),
    ],
)
def test_an_element_that_lost_its_id_is_known_by_its_name_or_place(drawing, how):
    run = Run(LINE)
    assert engine.matches(run.model, engine.parse(bpmn(drawing)), {})["a"] == engine.Match("n", engine.How(how))
    assert migrated(run, drawing).open == ["n"]


def test_an_element_that_lost_its_id_is_known_by_its_work():
    drawing = "start s\nservice j topic=push\nuser a\nend e\ns -> j -> a -> e"
    new = drawing.replace("service j", "service k name=new").replace("s -> j -> a", "s -> x -> k -> a") + "\nuser x"
    assert engine.matches(Run(drawing).model, engine.parse(bpmn(new)), {})["j"] == engine.Match("k", engine.How.WORK)


def test_what_might_be_either_is_left_to_a_person():
    new = "start s\nand f\nuser x name=a\nuser y name=a\nuser b\nend e\ns -> f -> x -> b -> e\nf -> y -> e"
    assert "a" not in engine.matches(Run(LINE).model, engine.parse(bpmn(new)), {})


def test_chains_of_lost_ids_are_known_by_their_places():
    new = LINE.replace("user a", "user x").replace("user b", "service y topic=push").replace("a -> b", "x -> y")
    old = LINE.replace("user b", "service b topic=pull")
    found = engine.matches(Run(old).model, engine.parse(bpmn(new)), {})
    assert (found["a"].target, found["b"].target) == ("x", "y") if "a" in found else "b" not in found


def test_what_somebody_decided_comes_first():
    found = engine.matches(Run(LINE).model, engine.parse(bpmn(LINE)), {"a": "b"})
    assert found["a"] == engine.Match("b", engine.How.GIVEN)


def test_what_is_behind_and_comes_again_is_told():
    swapped = LINE.replace("s -> a -> b -> e", "s -> b -> a -> e")
    models = Run(LINE).model, Run(swapped).model
    assert engine.done_again(*models, {"a": "a", "b": "b"}) == {"b": ["a"]}
    wrapped = Run(SUB).model, Run(FLAT.replace("a -> b -> c", "c -> b -> a")).model
    assert engine.done_again(*wrapped, {"a": "a", "b": "b", "c": "c"}) == {"b": ["a"], "c": ["a", "b"]}


def test_a_loop_comes_again_anyway():
    loop = "start s\nuser a\nxor g\nuser b\nend e\ns -> a -> g\ng -> b if more = 1\nb -> a\ng -> e default"
    assert engine.done_again(Run(loop).model, Run(loop).model, {"a": "a", "b": "b"}) == {}


def test_the_elements_work_could_go_on_at_are_those_of_its_kind():
    new = engine.parse(bpmn(FORK.replace("user c", "service c topic=push")))
    assert engine.fitting(Run(LINE).model, new, "a") == ["a", "b"]


# Elements that are gone or another thing


def test_work_at_an_element_that_is_gone_needs_a_decision():
    assert "waits at “a”, which the new version does not have" in refusal(
        Run(LINE), "start s\nuser b\nend e\ns -> b -> e"
    )


def test_work_at_an_element_that_is_gone_goes_on_where_somebody_says():
    run = migrated(Run(LINE), "start s\nuser b\nend e\ns -> b -> e", a="b")
    assert run.open == ["b"] and run.do("b").finished


def test_two_steps_cannot_become_one():
    assert "never stands at “a”" in refusal(Run(FORK), LINE, b="a", c="b")


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ("service a topic=push", "“a” (user task) cannot go on at “a” (service task)"),
        ("catch a timer=PT5M", "at “a” (timer event)"),
        ("user a times=3", "repeated in one of the versions only"),
    ],
)
def test_one_kind_of_work_does_not_go_on_as_another(now, said):
    assert said in refusal(Run(LINE), LINE.replace("user a", now))


def test_a_user_task_may_become_a_manual_one():
    assert migrated(Run(LINE), LINE.replace("user a", "manual a")).do("a").open == ["b"]


@pytest.mark.parametrize(
    "now",
    [
        EACH.replace(" sequential", ""),
        EACH.replace("item=who", "item=person"),
        EACH.replace("output=votes result=vote", ""),
        EACH.replace("each=people item=who", "times=2"),
        EACH.replace("user v", "service v topic=push"),
    ],
)
def test_rounds_are_not_counted_on_in_another_way(now):
    assert "“v” is repeated in another way" in refusal(Run(EACH, people=["anna", "bob"]), now)


def test_how_often_and_how_long_may_change():
    run = migrated(Run(EACH, people=["anna", "bob"]), EACH.replace("each=people", 'each=others until="vote = 1"'))
    assert run.do("v", vote=1).open == ["z"]


# Joins


def test_an_arrival_stays_when_its_branch_gets_longer():
    longer = FORK.replace("user c", "user c\nuser d").replace("f -> a -> j", "f -> a -> d -> j")
    run = migrated(Run(FORK).do("a"), longer)
    assert run.open == ["b"] and run.do("b").open == ["c"]


def test_an_arrival_is_known_by_where_it_comes_from():
    renamed = FORK.replace("and j", "and k").replace(" j ", " k ").replace("b -> j", "b -> k")
    run = migrated(Run(FORK).do("a"), renamed)
    assert run.do("b").do("c").finished


def test_a_branch_more_would_be_missing_for_what_is_past_the_fork():
    more = FORK.replace("and j", "user d\nand j") + "f -> d -> j"
    assert "the new version also has work at “d”, which is missing here" in refusal(Run(FORK), more)
    assert "missing here" in refusal(Run(FORK).do("a"), more)


def test_a_branch_more_does_no_harm_to_what_is_before_the_fork():
    early = FORK.replace("and f", "user z\nand f").replace("s -> f", "s -> z -> f")
    run = migrated(Run(early), early.replace("and j", "user d\nand j") + "f -> d -> j")
    assert run.do("z").open == ["a", "b", "d"]


def test_an_arrival_from_a_branch_that_is_gone_cannot_be_put_anywhere():
    three = FORK.replace("and j", "user d\nand j") + "f -> d -> j"
    assert "arrived from “d”" in refusal(Run(three).do("d"), FORK)
    assert migrated(Run(three).do("a").do("b").do("d"), FORK).open == ["c"]


def test_what_was_parallel_is_not_done_twice_one_after_the_other():
    assert "done twice, or wait for ever" in refusal(Run(FORK), FLAT)
    assert migrated(Run(FORK).do("a").do("b"), FLAT).open == ["c"]


def test_what_was_one_after_the_other_does_not_become_half_a_fork():
    assert "at “b”, which is missing here" in refusal(Run(FLAT), FORK)
    assert migrated(Run(FLAT).do("a").do("b"), FORK).open == ["c"]


def test_a_join_that_becomes_inclusive_goes_on_when_nothing_more_can_come():
    inclusive = (
        FORK.replace("and f", "or f").replace("and j", "or j").replace("s -> f -> a", "s -> f\nf -> a if x = 1\na")
    )
    inclusive = inclusive.replace("f -> b -> j", "f -> b default\nb -> j")
    assert "“j” (parallel gateway) cannot go on at “j” (inclusive gateway)" in refusal(Run(FORK).do("a"), inclusive)
    assert migrated(Run(FORK).do("a").do("b"), inclusive).open == ["c"]


def test_one_behind_and_one_ahead_of_the_same_join_is_refused():
    """b moves behind the join: work at both sides of it would go through c twice."""
    assert "“c”" in refusal(Run(FORK), FORK, b="c")


def test_a_scope_drawn_as_before_is_not_judged_anew():
    """Twenty parallel branches are too many to be played through; nothing changed around them, so nothing can be wrong."""
    branches = "".join(f"user u{n}\nf -> u{n} -> v{n} -> j\nuser v{n}\n" for n in range(20))
    wide = f"start s\nand f\nand j\nuser c\nend e\ns -> f\nj -> c -> e\n{branches}"
    run = Run(wide).do("u3").do("u4").do("v4")
    assert migrated(run, wide.replace("user u7\n", "user u7 name=Siebente\n")).open == run.open


def test_what_is_too_entangled_to_be_sure_of_is_refused(monkeypatch):
    monkeypatch.setattr(markings, "MOST", 1)
    longer = LINE.replace("user b", "user n\nuser b").replace("a -> b", "a -> n -> b")
    assert "too entangled to be sure that work may stand at “b”" in refusal(Run(LINE).do("a"), longer)


# Sub-processes


def test_steps_are_wrapped_into_a_sub_process_with_its_events():
    wrapped = SUB.replace("user c", "boundary t on=S timer=P3D\nuser c").replace("s -> S", "t -> c\ns -> S")
    run = Run(FLAT)
    before = tokens(run)
    migrated(run, wrapped)
    assert run.open == ["a", "t"] and tokens(run)["a"] == before["a"]
    assert run.count("entered", "S") == 1
    assert run.do("a").do("b").open == ["c"]


def test_a_fork_is_wrapped_as_a_whole():
    wrapped = (
        "start s\nsub S\n start s2\n and f\n user a\n user b\n and j\n end e2\n s2 -> f -> a -> j -> e2\n f -> b -> j\n"
    )
    wrapped += "user c\nend e\ns -> S -> c -> e"
    run = migrated(Run(FORK).do("a"), wrapped)
    assert run.count("entered", "S") == 1 and run.do("b").open == ["c"]
    assert migrated(Run(wrapped).do("a"), FORK).do("b").open == ["c"]


def test_a_sub_process_is_unwrapped():
    run = migrated(Run(SUB).do("a"), FLAT)
    assert run.open == ["b"] and run.do("b").do("c").finished


def test_an_event_of_a_sub_process_that_is_gone_stops_waiting():
    run = Run(SUB.replace("user c", "boundary t on=S timer=P3D\nuser c").replace("s -> S", "t -> c\ns -> S"))
    assert migrated(run, FLAT).open == ["a"]


def test_a_step_leaves_its_sub_process_which_is_over_then():
    out = "start s\nsub S\n start s2\n user b\n end e2\n s2 -> b -> e2\nuser a\nuser c\nend e\ns -> a -> S -> c -> e"
    run = migrated(Run(SUB), out)
    assert run.open == ["a"] and run.do("a").open == ["b"]


def test_a_step_goes_into_a_sub_process_where_others_work():
    old = FORK.replace("user b", "sub S\n start s2\n user b\n end e2\n s2 -> b -> e2").replace("b -> j", "S -> j")
    old = old.replace("f -> b", "f -> S").replace("f -> S -> j\n", "f -> S -> j\n")
    assert Run(old).open == ["a", "b"]
    new = (
        "start s\nsub S\n start s2\n and f\n user a\n user b\n and j\n end e2\n s2 -> f -> a -> j -> e2\n f -> b -> j\n"
    )
    run = migrated(Run(old), new + "user c\nend e\ns -> S -> c -> e")
    assert run.do("a").do("b").open == ["c"]


def test_a_repeated_sub_process_is_not_entered_or_left_by_a_move():
    each = SUB.replace("sub S", "sub S times=2")
    assert "cross the edge of “S”" in refusal(Run(FLAT), each)
    assert "“S”" in refusal(Run(each), FLAT)


def test_work_inside_a_repeated_sub_process_moves_within_it():
    each = SUB.replace("sub S", "sub S times=2")
    run = migrated(Run(each).do("a"), each.replace(" user b\n", " user n\n user b\n").replace("a -> b", "a -> n -> b"))
    assert run.open == ["a", "b"]
    assert run.do("a").do("n").do("b").do("b").open == ["c"]


def test_each_round_gets_the_sub_process_drawn_around_it():
    each = SUB.replace("sub S", "sub S times=2")
    inner = each.replace(" user a\n", " sub T\n  start s3\n  user a\n  end e3\n  s3 -> a -> e3\n").replace(
        "s2 -> a -> b", "s2 -> T -> b"
    )
    run = migrated(Run(each), inner)
    assert run.count("entered", "T") == 2 and run.do("a").do("a").open == ["b", "b"]


# Events at edges


EDGE = LINE.replace("user a", "user a\nboundary t on=a timer=P1D quiet\nuser x").replace(
    "s -> a", "t -> x -> e\ns -> a"
)


def test_a_new_event_begins_to_wait_and_one_that_is_gone_stops():
    run = migrated(Run(LINE), EDGE)
    assert run.open == ["a", "t"] and run.happen("t").open == ["a", "x"]
    assert migrated(Run(EDGE), LINE).open == ["a"]


def test_an_event_that_came_once_does_not_come_again():
    run = Run(EDGE).happen("t")
    assert run.open == ["a", "x"]
    migrated(run, EDGE.replace("user b", "user n\nuser b").replace("a -> b", "a -> n -> b"))
    assert run.open == ["a", "x"]


def test_what_an_event_began_needs_its_place_too():
    assert "“x”" in refusal(Run(EDGE).happen("t"), LINE)


def test_an_event_may_become_interrupting():
    run = migrated(Run(EDGE), EDGE.replace(" quiet", ""))
    assert run.happen("t").open == ["x"]


def test_an_event_of_another_kind_is_another_event():
    run = Run(EDGE)
    before = run.wait("t").token_id
    migrated(run, EDGE.replace("timer=P1D", "message=hurry"))
    assert run.wait("t").kind is engine.WaitKind.MESSAGE and run.wait("t").token_id != before


def test_what_waits_behind_an_event_gateway_follows_the_drawing():
    old = (
        "start s\nevents g\ncatch m message=paid\ncatch t timer=P1D\nuser a\nend e\ns -> g -> m -> a -> e\ng -> t -> a"
    )
    new = old.replace("catch t timer=P1D", "catch n message=lost").replace("g -> t -> a", "g -> n -> a")
    run = Run(old)
    before = run.wait("m").token_id
    migrated(run, new)
    assert run.open == ["m", "n"] and run.wait("m").token_id == before
    assert run.happen("n").open == ["a"]


def test_a_condition_that_is_true_already_acts_at_once():
    run = Run(LINE, late=True)
    edge = LINE.replace("user a", 'user a\nboundary t on=a conditional="late"\nuser x').replace(
        "s -> a", "t -> x -> e\ns -> a"
    )
    assert migrated(run, edge).open == ["x"]


# Event sub-processes


ASIDE = "sub H event\n start hs message=stop{}\n user h\n end he\n hs -> h -> he\n"


def test_an_event_sub_process_that_is_new_stands_by():
    run = migrated(Run(LINE), LINE + ASIDE.format(""))
    assert run.open == ["a", "hs"] and run.happen("hs").open == ["h"]
    assert run.do("h").finished


def test_an_event_sub_process_that_is_gone_stands_by_no_more():
    assert migrated(Run(LINE + ASIDE.format("")), LINE).open == ["a"]


def test_one_that_is_going_on_goes_on():
    quiet = LINE + ASIDE.format(" quiet")
    run = Run(quiet).happen("hs")
    migrated(run, quiet.replace("user b", "user n\nuser b").replace("a -> b", "a -> n -> b"))
    assert run.open == ["a", "h", "hs"]
    assert run.do("h").do("a").open == ["hs", "n"]


def test_one_that_is_going_on_and_gone_is_refused():
    assert "“H”" in refusal(Run(LINE + ASIDE.format("")).happen("hs"), LINE)


def test_one_that_took_the_place_of_all_else_lets_no_other_stand_by():
    loud = LINE + ASIDE.format("")
    more = loud + "sub G event\n start gs message=go\n user g\n end ge\n gs -> g -> ge\n"
    run = migrated(Run(loud).happen("hs"), more)
    assert run.open == ["h"] and run.do("h").finished


# The way there and back


@pytest.mark.parametrize(
    ("old", "new"),
    [(FLAT, SUB), (LINE, EDGE), (FORK, FORK.replace("user c", "user c\nboundary t on=c timer=P1D") + "t -> e")],
)
def test_there_and_back_is_where_it_was(old, new):
    run = Run(old)
    before, was = tokens(run), engine.outline(run.model, run.state)
    migrated(migrated(run, new), old)
    assert tokens(run) == before and engine.outline(run.model, run.state) == was


def test_states_of_one_outline_fare_alike():
    first, second = Run(FORK).do("a"), Run(FORK).do("a")
    assert engine.outline(first.model, first.state) == engine.outline(second.model, second.state)
    assert engine.outline(first.model, Run(FORK).do("b").state) != engine.outline(first.model, first.state)


def test_a_state_of_another_process_is_refused():
    with pytest.raises(engine.StateCorrupt):
        engine.migrate(Run(FORK).model, Run(LINE).model, Run(SUB).state, {}, Run(LINE).around)


@pytest.mark.parametrize("seed", range(60))
def test_a_random_process_moved_to_itself_stays_what_it_is_to_the_byte(seed):
    chance = random.Random(seed)
    wild = Wild(chance)
    with contextlib.suppress(Refusal):  # some come to nowhere by the choices made
        run = Run(wild.drawing, **wild.chosen())
        for _ in range(8):
            if not run.step.waits:
                break
            again = engine.parse(bpmn(wild.drawing))
            step = engine.migrate(run.model, again, run.state, {}, run.around)
            assert (step.state, step.happenings, step.thrown) == (run.state, (), ())
            assert sorted(step.waits, key=str) == sorted(run.step.waits, key=str)
            run.model = again
            wait = chance.choice(run._take(step).step.waits)
            run.variables.update(wild.chosen())
            verb = {"timer": engine.fire, "message": engine.deliver, "signal": engine.deliver}.get(
                wait.kind, engine.complete
            )
            run._take(verb(run.model, run.state, wait.token_id, run.around))
