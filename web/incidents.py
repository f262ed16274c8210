"""Incidents: machine work that failed and needs a person to look and try again."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from sqlalchemy import func
from sqlalchemy.orm import Session

from web.asked import text
from web.auth import needs
from web.i18n import _
from web.naming import activity_name
from web.navigation import Entry
from web.reader import current_user
from workflow import cases, incidents, operations
from workflow.errors import NotFound
from workflow.identity import User
from workflow.models import Case, Incident, Job, ProcessInstance
from workflow.statuses import IncidentStatus

blueprint = Blueprint("incidents", __name__, url_prefix="/incidents")

MOST = 200  # rows shown; the oldest wait longest and stand first


def open_count(session: Session, user: User) -> int:
    """How many incidents are open that the user sees, for the badge."""
    seen = incidents.visible(user).where(Incident.status == IncidentStatus.OPEN).order_by(None)
    return session.scalar(seen.with_only_columns(func.count(Incident.id))) or 0


NAVIGATION = (
    Entry(
        "Incidents",
        "incidents.show",
        order=70,
        permission="incidents.retry",
        badge=open_count,
        live="incidents-changed",
    ),
)


@blueprint.get("")
@needs("incidents.retry")
def show() -> Any:
    status = IncidentStatus.RESOLVED if request.args.get("view") == "resolved" else IncidentStatus.OPEN
    query = incidents.visible(current_user()).where(Incident.status == status).limit(MOST)
    rows = [_row(each) for each in g.session.scalars(query)]
    return render_template("incidents.html", rows=rows, status=status, open=open_count(g.session, current_user()))


@blueprint.post("/<int:incident_id>/retry")
@needs("incidents.retry")
def retry(incident_id: int) -> Any:
    incident = incidents.find(g.session, incident_id, current_user())
    operations.retry(g.session, incident, current_user(), text("reason", 500))
    flash(_("It is tried again now."), "ok")
    return redirect(url_for(".show"), 303)


def _row(incident: Incident) -> dict[str, Any]:
    """The incident with its instance, job, and its case when the reader may see that one."""
    instance = g.session.get(ProcessInstance, incident.instance_id) if incident.instance_id else None
    job = g.session.get(Job, incident.job_id) if incident.job_id else None
    step = activity_name(instance.definition, incident.activity_id) if instance else ""
    return {"incident": incident, "instance": instance, "job": job, "step": step, "case": _case(instance)}


def _case(instance: ProcessInstance | None) -> Case | None:
    if instance is None:
        return None
    try:
        return cases.find(g.session, instance.case_id, current_user())
    except NotFound:
        return None
