"""The judge: whether a person may act on a task."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy.orm import Session

from workflow import ballots, cosigners, definitions, history
from workflow.duties.language import Kind, Place, Rule
from workflow.errors import Sentence, sentence
from workflow.identity import Group, User, called
from workflow.models import ProcessDefinition, ProcessInstance, UserTask
from workflow.separation import facts, relations
from workflow.separation.agreements import agreed_to_pass
from workflow.separation.editors import editors
from workflow.separation.facts import Act, Facts
from workflow.separation.required import drawn, required
from workflow.statuses import TaskKind


def why_not(
    session: Session, task: UserTask, user: User, for_: User | str | None = None, asked: bool = True
) -> Sentence | None:
    """The rule that would be broken if this user did the task, in the place of `for_` if they are a substitute; None
    when there is none. What rules say holds over the whole case, whichever element is done first. Where a task is
    signed together, one person has one vote; who does a step is none of those `asked` to sign beside it (False: the
    caller knows that nobody was).

    Held with its case, a task is judged as things are; else as they were a moment ago.
    """
    if task.kind is TaskKind.ADHOC:
        return None
    principal = for_.name if isinstance(for_, User) else for_
    if principal is None and task.assignee == user.name:
        principal = task.on_behalf_of
    rules = concerning(session, task)
    broken = first_broken(session, task, rules, user.name, principal) if rules else None
    broken = broken or ballots.twice(session, task, user, principal)
    if broken is None and asked:
        broken = cosigners.twice(session, task, [user.name, principal])
    return broken


def concerning(session: Session, task: UserTask) -> list[Rule]:
    """The rules a person could break by doing this task."""
    place = Place(task.process_key, task.activity_id)
    rules = list(required(session, task.definition))
    if task.definition.policy_digest:
        rules += _of_others(session, task)
    return [rule for rule in rules if rule.concerns(place)]


def first_broken(
    session: Session, task: UserTask, rules: Iterable[Rule], actor: str, principal: str | None
) -> Sentence | None:
    """The sentence of the first of these rules the people behind the act would break."""
    place = Place(task.process_key, task.activity_id)
    judged = Judged(session, task.case_id, task.instance_id, place, task.name, actor, principal, task)
    return next((said for rule in rules if (said := _JUDGES[rule.kind](judged, rule)) is not None), None)


def lacking(session: Session, instance: ProcessInstance, rule: Rule) -> Sentence | None:
    """Why the element a rule of approvals speaks of may not be reached yet; None when enough people have agreed."""
    said = definitions.activities(session, instance.definition).get(rule.at.element) or {}
    name = said.get("name") or rule.at.element
    return _approved(Judged(session, instance.case_id, instance.id, rule.at, name, history.SYSTEM), rule)


def _of_others(session: Session, task: UserTask) -> list[Rule]:
    """Rules of the other processes of the case: one may speak of the elements of another."""
    others = facts.versions(session, task.case_id) - {task.definition_id}
    return [rule for each in sorted(others) for rule in required(session, session.get_one(ProcessDefinition, each))]


@dataclass(frozen=True)
class Judged:
    """An element to be done, and the people who would stand behind it: who acts, and in whose place."""

    session: Session
    case_id: int
    instance_id: int
    place: Place
    task_name: str
    actor: str
    principal: str | None = None
    task: UserTask | None = None  # none when an element is only reached

    @property
    def behind(self) -> frozenset[str]:
        """Who must not be somebody: who acts, in whose place, and who has prepared it by delegation."""
        prepared = self.task.prepared_by if self.task is not None else ()
        return self.acting.union(prepared)

    @property
    def acting(self) -> frozenset[str]:
        """Who must be somebody."""
        return frozenset(filter(None, (self.actor, self.principal)))

    @cached_property
    def facts(self) -> Facts:
        return facts.of_case(self.session, self.case_id, sorted(self.acting), but=self.task.id if self.task else None)

    @cached_property
    def several(self) -> set[Place]:
        """The elements of the case's processes that several people do."""
        versions = [self.session.get_one(ProcessDefinition, each) for each in sorted(self.facts.definitions)]
        return {Place(each.key, name) for each in versions for name in drawn(self.session, each).several}

    def acts(self, places: Iterable[Place]) -> list[Act]:
        """What was done of these elements and not made void."""
        return [act for act in self.facts.acts if any(place.of(act.place) for place in places)]

    def standing(self, places: Iterable[Place]) -> list[Act]:
        """What of it stands."""
        return facts.standing(self.session, self.acts(places), self.several)

    def name(self, place: Place) -> str:
        """What people call an element."""
        for number in sorted(self.facts.definitions):
            definition = self.session.get_one(ProcessDefinition, number)
            said = definitions.activities(self.session, definition).get(place.element)
            if definition.key == place.process and said is not None:
                return said.get("name") or place.element
        return place.element

    def names(self, places: Iterable[Place]) -> str:
        return "、".join(f"“{self.name(place)}”" for place in places)

    def people(self, names: Iterable[str]) -> str:
        return "、".join(called(self.session, each) for each in sorted(names))


