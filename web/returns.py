"""Sending a task back, taking a step back, withdrawing and reopening a case: a page for each, with a reason."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Blueprint, Response, flash, g, make_response, redirect, render_template, request
from sqlalchemy import bindparam, select

from forms.form import Form
from forms.tasks import form_named
from web.asked import text
from web.errors import is_fragment
from web.i18n import _, language
from web.reader import current_user
from workflow import beside, cases, returns, rows, tasks
from workflow.errors import Conflict, Invalid, NotAllowed, Refusal, Sentence, sentence
from workflow.models import Case, Footing, ProcessInstance, Return, UserTask
from workflow.returns import Target
from workflow.separation import NeedsAgreement
from workflow.statements import Statement
from workflow.statuses import ReturnMode, TaskStatus

blueprint = Blueprint("returns", __name__)


@blueprint.app_context_processor
def _globals() -> dict[str, Any]:
    return {
        "nowhere_to_go_back": lambda task: returns.why_nowhere(g.session, task, current_user()),
        "returned": returned,
        "may_go_back": may_go_back,
        "case_moves": case_moves,
        "takeable": takeable,
    }


# Sending back


@blueprint.get("/tasks/<int:task_id>/returns/new")
def ask(task_id: int) -> Response:
    """The page; for htmx only what depends on what was chosen: the ways, the marks, the preview."""
    task = tasks.find(g.session, task_id, current_user())
    if is_fragment():
        return make_response(render_template("_return_chosen.html", task=task, problems={}, **_chosen(task)))
    return _page(task)


@blueprint.post("/tasks/<int:task_id>/returns")
def send_back(task_id: int) -> Response:
    """Send it back: 303 to the task. 422: what was typed wrongly; 409: how things stand now. Then nothing was done."""
    user = current_user()
    task = tasks.find(g.session, task_id, user)

    def act() -> None:
        if not text("to", 300):
            raise Invalid({"to": [sentence("Choose where to.")]})
        marks = request.form.getlist("mark")
        returns.send_back(g.session, task, user, text("to", 300), _mode(), text("reason", 500), marks)

    return _tried(act, lambda **more: _page(_again(task), **more), f"/tasks/{task_id}", _("It was sent back."))


def _page(task: UserTask, status: int = 200, **more: Any) -> Response:
    shown = {"problems": {}, "conflict": None, **_chosen(task), **more}
    refused = returns.why_not(g.session, task, current_user())
    page = render_template("return.html", task=task, refused=refused, reason=text("reason", 500), **shown)
    return make_response(page, status)


def _chosen(task: UserTask) -> dict[str, Any]:
    """The steps to choose from, the one chosen, and what would come of it."""
    user = current_user()
    targets = returns.targets(g.session, task, user)
    chosen = next((each for each in targets if each.key == request.values.get("to")), None)
    facts: dict[str, Any] = {"targets": targets, "chosen": chosen, "mode": None, "preview": None, "fields": []}
    if chosen is None:
        return facts
    mode = _mode() if _mode() in chosen.modes else next(iter(chosen.modes), None)
    facts |= {"mode": mode, "fields": _fields(chosen), "marks": request.values.getlist("mark")}
    if mode is not None:
        try:
            facts["preview"] = returns.preview(g.session, task, user, chosen.key, mode)
        except Refusal as refused:
            facts["unsound"] = refused.sentence
    return facts


def _mode() -> ReturnMode:
    asked = request.values.get("mode", "")
    return ReturnMode(asked) if asked in (ReturnMode.STRAIGHT.value, ReturnMode.REDO.value) else ReturnMode.STRAIGHT


def _fields(target: Target) -> list[tuple[str, str]]:
    """Name and label of each field of the step's form."""
    return _labels(form_named(g.session, target.instance.definition, target.activity.form_key))


def _labels(form: Form) -> list[tuple[str, str]]:
    return [(key, field.label(language()) or key) for key, field in form.fields.items()]


@blueprint.post("/tasks/<int:task_id>/recall")
def recall(task_id: int) -> Response:
    """The sender of a correction needs no answer any more."""
    user = current_user()
    task = tasks.find(g.session, task_id, user)
    returns.recall(g.session, task, user, text("reason", 500))
    flash(_("It is no longer asked for."), "ok")
    return make_response(redirect(f"/tasks/{task.parent_id}", 303))


# Taking back, withdrawing, reopening


@blueprint.route("/tasks/<int:task_id>/withdrawal", methods=["GET", "POST"])
def withdraw(task_id: int) -> Response:
    """Take one's own completed step back."""
    user = current_user()
    task = tasks.find(g.session, task_id, user)

    def page(**more: Any) -> Response:
        fresh = _again(task)
        return _by_hand("withdraw", fresh.case, returns.why_not_withdraw(g.session, fresh, user), task=fresh, **more)

    if request.method == "GET":
        return page()
    open_again: list[UserTask] = []
    act = lambda: open_again.append(returns.withdraw(g.session, task, user, text("reason", 500)))  # noqa: E731
    return _tried(act, page, lambda: f"/tasks/{open_again[0].id}", _("It is open again, with your answers."))


