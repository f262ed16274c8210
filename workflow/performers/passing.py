"""A step that comes to one person alone who is the starter, or has given an opinion before: what the model says of it.

`starterApproves`  skip: nobody is asked; head: it goes to the head of the starter. A step whose drawing names
                   `starter()` is meant for the starter and never affected by what its process says.
`samePersonAgain`  once, adjacent: the earlier opinion stands for this one: its outcome is this one's, and the history
                   says where it was given. Opinions count that were given with an outcome and not made void since, in
                   steps of which the model says the same.

Nobody is passed over whom a rule of separation keeps from the step, nor in a step whose completion does more (a
listener), and a step is passed over only once in one go.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import definitions, engine, history, rows, seals, separation, sight, variable_rows
from workflow.beside import withdraw
from workflow.clock import now
from workflow.diagram import policies
from workflow.diagram.policies import ADJACENT, HEAD, ONCE, SAME_PERSON_AGAIN, SKIP, SKIP_OUTCOME, STARTER_APPROVES
from workflow.errors import Sentence, sentence
from workflow.identity import User, called
from workflow.kept_sentences import kept
from workflow.models import ProcessInstance, UserTask
from workflow.models.returns import SupersededTask
from workflow.performers.living import sole
from workflow.performers.rescue import hand_to, to_others
from workflow.performers.roles import heads, starter
from workflow.statuses import TaskKind, TaskStatus

OUTCOME = "outcome"
_FOR_STARTER = re.compile(r"[$#]\{\s*(starter\(\)|initiator)\s*\}|=\s*(starter\(\)|initiator)\s*")
_GOING = "passing_over"  # in a session's info: what is passed over in this go

Settle = Callable[..., None]  # instances.settle


@dataclass(frozen=True)
class Passed:
    """Whose opinion stands for a step, which one, and why."""

    person: User
    outcome: str | None
    why: Sentence


def consider(session: Session, instance: ProcessInstance, token_ids: Sequence[str], settle: Settle) -> None:
    """Look at these new tasks of the instance: pass them over or give them to another, as the model says."""
    with _one_go(session) as gone:
        for token_id in token_ids:
            task = session.scalar(select(UserTask).where(*_is_open(instance, token_id)))
            person = sole(session, task) if task is not None else None
            place = (instance.id, task.activity_id) if task is not None else None
            if person is None or place in gone:
                continue
            gone.add(place)
            _decide(session, instance, task, person, settle)


def _is_open(instance: ProcessInstance, token_id: str) -> tuple[Any, ...]:
    of = (UserTask.instance_id == instance.id, UserTask.token_id == token_id)
    return (*of, UserTask.status == TaskStatus.OPEN, UserTask.kind == TaskKind.STEP)


@contextmanager
def _one_go(session: Session) -> Iterator[set[Any]]:
    outermost = _GOING not in session.info
    try:
        yield session.info.setdefault(_GOING, set())
    finally:
        if outermost:
            session.info.pop(_GOING, None)


def _decide(session: Session, instance: ProcessInstance, task: UserTask, person: User, settle: Settle) -> None:
    activities = definitions.activities(session, task.definition)
    activity = activities[task.activity_id]
    approves = policies.policy(activity["properties"], STARTER_APPROVES)
    is_starter = person.name == starter(session, task.case_id) and _judged(activity, STARTER_APPROVES)
    if is_starter and approves == HEAD:
        _to_head(session, task, person)
        return
    passed = _skipped(person, activity, task) if is_starter and approves == SKIP else None
    passed = passed or _opinion_of(session, task, person, activities)
    if passed and not activity["listeners"] and separation.why_not(session, task, person) is None:
        _pass_over(session, instance, task, passed, settle)


def _judged(activity: Mapping[str, Any], name: str) -> bool:
    """Whether the policy is about this step: its own always; its process's, unless it is drawn for the starter."""
    return policies.is_own(activity["properties"], name) or not _is_for_starter(activity)


