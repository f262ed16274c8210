"""The papers of a batch as one file to be printed, from the batch's page."""

import io
from dataclasses import dataclass

from flask import Blueprint, Response, g, send_file

from archive import batch_papers
from archive.batch_papers import MOST, Within
from archive.documents import KINDS, MEDIA_TYPE
from archive.packs import imports, seen
from web.asked import text as asked_text
from web.asked import whole
from web.auth import needs
from web.documents import kind_title
from web.i18n import _
from web.naming import parse_day
from web.pack_imports import IMPORT
from web.packs import READ
from web.reader import current_user
from workflow import cases
from workflow.errors import NotFound

blueprint = Blueprint("batch_papers", __name__)


@dataclass(frozen=True)
class Portion:
    """A link to one file: what it is called, the query, how many papers."""

    title: str
    query: str
    count: int


@blueprint.get("/cases/<int:case_id>/papers.docx")
def of_case(case_id: int) -> Response:
    """Those of a case and of the cases it began."""
    case = cases.find(g.session, case_id, current_user())
    return _file(batch_papers.of_case(case), case.title)


@blueprint.get("/packs/imports/<int:list_id>/papers.docx")
@needs(IMPORT)
def of_list(list_id: int) -> Response:
    """Those of the packs on a courier's list."""
    found = imports.find(g.session, list_id, seen.lists_seen_by(g.session, current_user()))
    return _file(batch_papers.of_list(found.id), found.name.rsplit(".", 1)[0])


@blueprint.get("/days/<day>/papers.docx")
@needs(READ)
def of_day(day: str) -> Response:
    """Those of the packs of a day."""
    asked = parse_day(day)
    return _file(batch_papers.of_day(asked), asked.isoformat())


def _file(within: Within, about: str) -> Response:
    kind, first = asked_text("kind", 30), whole("first") or 1
    if kind and kind not in KINDS:
        raise NotFound
    content = batch_papers.bound(g.session, current_user(), within, kind, first)
    name = f"{kind_title(kind) if kind else _('All papers')} {about}{f' {first}-' if first > 1 else ''}.docx"
    return send_file(io.BytesIO(content), mimetype=MEDIA_TYPE, as_attachment=True, download_name=name)


def portions(within: Within) -> list[Portion]:
    """What can be printed as one file: each kind of which there are several, and all of them; [] for fewer than two
    papers. More than MOST of a kind are so many files."""
    counted = batch_papers.counts(g.session, current_user(), within)
    several = {kind: count for kind, count in counted.items() if count > 1}
    if sum(counted.values()) > 1 and len(counted) > 1:
        several[""] = sum(counted.values())
    return [portion for kind, count in several.items() for portion in _split(kind, count)]


def _split(kind: str, count: int) -> list[Portion]:
    title = kind_title(kind) if kind else _("All papers")
    starts = range(1, count + 1, MOST)
    return [
        Portion(
            title if count <= MOST else f"{title} {first}–{min(first + MOST - 1, count)}",
            f"kind={kind}&first={first}",
            min(MOST, count - first + 1),
        )
        for first in starts
    ]


@blueprint.app_context_processor
def _globals() -> dict[str, object]:
    return {
        "papers_of_case": lambda case: portions(batch_papers.of_case(case)),
        "papers_of_list": lambda list_id: portions(batch_papers.of_list(list_id)),
        "papers_of_day": lambda day: portions(batch_papers.of_day(day)),
    }
