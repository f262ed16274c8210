"""What holds tokens of its own: the instance, sub-processes and event sub-processes.

The event sub-processes of a scope wait in it from its beginning, each by the token of its start event, and do not keep
it open. An interrupting one takes away all else in its scope, those that still wait too; the scope then ends with it
and flow goes on behind the scope as usual. What does not interrupt runs beside, as often as its event comes; when the
scope's own flow has ended and only event sub-processes run on, no new ones begin (BPMN 2.0.2, 13.5.4).
"""

from collections.abc import Iterable

from SpiffWorkflow.util.task import TaskState

from workflow.engine.elements import Element, catching
from workflow.engine.specification import Way
from workflow.engine.token import Token


class Scope(Element):
    """Done when nothing is left inside but what stands by."""

    @property
    def handlers(self) -> Iterable["Handler"]:
        """The event sub-processes drawn directly inside."""
        return self._wf_spec.handlers.get(self.node.id, ())

    def stand_by(self, token: Token) -> None:
        """Let the event sub-processes wait."""
        for handler in self.handlers:
            if handler.start.waits_as is not None:
                handler.start.wait_in(token)

    def handler_for(self, kind: str, code: str | None, scope: Token, thrower: Token) -> Element | None:
        if all(isinstance(token.task_spec, Handler) for token in self._busy(scope)):
            return None
        others = (handler.start for handler in self.handlers if handler is not thrower.task_spec)
        return catching(others, kind, code)

    def child_left(self, token: Token, child: Token) -> None:
        busy = self._busy(token)
        if not busy:
            self.empty(token)
        elif all(isinstance(other.task_spec, Handler) for other in busy):
            self._begin_no_more(token)

    def _busy(self, token: Token) -> list[Token]:
        return [other for other in token.children if not other.task_spec.stands_by(other)]

    def _begin_no_more(self, token: Token) -> None:
        """Only event sub-processes run on: the scope waits for them to end, and no new ones begin."""
        for handler in self.handlers:
            for other in list(token.children):
                if other.task_spec is handler.start and other.task_spec.stands_by(other):
                    token.workflow._remove_task(other.id)

    def empty(self, token: Token) -> None:
        token.complete()


class SubProcess(Scope):
    def _update_hook(self, token: Token) -> bool:
        token._set_state(TaskState.STARTED)
        self.arm(token)
        self.stand_by(token)
        for spec in self._wf_spec.begins[self.node.id]:
            token.workflow.arrive(spec, token)
        return False


class Handler(Scope):
    """An event sub-process. Its tokens are inside the scope it is for, one for each time its event has come."""

    start: Element  # HandlerStart

    @property
    def interrupts(self) -> bool:
        return self.start.node.interrupting

    def begin(self, scope: Token) -> Token:
        token = scope.workflow.token(self, scope, TaskState.STARTED)
        token.workflow.note("entered", token)
        self.stand_by(token)
        return token


class Root(Scope):
    """The instance itself."""

    def choose(self, token: Token) -> list[Way]:
        return []

    def empty(self, token: Token) -> None:
        token.workflow.clear(token)
