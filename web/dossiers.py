"""Dossiers: found by whatever one has, each with its facts, catalogue, images, place, chain of custody, cases, papers
and history; the chain as a page to print; a stray put back on its shelf."""

import io
from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, send_file, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from archive import chains, documents, dossier_facts, labels, search, sight, storage, strays, text_search
from archive.acceptance import looking
from archive.chains import Entry as Changed
from archive.dossier_tables import Dossier
from archive.images import pages
from archive.images.pages import Counted
from archive.losses import work as losses
from archive.materials import editing
from archive.reading import register, uses
from archive.statuses import ENDED, DossierStatus
from web.asked import text as asked_text
from web.auth import needs
from web.fragments import page
from web.i18n import _
from web.navigation import Entry
from web.reader import current_user
from web.words import label as word_of
from web.words import place_name
from workflow import starts
from workflow.clock import now
from workflow.errors import Invalid
from workflow.identity import User

blueprint = Blueprint("dossiers", __name__, url_prefix="/dossiers")

READ = sight.READ
MOST_FOUND = 50
LATEST = 20
BESIDE = 20  # people and materials beside the dossiers found
CHANGED_LABELS = {
    "source_unit": "From",
    "source_place": "Place it came from",
    "entrust_kind": "Kept for",
    "entrust_unit": "Entrusting unit",
    "recall_no": "Letter of recall",
    "notice_no": "Transfer notice",
    "receive_date": "Received",
    "channel": "Channel",
    "track_no": "Tracking number",
    "kind": "Kind",
    "version": "Version",
    "volumes": "Volumes",
    "page_count": "Page count",
    "material_count": "Materials",
    "missing": "Missing materials",
    "completeness": "Completeness",
    "sort_status": "Sorting",
    "digit_status": "Digitising",
    "audit_status": "Special audit",
    "secret_level": "Secrecy",
    "ex_cadre": "Was a cadre",
    "condition": "Condition",
    "remark": "Remarks",
    "checked_by": "Checked by",
    "kept_by": "Kept by",
}


@blueprint.get("")
@needs(READ)
def index() -> Response:
    """What the question fits; before any question the latest ones."""
    asked = asked_text("text", search.LONGEST)
    seen = sight.seen_by(g.session, current_user())
    found = search.dossiers(g.session, asked, MOST_FOUND, seen=seen) if asked else _latest(g.session, seen)
    homes = storage.homes(g.session, [dossier.id for dossier in found])
    standings = register.standings(g.session, found, current_user())
    listed = {"dossiers": found, "homes": homes, "standings": standings, **_beside(asked, found, seen)}
    return page("dossiers.html", "_dossiers.html", asked=asked, most=MOST_FOUND, **listed)


@blueprint.get("/<int:dossier_id>")
@needs(READ)
def show(dossier_id: int) -> str:
    return _page(find(dossier_id), {})


@blueprint.get("/<int:dossier_id>/custody")
@needs(READ)
def chain(dossier_id: int) -> str:
    """The chain of custody to be printed: every move with its moment, places, person and case, and whether it is
    whole."""
    dossier = find(dossier_id)
    links = chains.links(g.session, dossier, current_user())
    return render_template(
        "custody.html",
        dossier=dossier,
        person=dossier.person,
        links=links,
        gap=chains.first_gap(links),
        printed_at=now(),
    )


@blueprint.post("/<int:dossier_id>/shelf")
@needs(strays.PERMISSION)
def put_back(dossier_id: int) -> Any:
    """A stray is put back: label and position scanned; 422 with the page when one is wrong."""
    dossier = find(dossier_id)
    try:
        strays.put_back(g.session, dossier, asked_text("label"), asked_text("position"), current_user())
    except Invalid as wrong:
        return _page(dossier, wrong.problems), 422
    flash(_("It stands on its shelf again."), "ok")
    return redirect(url_for(".show", dossier_id=dossier.id), 303)


@blueprint.get("/<int:dossier_id>/label.pdf")
@needs(READ)
def label(dossier_id: int) -> Response:
    """The label for the dossier's back, with its number as Code 128."""
    dossier = find(dossier_id)
    content = labels.single(labels.of_dossier(dossier, storage.home(g.session, dossier)))
    name = f"{dossier.dossier_no}.pdf"
    return send_file(io.BytesIO(content), mimetype="application/pdf", as_attachment=True, download_name=name)


