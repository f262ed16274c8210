"""Tokens moved and skipped at random: whatever is not refused leaves a process that still comes to its end.

MOVED_SEEDS=2000 walks further than the few that are walked each time.
"""

import os
import random

import pytest

from tests.workflow.engine.drawing import Run
from tests.workflow.engine.oracle_scopes import Blocks
from tests.workflow.engine.wild import Wild
from workflow import engine
from workflow.engine import EngineProblem, Standing, WaitKind
from workflow.errors import DefinitionRefused

SEEDS = int(os.environ.get("MOVED_SEEDS", "60"))
STEPS = 20
PATIENCE = 400  # answers after which a process that loops at random has ended
CROWD = 30  # waits above which a process that only makes more of them is left
BY_PERSON = (WaitKind.USER_TASK, WaitKind.JOB, WaitKind.CALL)


@pytest.mark.parametrize("first", range(0, SEEDS, 20))
def test_after_any_moves_a_sound_process_comes_to_its_end(first):
    for seed in range(first, first + 20):
        chance = random.Random(seed)
        blocks = Blocks(chance)
        try:
            run = Run(blocks.drawing, **blocks.chosen())
            _live(run, chance, blocks, seed)
        except (DefinitionRefused, engine.BudgetExceeded):
            continue  # it would never come to rest


def _live(run: Run, chance: random.Random, blocks: Blocks, seed: int) -> None:
    for _ in range(STEPS):
        if run.finished or len(run.open) > CROWD:
            break
        chance.choice([_answer, _skip, _move, _move])(run, chance, blocks.chosen)
    for _ in range(PATIENCE):
        if run.finished or len(run.open) > CROWD:
            return
        assert run.open, f"seed {seed}: stuck\n{blocks.drawing}\n{run.history}"
        _answer(run, chance, blocks.chosen)
    assert run.finished, f"seed {seed}\n{blocks.drawing}\n{run.history}"


@pytest.mark.parametrize("first", range(0, SEEDS // 2, 10))
def test_what_is_offered_is_accepted_and_nothing_else(first):
    accepted = refused = 0
    for seed in range(first, first + 10):
        chance = random.Random(seed)
        wild = Wild(chance)
        run = _begun(wild)
        for _ in range(3):
            places = [each for each in engine.standing(run.model, run.state) if each.moves] if run else []
            if not places:
                break
            place = chance.choice(places)
            offered = {each.activity_id: each.others for each in engine.targets(run.model, run.state, place.token_id)}
            for activity_id in run.model.activities.keys() - {place.activity_id}:
                sound = _is_sound(run, place, activity_id, offered.get(activity_id, ()))
                assert sound == (activity_id in offered), f"seed {seed}: {place} → {activity_id}\n{wild.drawing}"
                accepted, refused = accepted + sound, refused + (not sound)
            if not _on(run, chance, wild):
                break
    assert accepted and refused


@pytest.mark.parametrize("first", range(0, SEEDS // 2, 10))
def test_no_move_in_any_process_loses_or_doubles_what_it_does_not_touch(first):
    for seed in range(first, first + 10):
        chance = random.Random(seed)
        wild = Wild(chance)
        run = _begun(wild)
        places = [each for each in engine.standing(run.model, run.state) if each.moves] if run else []
        for place in places:
            for target in engine.targets(run.model, run.state, place.token_id):
                _check_the_others_stay(run, place, target)


def _check_the_others_stay(run: Run, place: Standing, target: engine.Target) -> None:
    """What stands neither in what was moved nor in what was taken along nor around it is there, unless a gateway or an
    end has consumed it."""
    before = {each.token_id: each for each in engine.standing(run.model, run.state)}
    try:
        step = engine.move(run.model, run.state, place.token_id, target.activity_id, run.around, target.others)
    except EngineProblem:
        return  # it led to where no condition is true
    assert engine.state_problems(run.model, step.state) == []
    assert step.finished or step.waits
    after = {each.token_id for each in engine.standing(run.model, step.state)}
    told = {happening.token_id for happening in step.happenings}
    for token_id in before.keys() - after:
        joined = run.model.activities[before[token_id].activity_id].kind.endswith("Gateway")
        assert token_id in told or joined, f"{before[token_id]} was lost without a word"


def _begun(wild: Wild) -> Run | None:
    try:
        run = Run(wild.model, **wild.chosen())
    except EngineProblem:
        return None  # a loop that never ends
    return None if run.finished else run


def _on(run: Run, chance: random.Random, wild: Wild) -> bool:
    """Answer something; whether the process goes on."""
    try:
        if run.open:
            _answer(run, chance, wild.chosen)
    except EngineProblem:
        return False
    return bool(run.open) and len(run.open) < 12


def _is_sound(run: Run, place: Standing, activity_id: str, others: tuple[str, ...]) -> bool:
    """Whether the move is not refused for the tokens' sake. Where it then leads is another matter."""
    before = run.state
    try:
        engine.move(run.model, run.state, place.token_id, activity_id, run.around, others)
    except EngineProblem as problem:
        assert run.state is before
        return problem.sentence.template.startswith(("No condition", "The process was stopped", "The process would"))
    return True


def _answer(run: Run, chance: random.Random, answers) -> None:
    """Somebody does something; where all wait for conditions only, variables change."""
    able = [wait for wait in run.step.waits if wait.kind is not WaitKind.CONDITION]
    if not able:
        run.variables.update(answers())
        run.change()
        return
    wait = chance.choice(sorted(able, key=lambda wait: (wait.activity_id, wait.variables.get("loopCounter", 0))))
    alike = [each for each in run.step.waits if each.activity_id == wait.activity_id]
    (run.do if wait.kind in BY_PERSON else run.happen)(wait.activity_id, alike.index(wait), **answers())


def _skip(run: Run, chance: random.Random, answers) -> None:
    run.variables.update(answers())
    places = [each for each in engine.standing(run.model, run.state) if each.skips]
    if not places:
        return
    run._take(engine.skip(run.model, run.state, chance.choice(places).token_id, run.around))


def _move(run: Run, chance: random.Random, answers) -> None:
    run.variables.update(answers())
    places = [each for each in engine.standing(run.model, run.state) if each.moves]
    if not places:
        return  # only an event sub-process waits for its event
    place = chance.choice(places)
    targets = engine.targets(run.model, run.state, place.token_id)
    if targets:
        target = chance.choice(targets)
        step = engine.move(run.model, run.state, place.token_id, target.activity_id, run.around, target.others)
        run._take(step)
