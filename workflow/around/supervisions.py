"""Supervision (督办): a head follows a case or one task of it and wants an answer by a time.

It stands in the head's list until they close it; with its task or case it does not end by itself, so that a head sees
that it was done. Who has the task, or anybody who has work in the case, may answer.
"""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from workflow import history
from workflow.around import heads, notices, receivers
from workflow.clock import now
from workflow.errors import Conflict, Invalid, NotAllowed, NotFound, sentence
from workflow.identity import User
from workflow.models import Case, Supervision, UserTask
from workflow.statuses import NoticeKind, TaskStatus

LONGEST = 1000


def supervise(
    session: Session, case: Case, user: User, answer_by: datetime, note: str, task: UserTask | None = None
) -> Supervision:
    """Follow the case, or its open task; those who work on it are told. For heads (tasks.supervise).

    Raises NotAllowed, Conflict for what is over, Invalid for no words or a time that has passed.
    """
    if not heads.leads(session, user, None):
        raise NotAllowed("Only a head may supervise a case.")
    history.hold(session, case.id)
    if case.closed_at is not None or (task is not None and task.status is not TaskStatus.OPEN):
        raise Conflict("“{what}” is over: there is nothing left to supervise.", what=task.name if task else case.title)
    if answer_by <= now():
        raise Invalid({"answer_by": [sentence("This time has passed already.")]})
    made = Supervision(
        case_id=case.id,
        task_id=task.id if task else None,
        by=user.name,
        asked_at=now(),
        answer_by=answer_by,
        note=_words("note", note),
    )
    session.add(made)
    session.flush()  # the history names it
    facts = {"supervision": made.id, "note": made.note, "answer_by": answer_by.isoformat()}
    told = notices.tell(session, _workers(session, made), NoticeKind.SUPERVISED, case.id, task, user.name, made.note)
    _tell(session, made, user, "supervision_begun", told=told, **facts)
    return made


def answer(session: Session, supervision: Supervision, user: User, words: str) -> Supervision:
    """Answer the head; the last answer stands. For those who work on it. Raises NotAllowed, Conflict when closed."""
    history.hold(session, supervision.case_id)
    session.refresh(supervision)
    _require_open(supervision)
    if not may_answer(session, supervision, user):
        raise NotAllowed("Only who works on it may answer.")
    supervision.answer, supervision.answered_at = _words("answer", words), now()
    supervision.answered_by = user.name
    of = (supervision.case_id, supervision.task, user.name, supervision.answer)
    notices.tell(session, [supervision.by], NoticeKind.ANSWERED, *of)
    _tell(session, supervision, user, "supervision_answered", supervision=supervision.id, note=supervision.answer)
    return supervision


def close(session: Session, supervision: Supervision, user: User) -> Supervision:
    """The head is content. For whoever asked, or another head."""
    history.hold(session, supervision.case_id)
    session.refresh(supervision)
    _require_open(supervision)
    if user.name != supervision.by and not heads.leads(session, user, supervision.by):
        raise NotAllowed("Only who asked for it may close a supervision.")
    supervision.closed_at = now()
    _tell(session, supervision, user, "supervision_closed", supervision=supervision.id)
    return supervision


def mine(session: Session, user: User, closed: bool = False) -> list[Supervision]:
    """What the user supervises, what is to be answered first in front; at most 200."""
    wanted = (
        Supervision.by == user.name,
        Supervision.closed_at.is_not(None) if closed else Supervision.closed_at.is_(None),
    )
    query = _whole().where(*wanted).order_by(Supervision.answer_by, Supervision.id)
    return list(session.scalars(query.limit(200)))


def of_case(session: Session, case: Case) -> list[Supervision]:
    """The open supervisions of the case and its tasks, oldest first."""
    query = _whole().where(Supervision.case_id == case.id, Supervision.closed_at.is_(None))
    return list(session.scalars(query.order_by(Supervision.id)))


def find(session: Session, supervision_id: int) -> Supervision:
    """The supervision; NotFound when there is none. Whether the user may see its case is for the caller to ask."""
    found = session.get(Supervision, supervision_id)
    if found is None:
        raise NotFound
    return found


def may_answer(session: Session, supervision: Supervision, user: User) -> bool:
    """Whether the user has, or is offered, the supervised task; for a whole case, any open task of it."""
    return user.name in _workers(session, supervision)


def supervised(session: Session, case_ids: list[int]) -> set[int]:
    """Which of these cases are supervised; for lists."""
    query = select(Supervision.case_id).where(Supervision.case_id.in_(case_ids), Supervision.closed_at.is_(None))
    return set(session.scalars(query))


def _whole() -> Select[tuple[Supervision]]:
    return select(Supervision).options(joinedload(Supervision.case), joinedload(Supervision.task))


def _workers(session: Session, supervision: Supervision) -> list[str]:
    of = (UserTask.case_id == supervision.case_id, UserTask.status == TaskStatus.OPEN)
    chosen = (UserTask.id == supervision.task_id,) if supervision.task_id else ()
    found = session.scalars(select(UserTask).where(*of, *chosen).order_by(UserTask.id))
    return list(dict.fromkeys(name for task in found for name in receivers.performers(session, task)))


def _require_open(supervision: Supervision) -> None:
    if supervision.closed_at is not None:
        raise Conflict("This supervision is closed already.")


def _words(field: str, text: str) -> str:
    text = text.strip().replace("\x00", "")
    if not text:
        raise Invalid({field: [sentence("Please write something.")]})
    if len(text) > LONGEST:
        raise Invalid({field: [sentence("At most {most} characters.", most=LONGEST)]})
    return text


def _tell(session: Session, supervision: Supervision, user: User, kind: str, /, **facts: object) -> None:
    task = supervision.task
    where = (task.instance_id, task.activity_id, task.token_id) if task else ()
    named = {"task": task.id, "task_name": task.name} if task else {}
    history.record(session, supervision.case_id, user.name, kind, *where, **named, **facts)
