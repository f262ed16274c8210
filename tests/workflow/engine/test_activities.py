"""Activities: who waits for what, loops, sub-processes, calls."""

import pytest

from tests.workflow.engine.drawing import NOW, Run, bpmn
from workflow import engine
from workflow.engine import Around, WaitKind
from workflow.errors import Invalid

LINE = "start s\nuser a\nend e\ns -> a -> e"


def test_a_user_task_waits_for_a_person_and_then_the_process_ends():
    run = Run(LINE)
    assert run.open == ["a"] and run.wait("a").kind is WaitKind.USER_TASK and not run.finished
    run.do("a")
    assert run.finished and run.open == []
    assert run.history == [
        ("entered", "s"),
        ("completed", "s"),
        ("entered", "a"),
        ("completed", "a"),
        ("entered", "e"),
        ("completed", "e"),
    ]


def test_a_manual_task_waits_for_a_person_and_a_task_without_type_is_done_at_once():
    run = Run("start s\ntask t\nmanual m\nend e\ns -> t -> m -> e")
    assert run.count("completed", "t") == 1
    assert run.wait("m").kind is WaitKind.USER_TASK
    assert run.do("m").finished


@pytest.mark.parametrize("kind", ["service", "send"])
def test_machine_work_waits_as_a_job_with_its_topic(kind):
    run = Run(f"start s\n{kind} j topic=province.push\nend e\ns -> j -> e")
    assert (run.wait("j").kind, run.wait("j").name) == (WaitKind.JOB, "province.push")
    assert run.do("j").finished


def test_a_call_activity_waits_for_the_called_process_by_name():
    run = Run("start s\ncall c calls=loan\nend e\ns -> c -> e")
    assert (run.wait("c").kind, run.wait("c").name) == (WaitKind.CALL, "loan")
    assert run.do("c").finished


def test_the_called_process_may_be_chosen_by_an_expression():
    run = Run("start s\ncall c calls=${which}\nend e\ns -> c -> e", which="loan")
    assert run.wait("c").name == "loan"


def test_a_call_that_names_no_process_is_refused_with_a_sentence():
    with pytest.raises(engine.EngineProblem, match="“c” names no process to call"):
        Run("start s\ncall c calls=${which}\nend e\ns -> c -> e")


def test_what_a_function_of_the_house_refuses_is_told_with_the_element():
    def refuse(day):
        raise Invalid(message="There is no calendar for {day}.", day=day)

    model = engine.parse(bpmn("start s\ncatch c date=working_days(day)\nend e\ns -> c -> e"))
    with pytest.raises(
        engine.ExpressionFailed, match="“working_days\\(day\\)” at “c” cannot be used: There is no calendar for 2040"
    ) as failed:
        engine.start(model, Around({"day": "2040"}, NOW, {"working_days": refuse}))
    assert failed.value.activity_id == "c"


def test_a_receive_task_waits_for_its_message_with_its_key():
    run = Run("start s\nreceive r message=paid key=number\nend e\ns -> r -> e", number=17)
    wait = run.wait("r")
    assert (wait.kind, wait.name, wait.correlation_key) == (WaitKind.MESSAGE, "paid", "17")
    assert run.happen("r").finished


def test_a_token_id_stays_the_same_while_others_move():
    run = Run("start s\nand f\nuser a\nuser b\nuser c\nand j\nend e\ns -> f -> a -> c -> j -> e\nf -> b -> j")
    before = run.wait("b").token_id
    run.do("a").do("c")
    assert run.wait("b").token_id == before


def test_a_token_can_be_completed_only_once():
    run = Run(LINE)
    token, state = run.wait("a").token_id, run.state
    done = engine.complete(run.model, state, token, run.around)
    with pytest.raises(engine.TokenGone):
        engine.complete(run.model, done.state, token, run.around)


@pytest.mark.parametrize("verb", [engine.fire, engine.deliver])
def test_a_user_task_is_no_timer_and_no_message(verb):
    run = Run(LINE)
    with pytest.raises(engine.TokenGone):
        verb(run.model, run.state, run.wait("a").token_id, run.around)


def test_a_cancelled_instance_is_finished_and_says_what_was_cancelled():
    run = Run("start s\nsub S\n start si\n user a\n end ei\n si -> a -> ei\nend e\ns -> S -> e").cancel()
    assert run.finished and run.open == []
    assert run.count("cancelled", "a") == 1 and run.count("cancelled", "S") == 1


