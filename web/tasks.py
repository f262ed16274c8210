"""One task: claim it, see the matter beside it, fill in its form, hand it over, complete it."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from flask import Blueprint, Response, g, make_response, redirect, render_template, request

from forms.choices import offered
from web import asked, boards, drafts
from web.delegations import done_by_delegate
from web.errors import is_fragment
from web.fragments import toast
from web.i18n import _, name_of
from web.matters import matter_of
from web.naming import due
from web.reader import current_user
from web.sent import sent
from web.standing import at_work
from web.task_forms import context_of, form_of
from workflow import suspensions, tasks
from workflow.errors import Conflict, Invalid, NotFound, Refusal
from workflow.identity import User
from workflow.models import UserTask
from workflow.statuses import TaskStatus

blueprint = Blueprint("tasks", __name__, url_prefix="/tasks/<int:task_id>")

TRIES = 8  # how often a page asks what comes next while the machine works on the case
NEXT_SHOWN = 5  # tasks offered from the inbox
CHANGED = "inbox-changed"


@blueprint.get("")
def show(task_id: int) -> Response:
    task = tasks.find(g.session, task_id, current_user())
    return _page(task)


@blueprint.post("/claim")
def claim(task_id: int) -> Response:
    """Claim; a plain form and the task's own page then show it, the inbox only says so."""
    user = current_user()
    task = tasks.claim(g.session, tasks.find(g.session, task_id, user), user, asked.text("for") or None)
    return after(task, _("“{task}” is yours.", task=name_of(task)), f"/tasks/{task_id}")


@blueprint.delete("/claim", endpoint="unclaim")
@blueprint.post("/release")  # for a browser without scripts
def release(task_id: int) -> Response:
    user = current_user()
    task = tasks.release(g.session, tasks.find(g.session, task_id, user), user)
    return after(task, _("“{task}” is free again.", task=name_of(task)), "/inbox")


@blueprint.post("/assignment")
def hand_over(task_id: int) -> Response:
    user = current_user()
    task = tasks.find(g.session, task_id, user)
    to = g.session.get(User, asked.text("to"))
    if to is None or not to.active:
        raise Invalid(message="Choose the person who shall do it.")
    tasks.assign(g.session, task, user, to, asked.text("reason", 500))
    return after(task, _("“{task}” is now with {person}.", task=name_of(task), person=to.display_name), "/inbox")


@blueprint.put("/draft")
def save_draft(task_id: int) -> Response:
    """Keep what was typed. Answers the note "saved 10:32"; a form that must look different now gets itself anew."""
    user = current_user()
    task = tasks.find(g.session, task_id, user)
    form = form_of(task)
    typed = form.typed(request.form)
    saved_at = drafts.keep(task, user, typed)
    if "fields" in request.args:
        return make_response(form.render(typed, None, context_of(task, user), focus=False))
    return make_response(render_template("_draft_note.html", saved_at=saved_at))


@blueprint.post("/completion")
def complete(task_id: int) -> Response:
    """Check the answers, complete, show what comes next. Sent twice, it is done once and answered twice.

    422: the same form, what was typed kept, or the key was used before for other answers; 409: how things stand now.
    What was half done is undone each time.
    """
    user = current_user()
    task = tasks.find(g.session, task_id, user)
    form = form_of(task)
    if form.rearranges(request.form):
        return _page(task, typed=form.typed(request.form))
    request_key, said = request.form.get("request_key"), sent(form)
    if tasks.repeated(g.session, task, user, request_key, said):
        return _done(task)
    try:
        context = context_of(task, user)
        checked = form.check(request.form, request.files, context)
        if task.delegated_by is not None and task.assignee == user.name:
            return done_by_delegate(task, user, form.typed(request.form))
        with _undone_when_refused():
            answers = form.settle(checked, context)
            tasks.complete(g.session, task, user, answers, request_key=request_key, sent=said)
    except Invalid as wrong:
        g.session.refresh(task)
        if _state(task, user) == "done":  # sent twice, and what was free then is taken by the first
            return _done(task)
        problems = wrong.problems or {"": [wrong.sentence]}
        return _page(task, 422, problems=problems, typed=form.typed(request.form))
    except Conflict as conflict:
        g.session.refresh(task)
        return _page(task, 409, conflict=conflict.sentence)
    return _done(task)


@contextmanager
def _undone_when_refused() -> Iterator[None]:
    """A refusal in here undoes the request's work so far. A savepoint would cost every completion two trips."""
    try:
        yield
    except Refusal:
        g.session.rollback()
        raise


