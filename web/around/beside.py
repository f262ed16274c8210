"""What stands around a task on its page, and what people do about it there."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Response, g, make_response, redirect, render_template, request

from web.around.typed import moment, soon
from web.asked import text
from web.comments import SPEAK
from web.errors import is_fragment
from web.reader import current_user, everybody, language
from workflow import comments, tasks
from workflow.around import (
    ahead,
    asked,
    checklists,
    copies,
    deadlines,
    follow_ups,
    heads,
    lawful,
    mentions,
    phrases,
    reminders,
    supervisions,
    urgency,
    urges,
)
from workflow.errors import Invalid, NotAllowed, NotFound, Sentence, sentence
from workflow.identity import User
from workflow.models import UserTask
from workflow.statuses import TaskKind, TaskStatus

blueprint = Blueprint("beside", __name__, url_prefix="/tasks/<int:task_id>")
LONGEST = 4000  # characters of what is sent; what is kept is bounded below
Problems = Mapping[str, Sequence[Sentence]]
Act = Callable[[UserTask, User], object]


@dataclass(frozen=True)
class Beside:
    """Everything `around/_task.html` shows. The `may_…` say what is offered to the reader."""

    task: UserTask
    pause: Any
    question: Any
    asked: list[Any]
    items: list[Any]
    urges: list[Any]
    too_early: Sentence | None
    supervisions: list[Any]
    reminders: list[Any]
    follow_up: Any
    may_urge: bool
    may_pause: bool
    by_law: Sentence | None
    may_lead: bool
    may_supervise: bool
    mine: bool
    colleagues: list[User] = field(default_factory=list)


def beside(task: UserTask, user: User) -> Beside | None:
    """What stands around an open task; None for one that is over."""
    if task.status is not TaskStatus.OPEN:
        return None
    mine, session = task.assignee == user.name, g.session
    may_urge = urges.why_not(session, task, user) is None
    watched = supervisions.of_case(session, task.case)
    return Beside(
        task=task,
        pause=deadlines.open_pause(session, task),
        question=asked.question(session, task),
        asked=asked.of(session, task),
        items=checklists.of(session, task),
        urges=urges.of(session, task),
        too_early=urges.too_early(session, task) if may_urge else None,
        supervisions=[
            (each, supervisions.may_answer(session, each, user)) for each in watched if each.task_id in (None, task.id)
        ],
        reminders=reminders.of(session, task),
        follow_up=follow_ups.of(session, task, user),
        may_urge=may_urge,
        may_pause=deadlines.why_not_pause(session, task, user) is None,
        by_law=lawful.why_not(session, task),
        may_lead=user.may("tasks.assign") or heads.leads(session, user, task.assignee),
        may_supervise=heads.leads(session, user, None),
        mine=mine,
        colleagues=_colleagues(user) if mine and task.kind is TaskKind.STEP else [],
    )


def _colleagues(user: User) -> list[User]:
    return [each for each in everybody() if each.name != user.name]


@blueprint.post("/urges")
def urge(task_id: int) -> Response:
    return _done(task_id, lambda task, user: urges.urge(g.session, task, user, text("said", LONGEST)))


@blueprint.post("/supervisions")
def supervise(task_id: int) -> Response:
    def act(task: UserTask, user: User) -> object:
        until = moment("answer_by", needed=True)
        return supervisions.supervise(g.session, task.case, user, until, text("note", LONGEST), task)  # type: ignore[arg-type]

    return _done(task_id, act)


@blueprint.post("/follow-up")
def follow_up(task_id: int) -> Response:
    """Come back to it then; with `hidden` out of the inbox until then; without a moment nothing is set any more."""

    def act(task: UserTask, user: User) -> object:
        at = moment("soon") or moment("at")
        if at is None:
            return follow_ups.clear(g.session, task, user)
        return follow_ups.set_(g.session, task, user, at, "hidden" in request.form, text("note", 200))

    return _done(task_id, act)


@blueprint.post("/comments")
def comment(task_id: int) -> Response:
    """Say something about the case without leaving its task; the matter beside it shows it at once."""

    def act(task: UserTask, user: User) -> object:
        if not user.may(SPEAK):
            raise NotAllowed("You may read this case, but not write in it.")
        return comments.add(g.session, task.case, user, request.form.get("body", "").replace("\r\n", "\n"))

    return _done(task_id, act, "around/_commented.html")


@blueprint.post("/pause")
def pause(task_id: int) -> Response:
    return _done(task_id, lambda task, user: deadlines.pause(g.session, task, user, text("reason", LONGEST)))


@blueprint.post("/resumption")
def resume(task_id: int) -> Response:
    return _done(task_id, lambda task, user: deadlines.resume(g.session, task, user))


@blueprint.post("/due")
def move_due(task_id: int) -> Response:
    def act(task: UserTask, user: User) -> object:
        return deadlines.move(g.session, task, user, moment("due_at", needed=True), text("reason", 500))  # type: ignore[arg-type]

    return _done(task_id, act)


@blueprint.post("/priority")
def set_priority(task_id: int) -> Response:
    """Set it by hand; without a number it is computed again."""

    def act(task: UserTask, user: User) -> object:
        typed = text("priority", 6)
        if typed and not (typed.isascii() and typed.isdigit()):
            said = sentence("A priority is a whole number from 0 to {most}.", most=urgency.MOST)
            raise Invalid({"priority": [said]})
        value = int(typed) if typed else None
        return urgency.set_by_hand(g.session, task, user, value, text("reason", 500))

    return _done(task_id, act)


@blueprint.post("/checklist")
def add_item(task_id: int) -> Response:
    def act(task: UserTask, user: User) -> object:
        return checklists.add(g.session, task, user, text("text", LONGEST), "required" in request.form)

    return _done(task_id, act)


@blueprint.post("/checklist/<int:item_id>")
def tick(task_id: int, item_id: int) -> Response:
    """Tick it off with `done`; without it take the tick back; with `remove` take the item away."""

    def act(task: UserTask, user: User) -> object:
        if "remove" in request.form:
            return checklists.remove(g.session, task, user, item_id)
        return checklists.tick(g.session, task, user, item_id, "done" in request.form)

    return _done(task_id, act)


@blueprint.post("/questions")
def ask(task_id: int) -> Response:
    def act(task: UserTask, user: User) -> object:
        to = g.session.get(User, text("to"))
        if to is None:
            raise Invalid({"to": [sentence("Choose whom you ask.")]})
        due_at, awaited = moment("due_at"), "awaited" in request.form
        return asked.ask(g.session, task, user, to, text("question", LONGEST), due_at, awaited)

    return _done(task_id, act)


@blueprint.post("/questions/<int:asked_id>/withdrawal")
def take_back(task_id: int, asked_id: int) -> Response:
    def act(task: UserTask, user: User) -> object:
        question = tasks.find(g.session, asked_id, user)
        if question.parent_id != task.id:
            raise NotFound
        return asked.withdraw(g.session, question, user, text("reason", 500))

    return _done(task_id, act)


def _done(task_id: int, act: Act, fragment: str = "around/_task.html") -> Response:
    """Do it and show what stands around the task now, in `fragment` for htmx; 422 with what was typed wrongly, and
    nothing was done."""
    user = current_user()
    task = tasks.find(g.session, task_id, user)
    problems: Problems = {}
    try:
        with g.session.begin_nested():
            act(task, user)
    except Invalid as wrong:
        problems = wrong.problems or {"": [wrong.sentence]}
    if not is_fragment() and not problems:
        return make_response(redirect(f"/tasks/{task_id}#around", 303))
    g.session.refresh(task)
    found = beside(task, user)
    name = fragment if is_fragment() else "around/task.html"
    page = render_template(name, task=task, around=found, around_problems=problems)
    answer = make_response(page, 422 if problems else 200)
    answer.headers["HX-Trigger"] = "inbox-changed"
    return answer


@blueprint.app_context_processor
def _globals() -> dict[str, object]:
    return {
        "soon": soon,
        "around_of": lambda task: beside(task, current_user()),
        "opinion_phrases": lambda: phrases.of(g.session, current_user()),
        "ahead_of": lambda instance: ahead.path(g.session, instance),
        "ahead_names": lambda steps: ahead.names(g.session, steps, language()),
        "copies_of": lambda case: copies.of_case(g.session, case),
        "mentionable": lambda case: mentions.who_see(g.session, case, current_user()),
        "colleagues_named": lambda: [(each.name, each.display_name) for each in _colleagues(current_user())],
    }
