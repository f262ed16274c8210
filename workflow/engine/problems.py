"""Why the engine stopped. Each is rolled back whole by the host, which then records an incident.

EngineProblem
├── TokenGone            the token named is not (or no longer) waiting for this
├── UncaughtError        a job raised a BPMN error that no boundary event catches
├── ExpressionFailed     a condition, timer or loop bound gave no usable value
├── NoWayOut             no condition of a gateway is true and there is no default flow
├── BudgetExceeded       too many steps, tokens, levels or bytes: the process runs away
├── CannotMigrate        the tokens have no sound place in another version of the process
└── StateCorrupt         the saved state is not what was saved, or not of this instance
"""

from typing import Any

from workflow.errors import Conflict, Refusal


class EngineProblem(Refusal):
    """The command cannot be carried out; `sentence` says why, `activity_id` where (if known)."""

    message = "The process cannot go on."

    def __init__(self, message: str | None = None, activity_id: str | None = None, **facts: Any) -> None:
        if activity_id is not None:
            facts.setdefault("activity", activity_id)
        self.activity_id = activity_id
        super().__init__(message, **facts)


class TokenGone(EngineProblem, Conflict):
    message = "The process no longer waits at this point; someone or something was faster."


class UncaughtError(EngineProblem):
    message = "Error “{code}” at “{activity}” is caught by no boundary event."

    def __init__(self, code: str, activity_id: str) -> None:
        super().__init__(activity_id=activity_id, code=code)
        self.code = code


class ExpressionFailed(EngineProblem):
    message = "“{expression}” at “{activity}” cannot be used: {reason}"


class NoWayOut(EngineProblem):
    message = "No condition at “{activity}” is true and it has no default flow."


class BudgetExceeded(EngineProblem):
    message = "The process was stopped: {what} would exceed {limit}."


class CannotMigrate(EngineProblem):
    message = "Work waits at “{activity}”, which the new version does not have; say where it goes on."


class StateCorrupt(EngineProblem):
    message = "The saved state of this process instance is damaged."
