"""What was typed and not yet sent off: kept sealed, since ID numbers and telephones are among it."""

import base64
import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from flask import g

from archive import vault
from workflow import tasks
from workflow.identity import User
from workflow.models import UserTask

log = logging.getLogger(__name__)
SEALED = "sealed"  # the only value of a draft's row


def keep(task: UserTask, user: User, typed: Mapping[str, Any]) -> datetime:
    """Keep what the user has typed into the task's form; returns when. Raises as `tasks.save_draft` does."""
    sealed = vault.seal(g.session, orjson.dumps(typed).decode(), _purpose(task, user))
    return tasks.save_draft(g.session, task, user, {SEALED: base64.b64encode(sealed).decode()}).saved_at


def kept(task: UserTask, user: User) -> tuple[dict[str, Any] | None, datetime | None]:
    """What this user has typed and when; (None, None) when nothing, or nothing that can still be opened."""
    draft = tasks.draft(g.session, task, user)
    if draft is None:
        return None, None
    try:
        typed = vault.open_(g.session, base64.b64decode(draft.values.get(SEALED, "")), _purpose(task, user))
    except (vault.SealBroken, ValueError):
        log.warning("draft_unreadable", extra={"task": task.id})
        return None, None
    return orjson.loads(typed), draft.saved_at


def _purpose(task: UserTask, user: User) -> str:
    """A draft opens for its own task and person only."""
    return f"task_drafts.values {task.id} {user.name}"