def _beside(asked: str, found: list[Dossier], seen: search.Seen) -> dict[str, Any]:
    """What else the question fits: people of whom no dossier was found, and materials."""
    if not asked:
        return {"others": [], "materials": [], "written": []}
    listed = {dossier.person_id for dossier in found}
    people = sight.person_seen_by(g.session, current_user())
    others = search.without_dossier(g.session, asked, BESIDE, people) if len(found) < MOST_FOUND else []
    return {
        "others": [person for person in others if person.id not in listed],
        "materials": search.materials(g.session, asked, BESIDE, seen),
        "written": _written(asked),
    }


def _written(asked: str) -> list[text_search.Found]:
    """The pages on which it is written, for who keeps the catalogue."""
    user = current_user()
    if not user.may(editing.KEEP_UP):
        return []
    return text_search.pages(g.session, asked, BESIDE, sight.seen_by(g.session, user, editing.KEEP_UP))


def find(dossier_id: int) -> Dossier:
    """The dossier, if the reader sees it; else NotFound."""
    return sight.find(g.session, current_user(), dossier_id)


def _latest(session: Session, seen: search.Seen) -> list[Dossier]:
    newest = select(Dossier).where(seen).options(joinedload(Dossier.person)).order_by(Dossier.id.desc()).limit(LATEST)
    return list(session.scalars(newest))


def _page(dossier: Dossier, problems: Any) -> str:
    session, user = g.session, current_user()
    links = chains.links(session, dossier, user)
    matters = chains.matters(session, dossier, user)
    return render_template(
        "dossier.html",
        dossier=dossier,
        person=dossier.person,
        position=storage.home(session, dossier) or "",
        stands=register.standings(session, [dossier], user)[dossier.id],
        links=links,
        gap=chains.first_gap(links),
        open_cases=[case for case in matters if case.closed_at is None],
        closed_cases=[case for case in matters if case.closed_at is not None],
        documents=documents.of_cases(session, matters),
        loans=uses.loans(session, dossier, user),
        readings=uses.readings(session, dossier, user),
        soon=register.soon_until(session),
        images=_totals(pages.counts(session, dossier)),
        opens_images=looking.opens(session, user, dossier),
        changes=[(each, *_told(each)) for each in chains.history(session, dossier, user)],
        stray=strays.is_stray(dossier),
        reports_loss=_reports_loss(session, dossier, user),
        problems=problems,
    )


def _reports_loss(session: Session, dossier: Dossier, user: User) -> bool:
    """Whether the reader may begin the matter of its loss: it is kept here, and there is none yet."""
    kept = dossier.status not in ENDED and losses.open_of(session, dossier) is None
    return kept and starts.may_begin(session, losses.PROCESS, user)


def _totals(counted: list[Counted]) -> dict[str, int]:
    """Images against the catalogue: pages, raw and optimised images, materials that agree."""
    return {
        "materials": len(counted),
        "agree": sum(each.agree for each in counted),
        "pages": sum(each.pages for each in counted),
        "raw": sum(each.raw for each in counted),
        "optimised": sum(each.optimised for each in counted),
    }


def place_seen(place: str | None) -> str:
    """A place of a chain as people read it; one that is not to be seen says so."""
    if place is None:
        return "—"
    return _("not shown to you") if place == chains.HIDDEN else place_name(place)


def _told(entry: Changed) -> tuple[str, str]:
    """(what became otherwise, from what to what) in words."""
    if entry.field == "status":
        before = word_of(DossierStatus(entry.before)) if entry.before else "—"
        return _("Status"), f"{before} → {word_of(DossierStatus(entry.after))}"
    if entry.field == "materials":
        return _("Catalogue"), _("{count} entries changed", count=entry.count)
    before = _value_word(entry)
    return _(CHANGED_LABELS.get(entry.field, entry.field)), _("was: {value}", value=before or "—")


def _value_word(entry: Changed) -> str:
    """An old value in words: of a choice its label."""
    kind = dossier_facts.CHOICES.get(entry.field)
    return word_of(kind(entry.before)) if kind is not None and entry.before in set(kind) else entry.before


blueprint.app_context_processor(lambda: {"place_seen": place_seen})
NAVIGATION = (Entry("Dossiers", "dossiers.index", order=40, permission=READ),)
