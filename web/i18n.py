"""Chinese first, English by a switch.

English sentences are the msgids; `web/locale/zh_CN/*.po` (one or more files per folder) are read at start, without a
compile step. `_()` in code and templates, `say(sentence)` for refusals, `name_of(thing)` for names modellers gave.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages import pofile
from flask import Flask

from web import dates
from web.given_names import in_english
from web.reader import LANGUAGES, language
from workflow.errors import Refusal, Sentence

CATALOGUES = Path(__file__).parent / "locale" / "zh_CN"


def install(app: Flask) -> None:
    catalogue()
    app.jinja_env.globals.update(
        _=_, ngettext=ngettext, say=say, name_of=name_of, language=language, LANGUAGES=LANGUAGES
    )
    app.jinja_env.filters.update(
        day=dates.day, moment=dates.moment, clock=dates.clock, ago=dates.ago, number=dates.number, size=dates.size
    )


def _(template: str, /, **facts: Any) -> str:
    """The template in the reader's language, its {named} places filled."""
    return _fill(translate(template), facts)


def ngettext(singular: str, plural: str, n: int, /, **facts: Any) -> str:
    """As `_`, choosing the English form by `n`, which fills {n}."""
    chosen = singular if n == 1 or language() == "zh" else plural
    return _fill(translate(chosen), {"n": dates.number(n), **facts})


def say(said: Sentence | Refusal | str) -> str:
    """A sentence, or a refusal's sentence, in the reader's language. Sentences inside its facts too."""
    if isinstance(said, Refusal):
        said = said.sentence
    if isinstance(said, Sentence):
        return _fill(translate(said.template), _spoken(said.facts))
    return translate(said)


def translate(template: str) -> str:
    """The msgid in the reader's language, places unfilled; itself when no catalogue knows it."""
    return template if language() == "en" else catalogue().get(template, template)


def name_of(thing: Any) -> str:
    """The name a modeller or administrator gave, in the reader's language where it has one.

    Takes anything with `names` (language → name) and `name`, a group, or a user task (named by its activity).
    """
    if language() == "zh":
        return thing.name
    names: Mapping[str, str] = getattr(thing, "names", None) or {}
    if hasattr(thing, "activity_id") and getattr(thing, "definition", None) is not None:
        names = (thing.definition.activities.get(thing.activity_id) or {}).get("names") or {}
    return names.get("en") or getattr(thing, "name_en", "") or thing.name


@cache
def catalogue() -> Mapping[str, str]:
    """Every English sentence of the house → its Chinese."""
    found: dict[str, str] = {}
    for path in sorted(CATALOGUES.glob("*.po")):
        with path.open("rb") as source:
            for message in pofile.read_po(source):
                if message.id and message.string and not message.fuzzy:
                    found[str(message.id)] = str(message.string)
    return found


def _fill(template: str, facts: Mapping[str, Any]) -> str:
    if not facts:
        return template
    return template.format_map({name: _fact(value) for name, value in facts.items()})


def _spoken(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """The facts of a sentence with the names of steps, processes and groups in the reader's language."""
    if language() == "zh":
        return facts
    return {name: in_english(name, value) for name, value in facts.items()}


def _fact(value: Any) -> Any:
    if isinstance(value, Sentence | Refusal):
        return say(value)
    return dates.plain(value)