@blueprint.route("/cases/<int:case_id>/withdrawal", methods=["GET", "POST"])
def withdraw_case(case_id: int) -> Response:
    """End a case one has begun."""
    user = current_user()
    case = cases.find(g.session, case_id, user)

    def page(**more: Any) -> Response:
        return _by_hand("withdraw_case", case, returns.why_not_the_case(g.session, case, user), **more)

    if request.method == "GET":
        return page()
    act = lambda: returns.withdraw_case(g.session, case, user, text("reason", 500))  # noqa: E731
    return _tried(act, page, f"/cases/{case_id}", _("The case was withdrawn."))


@blueprint.route("/cases/<int:case_id>/reopening", methods=["GET", "POST"])
def reopen(case_id: int) -> Response:
    """Let a closed case go on at a step of it."""
    user = current_user()
    case = cases.find(g.session, case_id, user)

    def page(**more: Any) -> Response:
        refused = _why_not_reopen(case)
        entrances = returns.entrances(g.session, case) if refused is None else []
        return _by_hand("reopen", case, refused, entrances=entrances, **more)

    if request.method == "GET":
        return page()

    def act() -> None:
        if not text("at", 300):
            raise Invalid({"at": [sentence("Choose a step.")]})
        verb = returns.ask_to_reopen if second else returns.reopen
        verb(g.session, case, user, text("at", 300), text("reason", 500))

    second = text("second") == "1"
    said = _("It is asked for; a second person must agree.") if second else _("The case is open again.")
    return _tried(act, page, f"/cases/{case_id}", said)


def _by_hand(kind: str, case: Case, refused: Sentence | None, status: int = 200, **shown: Any) -> Response:
    facts = {
        "problems": {},
        "conflict": None,
        "needs_second": False,
        "task": None,
        "entrances": [],
        "reason": text("reason", 500),
        **shown,
    }
    return make_response(render_template("return_by_hand.html", kind=kind, case=case, refused=refused, **facts), status)


def _tried(act: Callable[[], Any], page: Callable[..., Response], then: str | Callable[[], str], said: str) -> Response:
    try:
        with g.session.begin_nested():
            act()
    except Invalid as wrong:
        g.session.expire_all()
        return page(status=422, problems=wrong.problems or {"": [wrong.sentence]})
    except NeedsAgreement as alone:
        g.session.expire_all()
        return page(status=409, conflict=alone.sentence, needs_second=True)
    except (Conflict, NotAllowed) as refused:
        g.session.expire_all()
        return page(status=409 if isinstance(refused, Conflict) else 403, conflict=refused.sentence)
    flash(said, "ok")
    return make_response(redirect(then if isinstance(then, str) else then(), 303))


def _again(task: UserTask) -> UserTask:
    """As it stands after what was tried has been undone."""
    return tasks.find(g.session, task.id, current_user())


# What other pages show


def returned(task: UserTask) -> dict[str, Any]:
    """Why the task is there once more, what it waits for, and what a correction has changed."""
    if task.status is not TaskStatus.OPEN:
        return {}
    made = returns.of(g.session, task)
    return {
        "made": made,
        "marks": _marked(task, made) if made is not None else [],
        "hanging": beside.hanging(g.session, task.id),
        "answered": [each for each in returns.sent_from(g.session, task) if each.before is not None],
        "changed": _changed,
    }


def _changed(made: Return) -> list[str]:
    """The labels of the fields a correction has changed."""
    definition = g.session.get_one(ProcessInstance, made.instance_id).definition
    activity = definition.activities.get(made.activity_id) or {}
    labels = dict(_labels(form_named(g.session, definition, activity.get("form_key"))))
    return [labels.get(each, each) for each in made.before or {}]


def _marked(task: UserTask, made: Return) -> list[str]:
    """The labels of the marked fields of the task's form."""
    labels = dict(_labels(form_named(g.session, task.definition, task.form_key)))
    return [labels.get(each, each) for each in made.marks]


def takeable(task_ids: Iterable[int]) -> set[int]:
    """Which of these completed tasks nothing has happened after; asked once for a page."""
    if "takeable" not in g:
        moved = select(Footing.task_id).join(ProcessInstance, ProcessInstance.id == Footing.instance_id)
        fresh = (Footing.task_id.in_(list(task_ids)), ProcessInstance.revision == Footing.revision_after)
        g.takeable = set(g.session.scalars(moved.where(*fresh)))
    return g.takeable


def may_go_back(task: UserTask) -> bool:
    """Whether to offer the reader to take this completed task back: it was theirs, and nothing has moved the process
    since. The page behind the offer judges in full."""
    if current_user().name not in (task.completed_by, task.on_behalf_of):
        return False
    (found,) = rows.ask(g.session, _UNMOVED(task_id=task.id))
    return bool(found)


_MOVED = select(Footing.task_id).join(ProcessInstance, ProcessInstance.id == Footing.instance_id)
_UNMOVED = Statement(
    _MOVED.where(Footing.task_id == bindparam("task_id"), ProcessInstance.revision == Footing.revision_after).limit(1)
)


def case_moves(case: Case) -> Mapping[str, bool]:
    """What the reader may do to the case as a whole."""
    user = current_user()
    withdrawable = case.closed_at is None and returns.why_not_the_case(g.session, case, user) is None
    return {"withdraw": withdrawable, "reopen": _why_not_reopen(case) is None}


def _why_not_reopen(case: Case) -> Sentence | None:
    return returns.why_not_reopen(g.session, case, current_user())
