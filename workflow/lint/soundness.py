"""Diagrams that are connected and still could not run to their end: joins that wait for ever, loops with no way out."""

from collections.abc import Callable, Iterator

from workflow.diagram.graph import Node, Process
from workflow.errors import sentence
from workflow.lint.findings import Finding, Known, error, rule, warning
from workflow.lint.tokens import LEAVES, Budget, Game, Played, ending_in, is_join, scopes


@rule
def deadlock(process: Process, known: Known) -> Iterator[Finding]:
    """A parallel join gets what it waits for, and no more, and no two inclusive joins wait for one another: the token
    game shows whether a join never opens, always or only sometimes keeps a token. Where the game is too long to be
    played out, it may."""
    if any(not {flow.source, flow.target} <= process.nodes.keys() for flow in process.flows):
        return
    budget = Budget(500 + 4 * len(process.nodes))
    for scope in scopes(process):
        ending = ending_in(process, scope)
        joins = [node for node in process.within(scope) if is_join(process, node) and node.id in ending]
        if not joins:
            continue  # of a join from which no way leads to an end `endless` tells
        played = Game(process, scope, budget, ending).play()
        for join in joins:
            if join.kind == "inclusiveGateway":
                yield from [_may_wait(join)] if join.id in played.locked else []
            else:
                yield from _left_waiting(process, join, played) if played.whole else _undecided(process, join)


def _left_waiting(process: Process, join: Node, played: Played) -> Iterator[Finding]:
    waiting = played.with_tokens_at(join.id)
    ends = played.ends([*waiting, *played.opened.get(join.id, ())])
    left = [end for end in ends if end in waiting]
    name = join.activity.name or join.id
    if waiting and join.id not in played.opened:
        yield _never_opens(process, join, error)
    elif left and len(left) == len(ends):
        said = sentence(
            "More tokens come to “{join}” than it can fetch: one would be left waiting for ever.", join=name
        )
        yield error("overrun", join.id, said)
    elif left:
        yield _may_wait(join)


def _may_wait(join: Node) -> Finding:
    name = join.activity.name or join.id
    said = sentence("It may happen that “{join}” waits for ever: not all ways to it are always taken.", join=name)
    return warning("deadlock", join.id, said)


def _never_opens(process: Process, join: Node, level: Callable[..., Finding]) -> Finding:
    split = _one_decision(process, join)
    if split is None:
        said = sentence(
            "“{join}” waits for a token on each of its ways, but they never all come: it would wait for ever.",
            join=join.activity.name or join.id,
        )
    else:
        said = sentence(
            "“{join}” waits for all its ways, but gateway “{split}” takes only one of them: it would wait for ever."
            " Use an exclusive gateway to bring the ways together.",
            join=join.activity.name or join.id,
            split=split.activity.name or split.id,
        )
    return level("deadlock", join.id, said)


def _undecided(process: Process, join: Node) -> Iterator[Finding]:
    """Where the game is too long: only joins fed by one exclusive decision are known never to open."""
    split = _one_decision(process, join)
    if split is None:
        yield _may_wait(join)
    else:
        yield _never_opens(process, join, warning if _several_may_come(process, split.id) else error)


def _one_decision(process: Process, join: Node) -> Node | None:
    """The exclusive decision that every way to the join comes from, each by a flow of its own."""
    flows = process.incoming(join.id)
    return _shared_choice(process, [{**_origins(process, flow.source), flow.source: flow.id} for flow in flows])


@rule
def endless(process: Process, known: Known) -> Iterator[Finding]:
    """From every element a way leads to an end; only a warning where something else may end what is around it."""
    for scope in scopes(process):
        ending = ending_in(process, scope)
        lost = [node for node in process.within(scope) if node.id not in ending and not node.triggered_by_event]
        if lost:
            lost = [node for node in lost if node.kind != "startEvent"] or lost
            named = ", ".join(node.activity.name or node.id for node in lost[:6])
            said = sentence("From here no way leads to an end, so this never ends: {names}.", names=named)
            yield (warning if _may_be_ended(process, scope) else error)("endless", lost[0].id, said)


def _may_be_ended(process: Process, scope: str) -> bool:
    """Whether something may end a scope besides its tokens: an end that takes all with it, or an event around."""
    ended = any(node.kind == "endEvent" and node.event and node.event.kind in LEAVES for node in process.within(scope))
    taken_over = any(
        start.interrupting and process.nodes[start.scope].scope == scope for start in process.handler_starts
    )
    if ended or taken_over or not scope:
        return ended or taken_over
    edges = any(boundary.interrupting for boundary in process.boundaries(scope))
    return edges or _may_be_ended(process, process.nodes[scope].scope)


def _several_may_come(process: Process, node_id: str) -> bool:
    """Whether something before the node may make several tokens of one."""
    before: set[str] = set()
    todo = [node_id]
    while todo:
        name = todo.pop()
        if name not in before and name in process.nodes:
            before.add(name)
            host = process.nodes[name].attached_to
            todo += [flow.source for flow in process.incoming(name)] + ([host] if host else [])
    return any(_multiplies(process, process.nodes[name]) for name in before)


def _multiplies(process: Process, node: Node) -> bool:
    divides = len(process.outgoing(node.id)) > 1 and node.kind not in ("exclusiveGateway", "eventBasedGateway")
    return divides or (node.kind == "boundaryEvent" and not node.interrupting)


def _origins(process: Process, name: str) -> dict[str, str]:
    """Going back from an element: each element met, with its outgoing flow that leads here ("" for the first). Stops
    where ways meet or divide otherwise than exclusively, as there more tokens may come."""
    met: dict[str, str] = {}
    via = ""
    while name in process.nodes and name not in met:
        met[name] = via
        incoming = process.incoming(name)
        if len(incoming) != 1 or process.nodes[name].kind in ("parallelGateway", "inclusiveGateway"):
            break
        name, via = incoming[0].source, incoming[0].id
    return met


def _shared_choice(process: Process, origins: list[dict[str, str]]) -> Node | None:
    """The decision that every way comes from, each by a flow of its own."""
    shared = set.intersection(*(set(met) for met in origins)) & process.nodes.keys()
    for name in shared:
        decides = process.nodes[name].kind in ("exclusiveGateway", "eventBasedGateway")
        if decides and len({met[name] for met in origins}) == len(origins):
            return process.nodes[name]
    return None
