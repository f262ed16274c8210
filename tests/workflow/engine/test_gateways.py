"""Gateways: decisions, joins, loops around joins, the race of events."""

import pytest

from tests.workflow.engine.drawing import Run
from workflow import engine


class TestExclusive:
    DRAWING = """
start s
xor g
user a
user b
user c
end e
s -> g
g -> a if amount > 100
g -> b if amount > 10
g -> c default
a -> e
b -> e
c -> e
"""

    @pytest.mark.parametrize(
        ("amount", "open_"), [(200, ["a"]), (50, ["b"]), (1, ["c"]), (None, ["c"]), ("200", ["c"])]
    )
    def test_the_first_true_condition_decides_else_the_default(self, amount, open_):
        assert Run(self.DRAWING, amount=amount).open == open_

    def test_the_decision_keeps_the_values_it_used(self):
        run = Run(self.DRAWING, amount=50, other=1)
        decided = next(h for h in run.happenings if h.kind == "decided")
        assert decided.activity_id == "g" and decided.data == {"flows": ["g-b"], "values": {"amount": 50}}

    def test_without_a_true_condition_and_default_it_stops_with_a_sentence(self):
        drawing = self.DRAWING.replace("g -> c default", "g -> c if amount < 0")
        with pytest.raises(engine.NoWayOut, match="No condition at “g” is true"):
            Run(drawing, amount=5)

    def test_a_condition_that_is_neither_true_nor_false_stops_with_a_sentence(self):
        with pytest.raises(engine.ExpressionFailed, match="true or false"):
            Run(self.DRAWING.replace("amount > 100", "amount"), amount=5)

    def test_it_passes_every_token_on_when_ways_meet(self):
        run = Run("start s\nand f\nuser a\nuser b\nxor m\nuser c\nend e\ns -> f -> a -> m -> c -> e\nf -> b -> m")
        assert run.do("a").do("b").open == ["c", "c"]


class TestImplicit:
    def test_several_ways_out_of_a_task_are_all_taken(self):
        run = Run("start s\nuser a\nuser b\nuser c\nend e\ns -> a\na -> b -> e\na -> c -> e")
        assert run.do("a").open == ["b", "c"]

    def test_several_ways_into_a_task_open_it_each_time(self):
        run = Run("start s\nand f\nuser a\nuser b\nuser c\nend e\ns -> f -> a -> c -> e\nf -> b -> c")
        assert run.do("a").do("b").open == ["c", "c"]

    def test_conditions_on_flows_of_a_task_choose(self):
        drawing = "start s\nuser a\nuser b\nuser c\nuser d\nend e\ns -> a\na -> b if x = 1\na -> c if y = 1\na -> d default\nb -> e\nc -> e\nd -> e"
        assert Run(drawing).do("a", x=1, y=1).open == ["b", "c"]
        assert Run(drawing).do("a", x=1, y=0).open == ["b"]
        assert Run(drawing).do("a", x=0, y=0).open == ["d"]

    def test_a_task_that_leads_back_to_itself_may_repeat(self):
        run = Run("start s\nuser a\nuser b\nend e\ns -> a -> b\nb -> a if again = true\nb -> e default")
        assert run.do("a").do("b", again=True).open == ["a"]
        assert run.do("a").do("b", again=False).finished


class TestParallel:
    SPLIT = "start s\nand f\nuser a\nuser b\nand j\nuser c\nend e\ns -> f -> a -> j -> c -> e\nf -> b -> j"

    def test_the_join_waits_for_all(self):
        run = Run(self.SPLIT)
        assert run.do("a").open == ["b"]
        assert run.do("b").open == ["c"]

    @pytest.mark.parametrize("order", ["ab", "ba"])
    @pytest.mark.parametrize("second", ["ab", "ba"])
    def test_in_a_rework_loop_every_round_waits_for_all(self, order, second):
        run = Run("""
start s
xor m
and f
user a
user b
and j
xor g
end e
s -> m -> f -> a -> j -> g
f -> b -> j
g -> m if again = true
g -> e default
""")
        for name in order:
            run.do(name, again=True)
        assert run.open == ["a", "b"]
        assert run.do(second[0]).open == [second[1]]
        assert run.do(second[1], again=False).finished

    def test_one_gateway_may_join_and_split(self):
        run = Run(
            "start s\nand f\nuser a\nuser b\nand j\nuser c\nuser d\nend e\ns -> f -> a -> j\nf -> b -> j\nj -> c -> e\nj -> d -> e"
        )
        assert run.do("a").do("b").open == ["c", "d"]

    def test_a_surplus_token_waits_for_the_next_round_and_takes_nothing_away(self):
        run = Run("""
start s
and f
user a1
user a2
user b
user d
xor m
xor g
xor n
and j
user c
end e
s -> f
f -> a1 -> m
f -> a2 -> m
m -> j
f -> n
n -> b -> j
f -> d -> g
g -> n if more = true
g -> e default
j -> c -> e
""")
        run.do("d").do("a1").do("b")
        assert run.open == ["a2", "c"]
        run.do("a2")
        assert run.open == ["c"]
        run.do("c")
        assert not run.finished and "j" in engine.live_tokens(run.model, run.state).values()

    def test_fourteen_diamonds_in_a_row_cost_no_more_than_one(self):
        def drawing(k):
            lines = ["start s", "end e"]
            for i in range(k):
                lines += [
                    f"and f{i}",
                    f"user a{i}",
                    f"user b{i}",
                    f"and j{i}",
                    f"f{i} -> a{i} -> j{i}",
                    f"f{i} -> b{i} -> j{i}",
                ]
            ways = " -> ".join(["s", "f0"])
            lines += [ways, *(f"j{i} -> f{i + 1}" for i in range(k - 1)), f"j{k - 1} -> e"]
            return "\n".join(lines)

        sizes = []
        run = Run(drawing(14))
        for i in range(14):
            sizes.append(len(run.state))
            run.do(f"a{i}").do(f"b{i}")
        assert run.finished
        assert max(sizes) - min(sizes) < 10 and len(Run(drawing(1)).state) - sizes[0] in range(-2, 3)


