"""Rules of separation as they are written: `differentFrom="open"`, `distinctPeople="2: a, b, c"`, `notStarter="true"`.

On an activity a rule speaks of it; on the process, of every user task in it. Elements are named by their id in the
diagram; those of a called or calling process as `process:element`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from workflow.errors import Sentence, sentence

PERFORMED = ("userTask", "manualTask")  # kinds of elements that people do
MOST = 20  # people a rule may ask for


class Kind(StrEnum):
    """What a rule asks for; the name of its property."""

    DIFFERENT_FROM = "differentFrom"
    SAME_PERSON_AS = "samePersonAs"
    DISTINCT_PEOPLE = "distinctPeople"
    NOT_STARTER = "notStarter"
    NOT_LAST_EDITOR = "notLastEditor"
    NOT_RELATED = "notRelated"
    HOLDS_ROLE = "holdsRole"
    APPROVALS = "approvals"  # before the element is reached, so many people have done these


NAMING_ELEMENTS = {Kind.DIFFERENT_FROM, Kind.SAME_PERSON_AS, Kind.DISTINCT_PEOPLE, Kind.APPROVALS, Kind.NOT_RELATED}
COUNTING = {Kind.DISTINCT_PEOPLE, Kind.APPROVALS}
YES_OR_NO = {Kind.NOT_STARTER, Kind.NOT_LAST_EDITOR}


@dataclass(frozen=True, order=True)
class Place:
    """An element of a process; `element` "": every user task of the process."""

    process: str
    element: str

    def of(self, place: "Place") -> bool:
        """Whether it is that place, or all of its process."""
        return self.process == place.process and self.element in ("", place.element)


@dataclass(frozen=True)
class Rule:
    """One demand. `at`: what it speaks of; `others`: the elements it names; `number` of people; `groups` for a role.

    `policy`: it stands outside the diagram. `text`: its value as written.
    """

    kind: Kind
    at: Place
    text: str
    others: tuple[Place, ...] = ()
    number: int = 0
    groups: tuple[str, ...] = ()
    policy: bool = False

    @property
    def members(self) -> tuple[Place, ...]:
        """All elements a count runs over: `distinctPeople` on an activity that it does not name counts it too."""
        if self.kind is Kind.DISTINCT_PEOPLE and self.at.element and self.at not in self.others:
            return (self.at, *self.others)
        return self.others

    def concerns(self, place: Place) -> bool:
        """Whether doing this element can break the rule: of pairs and counts it is enough to be named."""
        if self.kind is Kind.APPROVALS:
            return self.at == place
        if self.kind is Kind.DISTINCT_PEOPLE:
            return place in self.members
        named = self.kind in (Kind.DIFFERENT_FROM, Kind.SAME_PERSON_AS, Kind.NOT_RELATED)
        return self.at.of(place) or (named and place in self.others)


class WrongRule(Exception):
    """A rule that cannot be read; `said` why, `advice` what to do."""

    def __init__(self, said: Sentence, advice: Sentence | None = None) -> None:
        super().__init__(str(said))
        self.said, self.advice = said, advice


def read(kind: Kind, at: Place, text: str, policy: bool = False) -> list[Rule]:
    """The rules of one property: none for `notStarter="false"`, several for `distinctPeople="2: a, b; 2: c, d"`.

    Raises WrongRule.
    """
    rule = Rule(kind, at, text.strip(), policy=policy)
    if not rule.text:
        raise WrongRule(sentence("“{rule}” says nothing.", rule=kind.value))
    if kind in YES_OR_NO or (kind is Kind.NOT_RELATED and rule.text in ("true", "false")):
        return _yes_or_no(rule)
    if kind in COUNTING:
        return [_counting(rule, part) for part in rule.text.split(";") if part.strip()]
    if kind is Kind.HOLDS_ROLE:
        return [replace(rule, groups=tuple(_listed(rule.text)))]
    return [replace(rule, others=_places(at.process, rule.text))]


def drawn(process: str, properties: Mapping[str, Mapping[str, str]]) -> Iterator[Rule]:
    """The rules of a diagram: element id ("" for the process) → its properties. What cannot be read is left out: it
    was refused, or deployed before this rule was known."""
    for element, said in properties.items():
        for kind in Kind:
            if kind.value in said:
                try:
                    yield from read(kind, Place(process, element), said[kind.value])
                except WrongRule:
                    continue


def nearest(name: str) -> Kind | None:
    """The rule whose name was probably meant by a property that is none."""
    by_name = {kind.value.lower(): kind for kind in Kind}
    near = get_close_matches(name.lower(), by_name, n=1, cutoff=0.8)
    return by_name[near[0]] if near and name not in list(Kind) else None


def properties_of(activities: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, str]]:
    """Element id → properties, of definitions.activities."""
    return {name: said.get("properties") or {} for name, said in activities.items()}


def _yes_or_no(rule: Rule) -> list[Rule]:
    if rule.text not in ("true", "false"):
        raise WrongRule(sentence("“{rule}” is true or false, not “{text}”.", rule=rule.kind.value, text=rule.text[:80]))
    return [rule] if rule.text == "true" else []


def _counting(rule: Rule, part: str) -> Rule:
    number, colon, names = part.partition(":")
    if not colon or not number.strip().isdecimal() or not 1 <= int(number) <= MOST:
        raise WrongRule(
            sentence("“{rule}” needs a number and elements, not “{text}”.", rule=rule.kind.value, text=rule.text[:80]),
            sentence("Write it like “2: first_check, second_check”."),
        )
    return replace(rule, number=int(number), others=_places(rule.at.process, names))


def _places(process: str, text: str) -> tuple[Place, ...]:
    found = []
    for name in _listed(text):
        before, colon, element = name.rpartition(":")
        found.append(Place(before, element) if colon else Place(process, name))
    if not found:
        raise WrongRule(sentence("No element is named in “{text}”.", text=text[:80]))
    return tuple(dict.fromkeys(found))


def _listed(text: str) -> Iterable[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
