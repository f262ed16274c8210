"""How each BPMN element behaves, as SpiffWorkflow task specs.

SpiffWorkflow calls `_update_hook` when a token arrives (true: it is ready), `_run_hook` when a ready token runs without
a person, `_on_complete` when it is done. None of ours predicts; successors are made when their predecessor is done.
Semantics: BPMN 2.0.2 (OMG formal/2013-12-09), chapter 13.
"""

from collections.abc import Iterable

from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.util.task import TaskState

from workflow.diagram.graph import Node
from workflow.engine.problems import EngineProblem, NoWayOut
from workflow.engine.shapes import WaitKind
from workflow.engine.specification import Specification, Way
from workflow.engine.token import Token
from workflow.expressions import Expression

DECISION = "decision"  # topic of the job of a business rule task that names a decision: Activity.decision_ref


class Element(BpmnSpecMixin):
    """An element that passes tokens on at once: the none task, none events, link events."""

    waits_as: WaitKind | None = None
    topic: str | None = None  # of jobs

    def __init__(self, specification: Specification, node: Node, name: str | None = None) -> None:
        super().__init__(specification, name or node.id, bpmn_name=node.activity.name)
        self.bpmn_id = node.id
        self.node = node
        self.ways: tuple[Way, ...] = ()
        self.arrivals: tuple[str, ...] = ()  # ids of incoming flows
        self.boundaries: tuple[Element, ...] = ()
        self.is_join = False

    def test(self) -> None:
        """SpiffWorkflow's own check of connections; ours is lint."""

    def begin_at(self, container: Token) -> None:
        """The first token of the process comes here."""
        container.workflow.arrive(self, container)

    def _update_hook(self, token: Token) -> bool:
        return True

    def _on_ready_hook(self, token: Token) -> None:
        if not self.manual:
            token.workflow.queue(token)

    def _on_complete(self, token: Token) -> None:
        token.workflow.leave(token)

    def choose(self, token: Token) -> list[Way]:
        """The flows to take. Without conditions all; with them, those that are true, else the default
        (BPMN 2.0.2, 13.3.1: multiple outgoing flows of an activity, conditional flows)."""
        if all(way.condition is None and not way.default for way in self.ways):
            return list(self.ways)
        return self._decided(token, [way for way in self.ways if way.condition is None or self._true(way, token)])

    def _true(self, way: Way, token: Token) -> bool:
        return way.condition is None or token.workflow.is_true(way.condition, token)

    def _decided(self, token: Token, true: list[Way]) -> list[Way]:
        """Keep the default only when no condition is true; note what was decided and by which values."""
        conditional = [way for way in true if way.condition is not None]
        taken = [way for way in true if not way.default or not conditional]
        if not taken:
            raise NoWayOut(activity_id=self.bpmn_id)
        asked = set().union(*(way.condition.names for way in self.ways if way.condition is not None))
        seen = token.workflow.around_of(token).variables
        token.workflow.note(
            "decided", token, flows=[way.id for way in taken], values={name: seen.get(name) for name in sorted(asked)}
        )
        return taken

    def boundary_for(self, kind: str, code: str | None) -> "Element | None":
        """The boundary event of this activity that catches the error or escalation."""
        return catching(self.boundaries, kind, code)

    def handler_for(self, kind: str, code: str | None, scope: Token, thrower: Token) -> "Element | None":
        """The start event of the event sub-process of this scope that catches what came up from `thrower` inside."""
        return None

    def arm(self, token: Token) -> None:
        """Let the boundary events of an activity wait beside it."""
        for spec in self.boundaries:
            if spec.waits_as is not None:
                spec.wait_in(token)

    def child_left(self, token: Token, child: Token) -> None:
        """A token inside this one came to its end."""

    def waits_for_signal(self, name: str) -> bool:
        return False

    def opens(self, token: Token) -> bool:
        return False

    def comes_true(self, token: Token) -> bool:
        """Whether the condition this token waits for is true now and was not when it was last looked at."""
        return False

    def stands_by(self, token: Token) -> bool:
        """Whether the token only waits for something that may happen, and so does not keep its scope open."""
        return False

    def announces(self, token: Token) -> bool:
        """Whether the history knows that a token came in here, and so should hear that it was taken away."""
        return not (self.is_join and token.has_state(TaskState.WAITING))


class UserTask(Element):
    """Waits for a person: user and manual tasks."""

    waits_as = WaitKind.USER_TASK

    def __init__(self, specification: Specification, node: Node, name: str | None = None) -> None:
        super().__init__(specification, node, name)
        self.manual = True

    def _update_hook(self, token: Token) -> bool:
        self.arm(token)
        return True


class Job(Element):
    """Waits for a worker: service, send and business rule tasks with a topic."""

    waits_as = WaitKind.JOB

    @property
    def topic(self) -> str | None:
        activity = self.node.activity
        return DECISION if activity.decision_ref else activity.topic

    def _update_hook(self, token: Token) -> bool:
        token._set_state(TaskState.STARTED)
        self.arm(token)
        return False


class Call(Job):
    """Waits for another process instance, which the host runs."""

    waits_as = WaitKind.CALL
    called: Expression

    def _update_hook(self, token: Token) -> bool:
        name = token.workflow.evaluate(self.called, token)
        if not isinstance(name, str) or not name:
            raise EngineProblem("“{activity}” names no process to call.", activity_id=self.bpmn_id)
        token.internal_data["name"] = name
        return super()._update_hook(token)


def catching(events: Iterable[Element], kind: str, code: str | None) -> Element | None:
    """The one of these events that catches the error or escalation; one naming the code goes first."""
    fitting = [spec for spec in events if spec.node.event.catches(kind, code)]
    return max(fitting, key=lambda spec: spec.node.event.name == code, default=None)
