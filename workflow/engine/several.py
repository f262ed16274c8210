"""Loops drawn on one activity: multi-instance, parallel or one after the other, and the standard loop.

The marker's token holds one token per running instance. Inside an instance `loopCounter` counts from 1 and, with a
collection, its item has the name given (BPMN 2.0.2, 13.3.6 and 13.3.7).
"""

from typing import Any

from SpiffWorkflow.util.task import TaskState

from workflow.diagram.graph import Loop, Node
from workflow.engine.elements import Element
from workflow.engine.problems import EngineProblem
from workflow.engine.specification import Specification, Way
from workflow.engine.token import Token
from workflow.expressions import Expression


class Several(Element):
    """What is remembered: total, done, next (index), left (items not begun), out (results by index)."""

    body: Element
    cardinality: Expression | None = None
    collection: Expression | None = None
    until: Expression | None = None
    result: Expression | None = None

    def __init__(self, specification: Specification, node: Node, name: str | None = None) -> None:
        super().__init__(specification, node, name)
        self.loop: Loop = node.loop or Loop()

    def _update_hook(self, token: Token) -> bool:
        items = self._items(token)
        token.internal_data.update(total=len(items), done=0, next=0, left=items)
        if self.loop.output:
            token.internal_data["out"] = [None] * len(items)
        if not items:
            return True
        token._set_state(TaskState.STARTED)
        self.arm(token)
        for _ in range(1 if self.loop.sequential else len(items)):
            self._begin_next(token)
        return False

    def _items(self, token: Token) -> list[Any]:
        if self.collection is not None:
            items = token.workflow.evaluate(self.collection, token)
            if not isinstance(items, list):
                raise EngineProblem("“{activity}” needs a list to work through.", activity_id=self.bpmn_id)
            return list(items)
        number = token.workflow.evaluate(self.cardinality, token) if self.cardinality else None
        if type(number) is not int or not 0 <= number <= 10_000:
            raise EngineProblem(
                "“{activity}” needs a whole number from 0 to 10000 of instances.", activity_id=self.bpmn_id
            )
        return [None] * number

    def _begin_next(self, token: Token) -> None:
        memory = token.internal_data
        item = memory["left"].pop(0)
        memory["next"] += 1
        self._begin(token, memory["next"], {self.loop.item: item} if self.collection and self.loop.item else {})

    def _begin(self, token: Token, counter: int, local: dict[str, Any]) -> None:
        body = token.workflow.token(self.body, token)
        body.data = {**token.data, **local, "loopCounter": counter}
        body.internal_data["counter"] = counter
        token.workflow.note("entered", body)
        self.body._update(body)

    def child_left(self, token: Token, child: Token) -> None:
        if child.task_spec is not self.body:
            return
        memory = token.internal_data
        memory["done"] += 1
        self._keep_result(token, child)
        if self._enough(token, child) or memory["done"] == memory["total"]:
            token.complete()
        elif self.loop.sequential:
            self._begin_next(token)

    def _keep_result(self, token: Token, child: Token) -> None:
        if self.loop.output and self.result is not None:
            value = token.workflow.evaluate(self.result, child)
            token.internal_data["out"][child.internal_data["counter"] - 1] = value

    def _enough(self, token: Token, child: Token) -> bool:
        return self.until is not None and token.workflow.is_true(self.until, child, **_counters(token))

    def choose(self, token: Token) -> list[Way]:
        if self.loop.output and "out" in token.internal_data:
            token.workflow.changes[self.loop.output] = token.internal_data["out"]
            token.workflow.unsettled = True
        return super().choose(token)


def _counters(token: Token) -> dict[str, int]:
    """The engine's own numbers, by their names in the standard and in Camunda's files."""
    memory = token.internal_data
    numbers = {"Instances": memory["total"], "CompletedInstances": memory["done"]}
    numbers["ActiveInstances"] = memory["next"] - memory["done"]
    return {f"{prefix}{name}": number for name, number in numbers.items() for prefix in ("nrOf", "numberOf")}


class StandardLoop(Several):
    """The same again while the condition is true, at most `loopMaximum` times; `testBefore`: maybe not even once."""

    maximum: int | None = None

    def _update_hook(self, token: Token) -> bool:
        token.internal_data.update(done=0)
        if self.loop.test_before and not self._again(token, token):
            return True
        token._set_state(TaskState.STARTED)
        self.arm(token)
        self._begin(token, 1, {})
        return False

    def child_left(self, token: Token, child: Token) -> None:
        if child.task_spec is not self.body:
            return
        token.internal_data["done"] += 1
        if self._again(token, child):
            self._begin(token, token.internal_data["done"] + 1, {})
        else:
            token.complete()

    def _again(self, token: Token, seen_by: Token) -> bool:
        if self.maximum is not None and token.internal_data["done"] >= self.maximum:
            return False
        return self.until is None or token.workflow.is_true(self.until, seen_by)