class TestInclusive:
    DRAWING = """
start s
or f
user a
user b
user c
or j
user d
end e
s -> f
f -> a if x = 1
f -> b if y = 1
f -> c default
a -> j
b -> j
c -> j
j -> d -> e
"""

    @pytest.mark.parametrize(("x", "y", "open_"), [(1, 1, ["a", "b"]), (1, 0, ["a"]), (0, 1, ["b"]), (0, 0, ["c"])])
    def test_every_true_way_is_taken_and_only_those_are_waited_for(self, x, y, open_):
        run = Run(self.DRAWING, x=x, y=y)
        assert run.open == open_
        for name in open_:
            run.do(name)
        assert run.open == ["d"]

    def test_the_join_waits_for_a_token_deep_in_a_sub_process(self):
        run = Run("""
start s
and f
user a
sub S
 start si
 user b
 xor g1
 user c
 end se
 si -> b -> g1
 g1 -> c -> se
xor x1
xor x2
task t
or j
user d
end e
s -> f -> a -> j
f -> S -> x1 -> x2 -> t -> j
j -> d -> e
""")
        assert run.do("a").open == ["b"]
        assert run.do("b").open == ["c"]
        assert run.do("c").open == ["d"]

    def test_the_join_opens_when_the_other_way_turned_elsewhere(self):
        run = Run("""
start s
and f
user a
user b
xor g
or j
user d
end e
end e2
s -> f -> a -> j
f -> b -> g
g -> j if x = 1
g -> e2 default
j -> d -> e
""")
        assert run.do("a").open == ["b"]
        assert run.do("b", x=0).open == ["d"]

    def test_the_join_waits_for_what_a_boundary_event_may_still_bring(self):
        run = Run("""
start s
and f
user a
user b
boundary m on=b message=stop
end e2
or j
user d
end e
s -> f -> a -> j
f -> b -> e2
m -> j
j -> d -> e
""")
        assert run.do("a").open == ["b", "m"]
        assert run.do("b").open == ["d"]


class TestRaceOfEvents:
    DRAWING = """
start s
events g
catch paid message=paid key=number
catch soon timer=PT1H
catch late timer=P1D
receive back message=returned
user a
user b
user c
user d
end e
s -> g
g -> paid -> a -> e
g -> soon -> b -> e
g -> late -> c -> e
g -> back -> d -> e
"""

    @pytest.mark.parametrize(("event", "open_"), [("paid", "a"), ("soon", "b"), ("late", "c"), ("back", "d")])
    def test_the_first_event_decides_and_the_others_are_gone(self, event, open_):
        run = Run(self.DRAWING, number="7")
        assert run.open == ["back", "late", "paid", "soon"]
        assert run.happen(event).open == [open_]
        assert run.do(open_).finished

    def test_it_may_stand_in_a_loop(self):
        run = Run("""
start s
xor m
events g
catch again message=again
catch stop message=stop
end e
s -> m -> g
g -> again -> m
g -> stop -> e
""")
        for _ in range(3):
            run.happen("again")
        assert run.happen("stop").finished


def test_fifteen_hundred_rounds_of_a_loop_leave_the_state_as_it_was():
    run = Run(
        "start s\nxor m\nand f\nuser a\nuser b\nand j\nxor g\nend e\ns -> m -> f -> a -> j -> g\nf -> b -> j\ng -> m if n < 1500\ng -> e default"
    )
    step, size = run.step, len(run.step.state)
    for n in range(1, 1501):
        run.variables["n"] = n
        for name in ("a", "b"):
            token = next(wait.token_id for wait in step.waits if wait.activity_id == name)
            step = engine.complete(run.model, step.state, token, run.around)
        assert step.finished or len(step.state) == size
    assert step.finished


def test_an_automatic_process_that_runs_away_is_stopped_with_a_sentence():
    drawing = "start s\nxor m\nuser a times=0\nend e\nxor g\ns -> m -> a -> g\ng -> m if true\ng -> e default"
    with pytest.raises(engine.BudgetExceeded, match="number of automatic steps"):
        Run(drawing)


def test_five_hundred_tasks_in_a_row_run():
    names = [f"a{i}" for i in range(500)]
    run = Run("\n".join(["start s", "end e", *(f"user {name}" for name in names), " -> ".join(["s", *names, "e"])]))
    for name in names:
        run.do(name)
    assert run.finished
