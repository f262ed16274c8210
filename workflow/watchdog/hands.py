"""Repairs of tasks nobody can do: back into their queue, to a person who may, or to those who hand out work."""

from collections.abc import Iterator
from functools import partial

from sqlalchemy import ColumnElement, ScalarSelect, exists, func, select
from sqlalchemy.orm import Session, aliased

from workflow import history, performers, separation, tasks
from workflow.errors import Conflict, sentence
from workflow.identity import Membership, User
from workflow.kept_sentences import kept
from workflow.models import FAR, Case, Finding, TaskCandidate, UserTask
from workflow.statuses import FindingKind, TaskStatus
from workflow.watchdog.repair import Repair

PROPOSED = 5  # people


def of_task(session: Session, finding: Finding, user: User) -> Iterator[Repair]:
    """For a task without anybody, or whose every performer is excluded."""
    task = session.get(UserTask, finding.row_id)
    if task is None or task.status is not TaskStatus.OPEN:
        return
    delegator = session.get_one(User, task.delegated_by) if task.delegated_by is not None else None
    if delegator is not None and delegator.active:
        said = sentence("Back to {person}, who delegated it", person=delegator.display_name)
        yield Repair("return", said, tasks.ASSIGN, lambda reason: tasks.give_back(session, task, user, reason))
    elif finding.kind is FindingKind.NOBODY and task.assignee and not delegator and _has_queue(session, task):
        said = sentence("Put “{task}” back into its queue", task=task.name)
        yield Repair("release", said, tasks.ASSIGN, lambda reason: tasks.release(session, task, user))
    for person in _fit(session, task):
        said = sentence("Give it to {person}", person=person.display_name)
        yield Repair(f"give:{person.name}", said, tasks.ASSIGN, partial(_give, session, task, user, person))
    if finding.kind is FindingKind.NOBODY:
        said = sentence("Offer it to those who hand out work")
        yield Repair("offer", said, tasks.ASSIGN, lambda reason: _offer_on(session, task))


def _has_queue(session: Session, task: UserTask) -> bool:
    """Whether somebody is there for it when nobody holds it any more."""
    return any(separation.why_not(session, task, each) is None for each in performers.offered(session, task))


def _fit(session: Session, task: UserTask) -> list[User]:
    """Active people no rule excludes, a few: in whose place it was held, colleagues of those it is offered to, who
    shares most groups with who held it, then with who has worked on the case; then anybody."""
    groups = [each.removeprefix("group:") for each in tasks.candidates(session, task) if each.startswith("group:")]
    colleague = exists().where(Membership.user_name == User.name, Membership.group_key.in_(groups))
    own = User.name == (task.on_behalf_of or "")
    worked = select(UserTask.completed_by).where(UserTask.case_id == task.case_id)
    begun = select(func.coalesce(Case.taken_over_by, Case.opened_by)).where(Case.id == task.case_id)
    near = (_shared(Membership.user_name == task.assignee), _shared(Membership.user_name.in_(worked.union(begun))))
    nearest = (own, colleague, *near)
    query = select(User).where(User.active).order_by(*(each.desc() for each in nearest), User.display_name, User.name)
    found: list[User] = []
    for person in session.scalars(query):
        if person.group_keys and separation.why_not(session, task, person) is None:
            found.append(person)
        if len(found) == PROPOSED:
            break
    return found


def _shared(of_them: ColumnElement[bool]) -> ScalarSelect[int]:
    """How many groups of theirs a person belongs to."""
    theirs = select(Membership.group_key).where(of_them)
    mine = aliased(Membership)
    return select(func.count()).where(mine.user_name == User.name, mine.group_key.in_(theirs)).scalar_subquery()


def _give(session: Session, task: UserTask, user: User, to: User, reason: str) -> None:
    """A candidate from now on, if they were none, and the one who has it."""
    history.hold(session, task.case_id)
    session.refresh(task)
    mine = {"task_id": task.id, "candidate": f"user:{to.name}"}
    if session.get(TaskCandidate, (task.id, f"user:{to.name}")) is None:
        facts = {"due_at": task.due_at or FAR, "claimed": task.assignee is not None, "rank": -task.urgency}
        session.add(TaskCandidate(**mine, **facts))
        session.flush()  # whether they may have it is asked of the database
        said = {"task": task.id, "before": task.assignee, "offered": [mine["candidate"]]}
        why = kept(sentence("Given by hand: {reason}", reason=reason))
        place = (task.instance_id, task.activity_id, task.token_id)
        history.record(session, task.case_id, user.name, "redirected", *place, **said, why=why)
    tasks.assign(session, task, user, to, reason)


def _offer_on(session: Session, task: UserTask) -> None:
    if not performers.rescue(session, task):
        raise Conflict("There is nobody who hands out work, or somebody can do it by now.")
