"""Event sub-processes: they wait beside their scope, take it over or run along (BPMN 2.0.2, 10.3.5 and 13.5.4)."""

from datetime import timedelta

import pytest

from tests.workflow.engine.drawing import NOW, Run, bpmn
from workflow import engine
from workflow.engine import Thrown, WaitKind


def at_top(event: str, more: str = "") -> str:
    """A process of two tasks with one event sub-process; `more` stands beside."""
    return f"""
start s
user a
user b
end e
s -> a -> b -> e
sub H event
 start h {event}
 user c
 end d
 h -> c -> d
{more}
"""


INSIDE = """
start s
sub S
 start si
 user a
 user b
 end se
 si -> a -> b -> se
 sub H event
  start h {event}
  user c
  end d
  h -> c -> d
{more}
user n
end e
s -> S -> n -> e
"""
WAITING = ["message=news", "signal=news", "timer=PT1H", "date=2026-07-02", "cycle=R3/PT1H"]


def inside(event: str, more: str = "", beside: str = "") -> str:
    """The same within a sub-process; `more` is drawn in it, `beside` around it."""
    return INSIDE.format(event=event, more="\n".join(f" {line}" for line in more.splitlines())) + beside


class TestInterrupting:
    @pytest.mark.parametrize("event", WAITING)
    def test_it_takes_the_place_of_all_else_in_the_process(self, event):
        run = Run(at_top(event))
        assert run.open == ["a", "h"]
        assert run.happen("h").open == ["c"] and run.count("cancelled", "a") == 1
        assert run.do("c").finished and run.count("completed", "H") == 1

    @pytest.mark.parametrize("event", WAITING)
    def test_in_a_sub_process_flow_goes_on_behind_it(self, event):
        run = Run(inside(event))
        assert run.happen("h").open == ["c"]
        assert run.do("c").open == ["n"] and run.count("completed", "S") == 1
        assert run.do("n").finished

    def test_other_event_sub_processes_of_the_scope_wait_no_longer(self):
        quiet = "sub Q event\n start q message=again quiet\n user z\n q -> z"
        run = Run(inside("message=news", quiet)).happen("q")
        assert run.open == ["a", "h", "q", "z"]
        assert run.happen("h").open == ["c"] and run.count("cancelled", "z") == run.count("cancelled", "Q") == 1

    def test_what_waits_on_the_edge_of_the_scope_still_waits(self):
        run = Run(inside("message=news", beside="boundary x on=S timer=P1D\nuser o\nend oe\nx -> o -> oe"))
        assert run.happen("h").open == ["c", "x"]
        assert run.happen("x").open == ["o"] and run.count("cancelled", "c") == run.count("cancelled", "S") == 1

    def test_around_the_scope_nothing_changes(self):
        run = Run(
            inside("message=news")
            .replace("s -> S", "and f\nuser q\nand j\ns -> f -> S")
            .replace("S -> n", "S -> j -> n")
            + "f -> q -> j"
        )
        assert run.open == ["a", "h", "q"]
        assert run.happen("h").open == ["c", "q"]
        assert run.do("c").open == ["q"] and run.do("q").open == ["n"]

    def test_it_takes_joins_races_and_running_handlers_away(self):
        run = Run("""
start s
and f
user a
user b
and j
events g
catch m message=m
catch t timer=PT1H
end e
s -> f -> a -> j -> e
f -> b -> j
f -> g
g -> m -> e
g -> t -> e
sub H event
 start h signal=stop
 user c
 h -> c
""")
        run.do("a")
        assert run.open == ["b", "h", "m", "t"]
        assert run.happen("h").open == ["c"] and run.do("c").finished

    def test_the_scope_may_be_entered_again_and_then_waits_anew(self):
        drawing = (
            inside("message=news")
            .replace("n -> e", "n -> g\ng -> S if again = true\ng -> e default")
            .replace("user n", "user n\nxor g")
        )
        run = Run(drawing).happen("h").do("c").do("n", again=True)
        assert run.open == ["a", "h"]
        assert run.do("a").do("b").open == ["n"] and run.do("n", again=False).finished

    def test_a_repeating_timer_interrupts_at_its_first_time(self):
        run = Run(at_top("cycle=R5/PT1H"))
        assert run.wait("h").due_at == NOW + timedelta(hours=1)
        assert run.happen("h").open == ["c"]


