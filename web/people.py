"""People and groups: who is let in, and what a group permits."""

import secrets
from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for

from web.auth import needs, own_transactions
from web.i18n import _, name_of, say
from web.navigation import Entry
from web.reader import current_user
from workflow import leaving, people, signins
from workflow.errors import Invalid
from workflow.identity import User
from workflow.separation import staffing

blueprint = Blueprint("people", __name__)
NAVIGATION = (Entry("People", "people.show", order=80, permission="users.manage"),)

MANAGE = "users.manage"
EASILY_READ = "abcdefghjkmnpqrstuvwxyz23456789"  # no l, 1, o, 0, i


@blueprint.get("/people")
@needs(MANAGE)
def show() -> Any:
    return render_template("people.html", everyone=people.everyone(g.session), seen=signins.last_seen(g.session))


@blueprint.get("/people/new")
@needs(MANAGE)
def ask_new() -> Any:
    return _new_page({})


@blueprint.post("/people")
@needs(MANAGE)
@own_transactions
def create() -> Any:
    """A new account; its first password is shown once. The hash is computed outside any transaction."""
    name, display_name = request.form.get("name", "").strip(), request.form.get("display_name", "").strip()
    first, database = first_password(), current_app.office.database  # type: ignore[attr-defined]
    try:
        people.require_new(g.session, name, display_name)
        hashed = current_app.hasher.hash(first)  # type: ignore[attr-defined]
        with database.transaction() as own:
            user = people.create(own, name, display_name, request.form.getlist("groups"), hashed)
    except Invalid as refusal:
        return _new_page(refusal.problems), 422
    return render_template("person_password.html", user=user, password=first), 201


@blueprint.get("/people/<name>")
@needs(MANAGE)
def person(name: str) -> Any:
    return _person_page(people.find(g.session, name), {})


@blueprint.post("/people/<name>")
@needs(MANAGE)
def change(name: str) -> Any:
    user, before = people.find(g.session, name), _left_over()
    try:
        people.change(
            g.session, user, request.form.get("display_name", ""), request.form.getlist("groups"), current_user()
        )
        if "head" in request.form:
            people.set_head(g.session, user, request.form["head"])
    except Invalid as refusal:
        return _person_page(user, refusal.problems), 422
    flash(_("Saved."), "ok")
    _warn_of(before)
    return redirect(url_for(".person", name=name), 303)


@blueprint.post("/people/<name>/activity")
@needs(MANAGE)
def switch(name: str) -> Any:
    """Whoever has work in hand is led to its hand-over first, unless it is to be done anyway."""
    user, active = people.find(g.session, name), request.form.get("active") == "1"
    if not active and request.form.get("anyway") != "1" and leaving.plan(g.session, user).items:
        return redirect(url_for("leaving.show", name=name, off=1), 303)
    people.switch(g.session, user, active, current_user())
    flash(_("The account is on.") if active else _("The account is off and signed out everywhere."), "ok")
    return redirect(url_for(".person", name=name), 303)


@blueprint.post("/people/<name>/password")
@needs(MANAGE)
@own_transactions
def reset_password(name: str) -> Any:
    user, first = people.find(g.session, name), first_password()
    hashed = current_app.hasher.hash(first)  # type: ignore[attr-defined]
    with current_app.office.database.transaction() as own:  # type: ignore[attr-defined]
        people.reset_password(own, people.find(own, name), hashed)
    return render_template("person_password.html", user=user, password=first)


@blueprint.get("/groups")
@needs(MANAGE)
def groups() -> Any:
    return _groups_page({})


@blueprint.post("/groups")
@needs(MANAGE)
def create_group() -> Any:
    form = request.form
    try:
        people.create_group(
            g.session,
            form.get("key", "").strip(),
            form.get("name", ""),
            form.get("name_en", ""),
            form.getlist("permissions"),
        )
    except Invalid as refusal:
        return _groups_page(refusal.problems), 422
    return redirect(url_for(".groups"), 303)


