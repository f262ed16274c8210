"""Scopes of dossiers: which part of them each group reaches, kept by the security role, each change with its reason."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from archive import scopes, sight, statuses
from archive.scopes import FIELDS, DossierScope
from archive.transfer import keepers
from web.asked import text
from web.auth import needs
from web.i18n import _
from web.navigation import Entry
from web.reader import current_user
from web.words import label as word_of
from workflow import people
from workflow.errors import Invalid
from workflow.identity import Group
from workflow.separation import MANAGE

blueprint = Blueprint("scopes", __name__, url_prefix="/scopes")
NAVIGATION = (Entry("Scopes of dossiers", "scopes.index", order=76, permission=MANAGE),)
LEVELS = ("中管", "省管", "市管", "区管", "单位管")  # what offices call them; others may be typed
FIELD_LABELS = {"keeper_code": "Keeping office", "kind": "Kind", "admin_level": "Managed by", "unit": "Unit"}


@blueprint.get("")
@needs(MANAGE)
def index() -> str:
    """The groups that reach dossiers, each with its rows."""
    groups = [each for each in people.groups(g.session) if each.limited or _reaches(each)]
    rows: dict[str, list[DossierScope]] = {each.key: [] for each in groups}
    for row in scopes.of(g.session, rows):
        rows[row.group_key].append(row)
    return render_template("scopes.html", groups=groups, rows=rows, said=said)


@blueprint.get("/<key>")
@needs(MANAGE)
def show(key: str) -> str:
    return _page(people.find_group(g.session, key), {})


@blueprint.post("/<key>")
@needs(MANAGE)
def add(key: str) -> Any:
    """One more part; 422 with the form when something about it is wrong."""
    group = people.find_group(g.session, key)
    facts = {field: text(field, 300) for field in FIELDS}
    try:
        with g.session.begin_nested():
            scopes.add(g.session, group, facts, current_user(), text("why", 1000))
    except Invalid as wrong:
        return _page(group, wrong.problems), 422
    flash(_("The group reaches this part from now on."), "ok")
    return redirect(url_for(".show", key=key), 303)


@blueprint.post("/<key>/<int:scope_id>/ending")
@needs(MANAGE)
def end(key: str, scope_id: int) -> Any:
    """A part is reached no more."""
    group = people.find_group(g.session, key)
    row = scopes.find(g.session, group, scope_id)
    try:
        with g.session.begin_nested():
            scopes.end(g.session, group, row, current_user(), text(f"why-{scope_id}", 1000))
    except Invalid as wrong:
        problems = {f"{field}-{scope_id}": said for field, said in wrong.problems.items()}
        return _page(group, problems), 422
    done = _("The row is ended.") if group.limited else _("The row is ended. The group is not limited any more.")
    flash(done, "ok" if group.limited else "warn")
    return redirect(url_for(".show", key=key), 303)


def said(row: DossierScope) -> list[tuple[str, str]]:
    """What the row names: (what it is called, the value in words)."""
    told = [(field, getattr(row, field)) for field in FIELDS]
    return [(_(FIELD_LABELS[field]), word_of(value) if field == "kind" else value) for field, value in told if value]


def _reaches(group: Group) -> bool:
    return bool({sight.READ, "images.check", "readings.oversee", "*"} & set(group.permissions))


def _page(group: Group, problems: Any) -> str:
    history = scopes.history(g.session, group)
    return render_template(
        "scope.html",
        group=group,
        standing=[each for each in reversed(history) if each.ended_at is None],
        history=history,
        own=group.key in current_user().group_keys,
        problems=problems,
        typed=request.form,
        kinds=[(kind.value, word_of(kind)) for kind in statuses.DossierKind],
        keepers=keepers.everyone(g.session),
        levels=LEVELS,
        said=said,
    )