class TestNotInterrupting:
    @pytest.mark.parametrize("event", ["message=news", "signal=news"])
    def test_it_runs_beside_as_often_as_its_event_comes_and_its_token_stays(self, event):
        run = Run(at_top(f"{event} quiet"))
        token = run.wait("h").token_id
        for times in (1, 2, 3):
            run.happen("h")
            assert run.open == ["a", "b", "c"][:1] + ["c"] * times + ["h"] and run.wait("h").token_id == token
        run.do("a").do("b")
        assert run.open == ["c", "c", "c"]
        assert run.do("c").do("c").open == ["c"] and run.do("c").finished

    def test_waiting_alone_it_does_not_keep_its_scope_open(self):
        run = Run(at_top("message=news quiet")).do("a").do("b")
        assert run.finished and run.open == [] and run.count("cancelled", "h") == 0
        run = Run(inside("timer=PT1H quiet")).do("a").do("b")
        assert run.open == ["n"] and run.count("entered", "H") == 0

    def test_running_it_keeps_its_scope_open(self):
        run = Run(inside("message=news quiet")).happen("h").do("a").do("b")
        assert run.open == ["c"]
        assert run.do("c").open == ["n"]

    def test_while_it_runs_alone_no_new_one_begins(self):
        """BPMN 2.0.2, 13.5.4: in the state Completing no new event sub-processes can be initiated."""
        run = Run(inside("message=news quiet")).happen("h").happen("h").do("a").do("b")
        assert run.open == ["c", "c"] and run.do("c").do("c").open == ["n"]

    def test_a_duration_comes_once_and_a_cycle_as_often_as_it_says(self):
        run = Run(at_top("timer=PT1H quiet")).happen("h")
        assert run.open == ["a", "c"]
        run = Run(at_top("cycle=R2/PT1H quiet")).happen("h")
        assert run.wait("h").due_at == NOW + timedelta(hours=2)
        assert run.happen("h").open == ["a", "c", "c"]

    def test_a_thousand_times_leave_nothing_in_the_state(self):
        run = Run(at_top("message=news quiet"))
        first = len(run.state)
        for _ in range(1000):
            run.happen("h").do("c")
        assert len(run.state) == first and run.open == ["a", "h"]


