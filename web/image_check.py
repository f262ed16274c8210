"""Quality control of a dossier's page images: raw and optimised side by side, keys for every act, one page after the
other (static/image-check.js does the keys)."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, g, make_response, redirect, render_template, request, send_file

from archive.acceptance import looking
from archive.acceptance.looking import CHECK, Look
from archive.dossier_tables import Dossier
from archive.images import defects, demands, pages, rounds
from archive.images.defect_tables import DEFECT_LABELS, FATAL, STAGE_LABELS, Defect, ImageDefect, Stage
from archive.images.demands import ImageKind
from archive.images.pages import Placed
from archive.images.rounds import Leaf
from archive.scanning import batches
from web.asked import text as asked_text
from web.asked import whole
from web.auth import needs
from web.files import SANDBOX
from web.reader import current_user
from workflow.errors import Invalid, NotFound, Unavailable

blueprint = Blueprint("image_check", __name__, url_prefix="/dossiers/<int:dossier_id>/images")

SHOWN = frozenset({"image/jpeg", "image/png"})  # what a browser shows by itself
KEYS = dict(zip(Defect, "1234567890qwertyui", strict=True))
WORDS = {"raw": "Raw image", "opt": "Image for reading"}
LONGEST = 300  # characters of a note


@blueprint.get("")
@needs(CHECK)
def show(dossier_id: int) -> str:
    """One page of the round: the one asked for, else the first nobody has looked at. The opening is written down."""
    opened = _opened(dossier_id)
    dossier, stage = opened.dossier, _asked_stage() or opened.stage(None)
    found = _leaves(dossier, stage)
    number = rounds.place_of(found, whole("material"), whole("page"))
    leaf = found[number] if found else None
    return render_template(
        "image_check.html",
        dossier=dossier,
        stage=stage,
        leaves=found,
        leaf=leaf,
        looked=sum(each.looked for each in found),
        before=found[number - 1] if number else None,
        behind=found[number + 1] if number + 1 < len(found) else None,
        findings=_findings(dossier, leaf) if leaf else {},
        keys=KEYS,
    )


@blueprint.post("/checks")
@needs(CHECK)
def look(dossier_id: int) -> Response:
    """The page was looked at; on to the next."""
    opened, stage = _at_work(dossier_id)
    found, number = _asked_leaf(opened.dossier, stage)
    rounds.look(g.session, found[number], stage, current_user().name, opened.case)
    return _at(opened.dossier, stage, found[min(number + 1, len(found) - 1)])


@blueprint.post("/defects")
@needs(CHECK)
def mark(dossier_id: int) -> Response:
    """Something is wrong with this page; it counts as looked at."""
    opened, stage = _at_work(dossier_id)
    found, number = _asked_leaf(opened.dossier, stage)
    leaf, user = found[number], current_user().name
    code, kind = asked_text("code"), asked_text("kind")
    if code not in tuple(Defect) or kind not in tuple(ImageKind):
        raise Invalid(message="This was not understood.")
    place = Placed(leaf.material, leaf.page, ImageKind(kind))
    defects.mark(g.session, place, Defect(code), user, asked_text("note", LONGEST), opened.case)
    rounds.look(g.session, leaf, stage, user, opened.case)
    return _at(opened.dossier, stage, leaf)


@blueprint.post("/defects/<int:defect_id>/settlement")
@needs(CHECK)
def settle(dossier_id: int, defect_id: int) -> Response:
    """The defect is mended, or was none."""
    opened, stage = _at_work(dossier_id)
    defect = g.session.get(ImageDefect, defect_id)
    if defect is None or defect.material.dossier_id != opened.dossier.id:
        raise NotFound
    looking.refuse_settling(g.session, opened, defect)
    defects.settle(g.session, defect, current_user().name, asked_text("why", LONGEST))
    found, number = _asked_leaf(opened.dossier, stage)
    return _at(opened.dossier, stage, found[number])


@blueprint.get("/<int:image_id>/file")
@needs(CHECK)
def file(dossier_id: int, image_id: int) -> Response:
    """The image's bytes, to be shown on the page; kept by no cache, and nothing of them run."""
    dossier, image = _opened(dossier_id).dossier, pages.find(g.session, image_id)
    if image.material.dossier_id != dossier.id or image.file.media_type not in SHOWN:
        raise NotFound
    place = current_app.office.files.path(image.sha256)  # type: ignore[attr-defined]
    if not place.exists():
        raise Unavailable(
            "The file {name} is missing in the store. Tell whoever looks after the system.", name=image.name
        )
    answer = send_file(place, mimetype=image.file.media_type, etag=False)
    answer.headers["Content-Security-Policy"] = SANDBOX
    answer.headers["Cache-Control"] = "no-store"
    return answer


def address(dossier: Dossier, stage: Stage, leaf: Leaf) -> str:
    """Where a page of the round is shown."""
    asked = urlencode({"stage": stage, "material": leaf.material.id, "page": leaf.page})
    return f"/dossiers/{dossier.id}/images?{asked}"


def _opened(dossier_id: int) -> Look:
    """The dossier whose images are shown now; that they were opened is kept before they are."""
    user = current_user()
    found = looking.find(g.session, user, dossier_id)
    if not looking.is_noted(g.session, found, user.name):
        with current_app.office.database.transaction() as own:  # type: ignore[attr-defined]
            looking.note(own, found, user.name)
    return found


def _at_work(dossier_id: int) -> tuple[Look, Stage]:
    """The dossier something is written about now, and at which stage."""
    found = looking.find(g.session, current_user(), dossier_id)
    return found, found.stage(_asked_stage())


def _asked_stage() -> Stage | None:
    asked = asked_text("stage")
    return Stage(asked) if asked in tuple(Stage) else None


def _asked_leaf(dossier: Dossier, stage: Stage) -> tuple[list[Leaf], int]:
    """The round and the place in it that the form was sent from; NotFound when the page is no longer there."""
    found = _leaves(dossier, stage)
    asked = (request.form.get("material", type=int), request.form.get("page", type=int))
    number = next((n for n, leaf in enumerate(found) if (leaf.material.id, leaf.page) == asked), None)
    if number is None:
        raise NotFound
    return found, number


def _leaves(dossier: Dossier, stage: Stage) -> list[Leaf]:
    """The round; the archive's two checkers each look at every page, so it is their own then."""
    return rounds.leaves(g.session, dossier, stage, current_user().name if stage is Stage.OWNER else "")


def _findings(dossier: Dossier, leaf: Leaf) -> dict[ImageKind, Any]:
    """What the machine finds wanting in either image, against what was agreed for this dossier."""
    asked = batches.agreed(g.session, dossier)
    return {kind: demands.judge(image, kind, asked, image.name, leaf.page) for kind, image in leaf.images.items()}


def _at(dossier: Dossier, stage: Stage, leaf: Leaf) -> Response:
    return make_response(redirect(address(dossier, stage, leaf), 303))


blueprint.app_context_processor(
    lambda: {
        "defect_labels": DEFECT_LABELS,
        "fatal_defects": FATAL,
        "stage_labels": STAGE_LABELS,
        "image_address": address,
        "image_words": WORDS,
        "image_number": pages.number,
        "shown_images": SHOWN,
    }
)
