"""Where the choices of a select, checklist or picker come from when they do not stand in the form.

A provider is named in the form (`properties.choices`: "units", "checklist:GRAD") and registered here or in another
module of this folder: `@choices("units")`. It gets the context, what stands behind the colon, and what was typed so
far ("" for everything), and yields at most MOST choices.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from markupsafe import Markup

from forms.context import FormContext
from workflow.errors import NotFound

MOST = 500


@dataclass(frozen=True)
class Choice:
    """A value among the answers and what people read for it."""

    value: str
    label: str
    label_en: str = ""

    def said(self, language: str) -> str:
        return (self.label_en if language == "en" else "") or self.label


Provider = Callable[[FormContext, str, str], Iterable[Choice]]
providers: dict[str, Provider] = {}


def choices(name: str) -> Callable[[Provider], Provider]:
    """Register where the choices called `name` come from."""

    def keep(provider: Provider) -> Provider:
        if providers.setdefault(name, provider) is not provider:
            raise ValueError(f"the choices {name!r} are registered twice")
        return provider

    return keep


def offered(source: str, context: FormContext, typed: str = "") -> list[Choice]:
    """The choices of a source such as "checklist:GRAD"; NotFound if nobody provides it."""
    name, _colon, argument = source.partition(":")
    if name not in providers:
        raise NotFound("There are no choices “{name}”.", name=source)
    return list(islice(providers[name](context, argument, typed), MOST))


def as_options(found: Iterable[Choice], language: str) -> Markup:
    """Suggestions as the <option>s of a <datalist>."""
    option = Markup('<option value="{}">{}</option>')
    return Markup("\n").join(option.format(choice.value, choice.said(language)) for choice in found)


def read(raw: Any) -> list[Choice]:
    """Choices written in a form or found in a variable: texts, or objects with value, label and "label:en"."""
    return [choice for each in (raw if isinstance(raw, list) else [])[:MOST] if (choice := _choice(each))]


def _choice(raw: Any) -> Choice | None:
    if isinstance(raw, str | int) and not isinstance(raw, bool):
        return Choice(str(raw), str(raw))
    if not isinstance(raw, Mapping) or not isinstance(raw.get("value"), str | int):
        return None
    value = str(raw["value"])
    return Choice(value, str(raw.get("label") or value), str(raw.get("label:en") or ""))
