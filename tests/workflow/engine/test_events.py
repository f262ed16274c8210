"""Events: timers, messages, signals, errors, escalations, terminate, links; in the middle, at the end, on edges."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.workflow.engine.drawing import NOW, Run, bpmn
from workflow import engine
from workflow.engine import Thrown, WaitKind


def edge(event, rest="quiet"):
    return f"start s\nuser a\nboundary b on=a {event} {rest}\nuser h\nend e\nend e2\ns -> a -> e\nb -> h -> e2"


class TestTimers:
    def due(self, event, **variables):
        return Run(f"start s\ncatch c {event}\nend e\ns -> c -> e", **variables).wait("c").due_at

    def test_a_duration_counts_from_now(self):
        assert self.due("timer=PT90M") == NOW + timedelta(minutes=90)

    def test_a_month_ends_at_the_last_day(self):
        assert self.due("timer=P1M") == datetime(2026, 8, 1, 1, tzinfo=UTC)

    def test_a_moment_is_taken_with_its_offset(self):
        assert self.due("date=2026-07-03T17:30:00+08:00") == datetime(2026, 7, 3, 9, 30, tzinfo=UTC)

    def test_a_day_begins_at_midnight_in_the_office(self):
        assert self.due("date=2026-07-03") == datetime(2026, 7, 2, 16, tzinfo=UTC)

    def test_an_expression_may_give_any_of_these(self):
        assert self.due("timer=${wait}", wait="PT1H") == NOW + timedelta(hours=1)
        assert self.due("date=deadline", deadline="2026-07-03T00:00:00Z") == datetime(2026, 7, 3, tzinfo=UTC)
        assert self.due('date="now() + days(2)"') == NOW + timedelta(days=2)

    def test_what_is_no_time_is_refused_with_a_sentence(self):
        with pytest.raises(engine.EngineProblem, match="gives no day, moment or duration but “soon”"):
            self.due("timer=wait", wait="soon")
        with pytest.raises(engine.EngineProblem, match="gives no day"):
            self.due("timer=missing")

    def test_firing_lets_the_process_go_on(self):
        run = Run("start s\ncatch c timer=PT1H\nend e\ns -> c -> e")
        assert run.wait("c").kind is WaitKind.TIMER and run.happen("c").finished

    def test_an_interrupting_timer_takes_the_task_away(self):
        run = Run(edge("timer=P3D", ""))
        assert run.open == ["a", "b"]
        assert run.happen("b").open == ["h"]
        assert run.count("cancelled", "a") == 1 and run.count("completed", "a") == 0
        assert run.do("h").finished

    def test_a_completed_task_takes_its_timer_along(self):
        run = Run(edge("timer=P3D", ""))
        assert run.do("a").finished and run.count("cancelled", "b") == 0

    def test_a_quiet_timer_leaves_the_task_open_and_comes_once(self):
        run = Run(edge("timer=P3D")).happen("b")
        assert run.open == ["a", "h"]
        assert not run.do("a").finished and run.do("h").finished

    def test_a_repeating_timer_comes_as_often_as_it_says(self):
        run = Run(edge("cycle=R3/P1D"))
        for number in (1, 2, 3):
            assert run.wait("b").due_at == NOW + timedelta(days=number)
            run.happen("b")
        assert run.open == ["a", "h", "h", "h"]

    def test_after_a_long_pause_a_repeating_timer_comes_once_and_goes_on_from_there(self):
        run = Run(edge("cycle=R/P1D"))
        run.pass_time(days=10, hours=1)
        run.happen("b")
        assert run.open == ["a", "b", "h"]
        assert run.wait("b").due_at == NOW + timedelta(days=11)
        assert [each.data for each in run.happenings if each.kind == "caught"] == [{"missed": 9}]

    def test_a_repeating_timer_may_have_a_first_day(self):
        run = Run(edge("cycle=R2/2026-08-01T09:00:00+08:00/P1W"))
        assert run.wait("b").due_at == datetime(2026, 8, 1, 1, tzinfo=UTC)


class TestMessages:
    def test_a_catch_event_waits_with_its_correlation_key(self):
        run = Run("start s\ncatch c message=paid key=number\nend e\ns -> c -> e", number="A-1")
        wait = run.wait("c")
        assert (wait.kind, wait.name, wait.correlation_key) == (WaitKind.MESSAGE, "paid", "A-1")
        assert run.happen("c").finished

    def test_a_quiet_boundary_message_may_come_again_and_again(self):
        run = Run(edge("message=news"))
        token = run.wait("b").token_id
        for _ in range(3):
            run.happen("b")
            assert run.wait("b").token_id == token
        assert run.open == ["a", "b", "h", "h", "h"]

    @pytest.mark.parametrize("place", ["throw t message=paid", "end t message=paid", "send t message=paid"])
    def test_a_thrown_message_leaves_with_key_and_payload(self, place):
        rest = "s -> t" if place.startswith("end") else "s -> t -> e\nend e"
        run = Run(f'start s\n{place} key=number payload="number, sum"\n{rest}', number=7, sum=300)
        assert run.thrown == [Thrown("message", "paid", "7", {"number": 7, "sum": 300})] and run.finished


class TestSignals:
    def test_a_signal_reaches_every_waiting_place_of_the_instance_and_leaves_it(self):
        run = Run("""
