"""A vote where a task is signed together (workflow.signing): what is kept of it, and what of it may be seen when.

The answers of a signer belong to the vote, not to the process: they become variables with the result, when the signing
closes. Where votes are hidden nothing of them is written anywhere but in the sealed state before that.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from workflow import definitions, engine, rows, seals, voting
from workflow.clock import now
from workflow.engine import Activity, Gathering, Step
from workflow.errors import Conflict, Invalid, Sentence, sentence
from workflow.identity import User, called
from workflow.models import ProcessInstance, UserTask
from workflow.statements import Statement
from workflow.statuses import TaskKind
from workflow.voting import Side

OUTCOME = "outcome"
LONGEST_OPINION = 500  # characters kept in the result; the whole is refused, not cut
_REVEAL = Statement(
    update(UserTask)
    .where(UserTask.instance_id == bindparam("of_instance"), UserTask.token_id == bindparam("of_token"))
    .values(outcome=bindparam("said"))
)


def is_signed(session: Session, task: UserTask) -> bool:
    """Whether the task is one of several that are signed together."""
    return task.kind is TaskKind.STEP and voting.PROPERTY in _properties(session, task)


def is_hidden(session: Session, task: UserTask) -> bool:
    """Whether the diagram hides the votes until all is over."""
    return is_signed(session, task) and voting.read(_properties(session, task)).hidden


def gathering_of(session: Session, task: UserTask) -> Gathering | None:
    """The signing under way the task is or was part of; None when it is over, or none."""
    if not is_signed(session, task) or not task.instance.state:
        return None
    model = definitions.model(session, task.instance.definition)
    found = engine.gatherings(model, seals.opened(task.instance))
    return next((each for each in found if each.holds(task.token_id)), None)


def cast(session: Session, task: UserTask, user: User, activity: Activity, given: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of the vote a user gives with these answers.

    Raises Conflict when others are asked first or the person has voted; Invalid for an outcome that is no vote, or an
    opinion that is too long."""
    _require(why_not(session, task, user))
    terms, outcome = voting.read(activity.properties), given.get(OUTCOME)
    if terms.side(outcome) is None:
        known = [each for side in Side for each in terms.said(side)]
        said = sentence("“{outcome}” is no vote here; a vote is one of {known}.", outcome=outcome or "", known=known)
        raise Invalid({"": [said]}, said.template, **said.facts)
    opinion = str(given.get(terms.opinion) or "")
    if len(opinion) > LONGEST_OPINION:
        said = sentence("An opinion has at most {most} characters.", most=LONGEST_OPINION)
        raise Invalid({terms.opinion: [said]}, said.template, **said.facts)
    vote = {"who": user.name, "onBehalfOf": task.on_behalf_of, "outcome": outcome, "opinion": opinion}
    others = {name: value for name, value in given.items() if name not in (OUTCOME, terms.opinion)}
    return {**vote, "at": now().isoformat(), **({"answers": others} if others else {})}


def told(session: Session, task: UserTask, vote: Mapping[str, Any]) -> dict[str, Any]:
    """What the history says of the vote at once."""
    if is_hidden(session, task):
        return {"task": task.id, "hidden": True}
    said = {name: vote[name] for name in ("outcome", "opinion", "answers") if vote.get(name)}
    return {"task": task.id, "outcome": None, **said}


def why_not(session: Session, task: UserTask, user: User) -> Sentence | None:
    """Why this person cannot vote with this task now: others are to sign before, or they sign here in another place."""
    gathering = gathering_of(session, task)
    if gathering is None:
        return None
    return _behind(session, task, gathering) or _twice(session, task, gathering, user, task.on_behalf_of)


def twice(session: Session, task: UserTask, user: User, principal: str | None = None) -> Sentence | None:
    """Why the task may not become this person's (in whose place, if not their own): nobody stands behind two votes."""
    gathering = gathering_of(session, task)
    return None if gathering is None else _twice(session, task, gathering, user, principal)


def reveal(session: Session, instance: ProcessInstance, step: Step) -> None:
    """A signing has closed: its tasks say now what was said with them."""
    for happening in step.happenings:
        if happening.kind == "signing_closed":
            said = [(vote["token"], vote["outcome"]) for vote in happening.data["votes"]]
            of = {"of_instance": instance.id}
            rows.write(session, *(_REVEAL(**of, of_token=token, said=outcome) for token, outcome in said if outcome))


def _behind(session: Session, task: UserTask, gathering: Gathering) -> Sentence | None:
    waited_for = next((seat.behind for seat in gathering.seats if seat.token_id == task.token_id), ())
    names = [called(session, seat.signer) for seat in gathering.seats if seat.token_id in waited_for]
    if not names:
        return None
    return sentence("“{task}” waits until {people} have signed, who were asked before.", task=task.name, people=names)


def _twice(
    session: Session, task: UserTask, gathering: Gathering, user: User, principal: str | None
) -> Sentence | None:
    if gathering.terms.twice:
        return None
    voted = {name for vote in gathering.votes if vote["token"] != task.token_id for name in _voters(vote)}
    seated = {seat.signer for seat in gathering.seats if seat.token_id != task.token_id}
    for name in (user.name, principal):
        if name in voted:
            return sentence("{person} has signed “{task}” already.", person=called(session, name), task=task.name)
        if name in seated:
            said = "{person} signs “{task}” for themselves and has one vote only."
            return sentence(said, person=called(session, name), task=task.name)
    return None


def _voters(vote: Mapping[str, Any]) -> tuple[str, ...]:
    """Who voted, and in whose place."""
    return tuple(filter(None, (vote["who"], vote.get("onBehalfOf"))))


def _require(refused: Sentence | None) -> None:
    if refused is not None:
        raise Conflict(refused.template, **refused.facts)


def _properties(session: Session, task: UserTask) -> Mapping[str, str]:
    activities = definitions.activities(session, task.definition)
    return (activities.get(task.activity_id) or {}).get("properties", {})
