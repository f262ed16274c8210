"""Substitutes (代理): for a time, and for kinds of work, one person may do another's work in the other's name.

There are no chains: who stands in for somebody does that person's own work, not the work that person does for others.
It begins and ends by itself; `users.stands_in_until` lets everybody else pay nothing for it. What the substitute does
is kept with both names (user_tasks.on_behalf_of). Two substitutes may stand in at once: who claims first has it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from workflow.clock import now
from workflow.errors import Conflict, Invalid, NotAllowed, Sentence, sentence
from workflow.identity import Membership, User, called
from workflow.models import ProcessDefinition, Substitution, UserTask

GRANT = "tasks.assign"  # the permission to name a substitute for somebody else, and to end it
STEP = "/"  # "receipt/check": a step of a process


@dataclass(frozen=True)
class Standing:
    """Whose work a substitute may do now: the principal, of what kinds (none: all), and what the principal could show
    to claim a task."""

    principal: str
    kinds: tuple[str, ...]
    tickets: tuple[str, ...]

    def covers(self, process_key: str, activity_id: str) -> bool:
        """Whether work of this step is among the kinds."""
        return not self.kinds or process_key in self.kinds or f"{process_key}{STEP}{activity_id}" in self.kinds

    @property
    def group_keys(self) -> list[str]:
        """The principal's groups."""
        return [each.removeprefix("group:") for each in self.tickets if each.startswith("group:")]

    @property
    def process_keys(self) -> set[str]:
        """The processes that are meant whole or in part; nothing when all are."""
        return {each.partition(STEP)[0] for each in self.kinds}

    def condition(self) -> ColumnElement[bool] | None:
        """The same as a condition on user tasks; None when all of it is meant."""
        if not self.kinds:
            return None
        named = [each.partition(STEP) for each in self.kinds]
        return or_(*(_of_kind(key, step) for key, _slash, step in named))


def _of_kind(key: str, step: str) -> ColumnElement[bool]:
    of_process = UserTask.process_key == key
    return and_(of_process, UserTask.activity_id == step) if step else of_process


def grant(
    session: Session,
    principal: User,
    substitute: User,
    begins_at: datetime,
    ends_at: datetime,
    kinds: Iterable[str],
    by: User,
    reason: str = "",
) -> Substitution:
    """Let the substitute do the principal's work of these kinds (process keys, "process/step"; none: all of it).

    For the principal, or who has the permission "tasks.assign". Raises NotAllowed, Invalid naming the field.
    """
    if by.name != principal.name and not by.may(GRANT):
        raise NotAllowed("Only {person} may name a substitute for this work.", person=principal.display_name)
    wanted = list(dict.fromkeys(each.strip() for each in kinds if each.strip()))
    if problems := _problems(session, principal, substitute, begins_at, ends_at, wanted):
        raise Invalid(problems)
    made = Substitution(
        principal=principal.name,
        substitute=substitute.name,
        begins_at=begins_at,
        ends_at=ends_at,
        kinds=wanted,
        reason=reason.strip()[:500],
        granted_by=by.name,
        granted_at=now(),
    )
    session.add(made)
    substitute.stands_in_until = max(filter(None, (substitute.stands_in_until, ends_at)))
    session.flush()  # its number, and it may begin at once
    return made


def _problems(
    session: Session, principal: User, substitute: User, begins_at: datetime, ends_at: datetime, kinds: list[str]
) -> dict[str, list[Sentence]]:
    problems: dict[str, list[Sentence]] = {}
    if substitute.name == principal.name:
        problems["substitute"] = [sentence("Nobody is their own substitute.")]
    for field, person in (("principal", principal), ("substitute", substitute)):
        if not person.active:
            problems[field] = [sentence("{person} is no longer active.", person=person.display_name)]
    if ends_at <= begins_at:
        problems["ends_at"] = [sentence("The end must come after the beginning.")]
    elif ends_at <= now():
        problems["ends_at"] = [sentence("This time is over already.")]
    unknown = [each for each in kinds if not _is_known(session, each)]
    if unknown:
        problems["kinds"] = [sentence("There is no process or step “{kind}”.", kind=", ".join(unknown))]
    return problems


def _is_known(session: Session, kind: str) -> bool:
    key, _slash, step = kind.partition(STEP)
    newest = select(ProcessDefinition).where(ProcessDefinition.key == key).order_by(ProcessDefinition.version.desc())
    definition = session.scalars(newest.limit(1)).first()
    return definition is not None and (not step or step in definition.activities)


