"""What authorised people do to running processes by hand. Each says why; the history keeps it, with before and after.

Every verb checks the permission itself, holds the case and then looks again at what it is about: one transaction, in
which all happens or nothing. `seen` is the revision of the instance on which the person decided: when the process has
gone on since, the verb refuses (Conflict), so that sending a request twice does its work once.
"""

from workflow.operations.facts import change_variables, send_message
from workflow.operations.rights import CANCEL, CHANGE, LONGEST_REASON, MOVE, PERMISSIONS, SUSPEND
from workflow.operations.seconded import ask_to_move, ask_to_skip
from workflow.operations.tokens import (
    CannotBeDone,
    Preview,
    move,
    preview_move,
    preview_skip,
    resolve_left,
    skip,
    standing,
)
from workflow.operations.whole import cancel, resume, retry, suspend

__all__ = [
    "CANCEL",
    "CHANGE",
    "LONGEST_REASON",
    "MOVE",
    "PERMISSIONS",
    "SUSPEND",
    "CannotBeDone",
    "Preview",
    "ask_to_move",
    "ask_to_skip",
    "cancel",
    "change_variables",
    "move",
    "preview_move",
    "preview_skip",
    "resolve_left",
    "resume",
    "retry",
    "send_message",
    "skip",
    "standing",
    "suspend",
]
