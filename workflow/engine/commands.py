"""What can be done to a process instance."""

from workflow.engine.model import Model
from workflow.engine.shapes import Step
from workflow.expressions import Around


def start(model: Model, around: Around, start_id: str | None = None) -> Step:
    """Begin an instance at `start_id` (default: the none start event, else the only one)."""
    raise NotImplementedError


def complete(model: Model, state: bytes, token_id: str, around: Around) -> Step:
    """A user task, job or called process is done; its results are already in around.variables."""
    raise NotImplementedError


def fire(model: Model, state: bytes, token_id: str, around: Around) -> Step:
    """The timer of this token is due."""
    raise NotImplementedError


def deliver(model: Model, state: bytes, token_id: str, around: Around) -> Step:
    """The message or signal this token waits for is here."""
    raise NotImplementedError


def throw_error(model: Model, state: bytes, token_id: str, code: str, around: Around) -> Step:
    """A job (or called process) failed with a BPMN error; it goes to the nearest boundary event that catches it."""
    raise NotImplementedError


def cancel(model: Model, state: bytes, around: Around) -> Step:
    """End the instance at once."""
    raise NotImplementedError


def state_problems(model: Model, state: bytes) -> list[str]:
    """What is wrong with a saved state, in sentences; nothing when all is well. For fsck."""
    raise NotImplementedError


def live_tokens(model: Model, state: bytes) -> dict[str, str]:
    """token id → activity id, of every place where the process stands now."""
    raise NotImplementedError
