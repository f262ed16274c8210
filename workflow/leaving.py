"""Somebody leaves (离职转办): everything of theirs, to whom it goes, and the hand-over itself as one act.

`plan` says what there is; `hand_over` does it for receivers chosen by kind or by item. What no receiver may have stays,
with a sentence; once the account is switched off it goes where the model says (workflow.performers.rescue).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select, true
from sqlalchemy.dialects.postgresql import insert  # both databases say "or else" in the same words
from sqlalchemy.orm import Session, joinedload

from workflow import cases, definitions, history, performers, separation, substitutes
from workflow.clock import now
from workflow.diagram import policies
from workflow.errors import Invalid, NotAllowed, Sentence, sentence
from workflow.identity import Group, User, members
from workflow.kept_sentences import kept
from workflow.models import Case, HandOver, ProcessDefinition, Substitution, TaskCandidate, UserTask
from workflow.statuses import TaskStatus
from workflow.tasks.hands import ASSIGN, give, tell

MANAGE = "users.manage"


class Kind(StrEnum):
    TASK = "task"  # open, and in their hands
    BORROWED = "borrowed"  # in their hands for another: it goes back to that one, whoever is chosen
    OFFER = "offer"  # offered to them by name
    DELEGATION = "delegation"  # theirs, at present with a delegate: who gets it back
    CASE = "case"  # started by them and not over
    HEAD = "head"  # people whose head they are
    STANDING_IN = "standing_in"  # they are the substitute
    STOOD_IN = "stood_in"  # they have a substitute: it ends


@dataclass(frozen=True)
class Item:
    """One thing of theirs: `what` is its row. `goes_to`: the login that gets it whoever is chosen, or None."""

    kind: Kind
    id: int | str
    what: Any
    goes_to: str | None = None

    @property
    def key(self) -> str:
        """What names it among the choices: "task:7"."""
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True)
class Plan:
    """Everything of a person. `emptied`: groups nobody else is in; `drawn`: (version, step) where a diagram names
    them, which only another version of the diagram can change."""

    person: User
    items: tuple[Item, ...]
    emptied: tuple[Group, ...]
    drawn: tuple[tuple[ProcessDefinition, str], ...]

    def of(self, kind: Kind) -> list[Item]:
        return [item for item in self.items if item.kind is kind]


def plan(session: Session, user: User, by: User | None = None) -> Plan:
    """Everything that is this person's now, and what would be without anybody if they left; of tasks and cases what
    `by` sees."""
    seen = _seen(session, user, by)
    items = (
        *_tasks(session, user, seen(UserTask.case_id)),
        *_cases(session, user, seen(Case.id)),
        *_people(session, user),
        *_substitutions(session, user),
    )
    alone = [group for group in user.groups if {each.name for each in members(session, [group.key])} <= {user.name}]
    return Plan(user, items, tuple(alone), tuple(_drawn(session, user)))


def why_not(session: Session, user: User, by: User) -> Sentence | None:
    """Why `by` may not hand over what this person has; None for their heads, and who hands out work."""
    if by.may(MANAGE) or by.may(ASSIGN) or performers.is_head_of(session, by, user.name):
        return None
    return sentence("Only the heads of {person} and who hands out work may do this.", person=user.display_name)


def hand_over(session: Session, user: User, receivers: Mapping[str, str], by: User, reason: str) -> HandOver:
    """Give everything of the person away, in one act. `receivers`: a kind ("task") or an item ("task:7") → login, ""
    for nobody: that stays with them.

    Each piece is recorded in its case; the whole of it in the HandOver. Raises NotAllowed; Invalid without a reason,
    for a receiver who is not here, or the leaver.
    """
    refused = why_not(session, user, by)
    if refused is not None:
        raise NotAllowed(refused.template, **refused.facts)
    if not reason.strip():
        raise Invalid({"reason": [sentence("Please say why.")]})
    known = {name: _receiver(session, user, name) for name in set(receivers.values()) if name}
    done = []
    for item in sorted(plan(session, user, by).items, key=_order):
        name = item.goes_to or receivers.get(item.key, receivers.get(item.kind, ""))
        to = session.get(User, name) if name else None
        if to is not None or item.kind is Kind.STOOD_IN:
            said = _ACTS[item.kind](session, item, user, known.get(name, to), by, reason.strip()[:500])
            told = {"kind": item.kind.value, "what": str(item.id), "to": name}
            done.append({**told, "refused": kept(said) if said else None})
    made = HandOver(person=user.name, by=by.name, at=now(), reason=reason.strip()[:500], items=done)
    session.add(made)
    session.flush()  # its number
    return made


def rehearse(session: Session, user: User, receivers: Mapping[str, str], by: User) -> list[dict[str, Any]]:
    """The items of the HandOver that `hand_over` would make: it is done and put back. Raises as that does."""
    with session.begin_nested() as point:
        items = list(hand_over(session, user, receivers, by, "…").items)
        point.rollback()
    session.expire_all()
    return items


def _order(item: Item) -> tuple[int, str]:
    """By case, so that two hand-overs never wait for each other."""
    if item.kind is Kind.CASE:
        return item.what.id, item.key
    return item.what.case_id if isinstance(item.what, UserTask) else 0, item.key


def _receiver(session: Session, user: User, name: str) -> User:
    found = session.get(User, name)
    if found is None or not found.active:
        raise Invalid(message="There is nobody here called “{name}”.", name=found.display_name if found else name)
    if found.name == user.name:
        raise Invalid(message="{person} leaves: choose somebody else.", person=user.display_name)
    return found


def _seen(session: Session, user: User, by: User | None) -> Callable[[ColumnElement[int]], ColumnElement[bool]]:
    """The condition on the id of a case that `by` sees what belongs to it: a head all their people have, who hands out
    work as far as that reaches."""
    if by is None or by.may_everywhere(MANAGE) or performers.is_head_of(session, by, user.name):
        return lambda case_id: true()
    return lambda case_id: cases.reached(session, by, ASSIGN if by.may(ASSIGN) else MANAGE, case_id)


def _tasks(session: Session, user: User, seen: ColumnElement[bool]) -> Iterator[Item]:
    by_name = select(TaskCandidate.task_id).where(TaskCandidate.candidate == f"user:{user.name}")
    theirs = or_(UserTask.assignee == user.name, UserTask.delegated_by == user.name, UserTask.id.in_(by_name))
    query = select(UserTask).where(UserTask.status == TaskStatus.OPEN, theirs, seen)
    query = query.options(joinedload(UserTask.case), joinedload(UserTask.definition))
    for task in session.scalars(query.order_by(UserTask.due_at, UserTask.id)):
        if task.assignee == user.name:
            back = _lender(session, task)
            yield Item(Kind.BORROWED if back else Kind.TASK, task.id, task, back)
        elif task.delegated_by == user.name:
            yield Item(Kind.DELEGATION, task.id, task)
        else:
            yield Item(Kind.OFFER, task.id, task)


def _lender(session: Session, task: UserTask) -> str | None:
    """Whose the task is that somebody holds for another who is still here."""
    for name in (task.delegated_by, task.on_behalf_of):
        if name and session.get_one(User, name).active:
            return name
    return None


def _cases(session: Session, user: User, seen: ColumnElement[bool]) -> Iterator[Item]:
    theirs = or_(Case.taken_over_by == user.name, (Case.opened_by == user.name) & Case.taken_over_by.is_(None))
    for case in session.scalars(select(Case).where(Case.closed_at.is_(None), theirs, seen).order_by(Case.id)):
        yield Item(Kind.CASE, case.id, case)


def _people(session: Session, user: User) -> Iterator[Item]:
    query = select(User).where(User.head == user.name, User.active)
    for person in session.scalars(query.order_by(User.display_name, User.name)):
        yield Item(Kind.HEAD, person.name, person)


def _substitutions(session: Session, user: User) -> Iterator[Item]:
    for each in substitutes.around(session, user):
        yield Item(Kind.STANDING_IN if each.substitute == user.name else Kind.STOOD_IN, each.id, each)


def _drawn(session: Session, user: User) -> Iterator[tuple[ProcessDefinition, str]]:
    for definition in definitions.all_latest(session):
        for step, drawn in definitions.activities(session, definition).items():
            named = [f"{drawn.get(each) or ''}" for each in ("assignee", "candidate_users")]
            named.append(policies.policy(drawn["properties"], policies.NO_PERFORMER).removeprefix(policies.USER))
            if user.name in {name.strip() for text in named for name in text.split(",")}:
                yield definition, step


def _give_task(session: Session, item: Item, user: User, to: User, by: User, reason: str) -> Sentence | None:
    task = item.what
    principal = task.on_behalf_of if item.kind is Kind.BORROWED and task.delegated_by else None
    refused = separation.why_not(session, task, to, principal)
    if refused is not None:
        return refused
    history.hold(session, task.case_id)
    if not give(session, task, UserTask.assignee == user.name, to.name, principal):
        return sentence("Task “{task}” has changed hands meanwhile.", task=task.name)
    tell(session, task, by.name, "assigned", before=user.name, to=to.name, reason=reason, leaving=True)
    return None


def _give_offer(session: Session, item: Item, user: User, to: User, by: User, reason: str) -> Sentence | None:
    task, named = item.what, f"user:{to.name}"
    refused = separation.why_not(session, task, to)
    if refused is not None:
        return refused
    history.hold(session, task.case_id)
    there = TaskCandidate.task_id == task.id
    columns = [each for each in TaskCandidate.__table__.c if each.name != "candidate"]
    old = select(*columns).where(there, TaskCandidate.candidate == f"user:{user.name}")
    row = session.execute(old).mappings().one_or_none()
    if row is not None:
        session.execute(insert(TaskCandidate).values(**row, candidate=named).on_conflict_do_nothing())
        session.execute(delete(TaskCandidate).where(there, TaskCandidate.candidate == f"user:{user.name}"))
    return _told(session, task, user, to, by, reason)


def _give_delegation(session: Session, item: Item, user: User, to: User, by: User, reason: str) -> Sentence | None:
    refused = separation.why_not(session, item.what, to)
    if refused is not None:
        return refused
    history.hold(session, item.what.case_id)
    item.what.delegated_by = None if item.what.assignee == to.name else to.name
    return _told(session, item.what, user, to, by, reason)


def _told(session: Session, task: UserTask, user: User, to: User, by: User, reason: str) -> None:
    session.flush()  # the history is written past the session
    told = {"task": task.id, "before": user.name, "to": to.name, "reason": reason}
    place = (task.instance_id, task.activity_id, task.token_id)
    history.record(session, task.case_id, by.name, "handed_on", *place, **told)
    cases.show_to(session, task.case_id, people=[to.name])


def _give_case(session: Session, item: Item, user: User, to: User, by: User, reason: str) -> None:
    case = item.what
    history.hold(session, case.id)
    case.taken_over_by = to.name
    session.flush()  # the history is written past the session
    history.record(session, case, by.name, "taken_over", before=user.name, to=to.name, reason=reason)
    cases.show_to(session, case.id, people=[to.name])


def _give_person(session: Session, item: Item, user: User, to: User, by: User, reason: str) -> Sentence | None:
    if to.name == item.what.name or performers.is_head_of(session, item.what, to.name):
        return sentence("{person} cannot be the head of {other}.", person=to.display_name, other=item.what.display_name)
    item.what.head = to.name
    return None


def _give_standing(session: Session, item: Item, user: User, to: User, by: User, reason: str) -> Sentence | None:
    """Another stands in for the rest of the time; without one, or for the principal's own, it ends."""
    old: Substitution = item.what
    old.ended_at, old.ended_by, old.ended_reason = now(), by.name, reason
    if item.kind is Kind.STOOD_IN or to is None:
        return None
    if to.name == old.principal:
        return sentence("{person} is back and needs no substitute: it has ended.", person=to.display_name)
    principal = session.get_one(User, old.principal)
    begins = max(old.begins_at, now())
    session.add(
        Substitution(
            principal=principal.name,
            substitute=to.name,
            begins_at=begins,
            ends_at=old.ends_at,
            kinds=old.kinds,
            reason=reason,
            granted_by=by.name,
            granted_at=now(),
        )
    )
    to.stands_in_until = max(filter(None, (to.stands_in_until, old.ends_at)))
    return None


_ACTS: Mapping[Kind, Any] = {
    Kind.TASK: _give_task,
    Kind.BORROWED: _give_task,
    Kind.OFFER: _give_offer,
    Kind.DELEGATION: _give_delegation,
    Kind.CASE: _give_case,
    Kind.HEAD: _give_person,
    Kind.STANDING_IN: _give_standing,
    Kind.STOOD_IN: _give_standing,
}
