"""A request that is sent twice is done once: told by its key, and by who asked for what.

What a task keeps is 64 hex digits: 32 of the key and the person, 32 of what was asked. So the same request is known
again, and a key that is used for something else as well.
"""

import hashlib
from typing import Any

import orjson

from workflow.errors import Invalid
from workflow.identity import User
from workflow.models import UserTask

HALF = 32  # hex digits


class RequestReused(Invalid):
    message = "This page was sent before with other answers, and those count. Load it again to see them."


def digest(request_key: str | None, user: User, asked: Any) -> str | None:
    """What a task keeps of the request that completes it; `asked` is JSON. None without a key."""
    if request_key is None:
        return None
    return _half([request_key, user.name]) + _half(asked)


def is_repeated(task: UserTask, asked: str | None) -> bool:
    """Whether just this request (its `digest`) has completed the task; raises RequestReused when its key was used, by
    the same person, for another."""
    kept = task.request_digest
    if asked is None or kept is None:
        return False
    if kept != asked and kept[:HALF] == asked[:HALF]:
        raise RequestReused
    return kept == asked


def _half(said: Any) -> str:
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()[:HALF]