def end(session: Session, substitution: Substitution, by: User, reason: str = "") -> None:
    """It is over now, before its time: the principal is back, or the substitute leaves too. What the substitute still
    holds goes back with the next round (tasks.settle_ended).

    For both of them, or who has the permission "tasks.assign". Raises NotAllowed, Conflict when it is over.
    """
    if by.name not in (substitution.principal, substitution.substitute) and not by.may(GRANT):
        raise NotAllowed("Only who named the substitute, the substitute, or who hands out work may end this.")
    if not is_live(substitution):
        raise Conflict("This is over already.")
    substitution.ended_at, substitution.ended_by, substitution.ended_reason = now(), by.name, reason.strip()[:500]


def is_live(substitution: Substitution) -> bool:
    """Whether it is in force, or yet to begin."""
    return substitution.ended_at is None and substitution.ends_at > now()


def of(session: Session, principal: User, at: datetime | None = None) -> list[Substitution]:
    """The substitutions of this person's work in force at that moment (default: now), the latest granted first."""
    query = select(Substitution).where(Substitution.principal == principal.name, *_in_force(at or now()))
    return list(session.scalars(query.order_by(Substitution.id.desc())))


def around(session: Session, user: User) -> list[Substitution]:
    """Those in force or yet to begin in which the user is the principal or the substitute, by beginning."""
    mine = or_(Substitution.principal == user.name, Substitution.substitute == user.name)
    live = (Substitution.ended_at.is_(None), Substitution.ends_at > now())
    return list(session.scalars(select(Substitution).where(mine, *live).order_by(Substitution.begins_at)))


def live(session: Session) -> list[Substitution]:
    """All that are in force or yet to begin, by beginning."""
    query = select(Substitution).where(Substitution.ended_at.is_(None), Substitution.ends_at > now())
    return list(session.scalars(query.order_by(Substitution.begins_at, Substitution.id)))


def stands_for(session: Session, user: User, at: datetime | None = None) -> Mapping[str, Standing]:
    """Principal → what the user may do in that person's place at that moment. No question is asked for who stands in
    for nobody."""
    at = at or now()
    if user.stands_in_until is None or user.stands_in_until <= at or not user.active:
        return {}
    query = select(Substitution.principal, Substitution.kinds)
    query = query.where(Substitution.substitute == user.name, *_in_force(at)).order_by(Substitution.principal)
    kinds: dict[str, set[str] | None] = {}
    for principal, named in session.execute(query):
        before = kinds.get(principal, set())
        kinds[principal] = None if not named or before is None else before | set(named)
    tickets = _tickets(session, kinds)
    return {name: Standing(name, tuple(sorted(each or ())), tickets[name]) for name, each in kinds.items()}


def _in_force(at: datetime) -> tuple[ColumnElement[bool], ...]:
    ended = or_(Substitution.ended_at.is_(None), Substitution.ended_at > at)
    return (Substitution.begins_at <= at, Substitution.ends_at > at, ended)


def _tickets(session: Session, names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found = {name: [f"user:{name}"] for name in names}
    query = select(Membership.user_name, Membership.group_key).where(Membership.user_name.in_(found))
    for name, key in session.execute(query.order_by(Membership.group_key)):
        found[name].append(f"group:{key}")
    return {name: tuple(each) for name, each in found.items()}


def remarks(session: Session, substitution: Substitution) -> list[Sentence]:
    """What whoever grants or reads this should know: the substitute is away too, is not here any more, or there is
    another one at the same time."""
    substitute = session.get_one(User, substitution.substitute)
    principal = called(session, substitution.principal)
    said = []
    if not substitute.active:
        gone = "{substitute} is no longer here: the work stays with {principal}."
        said.append(sentence(gone, substitute=substitute.display_name, principal=principal))
    for other in _at_the_same_time(session, substitution):
        if other.principal == substitution.substitute:
            away = "{substitute} is away too then; who stands in for them does not get the work of {principal}."
            said.append(sentence(away, substitute=substitute.display_name, principal=principal))
        elif other.principal == substitution.principal:
            both = "{other} stands in at the same time: who claims a task first has it."
            said.append(sentence(both, other=called(session, other.substitute)))
    return said


def _at_the_same_time(session: Session, substitution: Substitution) -> list[Substitution]:
    query = select(Substitution).where(
        Substitution.id != substitution.id,
        Substitution.principal.in_((substitution.principal, substitution.substitute)),
        Substitution.ended_at.is_(None),
        Substitution.begins_at < substitution.ends_at,
        Substitution.ends_at > substitution.begins_at,
    )
    return list(session.scalars(query.order_by(Substitution.id)))
