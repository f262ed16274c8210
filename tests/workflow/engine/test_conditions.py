"""Conditional events: looked at when they begin to wait and whenever variables change (BPMN 2.0.2, 10.5.5).

One that does not interrupt comes once each time its condition becomes true: it must be false in between.
"""

import pytest

from tests.workflow.engine.drawing import Run, bpmn
from workflow import engine
from workflow.engine import WaitKind

CATCH = 'start s\nuser a\ncatch c conditional="x > 5"\nuser b\nand f\nend e\ns -> f -> a -> e\nf -> c -> b -> e'


def change(run: Run, **variables: object) -> Run:
    """Variables change from outside."""
    run.variables.update(variables)
    return run._take(engine.reconsider(run.model, run.state, run.around))


def edge(rest: str) -> str:
    return f"""
start s
and f
user a
user o
boundary c on=a conditional="x > 5" {rest}
user h
end e
s -> f -> a -> e
f -> o -> e
c -> h -> e
"""


def beside(rest: str) -> str:
    return f"""
start s
user a
user o
end e
s -> a -> o -> e
sub H event
 start c conditional="x > 5" {rest}
 user h
 c -> h
"""


class TestInTheMiddle:
    def test_it_waits_and_the_host_needs_to_do_nothing(self):
        wait = Run(CATCH).wait("c")
        assert (wait.kind, wait.name, wait.due_at, wait.correlation_key) == (WaitKind.CONDITION, None, None, None)

    def test_it_goes_on_at_once_when_it_is_true_already(self):
        run = Run(CATCH, x=6)
        assert run.open == ["a", "b"] and run.count("caught", "c") == 1

    def test_it_goes_on_with_the_answers_of_a_task(self):
        assert Run(CATCH, x=1).do("a", x=2).open == ["c"]
        assert Run(CATCH, x=1).do("a", x=7).open == ["b"]

    def test_it_goes_on_when_variables_change_from_outside(self):
        run = change(Run(CATCH), x=3)
        assert run.open == ["a", "c"]
        assert change(run, x=6).open == ["a", "b"]

    def test_it_goes_on_with_the_payload_of_a_message(self):
        run = Run(CATCH.replace("user a", "catch a message=m"))
        assert run.happen("a", x=9).open == ["b"]

    def test_it_goes_on_with_the_results_of_a_repetition(self):
        drawing = CATCH.replace("x > 5", "count(votes) = 2").replace(
            "user a", "user a times=2 output=votes result=vote"
        )
        run = Run(drawing).do("a", vote=1)
        assert run.open == ["a", "c"] and run.do("a", vote=2).open == ["b"]

    def test_a_process_may_wait_for_a_condition_only(self):
        run = Run('start s\ncatch c conditional="x > 5"\nend e\ns -> c -> e')
        assert run.open == ["c"] and not run.finished and change(run, x=6).finished

    def test_it_may_race_behind_an_event_gateway(self):
        drawing = 'start s\nevents g\ncatch c conditional="x > 5"\ncatch t timer=PT1H\nuser a\nuser b\ns -> g\ng -> c -> a\ng -> t -> b'
        assert Run(drawing).open == ["c", "t"] and Run(drawing, x=6).open == ["a"]
        assert change(Run(drawing), x=6).open == ["a"] and Run(drawing).happen("t").open == ["b"]

    def test_a_condition_over_the_item_of_a_repetition_sees_its_own(self):
        drawing = 'start s\nsub S each=people item=who\n start si\n catch c conditional="who in arrived"\n user b\n si -> c -> b\nend e\ns -> S -> e'
        run = change(Run(drawing, people=["anna", "bob"], arrived=[]), arrived=["bob"])
        assert run.open == ["b", "c"] and run.wait("b").variables["who"] == "bob"

    def test_a_condition_that_cannot_be_judged_changes_nothing(self):
        run = Run(CATCH.replace("x > 5", "x"), x=False)
        with pytest.raises(engine.ExpressionFailed, match="“x” at “c”"):
            change(run, x="perhaps")
        run.variables["x"] = True
        assert change(run, x=True).open == ["a", "b"]


