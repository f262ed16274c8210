"""Several tasks at once, each with its own result: never a success that was not checked."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, make_response, redirect, render_template, request
from sqlalchemy.orm import Session

from forms.context import FormContext
from forms.element import Field
from forms.form import Form
from web import i18n
from web.asked import wholes
from web.reader import current_user
from web.sent import sent
from web.task_forms import context_of, form_of
from workflow import instances, tasks
from workflow.errors import Invalid, NotFound, sentence
from workflow.identity import User
from workflow.models import UserTask
from workflow.tasks import Result

blueprint = Blueprint("bulk", __name__, url_prefix="/inbox")

MOST = 200
OTHER_STEP = sentence("This is another step than the first one chosen; do it by itself.")


@blueprint.post("/claims")
def claim() -> str:
    """Claim the chosen tasks; one result for each."""
    results = tasks.claim_all(g.session, _chosen(), current_user())
    return render_template("bulk_result.html", results=results, claimed=True)


@blueprint.get("/completions/new")
def ask() -> Response:
    """The form once for all chosen tasks of one step; the others are named and left out.

    The list's form brings its token along, as its other buttons post: that is no part of an address.
    """
    if "csrf_token" in request.args:
        return make_response(redirect(f"/inbox/completions/new?{urlencode({'task': _chosen()}, doseq=True)}", 303))
    return _form(*alike(g.session, _chosen(), current_user()))


@blueprint.post("/completions")
def complete() -> Response:
    """Apply the one set of answers to every task of the step: each is claimed if need be, checked, completed."""
    user, key = current_user(), request.form.get("request_key")
    done, waiting = _done_before(g.session, _chosen(), user, key)
    same, left_out = alike(g.session, waiting, user)
    if not same and done:
        return _results([*done, *left_out])
    if not same:
        return _form(same, left_out, status=422)
    form = form_of(same[0])
    if form.rearranges(request.form):
        return _form(same, left_out, typed=form.typed(request.form))
    try:
        answers = form.load(request.form, request.files, shared_context(form, same, user))
    except Invalid as wrong:
        return _form(same, left_out, wrong.problems, form.typed(request.form), 422)
    ids = [task.id for task in same]
    results = tasks.complete_all(g.session, ids, user, answers, request_key=key, sent=sent(form))
    return _results([*done, *results, *left_out])


def _results(results: list[Result]) -> Response:
    return make_response(render_template("bulk_result.html", results=results, claimed=False))


def _done_before(session: Session, task_ids: list[int], user: User, key: str | None) -> tuple[list[Result], list[int]]:
    """Of the chosen tasks those that just this request has completed already, and the ids of the others.

    Raises RequestReused when its key was used for other answers.
    """
    ended = [task for task in tasks.find_all(session, task_ids, user) if task.completed_by == user.name]
    done = [task.id for task in ended if tasks.is_repeated(task, tasks.digest(key, user, sent(form_of(task))))]
    found = {task.id: task for task in ended}
    waiting = [task_id for task_id in task_ids if task_id not in done]
    return [Result(task_id, found[task_id], None) for task_id in done], waiting


def _chosen() -> list[int]:
    """The ids of the chosen tasks. Raises Invalid for none or too many."""
    ids = wholes("task")
    if not ids:
        raise Invalid(message="Choose at least one task.")
    if len(ids) > MOST:
        raise Invalid(message="At most {most} tasks at once; please choose fewer.", most=MOST)
    return ids


def alike(session: Session, task_ids: list[int], user: User) -> tuple[list[UserTask], list[Result]]:
    """The tasks of the first one's step that the user may do, and the others with the reason."""
    same: list[UserTask] = []
    left_out: list[Result] = []
    for task_id in task_ids:
        try:
            task = tasks.find(session, task_id, user)
        except NotFound as refused:
            left_out.append(Result(task_id, None, refused.sentence))
            continue
        why = tasks.why_not(session, task, user)
        if why is None and same and _step(task) != _step(same[0]):
            why = OTHER_STEP
        if why is None:
            same.append(task)
        else:
            left_out.append(Result(task_id, task, why))
    return same, left_out


def _step(task: UserTask) -> tuple[int, str]:
    return task.definition_id, task.activity_id


def _form(
    same: list[UserTask],
    left_out: list[Result],
    problems: Mapping[str, Any] | None = None,
    typed: Mapping[str, Any] | None = None,
    status: int = 200,
) -> Response:
    form = form_of(same[0]) if same else None
    facts = {
        "same": same,
        "left_out": left_out,
        "form": form.render(typed, problems, shared_context(form, same, current_user())) if form else "",
        "form_has_buttons": bool(form and form.buttons),
        "differing": [field.label(i18n.language()) for field in _differing(form, same)] if form else [],
        "request_key": request.form.get("request_key") or secrets.token_urlsafe(16),
    }
    return make_response(render_template("bulk_form.html", **facts), status)


def shared_context(form: Form, same: Sequence[UserTask], user: User) -> FormContext:
    """Around the shared form: of what the cases know only what it asks for and all of them agree on."""
    first, *others = _known(same)
    agreed = {
        name: first[name]
        for name in form.fields
        if name in first and all(name in each and each[name] == first[name] for each in others)
    }
    return replace(context_of(same[0], user), variables=agreed, draft_url="")


def _differing(form: Form, same: Sequence[UserTask]) -> list[Field]:
    """The fields whose value the cases know and do not agree on: what is entered would level them."""
    first, *others = _known(same)
    return [field for name, field in form.fields.items() if any(each.get(name) != first.get(name) for each in others)]


def _known(same: Sequence[UserTask]) -> list[dict[str, Any]]:
    return [{**instances.variables(g.session, each.instance), **each.local_variables} for each in same]
