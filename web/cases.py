"""Cases: the list of those I may see, and one matter with its story, papers, diagram and talk."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, make_response, render_template, request
from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from archive import documents
from web import comments, rounds, standing, timeline
from web.asked import text as asked_text
from web.asked import whole
from web.auth import needs
from web.diagrams import spoken
from web.fragments import page, toast
from web.i18n import _, language
from web.inbox import newest_definitions
from web.matters import matter_of
from web.naming import Due, due
from web.navigation import Entry
from web.operated import operated
from web.reader import current_user
from workflow import cases, history, incidents, instances, operations, tasks
from workflow.errors import NotFound, Sentence
from workflow.identity import User
from workflow.models import Case, CaseKey, ProcessInstance, UserTask
from workflow.statuses import TaskStatus

blueprint = Blueprint("cases", __name__, url_prefix="/cases")

PAGE = 50
VARIABLES = "cases.read_all"  # the permission to see a case's variables


@dataclass(frozen=True)
class Asked:
    """What the URL of the list asks for. `state`: open, closed or all."""

    text: str = ""
    process: str = ""
    state: str = "open"
    before: int | None = None

    def url(self, **changes: Any) -> str:
        asked = {**vars(self), **changes}
        return "/cases?" + urlencode({name: value for name, value in asked.items() if value})


@blueprint.get("")
def index() -> Response:
    state = request.args.get("state", "open")
    asked = Asked(
        text=asked_text("text"),
        process=asked_text("process"),
        state=state if state in ("open", "closed", "all") else "open",
        before=whole("before"),
    )
    found = list(g.session.scalars(_wanted(g.session, current_user(), asked).limit(PAGE + 1)))
    return page(
        "cases.html",
        "_cases.html",
        asked=asked,
        cases=found[:PAGE],
        waiting=_waiting(g.session, found[:PAGE]),
        processes=newest_definitions(g.session),
        older=asked.url(before=found[PAGE - 1].id) if len(found) > PAGE else None,
    )


def _wanted(session: Session, user: User, asked: Asked) -> Any:
    query = cases.visible(session, user).order_by(Case.id.desc())
    for word in asked.text.split():
        keyed = exists().where(CaseKey.case_id == Case.id, CaseKey.key.contains(cases.normal(word), autoescape=True))
        query = query.where(or_(Case.title.icontains(word, autoescape=True), keyed))
    if asked.process:
        query = query.where(Case.process_key == asked.process)
    if asked.state != "all":
        query = query.where(Case.closed_at.is_(None) if asked.state == "open" else Case.closed_at.is_not(None))
    return query.where(Case.id < asked.before) if asked.before else query


def _waiting(session: Session, found: list[Case]) -> dict[int, list[UserTask]]:
    """case id → its open tasks, for the list."""
    ids = [case.id for case in found]
    query = select(UserTask).where(UserTask.case_id.in_(ids), UserTask.status == TaskStatus.OPEN)
    waiting: dict[int, list[UserTask]] = {}
    for task in session.scalars(query.order_by(UserTask.id)):
        waiting.setdefault(task.case_id, []).append(task)
    return waiting


@blueprint.get("/<int:case_id>")
def show(case_id: int) -> str:
    user = current_user()
    case = cases.find(g.session, case_id, user)
    told = history.timeline(g.session, case)
    running = standing.instances(g.session, case)
    return render_template(
        "case.html",
        case=case,
        matter=matter_of(g.session, case, user),
        open_tasks=_open_tasks(g.session, case, user),
        lines=rounds.folded(timeline.lines(told), told),
        instances=running,
        diagrams=[_diagram(g.session, instance, told) for instance in running[:1]],
        documents=documents.of_case(g.session, case),
        done=_done(g.session, case),
        incidents=standing.incidents(g.session, case),
        operated=operated(g.session, case, user),
        variables=[(each, instances.variables(g.session, each)) for each in running if user.may_everywhere(VARIABLES)],
        problems={},
        typed="",
        **comments.talk(g.session, case),
    )


def _open_tasks(session: Session, case: Case, user: User) -> list[tuple[UserTask, Due, Sentence | None]]:
    """What waits for people: the task, its due mark, and why the reader may not do it."""
    waiting = tasks.open_in_case(session, case, user)
    return [(task, due(task), tasks.why_not(session, task, user)) for task in waiting]


def _done(session: Session, case: Case) -> dict[int, UserTask]:
    """The completed tasks by id, for what their buttons said."""
    query = select(UserTask).where(UserTask.case_id == case.id, UserTask.status == TaskStatus.COMPLETED)
    return {task.id: task for task in session.scalars(query)}


def _diagram(session: Session, instance: ProcessInstance, told: list[history.Event]) -> dict[str, Any]:
    """Which elements the instance has passed, where it stands and where it failed."""
    current = standing.elements(session, instance)
    open_ones = standing.incidents(session, instance.case)
    failed = {each.activity_id for each in open_ones if each.instance_id == instance.id}
    visited = [each for each in standing.passed(instance, told) if each not in current]
    return {"instance": instance, "visited": visited, "current": current, "failed": sorted(failed - {None})}


@blueprint.get("/<int:case_id>/diagram.bpmn")
def diagram(case_id: int) -> Response:
    """The diagram of the case's process, of the very version it runs on (`?instance=`), in the reader's language."""
    case = cases.find(g.session, case_id, current_user())
    found = standing.instances(g.session, case)
    wanted = whole("instance")
    chosen = next((each for each in found if wanted in (None, each.id)), None)
    if chosen is None:
        raise NotFound
    shown = spoken(chosen.definition.xml, language())
    return make_response(shown, 200, {"Content-Type": "application/xml; charset=utf-8"})


@blueprint.post("/<int:case_id>/incidents/<int:incident_id>/retries")
@needs(incidents.RETRY)
def retry(case_id: int, incident_id: int) -> Response:
    """Try again what failed."""
    user = current_user()
    case = cases.find(g.session, case_id, user)
    operations.retry(g.session, incidents.find(g.session, incident_id, user), user, asked_text("reason", 500))
    return toast(_("It is tried again."), f"/cases/{case.id}", "case-changed")


NAVIGATION = (Entry("Cases", "cases.index", order=20),)
