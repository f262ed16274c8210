"""Open tasks: each has at least one living person who may do it.

Living: active, and named by the offer or a member of a group named by it; may: no rule of separation excludes them.
"""

from collections.abc import Iterator, Sequence

from sqlalchemy import Select, select, union
from sqlalchemy.orm import Session

from workflow import separation
from workflow.errors import Sentence, sentence
from workflow.identity import Group, Membership, User, called
from workflow.models import TaskCandidate, UserTask
from workflow.performers.living import has_living
from workflow.statuses import FindingKind, TaskStatus
from workflow.tasks import candidates
from workflow.watchdog.found import Found

PORTION = 500  # tasks looked at together
REASONS = 5  # of people excluded, that are told


def without_anybody(session: Session, among: Sequence[int]) -> Iterator[Found]:
    """Tasks of these live instances held by somebody who is gone, or offered to nobody who is here."""
    for task in session.scalars(_open(among).where(~has_living()).order_by(UserTask.id)):
        yield _found(FindingKind.NOBODY, task, _nobody(session, task))


def all_excluded(session: Session, among: Sequence[int]) -> Iterator[Found]:
    """Tasks of these live instances whose every living performer is excluded by a rule: two persons, relatives …"""
    last, known = 0, People(session)
    query = _open(among).where(has_living()).order_by(UserTask.id).limit(PORTION)
    while tasks := session.scalars(query.where(UserTask.id > last)).all():
        last = tasks[-1].id
        living = _living(session, tasks)
        for task in tasks:
            said = _excluded(session, task, living.get(task.id, []), known)
            if said is not None:
                yield _found(FindingKind.EXCLUDED, task, said)


def _open(among: Sequence[int]) -> Select[tuple[UserTask]]:
    return select(UserTask).where(UserTask.status == TaskStatus.OPEN, UserTask.instance_id.in_(among))


def _found(kind: FindingKind, task: UserTask, said: Sentence) -> Found:
    return Found(
        kind, f"task {task.id}", said, task.case_id, task.instance_id, task.activity_id, task.token_id, task.id
    )


def _nobody(session: Session, task: UserTask) -> Sentence:
    if task.assignee is not None:
        said = "“{task}” is with {person}, who is no longer active: nobody can do it."
        return sentence(said, task=task.name, person=called(session, task.assignee))
    offered = candidates(session, task)
    if not offered:
        return sentence("“{task}” is offered to nobody.", task=task.name)
    names = [_called(session, *each.split(":", 1)) for each in offered]
    said = "“{task}” is offered to {offered}, and nobody active is left there."
    return sentence(said, task=task.name, offered="、".join(names))


def _called(session: Session, kind: str, key: str) -> str:
    if kind == "user":
        return called(session, key)
    group = session.get(Group, key)
    return group.name if group else key


def _living(session: Session, tasks: Sequence[UserTask]) -> dict[int, list[str]]:
    """task → the names of the living it is with or offered to."""
    free = [task.id for task in tasks if task.assignee is None]
    found = {task.id: [task.assignee] for task in tasks if task.assignee is not None}
    offered = select(TaskCandidate.task_id, User.name).where(TaskCandidate.task_id.in_(free), User.active)
    named = offered.join(User, TaskCandidate.candidate == "user:" + User.name)
    members = offered.join(Membership, TaskCandidate.candidate == "group:" + Membership.group_key).join(
        User, User.name == Membership.user_name
    )
    for task_id, name in sorted(session.execute(union(named, members)).all()):
        found.setdefault(task_id, []).append(name)
    return found


class People(dict[str, User]):
    """Login → user, each loaded once for all tasks."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session

    def __missing__(self, name: str) -> User:
        return self.setdefault(name, self.session.get_one(User, name))


def _excluded(session: Session, task: UserTask, names: Sequence[str], known: People) -> Sentence | None:
    """Why none of these may; None when one may."""
    reasons: list[Sentence] = []
    for name in names:
        refused = separation.why_not(session, task, known[name])
        if refused is None:
            return None
        reasons.append(refused)
    people = "、".join(called(session, name) for name in names[:REASONS])
    said = "“{task}” has nobody left who may do it. Excluded: {people}. {reason}"
    return sentence(said, task=task.name, people=people, reason=reasons[0])