class TestErrors:
    WORK = """
start s
sub S
 start si
 service j topic=t
 user a
 end bad error=E1
 end good
 xor g
 si -> j -> a -> g
 g -> bad if broken = true
 g -> good default
 sub H event
  start h error=E1
  user c
  end d
  h -> c -> d
boundary x on=S error=
user o
user n
end e
end oe
s -> S -> n -> e
x -> o -> oe
"""

    def test_it_does_not_wait_for_anything_outside(self):
        assert Run(self.WORK).open == ["j"]

    def test_it_goes_before_the_edge_of_its_scope(self):
        run = Run(self.WORK).fail("j", "E1")
        assert run.open == ["c"] and run.do("c").open == ["n"]

    def test_an_error_end_event_reaches_it_too(self):
        run = Run(self.WORK).do("j").do("a", broken=True)
        assert run.open == ["c"] and run.count("completed", "bad") == 1 and run.count("cancelled", "bad") == 0

    def test_another_code_goes_to_the_edge(self):
        assert Run(self.WORK).fail("j", "E2").open == ["o"]

    def test_without_a_code_it_catches_all_but_the_one_with_the_code_goes_first(self):
        two = "start h error=E1\n  user c\n  end d\n  h -> c -> d\n sub K event\n  start k error=\n  user z\n  k -> z"
        drawing = self.WORK.replace("start h error=E1\n  user c\n  end d\n  h -> c -> d", two)
        assert Run(drawing).fail("j", "E1").open == ["c"]
        assert Run(drawing).fail("j", "E7").open == ["z"]

    def test_an_edge_of_the_activity_itself_goes_before_the_scope(self):
        drawing = self.WORK.replace(" user a\n", " user a\n boundary y on=j error=E1\n user m\n y -> m\n", 1)
        assert Run(drawing).fail("j", "E1").open == ["m"]

    def test_an_error_inside_the_handler_goes_outward(self):
        drawing = self.WORK.replace("end d\n", "end d error=E1\n")
        run = Run(drawing).fail("j", "E1").do("c")
        assert run.open == ["o"] and run.count("cancelled", "S") == 1

    def test_an_error_inside_the_handler_is_not_for_another_handler_of_the_interrupted_scope(self):
        drawing = self.WORK.replace("end d\n", "end d error=E2\n").replace(
            "boundary x", " sub K event\n  start k error=E2\n  user z\n  k -> z\nboundary x"
        )
        assert Run(drawing).fail("j", "E1").do("c").open == ["o"]

    def test_an_error_inside_a_handler_that_runs_beside_is_for_the_scope(self):
        drawing = self.WORK.replace(
            "boundary x", " sub Q event\n  start q message=m quiet\n  service w topic=t\n  q -> w\nboundary x"
        )
        run = Run(drawing).happen("q").fail("w", "E1")
        assert run.open == ["c"] and run.count("cancelled", "j") == run.count("cancelled", "Q") == 1

    def test_at_the_top_it_saves_the_process(self):
        run = Run(at_top("error=E1", "").replace("end e", "end e error=E1")).do("a").do("b")
        assert run.open == ["c"] and run.thrown == [] and run.do("c").finished

    def test_inside_the_handler_at_the_top_an_error_ends_the_process_with_it(self):
        run = Run(at_top("error=E1").replace("end e", "end e error=E1").replace("end d", "end d error=E1"))
        run.do("a").do("b").do("c")
        assert run.finished and run.thrown == [Thrown("error", "E1")]

    def test_a_job_in_the_handler_that_nothing_catches_changes_nothing(self):
        run = Run(at_top("error=E1").replace("user b", "service b topic=t").replace("user c", "service c topic=t"))
        run.do("a").fail("b", "E1")
        with pytest.raises(engine.UncaughtError):
            run.fail("c", "E1")
        assert run.do("c").finished

    def test_an_error_two_sub_processes_below_comes_up_to_it(self):
        drawing = (
            inside("error=E1")
            .replace(" user a", " sub U\n  start u\n  service j topic=t\n  u -> j\n")
            .replace("si -> a ->", "si -> U ->")
        )
        assert Run(drawing).fail("j", "E1").open == ["c"]

    def test_an_error_of_a_called_process_comes_to_it(self):
        assert Run(inside("error=E1").replace("user a", "call a calls=q")).fail("a", "E1").open == ["c"]


