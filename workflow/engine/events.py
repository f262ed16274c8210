"""Events that wait: in the middle of the flow, behind a gateway, on the edge of an activity, beside a whole scope."""

from typing import TYPE_CHECKING

from SpiffWorkflow.util.task import TaskState

from workflow.engine.elements import Element
from workflow.engine.shapes import WaitKind
from workflow.engine.timing import Timer
from workflow.engine.token import Token
from workflow.expressions import Expression

if TYPE_CHECKING:
    from workflow.engine.scopes import Handler


class Catch(Element):
    """Waits for a timer, message, signal or condition: intermediate catch events and receive tasks."""

    timer: Timer | None = None
    key: Expression | None = None
    condition: Expression | None = None

    def _update_hook(self, token: Token) -> bool:
        token._set_state(TaskState.WAITING)
        self.arm(token)
        self.prepare(token)
        return False

    def begin_at(self, container: Token) -> None:
        """What it would wait for has come already, and began the process (BPMN 2.0.2, 10.3.3.3 and 10.6.6)."""
        token = container.workflow.token(self, container)
        container.workflow.note("entered", token)
        token._ready()

    def wait_in(self, container: Token) -> None:
        """Begin to wait beside what happens in a container."""
        self.prepare(container.workflow.token(self, container, TaskState.WAITING))

    def prepare(self, token: Token) -> None:
        """Remember what is waited for, computed now."""
        if self.condition is not None:
            token.workflow.unsettled = True
        if self.timer is not None:
            token.internal_data.update(self.timer.due(token))
        elif self.key is not None:
            value = token.workflow.evaluate(self.key, token)
            token.internal_data["key"] = None if value is None else str(value)

    def caught(self, token: Token) -> None:
        gateway = token.parent
        if isinstance(gateway.task_spec, EventGateway):
            token.move_to(gateway.parent)
            token.workflow.note("completed", gateway)
            gateway._set_state(TaskState.COMPLETED)
            token.workflow._remove_task(gateway.id)
        token._ready()

    def waits_for_signal(self, name: str) -> bool:
        return self.waits_as is WaitKind.SIGNAL and self.node.event.name == name

    def comes_true(self, token: Token) -> bool:
        if self.condition is None or not token.has_state(TaskState.WAITING):
            return False
        before, after = token.internal_data.pop("met", False), token.workflow.is_true(self.condition, token)
        if after:
            token.internal_data["met"] = True
        return after and not before


class Beside(Catch):
    """Waits beside what goes on; not interrupting, it may come again."""

    def stands_by(self, token: Token) -> bool:
        return token.has_state(TaskState.WAITING)

    def announces(self, token: Token) -> bool:
        return not token.has_state(TaskState.WAITING)

    def wait_again(self, token: Token) -> None:
        """What was waited for has come once: messages, signals and conditions may come again, timers if they repeat."""
        if self.timer is not None:
            again = self.timer.again(token)
            if again is not None:
                token.internal_data.update(again)
                return
        elif self.waits_as is not None:
            return
        token.workflow._remove_task(token.id)


class Boundary(Beside):
    """An event on the edge of an activity; its token is inside the activity's."""

    def caught(self, token: Token) -> None:
        instance, activity = token.workflow, token.parent
        if self.node.interrupting:
            instance.interrupt(activity, token)
        else:
            instance.spawn(self, activity.parent)
            self.wait_again(token)


class HandlerStart(Beside):
    """The start event of an event sub-process; its token waits in the scope the event sub-process is for."""

    handler: "Handler"

    def caught(self, token: Token) -> None:
        instance, scope = token.workflow, token.parent
        if self.node.interrupting:
            instance.interrupt_scope(scope, token)
            token.move_to(self.handler.begin(scope))
            token._ready()
        else:
            instance.spawn(self, self.handler.begin(scope))
            self.wait_again(token)


class EventGateway(Element):
    """The first of the events behind it decides; they wait inside the gateway."""

    def _update_hook(self, token: Token) -> bool:
        token._set_state(TaskState.STARTED)
        token.workflow.go(self.ways, token)
        return False
