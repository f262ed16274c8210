"""Each version of a process says of itself what stands outside its diagram: a digest of the policies in force, and of
who else names its elements. "" for most: then nobody need ask.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from workflow.duties.language import Kind, Place, Rule, WrongRule, drawn, properties_of, read
from workflow.models import Policy, ProcessDefinition


def of_policy(policy: Policy) -> list[Rule]:
    """The rules of a policy; it could be read when it was made."""
    try:
        return read(Kind(policy.kind), Place(policy.process_key, policy.element), policy.value, policy=True)
    except (ValueError, WrongRule):
        return []


def named(rules: Iterable[Rule]) -> set[str]:
    """The processes some rules speak of."""
    return {place.process for rule in rules for place in (rule.at, *rule.others)}


def note(session: Session, definition: ProcessDefinition) -> None:
    """A new version, stored but not yet marked: it is as the one before it; what its diagram names knows of it."""
    before = select(ProcessDefinition.policy_digest).where(
        ProcessDefinition.key == definition.key, ProcessDefinition.id != definition.id
    )
    found = session.scalar(before.order_by(ProcessDefinition.version.desc()).limit(1))
    foreign = _named_by(definition.key, definition.activities) - {definition.key}
    if found:
        definition.policy_digest = found
    elif found is None:
        foreign.add(definition.key)
    renew(session, foreign)


def renew(session: Session, keys: Iterable[str]) -> None:
    """Every version of these processes says what is so now."""
    wanted = set(keys)
    if not wanted:
        return
    session.flush()  # what is asked next must see it
    policies = list(session.scalars(select(Policy).where(Policy.dropped_at.is_(None)).order_by(Policy.id)))
    diagrams = session.execute(select(ProcessDefinition.key, ProcessDefinition.activities)).all()
    for key in sorted(wanted):
        own = [(each.element, each.kind, each.value) for each in policies if each.process_key == key]
        naming = {each.process_key for each in policies if key in named(of_policy(each))}
        naming |= {row.key for row in diagrams if key in _named_by(row.key, row.activities)}
        told = [sorted(own), sorted(naming - {key})]
        digest = hashlib.sha256(orjson.dumps(told)).hexdigest() if any(told) else ""
        change = update(ProcessDefinition).where(ProcessDefinition.key == key).values(policy_digest=digest)
        session.execute(change.execution_options(synchronize_session="fetch"))


def _named_by(key: str, activities: Mapping[str, Mapping[str, Any]]) -> set[str]:
    return named(drawn(key, properties_of(activities)))