def _done(task: UserTask) -> Response:
    """The done fragment, or for a plain form the task's page, which shows the same."""
    if not is_fragment():
        return make_response(redirect(f"/tasks/{task.id}", 303))
    answer = _page(task)
    answer.headers["HX-Trigger"] = CHANGED
    return answer


@blueprint.get("/next")
def following(task_id: int) -> str:
    """What to go on with; asked a few times while machine work of the case is under way."""
    user = current_user()
    task = tasks.find(g.session, task_id, user)
    return render_template("_next.html", task=task, **_next(task, user, request.args.get("try", 0, type=int)))


@blueprint.get("/choices/<path:source>")
def choices(task_id: int, source: str) -> str:
    """Suggestions for a picker of the task's form: only for choices that this form names."""
    user = current_user()
    task = tasks.find(g.session, task_id, user)
    if not form_of(task).suggests(source):
        raise NotFound
    found = offered(source, context_of(task, user), request.args.get(request.args.get("field", "q"), ""))
    return render_template("_choices.html", choices=found)


def after(task: UserTask, said: str, then: str) -> Response:
    """From the task's own page the task anew, from elsewhere a toast; both tell the inbox."""
    if is_fragment() and request.headers.get("HX-Target", "").endswith("#task"):
        answer = _page(task)
        answer.headers["HX-Trigger"] = CHANGED
        return answer
    return toast(said, then, CHANGED)


def _page(
    task: UserTask,
    status: int = 200,
    problems: Mapping[str, Any] | None = None,
    typed: Mapping[str, Any] | None = None,
    conflict: Any = None,
) -> Response:
    user = current_user()
    facts = {**_facts(task, user, problems or {}, typed), "conflict": conflict}
    name = "_task_swapped.html" if is_fragment() else "task.html"
    return make_response(render_template(name, matter=matter_of(g.session, task.case, user), **facts), status)


def _facts(task: UserTask, user: User, problems: Mapping[str, Any], typed: Mapping[str, Any] | None) -> dict[str, Any]:
    """Everything the templates show of a task."""
    facts = {"task": task, "due": due(task), "state": _state(task, user), "problems": problems, "why_not": None}
    mine, ended = facts["state"] == "mine", facts["state"] in ("done", "over")
    if facts["state"] == "done":
        facts |= _next(task, user, 0)
    drafted, draft_at = drafts.kept(task, user) if mine else (None, None)
    return facts | {
        "why_not": None if mine or ended else tasks.why_not(g.session, task, user),
        **({} if ended else _form(task, user, problems, typed if typed is not None else drafted, mine)),
        "request_key": request.form.get("request_key") or secrets.token_urlsafe(16),
        "draft_at": draft_at,
        "colleagues": _colleagues(task, user) if mine else [],
        "paused": suspensions.why_not(g.session, task.instance) if mine else None,
        **boards.facts(task, user),
    }


def _form(
    task: UserTask, user: User, problems: Mapping[str, Any], values: Mapping[str, Any] | None, mine: bool
) -> dict[str, Any]:
    """The form of an open task, drawn; to look at only when it is not the user's."""
    form = form_of(task)
    drawn = form.render(values, problems, context_of(task, user, read_only=not mine), focus=bool(problems))
    return {"form": drawn, "form_has_buttons": bool(form.buttons)}


def _colleagues(task: UserTask, user: User) -> list[User]:
    """To whom the task could be handed over."""
    return [each for each in tasks.possible_performers(g.session, task) if each.name != user.name]


def _state(task: UserTask, user: User) -> str:
    """mine, free (nobody's), taken, done (by me) or over."""
    if task.status is TaskStatus.OPEN:
        return "mine" if task.assignee == user.name else "taken" if task.assignee else "free"
    return "done" if task.completed_by == user.name else "over"


def _next(task: UserTask, user: User, tried: int) -> dict[str, Any]:
    """What the user could do now, in this case and elsewhere; `waiting` while the machine may bring more."""
    in_case = tasks.next_in_case(g.session, task, user)
    if in_case and in_case.assignee is None and tasks.why_not(g.session, in_case, user):
        in_case = None  # a rule keeps it from who has done this one
    waiting = in_case is None and tried < TRIES and at_work(g.session, task.case)
    mine = tasks.inbox(g.session, user, "mine", {}, "", None, NEXT_SHOWN).rows
    more = mine or tasks.inbox(g.session, user, "groups", {}, "", None, NEXT_SHOWN).rows
    elsewhere = [each for each in more if each.case_id != task.case_id]
    return {"in_case": [in_case] if in_case else [], "in_inbox": elsewhere, "waiting": waiting, "tries": tried}
