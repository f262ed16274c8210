"""The watchdog's page: what is amiss in running cases, with the repairs as buttons; and a look at once."""

from typing import Any

from flask import Blueprint, Response, flash, g, make_response, redirect, render_template, request, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from web.asked import text
from web.i18n import _
from web.naming import N_
from web.navigation import Entry
from web.reader import current_user
from workflow import cases, incidents, tasks, watchdog
from workflow.errors import Conflict, NotAllowed, NotFound
from workflow.identity import User
from workflow.kept_sentences import spoken
from workflow.models import Case, Finding, UserTask, Watch
from workflow.statuses import FindingKind
from workflow.watchdog import repairs

blueprint = Blueprint("watchdog", __name__, url_prefix="/watchdog")

KIND_LABELS = {
    FindingKind.NOBODY: N_("Nobody is left"),
    FindingKind.EXCLUDED: N_("All are excluded"),
    FindingKind.INCIDENT: N_("Failed and unattended"),
    FindingKind.TIMER: N_("Timer overdue"),
    FindingKind.JOB: N_("Machine work overdue"),
    FindingKind.LOST: N_("Something is lost"),
    FindingKind.STATE: N_("Cannot be read"),
    FindingKind.STUCK: N_("No end can be reached"),
    FindingKind.SUSPENDED: N_("Stands still, or its caller does"),
    FindingKind.CALLED: N_("Awaited by nobody"),
    FindingKind.SENDER: N_("Nobody sends it"),
}


def open_count(session: Session, user: User) -> int:
    """How much is amiss that the user is shown, for the badge."""
    amiss = select(func.count()).select_from(Finding).where(Finding.ended_at.is_(None), repairs.seen_by(session, user))
    return session.scalar(amiss) or 0


NAVIGATION = (Entry(N_("Watchdog"), "watchdog.index", order=72, permission=tasks.ASSIGN, badge=open_count),)


@blueprint.get("")
def index() -> str:
    _require()
    is_open = request.args.get("view") != "repaired"
    newest = g.session.scalars(select(Watch).order_by(Watch.id.desc()).limit(1)).first()
    seen = repairs.seen_by(g.session, current_user())
    rows = [_row(each) for each in watchdog.findings(g.session, is_open, seen=seen)]
    amiss = open_count(g.session, current_user())
    return render_template("watchdog.html", rows=rows, is_open=is_open, newest=newest, open=amiss)


@blueprint.post("/looks")
def look() -> Response:
    """Have the workers look at everything now."""
    _require()
    watchdog.begin(g.session, current_user().name)
    flash(_("The watchdog looks at every running case now; what it finds comes here and to the inbox."), "ok")
    return make_response(redirect(url_for(".index"), 303))


@blueprint.get("/<int:finding_id>")
def show(finding_id: int) -> str:
    _require()
    finding = repairs.find(g.session, finding_id, current_user())
    return render_template("finding.html", **facts_of(finding, current_user()))


@blueprint.post("/<int:finding_id>/repairs")
def repair(finding_id: int) -> Response:
    """Do what was chosen, for the reason given; says whether all is well then."""
    _require()
    finding = repairs.find(g.session, finding_id, current_user())
    if repairs.perform(g.session, finding, current_user(), text("repair", 400), text("reason", 500)):
        flash(_("It is repaired."), "ok")
        return make_response(redirect(url_for(".index"), 303))
    flash(_("This was done, but something is still amiss here."), "warn")
    return make_response(redirect(url_for(".show", finding_id=finding_id), 303))


@blueprint.app_template_global()
def finding_of(task: UserTask) -> dict[str, Any] | None:
    """What a task of the watchdog is about, with its repairs; None for every other task."""
    if task.process_key != watchdog.PROCESS:
        return None
    finding = repairs.of_case(g.session, task.case_id)
    return facts_of(finding, current_user()) if finding is not None else None


def facts_of(finding: Finding, user: User) -> dict[str, Any]:
    try:
        offered, unusable = repairs.proposed(g.session, finding, user), None
    except Conflict as problem:
        offered, unusable = [], problem.sentence
    return {**_row(finding), "repairs": offered, "unusable": unusable}


def _row(finding: Finding) -> dict[str, Any]:
    """The finding with its words, and its case when the reader may see that one."""
    said = spoken(finding.said)
    return {"finding": finding, "said": said, "label": _(KIND_LABELS[finding.kind]), "case": _case(finding.case_id)}


def _case(case_id: int | None) -> Case | None:
    if case_id is None:
        return None
    try:
        return cases.find(g.session, case_id, current_user())
    except NotFound:
        return None


def _require() -> None:
    """For who hands out work, or tries again what failed."""
    user = current_user()
    if not user.may(tasks.ASSIGN) and not user.may(incidents.RETRY):
        raise NotAllowed
