"""The token game of BPMN 2.0.2, chapter 13, played on a Wild process: an account of its own, written from the standard.

Tokens may move in any order, so every possibility is followed: one move at a time, the moves that disturb no other
token first and at once (their order makes no difference), the others each in turn. Conditions that have become true
are moves as well. Inclusive joins open when nothing else can move. A game is one of these; `Games` are all that agree
with what was seen.
"""

from __future__ import annotations

from collections import Counter

from tests.workflow.engine.holding import PERIOD, Armed, Held, Key, Scope
from tests.workflow.engine.joining import waiting_at
from tests.workflow.engine.wild import WAITS, Flow, Node, Wild


class Game:
    def __init__(self, wild: Wild, variables: dict[str, int], start: str) -> None:
        self.wild, self.variables, self.moves, self.now = wild, variables, 0, 0
        self.thrown: list[tuple[str, str]] = []
        self.root = Scope("", None, 0)
        self.stand_by(self.root)
        self.root.coming.append((start, None))

    def copy(self) -> Game:
        made = object.__new__(Game)
        made.__dict__.update(self.__dict__)
        made.root, made.thrown = self.root.copy(None), list(self.thrown)
        return made

    # What is seen

    def frozen(self) -> tuple:
        return (self.root.frozen(), tuple(sorted(self.thrown)), self.now)

    @property
    def finished(self) -> bool:
        return not self.root.held and not self.root.coming

    def size(self) -> int:
        return sum(len(scope.held) + len(scope.coming) for scope in self.root.within())

    def open(self) -> Counter[Key]:
        return Counter(key for key, _, _ in self.acts())

    def acts(self) -> list[tuple[Key, Held | Scope, Armed | None]]:
        """Everything that is waited for: its name, where, and what comes (None: the work of the activity)."""
        found: list[tuple[Key, Held | Scope, Armed | None]] = []
        for scope in self.root.within():
            found += [((each.node.id, scope.counter), scope, each) for each in scope.armed]
            for held in scope.held:
                if held.waits:
                    found.append(((held.node.id, held.counter), held, None))
                found += [((each.node.id, held.counter), held, each) for each in held.armed]
        return found

    def arrivals(self, calm: bool) -> list[tuple[Scope, str, str | None]]:
        """Tokens on their way to what disturbs no other token, or to what does."""
        stirs = self.wild.stirs
        return [(scope, *each) for scope in self.root.within() for each in scope.coming if (each[0] in stirs) != calm]

    def come_true(self) -> list[tuple[Held | Scope, Armed]]:
        """Conditions that have become true."""
        found = [(place, each) for _, place, each in self.acts() if each and each.node.event == "conditional"]
        return [(place, each) for place, each in found if not each.met and self.variables[each.node.code] == 2]

    # What happens

    def act(self, place: Held | Scope, what: Armed | None) -> None:
        """Somebody does the work, or the event comes; a timer when it is due."""
        if what is None:
            self.finish(place)
            return
        if what.node.event == "timer":
            self.now = max(self.now, what.due)
        self.come(place, what)

    def look_again(self) -> None:
        """Conditions that are false now may become true anew."""
        for armed in self.conditions():
            armed.met = armed.met and self.variables[armed.node.code] == 2

    def conditions(self) -> list[Armed]:
        return [each for _, _, each in self.acts() if each is not None and each.node.event == "conditional"]

    def meet(self, place: Held | Scope, what: Armed) -> None:
        """A condition has become true."""
        what.met = True
        self.come(place, what)

    def come(self, place: Held | Scope, what: Armed) -> None:
        """What was waited for is here."""
        node = what.node
        if isinstance(place, Scope):
            self.begin_handler(place, node, what)
        elif node.kind == "receive":
            self.finish(place)
        elif node.kind == "catch":  # by itself, or behind a gateway
            place.scope.held.remove(place)
            self.leave(node, place.scope)
        elif node.quiet:
            self.leave(node, place.scope)
            self.again(place.armed, what)
        else:
            place.scope.held.remove(place)
            self.leave(node, place.scope)

    def again(self, armed: list[Armed], what: Armed) -> None:
        """Messages, signals and conditions may come again, a timer when it repeats; missed times count."""
        if what.node.event != "timer":
            return
        what.left -= 1
        what.due += PERIOD
        while what.due <= self.now:
            what.left, what.due = what.left - 1, what.due + PERIOD
        if what.left <= 0:
            armed.remove(what)

    def begin_handler(self, scope: Scope, start: Node, what: Armed | None) -> None:
        if start.quiet:
            if what is not None:
                self.again(scope.armed, what)
        else:
            scope.held, scope.coming, scope.armed, scope.shut = [], [], [], True
        handler = Held(self.wild.nodes[start.scope], scope)
        scope.held.append(handler)
        handler.inside = Scope(handler.node.id, handler, scope.counter)
        self.stand_by(handler.inside)
        self.leave(start, handler.inside)

    def stand_by(self, scope: Scope) -> None:
        starts = [self.wild.nodes[self.wild.begins[handler.id]] for handler in self.wild.handlers(scope.name)]
        scope.armed = [self.arm(start) for start in starts if start.event not in ("error", "escalation")]

    def arm(self, node: Node) -> Armed:
        return Armed(node, self.now + PERIOD, max(1, node.cycle)) if node.event == "timer" else Armed(node)

    # Errors and escalations go up

    def catch(self, held: Held, kind: str, code: str) -> bool:
        """From the work of an activity: its own edge first."""
        return self.catch_on_edge(held, kind, code) or self.catch_above(held.scope, kind, code)

    def catch_above(self, scope: Scope, kind: str, code: str) -> bool:
        """The event sub-processes of the scope, then the edge of what holds it, and so on; False when none catches."""
        came_from = None
        while True:
            starts = [
                self.wild.nodes[self.wild.begins[h.id]] for h in self.wild.handlers(scope.name) if h is not came_from
            ]
            start = None if scope.shut else catching(starts, kind, code)
            if start is not None:
                self.begin_handler(scope, start, None)
                return True
            holder = scope.holder
            if holder is None:
                return False
            if self.catch_on_edge(holder, kind, code):
                return True
            came_from, scope = holder.node, holder.scope

    def catch_on_edge(self, held: Held, kind: str, code: str) -> bool:
        edges = [] if held.body else [self.wild.nodes[name] for name in held.node.boundaries]
        event = catching(edges, kind, code)
        if event is not None:
            self.come(held, Armed(event))
        return event is not None

    def throw(self, node: Node, scope: Scope) -> None:
        if node.event in ("message", "signal"):
            self.thrown.append((node.event, node.code))
        if node.event == "signal":
            self.broadcast(node.code)
        elif node.event == "escalation" and not self.catch_above(scope, "escalation", node.code):
            self.thrown.append(("escalation", node.code))
        elif node.event == "error" and not self.catch_above(scope, "error", node.code):
            self.thrown.append(("error", node.code))
            self.root = Scope("", None, 0)

    def broadcast(self, name: str) -> None:
        """To all that wait for it now; one that is gone by the time has no part in it."""
        waiting = [
            (place, each)
            for _, place, each in self.acts()
            if each and (each.node.event, each.node.code) == ("signal", name)
        ]
        for place, each in waiting:
            if self.alive(place) and each in place.armed:
                self.come(place, each)

    def alive(self, place: Held | Scope) -> bool:
        scopes = list(self.root.within())
        return place in scopes if isinstance(place, Scope) else any(place in scope.held for scope in scopes)

    # Activities end

    def finish(self, held: Held) -> None:
        held.scope.held.remove(held)
        if held.body:
            self.repeat(held.scope.holder)
        elif held.node.kind == "handler":
            self.close(held.scope)
        else:
            self.leave(held.node, held.scope)

    def repeat(self, several: Held) -> None:
        """One repetition is done."""
        node = several.node
        several.done += 1
        if node.again:
            more = self.once_more(several)
        elif node.until and self.variables[node.until] == 1:
            return self.finish(several)
        else:
            more = node.sequential and several.begun < several.total
        if more:
            self.another(several)
        elif not several.inside.held:
            self.finish(several)
        return None

    def once_more(self, several: Held) -> bool:
        node = several.node
        return self.variables[node.again] == 2 and not (node.most and several.done >= node.most)

    def another(self, several: Held) -> None:
        several.begun += 1
        body = Held(several.node, several.inside, body=True)
        body.counter = several.begun
        self.enter(body)

    def leave(self, node: Node, scope: Scope) -> None:
        flows = self.chosen(node)
        scope.coming += [(flow.target, flow.id) for flow in flows]
        if not flows:
            self.close(scope)

    def close(self, scope: Scope) -> None:
        """The scope may have nothing more to do; when only event sub-processes run on, no new ones begin."""
        if scope.coming or any(held.node.kind != "handler" for held in scope.held):
            return
        scope.shut, scope.armed = True, []
        if not scope.held and scope.holder is not None:
            self.finish(scope.holder)

    def chosen(self, node: Node) -> list[Flow]:
        if node.decides not in ("xor", "or") or len(node.flows) < 2:
            return node.flows
        *tested, default = node.flows
        if node.decides == "xor":
            return [next((flow for flow in tested if self.variables[flow.variable] == 1), default)]
        return [flow for flow in tested if self.variables[flow.variable] > 0] or [default]

    # Arrivals

    def arrive(self, scope: Scope, name: str, flow: str | None) -> None:
        scope.coming.remove((name, flow))
        node = self.wild.nodes[name]
        if node.repeated:
            self.begin_several(node, scope)
        elif node.kind in ("and", "or") and len(node.incoming) > 1:
            scope.held.append(Held(node, scope, flow=flow))
            if node.kind == "and" and len(waiting_at(node, scope)) == len(node.incoming):
                self.open_join(node, scope)
        elif (node.kind in WAITS and node.event != "link") or node.kind in ("sub", "events"):
            self.enter(Held(node, scope))
        elif node.event == "terminate":
            scope.held, scope.coming = [], []
            self.close(scope)
        else:
            self.pass_on(node, scope)

    def pass_on(self, node: Node, scope: Scope) -> None:
        """An element that acts, if at all, and is done."""
        token = Held(node, scope)
        scope.held.append(token)  # so that the scope is not over meanwhile
        if node.kind in ("throw", "end"):
            self.throw(node, scope)
        if self.alive(token):
            scope.held.remove(token)
            self.leave(node, scope)

    def begin_several(self, node: Node, scope: Scope) -> None:
        several = Held(node, scope)
        several.total = self.variables[node.times] if isinstance(node.times, str) else node.times
        if (node.again and node.before and not self.once_more(several)) or not (node.again or several.total):
            return self.leave(node, scope)
        several.inside, several.armed = Scope("", several, scope.counter), self.edges(node)
        several.inside.shut = True
        scope.held.append(several)
        for _ in range(1 if node.one_by_one else several.total):
            self.another(several)
        return None

    def enter(self, held: Held) -> None:
        node = held.node
        held.scope.held.append(held)
        if not held.body:
            held.armed = self.edges(node)
        if node.kind == "catch":
            held.armed = [self.arm(node)]
        elif node.kind == "receive":
            held.armed.append(self.arm(node))
        elif node.kind == "events":
            held.armed = [self.arm(self.wild.nodes[flow.target]) for flow in node.flows]
        elif node.kind == "sub":
            held.inside = Scope(node.id, held, held.counter)
            self.stand_by(held.inside)
            held.inside.coming.append((self.wild.begins[node.id], None))

    def edges(self, node: Node) -> list[Armed]:
        events = [self.wild.nodes[name] for name in node.boundaries]
        return [self.arm(event) for event in events if event.event not in ("error", "escalation")]

    def open_join(self, node: Node, scope: Scope) -> None:
        for held in waiting_at(node, scope).values():
            scope.held.remove(held)
        self.leave(node, scope)


def catching(events: list[Node], kind: str, code: str) -> Node | None:
    """The one that names the code, else one that names none."""
    fitting = [event for event in events if event.event == kind and event.code in ("", code)]
    return max(fitting, key=lambda event: event.code, default=None)