start s
and f
user a
boundary b on=a signal=stop
catch c signal=stop
user d
throw t signal=stop
user h
user k
end e
s -> f -> a -> e
b -> h -> e
f -> c -> k -> e
f -> d -> t -> e
""")
        assert run.open == ["a", "b", "c", "d"]
        run.do("d")
        assert run.open == ["h", "k"] and run.thrown == [Thrown("signal", "stop")]

    def test_a_signal_from_outside_is_delivered_to_one_token(self):
        run = Run("start s\ncatch c signal=stop\nend e\ns -> c -> e")
        assert run.wait("c").kind is WaitKind.SIGNAL and run.happen("c").finished

    def test_a_signal_end_event_throws_too(self):
        assert Run("start s\nend e signal=over\ns -> e").thrown == [Thrown("signal", "over")]

    def test_a_signal_may_take_its_own_sender_away(self):
        run = Run("""
start s
sub S
 start si
 user a
 throw t signal=stop
 user never
 end se
 si -> a -> t -> never -> se
boundary b on=S signal=stop
user h
end e
end e2
s -> S -> e
b -> h -> e2
""")
        assert run.do("a").open == ["h"]


class TestErrors:
    JOB = "start s\nservice j topic=x\nboundary b on=j error=E1\nuser h\nend e\nend e2\ns -> j -> e\nb -> h -> e2"

    def test_an_error_of_a_job_goes_to_its_edge(self):
        run = Run(self.JOB)
        assert run.open == ["j"] and run.fail("j", "E1").open == ["h"]

    def test_another_code_is_not_caught(self):
        with pytest.raises(engine.UncaughtError, match="E2") as raised:
            Run(self.JOB).fail("j", "E2")
        assert raised.value.code == "E2" and raised.value.activity_id == "j"

    def test_an_edge_without_code_catches_all_but_one_with_the_code_goes_first(self):
        drawing = self.JOB.replace("error=E1", "error=").replace(
            "user h", "boundary b1 on=j error=E1\nuser h\nuser h1\nb1 -> h1 -> e2"
        )
        assert Run(drawing).fail("j", "E1").open == ["h1"]
        assert Run(drawing).fail("j", "E7").open == ["h"]

    def test_an_error_without_a_code_is_caught_by_its_name_and_else_takes_any(self):
        two = self.JOB.replace("user h", "boundary b1 on=j error=E2\nuser h\nuser h1\nb1 -> h1 -> e2")
        model = engine.parse(bpmn(two).replace(b' errorCode="E1"', b"").replace(b' errorCode="E2"', b""))
        assert Run(model).fail("j", "E2").open == ["h1"] and Run(model).fail("j", "E1").open == ["h"]
        assert Run(model).fail("j", "E7").open == ["h"]

    SCOPE = """
start s
sub S
 start si
 and f
 user a
 user b
 end bad error=E1
 end good
 si -> f -> a -> bad
 f -> b -> good
boundary x on=S error=E1
user h
user n
end e
end e2
s -> S -> n -> e
x -> h -> e2
"""

    def test_an_error_end_event_stops_its_sub_process_and_nothing_after_it_runs(self):
        run = Run(self.SCOPE).do("a")
        assert run.open == ["h"] and run.count("cancelled", "b") == 1 and run.count("entered", "n") == 0

    def test_an_error_that_nothing_catches_ends_the_process_and_leaves_it(self):
        run = Run(self.SCOPE.replace("on=S error=E1", "on=S error=E9")).do("a")
        assert run.finished and run.thrown == [Thrown("error", "E1")]

    def test_an_error_of_a_call_goes_to_its_edge(self):
        assert Run(self.JOB.replace("service j topic=x", "call j calls=q")).fail("j", "E1").open == ["h"]

    def test_a_user_task_throws_no_error(self):
        with pytest.raises(engine.TokenGone):
            Run("start s\nuser a\nend e\ns -> a -> e").fail("a", "E1")


class TestEscalations:
    DRAWING = """
start s
sub S
 start si
 user a
 throw t escalation=late
 user b
 end se
 si -> a -> t -> b -> se
boundary x on=S escalation=late quiet
user h
end e
end e2
s -> S -> e
x -> h -> e2
"""

    def test_quiet_it_goes_on_beside(self):
        assert Run(self.DRAWING).do("a").open == ["b", "h"]

    def test_interrupting_it_takes_the_sub_process_away(self):
        assert Run(self.DRAWING.replace(" quiet", "")).do("a").open == ["h"]

    def test_uncaught_it_only_leaves_the_process(self):
        run = Run(self.DRAWING.replace("on=S escalation=late", "on=S escalation=other")).do("a")
        assert run.open == ["b"] and run.thrown == [Thrown("escalation", "late")]


def test_terminate_ends_everything():
    run = Run("start s\nand f\nuser a\nuser b\nend t terminate\nend e\ns -> f -> a -> t\nf -> b -> e")
    assert run.do("a").finished and run.count("cancelled", "b") == 1


def test_a_link_goes_to_its_other_half():
    run = Run("start s\nthrow l link=A\ncatch k link=A\nuser a\nend e\ns -> l\nk -> a -> e")
    assert run.open == ["a"] and run.do("a").finished


def test_a_boundary_event_on_a_sub_process_interrupts_all_inside():
    run = Run("""
start s
sub S
 start si
 and f
 user a
 sub T
  start ti
  user b
  boundary tb on=b timer=P1D
  end te
  ti -> b -> te
  tb -> te
 end se
 si -> f -> a -> se
 f -> T -> se
boundary x on=S message=stop
user h
end e
end e2
s -> S -> e
x -> h -> e2
""")
    assert run.open == ["a", "b", "tb", "x"]
    assert run.happen("x").open == ["h"]
    assert {name for kind, name in run.history if kind == "cancelled"} == {"S", "T", "a", "b"}


def test_a_message_start_event_starts_with_its_message():
    model = engine.parse(bpmn("start m message=order\nuser a\nend e\nm -> a -> e"))
    assert Run(model).open == ["a"]
