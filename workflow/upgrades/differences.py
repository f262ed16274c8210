"""What changes for those who work on at an element, without forbidding that they do."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import definitions, engine
from workflow.definitions import FORM, Activities
from workflow.duties import language
from workflow.duties.language import Kind, Place, Rule
from workflow.errors import Sentence, sentence
from workflow.models import ProcessDefinition, ProcessInstance, TaskDraft, UserTask
from workflow.statuses import TaskStatus
from workflow.upgrades.problems import Problem
from workflow.waits import LIVE_INSTANCES

Compared = tuple[Kind, str, int, frozenset[str]]  # kind, element, number, elements and groups
Pair = tuple[Mapping[str, Any], Mapping[str, Any]]  # an element as the old and as the new version says it
_LOST_WORDS = {
    Kind.DIFFERENT_FROM: "In the new version nothing says any more that “{task}” and “{other}” need two persons.",
    Kind.SAME_PERSON_AS: "In the new version nothing says any more that “{task}” and “{other}” need the same person.",
}
_LOST = (
    "In the new version “{task}” does not ask any more for {rule} “{value}”. Policies outside the diagram still hold."
)
OFFERED = ("assignee", "candidate_groups", "candidate_users")  # attributes that say to whom a task is offered


def warnings(
    session: Session,
    old: ProcessDefinition,
    new: ProcessDefinition,
    mapping: Mapping[str, str],
    live: Mapping[str, int],
) -> Iterator[Problem]:
    """What is to be known before instances go on in the new version."""
    before, after = definitions.activities(session, old), definitions.activities(session, new)
    models = definitions.model(session, old), definitions.model(session, new)
    pairs = {name: (before[name], after[mapping[name]]) for name in before if mapping.get(name) in after}
    for name, said in _lost_rules(before, after, mapping):
        yield Problem(name, said, False, 0)
    for name, pair in pairs.items():
        if live.get(name):
            yield from (Problem(name, said, False, live[name]) for look in _LOOKS for said in look(*pair))
    for name, number in live.items():
        if name in before and name not in pairs and before[name]["kind"] in ("boundaryEvent", "startEvent"):
            said = sentence(
                "“{event}” does not wait any more; what it began before goes on.", event=_name(before, name)
            )
            yield Problem(name, said, False, number)
    yield from _new_events(after, engine.edges(models[1]), mapping, live)
    for name, again in engine.done_again(*models, mapping).items():
        if live.get(name):
            steps = "、".join(f"“{_name(before, each)}”" for each in again)
            said = "What is behind it comes once more: {steps} stands after it in the new version."
            yield Problem(name, sentence(said, steps=steps), False, live[name])
    yield from _lost_answers(session, old, new, pairs)


def _new_events(
    after: Activities, edges: Mapping[str, str], mapping: Mapping[str, str], live: Mapping[str, int]
) -> Iterator[Problem]:
    origin = {target: name for name, target in mapping.items()}
    for event, host in edges.items():
        there = live.get(origin.get(host, host), 0)
        if event not in origin and there:
            said = sentence("“{event}” begins to wait there.", event=_name(after, event))
            yield Problem(origin.get(host, host), said, False, there)


def _lost_rules(before: Activities, after: Activities, mapping: Mapping[str, str]) -> Iterator[tuple[str, Sentence]]:
    """Rules of separation that the new version does not have."""
    kept = {_as_compared(rule, {}) for rule in _rules(after)}
    for rule in _rules(before):
        name = rule.at.element
        if rule.kind not in _LOST_WORDS:
            if _as_compared(rule, mapping) not in kept:
                told = {"task": _name(before, name), "rule": rule.kind.value, "value": rule.text}
                yield name, sentence(_LOST, **told)
            continue
        for place in rule.others:
            if not _is_kept(rule, place, mapping, kept):
                words = {"task": _name(before, name), "other": _name(before, place.element)}
                yield name, sentence(_LOST_WORDS[rule.kind], **words)


def _is_kept(rule: Rule, place: Place, mapping: Mapping[str, str], kept: Collection[Compared]) -> bool:
    """Whether a pair is still said, in whichever order where that is the same."""
    pair = (mapping.get(rule.at.element, rule.at.element), mapping.get(place.element, place.element))
    pairs = {(kind, at, each) for kind, at, _number, others in kept for each in others}
    mirrored = rule.kind is Kind.DIFFERENT_FROM and (rule.kind, pair[1], pair[0]) in pairs
    return mirrored or (rule.kind, *pair) in pairs


def _as_compared(rule: Rule, mapping: Mapping[str, str]) -> Compared:
    """A rule by the names of the new version."""
    others = (mapping.get(place.element, place.element) for place in rule.members)
    at = mapping.get(rule.at.element, rule.at.element) if rule.kind is not Kind.DISTINCT_PEOPLE else ""
    return rule.kind, at, rule.number, frozenset([*others, *rule.groups])


def _rules(activities: Activities) -> list[Rule]:
    return list(language.drawn("", language.properties_of(activities)))


def _renamed(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Sentence]:
    if before.get("name") != after.get("name") and after.get("name"):
        yield sentence("It is called “{name}” from then on.", name=after["name"])


def _offered(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Sentence]:
    if any(before.get(word) != after.get(word) for word in OFFERED):
        yield sentence(
            "It is offered anew: to {people}. Who has claimed it keeps it.",
            people=", ".join(str(after[word]) for word in OFFERED if after.get(word)) or "–",
        )


def _form(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Sentence]:
    if before.get("form_key") != after.get("form_key"):
        yield sentence("Its form is “{form}” from then on.", form=after.get("form_key") or "–")


def _machine(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Sentence]:
    if before.get("topic") != after.get("topic"):
        yield sentence("Work not yet done is done by “{topic}” from then on.", topic=after.get("topic") or "–")
    if before.get("called_element") != after.get("called_element"):
        yield sentence("Processes already called run on; “{process}” is called next.", process=after["called_element"])


def _events(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Sentence]:
    if before.get("timer") != after.get("timer"):
        yield sentence("Its timer is another one; what runs keeps its time.")
    if before.get("message") != after.get("message"):
        yield sentence("It waits for “{message}” from then on.", message=after.get("message") or "–")


_LOOKS: tuple[Callable[[Mapping[str, Any], Mapping[str, Any]], Iterator[Sentence]], ...] = (
    _renamed,
    _offered,
    _form,
    _machine,
    _events,
)


def _lost_answers(
    session: Session, old: ProcessDefinition, new: ProcessDefinition, pairs: Mapping[str, Pair]
) -> Iterator[Problem]:
    """What is typed in forms whose fields the new version does not have."""
    old_forms, new_forms = definitions.resources(session, old), definitions.resources(session, new)
    for name, (before, after) in pairs.items():
        forms = f"{before.get('form_key')}{FORM}", f"{after.get('form_key')}{FORM}"
        if after.get("form_key") and old_forms.get(forms[0]) == new_forms.get(forms[1]):
            continue
        fields = _fields(session, new, forms[1]) if forms[1] in new_forms else set()
        lost = sorted({each for draft in _drafts(session, old, name) for each in draft if each not in fields})
        if lost:
            said = sentence("Someone has typed in fields that its form has no more: {fields}.", fields=", ".join(lost))
            yield Problem(name, said, False, len(_drafts(session, old, name)))


def _drafts(session: Session, definition: ProcessDefinition, activity_id: str) -> list[set[str]]:
    """The names of the fields typed in, of each draft at this activity."""
    query = (
        select(TaskDraft.values)
        .join(UserTask, UserTask.id == TaskDraft.task_id)
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .where(ProcessInstance.definition_id == definition.id, ProcessInstance.status.in_(LIVE_INSTANCES))
        .where(UserTask.activity_id == activity_id, UserTask.status == TaskStatus.OPEN)
    )
    return [{name.partition(".")[0] for name in values} for values in session.scalars(query)]


def _fields(session: Session, definition: ProcessDefinition, form: str) -> set[str]:
    """The keys of a form's fields, and of those in its groups and lists."""
    return set(_keys(orjson.loads(definitions.resource(session, definition, form))))


def _keys(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from (part[word] for word in ("key", "path") if isinstance(part.get(word), str))
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from _keys(each)


def _name(activities: Activities, name: str) -> str:
    return (activities.get(name) or {}).get("name") or name