class TestEscalations:
    def drawing(self, start: str, thrower: str = "throw t escalation=late") -> str:
        return f"""
start s
sub S
 start si
 user a
 {thrower}
 user b
 si -> a -> t -> b
 sub H event
  start h {start}
  user c
  end d
  h -> c -> d
boundary x on=S escalation= quiet
user o
user n
end e
s -> S -> n -> e
x -> o
"""

    def test_interrupting_it_takes_over(self):
        run = Run(self.drawing("escalation=late")).do("a")
        assert run.open == ["c"] and run.thrown == [] and run.do("c").open == ["n"]

    def test_not_interrupting_it_runs_beside(self):
        run = Run(self.drawing("escalation=late quiet")).do("a")
        assert run.open == ["b", "c"] and run.do("b").do("c").open == ["n"]

    def test_another_code_goes_to_the_edge(self):
        run = Run(self.drawing("escalation=never quiet")).do("a")
        assert run.open == ["b", "o"]

    def test_without_a_code_it_catches_every_one(self):
        assert Run(self.drawing("escalation= quiet")).do("a").open == ["b", "c"]

    def test_not_interrupting_it_comes_as_often_as_it_is_thrown(self):
        run = Run(
            self.drawing("escalation=late quiet")
            .replace("t -> b", "t -> g\n g -> a if again = true\n g -> b default")
            .replace(" user b", " user b\n xor g")
        )
        for _ in range(5):
            run.do("a", again=True)
        assert run.open == ["a", *["c"] * 5]

    def test_thrown_inside_the_handler_it_goes_outward(self):
        drawing = self.drawing("escalation=late quiet").replace("end d", "end d escalation=late")
        run = Run(drawing).do("a").do("c")
        assert run.open == ["b", "o"]

    def test_an_end_event_may_throw_it(self):
        run = Run(
            self.drawing("escalation=late").replace("throw t", "end t").replace("t -> b", "t").replace("user b\n", "\n")
        )
        assert run.do("a").open == ["c"] and run.count("completed", "t") == 1

    def test_one_of_a_called_process_comes_to_it(self):
        run = Run(self.drawing("escalation=late quiet").replace("user a", "call a calls=q"))
        run._take(engine.throw_escalation(run.model, run.state, run.wait("a").token_id, "late", run.around))
        assert run.open == ["a", "c"] and run.thrown == []

    def test_one_of_a_called_process_that_nothing_catches_goes_on_to_the_next_caller(self):
        run = Run("start s\ncall a calls=q\nend e\ns -> a -> e")
        run._take(engine.throw_escalation(run.model, run.state, run.wait("a").token_id, "late", run.around))
        assert run.open == ["a"] and run.thrown == [Thrown("escalation", "late")]


class TestSignals:
    def test_one_thrown_inside_its_scope_reaches_it_and_leaves(self):
        run = Run(at_top("signal=stop").replace("user b", "throw b signal=stop")).do("a")
        assert run.open == ["c"] and run.thrown == [Thrown("signal", "stop")]

    def test_all_handlers_of_that_name_hear_it(self):
        more = "sub K event\n start k signal=news quiet\n user z\n k -> z"
        run = Run(at_top("signal=news quiet", more).replace("user b", "throw b signal=news")).do("a")
        assert run.open == ["c", "z"]


class TestNested:
    DRAWING = """
start s
user a
end e
s -> a -> e
sub H event
 start h message=first quiet
 user c
 end d
 h -> c -> d
 sub K event
  start k message=second
  user z
  end y
  k -> z -> y
 sub T event
  start t timer=PT1H quiet
  user w
  t -> w
"""

    def test_it_waits_only_while_the_outer_one_runs(self):
        run = Run(self.DRAWING)
        assert run.open == ["a", "h"]
        assert run.happen("h").open == ["a", "c", "h", "k", "t"]
        assert run.do("c").open == ["a", "h"]

    def test_it_interrupts_its_own_run_of_the_outer_one_only(self):
        run = Run(self.DRAWING).happen("h").happen("h")
        assert run.open == ["a", "c", "c", "h", "k", "k", "t", "t"]
        run.happen("k", 1)
        assert run.open == ["a", "c", "h", "k", "t", "z"]
        assert run.do("z").do("c").open == ["a", "h"]

    def test_beside_it_runs_in_the_outer_one(self):
        run = Run(self.DRAWING).happen("h").happen("t")
        assert run.open == ["a", "c", "h", "k", "w"]
        assert run.do("c").open == ["a", "h", "w"] and run.do("a").open == ["w"] and run.do("w").finished

    def test_a_sub_process_within_may_have_its_own(self):
        run = Run("""
start s
user a
s -> a
sub H event
 start h message=m
 sub U
  start u
  user c
  u -> c
  sub K event
   start k error=E1
   user z
   k -> z
 h -> U
""")
        assert run.happen("h").open == ["c"] and run.do("c").finished


