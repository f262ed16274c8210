"""My notices: what I was told, the unread ones counted at the bell of every page."""

from flask import Blueprint, Response, g, make_response, redirect, render_template

from web.asked import whole
from web.naming import N_, activity_name
from web.reader import current_user
from workflow.around import copies, follow_ups, notices, supervisions
from workflow.models import PersonalNotice
from workflow.statuses import NoticeKind, TaskKind

blueprint = Blueprint("personal_notices", __name__)
NOTICE_SENTENCES = {
    NoticeKind.MENTIONED: N_("{who} mentioned you"),
    NoticeKind.COPIED: N_("{who} sent you a copy"),
    NoticeKind.URGED: N_("{who} urges “{task}”"),
    NoticeKind.SUPERVISED: N_("{who} supervises it and wants an answer"),
    NoticeKind.ANSWERED: N_("{who} answered what you supervise"),
    NoticeKind.REMINDED: N_("“{task}” is due"),
    NoticeKind.FOLLOW_UP: N_("You wanted to come back to “{task}”"),
    NoticeKind.ASKED: N_("{who} asks you something"),
    NoticeKind.REPLIED: N_("{who} answered “{task}”"),
}
LOOK_AGAIN = N_("“{task}” is to be looked at again")  # a date its diagram has drawn
SHOWN_AT_MOST = 99


@blueprint.get("/notices")
def show() -> str:
    """The latest; `?before=` pages back."""
    found = notices.of(g.session, current_user(), whole("before"))
    older = found[-1].id if len(found) == notices.SHOWN else None
    return render_template("around/notices.html", notices=found, older=older)


@blueprint.post("/notices/<int:notice_id>/reading")
def read(notice_id: int) -> Response:
    """It is read: go to what it speaks of."""
    return make_response(redirect(_place(notices.read(g.session, current_user(), notice_id)), 303))


@blueprint.post("/notices/readings")
def read_all() -> Response:
    notices.read_all(g.session, current_user())
    return make_response(redirect("/notices", 303))


@blueprint.get("/follow-ups")
def put_off() -> str:
    return render_template("around/follow_ups.html", found=follow_ups.mine(g.session, current_user()))


def _place(notice: PersonalNotice) -> str:
    if notice.kind is NoticeKind.COPIED:
        return "/copies"
    if notice.kind is NoticeKind.ANSWERED:
        return "/supervisions"
    return f"/tasks/{notice.task_id}" if notice.task_id else f"/cases/{notice.case_id}#talk"


def notice_sentence(notice: PersonalNotice) -> str:
    """What the notice says, with places for who and task."""
    drawn = notice.kind is NoticeKind.FOLLOW_UP and "rung" in notice.facts
    return LOOK_AGAIN if drawn else NOTICE_SENTENCES[notice.kind]


def task_name(notice: PersonalNotice) -> str:
    """What the notice's task is called in the reader's language; "" without one."""
    if notice.task is None:
        return ""
    named = notice.task.kind is not TaskKind.ADHOC
    return activity_name(notice.task.definition, notice.task.activity_id) if named else notice.task.name


def bell() -> str:
    """How many notices are unread, as the bell shows it; "" for none and on pages without a session (errors)."""
    session = g.get("session")
    if session is None or not session.is_active or g.get("failed"):
        return ""
    number = notices.unread(session, current_user())
    return "" if not number else str(number) if number <= SHOWN_AT_MOST else f"{SHOWN_AT_MOST}+"


@blueprint.app_context_processor
def _globals() -> dict[str, object]:
    counted = {
        "copies_unread": lambda: copies.unread(g.session, current_user()),
        "supervised_open": lambda: len(supervisions.mine(g.session, current_user())),
    }
    return {"bell": bell, "notice_task": task_name, "notice_sentence": notice_sentence, **counted}