class TestSubProcess:
    DRAWING = """
start s
sub S
 start si
 and f
 user a
 user b
 end e1
 end e2
 si -> f -> a -> e1
 f -> b -> e2
user after
end e
s -> S -> after -> e
"""

    def test_it_is_done_when_nothing_is_left_inside(self):
        run = Run(self.DRAWING)
        assert run.open == ["a", "b"]
        assert run.do("a").open == ["b"]
        assert run.do("b").open == ["after"]

    def test_terminate_ends_only_its_own_scope(self):
        run = Run(self.DRAWING.replace("end e1", "end e1 terminate"))
        assert run.do("a").open == ["after"]
        assert run.count("cancelled", "b") == 1 and run.count("completed", "S") == 1

    def test_it_may_hold_another_one(self):
        run = Run("""
start s
sub S
 start si
 sub T
  start ti
  user a
  end te
  ti -> a -> te
 end se
 si -> T -> se
end e
s -> S -> e
""")
        assert run.open == ["a"] and run.do("a").finished


class TestMultiInstance:
    def drawing(self, marker):
        return f"start s\nuser v {marker}\nuser after\nend e\ns -> v -> after -> e"

    def test_parallel_opens_all_and_goes_on_after_the_last(self):
        run = Run(self.drawing("times=3"))
        assert run.open == ["v", "v", "v"]
        assert run.do("v", 1).do("v").open == ["v"]
        assert run.do("v").open == ["after"]

    def test_each_instance_knows_its_item_and_counter(self):
        run = Run(self.drawing("each=people item=who"), people=["anna", "bob"])
        assert [wait.variables for wait in run.step.waits] == [
            {"who": "anna", "loopCounter": 1},
            {"who": "bob", "loopCounter": 2},
        ]

    def test_sequential_opens_one_after_the_other(self):
        run = Run(self.drawing("each=people item=who sequential"), people=["anna", None, "carl"])
        seen = []
        while run.open == ["v"]:
            seen.append(run.wait("v").variables["who"])
            run.do("v")
        assert seen == ["anna", None, "carl"] and run.open == ["after"]

    def test_none_to_do_goes_on_at_once(self):
        assert Run(self.drawing("each=people"), people=[]).open == ["after"]

    def test_what_is_no_list_is_refused_with_a_sentence(self):
        with pytest.raises(engine.EngineProblem, match="“v” needs a list"):
            Run(self.drawing("each=people"), people="anna")

    @pytest.mark.parametrize("number", [-1, "three", 1.5, 10_001, None])
    def test_what_is_no_number_is_refused_with_a_sentence(self, number):
        with pytest.raises(engine.EngineProblem, match="whole number"):
            Run(self.drawing("times=number"), number=number)

    def test_too_many_parallel_instances_are_refused(self):
        with pytest.raises(engine.BudgetExceeded, match="number of tokens"):
            Run(self.drawing("times=3001"))

    def test_the_completion_condition_cancels_the_rest(self):
        run = Run(self.drawing('times=5 until="nrOfCompletedInstances >= 2 and nrOfInstances = 5"'))
        run.do("v").do("v")
        assert run.open == ["after"] and run.count("cancelled", "v") == 3

    def test_the_completion_condition_sees_the_answers(self):
        run = Run(self.drawing('times=3 sequential until="vote = \\"no\\""').replace('\\"', "'"))
        assert run.do("v", vote="yes").open == ["v"]
        assert run.do("v", vote="no").open == ["after"]

    def test_results_are_collected_in_the_order_of_the_items(self):
        run = Run(self.drawing("each=people item=who output=votes result=vote"), people=["anna", "bob", "carl"])
        run.do("v", 2, vote="C").do("v", 0, vote="A").do("v", 0, vote="B")
        assert run.variables["votes"] == ["A", "B", "C"]

    def test_collecting_again_in_a_second_round_replaces_the_results(self):
        run = Run("""
start s
xor m
user v times=2 output=votes result=vote
xor g
end e
s -> m -> v -> g
g -> m if count(votes) = 2 and item(votes, 1) = "bad"
g -> e default
""")
        run.do("v", vote="bad").do("v", vote="bad")
        assert run.open == ["v", "v"]
        assert run.do("v", vote="fine").do("v", vote="ok").finished
        assert run.variables["votes"] == ["fine", "ok"]

    def test_each_sub_process_has_its_own_item(self):
        run = Run(
            """
start s
sub S each=people item=who
 start si
 user a
 user b
 end se
 si -> a -> b -> se
end e
s -> S -> e
""",
            people=["anna", "bob"],
        )
        run.do("a", 1)
        assert [(wait.activity_id, wait.variables["who"]) for wait in run.step.waits] == [("a", "anna"), ("b", "bob")]
        assert run.do("b").do("a").do("b").finished

    def test_a_boundary_event_interrupts_all_instances(self):
        run = Run("""
start s
user v times=3
boundary t on=v timer=P3D
user late
end e
end e2
s -> v -> e
t -> late -> e2
""")
        assert run.open == ["t", "v", "v", "v"]
        assert run.do("v").happen("t").open == ["late"]

    def test_an_error_in_one_instance_reaches_the_edge_of_all(self):
        run = Run("""
start s
service j topic=x times=2
boundary b on=j error=E1
end e
user fix
end e2
s -> j -> e
b -> fix -> e2
""")
        assert run.fail("j", "E1").open == ["fix"]

    def test_two_thousand_items_one_after_the_other(self):
        run = Run(self.drawing("times=2000 sequential"))
        for _ in range(2000):
            assert run.open == ["v"]
            run.step = engine.complete(run.model, run.step.state, run.wait("v").token_id, run.around)
        assert run.open == ["after"]