class TestRepeated:
    DRAWING = """
start s
sub S each=people item=who {marks}
 start si
 user a
 si -> a
 sub H event
  start h message=news key=who {quiet}
  user c
  h -> c
user n
s -> S -> n
"""

    def drawing(self, marks="", quiet=""):
        return self.DRAWING.format(marks=marks, quiet=quiet)

    def test_each_instance_has_its_own_with_its_own_item(self):
        run = Run(self.drawing(), people=["anna", "bob"])
        assert [wait.correlation_key for wait in run.step.waits if wait.activity_id == "h"] == ["anna", "bob"]
        run.happen("h", 1)
        assert run.open == ["a", "c", "h"] and run.wait("c").variables["who"] == "bob"
        assert run.do("c").open == ["a", "h"] and run.do("a").open == ["n"]

    def test_one_after_the_other_too(self):
        run = Run(self.drawing("sequential", "quiet"), people=["anna", "bob"]).happen("h").do("a")
        assert run.open == ["c"]
        run.do("c")
        assert run.wait("a").variables["who"] == "bob" and run.wait("h").correlation_key == "bob"

    def test_a_standard_loop_has_one_for_each_round(self):
        drawing = self.drawing().replace("each=people item=who", "loop=true max=2").replace(" key=who", "")
        run = Run(drawing).happen("h").do("c")
        assert run.open == ["a", "h"] and run.do("a").open == ["n"]

    def test_terminate_inside_ends_its_own_run_only(self):
        drawing = (
            self.drawing()
            .replace("h -> c", "end d terminate\n  h -> c -> d")
            .replace("si -> a", "user b\n si -> a\n si -> b")
        )
        run = Run(drawing.replace("key=who ", "key=who quiet"), people=["anna", "bob"]).happen("h").do("c")
        assert run.open == ["a", "a", "b", "b", "h", "h"]


def test_a_message_key_is_computed_when_the_scope_begins():
    run = Run(at_top("message=news key=number"), number=7)
    assert run.wait("h").correlation_key == "7" and run.wait("h").kind is WaitKind.MESSAGE


def test_terminate_in_the_scope_takes_handlers_that_run_away():
    run = Run(inside("message=news quiet").replace("end se", "end se terminate")).happen("h").do("a").do("b")
    assert run.open == ["n"] and run.count("cancelled", "c") == 1


def test_withdrawing_takes_all_away():
    run = Run(at_top("message=news quiet")).happen("h").cancel()
    assert run.finished and run.open == []


def test_those_that_wait_are_no_places_where_the_process_stands():
    run = Run(at_top("message=news quiet"))
    assert set(engine.live_tokens(run.model, run.state).values()) == {"a"}
    run.happen("h")
    assert sorted(engine.live_tokens(run.model, run.state).values()) == ["H", "a", "c"]


def test_the_history_tells_what_came_and_what_it_began():
    run = Run(at_top("message=news"))
    before = len(run.history)
    run.happen("h")
    assert run.history[before:] == [
        ("caught", "h"),
        ("cancelled", "a"),
        ("entered", "H"),
        ("completed", "h"),
        ("entered", "c"),
    ]


def test_an_inclusive_join_does_not_wait_for_what_only_a_handler_would_bring():
    run = Run(
        """
start s
or o
user a
user b
or j
user z
s -> o
o -> a if x > 0
o -> b if x > 1
o -> z default
a -> j
b -> j
j -> z
sub H event
 start h message=m quiet
 user c
 h -> c
""",
        x=1,
    )
    run.happen("h")
    assert run.do("a").open == ["c", "h", "z"]


def test_a_process_that_begins_by_a_message_has_its_handlers_from_the_start():
    assert Run(at_top("signal=stop").replace("start s", "start s message=order")).open == ["a", "h"]


def test_a_flag_may_be_written_as_a_number():
    xml = (
        bpmn(at_top("message=news quiet"))
        .replace(b'"false"', b'"0"')
        .replace(b'triggeredByEvent="true"', b'triggeredByEvent="1"')
    )
    assert b'isInterrupting="0"' in xml and Run(xml).happen("h").open == ["a", "c", "h"]
