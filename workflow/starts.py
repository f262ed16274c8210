"""Starting a process by hand: who may start which, and the case it becomes.

A process is offered when its plain start event carries a form and `camunda:candidateStarterGroups` names one of the
reader's groups. Nothing is listed by hand: deploying the diagram is enough.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import cases, definitions, engine, instances
from workflow.errors import Conflict, NotFound
from workflow.identity import User
from workflow.models import Case, ProcessDefinition

INITIATOR = "initiator"  # the variable that tells who started the process: a user's name
_NUMBER = re.compile(r"[0-9]{8}-[0-9A-F]{6}")


@dataclass(frozen=True)
class Offer:
    """A process one may start, what it is for, and the start event whose form asks what it needs."""

    definition: ProcessDefinition
    event: engine.Activity
    documentation: str
    documentations: Mapping[str, str]  # in other languages


def offered(session: Session, user: User) -> list[Offer]:
    """The newest versions of the processes this user may start, by name."""
    found = (_offer(session, each, user) for each in definitions.all_latest(session))
    return [offer for offer in found if offer is not None]


def find(session: Session, key: str, user: User) -> Offer:
    """The process this user may start; NotFound for any other."""
    offer = _offer(session, definitions.latest(session, key), user)
    if offer is None:
        raise NotFound
    return offer


def may_begin(session: Session, key: str, user: User) -> bool:
    """Whether this user may start the process; False where there is none."""
    try:
        find(session, key, user)
    except NotFound:
        return False
    return True


def is_number(text: str) -> bool:
    """Whether this could be the number of a case: the day and six signs, `20260701-0F3A9C`."""
    return _NUMBER.fullmatch(text) is not None


def begin(session: Session, offer: Offer, user: User, answers: Mapping[str, Any], number: str) -> Case:
    """The new case, `<process key>-<number>`, with the process running in it; `answers` are its first variables.

    Sent twice by the same person it is begun once. Raises Conflict when somebody else has the number.
    """
    definition = offer.definition
    business_key = f"{definition.key}-{number}"
    there = session.scalar(select(Case).where(Case.business_key == business_key))
    if there is not None:
        if (there.process_key, there.opened_by) == (definition.key, user.name):
            return there
        raise Conflict("There is already a case “{key}”.", key=business_key)
    case = cases.open_case(session, business_key, definition.name, definition.key, user.name)
    instances.start(session, definition, case, user.name, {**answers, INITIATOR: user.name}, offer.event.id)
    return case


def _offer(session: Session, definition: ProcessDefinition, user: User) -> Offer | None:
    model = definitions.model(session, definition)
    if not set(model.starters) & set(user.group_keys):
        return None
    plain = (start for start in model.starts if start.event == "none" and start.form_key)
    told = (model.documentation or "", model.documentations)
    return next((Offer(definition, start, *told) for start in plain), None)
