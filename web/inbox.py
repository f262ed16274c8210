"""The inbox: what waits for me, what my groups may take, what I did, what waits for others; all in the URL."""

from dataclasses import dataclass

from flask import Blueprint, Response, g, request
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from web import lists
from web.errors import is_fragment
from web.fragments import page
from web.i18n import _, language, name_of
from web.naming import Due, due, person_name
from web.navigation import Entry
from web.reader import current_user
from web.wishes import DUES, OPERATORS, STATES, THEN, VIEWS, Choice, Wish, wish_of
from workflow import substitutes, tasks, views
from workflow.identity import User
from workflow.models import ProcessDefinition, ProcessInstance, UserTask
from workflow.statuses import InstanceStatus, TaskStatus

blueprint = Blueprint("inbox", __name__)

PAGE = 50


@dataclass(frozen=True)
class Row:
    """One task as the list shows it."""

    task: UserTask
    due: Due
    who: str
    mine: bool
    may_claim: bool
    paused: bool = False
    for_whom: str = ""


@blueprint.get("/inbox")
def show() -> Response:
    user = current_user()
    counts = tasks.counts(g.session, user)
    list_ = lists.settle(g.session, user, _wish(g.session, user, "mine" if counts.get("mine") else "groups"))
    wish = list_.wish
    found = views.search(g.session, user, list_.asked, wish.after or None, PAGE)
    return page(
        "inbox.html",
        "_inbox.html",
        wish=wish,
        views=VIEWS,
        counts={view: _shown(view, number) for view, number in counts.items()},
        page=found,
        rows=_rows(g.session, found.rows, user, wish.view),
        known=views.values(g.session, found.rows, wish.columns),
        labels=_labels(g.session, wish),
        problems=list_.problems,
        choices=choices(g.session, user, wish),
        empty=_empty(wish),
        operator_words={choice.value: choice.label for choice in OPERATORS},
        **({} if is_fragment() else _around(g.session, user, wish)),
    )


def _wish(session: Session, user: User, otherwise: str) -> Wish:
    """What the address asks; an address that asks nothing is the view the reader's day begins with."""
    start = None if request.args else views.saved.start(session, user)
    if start is None:
        return wish_of(request.args, otherwise)
    return wish_of(MultiDict({**start.asked, "saved": [str(start.id)]}), otherwise)


def _around(session: Session, user: User, wish: Wish) -> dict:
    """What stands around the list and does not change with it."""
    people = select(User.name, User.display_name).where(User.active).order_by(User.display_name, User.name)
    return {
        "saved_views": views.saved.offered(session, user),
        "start": views.saved.start(session, user),
        "variables": lists.variable_choices(session),
        "typed": lists.typed(session, _named(wish)),
        "people": [Choice(*row) for row in session.execute(people)],
        "operators": OPERATORS,
        "states": STATES,
        "then": THEN,
    }


def _named(wish: Wish) -> list[str]:
    return list(dict.fromkeys((*wish.columns, *(variable for variable, _operator, _value in wish.conditions))))


def _labels(session: Session, wish: Wish) -> dict[str, str]:
    """Variable of a column or a condition → what it is called."""
    names = _named(wish)
    if not names:
        return {}
    known = lists.fields(session)
    return {name: known[name].label(language()) if name in known else name for name in names}


def _rows(session: Session, found: list[UserTask], user: User, view: str) -> list[Row]:
    asked = select(ProcessInstance.id).where(
        ProcessInstance.id.in_([task.instance_id for task in found]), ProcessInstance.status == InstanceStatus.SUSPENDED
    )
    paused = set(session.scalars(asked)) if found else set()
    principals = _principals(session, found, user)
    return [row_of(task, user, view, task.instance_id in paused, principals.get(task.id, "")) for task in found]


def _principals(session: Session, found: list[UserTask], user: User) -> dict[int, str]:
    """Task id → for whom the user has it, or would take it. Costs nothing for who stands in for nobody."""
    names = {task.id: [task.on_behalf_of] for task in found if task.on_behalf_of}
    if substitutes.stands_for(session, user):
        mine = {task.id for task in found if task.assignee == user.name}
        names |= {
            each.id: tasks.places(session, each, user) for each in found if each.id not in names | dict.fromkeys(mine)
        }
    return {task_id: _(", ").join(map(person_name, each)) for task_id, each in names.items()}


def row_of(task: UserTask, user: User, view: str, paused: bool = False, for_whom: str = "") -> Row:
    open_ = task.status is TaskStatus.OPEN
    return Row(
        task=task,
        due=due(task),
        who=person_name(task.assignee),
        mine=open_ and task.assignee == user.name,
        may_claim=open_ and task.assignee != user.name and view == "groups" and not paused,
        paused=open_ and paused,
        for_whom=for_whom,
    )


def choices(session: Session, user: User, wish: Wish) -> dict[str, tuple[Choice, ...] | list[Choice]]:
    """What the filters offer. Steps are offered once a process is chosen."""
    processes = newest_definitions(session)
    steps = [found for found in processes if found.key == wish.process]
    return {
        "processes": [Choice(found.key, name_of(found)) for found in processes],
        "activities": [choice for found in steps for choice in _user_tasks(found.activities)],
        "groups": [Choice(group.key, name_of(group)) for group in user.groups],
        "dues": DUES,
        "sorts": wish.sorts,
    }


def newest_definitions(session: Session) -> list:
    """The newest version of every process: key, name, names, activities."""
    newest = select(func.max(ProcessDefinition.id)).group_by(ProcessDefinition.key)
    columns = (ProcessDefinition.key, ProcessDefinition.name, ProcessDefinition.names, ProcessDefinition.activities)
    query = select(*columns).where(ProcessDefinition.id.in_(newest)).order_by(ProcessDefinition.name)
    return list(session.execute(query))


def _user_tasks(activities: dict) -> list[Choice]:
    return [
        Choice(key, (each.get("names") or {}).get(language()) or each.get("name") or key)
        for key, each in activities.items()
        if each.get("kind") == "userTask"
    ]


def _empty(wish: Wish) -> str:
    """Why the list is empty, in words."""
    if wish.narrowed:
        return _("Nothing matches what you ask for.")
    return _(next(view.empty for view in VIEWS if view.value == wish.view))


def _shown(view: str, number: int) -> str:
    return str(number) if number < tasks.COUNTED_TO[view] else f"{number - 1}+"


def _waiting(session: Session, user: User) -> int:
    return tasks.counts(session, user, ["mine"])["mine"]


NAVIGATION = (Entry("Inbox", "inbox.show", order=10, icon="inbox", badge=_waiting, live="inbox-changed"),)