class TestOnTheEdge:
    def test_interrupting_it_takes_the_activity_away(self):
        run = Run(edge("")).do("o", x=6)
        assert run.open == ["h"] and run.count("cancelled", "a") == 1

    def test_it_interrupts_at_once_when_it_is_true_on_arrival(self):
        run = Run(edge(""), x=6)
        assert run.open == ["h", "o"] and run.count("entered", "a") == run.count("cancelled", "a") == 1

    def test_what_completes_the_activity_comes_too_late_for_it(self):
        assert Run(edge("")).do("a", x=6).open == ["o"]

    def test_beside_it_comes_each_time_it_becomes_true(self):
        run = change(Run(edge("quiet")), x=6)
        assert run.open == ["a", "c", "h", "o"]
        assert change(run, x=8).open == ["a", "c", "h", "o"]
        assert change(run, x=1).open == ["a", "c", "h", "o"]
        assert change(run, x=7).open == ["a", "c", "h", "h", "o"]

    def test_beside_its_token_stays(self):
        run = Run(edge("quiet"))
        token = run.wait("c").token_id
        assert change(run, x=6).wait("c").token_id == token

    def test_other_steps_do_not_repeat_it(self):
        run = change(Run(edge("quiet")), x=6).do("o")
        assert run.open == ["a", "c", "h"] and run.do("h").open == ["a", "c"]

    def test_on_a_sub_process_it_comes_before_automatic_work_inside_goes_on(self):
        run = Run("""
start s
sub S
 start si
 user a
 throw t message=told
 end se
 si -> a -> t -> se
boundary c on=S conditional="x > 5"
user h
end e
s -> S -> e
c -> h
""")
        assert run.do("a", x=6).open == ["h"] and run.thrown == []

    def test_on_a_repetition_it_takes_all_away(self):
        run = Run('start s\nuser a times=3\nboundary c on=a conditional="x > 5"\nuser h\nend e\ns -> a -> e\nc -> h')
        assert run.do("a", x=1).open == ["a", "a", "c"] and run.do("a", x=6).open == ["h"]


class TestBeside:
    def test_interrupting_it_takes_the_process_over(self):
        run = Run(beside("")).do("a", x=6)
        assert run.open == ["h"] and run.do("h").finished

    def test_beside_it_comes_each_time_it_becomes_true(self):
        run = change(Run(beside("quiet"), x=9), x=8)
        assert run.open == ["a", "c", "h"]
        assert change(change(run, x=0), x=6).open == ["a", "c", "h", "h"]

    def test_the_last_answers_count_before_the_process_ends(self):
        assert Run(beside("")).do("a").do("o", x=6).open == ["h"]

    def test_waiting_alone_it_does_not_keep_the_process_open(self):
        assert Run(beside("")).do("a").do("o").finished

    def test_in_a_repetition_each_has_its_own(self):
        drawing = 'start s\nsub S each=people item=who\n start si\n user a\n si -> a\n sub H event\n  start c conditional="who = ill"\n  user h\n  c -> h\nend e\ns -> S -> e'
        run = change(Run(drawing, people=["anna", "bob"]), ill="bob")
        assert run.open == ["a", "c", "h"] and run.wait("h").variables["who"] == "bob"


def test_two_that_become_true_together_both_come_unless_one_takes_the_other_away():
    both = beside("quiet") + 'sub K event\n start k conditional="x > 4" quiet\n user z\n k -> z'
    assert change(Run(both), x=6).open == ["a", "c", "h", "k", "z"]
    one = beside("") + 'sub K event\n start k conditional="x > 4" quiet\n user z\n k -> z'
    assert change(Run(one), x=6).open == ["h"]


def test_whether_it_was_true_is_all_that_is_saved():
    run = Run(beside("quiet"))
    before = len(run.state)
    change(run, x=6).do("h")
    assert b'{"met":true}' in run.state and len(run.state) == before + len('{"met":true}') - 1
    change(run, x=1)
    assert len(run.state) == before


def test_a_model_says_whether_it_waits_for_conditions():
    assert engine.parse(bpmn(CATCH)).has_conditions and engine.parse(bpmn(edge("quiet"))).has_conditions
    assert not engine.parse(bpmn("start s\nuser a\ns -> a")).has_conditions
    assert not engine.parse(bpmn('start s conditional="x > 5"\nuser a\ns -> a')).has_conditions


def test_a_start_event_tells_its_condition_to_the_host():
    start = engine.parse(bpmn('start s\nstart c conditional="x > 5"\nuser a\ns -> a\nc -> a')).starts[1]
    assert (start.id, start.event, start.condition, start.timer) == ("c", "conditional", "x > 5", None)


def test_without_conditions_nothing_is_reconsidered():
    run = Run("start s\nuser a\ns -> a")
    assert change(run, x=6).open == ["a"] and run.step.happenings == ()


def test_a_receive_task_is_done_by_its_message_though_the_same_news_makes_the_condition_on_its_edge_true():
    run = Run(
        "start s\nreceive r message=m\nboundary b on=r conditional='n > 1'\nuser late\nend e\ns -> r -> e\nb -> late -> e",
        n=1,
    )
    assert run.happen("r", n=2).finished and run.count("entered", "late") == 0
