"""Incidents: what failed, and trying again."""

import pytest

from tests.web import desk
from workflow import incidents, wakeups
from workflow.models import Incident, Job
from workflow.statuses import IncidentStatus, JobStatus

WHY = {"reason": "the province answers again"}


@pytest.fixture
def failed(office, clock):
    """A job outside any case that has given up, and an incident inside a case; their ids."""
    with office.database.transaction() as session:
        job = wakeups.add(session, "no.such.topic", {})
        job.status, job.attempts = JobStatus.FAILED, 5
        alone = incidents.open_(session, "<b>The province does not answer.</b>", job=job, attempts=5)
        task = desk.begin(session)
        inside = incidents.open_(session, "cannot be decided", task.instance, "look")
        return alone.id, inside.id


def state(office, incident_id):
    with office.database.reading() as session:
        incident = session.get_one(Incident, incident_id)
        job = session.get(Job, incident.job_id) if incident.job_id else None
        return incident.status, job and job.status


def test_what_failed_is_listed_with_its_reason_as_text(signed_in, failed):
    page = signed_in("eve").get("/incidents").text
    assert "&lt;b&gt;The province does not answer.&lt;/b&gt;" in page
    assert "no.such.topic" in page and "查看" in page
    assert '<span class="count">2</span>' in page


def test_the_case_is_named_to_those_who_may_see_it(signed_in, failed):
    assert "张三" in signed_in("dora").get("/incidents").text
    assert "张三" not in signed_in("eve").get("/incidents").text


def test_a_failed_job_is_tried_again(signed_in, office, failed):
    eve = signed_in("eve")
    assert eve.post(f"/incidents/{failed[0]}/retry").status_code == 422  # it must be said why
    assert eve.post(f"/incidents/{failed[0]}/retry", data=WHY).status_code == 303
    assert state(office, failed[0]) == (IncidentStatus.RESOLVED, JobStatus.WAITING)
    page = eve.get("/incidents?view=resolved").text
    assert "由 eve 处理" in page


def test_a_second_click_is_told_that_it_is_done(signed_in, office, failed):
    eve = signed_in("eve")
    eve.post(f"/incidents/{failed[0]}/retry", data=WHY)
    assert eve.post(f"/incidents/{failed[0]}/retry", data=WHY).status_code == 409


def test_an_unknown_incident_is_not_found(signed_in):
    assert signed_in("eve").post("/incidents/77/retry").status_code == 404


def test_those_without_the_permission_see_and_do_nothing(signed_in, office, failed):
    anna = signed_in("anna")
    assert anna.get("/incidents").status_code == 403
    assert anna.post(f"/incidents/{failed[0]}/retry").status_code == 403
    assert state(office, failed[0])[0] is IncidentStatus.OPEN
