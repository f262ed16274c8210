"""Random processes without structure against the token game: whatever the engine does, the standard allows it."""

import random
from collections import Counter

import pytest

from tests.workflow.engine.drawing import Run
from tests.workflow.engine.game import Endless, Games
from tests.workflow.engine.wild import Wild
from workflow import engine
from workflow.engine import WaitKind

SEEDS = 300
STEPS = 40
CROWD = 25  # tokens at rest above which a walk ends: a loop that only makes more of them
POSSIBILITIES = 40


@pytest.mark.parametrize("first", range(0, SEEDS, 25))
def test_the_engine_does_what_the_token_game_allows(first):
    for seed in range(first, first + 25):
        walk(seed)


def walk(seed: int) -> str:
    """Draw, run and answer at random; after every step the engine stands where a game stands. How it ended."""
    chance = random.Random(seed)
    wild = Wild(chance)
    chosen = wild.chosen()
    try:
        run = Run(wild.model, **chosen)
    except engine.BudgetExceeded:
        with pytest.raises(Endless):
            Games(wild, chosen)
        return "endless"
    games = Games(wild, run.variables)
    for _ in range(STEPS):
        assert games.see(_open(run), run.finished), f"seed {seed}\n{wild.drawing}\n{run.history}\n{_open(run)}"
        if run.finished:
            return "finished"
        if not run.open:
            return "stuck"
        if len(run.open) > CROWD or len(games.games) > POSSIBILITIES:
            break
        if not _step(run, games, wild, chance):
            return "endless"
    run.cancel()
    assert run.finished and not run.open, f"seed {seed}"
    return "cancelled"


def _open(run: Run) -> Counter:
    return Counter((wait.activity_id, wait.variables.get("loopCounter", 0)) for wait in run.step.waits)


def _step(run: Run, games: Games, wild: Wild, chance: random.Random) -> bool:
    """One thing that is open is done in both; False when it would never come to an end, and both say so."""
    wait = chance.choice(
        sorted(run.step.waits, key=lambda wait: (wait.activity_id, wait.variables.get("loopCounter", 0)))
    )
    key = (wait.activity_id, wait.variables.get("loopCounter", 0))
    job = wait.kind in (WaitKind.JOB, WaitKind.CALL)
    act = _fail if job and chance.random() < 0.3 else _go_on
    run.variables.update(wild.chosen())
    before = run.state
    try:
        act(run, games, wait, key)
    except engine.BudgetExceeded:
        with pytest.raises(Endless):
            games.act(key, dict(run.variables))
        assert run.state == before
        return False
    return True


def _go_on(run: Run, games: Games, wait: engine.Wait, key: tuple[str, int]) -> None:
    alike = [each for each in run.step.waits if each.activity_id == wait.activity_id]
    done_by = (WaitKind.USER_TASK, WaitKind.JOB, WaitKind.CALL)
    verb = run.do if wait.kind in done_by else run.happen
    verb(wait.activity_id, alike.index(wait))
    games.act(key, dict(run.variables))


def _fail(run: Run, games: Games, wait: engine.Wait, key: tuple[str, int]) -> None:
    """A job throws an error: to an edge, or nowhere and then nothing has changed."""
    try:
        run._take(engine.throw_error(run.model, run.state, wait.token_id, "E1", run.around))
    except engine.UncaughtError:
        assert not games.fail(key, dict(run.variables))
        return
    assert games.fail(key, dict(run.variables))
