"""Several people in an order: who signs, who is asked next."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import select

from archive import names
from forms.choices import MOST, Choice
from forms.component import Component
from forms.context import FormContext
from forms.element import UNSENT, Element, kind
from forms.kinds.people import Picking, people
from forms.sent import Sent, clean
from workflow.errors import Invalid
from workflow.expressions import Expression
from workflow.identity import User


@dataclass(frozen=True)
class Person:
    """One who may be chosen. `words` are what they are found by: name, login, pinyin, initials, groups."""

    login: str
    name: str
    groups: str
    words: str
    chosen: bool


@kind("users")
class PeoplePicker(Picking):
    """Active people, by login, in the order they were chosen: a list among the answers. Of the groups in `group`, and
    of those the expression `among` gives (a list of logins), if given; with `other`, not oneself; `atLeast`, `atMost`
    so many."""

    template = "people"
    empty: list[str] = []

    def __init__(self, component: Component, children: Sequence[Element] = ()) -> None:
        super().__init__(component, children)
        self.other = component.property("other") == "true"
        among = component.property("among")
        self.among = component.expression(among, "among") if among else None
        self.least = component.whole("properties.atLeast", 1, least=1) or 1
        self.most = component.whole("properties.atMost", MOST, least=1) or MOST
        component.require_order("atLeast", self.least, "atMost", self.most)

    def expressions(self) -> list[Expression]:
        return super().expressions() + ([self.among] if self.among else [])

    def gather(self, sent: Sent, name: str, context: FormContext, asked: Any) -> Any:
        return sent.many(name) if name in sent else UNSENT

    def convert(self, given: list[str]) -> list[str]:
        chosen = list(dict.fromkeys(clean(each, self.longest) for each in given))
        if len(chosen) > self.most:
            raise Invalid(message="These are too many: at most {most}.", most=self.most)
        if len(chosen) < self.least:
            raise Invalid(message="These are too few: at least {least}.", least=self.least)
        return chosen

    def show(self, value: Any, context: FormContext) -> list[str]:
        return [str(each) for each in value] if isinstance(value, list) else super().show(value, context)

    def eligible(self, context: FormContext, scope: Mapping[str, Any]) -> list[User]:
        """Who may be chosen, by display name."""
        found = people(context, self.groups)
        if self.among is not None:
            named = context.evaluate(self.among, scope)
            wanted = set(map(str, named)) if isinstance(named, list) else {str(named)}
            found = [person for person in found if person.name in wanted]
        return [person for person in found if not (self.other and person.name == context.user.name)]

    def options(self, context: FormContext, scope: Mapping[str, Any]) -> list[Choice]:
        return [Choice(person.name, person.display_name) for person in self.eligible(context, scope)]

    def offered(self, typed: Iterable[str], context: FormContext, scope: Mapping[str, Any]) -> list[Person]:
        """Those chosen in their order, then the others by name."""
        found = {person.name: person for person in self.eligible(context, scope)}
        chosen = [login for login in dict.fromkeys(typed) if login in found]
        rest = [login for login in found if login not in set(chosen)]
        return [_shown(found[login], context.language, login in set(chosen)) for login in [*chosen, *rest]]

    def display(self, value: Any, context: FormContext, scope: Mapping[str, Any]) -> str:
        """By name, also those who have left since."""
        logins = self.show(value, context)
        named = select(User.name, User.display_name).where(User.name.in_(logins))
        called = dict(context.session.execute(named).all())
        return (", " if context.language == "en" else "、").join(called.get(each, each) for each in logins)


def _shown(person: User, language: str, chosen: bool) -> Person:
    groups = [(group.name_en if language == "en" else "") or group.name for group in person.groups]
    named = [person.name, *(each for group in person.groups for each in (group.key, group.name, group.name_en) if each)]
    sounds = [
        sound for text in (person.display_name, *(group.name for group in person.groups)) for sound in _sounds(text)
    ]
    words = " ".join(dict.fromkeys(word.lower() for word in [person.display_name, *named, *sounds]))
    return Person(person.name, person.display_name, "、".join(sorted(groups)), words, chosen)


@lru_cache(maxsize=4096)
def _sounds(text: str) -> tuple[str, ...]:
    """How it is typed by ear: each reading whole and by its initials."""
    ways = names.readings(text)[:4]
    return tuple(
        dict.fromkeys(each for way in ways for each in ("".join(way), "".join(part[0] for part in way if part)))
    )
