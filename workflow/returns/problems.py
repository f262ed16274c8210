"""What a return is refused with."""

from workflow.errors import Conflict, Invalid, sentence

LONGEST_REASON = 500
MOST_MARKS = 50


class CannotGoBack(Conflict):
    message = "This cannot go back: {reason} Nothing was changed."


def required(reason: str) -> str:
    """The reason, trimmed; raises Invalid when there is none."""
    if not reason.strip():
        raise Invalid({"reason": [sentence("Say why; the history keeps it.")]})
    return reason.strip()[:LONGEST_REASON]