def _is_for_starter(activity: Mapping[str, Any]) -> bool:
    named = (activity.get("assignee"), activity.get("candidate_users"))
    return any(_FOR_STARTER.fullmatch(text.strip()) for text in named if text)


def _to_head(session: Session, task: UserTask, person: User) -> None:
    head = heads(session, person.name)
    if head is not None and separation.why_not(session, task, head) is None:
        said = "{person} started the case and would approve it alone, so it came to their head."
        hand_to(session, task, head, sentence(said, person=person.display_name))
        return
    said = "{person} started the case and would approve it alone, and has no head who may; so it came to others."
    to_others(session, task, sentence(said, person=person.display_name))


def _skipped(person: User, activity: Mapping[str, Any], task: UserTask) -> Passed:
    why = sentence("{person} started the case and would approve it alone: skipped.", person=person.display_name)
    return Passed(person, activity["properties"].get(SKIP_OUTCOME) or None, why)


def _opinion_of(session: Session, task: UserTask, person: User, activities: definitions.Activities) -> Passed | None:
    """What the person has said before, when it stands for this step too."""
    policy = policies.policy(activities[task.activity_id]["properties"], SAME_PERSON_AGAIN)
    if policy not in (ONCE, ADJACENT) or not _judged(activities[task.activity_id], SAME_PERSON_AGAIN):
        return None
    before = _standing(session, task)
    for earlier in before[:1] if policy == ADJACENT else before:
        drawn = activities.get(earlier.activity_id)
        theirs = person.name in (earlier.completed_by, earlier.on_behalf_of)
        if drawn and theirs and _gave_opinion(earlier, drawn, task):
            facts = {"person": called(session, earlier.completed_by), "step": earlier.name}
            return Passed(person, earlier.outcome, sentence("Approved already at “{step}” by {person}.", **facts))
    return None


def _gave_opinion(earlier: UserTask, drawn: Mapping[str, Any], task: UserTask) -> bool:
    policy = policies.policy(drawn["properties"], SAME_PERSON_AGAIN)
    counts = policy in (ONCE, ADJACENT) and _judged(drawn, SAME_PERSON_AGAIN)
    return counts and earlier.outcome is not None and earlier.activity_id != task.activity_id


def _standing(session: Session, task: UserTask) -> list[UserTask]:
    """The human steps of the instance that are done and stand, the last one first."""
    query = select(UserTask).where(
        UserTask.instance_id == task.instance_id,
        UserTask.status == TaskStatus.COMPLETED,
        UserTask.kind == TaskKind.STEP,
        UserTask.passed_over.is_(False),
        ~select(SupersededTask.task_id).where(SupersededTask.task_id == UserTask.id).exists(),
    )
    return list(session.scalars(query.order_by(UserTask.ended_at.desc(), UserTask.id.desc())))


def _pass_over(session: Session, instance: ProcessInstance, task: UserTask, passed: Passed, settle: Settle) -> None:
    """The task is done without asking; the process goes on. The history says whose opinion stands for it, and why."""
    at, name = now(), passed.person.name
    done = {"status": TaskStatus.COMPLETED, "assignee": name, "completed_by": name, "ended_at": at, "claimed_at": at}
    why = kept(passed.why)
    rows.change(session, UserTask, task.id, **done, outcome=passed.outcome, passed_over=True, remark=why)
    withdraw(session, task.id)
    known = variable_rows.read(session, instance.id)
    given = {} if passed.outcome is None else {OUTCOME: passed.outcome}
    variable_rows.write(session, instance.id, given, instance.revision + 1)
    known |= given
    model, around = definitions.model(session, instance.definition), sight.around(session, known, instance)
    step = engine.complete(model, seals.opened(instance), task.token_id, around)
    told = {"task": task.id, "outcome": passed.outcome, "variables": given, "passed": why, "person": name}
    settle(session, instance, step, history.SYSTEM, known, {task.token_id: told})
