"""Walks through a random process: whatever is open is answered at random, in the real thing and in the token game, and
after every step the real thing stands where a game stands."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from tests.workflow.engine.games import Games, TooMany
from tests.workflow.engine.holding import Key
from tests.workflow.engine.wild import Wild
from workflow import engine
from workflow.engine import WaitKind
from workflow.errors import DefinitionRefused

CODES = ["K1", "K2", "K3"]
CROWD = 25  # things open above which a walk ends: a loop that only makes more of them
POSSIBILITIES = 40  # games that agree


@dataclass(frozen=True)
class Open:
    """One thing that is waited for; `at`: whatever the real thing knows it by."""

    kind: WaitKind
    activity: str
    counter: int
    at: Any

    @property
    def key(self) -> Key:
        return self.activity, self.counter


class Real(Protocol):
    """An instance in the engine, or in a database."""

    runs_away: bool  # whether it may be asked for what has no end
    sees: tuple[str, ...]  # kinds of what leaves the process

    def begin(self, wild: Wild, start: str, variables: dict[str, int]) -> None: ...
    def open(self) -> list[Open]: ...
    def finished(self) -> bool: ...
    def thrown(self) -> Counter[tuple[str, str]]: ...
    def foresee(self, what: Open | None, act: str, variables: dict[str, int]) -> dict[str, int]: ...
    def instead(self, what: Open) -> Open: ...
    def come(self, what: Open, variables: dict[str, int]) -> None: ...
    def fail(self, what: Open, code: str, variables: dict[str, int]) -> None: ...
    def refuse(self, what: Open, code: str, variables: dict[str, int]) -> None: ...
    def escalate(self, what: Open, code: str, variables: dict[str, int]) -> None: ...
    def change(self, variables: dict[str, int]) -> None: ...
    def cancel(self) -> None: ...


def walk(seed: int, real: Real, steps: int = 40) -> str:
    """Draw a process and walk through it; how it ended. Raises AssertionError with the seed and the drawing."""
    chance = random.Random(seed)
    wild = Wild(chance)
    walker = Walker(wild, chance, real)
    try:
        return walker.go(steps)
    except TooMany:
        return "too many orders"
    except DefinitionRefused:
        return "refused by its trial start"
    except AssertionError as difference:
        raise AssertionError(f"seed {seed}\n{wild.drawing}\n{walker.told}\n{difference}") from difference


class Walker:
    def __init__(self, wild: Wild, chance: random.Random, real: Real) -> None:
        self.wild, self.chance, self.real = wild, chance, real
        self.told: list[Any] = []  # what was done

    def go(self, steps: int) -> str:
        """Begin, walk, and withdraw what has not ended."""
        chosen, start = self.wild.chosen(), self.chance.choice(self.wild.starts)
        self.games = Games(self.wild, chosen, start)
        self.told.append((start, chosen))
        trouble = self.tried(lambda: self.real.begin(self.wild, start, chosen))
        if trouble:
            return trouble
        try:
            end = self.steps(steps)
        except TooMany:
            end = "too many orders"
        if not self.real.finished():
            self.real.cancel()
        assert self.real.finished() and not self.real.open()
        return end

    def steps(self, steps: int) -> str:
        for _ in range(steps):
            self.compare()
            open_ = self.real.open()
            if self.real.finished():
                return "finished"
            if len(open_) > CROWD or len(self.games.games) > POSSIBILITIES:
                break
            trouble = self.step(open_)
            if trouble:
                return trouble
        return "cancelled"

    def compare(self) -> None:
        open_ = Counter(each.key for each in self.real.open())
        seen = (open_, self.real.finished(), self.real.thrown(), self.real.sees)
        before = [(game.open(), game.finished, game.thrown) for game in self.games.games[:3]]
        assert self.games.see(*seen), f"the real one: {seen}\nthe games: {before}"

    def step(self, open_: list[Open]) -> str | None:
        """One thing that is open is done in both, or variables change."""
        able = sorted((each for each in open_ if each.kind is not WaitKind.CONDITION), key=lambda each: each.key)
        what = self.real.instead(self.chance.choice(able)) if able else None
        act = self.chosen(what)
        variables = self.wild.chosen()
        self.told.append((act.__name__, what and what.key, variables))
        return act(what, variables)

    def chosen(self, what: Open | None) -> Callable[[Open | None, dict[str, int]], str | None]:
        if what is None or self.chance.random() < 0.1:
            return self.change
        if what.kind in (WaitKind.JOB, WaitKind.CALL) and self.chance.random() < 0.3:
            passes = what.kind is WaitKind.CALL and "escalation" in self.real.sees
            return self.escalate if passes and self.chance.random() < 0.5 else self.fail
        return self.come

    def change(self, what: Open | None, variables: dict[str, int]) -> str | None:
        self.games.change(self.real.foresee(None, "change", variables))
        return self.tried(lambda: self.real.change(variables))

    def come(self, what: Open, variables: dict[str, int]) -> str | None:
        self.games.act(what.key, self.real.foresee(what, "come", variables))
        return self.tried(lambda: self.real.come(what, variables))

    def fail(self, what: Open, variables: dict[str, int]) -> str | None:
        """Work throws an error: to an edge or a scope around, or nowhere and then nothing has changed."""
        code = self.chance.choice(CODES)
        if self.games.throw(what.key, "error", code, self.real.foresee(what, "fail", variables)):
            return self.tried(lambda: self.real.fail(what, code, variables))
        self.real.refuse(what, code, variables)
        return self.change(what, variables)

    def escalate(self, what: Open, variables: dict[str, int]) -> str | None:
        """A called process throws an escalation; uncaught it only leaves."""
        code = self.chance.choice(CODES)
        self.games.throw(what.key, "escalation", code, variables)
        return self.tried(lambda: self.real.escalate(what, code, variables))

    def tried(self, act: Callable[[], None]) -> str | None:
        """Do it in the real one; what has no end there has none in a game, and what stands still, stands still in one."""
        if not self.real.runs_away and (trouble := self.games.trouble()):
            return trouble
        try:
            act()
        except engine.BudgetExceeded:
            assert self.games.endless
            return "endless"
        if not self.real.open() and not self.real.finished():
            self.compare()
            return "stuck"
        return None
