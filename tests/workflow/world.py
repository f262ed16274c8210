"""Processes drawn in words, run in a real database.

`process(session, drawing, check={"candidateGroups": "registry", "differentFrom": "open"})` deploys the drawing (see
engine/drawing.py) with more said about an element: camunda attributes, `listener`, and any other name as a property.
"""

from collections.abc import Mapping
from typing import Any

from lxml import etree
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.workflow import made
from tests.workflow.engine.drawing import bpmn
from workflow import definitions, history, instances, jobs, tasks
from workflow.identity import User
from workflow.models import HistoryEvent, Job, ProcessDefinition, ProcessInstance, UserTask
from workflow.office import Office
from workflow.statuses import TaskStatus

MODEL = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"
ATTRIBUTES = {"candidateGroups", "candidateUsers", "assignee", "dueDate", "followUpDate", "priority", "formKey"}
REVIEW = """
    start s
    user open candidateGroups=registry
    user check candidateGroups=registry
    end e
    s -> open -> check -> e
"""


def drawn(drawing: str, key: str = "p", **said: Mapping[str, str]) -> bytes:
    root = etree.fromstring(bpmn(drawing, key))
    for element_id, words in said.items():
        element = root.find(f".//*[@id='{element_id}']")
        for name, value in words.items():
            _say(element, name, value)
    return etree.tostring(root)


def process(session: Session, drawing: str, key: str = "p", **said: Mapping[str, str]) -> ProcessDefinition:
    return definitions.deploy(session, drawn(drawing, key, **said), {}, "eve")


def begin(session: Session, definition: ProcessDefinition, title: str = "一件事", **variables: Any) -> ProcessInstance:
    return instances.start(session, definition, made.case(session, title, by="anna"), "anna", variables)


def open_tasks(session: Session, instance: ProcessInstance) -> dict[str, UserTask]:
    query = select(UserTask).where(UserTask.instance_id == instance.id, UserTask.status == TaskStatus.OPEN)
    return {task.activity_id: task for task in session.scalars(query.order_by(UserTask.id.desc()))}


def do(
    session: Session, instance: ProcessInstance, activity: str, user: User, outcome: str | None = None, **answers: Any
) -> UserTask:
    """Claim (if it is nobody's) and complete the oldest open task of an activity."""
    task = open_tasks(session, instance)[activity]
    if task.assignee is None:
        tasks.claim(session, task, user)
    return tasks.complete(session, task, user, answers, outcome)


def told(session: Session, instance: ProcessInstance) -> list[tuple[str, str | None]]:
    """(kind, activity) of the instance's history."""
    query = select(HistoryEvent).where(HistoryEvent.instance_id == instance.id).order_by(HistoryEvent.seq)
    return [(event.kind, event.activity_id) for event in session.scalars(query)]


def last(session: Session, instance: ProcessInstance, kind: str, activity: str | None = None) -> history.Event:
    events = [
        e for e in history.timeline(session, instance.case) if e.kind == kind and activity in (None, e.activity_id)
    ]
    return events[-1]


def only_job(session: Session) -> Job:
    return session.scalars(select(Job).execution_options(populate_existing=True)).one()


def work(office: Office) -> int:
    """Do all machine work that is due, and what comes of it."""
    total = 0
    while done := jobs.sweep(office.database):
        total += done
    return total


def _say(element: etree._Element, name: str, value: str) -> None:
    if name in ATTRIBUTES:
        element.set(CAMUNDA + name, value)
        return
    extensions = element.find(MODEL + "extensionElements")
    if extensions is None:
        extensions = etree.Element(MODEL + "extensionElements")
        element.insert(0, extensions)
    if name == "listener":
        etree.SubElement(extensions, CAMUNDA + "taskListener", event="complete", delegateExpression=f"${{{value}}}")
        return
    properties = extensions.find(CAMUNDA + "properties")
    if properties is None:
        properties = etree.SubElement(extensions, CAMUNDA + "properties")
    etree.SubElement(properties, CAMUNDA + "property", name=name, value=value)
