"""The token game of BPMN 2.0.2, chapter 13, played on a Wild process: an account of its own, written from the standard.

Save for inclusive joins the order in which tokens move makes no difference: each flow leads into one element, which
alone consumes what comes along it, and decisions hang on variables that stand still meanwhile. Inclusive joins open when
nothing else can move; where several could, and where one of several alike tokens is meant, every possibility is
followed. A game is one of these; `Games` are all that agree with what was seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from copy import deepcopy

from tests.workflow.engine.wild import Flow, Node, Wild

Key = tuple[str, int]  # activity id, loopCounter
MOVES = 1_000  # in one step; a process that still moves then moves for ever
WAITS = ("user", "service", "call", "catch")


class Endless(Exception):
    """The tokens never come to rest."""


class Scope:
    """The process, one run of a sub-process, or the repetitions of an activity: what is `held` inside."""

    def __init__(self, holder: Held | None, counter: int) -> None:
        self.holder, self.counter, self.held = holder, counter, []


class Held:
    """A token at rest. `body`: it is one repetition of its node; `flow`: how it came to the join it waits at."""

    def __init__(self, node: Node, scope: Scope, body: bool = False, flow: str | None = None) -> None:
        self.node, self.scope, self.body, self.flow = node, scope, body, flow
        self.inside: Scope | None = None
        self.armed: list[str] = []
        self.counter, self.begun, self.done = scope.counter, 0, 0

    def frozen(self) -> tuple:
        inside = () if self.inside is None else tuple(sorted(held.frozen() for held in self.inside.held))
        armed = tuple(sorted(self.armed))
        return (self.node.id, self.counter, self.body, self.flow or "", armed, self.begun, self.done, inside)


class Game:
    def __init__(self, wild: Wild, variables: dict[str, int]) -> None:
        self.wild, self.variables, self.over, self.moves = wild, variables, False, 0
        self.root = Scope(None, 0)
        self.pending: list[tuple[str, str | None, Scope]] = [(wild.begins[""], None, self.root)]

    # What is seen

    def all_held(self, scope: Scope | None = None) -> Iterator[Held]:
        for held in (scope or self.root).held:
            yield held
            if held.inside is not None:
                yield from self.all_held(held.inside)

    def open(self) -> Counter[Key]:
        return Counter(key for held in self.all_held() for key, _ in self._keys(held))

    def frozen(self) -> tuple:
        return tuple(sorted(held.frozen() for held in self.root.held))

    def _keys(self, held: Held) -> Iterator[tuple[Key, str]]:
        """What may be done at a token, and what that is: "done", or the event that comes."""
        if held.node.kind in WAITS and held.inside is None:
            yield (held.node.id, held.counter), "done"
        if held.node.kind == "events":
            yield from (((flow.target, held.counter), flow.target) for flow in held.node.flows)
        yield from (((event, held.counter), event) for event in held.armed)

    def _alive(self, scope: Scope) -> bool:
        while scope.holder is not None:
            if scope.holder not in scope.holder.scope.held:
                return False
            scope = scope.holder.scope
        return not self.over

    # What is done

    def acts(self, key: Key) -> list[tuple[Held, str]]:
        return [(held, what) for held in self.all_held() for each, what in self._keys(held) if each == key]

    def act(self, held: Held, what: str) -> None:
        if what == "done":
            self.finish(held)
        elif held.node.kind == "events":
            held.scope.held.remove(held)
            self.leave(self.wild.nodes[what], held.scope)
        else:
            self.edge(held, self.wild.nodes[what])

    def fail(self, held: Held) -> bool:
        """An error goes up to the nearest edge that catches it; False when there is none."""
        at: Held | None = held
        while at is not None:
            events = [self.wild.nodes[name] for name in ([] if at.body else at.node.boundaries)]
            errors = [event for event in events if event.event == "error"]
            if errors:
                self.edge(at, max(errors, key=lambda event: event.code))
                return True
            at = at.scope.holder
        return False

    def edge(self, held: Held, event: Node) -> None:
        if not event.quiet:
            held.scope.held.remove(held)
        elif event.event == "timer":
            held.armed.remove(event.id)
        self.leave(event, held.scope)

    def finish(self, held: Held) -> None:
        held.scope.held.remove(held)
        if held.body:
            self.repeat(held.scope.holder)
        else:
            self.leave(held.node, held.scope)

    def repeat(self, several: Held) -> None:
        """One repetition is done."""
        node = several.node
        several.done += 1
        if node.again:
            more = self.variables[node.again] == 2
        elif node.until and self.variables[node.until] == 1:
            return self.finish(several)
        else:
            more = node.sequential and several.begun < node.times
        if more:
            self.another(several)
        elif not several.inside.held:
            self.finish(several)
        return None

    def another(self, several: Held) -> None:
        several.begun += 1
        body = Held(several.node, several.inside, body=True)
        body.counter = several.begun
        self.enter(body)

    def leave(self, node: Node, scope: Scope) -> None:
        flows = self.chosen(node)
        self.pending += [(flow.target, flow.id, scope) for flow in flows]
        if not flows:
            self.close(scope)

    def close(self, scope: Scope) -> None:
        if scope.held or any(each[2] is scope for each in self.pending):
            return
        if scope.holder is not None:
            self.finish(scope.holder)

    def chosen(self, node: Node) -> list[Flow]:
        if node.kind not in ("xor", "or") or len(node.flows) < 2:
            return node.flows
        *tested, default = node.flows
        if node.kind == "xor":
            return [next((flow for flow in tested if self.variables[flow.variable] == 1), default)]
        return [flow for flow in tested if self.variables[flow.variable] > 0] or [default]

    # Arrivals

    def arrive(self, node: Node, flow: str | None, scope: Scope) -> None:
        if node.repeated:
            several = Held(node, scope)
            several.inside, several.armed = Scope(several, scope.counter), self.waiting_edges(node)
            scope.held.append(several)
            for _ in range(1 if node.sequential or node.again else node.times):
                self.another(several)
        elif node.kind in ("and", "or") and len(node.incoming) > 1:
            scope.held.append(Held(node, scope, flow=flow))
            if node.kind == "and" and len(self.arrived(node, scope)) == len(node.incoming):
                self.open_join(node, scope)
        elif node.kind in (*WAITS, "sub", "events"):
            held = Held(node, scope)
            held.armed = self.waiting_edges(node)
            self.enter(held)
        elif node.event == "terminate":
            scope.held.clear()
            self.pending = [each for each in self.pending if each[2] is not scope]
            self.close(scope)
        elif node.event == "error":
            at = scope.holder
            if at is None or not self.fail(at):
                self.over = True
        else:
            self.leave(node, scope)

    def enter(self, held: Held) -> None:
        held.scope.held.append(held)
        if held.node.kind == "sub":
            held.inside = Scope(held, held.counter)
            self.pending.append((self.wild.begins[held.node.id], None, held.inside))

    def waiting_edges(self, node: Node) -> list[str]:
        return [name for name in node.boundaries if self.wild.nodes[name].event != "error"]

    # Joins

    def arrived(self, node: Node, scope: Scope) -> dict[str, Held]:
        return {held.flow: held for held in scope.held if held.node is node}

    def open_join(self, node: Node, scope: Scope) -> None:
        for held in self.arrived(node, scope).values():
            scope.held.remove(held)
        self.leave(node, scope)

    def ready_joins(self) -> list[tuple[Node, Scope]]:
        scopes = [self.root, *(held.inside for held in self.all_held() if held.inside is not None)]
        found = []
        for scope in scopes:
            joins = {held.node.id: held.node for held in scope.held if held.flow is not None and held.node.kind == "or"}
            found += [(node, scope) for node in joins.values() if self.nothing_can_come(node, scope)]
        return found

    def nothing_can_come(self, join: Node, scope: Scope) -> bool:
        """13.4.3: no token has a way to an empty flow of the join unless it also has one to a filled flow."""
        filled = set(self.arrived(join, scope))
        for held in scope.held:
            if held.node is not join:
                reached = self.reached(held.node, join)
                if reached - filled and not reached & filled:
                    return False
        return True

    def reached(self, node: Node, join: Node) -> set[str]:
        """The flows into the join a token at this node may still come along, not passing the join."""
        found, seen, todo = set(), set(), [node]
        while todo:
            at = todo.pop()
            if at.id in seen or at is join:
                continue
            seen.add(at.id)
            found |= {flow.id for flow in at.flows if flow.target == join.id}
            todo += [self.wild.nodes[name] for name in (*(flow.target for flow in at.flows), *at.boundaries)]
        return found

    def settled(self) -> Iterator[Game]:
        """Every way in which all tokens may come to rest; raises Endless."""
        while self.pending:
            self.moves += 1
            if self.moves > MOVES:
                raise Endless
            name, flow, scope = self.pending.pop(0)
            if self._alive(scope):
                self.arrive(self.wild.nodes[name], flow, scope)
        if self.over:
            self.root.held.clear()
        ready = self.ready_joins()
        for number in range(len(ready)):
            game = deepcopy(self) if len(ready) > 1 else self
            game.open_join(*game.ready_joins()[number])
            yield from game.settled()
        if not ready:
            yield self


class Games:
    """All games that agree with what was seen so far."""

    def __init__(self, wild: Wild, variables: dict[str, int]) -> None:
        self.games = _different(Game(wild, variables).settled())

    def see(self, open_: Counter[Key], finished: bool) -> bool:
        """Keep the games that look like this; whether there are any."""
        self.games = [game for game in self.games if game.open() == open_ and (not game.root.held) == finished]
        return bool(self.games)

    def act(self, key: Key, variables: dict[str, int]) -> None:
        self._each(key, variables, lambda game, held, what: game.act(held, what))

    def fail(self, key: Key, variables: dict[str, int]) -> bool:
        """Fail a job; False when no edge in any game catches the error, and then nothing has happened."""
        caught = []
        self._each(key, variables, lambda game, held, what: caught.append(game.fail(held)))
        return all(caught)

    def _each(self, key: Key, variables: dict[str, int], act) -> None:
        after: list[Game] = []
        for before in self.games:
            for number in range(len(before.acts(key))):
                game = deepcopy(before)
                game.variables, game.moves = variables, 0
                act(game, *game.acts(key)[number])
                after += game.settled()
        self.games = _different(after)


def _different(games) -> list[Game]:
    return list({game.frozen(): game for game in games}.values())
