"""Policies: rules of separation kept outside the diagrams by the security role, so that who draws cannot weaken them.

One person adds and tightens; what loosens (dropping one, or another value that is not plainly stricter) takes a second.
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import definitions, policy_digests
from workflow.clock import now
from workflow.duties.language import PERFORMED, Kind, Place, Rule, WrongRule, read
from workflow.duties.stricter import is_stricter
from workflow.errors import Conflict, Invalid, NotAllowed, NotFound, Sentence, sentence
from workflow.identity import Group, User
from workflow.models import Agreement, Policy
from workflow.separation import agreements
from workflow.separation.relations import MANAGE
from workflow.statuses import AgreementKind


def of(session: Session, process_key: str) -> Sequence[Policy]:
    """The policies that hold for a process, oldest first."""
    query = select(Policy).where(Policy.process_key == process_key, Policy.dropped_at.is_(None))
    return session.scalars(query.order_by(Policy.id)).all()


def everything(session: Session, also_dropped: bool = False) -> Sequence[Policy]:
    """All policies by process, those that hold, or also those dropped: their history."""
    query = select(Policy) if also_dropped else select(Policy).where(Policy.dropped_at.is_(None))
    return session.scalars(query.order_by(Policy.process_key, Policy.id)).all()


def find(session: Session, policy_id: int) -> Policy:
    """Raises NotFound."""
    found = session.get(Policy, policy_id)
    if found is None:
        raise NotFound
    return found


def add(session: Session, user: User, process_key: str, element: str, kind: str, value: str, reason: str) -> Policy:
    """One more demand: it holds from now on, for running cases too. Raises NotAllowed, NotFound, Invalid."""
    _require(user)
    said = agreements.required(reason)
    _checked(session, process_key, element, kind, value)
    same = [each for each in of(session, process_key) if (each.element, each.kind) == (element, kind)]
    if any(each.value == value.strip() for each in same):
        raise Conflict("There is this policy already.")
    return _kept(session, user.name, process_key, element, kind, value, said)


def tighten(session: Session, user: User, policy: Policy, value: str, reason: str) -> Policy:
    """Another value that asks for more. Raises NotAllowed when it does not: that takes a second person."""
    _require(user)
    _require_live(policy)
    said = agreements.required(reason)
    if not is_tighter(session, policy, value):
        raise NotAllowed("This would loosen the policy: a second person must agree.")
    return _replaced(session, policy, user.name, value, said, None)


def ask_to_drop(session: Session, user: User, policy: Policy, reason: str) -> Agreement:
    """Ask that the policy hold no longer; another person must agree."""
    _require(user)
    _require_live(policy)
    return agreements.ask(session, user, AgreementKind.DROP_POLICY, {"policy": policy.id}, reason)


def ask_to_change(session: Session, user: User, policy: Policy, value: str, reason: str) -> Agreement:
    """Ask for another value that may loosen it; another person must agree."""
    _require(user)
    _require_live(policy)
    _checked(session, policy.process_key, policy.element, policy.kind, value)
    asked = {"policy": policy.id, "value": value.strip()}
    return agreements.ask(session, user, AgreementKind.CHANGE_POLICY, asked, reason)


@agreements.carried_out_by(AgreementKind.DROP_POLICY)
def _dropped(session: Session, agreement: Agreement, asker: User, user: User) -> None:
    _require(asker)
    _drop(session, find(session, agreement.asked["policy"]), user.name, agreement.id)


@agreements.carried_out_by(AgreementKind.CHANGE_POLICY)
def _changed(session: Session, agreement: Agreement, asker: User, user: User) -> None:
    _require(asker)
    policy = find(session, agreement.asked["policy"])
    _checked(session, policy.process_key, policy.element, policy.kind, agreement.asked["value"])
    _replaced(session, policy, asker.name, agreement.asked["value"], agreement.reason, agreement.id)


def _require(user: User) -> None:
    if not user.active or not user.may(MANAGE):
        raise NotAllowed("Only the security role keeps policies.")


def _require_live(policy: Policy) -> None:
    if policy.dropped_at is not None:
        raise Conflict("This policy was dropped already.")


def is_tighter(session: Session, policy: Policy, value: str) -> bool:
    """Whether another value asks for plainly more, so that one person may set it. Raises as `add` for a wrong one."""
    place = Place(policy.process_key, policy.element)
    rules = _checked(session, policy.process_key, policy.element, policy.kind, value)
    return all(any(is_stricter(new, old) for new in rules) for old in read(Kind(policy.kind), place, policy.value))


def _replaced(session: Session, policy: Policy, by: str, value: str, reason: str, agreement_id: int | None) -> Policy:
    _drop(session, policy, by, agreement_id)
    return _kept(session, by, policy.process_key, policy.element, policy.kind, value, reason)


def _kept(session: Session, by: str, process_key: str, element: str, kind: str, value: str, reason: str) -> Policy:
    made = Policy(
        process_key=process_key,
        element=element,
        kind=kind,
        value=value.strip(),
        reason=reason,
        since=now(),
        added_by=by,
    )
    session.add(made)
    policy_digests.renew(session, policy_digests.named(policy_digests.of_policy(made)) | {process_key})
    return made


def _drop(session: Session, policy: Policy, by: str, agreement_id: int | None) -> None:
    _require_live(policy)
    policy.dropped_at, policy.dropped_by, policy.agreement_id = now(), by, agreement_id
    policy_digests.renew(session, policy_digests.named(policy_digests.of_policy(policy)) | {policy.process_key})


def _checked(session: Session, process_key: str, element: str, kind: str, value: str) -> list[Rule]:
    """The rules it would make. Raises NotFound for a process there is none of, Invalid naming the field."""
    if kind not in list(Kind):
        raise Invalid({"kind": [sentence("There is no rule “{rule}”.", rule=kind)]})
    definitions.latest(session, process_key)
    try:
        rules = read(Kind(kind), Place(process_key, element), value, policy=True)
    except WrongRule as wrong:
        raise Invalid({"value": [wrong.said, *filter(None, [wrong.advice])]}) from wrong
    if not rules:
        raise Invalid({"value": [sentence("This asks for nothing.")]})
    for rule in rules:
        for field, said in _unknown(session, rule):
            raise Invalid({field: [said]})
    return rules


def _unknown(session: Session, rule: Rule) -> list[tuple[str, Sentence]]:
    """What a rule names and there is not in the newest versions."""
    found: list[tuple[str, Sentence]] = []
    for place in (rule.at, *rule.others):
        drawn = definitions.activities(session, definitions.latest(session, place.process))
        field = "element" if place == rule.at else "value"
        if place.element and place.element not in drawn:
            found.append((field, sentence("There is no element “{element}” in it.", element=place.element)))
        elif place.element and place != rule.at and drawn[place.element]["kind"] not in PERFORMED:
            found.append((field, sentence("“{element}” is not done by a person.", element=place.element)))
    for key in rule.groups:
        if session.get(Group, key) is None:
            found.append(("value", sentence("There is no group “{key}”.", key=key)))
    return found
