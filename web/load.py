"""The load of a head's people, with hand-over by dragging or by choosing; and one's own day."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, url_for

from web import asked
from web.i18n import _, name_of, say
from web.naming import due
from web.navigation import Entry
from web.reader import current_user
from workflow import load, substitutes, tasks
from workflow.around import follow_ups
from workflow.errors import Invalid, NotAllowed, Refusal
from workflow.identity import User
from workflow.models import UserTask

blueprint = Blueprint("load", __name__)
NAVIGATION = (Entry("My day", "load.day", order=12), Entry("Load", "load.show", order=14, permission="tasks.assign"))


@blueprint.get("/day")
def day() -> str:
    """What I did today, what waits, what I have promised."""
    user = current_user()
    found = load.day(g.session, user)
    is_head = bool(load.people_of(g.session, user))
    later = follow_ups.mine(g.session, user)
    return render_template("my_day.html", day=found, due_of=due, is_head=is_head, follow_ups=later)


@blueprint.get("/load")
def show() -> str:
    """Each person's queue; the tasks of the one chosen."""
    people = load.people_of(g.session, current_user())
    if not people:
        raise NotAllowed("This page is for heads and those who hand out work.")
    loads = load.loads(g.session, people, current_user())
    chosen = next((each for each in loads if each.person.name == asked.text("person")), None)
    chosen = chosen or max(loads, key=lambda each: (each.overdue, each.open))
    found = load.tasks_of(g.session, chosen.person, current_user())
    return render_template("load.html", loads=loads, chosen=chosen, tasks=found, due_of=due, shown=load.SHOWN)


@blueprint.post("/load/assignments")
def hand_over() -> Any:
    """Hand the chosen tasks over; each stands or falls alone."""
    user, to = current_user(), g.session.get(User, asked.text("to"))
    chosen = asked.wholes("task")
    if to is None or not to.active:
        raise Invalid(message="Choose the person who shall do it.")
    if not chosen:
        raise Invalid(message="Choose at least one task.")
    given = [task for task in load.chosen(g.session, user, chosen) if _given(task, user, to)]
    if given:
        flash(_("{count} tasks are now with {person}.", count=len(given), person=to.display_name), "ok")
    return redirect(url_for(".show", person=asked.text("person")), 303)


def _given(task: UserTask, user: User, to: User) -> bool:
    """Whether it could be handed over; if not, the page says why."""
    try:
        with g.session.begin_nested():
            tasks.assign(g.session, task, user, to, asked.text("reason", 500))
    except Refusal as refused:
        flash(_("“{task}” stays: {reason}", task=name_of(task), reason=say(refused.sentence)), "bad")
        return False
    return True


@blueprint.app_template_global()
def substitution_remarks(substitution: Any) -> list[Any]:
    """What should be known of a substitution."""
    return substitutes.remarks(g.session, substitution)
