"""What lint says about a diagram, and what it may compare it with."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from workflow.diagram.graph import Process
from workflow.errors import Sentence, sentence


class Level(StrEnum):
    ERROR = "error"  # will not be deployed
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One remark. `element` is the id in the diagram ("" for the file), `rule` the name of the rule's function,
    `fix` what to do about it, if more can be said than in the message."""

    element: str
    rule: str
    message: Sentence
    fix: Sentence | None = None
    level: Level = Level.ERROR


@dataclass(frozen=True)
class Known:
    """What the house has to offer. None: unknown, and references of that kind are not checked.

    `forms`: their names, or name → content where the forms themselves are to be judged too; `decisions`: their ids, or
    id → file name → content likewise.
    """

    groups: Collection[str] | None = None
    users: Collection[str] | None = None
    forms: Collection[str] | Mapping[str, bytes] | None = None
    topics: Collection[str] | None = None
    listeners: Collection[str] | None = None
    processes: Collection[str] | None = None
    functions: Collection[str] | None = None
    decisions: Collection[str] | Mapping[str, Mapping[str, bytes]] | None = None
    group_names: Mapping[str, tuple[str, str]] | None = None  # key → name, English name
    people: Mapping[str, str] | None = None  # login → name, of those active
    members: Mapping[str, Collection[str]] | None = None  # group → logins
    policies: Mapping[str, Collection[tuple[str, str, str]]] | None = None  # process → element, rule, value
    before: Mapping[str, bytes] | None = None  # process → the diagram of its newest version


NOTHING_KNOWN = Known()

Rule = Callable[[Process, Known], Iterable[Finding]]
rules: dict[str, Rule] = {}


def rule(function: Rule) -> Rule:
    """Register a rule: it yields findings for one process. Any folder may add rules; the name must be free."""
    if rules.setdefault(function.__name__, function) is not function:
        raise ValueError(f"rule {function.__name__} is registered twice")
    return function


def error(rule: str, element: str, message: Sentence, fix: Sentence | None = None) -> Finding:
    return Finding(element, rule, message, fix)


def warning(rule: str, element: str, message: Sentence, fix: Sentence | None = None) -> Finding:
    return Finding(element, rule, message, fix, Level.WARNING)


def listed(words: Iterable[Sentence]) -> Sentence:
    """Words side by side, each in the reader's language."""
    facts = {f"word_{number}": word for number, word in enumerate(words)}
    return Sentence(", ".join(f"{{{name}}}" for name in facts), facts)


def did_you_mean(name: str, candidates: Collection[str]) -> Sentence | None:
    """The nearest known name, as advice."""
    near = get_close_matches(name, sorted(candidates), n=1)
    return sentence("Did you mean “{name}”?", name=near[0]) if near else None
