"""Dossiers: found by whatever one has, each with its facts, place, chain of custody, cases and papers."""

import io

from flask import Blueprint, Response, g, render_template, send_file
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from archive import custody, documents, labels, search, storage
from archive.custody import CustodyEvent
from archive.dossier_tables import Dossier
from archive.packs.models import Pack
from archive.reading import register
from web.asked import text as asked_text
from web.auth import needs
from web.fragments import page
from web.navigation import Entry
from web.reader import current_user
from workflow import cases
from workflow.errors import NotFound
from workflow.identity import User
from workflow.models import Case

blueprint = Blueprint("dossiers", __name__, url_prefix="/dossiers")

READ = "dossiers.read"
MOST_FOUND = 50
LATEST = 20


@blueprint.get("")
@needs(READ)
def index() -> Response:
    """What the question fits; before any question the latest ones."""
    asked = asked_text("text", search.LONGEST)
    found = search.dossiers(g.session, asked, MOST_FOUND) if asked else _latest(g.session)
    homes = {dossier.id: storage.home(g.session, dossier) or "" for dossier in found}
    standings = register.standings(g.session, found, current_user())
    listed = {"dossiers": found, "homes": homes, "standings": standings}
    return page("dossiers.html", "_dossiers.html", asked=asked, most=MOST_FOUND, **listed)


@blueprint.get("/<int:dossier_id>")
@needs(READ)
def show(dossier_id: int) -> str:
    dossier = find(g.session, dossier_id)
    seen = _cases(g.session, dossier, current_user())
    return render_template(
        "dossier.html",
        dossier=dossier,
        person=dossier.person,
        position=storage.home(g.session, dossier) or "",
        stands=register.standings(g.session, [dossier], current_user())[dossier.id],
        place=custody.where(g.session, dossier),
        moves=custody.chain(g.session, dossier),
        cases=seen,
        documents=[paper for case in seen for paper in documents.of_case(g.session, case)],
    )


@blueprint.get("/<int:dossier_id>/label.pdf")
@needs(READ)
def label(dossier_id: int) -> Response:
    """The label for the dossier's back, with its number as Code 128."""
    dossier = find(g.session, dossier_id)
    content = labels.single(labels.of_dossier(dossier, storage.home(g.session, dossier)))
    name = f"{dossier.dossier_no}.pdf"
    return send_file(io.BytesIO(content), mimetype="application/pdf", as_attachment=True, download_name=name)


def find(session: Session, dossier_id: int) -> Dossier:
    """The dossier; raises NotFound."""
    found = session.get(Dossier, dossier_id)
    if found is None:
        raise NotFound
    return found


def _latest(session: Session) -> list[Dossier]:
    return list(session.scalars(select(Dossier).order_by(Dossier.id.desc()).limit(LATEST)))


def _cases(session: Session, dossier: Dossier, user: User) -> list[Case]:
    """The cases the dossier came by and was moved in, as far as the reader may see them."""
    moved = select(CustodyEvent.case_id).where(CustodyEvent.dossier_id == dossier.id)
    came = select(Pack.case_id).where(Pack.dossier_id == dossier.id)
    query = cases.visible(session, user).where(or_(Case.id.in_(moved), Case.id.in_(came)))
    return list(session.scalars(query.order_by(Case.id.desc())))


NAVIGATION = (Entry("Dossiers", "dossiers.index", order=40, permission=READ),)
