"""Events that act: messages, signals, errors, escalations, terminate."""

from workflow.engine.elements import Element
from workflow.engine.shapes import Thrown
from workflow.engine.token import Token
from workflow.expressions import Expression


class Throw(Element):
    """Does what its event says, then passes the token on (or ends it, as an end event)."""

    key: Expression | None = None

    def _run_hook(self, token: Token) -> bool | None:
        token.internal_data["acts"] = True
        self.act(token)
        if token.alive:
            return True
        token.workflow.note("completed", token)  # what was thrown took this token away
        return None

    def announces(self, token: Token) -> bool:
        return "acts" not in token.internal_data

    def act(self, token: Token) -> None:
        """Nothing, for none and link events."""


class ThrowMessage(Throw):
    """A message leaves the process; property `payload` names the variables it carries, comma separated."""

    def act(self, token: Token) -> None:
        instance, name = token.workflow, self.node.event.name
        key = None if self.key is None else instance.evaluate(self.key, token)
        names = [part.strip() for part in self.node.activity.properties.get("payload", "").split(",") if part.strip()]
        seen = instance.around_of(token).variables
        payload = {part: seen.get(part) for part in names}
        instance.thrown.append(Thrown("message", name, None if key is None else str(key), payload))
        instance.note("thrown", token, message=name)


class ThrowSignal(Throw):
    """First to all that waits for it in this instance, then to the others (by the host)."""

    def act(self, token: Token) -> None:
        instance, name = token.workflow, self.node.event.name
        instance.thrown.append(Thrown("signal", name))
        instance.note("thrown", token, signal=name)
        instance.broadcast(name)


class ThrowEscalation(Throw):
    """To the nearest boundary event around; without one it has no effect (BPMN 2.0.2, 10.5.6)."""

    def act(self, token: Token) -> None:
        instance, code = token.workflow, self.node.event.name
        instance.note("thrown", token, escalation=code)
        if not instance.catch_above(token, "escalation", code):
            instance.thrown.append(Thrown("escalation", code or ""))


class EndByError(Throw):
    """To the nearest boundary event around; without one the whole process ends with this error."""

    def act(self, token: Token) -> None:
        instance, code = token.workflow, self.node.event.name
        instance.note("thrown", token, error=code)
        if not instance.catch_above(token, "error", code):
            instance.thrown.append(Thrown("error", code or ""))
            instance.end()


class Terminate(Throw):
    """Ends its scope with everything in it; what is around goes on (BPMN 2.0.2, 13.5.6)."""

    def act(self, token: Token) -> None:
        instance, container = token.workflow, token.parent
        for other in list(container.children):
            if other is not token:
                instance._remove_task(other.id)
