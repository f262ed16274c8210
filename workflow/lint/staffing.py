"""Who could do the steps of a process, by the groups and people there are.

Counted are today's members: who is away counts, a substitute does not, as both stand behind what the substitute does.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from workflow.diagram.graph import Node, Process
from workflow.duties import language
from workflow.duties.filling import STARTER, Wanted
from workflow.duties.language import PERFORMED, Kind, Place, Rule, WrongRule
from workflow.duties.ways import Ways
from workflow.lint.findings import Known

_STARTER = re.compile(r"(?:[$#]\{|=)\s*starter\(\s*\)\s*\}?")
_PERFORMER = re.compile(r"""(?:[$#]\{|=)\s*performers?\(\s*["']([^"']+)["']\s*\)\s*\}?""")
ANY = 2  # runs of a list nobody knows the length of: at least, or it is no list


def kept(process: Process, known: Known) -> list[Rule]:
    """The rules kept for this process outside of its diagram."""
    found = []
    for element, kind, value in (known.policies or {}).get(process.id, ()):
        try:
            found += language.read(Kind(kind), Place(process.id, element), value, policy=True)
        except (ValueError, WrongRule):
            continue
    return found


def performed(process: Process) -> list[str]:
    """The elements people do."""
    return [node.id for node in process.nodes.values() if node.kind in PERFORMED]


@dataclass(frozen=True)
class Staff:
    """A process and the people of the office."""

    process: Process
    known: Known

    def wanted(self) -> Wanted:
        """The steps under rules, and who may do them; what is offered by an expression is left out, save a step for who
        began the case or for who did another step."""
        rules = [*self.rules()]
        circles: dict[str, Collection[str]] = {}
        for name in self.process.nodes:
            place = Place(self.process.id, name)
            mine = [each for each in rules if each.concerns(place) or place in each.others]
            circle = self._circle(self.process.nodes[name], mine) if mine else None
            if circle is not None:
                circles[name] = circle
        relative = list(self._relative(rules))
        for _, like in relative:
            if like != STARTER and like not in circles:
                found = self._circle(self.process.nodes[like], [])
                circles |= {like: found} if found is not None else {}
        if any(each.kind is Kind.NOT_STARTER for each in rules) or any(like == STARTER for _, like in relative):
            circles[STARTER] = self._starters({person for circle in circles.values() for person in circle})
        circles |= {name: circles[like] for name, like in relative if like in circles}
        same = self._pairs(rules, Kind.SAME_PERSON_AS) | {frozenset(pair) for pair in relative}
        order = [name for name in self.process.nodes if name in circles]
        return Wanted(
            circles,
            [pair for pair in self._pairs(rules, Kind.DIFFERENT_FROM) if pair <= circles.keys() and self._meet(pair)],
            [pair for pair in same if pair <= circles.keys() and self._meet(pair)],
            [count for count in self._counts(rules) if count[1] <= circles.keys()],
            [STARTER, *order] if STARTER in circles else order,
        )

    def _relative(self, rules: list[Rule]) -> Iterator[tuple[str, str]]:
        """(step under a rule, whose performer it is drawn for: STARTER or another step)."""
        for name, node in self.process.nodes.items():
            text = (node.activity.assignee or "").strip()
            if node.kind not in PERFORMED or not any(each.concerns(Place(self.process.id, name)) for each in rules):
                continue
            if _STARTER.fullmatch(text):
                yield name, STARTER
            elif (found := _PERFORMER.fullmatch(text)) and found[1] in self.process.nodes and found[1] != name:
                yield name, found[1]

    def crowded(self, wanted: Wanted) -> Iterator[tuple[list[str], Collection[str]]]:
        """(steps, their people): done several times by so many different people, of whom there are fewer."""
        rules = [*self.rules()]
        for number, steps in self._counts(rules):
            if steps <= wanted.circles.keys() and any(self._runs(step) for step in steps):
                people = {person for step in steps for person in wanted.circles[step]}
                if len(people) < number:
                    yield sorted(steps), people
        for each in rules:
            step = each.at.element
            apart = each.kind is Kind.DIFFERENT_FROM and each.at in each.others and step in wanted.circles
            if apart and len(wanted.circles[step]) < self._runs(step):
                yield [step], wanted.circles[step]

    def _runs(self, step: str) -> int:
        """How often a step is done side by side or in turn; 0: once."""
        loop = self.process.nodes[step].loop
        if loop is None or loop.standard:
            return 0
        count = (loop.cardinality or "").strip()
        return int(count) if count.isdecimal() and len(count) < 4 else ANY

    def called(self, people: Iterable[str]) -> str:
        names = self.known.people or {}
        return "、".join(names.get(each, each) for each in people)

    def offered(self, node: Node) -> list[str] | None:
        """The groups a step is offered to; None when that is computed, or people are named."""
        said = node.activity
        if any(_is_computed(text) for text in (said.assignee, said.candidate_groups, said.candidate_users)):
            return None
        if said.assignee or said.candidate_users:
            return None
        if said.candidate_groups:
            return _listed(said.candidate_groups)
        return [key for key, names in (self.known.group_names or {}).items() if said.lane in (key, *names)]

    def _circle(self, node: Node, rules: list[Rule]) -> set[str] | None:
        """Who may do a step by the groups and people it names; None when that is computed."""
        said = node.activity
        if node.kind not in PERFORMED or _is_computed(_all_text(node)) or not (_all_text(node) or said.lane):
            return None
        living, members = set(self.known.users or ()), self.known.members or {}
        named = {*_listed(said.assignee), *_listed(said.candidate_users)} & living
        found = {
            person
            for group in self.offered(node) or _listed(said.candidate_groups)
            for person in members.get(group, ())
        }
        found |= named
        for each in rules:
            if each.kind is Kind.HOLDS_ROLE:
                found &= {person for group in each.groups for person in members.get(group, ())}
        return found

    def _starters(self, concerned: set[str]) -> set[str]:
        """Who may begin by hand: people of those groups, or anybody. Of those nobody waits for one is enough."""
        members = self.known.members or {}
        named = {person for group in self.process.starters for person in members.get(group, ())}
        found = named if self.process.starters else set(self.known.users or ())
        return (found & concerned) | set(sorted(found - concerned)[:1])

    def rules(self) -> Iterator[Rule]:
        """The rules that hold for the process: drawn ones, then policies."""
        said = {"": self.process.properties, **{n.id: n.activity.properties for n in self.process.nodes.values()}}
        yield from language.drawn(self.process.id, said)
        yield from kept(self.process, self.known)

    def _pairs(self, rules: Iterable[Rule], kind: Kind) -> set[frozenset[str]]:
        found = {
            frozenset((each.at.element, place.element))
            for each in rules
            if each.kind is kind and each.at.element
            for place in each.others
            if place.process == self.process.id and place != each.at
        }
        if kind is Kind.DIFFERENT_FROM:
            places = [Place(self.process.id, name) for name in performed(self.process)]
            for each in rules:
                if each.kind is Kind.NOT_STARTER:
                    found |= {frozenset((STARTER, place.element)) for place in places if each.at.of(place)}
        return found

    def _counts(self, rules: Iterable[Rule]) -> list[tuple[int, frozenset[str]]]:
        return [
            (each.number, frozenset(place.element for place in each.members))
            for each in rules
            if each.kind in language.COUNTING
        ]

    def _meet(self, pair: frozenset[str]) -> bool:
        """Whether both can come in one case: one behind the other, or side by side."""
        if STARTER in pair or any(
            node.kind in ("parallelGateway", "inclusiveGateway") for node in self.process.nodes.values()
        ):
            return True
        one, other = sorted(pair)
        ways = Ways(self.process)
        return other in ways.after(one) or one in ways.after(other)


def _all_text(node: Node) -> str:
    said = node.activity
    return " ".join(filter(None, (said.assignee, said.candidate_groups, said.candidate_users)))


def _is_computed(text: str | None) -> bool:
    return bool(text) and (text.startswith("=") or "${" in text or "#{" in text or " =" in text)


def _listed(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]
