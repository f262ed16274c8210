"""What can be done to a process instance: each command takes the saved state and gives the next Step."""

from workflow.engine import codec
from workflow.engine.elements import Element
from workflow.engine.instance import Instance
from workflow.engine.model import Model
from workflow.engine.problems import EngineProblem, TokenGone, UncaughtError
from workflow.engine.shapes import Step, Thrown, Wait, WaitKind
from workflow.engine.signing import Signing, Vote
from workflow.engine.token import Token
from workflow.engine.waits import is_waiting, waits
from workflow.expressions import Around


def start(model: Model, around: Around, start_id: str | None = None) -> Step:
    """Begin an instance at the start `start_id`, whose event has come (default: untriggered, at the start event without
    kind; where there is none, at the only one)."""
    instance = codec.new(model.specification, around)
    model.specification.start.stand_by(instance.task_tree)
    for spec in _begins(model, start_id):
        spec.begin_at(instance.task_tree)
    return at_rest(instance)


def complete(model: Model, state: bytes, token_id: str, around: Around, vote: Vote | None = None) -> Step:
    """A user task, job or called process is done; its results are already in around.variables.

    `vote`: what is kept of a vote where the task is signed together (who, onBehalfOf, outcome, opinion, at); its
    outcome is around.variables["outcome"] when there is none. Raises TokenGone when the token does not wait for that
    any more, EngineProblem when others were asked to sign before it."""
    instance = codec.load(state, model.specification, around)
    token = waiting(instance, token_id, WaitKind.USER_TASK, WaitKind.JOB, WaitKind.CALL)
    several = token.parent.task_spec
    if token.internal_data.get("behind"):
        raise EngineProblem("“{activity}” waits for those who were asked before.", activity_id=several.bpmn_id)
    if isinstance(several, Signing):
        several.mark(token, {"outcome": around.variables.get("outcome")} if vote is None else vote)
    token.complete()
    return at_rest(instance)


def fire(model: Model, state: bytes, token_id: str, around: Around) -> Step:
    """The timer of this token is due (the host knows; the clock is not asked). Raises TokenGone."""
    instance = codec.load(state, model.specification, around)
    instance.trigger(waiting(instance, token_id, WaitKind.TIMER))
    return at_rest(instance)


def deliver(model: Model, state: bytes, token_id: str, around: Around) -> Step:
    """The message or signal this token waits for is here. Raises TokenGone."""
    instance = codec.load(state, model.specification, around)
    instance.receive(waiting(instance, token_id, WaitKind.MESSAGE, WaitKind.SIGNAL))
    return at_rest(instance)


def throw_error(model: Model, state: bytes, token_id: str, code: str, around: Around, leaves: bool = False) -> Step:
    """A job (or called process) failed with a BPMN error; it goes to the nearest event that catches it.

    Without one the process ends with the error if it `leaves` for its caller (Step.thrown says so), as from an error
    end event. Raises UncaughtError when it does not, TokenGone when the token does not wait for a job or call."""
    instance = codec.load(state, model.specification, around)
    token = waiting(instance, token_id, WaitKind.JOB, WaitKind.CALL)
    if not instance.catch_above(token, "error", code):
        if not leaves:
            raise UncaughtError(code, token.task_spec.bpmn_id)
        instance.thrown.append(Thrown("error", code))
        instance.end()
    return at_rest(instance)


def catches_error(model: Model, state: bytes, token_id: str, code: str) -> bool:
    """Whether this process catches an error of the job or called process this token waits for. Raises TokenGone."""
    instance = codec.load(state, model.specification)
    token = waiting(instance, token_id, WaitKind.JOB, WaitKind.CALL)
    return instance.catcher(token, "error", code) is not None


def throw_escalation(model: Model, state: bytes, token_id: str, code: str, around: Around) -> Step:
    """A called process has thrown an escalation nobody in it caught; it goes to the nearest event that catches it.

    Without one it leaves this process too, in Step.thrown. Raises TokenGone when the token does not wait for a call."""
    instance = codec.load(state, model.specification, around)
    token = waiting(instance, token_id, WaitKind.CALL)
    if not instance.catch_above(token, "escalation", code):
        instance.thrown.append(Thrown("escalation", code))
    return at_rest(instance)


def reconsider(model: Model, state: bytes, around: Around) -> Step:
    """Variables have changed from outside: events whose condition has become true are caught."""
    return at_rest(codec.load(state, model.specification, around))


def cancel(model: Model, state: bytes | None, around: Around) -> Step:
    """End the instance at once: every token is taken away. None: it has not begun and never will."""
    instance = codec.new(model.specification, around)
    if state is not None:
        instance = codec.load(state, model.specification, around)
    instance.end()
    return at_rest(instance)


def state_problems(model: Model, state: bytes) -> list[str]:
    """What is wrong with a saved state, in sentences; nothing when all is well. For fsck."""
    return codec.problems(state, model.specification)


def waits_of(model: Model, state: bytes) -> tuple[Wait, ...]:
    """What a saved state waits for, as its last Step said. For fsck."""
    return waits(codec.load(state, model.specification))


def live_tokens(model: Model, state: bytes) -> dict[str, str]:
    """token id → activity id, of every place where the process stands now (boundary events left out)."""
    instance = codec.load(state, model.specification)
    return {
        token.id: token.task_spec.bpmn_id
        for token in instance.tasks.values()
        if token is not instance.task_tree and (token.task_spec.announces(token) or token.task_spec.is_join)
    }


def at_rest(instance: Instance) -> Step:
    """Let every token go on until it must wait, and say where they are then."""
    instance.run()
    return Step(
        state=codec.dump(instance),
        finished=instance.finished,
        waits=waits(instance),
        happenings=tuple(instance.happenings),
        thrown=tuple(instance.thrown),
        variables=instance.changes,
    )


def waiting(instance: Instance, token_id: str, *kinds: WaitKind) -> Token:
    """The token that waits for one of these kinds (none: any); raises TokenGone."""
    token = instance.tasks.get(token_id)
    if token is None or not is_waiting(token, *kinds):
        raise TokenGone
    return token


def _begins(model: Model, start_id: str | None) -> list[Element]:
    ids = [start.id for start in model.starts]
    if start_id is None:
        if untriggered := model.specification.begins[""]:
            return untriggered
        if len(ids) != 1:
            raise EngineProblem("The process has several start events; name one.")
        start_id = ids[0]
    if start_id not in ids:
        raise EngineProblem("“{activity}” is not a start event of this process.", activity_id=start_id)
    return [model.specification[start_id]]
