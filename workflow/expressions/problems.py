"""An expression that may not be, and one that gave nothing usable."""

from typing import Any

from workflow.errors import Invalid, Refusal


class ExpressionRefused(Invalid):
    """The text is not an expression of ours. The sentence says what to write instead."""

    message = "This is not an expression."

    def __init__(self, message: str | None = None, **facts: Any) -> None:
        super().__init__(message=message, **facts)


class EvaluationFailed(Refusal):
    """The expression is well written but these values give no result."""

    message = "The expression gives no result."
