"""The directories: units as a tree, those closed too, and the offices that keep dossiers elsewhere; each entry with its
history. Who keeps them writes, everybody who reads dossiers looks."""

from datetime import date
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from archive import directory_history, units
from archive.directory_history import KEEP, Directory, DirectoryChange
from archive.refusals import wrong
from archive.rosters import Outcome
from archive.transfer import keepers
from web.asked import text
from web.auth import needs
from web.dossiers import READ
from web.i18n import _
from web.navigation import Entry
from web.reader import current_user
from workflow import office
from workflow.errors import Invalid

blueprint = Blueprint("directories", __name__, url_prefix="/directories")
NAVIGATION = (Entry("Directories", "directories.show_units", order=58, permission=READ),)

LONGEST = 300
FIELD_LABELS = {
    "code": "Code",
    "name": "Its name",
    "credit_code": "Credit code",
    "address": "Address",
    "kind": "Kind",
    "phone": "Telephone",
    "parent_code": "Belongs to",
    "post_code": "Post code",
    "inside": "An office of this house",
    "active": "In use",
    "closed_on": "Closed on",
    "positions": "Positions",
    "usable": "In use",
    "working": "The office works",
    "provisional": "Provisional",
}
YES_LABELS = {"True": "yes", "False": "no"}
UNIT_FIELDS = ("name", "credit_code", "address", "kind", "phone", "parent_code")
KEEPER_FIELDS = ("name", "address", "post_code", "phone")


@blueprint.get("/units")
@needs(READ)
def show_units() -> str:
    """The tree; with `closed=1` those closed too."""
    return _units({})


@blueprint.post("/units")
@needs(KEEP)
def add_unit() -> Any:
    try:
        with g.session.begin_nested():
            code = text("code", LONGEST)
            if code and units.is_known(g.session, code):
                raise wrong("code", "There is a unit with this code already.")
            units.save(g.session, _typed("code", *UNIT_FIELDS), current_user().name, text("why", LONGEST))
    except Invalid as refused:
        return _units(refused.problems), 422
    flash(_("Saved."), "ok")
    return redirect(url_for(".show_units"), 303)


@blueprint.get("/units/<code>")
@needs(READ)
def show_unit(code: str) -> str:
    return _unit(units.named(g.session, code), {})


@blueprint.post("/units/<code>")
@needs(KEEP)
def change_unit(code: str) -> Any:
    """What the entry says; `act` close or reopen instead."""
    unit, by, why = units.named(g.session, code), current_user().name, text("why", LONGEST)
    try:
        with g.session.begin_nested():
            if text("act") == "close":
                units.close(g.session, unit, _day("closed_on"), by, why)
            elif text("act") == "reopen":
                units.reopen(g.session, unit, by, why)
            else:
                units.save(g.session, {"code": unit.code, **_typed(*UNIT_FIELDS)}, by, why)
    except Invalid as refused:
        return _unit(unit, refused.problems), 422
    flash(_("Saved."), "ok")
    return redirect(url_for(".show_unit", code=unit.code), 303)


@blueprint.get("/keepers")
@needs(READ)
def show_keepers() -> str:
    return _keepers({})


@blueprint.post("/keepers")
@needs(KEEP)
def add_keeper() -> Any:
    try:
        with g.session.begin_nested():
            told = {**_typed("code", *KEEPER_FIELDS), "inside": "是" if text("inside") else ""}
            if keepers.save(g.session, told, current_user().name, text("why", LONGEST)) is not Outcome.ADDED:
                raise wrong("code", "There is an office with this code already.")
    except Invalid as refused:
        return _keepers(refused.problems), 422
    flash(_("Saved."), "ok")
    return redirect(url_for(".show_keepers"), 303)


@blueprint.get("/keepers/<code>")
@needs(READ)
def show_keeper(code: str) -> str:
    return _keeper(keepers.named(g.session, code), {})


@blueprint.post("/keepers/<code>")
@needs(KEEP)
def change_keeper(code: str) -> Any:
    """What the entry says; `act` close or reopen: its authority over dossiers ends, or is there again."""
    keeper, by, why = keepers.named(g.session, code), current_user().name, text("why", LONGEST)
    try:
        with g.session.begin_nested():
            if text("act") in ("close", "reopen"):
                keepers.switch(g.session, keeper, text("act") == "reopen", by, why)
            else:
                told = {"code": keeper.code, **_typed(*KEEPER_FIELDS), "inside": "是" if text("inside") else "否"}
                keepers.save(g.session, told, by, why)
    except Invalid as refused:
        return _keeper(keeper, refused.problems), 422
    flash(_("Saved."), "ok")
    return redirect(url_for(".show_keeper", code=keeper.code), 303)


def _typed(*fields: str) -> dict[str, str]:
    return {field: text(field, LONGEST) for field in fields if field in request.form}


def _day(field: str) -> date:
    """The day typed, today when none is; raises Invalid beside `field`."""
    try:
        return date.fromisoformat(text(field)) if text(field) else office.of(g.session).today()
    except ValueError:
        raise wrong(field, "A date is written 2026-07-01.") from None


def _units(problems: Any) -> str:
    closed = text("closed") == "1"
    asked = text("text")
    tree = [(unit, 0) for unit in units.find(g.session, asked, 100)] if asked else units.tree(g.session, closed)
    return render_template("units.html", tree=tree, closed=closed, asked=asked, problems=problems, may=_may())


def _unit(unit: units.Unit, problems: Any) -> str:
    above = units.named(g.session, unit.parent_code) if unit.parent_code else None
    facts = {"unit": unit, "above": above, "under": units.under(g.session, unit)}
    return render_template(
        "unit.html", problems=problems, may=_may(), changes=_told(Directory.UNIT, unit.code), **facts
    )


def _keepers(problems: Any) -> str:
    return render_template("keepers.html", keepers=keepers.everyone(g.session), problems=problems, may=_may())


def _keeper(keeper: keepers.Keeper, problems: Any) -> str:
    changes = _told(Directory.KEEPER, keeper.code)
    return render_template("keeper.html", keeper=keeper, problems=problems, may=_may(), changes=changes)


def _may() -> bool:
    return current_user().may(KEEP)


def _told(directory: Directory, code: str) -> list[tuple[DirectoryChange, str, str, str]]:
    """(change, field, before, after) in words, newest first."""
    found = directory_history.of(g.session, directory, code)
    return [
        (each, _(FIELD_LABELS.get(each.field, each.field)), _said(each.before), _said(each.after)) for each in found
    ]


def change_said(change: DirectoryChange) -> str:
    """What became otherwise, in one line."""
    return f"{_field(change)}: {_said(change.before) or '—'} → {_said(change.after) or '—'}"


def _field(change: DirectoryChange) -> str:
    return _(FIELD_LABELS.get(change.field, change.field))


def _said(value: str) -> str:
    return _(YES_LABELS[value]) if value in YES_LABELS else value


blueprint.app_context_processor(lambda: {"change_said": change_said})
