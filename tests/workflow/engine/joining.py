"""When joins open, by the standard: 13.4.1 and 13.4.3."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.workflow.engine.holding import Held, Scope
from tests.workflow.engine.wild import Node

if TYPE_CHECKING:
    from tests.workflow.engine.game import Game


def waiting_at(node: Node, scope: Scope) -> dict[str, Held]:
    """flow → a token that came along it and waits at the join."""
    return {held.flow: held for held in scope.held if held.node is node}


def ready_joins(game: Game) -> list[tuple[Node, Scope]]:
    """Inclusive joins that wait for nothing more."""
    found = []
    for scope in game.root.within():
        joins = {held.node.id: held.node for held in scope.held if held.flow is not None and held.node.kind == "or"}
        found += [(node, scope) for node in joins.values() if _nothing_can_come(game, node, scope)]
    return found


def _nothing_can_come(game: Game, join: Node, scope: Scope) -> bool:
    """13.4.3: no token has a way to an empty flow of the join unless it also has one to a filled flow."""
    filled = set(waiting_at(join, scope))
    for held in scope.held:
        if held.node is not join:
            reached = _reached(game, held.node, join)
            if reached - filled and not reached & filled:
                return False
    return True


def _reached(game: Game, node: Node, join: Node) -> set[str]:
    """The flows into the join a token at this node may still come along, not passing the join."""
    nodes, found, seen, todo = game.wild.nodes, set(), set(), [node]
    while todo:
        at = todo.pop()
        if at.id in seen or at is join:
            continue
        seen.add(at.id)
        found |= {flow.id for flow in at.flows if flow.target == join.id}
        todo += [nodes[name] for name in (*(flow.target for flow in at.flows), *at.boundaries)]
    return found
