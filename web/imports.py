"""Lists brought in: a file or what was copied from a spreadsheet, looked at first, then taken row by row; each row says
what became of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, current_app, g, make_response, render_template, request
from sqlalchemy.orm import Session

from archive import calendar, keepers, office_days, posts, rosters, units, upkeep
from archive import directory_history as directories
from archive.reading import relatives
from archive.rosters import Outcome, Row, RowResult
from archive.transfer import keepers as offices
from forms.kinds.uploads import own_name
from web.asked import text
from web.auth import needs
from web.dossiers import READ
from web.errors import is_fragment
from web.i18n import _
from web.naming import N_
from web.reader import current_user
from workflow.errors import Invalid, NotAllowed, NotFound
from workflow.identity import User

blueprint = Blueprint("imports", __name__, url_prefix="/imports")

MOST_ROWS = 2000
MOST_PASTED = 2_000_000  # characters
CELLS = 4  # of a row, shown beside its result
Rows = list[tuple[int, Row]]
OUTCOME_LABELS = {
    Outcome.ADDED: "newly added",
    Outcome.CHANGED: "changed",
    Outcome.SAME: "as it was",
    Outcome.REFUSED: "refused",
}
OUTCOME_BADGES = {Outcome.ADDED: "ok", Outcome.CHANGED: "ok", Outcome.SAME: "", Outcome.REFUSED: "bad"}


@dataclass(frozen=True)
class Kind:
    """One kind of list: who may bring it, its columns with the headings each may have, which it needs, who takes it.
    `why`: a reason is asked for; `personal`: which columns are shown masked."""

    title: str
    permission: str
    headers: Mapping[str, tuple[str, ...]]
    needed: tuple[str, ...]
    take: Callable[[Session, Rows, User, str], list[RowResult]]
    why: bool = False


KINDS = {
    "units": Kind(
        N_("Units"),
        directories.KEEP,
        units.HEADERS,
        units.NEEDED,
        lambda session, rows, user, why: units.import_rows(session, rows, user.name),
    ),
    "keepers": Kind(
        N_("Offices that keep dossiers"),
        directories.KEEP,
        offices.HEADERS,
        offices.NEEDED,
        lambda session, rows, user, why: offices.import_rows(session, rows, user.name),
    ),
    "kept-elsewhere": Kind(
        N_("Dossiers kept elsewhere"),
        directories.KEEP,
        keepers.HEADERS,
        ("id_no", "name", "keeper_code"),
        lambda session, rows, user, why: keepers.import_rows(session, rows, why or user.name),
        why=True,
    ),
    "facts": Kind(N_("Basic facts"), upkeep.KEEP, upkeep.HEADERS, upkeep.NEEDED, upkeep.import_rows, why=True),
    "posts": Kind(
        N_("Changes of post"),
        upkeep.KEEP,
        posts.HEADERS,
        posts.NEEDED,
        lambda session, rows, user, why: posts.import_rows(session, rows, user),
    ),
    "relatives": Kind(
        N_("Relatives"),
        upkeep.KEEP,
        relatives.HEADERS,
        relatives.NEEDED,
        lambda session, rows, user, why: relatives.import_rows(session, rows, user),
    ),
    "calendar": Kind(
        N_("Days of the office calendar"),
        office_days.KEEP,
        office_days.HEADERS,
        office_days.NEEDED,
        lambda session, rows, user, why: office_days.import_rows(session, rows, user.name, why),
    ),
}
SECRET = ("id_no", "relative_id_no", "phone")  # never drawn beside a result


@blueprint.get("")
@needs(READ)
def index() -> str:
    """The kinds of lists this reader may bring."""
    mine = [(key, kind) for key, kind in KINDS.items() if current_user().may(kind.permission)]
    return render_template("imports.html", kinds=mine)


@blueprint.get("/<kind>")
@needs(READ)
def show(kind: str) -> Response:
    return _page(kind, _allowed(kind))


@blueprint.post("/<kind>")
@needs(READ)
def take(kind: str) -> Response:
    """`act` check: what would become of each row, nothing is kept; else the rows are taken, each by itself."""
    found = _allowed(kind)
    keep, why = text("act") == "keep", text("why", 300)
    try:
        if keep and found.why and not why:
            raise Invalid(message="Say where the list comes from.")
        rows = _rows(found)
        with g.session.begin_nested() as tried:
            results = found.take(g.session, rows, current_user(), why or _("list"))
            if not keep:
                tried.rollback()
                calendar.forget(g.session)
    except Invalid as wrong:
        return _page(kind, found, 422, wrong=wrong)
    told = [(result, _cells(found, dict(rows)[result.row])) for result in results]
    counts = {outcome: sum(each.outcome is outcome for each in results) for outcome in Outcome}
    return _page(kind, found, 200, results=told, counts=counts, kept=keep)


@blueprint.get("/<kind>/template.csv")
@needs(READ)
def template(kind: str) -> Response:
    """An empty list with its headings, for a spreadsheet."""
    head = ",".join(headings[0] for headings in _allowed(kind).headers.values())
    answer = make_response(f"\ufeff{head}\r\n")
    answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="{kind}.csv"'
    return answer


def _allowed(key: str) -> Kind:
    kind = KINDS.get(key)
    if kind is None:
        raise NotFound
    if not current_user().may(kind.permission):
        raise NotAllowed
    return kind


def _rows(kind: Kind) -> Rows:
    """The rows sent, with their numbers. Raises Invalid when there are none, or too many."""
    content, name = _sent()
    rows = list(rosters.read(content, name, kind.headers, kind.needed))
    if not rows:
        raise Invalid(message="The list holds no rows below its headings.")
    if len(rows) > MOST_ROWS:
        raise Invalid(message="At most {most} rows at once; this list holds {rows}.", most=MOST_ROWS, rows=len(rows))
    return rows


def _sent() -> tuple[bytes, str]:
    sent = request.files.get("file")
    if sent is not None and sent.filename:
        limit = current_app.office.settings.upload_limit  # type: ignore[attr-defined]
        content = sent.stream.read(limit + 1)
        if len(content) > limit:
            raise Invalid(message="The file is larger than this office allows.")
        return content, own_name(sent.filename)
    pasted = text("pasted", MOST_PASTED)
    if not pasted:
        raise Invalid(message="Choose a file (.xlsx or .csv), or paste rows with their headings.")
    return pasted.encode(), _("pasted rows")


def _cells(kind: Kind, row: Row) -> list[str]:
    return [str(row.get(field) or "") for field in kind.headers if field not in SECRET][:CELLS]


def _page(key: str, kind: Kind, status: int = 200, **told: Any) -> Response:
    columns = [(field, headings[0], field in kind.needed) for field, headings in kind.headers.items()]
    heads = [heading for field, heading, _needed in columns if field not in SECRET][:CELLS]
    known = {"wrong": None, "results": None, "counts": {}, "kept": False, **told}
    labels = {outcome: _(label) for outcome, label in OUTCOME_LABELS.items()}
    name = "_import_result.html" if is_fragment() else "import.html"
    facts = {"key": key, "kind": kind, "columns": columns, "heads": heads, "labels": labels, "badges": OUTCOME_BADGES}
    return make_response(render_template(name, **facts, **known), status)
