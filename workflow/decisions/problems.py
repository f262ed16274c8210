"""A decision that gives no result for these values."""

from typing import Any

from workflow.errors import Refusal


class DecisionFailed(Refusal):
    """The table is well written, but for these values it gives nothing usable; the sentence names the rows."""

    message = "The decision gives no result."

    def __init__(self, message: str | None = None, **facts: Any) -> None:
        super().__init__(message, **facts)
