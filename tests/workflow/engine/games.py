"""All games that agree with what was seen so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from tests.workflow.engine.game import Game
from tests.workflow.engine.holding import Held, Key
from tests.workflow.engine.joining import ready_joins
from tests.workflow.engine.wild import Wild

MOVES = 1_000  # in one step; a process that still moves then moves for ever
POSSIBILITIES = 250  # looked at in one step

CROWD = 60  # tokens of a game that could go on in several orders


class TooMany(Exception):
    """There are too many orders to follow."""


class Games:
    """`endless`: in the last step tokens of one of them never came to rest."""

    def __init__(self, wild: Wild, variables: dict[str, int], start: str) -> None:
        self.endless = False
        self.games = self._rest([Game(wild, variables, start)])

    def trouble(self) -> str | None:
        """What a real one would refuse: "endless", or "stuck" where one waits for nothing."""
        if self.endless:
            return "endless"
        return "stuck" if any(not game.finished and not game.open() for game in self.games) else None

    def see(
        self, open_: Counter[Key], finished: bool, thrown: Counter[tuple[str, str]], kinds: tuple[str, ...]
    ) -> bool:
        """Keep the games that look like this, as far as `kinds` of what leaves are seen; whether there are any."""
        self.games = [
            game
            for game in self.games
            if game.finished == finished
            and game.open() == open_
            and Counter(each for each in game.thrown if each[0] in kinds) == thrown
        ]
        return bool(self.games)

    def act(self, key: Key, variables: dict[str, int]) -> None:
        """The work is done, or the event comes."""
        self._each(key, variables, lambda game, place, what: game.act(place, what))

    def change(self, variables: dict[str, int]) -> None:
        """Variables change, nothing else."""
        self.games = self._rest([_next(game, variables) for game in self.games])

    def throw(self, key: Key, kind: str, code: str, variables: dict[str, int]) -> bool:
        """Work ends with an error, or a called process throws an escalation; False when no game catches it. An error
        is then as if it had not been, an escalation leaves the process."""
        before, caught = self.games, []
        self._each(key, variables, lambda game, place, what: caught.append(_throw(game, place, kind, code)))
        if kind == "error" and not all(caught):
            self.games = before
        return all(caught)

    def _each(self, key: Key, variables: dict[str, int], act: Callable) -> None:
        after = []
        for before in self.games:
            for number, (each, _, _) in enumerate(before.acts()):
                if each == key:
                    game = _next(before, variables)
                    _, place, what = game.acts()[number]
                    act(game, place, what)
                    after.append(game)
        self.games = self._rest(after)

    def _rest(self, games: Iterable[Game]) -> list[Game]:
        """Every way in which all tokens may come to rest."""
        resting: dict[tuple, Game] = {}
        seen: set[tuple] = set()
        todo, self.endless = list(games), False
        while todo:
            game = todo.pop()
            if not _settle(game):
                self.endless = True
                continue
            if seen and game.size() > CROWD:
                raise TooMany
            key = game.frozen()
            if key in seen:
                continue
            seen.add(key)
            if len(seen) > POSSIBILITIES:
                raise TooMany
            following = list(_following(game))
            if following:
                todo += following
            else:
                resting[key] = game
        self.endless = self.endless or not resting
        return list(resting.values())


def _throw(game: Game, place: Held, kind: str, code: str) -> bool:
    caught = game.catch(place, kind, code)
    if not caught:
        game.thrown.append((kind, code))
    return caught


def _next(game: Game, variables: dict[str, int]) -> Game:
    game = game.copy()
    game.variables, game.moves, game.thrown = variables, 0, []
    game.look_again()
    return game


def _settle(game: Game) -> bool:
    """All moves that disturb no other token; False when there is no end to them. Where another move might stop them,
    it hangs on the order how it ends."""
    while game.moves <= MOVES and (arrivals := game.arrivals(calm=True)):
        game.moves += 1
        game.arrive(*arrivals[0])
    if game.moves > MOVES and (_arrivals(game) or game.come_true()):
        raise TooMany
    return game.moves <= MOVES


def _following(game: Game) -> Iterable[Game]:
    """The games after each of the other moves; after none of them, after an inclusive join has opened."""
    for moves, move in ((_arrivals, Game.arrive), (Game.come_true, Game.meet), (ready_joins, Game.open_join)):
        if move is Game.open_join and (_arrivals(game) or game.come_true()):
            return
        for number in range(len(moves(game))):
            after = game.copy()
            move(after, *moves(after)[number])
            after.moves += 1
            yield after


def _arrivals(game: Game) -> list:
    return game.arrivals(calm=False)
