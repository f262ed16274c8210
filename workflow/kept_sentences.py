"""Sentences kept in the database: template and facts, so that they can still be said in the reader's language."""

from collections.abc import Sequence
from typing import Any

from workflow.errors import Sentence


def kept(said: Sentence) -> list[Any]:
    """JSON of a sentence: [template, facts]; a sentence among its facts likewise."""
    facts = {name: kept(value) if isinstance(value, Sentence) else value for name, value in said.facts.items()}
    return [said.template, facts]


def spoken(json: Sequence[Any]) -> Sentence:
    """The sentence that `kept` stored."""
    template, facts = json
    return Sentence(template, {name: spoken(v) if isinstance(v, list) else v for name, v in facts.items()})
