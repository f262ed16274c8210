"""A task given to a delegate, and given back."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, g

from web import asked, drafts
from web.fragments import toast
from web.i18n import _, name_of
from web.reader import current_user, everybody
from workflow import kept_sentences, tasks
from workflow.errors import Invalid, Sentence
from workflow.identity import User
from workflow.models import UserTask
from workflow.statuses import TaskStatus

blueprint = Blueprint("delegations", __name__, url_prefix="/tasks/<int:task_id>")
blueprint.add_app_template_global(everybody)
CHANGED = "inbox-changed"


@blueprint.post("/delegation")
def delegate(task_id: int) -> Response:
    user = current_user()
    task = tasks.find(g.session, task_id, user)
    to = g.session.get(User, asked.text("to"))
    if to is None or not to.active:
        raise Invalid(message="Choose the person who shall do it.")
    tasks.delegate(g.session, task, user, to, asked.text("reason", 500))
    said = _("{person} does “{task}” and gives it back to you.", task=name_of(task), person=to.display_name)
    return toast(said, "/inbox", CHANGED)


@blueprint.post("/return")
def give_back(task_id: int) -> Response:
    """By the delegate, done or not, or the delegator, who takes it back."""
    user = current_user()
    task = _returned(tasks.find(g.session, task_id, user), user)
    then = f"/tasks/{task_id}" if task.assignee == user.name else "/inbox"
    return toast(_("“{task}” is back.", task=name_of(task)), then, CHANGED)


def done_by_delegate(task: UserTask, user: User, typed: Mapping[str, Any]) -> Response:
    """The delegate has filled in the form: their entry is kept, and the task is its delegator's again."""
    drafts.keep(task, user, typed)
    task = _returned(task, user)
    return toast(_("“{task}” is back, with what you have entered.", task=name_of(task)), "/inbox", CHANGED)


def _returned(task: UserTask, user: User) -> UserTask:
    """Given back. The delegate's entry was sealed for the delegate; it is sealed anew for who has the task now."""
    delegate_name = task.assignee
    delegate_typed = drafts.kept(task, g.session.get_one(User, delegate_name))[0] if delegate_name else None
    task = tasks.give_back(g.session, task, user, asked.text("reason", 500))
    if delegate_typed is not None and task.assignee not in (None, delegate_name):
        drafts.keep(task, g.session.get_one(User, task.assignee), delegate_typed)
    return task


@blueprint.app_template_global()
def places_of(task: UserTask) -> list[str]:
    """In whose place the reader could take the task."""
    user = current_user()
    if task.status is not TaskStatus.OPEN or task.assignee == user.name:
        return []
    return tasks.places(g.session, task, user)


@blueprint.app_template_global()
def spoken(kept: list[Any]) -> Sentence:
    """A sentence kept in the database."""
    return kept_sentences.spoken(kept)


@blueprint.app_template_global()
def remark_of(task: UserTask) -> Sentence | None:
    """Why the task came to whom it came, if that needs saying."""
    return kept_sentences.spoken(task.remark) if task.remark else None
