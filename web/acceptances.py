"""Acceptances: what is to be accepted, the rounds it took, the sample drawn and how far each checker is with it."""

from flask import Blueprint, g, render_template
from sqlalchemy import select

from archive import sight
from archive.acceptance import figures, looking, rounds
from archive.acceptance.models import ACCEPTANCE_LABELS, Acceptance, AcceptanceArticle, AcceptanceRound, Subject
from archive.images import defects
from archive.images.defect_tables import Stage
from archive.scanning.papers import yuan
from web.auth import needs
from web.navigation import Entry
from web.reader import current_user
from web.scanning import READ
from workflow.errors import NotFound
from workflow.kept_sentences import spoken

blueprint = Blueprint("acceptances", __name__, url_prefix="/acceptances")

PAGE = 50
BADGES = {"accepted": "ok", "partly": "warn", "refused": "bad"}


@blueprint.get("")
@needs(READ)
def index() -> str:
    """The acceptances the reader may see, newest first, and what all of them come to."""
    user, seen = current_user(), rounds.seen_by(g.session, current_user())
    asked = select(Acceptance).where(seen).order_by(Acceptance.id.desc()).limit(PAGE)
    counted = figures.of(g.session, seen) if sight.is_limited(user) else figures.of(g.session)
    return render_template("acceptances.html", acceptances=g.session.scalars(asked).all(), figures=counted)


@blueprint.get("/<int:acceptance_id>")
@needs(READ)
def show(acceptance_id: int) -> str:
    asked = select(Acceptance).where(Acceptance.id == acceptance_id, rounds.seen_by(g.session, current_user()))
    acceptance = g.session.scalars(asked).first()
    if acceptance is None:
        raise NotFound
    there, batch = rounds.of(g.session, acceptance), acceptance.batch
    return render_template(
        "acceptance.html",
        acceptance=acceptance,
        rounds=there,
        articles=_articles(acceptance),
        faulty=[each for each in rounds.dossiers(g.session, there[-1]) if each.faults] if there else [],
        sample=_sample(there[-1]) if there else [],
        opens_images=batch is not None and looking.takes_part(g.session, current_user(), batch),
        spoken=spoken,
    )


def _articles(acceptance: Acceptance) -> list[AcceptanceArticle]:
    asked = select(AcceptanceArticle).where(AcceptanceArticle.acceptance_id == acceptance.id)
    return list(g.session.scalars(asked.order_by(AcceptanceArticle.number)))


def _sample(round_: AcceptanceRound) -> list[tuple[object, int, int]]:
    """Of each dossier drawn: how many images the reader has not looked at, how many defects are open."""
    me = current_user().name
    return [
        (
            each.dossier,
            defects.unchecked(g.session, each.dossier, Stage.OWNER, me),
            len(defects.open_defects(g.session, each.dossier)),
        )
        for each in rounds.dossiers(g.session, round_, sampled=True)
    ]


blueprint.app_context_processor(
    lambda: {"acceptance_labels": ACCEPTANCE_LABELS, "acceptance_badges": BADGES, "yuan": yuan, "subjects": Subject}
)
NAVIGATION = (Entry("Acceptances", "acceptances.index", order=38, permission=READ),)
