"""The scan box: a barcode or a typed number leads straight to the task that waits for it; words that are no number of
anything lead to the search among people, dossiers, materials and the text of pages."""

from urllib.parse import quote

from flask import Blueprint, Response, g, make_response, redirect, render_template
from sqlalchemy.orm import Session

from archive import sight, storage
from archive.dossier_tables import Dossier
from archive.names import is_chinese
from web.asked import text as asked_text
from web.matters import READ
from web.naming import due
from web.reader import current_user
from workflow import cases, tasks
from workflow.errors import Invalid, NotFound
from workflow.identity import User
from workflow.models import UserTask

blueprint = Blueprint("scan", __name__, url_prefix="/scan")

LONGEST = 120


@blueprint.get("")
def show() -> Response:
    """Where the code leads: the one task I may do (not yet claimed), a list in words, or the search for words."""
    return _lead(claiming=False)


@blueprint.post("")
def enter() -> Response:
    """As `show`, and the one task I may do is claimed."""
    return _lead(claiming=True)


def _lead(claiming: bool) -> Response:
    user, code = current_user(), asked_text("code", LONGEST)
    waiting = tasks.scan(g.session, user, code) if code else []
    possible = [task for task in waiting if tasks.why_not(g.session, task, user) is None]
    if len(possible) == 1:
        if claiming and possible[0].assignee is None:
            tasks.claim(g.session, possible[0], user)
        return make_response(redirect(f"/tasks/{possible[0].id}", 303))
    known = _known(g.session, user, code, [task for task in waiting if task not in possible])
    if not possible and not any(known.values()) and user.may(READ) and any(map(is_chinese, code)):
        return make_response(redirect(f"/dossiers?text={quote(code)}", 303))
    facts = {"possible": [(task, due(task)) for task in possible], **known}
    return make_response(render_template("scan.html", code=code, **facts))


def _known(session: Session, user: User, code: str, others: list[UserTask]) -> dict[str, object]:
    """What the code is, as far as this user may know."""
    return {
        "others": [(task, tasks.why_not(session, task, user)) for task in others],
        "cases": cases.by_key(session, code, user) if code else [],
        "dossiers": _dossiers(session, user, code) if code and user.may(READ) else [],
    }


def _dossiers(session: Session, user: User, code: str) -> list[Dossier]:
    """A dossier by its number, or those whose home is the scanned position, as far as the reader sees them."""
    try:
        return [sight.by_no(session, user, code)]
    except NotFound:
        pass
    try:
        return storage.on_position(session, code, sight.seen_by(session, user))
    except (Invalid, NotFound):
        return []
