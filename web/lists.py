"""A list as the page asks for it: what of the wish can be answered, in sentences what cannot, and what it gives."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forms.compiler import compile_form
from forms.element import Field
from forms.kinds.signatures import Signature
from forms.kinds.uploads import FilePicker
from web.i18n import _, language
from web.reader import LANGUAGES
from web.wishes import Choice, Wish
from workflow import views
from workflow.errors import Invalid, Sentence, sentence
from workflow.identity import Group, User
from workflow.models import DefinitionResource, ProcessDefinition, ResourceContent
from workflow.views import Asked

blueprint = Blueprint("lists", __name__)
blueprint.app_context_processor(lambda: {"cell": cell})
LONGEST_CELL = 60

EVERY_VARIABLE = "cases.read_all"  # who may see a case's variables may ask for any of them
NOBODY_FILTERS_BY = (Signature, FilePicker)


@dataclass(frozen=True)
class Answerable:
    """What the wish comes to: `wish` without what cannot be asked (any more), and a sentence for each such part."""

    wish: Wish
    asked: Asked
    problems: list[Sentence]


def settle(session: Session, user: User, wish: Wish) -> Answerable:
    """Leave out what is not there (any more) or not the reader's to ask; the rest goes on."""
    problems: list[Sentence] = []
    left = _places(session, meant(session, wish), problems)
    left = _variables(session, user, left, problems)
    asked, further = views.asked_of(
        left.view, left.filters, left.conditions, left.person, left.state if left.view != "done" else "", left.order
    )
    if left.then and left.then not in asked.sorts:
        left = replace(left, then="")
    return Answerable(left, asked, problems + further)


def fields(session: Session) -> dict[str, Field]:
    """Variable → the field that asks for it, of the forms of every process's newest version."""
    newest = select(func.max(ProcessDefinition.id)).group_by(ProcessDefinition.key)
    query = select(ResourceContent.content).join(
        DefinitionResource, DefinitionResource.sha256 == ResourceContent.sha256
    )
    query = query.where(DefinitionResource.definition_id.in_(newest), DefinitionResource.name.endswith(".form"))
    found: dict[str, Field] = {}
    for content in session.scalars(query.order_by(ResourceContent.sha256)):
        found.update(_fields(content))
    return found


def variable_choices(session: Session) -> list[Choice]:
    """What the page offers to filter by: what is typed for it, and its label."""
    known = fields(session)
    called = _called(known)
    offered = [Choice(_typed(known, called, name), field.label(language())) for name, field in known.items()]
    return sorted(offered, key=lambda each: (each.label, each.value))


def typed(session: Session, names: Iterable[str]) -> dict[str, str]:
    """Variable → what stands for it in a field of the page: its label, where no other has the same."""
    known = fields(session) if (asked := tuple(names)) else {}
    called = _called(known)
    return {name: _typed(known, called, name) for name in asked}


def meant(session: Session, wish: Wish) -> Wish:
    """The wish with the variables that the typed labels name, in either language; what no field is called stays."""
    if not wish.conditions and not wish.columns:
        return wish
    known = fields(session)
    called = _called(known)

    def variable(said: str) -> str:
        return said if said in known or len(called.get(said, ())) != 1 else next(iter(called[said]))

    conditions = tuple((variable(said), *rest) for said, *rest in wish.conditions)
    columns = tuple(dict.fromkeys(variable(said) for said in wish.columns))
    return replace(wish, conditions=conditions, columns=columns)  # type: ignore[arg-type]


def _called(known: Mapping[str, Field]) -> dict[str, set[str]]:
    """Label in any language → the variables called so."""
    found: dict[str, set[str]] = {}
    for name, field in known.items():
        for spoken in LANGUAGES:
            found.setdefault(field.label(spoken), set()).add(name)
    return found


def _typed(known: Mapping[str, Field], called: Mapping[str, set[str]], name: str) -> str:
    """`called`: label → variables (_called), made once for all the names of a page."""
    label = known[name].label(language()) if name in known else name
    return label if called.get(label) == {name} and label not in known else name


def _fields(content: bytes) -> dict[str, Field]:
    try:
        form = compile_form(content)
    except Invalid:
        return {}
    return {
        name: field for name, field in form.fields.items() if field.stored and not isinstance(field, NOBODY_FILTERS_BY)
    }


def _places(session: Session, wish: Wish, problems: list[Sentence]) -> Wish:
    """Process, step, group and person: left out when there is none of that name."""
    newest = select(ProcessDefinition.activities).where(ProcessDefinition.key == wish.process)
    activities = session.scalar(newest.order_by(ProcessDefinition.version.desc()).limit(1)) if wish.process else None
    if wish.process and activities is None:
        problems.append(
            sentence("There is no process “{name}” any more; the list is not narrowed by it.", name=wish.process)
        )
        wish = replace(wish, process="", activity="")
    if wish.activity and activities is not None and wish.activity not in activities:
        problems.append(
            sentence("The process has no step “{name}” any more; the list is not narrowed by it.", name=wish.activity)
        )
        wish = replace(wish, activity="")
    for name, table in (("group", Group), ("person", User)):
        said = getattr(wish, name)
        if said and session.get(table, said) is None:
            problems.append(
                sentence("There is nobody called “{name}” any more; the list is not narrowed by it.", name=said)
            )
            wish = replace(wish, **{name: ""})
    return wish


def _variables(session: Session, user: User, wish: Wish, problems: list[Sentence]) -> Wish:
    """Conditions, columns and the order: what names a variable nobody knows is left out."""
    named = [each[0] for each in wish.conditions] + list(wish.columns)
    by = wish.then.removeprefix("-")
    if by.startswith(views.OF_VARIABLE):
        named.append(by.removeprefix(views.OF_VARIABLE))
    if not named:
        return wish
    asked_in_forms, every = fields(session), user.may_everywhere(EVERY_VARIABLE)
    usable = {name for name in named if name in asked_in_forms or (every and views.is_there(session, name))}
    for name in dict.fromkeys(each for each in named if each not in usable):
        problems.append(sentence("No process knows “{name}” (any more); the list goes on without it.", name=name))
    return replace(
        wish,
        conditions=tuple(each for each in wish.conditions if each[0] in usable),
        columns=tuple(each for each in wish.columns if each in usable)[: views.MOST_COLUMNS],
        then=wish.then if not by.startswith(views.OF_VARIABLE) or by.removeprefix(views.OF_VARIABLE) in usable else "",
    )


def cell(value: Any) -> str:
    """A variable's value in a table: lists with their parts, yes and no in words, long texts cut."""
    if isinstance(value, list):
        value = "、".join(filter(None, map(cell, value)))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value is None or isinstance(value, dict):
        return "" if value is None else "…"
    said = str(value)
    return said if len(said) <= LONGEST_CELL else f"{said[: LONGEST_CELL - 1]}…"
