"""Random processes without structure against the token game: whatever the engine does, the standard allows it."""

import random
from collections import Counter

import pytest

from tests.workflow.engine.drawing import Run
from tests.workflow.engine.games import Games, TooMany
from tests.workflow.engine.wild import Wild
from workflow import engine
from workflow.engine import WaitKind

SEEDS = 300
STEPS = 40
CROWD = 25  # things open above which a walk ends: a loop that only makes more of them
POSSIBILITIES = 40
WORK = (WaitKind.USER_TASK, WaitKind.JOB, WaitKind.CALL)


@pytest.mark.parametrize("first", range(0, SEEDS, 25))
def test_the_engine_does_what_the_token_game_allows(first):
    for seed in range(first, first + 25):
        walk(seed)


def walk(seed: int) -> str:
    """Draw, run and answer at random; after every step the engine stands where a game stands. How it ended."""
    chance = random.Random(seed)
    wild = Wild(chance)
    try:
        return Walk(wild, chance).go(f"seed {seed}\n{wild.drawing}")
    except TooMany:
        return "too many orders"


class Walk:
    """One instance of a Wild in the engine, and the games that agree with it."""

    def __init__(self, wild: Wild, chance: random.Random) -> None:
        self.wild, self.chance = wild, chance

    def go(self, said: str) -> str:
        chosen, start = self.wild.chosen(), self.chance.choice(self.wild.starts)
        self.games = Games(self.wild, chosen, start)
        try:
            self.run = Run(self.wild.model, start_id=start, **chosen)
        except engine.BudgetExceeded:
            assert self.games.endless, said
            return "endless"
        for _ in range(STEPS):
            assert self.games.see(*self.seen()), f"{said}\n{self.run.history}\n{self.seen()}"
            if self.run.finished or not self.run.open:
                return "finished" if self.run.finished else "stuck"
            if len(self.run.open) > CROWD or len(self.games.games) > POSSIBILITIES:
                break
            if not self.step():
                return "endless"
        self.run.cancel()
        assert self.run.finished and not self.run.open, said
        return "cancelled"

    def seen(self) -> tuple[Counter, bool, Counter]:
        open_ = Counter((wait.activity_id, _counter(wait)) for wait in self.run.step.waits)
        thrown = Counter((thrown.kind, thrown.name) for thrown in self.run.step.thrown)
        return open_, self.run.finished, thrown

    def step(self) -> bool:
        """One thing that is open is done in both; False when it would never come to an end, and both say so."""
        waits = sorted(self.run.step.waits, key=lambda wait: (wait.activity_id, _counter(wait)))
        able = [wait for wait in waits if wait.kind is not WaitKind.CONDITION]
        wait = self.chance.choice(able) if able else None
        act = self.chosen(wait)
        self.run.variables.update(self.wild.chosen())
        before = self.run.state
        try:
            act(wait, dict(self.run.variables))
        except engine.BudgetExceeded:
            assert self.run.state == before
            return False
        return True

    def chosen(self, wait):
        if wait is None or self.chance.random() < 0.1:
            return self.change
        if wait.kind in (WaitKind.JOB, WaitKind.CALL) and self.chance.random() < 0.3:
            return self.escalate if wait.kind is WaitKind.CALL and self.chance.random() < 0.5 else self.fail
        return self.go_on

    def change(self, wait: engine.Wait | None, variables: dict[str, int]) -> None:
        self.games.change(variables)
        self.both(self.run.change)

    def go_on(self, wait: engine.Wait, variables: dict[str, int]) -> None:
        self.games.act((wait.activity_id, _counter(wait)), variables)
        alike = [each for each in self.run.step.waits if each.activity_id == wait.activity_id]
        verb = self.run.do if wait.kind in WORK else self.run.happen
        self.both(verb, wait.activity_id, alike.index(wait))

    def fail(self, wait: engine.Wait, variables: dict[str, int]) -> None:
        """Work throws an error: to an edge or a scope around, or nowhere and then nothing has changed."""
        self.throw(wait, "error", engine.throw_error, variables)

    def escalate(self, wait: engine.Wait, variables: dict[str, int]) -> None:
        """A called process throws an escalation."""
        self.throw(wait, "escalation", engine.throw_escalation, variables)

    def throw(self, wait: engine.Wait, kind: str, verb, variables: dict[str, int]) -> None:
        code = self.chance.choice(["K1", "K2", "K3"])
        caught = self.games.throw((wait.activity_id, _counter(wait)), kind, code, variables)
        step = self.run.step
        try:
            self.both(lambda: self.run._take(verb(self.run.model, self.run.state, wait.token_id, code, self.run.around)))
        except engine.UncaughtError:
            assert not caught
            self.run.step = step
            self.games.change(variables)
            self.run.change()
        else:
            assert caught or kind == "escalation"

    def both(self, act, *words) -> None:
        """Do it in the engine; it comes to no end only where a game does."""
        try:
            act(*words)
        except engine.BudgetExceeded:
            assert self.games.endless, self.wild.drawing
            raise


def _counter(wait: engine.Wait) -> int:
    return wait.variables.get("loopCounter", 0)
