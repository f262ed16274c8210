"""One process instance in memory: moves tokens until every one of them must wait.

The order of work is: the token that became ready first runs first; an inclusive join is looked at when nothing else can
move. An interrupting event takes its activity away before anything else runs.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState
from SpiffWorkflow.workflow import Workflow

from workflow.engine.problems import BudgetExceeded, ExpressionFailed
from workflow.engine.shapes import Happening, Thrown
from workflow.engine.token import LIVE, Token
from workflow.errors import Refusal, sentence
from workflow.expressions import Around, EvaluationFailed, Expression, holds

if TYPE_CHECKING:
    from workflow.engine.elements import Element
    from workflow.engine.specification import Specification, Way

STEP_LIMIT = 5_000
TOKEN_LIMIT = 3_000


class Instance(Workflow):
    """The tokens of one instance and what happened to them in this command."""

    def __init__(self, specification: "Specification", around: Around | None) -> None:
        super().__init__(specification, deserializing=True)
        self.around = around
        self.happenings: list[Happening] = []
        self.thrown: list[Thrown] = []
        self.changes: dict[str, Any] = {}
        self.unsettled = True  # conditions that are waited for may have become true
        self.steps = 0
        self._queue: deque[Token] = deque()

    # What elements call

    def arrive(self, spec: "Element", container: Token, flow_id: str | None = None) -> Token:
        """A token comes into an element."""
        token = self.token(spec, container)
        if flow_id is not None and spec.is_join:
            token.internal_data["flow"] = flow_id
        else:
            self.note("entered", token)
        spec._update(token)
        return token

    def token(self, spec: "Element", container: Token, state: int = TaskState.FUTURE) -> Token:
        """A new token; raises BudgetExceeded when there are too many."""
        if len(self.tasks) > TOKEN_LIMIT:
            raise BudgetExceeded(what=sentence("the number of tokens"), limit=TOKEN_LIMIT, activity_id=spec.bpmn_id)
        return Token(self, spec, container, state)

    def queue(self, token: Token) -> None:
        """The token can go on without anybody's help."""
        self._queue.append(token)

    def leave(self, token: Token) -> None:
        """The element is done: the token goes on along the flows its element chooses, or ends."""
        ways = token.task_spec.choose(token)
        self.note("completed", token)
        container = token.parent
        self._remove_task(token.id)
        self.go(ways, container)
        if not ways:
            container.task_spec.child_left(container, token)

    def go(self, ways: "Iterable[Way]", container: Token) -> None:
        for way in ways:
            self.arrive(way.target, container, way.id)

    def trigger(self, token: Token) -> None:
        """What a waiting event waits for has come."""
        timer = token.task_spec.timer
        missed = timer.missed(token) if timer is not None else 0
        self.note("caught", token, **({"missed": missed} if missed else {}))
        token.task_spec.caught(token)

    def receive(self, token: Token) -> None:
        """News has come: a task that waited for it is done before a condition may interrupt it."""
        self.trigger(token)
        if token.alive and token.has_state(TaskState.READY):
            token.run()

    def interrupt(self, activity: Token, token: Token) -> None:
        """The boundary event's token takes the place of the activity, and all inside it goes."""
        token.move_to(activity.parent)
        self._remove_task(activity.id)
        token._ready()

    def interrupt_scope(self, scope: Token, token: Token) -> None:
        """The event sub-process of this token is all that stays in the scope; what waits on its edge stays as well."""
        for other in scope.children:
            if other is not token and not (other.task_spec.node.attached_to and other.task_spec.stands_by(other)):
                self._remove_task(other.id)

    def spawn(self, spec: "Element", container: Token) -> None:
        """An event that does not interrupt begins its own path."""
        self.token(spec, container)._ready()

    def catch_above(self, token: Token, kind: str, code: str | None) -> bool:
        """Give an error or escalation to the event around the token that catches it; False when there is none."""
        found = self.catcher(token, kind, code)
        if found is None:
            return False
        spec, container = found
        caught = self.token(spec, container, TaskState.WAITING)
        self.note("caught", caught, code=code)
        spec.caught(caught)
        return True

    def catcher(self, token: Token, kind: str, code: str | None) -> "tuple[Element, Token] | None":
        """The nearest event around the token that catches the error or escalation, and where its token goes: on the
        edge of an activity, or of an event sub-process in the scope."""
        while token is not self.task_tree:
            scope = token.parent
            if (spec := token.task_spec.boundary_for(kind, code)) is not None:
                return spec, token
            if (spec := scope.task_spec.handler_for(kind, code, scope, token)) is not None:
                return spec, scope
            token = scope
        return None

    def broadcast(self, name: str) -> None:
        """Give a signal to everything in this instance that waits for it now."""
        waiting = [token for token in self.tasks.values() if token.task_spec.waits_for_signal(name)]
        for token in waiting:
            if token.alive and token.has_state(TaskState.WAITING):
                self.trigger(token)

    def clear(self, container: Token) -> None:
        """Take away everything inside a container."""
        for child in list(container._children):
            self._remove_task(child)

    def end(self) -> None:
        """Nothing is left of the instance."""
        self.clear(self.task_tree)
        self._queue.clear()

    @property
    def finished(self) -> bool:
        return not self.task_tree._children

    # Expressions

    def around_of(self, token: Token, **more: Any) -> Around:
        if not (token.data or self.changes or more):
            return self.around
        return replace(self.around, variables={**self.around.variables, **self.changes, **token.data, **more})

    def evaluate(self, expression: Expression, token: Token, **more: Any) -> Any:
        """The JSON value of an expression as this token sees the world; raises ExpressionFailed."""
        try:
            return expression.evaluate(self.around_of(token, **more))
        except Refusal as problem:  # also of a function of the host
            raise self.failed(expression, token, problem) from problem

    def is_true(self, expression: Expression, token: Token, **more: Any) -> bool:
        value = self.evaluate(expression, token, **more)
        try:
            return holds(value)
        except EvaluationFailed as problem:
            raise self.failed(expression, token, problem) from problem

    def failed(self, expression: Expression, token: Token, problem: Refusal) -> ExpressionFailed:
        return ExpressionFailed(
            activity_id=token.task_spec.bpmn_id, expression=expression.text[:80], reason=problem.sentence
        )

    # Running

    def run(self) -> None:
        """Move tokens until every one waits; raises BudgetExceeded when there is no end to it."""
        while self._meet_a_condition() or self._queue or self._open_a_join():
            if not self._queue:
                continue
            token = self._queue.popleft()
            if token.alive and token.has_state(TaskState.READY):
                self.steps += 1
                if self.steps > STEP_LIMIT:
                    raise BudgetExceeded(
                        what=sentence("the number of automatic steps"),
                        limit=STEP_LIMIT,
                        activity_id=token.task_spec.bpmn_id,
                    )
                token.run()

    def _meet_a_condition(self) -> bool:
        """Let one event whose condition has become true be caught, before anything else moves."""
        if not (self.unsettled and self.spec.has_conditions):
            return False
        for token in self.tasks.values():
            if token.task_spec.comes_true(token):
                self.trigger(token)
                return True
        self.unsettled = False
        return False

    def _open_a_join(self) -> bool:
        """Let one waiting inclusive join go on that nothing more can reach."""
        if not self.spec.has_inclusive_joins:
            return False
        for token in self.tasks.values():
            if token.has_state(TaskState.WAITING) and token.task_spec.opens(token):
                token.task_spec.open(token)
                return True
        return False

    def note(self, kind: str, token: Token, **data: Any) -> None:
        if token is not self.task_tree:
            counter = token.internal_data.get("counter")
            if counter is not None:
                data["loopCounter"] = counter
            self.happenings.append(Happening(kind, token.task_spec.bpmn_id, token.id, data))

    def _task_removed_notify(self, task: Token) -> None:
        """SpiffWorkflow calls this for every task it takes out of the tree."""
        if task.has_state(LIVE) and task.task_spec.announces(task):
            self.note("cancelled", task)
