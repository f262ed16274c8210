"""Why: who may do a task and why not I; what a case waits for and what may be done about it. A panel, and a page."""

from flask import Blueprint, Response, g
from sqlalchemy import select

from web.fragments import page
from web.reader import current_user
from workflow import cases, tasks, why
from workflow.models import ProcessInstance
from workflow.waits import LIVE_INSTANCES

blueprint = Blueprint("why", __name__)


@blueprint.get("/tasks/<int:task_id>/why")
def of_task(task_id: int) -> Response:
    """Who holds the task, to whom it is offered, why the reader may not do it and who could change that."""
    user = current_user()
    task = tasks.find(g.session, task_id, user)
    facts = {"doers": why.doers(g.session, task), "acts": why.task_acts(g.session, task, user)}
    return page("why_task.html", "_why_task.html", task=task, answer=why.answer(g.session, task, user), **facts)


@blueprint.get("/cases/<int:case_id>/why")
def of_case(case_id: int) -> Response:
    """What the case waits for and since when; what may be done to its processes by hand, and by whom."""
    user = current_user()
    case = cases.find(g.session, case_id, user)
    live = (ProcessInstance.case_id == case.id, ProcessInstance.status.in_(LIVE_INSTANCES))
    running = g.session.scalars(select(ProcessInstance).where(*live).order_by(ProcessInstance.id)).all()
    found = [(each, why.process_acts(g.session, each, user)) for each in running]
    return page("why_case.html", "_why_case.html", case=case, waiting=why.waiting(g.session, case), running=found)
