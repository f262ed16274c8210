"""A person's record, kept up: basic facts, changes of post, relatives; what it said before, and the way to a correction
of what is wrong."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from archive import former_values, persons, posts, upkeep
from archive.dossier_tables import Dossier
from archive.former_values import Former
from archive.person_facts import FACTS, Fact, Way, in_way
from archive.persons import Person
from archive.reading import relatives
from web.asked import text
from web.auth import needs
from web.dossiers import READ, find
from web.i18n import _, language
from web.reader import current_user
from web.words import political_name
from workflow import starts
from workflow.errors import Invalid

blueprint = Blueprint("person_records", __name__, url_prefix="/dossiers/<int:dossier_id>/person")

LONGEST = 300
SEX_LABELS = {"0": "unknown", "1": "male", "2": "female", "9": "not said"}
POST_FIELDS = ("since", "unit", "post", "rank", "document")
RELATIVE_FIELDS = ("relative_name", "relative_id_no", "kind")


@blueprint.get("")
@needs(READ)
def show(dossier_id: int) -> str:
    return _page(find(dossier_id), {})


@blueprint.post("")
@needs(upkeep.KEEP)
def change(dossier_id: int) -> Any:
    """Basic facts; those left as they were are not written."""

    def act(person: Person) -> None:
        now_said = {fact.key: _value(person, fact) for fact in in_way(Way.UPKEEP)}
        typed = {key: text(key, LONGEST) for key in now_said if key in request.form}
        fresh = {key: value for key, value in typed.items() if value != now_said[key]}
        upkeep.change(g.session, person, fresh, current_user(), text("why", upkeep.LONGEST_REASON))

    return _done(dossier_id, act)


@blueprint.post("/posts")
@needs(upkeep.KEEP)
def note_post(dossier_id: int) -> Any:
    def act(person: Person) -> None:
        told = {field: text(f"post-{field}", LONGEST) for field in POST_FIELDS}
        with _beside("post-"):
            posts.note(g.session, person, told, current_user())

    return _done(dossier_id, act)


@blueprint.post("/posts/<int:change_id>/striking")
@needs(upkeep.KEEP)
def strike_post(dossier_id: int, change_id: int) -> Any:
    """A row written by mistake."""

    def act(person: Person) -> None:
        with _beside(f"post-{change_id}-"):
            found = posts.find(g.session, person, change_id)
            posts.strike(g.session, found, current_user(), text(f"post-{change_id}-why", LONGEST))

    return _done(dossier_id, act)


@blueprint.post("/relatives")
@needs(upkeep.KEEP)
def note_relative(dossier_id: int) -> Any:
    return _done(
        dossier_id,
        lambda person: relatives.note(
            g.session, person, {field: text(field, LONGEST) for field in RELATIVE_FIELDS}, current_user()
        ),
    )


@blueprint.post("/relatives/<int:relative_id>/ending")
@needs(upkeep.KEEP)
def end_relative(dossier_id: int, relative_id: int) -> Any:
    """A relation that counts no more."""

    def act(person: Person) -> None:
        with _beside(f"relative-{relative_id}-"):
            found = relatives.find(g.session, person, relative_id)
            relatives.end(g.session, found, current_user(), text(f"relative-{relative_id}-why", LONGEST))

    return _done(dossier_id, act)


@contextmanager
def _beside(prefix: str) -> Iterator[None]:
    """What is wrong stands beside the fields of one of this page's forms: their names begin with `prefix`."""
    try:
        yield
    except Invalid as wrong:
        raise Invalid({prefix + field: said for field, said in wrong.problems.items()}) from None


def _done(dossier_id: int, act: Callable[[Person], Any]) -> Any:
    """Do it and show the page anew; 422 with what was typed when something about it is wrong."""
    dossier = find(dossier_id)
    try:
        with g.session.begin_nested():
            act(dossier.person)
    except Invalid as wrong:
        return _page(dossier, wrong.problems), 422
    flash(_("Saved."), "ok")
    return redirect(url_for(".show", dossier_id=dossier_id), 303)


def _page(dossier: Dossier, problems: Any) -> str:
    person, user = dossier.person, current_user()
    kept = in_way(Way.UPKEEP)
    return render_template(
        "person_record.html",
        dossier=dossier,
        person=person,
        problems=problems,
        may=upkeep.may(g.session, user, person),
        standing=[(fact, _shown(person, fact)) for fact in FACTS if fact.way in (Way.GRAVE, Way.CORRECTION)],
        kept=[(fact, text(fact.key, LONGEST) if problems else _value(person, fact)) for fact in kept],
        plain=[(fact, _shown(person, fact)) for fact in kept],
        posts=posts.of(g.session, person),
        relatives=relatives.of(g.session, person),
        kinds=relatives.KINDS,
        formers=former_values.of(g.session, person, user),
        corrects=starts.may_begin(g.session, "correction", user),
    )


def _value(person: Person, fact: Fact) -> str:
    """What the field of the form holds: the telephone in full, for who keeps the record."""
    return persons.phone(g.session, person) or "" if fact.key == "phone" else getattr(person, fact.key)


def _shown(person: Person, fact: Fact) -> str:
    """What everybody who reads the page sees."""
    if fact.key == "id_no":
        return persons.masked(g.session, person)
    if fact.key == "phone":
        number = persons.phone(g.session, person) or ""
        return f"{'*' * (len(number) - 4)}{number[-4:]}" if number else ""
    return fact_word(fact, getattr(person, fact.key))


def fact_word(fact: Fact, value: str) -> str:
    """A value in words: of a code its name."""
    if fact.key == "sex":
        return _(SEX_LABELS.get(value, value))
    return political_name(value) if fact.key == "political" else value


def fact_name(fact: Fact) -> str:
    """The fact in the reader's language."""
    return fact.said(language())


def former_of(person: Person) -> list[Former]:
    """What a person's record said before, as the reader may see it."""
    return former_values.of(g.session, person, current_user())


blueprint.app_context_processor(lambda: {"fact_name": fact_name, "fact_word": fact_word, "former_of": former_of})
