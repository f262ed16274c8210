"""Parameters: what the rules leave to the office, each with its unit, source and history; changed from a day on."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from archive import parameter_changes, parameters, regulations
from archive.certificates.kinds import KIND_LABELS
from archive.parameters import KNOWN, Known, ParameterValue
from archive.reading.purposes import PURPOSE_LABELS
from archive.transfer.handing_on import ALONG_LABELS
from web.asked import text
from web.i18n import _, language
from web.navigation import Entry
from web.reader import current_user
from workflow import office
from workflow.errors import Invalid

blueprint = Blueprint("parameters", __name__, url_prefix="/parameters")
MOST_ROWS = 50  # of a list
SUBJECT_LABELS = {
    "receiving": "Receiving and transfer",
    "sorting": "Sorting",
    "scanning": "Digitising",
    "acceptance": "Acceptance",
    "reading": "Reading and lending",
    "certificates": "Certificates and reviews",
    "audits": "Special audit",
    "storeroom": "Storeroom",
    "spending": "Procurement and payment",
    "office": "The office",
}
SUBJECTS = {  # the first word of a key: its subject
    **dict.fromkeys(
        ("mat", "cadre", "receipt", "chase", "flow", "grad", "exception", "identity", "list", "missing"), "receiving"
    ),
    **dict.fromkeys(("letter", "transfer", "notice", "recall", "returned", "loose", "day"), "receiving"),
    "sort": "sorting",
    "scan": "scanning",
    **dict.fromkeys(("defect", "sample", "pass", "accept", "trial"), "acceptance"),
    **dict.fromkeys(("loan", "grant", "approval", "reading", "readers"), "reading"),
    "certificate": "certificates",
    "audit": "audits",
    **dict.fromkeys(("temperature", "humidity", "climate", "inventory", "loss", "seal"), "storeroom"),
    **dict.fromkeys(("collective", "pay", "contract"), "spending"),
    **dict.fromkeys(("correction", "key", "batch"), "office"),
}
UNIT_LABELS = {
    "working day": "working days",
    "day": "days",
    "month": "months",
    "year": "years",
    "minute": "minutes",
    "hour": "hours",
    "time": "times",
    "dossier": "dossiers",
    "person": "people",
    "list": "list",
    "format": "formats",
    "bit": "bits",
    "per day": "per day",
    "per year": "per year",
    "fen": "fen",
    "time of day": "time of day",
    "text": "code",
    "words": "words",
    "address": "address",
    "refused or recorded": "refused or recorded",
}
CHOICE_LABELS = {"reading_purposes": PURPOSE_LABELS, "certificate_kinds": KIND_LABELS, "transfer_inside": ALONG_LABELS}

NAVIGATION = (Entry("Parameters", "parameters.index", order=76, permission=(parameters.MANAGE, parameters.SECURITY)),)


@blueprint.get("")
def index() -> str:
    """All of them by subject, with what holds today and what is to come. Everybody may look."""
    by_subject: dict[str, list[dict[str, Any]]] = {each: [] for each in SUBJECT_LABELS}
    for key in KNOWN:
        by_subject[SUBJECTS.get(key.partition("_")[0], "office")].append(_row(key))
    subjects = [(each, _(SUBJECT_LABELS[each]), rows) for each, rows in by_subject.items() if rows]
    return render_template("parameters.html", subjects=subjects)


@blueprint.get("/<key>")
def show(key: str) -> str:
    """One, with its history and, for who may, the form that changes it."""
    held = parameters.value(g.session, key)
    return _page(key, {}, list(held) if isinstance(held, list) else [str(held)])


@blueprint.post("/<key>")
def change(key: str) -> Any:
    """Another value from a day on; 422 with the form when something about it is wrong. A pressed row button of a list
    changes nothing yet."""
    parameters.find(key)
    typed = [each.replace("\x00", "") for each in request.form.getlist("value")[:MOST_ROWS]]
    if "rearrange" in request.form:
        return _page(key, {}, _rearranged(typed, text("rearrange")))
    given = text("valid_from"), text("reason", parameter_changes.LONGEST_REASON + 1), text("source", 200)
    try:
        made = parameter_changes.ask(g.session, current_user(), key, typed, *given)
    except Invalid as wrong:
        return _page(key, wrong.problems, typed), 422
    flash(_("It holds from {day}. Cases that run keep what they began with.", day=str(made.valid_from)), "ok")
    return redirect(url_for(".show", key=key), 303)


def value_words(key: str, value: Any) -> str:
    """A value as people read it: a number with its unit, a list by its names, money also in yuan."""
    known = KNOWN[key]
    if isinstance(value, list):
        labels = _labels(key)
        return _(", ").join(_(labels.get(each, each)) for each in value)
    if known.unit == "fen":
        return f"¥{value / 100:,.2f}"
    if isinstance(value, int):
        return _("{value} {unit}", value=value, unit=_(UNIT_LABELS.get(known.unit, known.unit)))
    return str(value)


def _labels(key: str) -> dict[Any, str]:
    return dict(CHOICE_LABELS.get(key, {}))


def _row(key: str) -> dict[str, Any]:
    today, known = office.of(g.session).today(), KNOWN[key]
    rows = parameters.history(g.session, key)
    ahead = [row for row in rows if row.valid_from > today]
    now = next((row for row in rows if row.valid_from <= today), None)
    return {
        "key": key,
        "title": _(known.title),
        "words": value_words(key, now.value if now else known.default),
        "source": now.source if now and now.source else _source(known),
        "since": now.valid_from if now else None,
        "ahead": ahead[-1] if ahead else None,
        "ahead_words": value_words(key, ahead[-1].value) if ahead else "",
    }


def _page(key: str, problems: Any, typed: Sequence[str]) -> str:
    known, here = KNOWN[key], office.of(g.session)
    numbers, labels = isinstance(known.default, int), _labels(key)
    return render_template(
        "parameter.html",
        row=_row(key),
        known=known,
        unit=_(UNIT_LABELS.get(known.unit, known.unit)),
        bounds=parameter_changes.bounds(known) if numbers else None,
        options=[(each, _(labels.get(each, each))) for each in parameter_changes.choices(known)],
        typed=typed,
        problems=problems,
        may=current_user().may(known.by),
        day=text("valid_from") or here.today().isoformat(),
        history=[_told(row, here.today()) for row in _in_order(key)],
        default=value_words(key, known.default),
        source=_source(known),
    )


def _in_order(key: str) -> list[tuple[ParameterValue, bool]]:
    """Every value it was given, newest first, each with whether a later row for the same day or before it took its
    place."""
    rows = parameters.history(g.session, key)
    return [(row, any(other.valid_from == row.valid_from for other in rows[:place])) for place, row in enumerate(rows)]


def _told(found: tuple[ParameterValue, bool], today: Any) -> dict[str, Any]:
    row, replaced = found
    holds = not replaced and parameters.value(g.session, row.key) == row.value and row.valid_from <= today
    state = "replaced" if replaced else "ahead" if row.valid_from > today else "now" if holds else "past"
    return {"row": row, "words": value_words(row.key, row.value), "state": state}


def _source(known: Known) -> str:
    """The rule it comes from, its document by name."""
    return regulations.said(known.source, language() == "zh")


def _rearranged(typed: Sequence[str], pressed: str) -> list[str]:
    """The rows of a list after “add” or after the row of this number (from 0) was taken away."""
    rows = list(typed)
    if pressed == "add":
        rows.append("")
    elif pressed.isdecimal() and int(pressed) < len(rows):
        del rows[int(pressed)]
    return rows[:MOST_ROWS]
