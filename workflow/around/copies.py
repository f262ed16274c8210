"""Copies (抄送): a case as it stands, sent to people to read; who has read it and when stands beside it (已阅).

A copy lets its reader see what happened up to the moment it was sent and nothing after; it gives no other right. In the
diagram: `copyTo` = `group:director, starter, ${colleague}` on a user task, and `copyOn` = `arrival` or (otherwise)
`completion`.
"""

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert  # both databases say "or else" in the same words
from sqlalchemy.orm import Session, joinedload

from workflow import history
from workflow.around import heads, notices, receivers
from workflow.around.wording import COMPLETION, COPY_ON, COPY_TO
from workflow.clock import now
from workflow.engine import Activity, Around
from workflow.errors import Invalid, NotAllowed, NotFound, sentence
from workflow.identity import User
from workflow.models import Case, CaseCopy, CasePerson, HistoryEvent, UserTask
from workflow.statuses import NoticeKind

LONGEST = 500
COUNTED_TO = 100


def send(
    session: Session, case: Case, user: User, people: Iterable[str], reason: str, task: UserTask | None = None
) -> list[str]:
    """Send a copy by hand; returns to whom. For those who have or had a part in the case, and heads.

    Raises NotAllowed, Invalid for nobody, an unknown person or too many words.
    """
    if not may_send(session, case, user):
        raise NotAllowed("Only who has a part in the case may send copies of it.")
    wanted, reason = list(dict.fromkeys(people)), reason.strip()
    known = set(session.scalars(select(User.name).where(User.name.in_(wanted), User.active)))
    problems = {}
    if not wanted:
        problems["people"] = [sentence("Choose who shall get a copy.")]
    elif strange := [name for name in wanted if name not in known]:
        problems["people"] = [sentence("There is no active colleague “{name}”.", name=", ".join(strange))]
    if len(reason) > LONGEST:
        problems["reason"] = [sentence("At most {most} characters.", most=LONGEST)]
    if problems:
        raise Invalid(problems)
    return _copy(session, case.id, user.name, wanted, reason, task)


def may_send(session: Session, case: Case, user: User) -> bool:
    """Whether the user has or had a part in the case, or is a head."""
    part = select(CasePerson.case_id).where(CasePerson.case_id == case.id, CasePerson.user_name == user.name)
    return session.scalar(part) is not None or heads.leads(session, user, None)


def follow(session: Session, task: UserTask, activity: Activity, around: Around, moment: str) -> None:
    """Send the copies the diagram asks for at this moment (ARRIVAL or COMPLETION) of a task. One that names nobody, or
    cannot be evaluated, sends nothing: it must not stop the process."""
    text = activity.properties.get(COPY_TO)
    if text and activity.properties.get(COPY_ON, COMPLETION) == moment:
        words = receivers.evaluated(text, around)
        people = receivers.people(session, task.case_id, task, words)
        if people:
            _copy(session, task.case_id, history.SYSTEM, people, "", task)


def find(session: Session, copy_id: int, user: User) -> CaseCopy:
    """A copy sent to this user; else NotFound."""
    found = session.scalar(_mine(user).where(CaseCopy.id == copy_id))
    if found is None:
        raise NotFound
    return found


def read(session: Session, copy: CaseCopy, user: User) -> CaseCopy:
    """The receipt: the user has read it. Doing it again changes nothing."""
    history.hold(session, copy.case_id)
    session.refresh(copy)
    if copy.user_name != user.name:
        raise NotFound
    if copy.read_at is None:
        copy.read_at = now()
        history.record(session, copy.case_id, user.name, "copy_read", copy=copy.id)
    return copy


def mine(session: Session, user: User, unread: bool = False) -> list[CaseCopy]:
    """The copies sent to the user, latest first; at most 200."""
    query = _mine(user).where(CaseCopy.read_at.is_(None)) if unread else _mine(user)
    return list(session.scalars(query.order_by(CaseCopy.id.desc()).limit(200)))


def unread(session: Session, user: User) -> int:
    """How many the user has not read, up to COUNTED_TO."""
    few = _mine(user, whole=False).with_only_columns(CaseCopy.id).where(CaseCopy.read_at.is_(None)).limit(COUNTED_TO)
    return session.scalar(select(func.count()).select_from(few.subquery())) or 0


def of_case(session: Session, case: Case) -> list[CaseCopy]:
    """To whom copies of the case were sent and who has read them, oldest first."""
    return list(session.scalars(select(CaseCopy).where(CaseCopy.case_id == case.id).order_by(CaseCopy.id)))


def _mine(user: User, whole: bool = True):
    query = select(CaseCopy).where(CaseCopy.user_name == user.name)
    return query.options(joinedload(CaseCopy.case)) if whole else query


def _copy(session: Session, case_id: int, by: str, people: list[str], reason: str, task: UserTask | None) -> list[str]:
    history.hold(session, case_id)
    facts = {"to_all": people, "reason": reason} | ({"task": task.id, "task_name": task.name} if task else {})
    where = (task.instance_id, task.activity_id, task.token_id) if task else ()
    history.record(session, case_id, by, "copied", *where, **facts)
    seq = session.scalar(select(func.max(HistoryEvent.seq)).where(HistoryEvent.case_id == case_id)) or 0
    of = {"case_id": case_id, "task_id": task.id if task else None, "seq": seq, "by": by, "reason": reason}
    made: list[dict[str, object]] = [{**of, "user_name": name, "copied_at": now()} for name in people]
    session.execute(insert(CaseCopy).values(made).on_conflict_do_nothing())
    notices.tell(session, people, NoticeKind.COPIED, case_id, task, by, reason)
    return people