def _different(judged: Judged, rule: Rule) -> Sentence | None:
    """Nobody behind this act stands behind the other one; of an element that names itself, of each one before."""
    mine, self_named = rule.at.of(judged.place), judged.place in rule.others
    others = [place for place in rule.others if place != judged.place] if mine else []
    if self_named and not mine:
        others = [rule.at]
    before = [act for act in judged.acts(others) if act.place != judged.place]
    if mine and self_named:
        repeated = judged.place in judged.several
        before += judged.standing([judged.place]) if repeated else judged.acts([judged.place])
    act = next((act for act in before if act.people & judged.behind), None)
    return None if act is None else _said_different(judged, act)


def _said_different(judged: Judged, act: Act) -> Sentence:
    told = {"task": judged.task_name, "other": judged.name(act.place)}
    if judged.actor in act.people:
        return sentence("“{task}” must be done by another person than “{other}”, and you did that.", **told)
    said = "“{task}” must be done by another person than “{other}”, and {person} stands behind both."
    return sentence(said, **told, person=judged.people(act.people & judged.behind))


def _same(judged: Judged, rule: Rule) -> Sentence | None:
    """Somebody behind this act stands behind the last one of the other element. The element named goes first: when it
    comes later all the same, it is for who did the other one."""
    mine = rule.at.of(judged.place)
    for place in rule.others if mine else [rule.at]:
        if not mine and judged.acts([judged.place]):
            continue
        for act in judged.standing([place])[-1:]:
            if not act.people & judged.acting:
                return sentence(
                    "“{task}” must be done by {person}, who did “{other}”.",
                    task=judged.task_name,
                    person=judged.people(act.people),
                    other=judged.name(act.place),
                )
    return None


def _distinct(judged: Judged, rule: Rule) -> Sentence | None:
    """Until so many people have done these elements, each of them is done by somebody who has done none."""
    standing = judged.standing(rule.members)
    if judged.place not in judged.several:
        standing = [act for act in standing if act.place != judged.place or act.instance_id != judged.instance_id]
    if facts.apart(standing) >= rule.number or not any(act.people & judged.behind for act in standing):
        return None
    return sentence(
        "“{task}” needs somebody who has done none of {others} in this case: {number} different people are asked for.",
        task=judged.task_name,
        others=judged.names(rule.members),
        number=rule.number,
    )


def _not_starter(judged: Judged, rule: Rule) -> Sentence | None:
    found = judged.facts.starters(judged.instance_id) & judged.behind
    if not found:
        return None
    said = "“{task}” must not be done by who began the case, {person}."
    return sentence(said, task=judged.task_name, person=judged.people(found))


def _not_editor(judged: Judged, rule: Rule) -> Sentence | None:
    found = (editors(judged.session, judged.task) if judged.task else set()) & judged.behind
    if not found:
        return None
    said = "“{task}” must not be done by who last changed its diagram or form, {person}."
    return sentence(said, task=judged.task_name, person=judged.people(found))


def _not_related(judged: Judged, rule: Rule) -> Sentence | None:
    """Not to whom the case is about or who began it; to who did the elements named, if it names some."""
    if rule.others:
        places = rule.others if rule.at.of(judged.place) else [rule.at]
        others = {name for act in judged.acts(places) for name in act.people}
    else:
        others = judged.facts.starters(judged.instance_id)
    found = relations.first(judged.session, judged.case_id, judged.behind, others, not rule.others)
    if found is None:
        return None
    said = "“{task}” must not be done by {person}: declared as related to {subject} (recusal)."
    return sentence(said, task=judged.task_name, person=judged.people([found.user_name]), subject=found.subject_name)


def _holds_role(judged: Judged, rule: Rule) -> Sentence | None:
    """Whose right is used holds the role now: the principal of a substitute, else who acts."""
    holder = judged.principal or judged.actor
    if judged.facts.groups.get(holder, frozenset()) & set(rule.groups):
        return None
    groups = [judged.session.get(Group, key) for key in rule.groups]
    return sentence(
        "“{task}” is for {groups}; {person} does not belong to them now.",
        task=judged.task_name,
        groups="、".join(group.name if group else key for group, key in zip(groups, rule.groups, strict=True)),
        person=judged.people([holder]),
    )


def _approved(judged: Judged, rule: Rule) -> Sentence | None:
    """So many people have done what comes before it. What two people agreed to pass by is not waited for."""
    passed = {place for place in rule.others if place.element in agreed_to_pass(judged.session, judged.case_id)}
    number, done = rule.number - len(passed), facts.apart(judged.standing(rule.others))
    if done >= number:
        return None
    return sentence(
        "Before “{task}”, {number} different people must have done {others}; up to now {done} have.",
        task=judged.task_name,
        number=number,
        others=judged.names(place for place in rule.others if place not in passed),
        done=done,
    )


_JUDGES = {
    Kind.DIFFERENT_FROM: _different,
    Kind.SAME_PERSON_AS: _same,
    Kind.DISTINCT_PEOPLE: _distinct,
    Kind.NOT_STARTER: _not_starter,
    Kind.NOT_LAST_EDITOR: _not_editor,
    Kind.NOT_RELATED: _not_related,
    Kind.HOLDS_ROLE: _holds_role,
    Kind.APPROVALS: _approved,
}