@blueprint.get("/groups/<key>")
@needs(MANAGE)
def group(key: str) -> Any:
    return _group_page(key, {})


@blueprint.post("/groups/<key>")
@needs(MANAGE)
def change_group(key: str) -> Any:
    form, found = request.form, people.find_group(g.session, key)
    try:
        people.change_group(
            g.session, found, form.get("name", ""), form.get("name_en", ""), form.getlist("permissions"), current_user()
        )
    except Invalid as refusal:
        return _group_page(key, refusal.problems), 422
    flash(_("Saved."), "ok")
    return redirect(url_for(".groups"), 303)


def _left_over() -> dict[str, str]:
    """What of the processes nobody could do with the people there are: sentence → process."""
    found = staffing.left_over(g.session)
    return {say(each.message): name_of(definition) for definition, each in found}


def _warn_of(before: dict[str, str]) -> None:
    """Say what cannot be done any more since then."""
    for said, process in _left_over().items():
        if said not in before:
            flash(_("{process}: {said}", process=process, said=said), "warn")


def first_password() -> str:
    """A password to be read out once and changed at the first sign-in: `k7wm-4hxd-p2qa` (59 bits)."""
    letters = [secrets.choice(EASILY_READ) for _each in range(12)]
    return "-".join("".join(letters[at : at + 4]) for at in (0, 4, 8))


def _new_page(problems: Any) -> str:
    return render_template("person_new.html", problems=problems, choices=_group_choices())


def _person_page(user: User, problems: Any) -> str:
    browsers = signins.live_ones(g.session, user.name)
    heads = [each for each in people.everyone(g.session) if each.active and each.name != user.name]
    facts = {"problems": problems, "choices": _group_choices(), "browsers": browsers, "heads": heads}
    return render_template("person.html", user=user, **facts)


def _groups_page(problems: Any) -> str:
    every = people.groups(g.session)
    counts = people.members_count(g.session)
    return render_template("groups.html", groups=every, counts=counts, problems=problems, permissions=_permissions())


def _group_page(key: str, problems: Any) -> str:
    found = people.find_group(g.session, key)
    return render_template("group.html", group=found, problems=problems, permissions=_permissions())


def _group_choices() -> list[tuple[str, str]]:
    return [(each.key, name_of(each)) for each in people.groups(g.session)]


def _permissions() -> list[tuple[str, str]]:
    return [(each, _(label)) for each, label in PERMISSION_LABELS.items()]


PERMISSION_LABELS = {
    "calendar.keep": "keep the office calendar",
    "cases.read_all": "see every case",
    "cases.reopen": "reopen closed cases",
    "comments": "write comments",
    "days.close": "close the day",
    "definitions.deploy": "deploy processes",
    "directory.keep": "keep the directories of units and other offices",
    "dossiers.catalogue": "keep up catalogues",
    "dossiers.read": "see dossiers",
    "dossiers.shelve": "put dossiers back on their shelves",
    "images.check": "check page images",
    "images.deliver": "bring page images in",
    "loans.manage": "ask for extensions of loans",
    "readings.oversee": "oversee readings: withdraw grants, call loans back, see every log",
    "incidents.retry": "resolve incidents",
    "instances.cancel": "end processes before their time",
    "instances.change": "correct facts of processes, send them news",
    "instances.move": "move processes, skip work",
    "instances.suspend": "suspend and resume processes",
    "packs.import": "import courier lists",
    "packs.receive": "receive packs without a list",
    "parameters.manage": "keep the office's parameters",
    "persons.keep": "keep basic facts, posts and relatives of people",
    "policies.manage": "keep policies of separation, agree as the second person",
    "scanning.desk": "count dossiers out to be scanned and back",
    "scanning.read": "see scanning batches and acceptances",
    "storage.keep": "keep rooms and positions",
    "tasks.assign": "hand over the tasks of others",
    "tasks.supervise": "lead: urge, supervise, stop clocks, set priorities",
    "users.manage": "manage people and groups",
}
