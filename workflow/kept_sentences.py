"""Sentences kept in the database: template and facts, so that they can still be said in the reader's language."""

from collections.abc import Sequence
from typing import Any

from workflow.errors import Sentence


def kept(said: Sentence) -> list[Any]:
    """JSON of a sentence: [template, facts]; a sentence among its facts, or in a list there, likewise."""
    return [said.template, {name: _kept(value) for name, value in said.facts.items()}]


def spoken(json: Sequence[Any]) -> Sentence:
    """The sentence that `kept` stored."""
    template, facts = json
    return Sentence(template, {name: _spoken(value) for name, value in facts.items()})


def _kept(value: Any) -> Any:
    if isinstance(value, Sentence):
        return kept(value)
    return [_kept(each) for each in value] if isinstance(value, list | tuple) else value


def _spoken(value: Any) -> Any:
    """A list is a sentence when it is a template with its facts; else it names several things."""
    if not isinstance(value, list):
        return value
    match value:
        case [str(), dict()]:
            return spoken(value)
    return [_spoken(each) for each in value]