class TestStandardLoop:
    def drawing(self, marker):
        return f"start s\nuser v {marker}\nend e\ns -> v -> e"

    def test_it_repeats_while_the_condition_holds(self):
        run = Run(self.drawing('loop="again = true"'))
        assert run.do("v", again=True).do("v", again=True).open == ["v"]
        assert run.do("v", again=False).finished

    def test_the_maximum_ends_it(self):
        run = Run(self.drawing('loop="true" max=3'))
        assert run.do("v").do("v").open == ["v"] and run.do("v").finished

    def test_tested_before_it_may_not_run_at_all(self):
        assert Run(self.drawing('loop="again = true" before')).finished


def test_variables_of_the_token_are_seen_by_the_conditions_inside():
    run = Run(
        """
start s
sub S each=people item=who
 start si
 xor g
 user boss
 user other
 end e1
 end e2
 si -> g
 g -> boss if who = "anna"
 g -> other default
 boss -> e1
 other -> e2
end e
s -> S -> e
""",
        people=["anna", "bob"],
    )
    assert run.open == ["boss", "other"]


def test_start_chooses_among_several_start_events():
    model = engine.parse(
        bpmn("start s\nstart m message=order\nuser a\nuser b\nend e\nend e2\ns -> a -> e\nm -> b -> e2")
    )
    assert [(start.id, start.event, start.message) for start in model.starts] == [
        ("s", "none", None),
        ("m", "message", "order"),
    ]
    assert Run(model).open == ["a"]
    assert Run(model, start_id="m").open == ["b"]
    with pytest.raises(engine.EngineProblem, match="not a start event"):
        engine.start(model, Around({}, NOW), "a")


def test_a_timer_start_is_listed_with_its_text():
    model = engine.parse(bpmn("start s cycle=R/P1D\nuser a\nend e\ns -> a -> e"))
    assert model.starts[0].timer == "R/P1D" and Run(model).open == ["a"]


@pytest.mark.parametrize("marks", ["times=1000", "times=1000 sequential", 'loop="true" max=1000'])
def test_a_thousand_repetitions_of_automatic_work_are_done_in_one_step(marks):
    run = Run(f"start s\nsub S {marks}\n start i\n task t\n end o\n i -> t -> o\nuser n\ns -> S -> n")
    assert run.open == ["n"] and run.count("completed", "t") == 1000


def test_a_thousand_people_may_be_asked_at_once():
    run = Run(
        "start s\nuser a each=people item=who\nboundary b on=a message=m\nend e\nend f\ns -> a -> e\nb -> f",
        people=[*range(1000)],
    )
    assert len(run.open) == 1001 and run.do("a", 999).happen("b").finished
