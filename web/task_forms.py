"""The form of a task as a page needs it: what it may know, and a signature's password."""

from typing import Any

from flask import Blueprint, current_app, g, request

from forms.context import FormContext
from forms.form import Form
from forms.tasks import form_for
from web.i18n import language, say
from workflow import returns, signins, variable_rows
from workflow.around.phrases import OPINION
from workflow.identity import User
from workflow.models import UserTask
from workflow.statuses import TaskStatus

blueprint = Blueprint("task_forms", __name__)
blueprint.app_context_processor(lambda: {"outcome_label": outcome_label})


def form_of(task: UserTask) -> Form:
    """The form pinned with the task's version."""
    return form_for(g.session, task)


def outcome_label(task: UserTask) -> str:
    """What the button said that ended the task, in the reader's language; "" for a task without outcomes."""
    if not task.outcome:
        return ""
    return next((b.label(language()) for b in form_of(task).buttons if b.outcome == task.outcome), task.outcome)


def context_of(task: UserTask, user: User, read_only: bool = False) -> FormContext:
    """Around the task's form: the process's variables, over them the task's own and what was answered before."""
    return FormContext(
        session=g.session,
        user=user,
        variables={**_known(task), **task.local_variables, **_answered(task)},
        language=language(),
        translate=say,
        read_only=read_only,
        task=task,
        check_password=password_right,
        draft_url=f"/tasks/{task.id}/draft",
        choices_url=f"/tasks/{task.id}/choices/",
        files_url=f"/tasks/{task.id}/files/",
    )


def _known(task: UserTask) -> dict[str, Any]:
    """The process's variables; but an opinion is its step's own, and nobody is offered somebody else's as theirs."""
    return {name: value for name, value in variable_rows.read(g.session, task.instance_id).items() if name != OPINION}


def _answered(task: UserTask) -> dict[str, Any]:
    """What was answered in an open task when the same was done before."""
    return returns.answers(g.session, task) if task.status is TaskStatus.OPEN else {}


def password_right(name: str, password: str) -> bool:
    """Whether this is the person's password; a wrong one counts as a failed sign-in and slows the next."""
    address = request.remote_addr or ""
    if signins.charge(g.session, name, address):
        return False
    user = g.session.get(User, name)
    stored = user.password_hash if user and user.active else ""
    right = current_app.hasher.matches(stored, password)  # type: ignore[attr-defined]
    if right:
        signins.forgive(g.session, name, address)
    return right
