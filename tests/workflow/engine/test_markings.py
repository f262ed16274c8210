"""Where a process may stand: whatever the engine comes to is found possible, and what it never comes to is not."""

import os
import random

import pytest

from tests.workflow.engine.drawing import Run
from tests.workflow.engine.oracle_scopes import Blocks
from tests.workflow.engine.test_moving_at_random import _answer
from tests.workflow.engine.wild import Wild
from workflow import engine
from workflow.engine import EngineProblem, codec
from workflow.engine.markings import Play, place
from workflow.engine.scopes import Handler, Scope
from workflow.errors import DefinitionRefused

SEEDS = int(os.environ.get("MOVED_SEEDS", "60"))
CROWD = 10  # tokens in one scope above which a loop only makes more of them


@pytest.mark.parametrize("first", range(0, SEEDS, 20))
@pytest.mark.parametrize("drawn", [Blocks, Wild])
def test_where_a_process_comes_to_it_could_come_to(drawn, first):
    for seed in range(first, first + 20):
        chance = random.Random(seed)
        process = drawn(chance)
        try:
            run = Run(getattr(process, "model", process.drawing), **process.chosen())
            for _ in range(12):
                _check(run, f"seed {seed}\n{process.drawing}\n{run.history}")
                if not run.open or len(run.open) > CROWD:
                    break
                _answer(run, chance, process.chosen)
        except (EngineProblem, DefinitionRefused):
            continue  # it would never come to rest


def _check(run: Run, where: str) -> None:
    instance = codec.load(run.state, run.model.specification)
    for container in [instance.task_tree, *instance.tasks.values()]:
        if isinstance(container.task_spec, Scope) and not isinstance(container.task_spec, Handler):
            inside = [each for each in container.children if not each.task_spec.stands_by(each)]
            here = [place(each.task_spec, each.internal_data.get("flow", "")) for each in inside]
            here = [each for each in here if not isinstance(run.model.specification[each[0]], Handler)]
            if here and len(here) <= CROWD:
                assert Play(run.model.specification, container.task_spec.node.id).can_stand(here), f"{here}\n{where}"


def test_two_ways_of_a_choice_never_stand_together():
    play = _play("start s\nxor x\nuser a\nuser b\nend e\ns -> x\nx -> a if n = 1\nx -> b default\na -> e\nb -> e")

    assert play.can_stand([("a", "")]) and play.can_stand([("b", "")])
    assert not play.can_stand([("a", ""), ("b", "")])


def test_two_ways_of_a_split_stand_together_only():
    play = _play("start s\nand x\nuser a\nuser b\nand y\nend e\ns -> x -> a -> y\nx -> b -> y -> e")

    assert play.can_stand([("a", ""), ("b", "")]) and play.can_stand([("a", ""), ("y", "b-y")])
    for wrong in ([("a", "")], [("a", ""), ("a", "")], [("a", ""), ("y", "a-y")], [("a", ""), ("e", "")]):
        assert not play.can_stand(wrong)


def test_any_of_the_ways_of_an_inclusive_choice_stand_together():
    play = _play(
        "start s\nor x\nuser a\nuser b\nuser c\nend e\ns -> x\nx -> a if a\nx -> b if b\nx -> c default\na -> e\nb -> e\nc -> e"
    )

    assert play.can_stand([("a", ""), ("b", "")]) and play.can_stand([("a", "")]) and play.can_stand([("c", "")])
    assert not play.can_stand([("a", ""), ("c", "")])


def test_a_message_that_does_not_interrupt_may_come_any_number_of_times():
    play = _play("start s\nuser a\nboundary m on=a message=m quiet\nuser b\nend e\ns -> a -> e\nm -> b -> e")

    assert play.can_stand([("a", ""), ("b", ""), ("b", ""), ("b", "")])
    assert play.can_stand([("b", ""), ("b", "")])
    assert not play.can_stand([("a", ""), ("a", "")])


def test_many_parallel_ways_of_many_steps_are_judged_at_once():
    ways = range(12)
    steps = "\n".join(f"user w{way}s{step}" for way in ways for step in range(8))
    flows = "\n".join(f"x -> {' -> '.join(f'w{way}s{step}' for step in range(8))} -> y" for way in ways)
    play = _play(f"start s\nand x\n{steps}\nand y\nend e\ns -> x\n{flows}\ny -> e")

    assert play.can_stand([(f"w{way}s{way % 8}", "") for way in ways])
    assert not play.can_stand([(f"w{way}s{way % 8}", "") for way in ways[1:]])


def _play(drawing: str) -> Play:
    return Play(Run(drawing, n=1, a=True, b=False).model.specification, "")


def test_the_model_is_not_changed_by_playing_it():
    run = Run("start s\nuser a\nend e\ns -> a -> e")
    Play(run.model.specification, "").can_stand([("a", "")])

    assert engine.live_tokens(run.model, run.state) == {run.wait("a").token_id: "a"}
