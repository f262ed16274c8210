"""Loops drawn on one activity: multi-instance, parallel or one after the other, and the standard loop.

The marker's token holds one token per running instance. Inside an instance `loopCounter` counts from 1 and, with a
collection, its item has the name given (BPMN 2.0.2, 13.3.6 and 13.3.7). Runs may be added and taken out by hand while
others are under way, which the standard does not know.
"""

from typing import Any

from SpiffWorkflow.util.task import TaskState

from workflow.diagram.graph import Loop, Node
from workflow.engine.elements import Element
from workflow.engine.problems import EngineProblem
from workflow.engine.specification import Specification, Way
from workflow.engine.token import Token
from workflow.expressions import Expression
from workflow.statuses import SignerPlace


class Several(Element):
    """What is remembered: total, done, next (how many have begun), left (items not begun), out (results by counter);
    gone (counters of runs taken out), after (counter of a run, as text → items that begin when it is done). A run
    remembers its counter, and behind: counters of the runs it waits for. (Tokens may get new ids when taken back.)"""

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
        self._begin_with(token, token.internal_data["left"].pop(0))

    def _begin_with(self, token: Token, item: Any) -> Token:
        memory = token.internal_data
        memory["next"] += 1
        local = {self.loop.item: item} if self.collection and self.loop.item else {}
        return self._begin(token, memory["next"], local)

    def _begin(self, token: Token, counter: int, local: dict[str, Any]) -> Token:
        body = token.workflow.token(self.body, token)
        body.data = {**token.data, **local, "loopCounter": counter}
        body.internal_data["counter"] = counter
        token.workflow.note("entered", body)
        self.body._update(body)
        return body

    def runs(self, token: Token) -> list[Token]:
        """The runs that have begun and are not done, in the order they began."""
        found = [child for child in token.children if child.task_spec is self.body]
        return sorted(found, key=lambda run: run.internal_data["counter"])

    def pending(self, token: Token) -> list[Any]:
        """The items whose run has not begun: those that follow a run, then those that wait for their turn."""
        following = [item for items in token.internal_data.get("after", {}).values() for item in items]
        return [*following, *token.internal_data["left"]]

    def child_left(self, token: Token, child: Token) -> None:
        if child.task_spec is not self.body:
            return
        token.internal_data["done"] += 1
        self._keep_result(token, child)
        self._go_on(token, child)

    def _go_on(self, token: Token, seen_by: Token) -> None:
        """A run is no more: what waited for it begins, unless all is done."""
        if token.internal_data["done"] and self._enough(token, seen_by):
            token.complete()
            return
        self._let_go(token, seen_by)
        running = self.runs(token)
        if not running and not token.internal_data["left"]:
            token.complete()
        elif not running and self.loop.sequential:
            self._begin_next(token)

    def _let_go(self, token: Token, run: Token) -> None:
        """Who waited behind the run goes on; who comes after it begins, or is the next in turn."""
        for other in self.runs(token):
            behind = [each for each in other.internal_data.pop("behind", ()) if each != run.internal_data["counter"]]
            if behind:
                other.internal_data["behind"] = behind
        memory = token.internal_data
        items = memory.get("after", {}).pop(str(run.internal_data["counter"]), [])
        if not memory.get("after", True):
            del memory["after"]
        if self.loop.sequential:
            memory["left"][:0] = items
        else:
            for item in items:
                self._begin_with(token, item)

    def _keep_result(self, token: Token, child: Token) -> None:
        if self.loop.output and self.result is not None:
            value = token.workflow.evaluate(self.result, child)
            token.internal_data["out"][child.internal_data["counter"] - 1] = value

    def _enough(self, token: Token, child: Token) -> bool:
        return self.until is not None and token.workflow.is_true(self.until, child, **_counters(token))

    def choose(self, token: Token) -> list[Way]:
        memory = token.internal_data
        if self.loop.output and "out" in memory:
            gone = set(memory.get("gone", ()))
            kept = [value for counter, value in enumerate(memory["out"], 1) if counter not in gone]
            token.workflow.changes[self.loop.output] = kept
            token.workflow.unsettled = True
        return super().choose(token)

    # Runs that join and leave while others are under way

    def add(self, token: Token, run: Token, item: Any, where: SignerPlace) -> None:
        """One more item, seen from a run that is not done."""
        memory = token.internal_data
        memory["total"] += 1
        if self.loop.output:
            memory["out"].append(None)
        if where is SignerPlace.AFTER:
            memory.setdefault("after", {}).setdefault(str(run.internal_data["counter"]), []).append(item)
            return
        added = self._begin_with(token, item)
        if where is SignerPlace.BEFORE:
            run.internal_data.setdefault("behind", []).append(added.internal_data["counter"])

    def take_out(self, token: Token, run: Token) -> None:
        """A run ends without being done; it counts no more."""
        memory = token.internal_data
        memory["total"] -= 1
        memory.setdefault("gone", []).append(run.internal_data["counter"])
        token.workflow._remove_task(run.id)
        self._go_on(token, run)

    def strike(self, token: Token, item: Any) -> bool:
        """An item whose run has not begun is taken off the list; whether it was on it."""
        memory = token.internal_data
        for items in (*memory.get("after", {}).values(), memory["left"]):
            if item in items:
                items.remove(item)
                break
        else:
            return False
        memory["total"] -= 1
        if self.loop.output:
            memory["out"].pop()
        if after := {run: items for run, items in memory.pop("after", {}).items() if items}:
            memory["after"] = after
        if memory["done"] and self._enough(token, token):
            token.complete()
        return True


def _counters(token: Token) -> dict[str, int]:
    """The engine's own numbers, by their names in the standard and in Camunda's files."""
    memory = token.internal_data
    numbers = {"Instances": memory["total"], "CompletedInstances": memory["done"]}
    numbers["ActiveInstances"] = memory["next"] - memory["done"] - len(memory.get("gone", ()))
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
