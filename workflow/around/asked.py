"""Ad-hoc tasks on a running case: a colleague is asked for something that is not drawn.

No token waits for such a task; completing it touches no process. It hangs on a step (its parent), which cannot be
completed before it when it is `awaited`; it is withdrawn when its step or its process ends.
"""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import beside, cases, history
from workflow.around import case_clock, notices, urgency
from workflow.clock import now
from workflow.errors import Conflict, Invalid, NotAllowed, TaskNotOpen, sentence
from workflow.holding import Held
from workflow.identity import User
from workflow.models import FAR, AskedTask, ProcessInstance, TaskCandidate, UserTask
from workflow.statuses import InstanceStatus, NoticeKind, TaskKind, TaskStatus
from workflow.tasks.completion import ends

ACTIVITY = "+asked"  # no element of a diagram can be called so
ANSWER = "answer"  # the only field of its form
LONGEST, NAMED = 2000, 80  # characters of a question; of its beginning that names the task
MOST = 20  # open ones of one step


def ask(
    session: Session,
    parent: UserTask,
    user: User,
    to: User,
    question: str,
    due_at: datetime | None = None,
    awaited: bool = False,
) -> UserTask:
    """A new task for a colleague, who sees the case from now on; by who has the step, or hands out tasks.

    Raises TaskNotOpen, NotAllowed (not one's own step; a question about a question), Invalid naming the field, Conflict
    while the process is suspended.
    """
    history.hold(session, parent.case_id)
    session.refresh(parent)
    _require_askable(session, parent, user)
    question = _checked(session, parent, user, to, question, due_at)
    made = _row(session, parent, to, question, due_at)
    session.add(AskedTask(task_id=made.id, asked_by=user.name, question=question, awaited=awaited))
    session.add(TaskCandidate(task_id=made.id, candidate=f"user:{to.name}", claimed=True, due_at=due_at or FAR))
    session.flush()  # who looks on is found by the rows
    cases.show_to(session, parent.case_id, people=[to.name])
    urgency.refresh(session, made)
    case_clock.join(session, made)
    facts = {"parent": parent.id, "to": to.name, "reason": question, "awaited": awaited}
    _tell(session, made, user.name, "asked", **facts)
    notices.tell(session, [to.name], NoticeKind.ASKED, parent.case_id, made, user.name, question)
    return made


@ends(TaskKind.ADHOC)
def answered(session: Session, task: UserTask, _held: Held, user: User, given: dict[str, Any]) -> None:
    """The colleague has completed their task: keep the answer, tell who asked."""
    asked = session.get_one(AskedTask, task.id)
    asked.answer = str(given.get(ANSWER) or "")[:LONGEST]
    _tell(session, task, user.name, "completed", outcome=task.outcome, variables=given, reason=asked.answer)
    notices.tell(session, [asked.asked_by], NoticeKind.REPLIED, task.case_id, task, user.name, asked.answer)


def withdraw(session: Session, task: UserTask, user: User, reason: str) -> UserTask:
    """Take the question back; by who asked. Raises TaskNotOpen or NotAllowed."""
    history.hold(session, task.case_id)
    session.refresh(task)
    if task.status is not TaskStatus.OPEN:
        raise TaskNotOpen(task=task.name)
    asked = session.get(AskedTask, task.id)
    if asked is None or not (asked.asked_by == user.name or user.may("tasks.assign")):
        raise NotAllowed("Only who asked may take the question back.")
    beside.cancel(session, task, user.name, reason.strip())
    return task


def question(session: Session, task: UserTask) -> AskedTask | None:
    """What the task asks; None for a task of the process."""
    return session.get(AskedTask, task.id) if task.kind is TaskKind.ADHOC else None


def of(session: Session, parent: UserTask) -> list[tuple[UserTask, AskedTask]]:
    """What was asked from this step, oldest first, with the answers."""
    query = select(UserTask, AskedTask).join(AskedTask, AskedTask.task_id == UserTask.id)
    found = session.execute(query.where(UserTask.parent_id == parent.id).order_by(UserTask.id))
    return [(task, asked) for task, asked in found]


def _require_askable(session: Session, parent: UserTask, user: User) -> None:
    if parent.status is not TaskStatus.OPEN:
        raise TaskNotOpen(task=parent.name)
    if parent.kind is not TaskKind.STEP:
        raise NotAllowed("Ask from a step of the process: this is itself something you were asked.")
    if parent.assignee != user.name and not user.may("tasks.assign"):
        raise NotAllowed("Task “{task}” is not yours; claim it first.", task=parent.name)
    if session.get_one(ProcessInstance, parent.instance_id).status is not InstanceStatus.RUNNING:
        raise Conflict("The process is suspended. It goes on when it is resumed; nothing is lost.")


def _checked(session: Session, parent: UserTask, user: User, to: User, question: str, due_at: datetime | None) -> str:
    problems = {}
    if not (question := question.strip().replace("\x00", "")):
        problems["question"] = [sentence("Please write what you ask.")]
    elif len(question) > LONGEST:
        problems["question"] = [sentence("At most {most} characters.", most=LONGEST)]
    if to.name == user.name:
        problems["to"] = [sentence("Choose a colleague: this is yourself.")]
    elif not to.active:
        problems["to"] = [sentence("{person} is no longer active.", person=to.display_name)]
    if due_at is not None and due_at <= now():
        problems["due_at"] = [sentence("This time has passed already.")]
    if sum(task.status is TaskStatus.OPEN for task, _ in of(session, parent)) >= MOST:
        problems[""] = [sentence("At most {most} questions of one step may be open.", most=MOST)]
    if problems:
        raise Invalid(problems)
    return question


def _row(session: Session, parent: UserTask, to: User, question: str, due_at: datetime | None) -> UserTask:
    at, name = now(), " ".join(question.split())
    made = UserTask(
        instance_id=parent.instance_id,
        case_id=parent.case_id,
        definition_id=parent.definition_id,
        process_key=parent.process_key,
        token_id=f"asked-{secrets.token_hex(8)}",
        activity_id=ACTIVITY,
        name=name if len(name) <= NAMED else f"{name[: NAMED - 1]}…",
        local_variables={},
        kind=TaskKind.ADHOC,
        parent_id=parent.id,
        assignee=to.name,
        claimed_at=at,
        created_at=at,
        due_at=due_at,
    )
    session.add(made)
    session.flush()  # what belongs to it names it
    return made


def _tell(session: Session, task: UserTask, actor: str, kind: str, **facts: object) -> None:
    of = (task.instance_id, None, task.token_id)
    history.record(session, task.case_id, actor, kind, *of, task=task.id, task_name=task.name, **facts)
