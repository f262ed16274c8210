"""The borrowing register: what is out, with whom, until when; asking for an extension, calling back, a spreadsheet."""

import io

from flask import Blueprint, Response, g, make_response, redirect, render_template, request
from openpyxl import Workbook

from archive.reading import lending, register
from archive.reading.loan_tables import Loan
from archive.reading.register import VIEW_LABELS, WHERE_LABELS, View, Where
from web.asked import text as asked_text
from web.asked import whole
from web.auth import needs
from web.dates import day, moment
from web.fragments import page
from web.i18n import _
from web.navigation import Entry
from web.reader import current_user
from workflow import cases
from workflow.errors import NotFound
from workflow.models import Case

blueprint = Blueprint("loans", __name__, url_prefix="/loans")

READ, MANAGE, OVERSEE = "dossiers.read", "loans.manage", "readings.oversee"
NAVIGATION = (Entry("Borrowing register", "loans.index", order=42, permission=READ),)
HEAD = (
    "Dossier number",
    "Name",
    "Reading unit",
    "Borrower",
    "Approval",
    "Out since",
    "Due",
    "Pages",
    "State",
    "Back since",
)
BADGES = {Where.VAULT: "ok", Where.SOON: "warn", Where.OVERDUE: "bad", Where.BACK: "info", Where.ROOM: "info"}
FORMULA = ("=", "+", "-", "@", "\t", "\r")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("")
@needs(READ)
def index() -> Response:
    """One view of the register, and how many rows each has."""
    user, view, text = current_user(), _view(), asked_text("text")
    found = register.loans(g.session, user, view, text, whole("before"))
    return page(
        "loans.html",
        "_loans.html",
        view=view,
        asked=text,
        loans=found[: register.PAGE],
        older=found[register.PAGE - 1].case_id if len(found) > register.PAGE else None,
        counts=register.counts(g.session, user, text),
        soon=register.soon_until(g.session),
        shut=register.shut_units(g.session, user) if user.may(OVERSEE) else [],
    )


@blueprint.post("/shut-units/<int:case_id>/lifting")
@needs(OVERSEE)
def lift(case_id: int) -> Response:
    """A unit that was shut out after a difference may read again."""
    user = current_user()
    lending.lift(g.session, register.shut_unit(g.session, case_id, user), user)
    return make_response(redirect("/loans", 303))


@blueprint.get("/register.xlsx")
@needs(READ)
def as_xlsx() -> Response:
    """Every row of the view, as a spreadsheet."""
    book, body = Workbook(write_only=True), io.BytesIO()
    view = _view()
    sheet = book.create_sheet(_(VIEW_LABELS[view]))
    sheet.append([_(each) for each in HEAD])
    soon = register.soon_until(g.session)
    for loan in register.every(g.session, current_user(), view, asked_text("text")):
        sheet.append([_harmless(each) for each in _line(loan, soon)])
    book.save(body)
    answer = make_response(body.getvalue())
    answer.headers["Content-Type"] = XLSX
    answer.headers["Content-Disposition"] = f'attachment; filename="loans-{view}.xlsx"'
    return answer


@blueprint.get("/<int:case_id>")
@needs(READ)
def show(case_id: int) -> str:
    """One loan, and what may be done about it."""
    user, loan = current_user(), _loan(case_id)
    visible = cases.visible(g.session, user).where(Case.id == loan.case_id)
    return render_template(
        "loan.html",
        loan=loan,
        soon=register.soon_until(g.session),
        case=g.session.scalars(visible).first(),
        may_extend=user.may(MANAGE) and lending.may_be_extended(loan),
        may_recall=user.may(OVERSEE),
    )


@blueprint.post("/<int:case_id>/extension")
@needs(MANAGE)
def ask_extension(case_id: int) -> Response:
    """Ask for the one extension; the leader decides."""
    lending.ask_extension(g.session, _loan(case_id), current_user(), asked_text("reason", 300))
    return _back(case_id)


@blueprint.post("/<int:case_id>/recall")
@needs(OVERSEE)
def recall(case_id: int) -> Response:
    """Call the loan back before its time."""
    lending.recall(g.session, _loan(case_id), current_user(), asked_text("why", 300))
    return _back(case_id)


def _loan(case_id: int) -> Loan:
    return register.find(g.session, case_id, current_user())


def _view() -> View:
    asked = request.args.get("view", View.OUT)
    if asked not in tuple(View):
        raise NotFound
    return View(asked)


def _line(loan: Loan, soon: register.datetime) -> list[str]:
    return [
        loan.dossier.dossier_no,
        loan.dossier.person.name,
        loan.request.unit,
        loan.borrower,
        loan.request.number or "",
        moment(loan.out_at),
        day(loan.due_at) if loan.due_at else "",
        str(loan.pages_out),
        loan_state(loan, soon),
        moment(loan.ended_at) if loan.ended_at else "",
    ]


def _harmless(cell: str) -> str:
    """A text is a text, also where a spreadsheet would take it for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _back(case_id: int) -> Response:
    return make_response(redirect(f"/loans/{case_id}", 303))


def loan_state(loan: Loan, soon: register.datetime) -> str:
    """Where its papers are, in words."""
    if loan.lost:
        return _("Lost or damaged")
    if loan.given_up:
        return _("Case ended early")
    return _(VIEW_LABELS[View.ENDED]) if loan.ended_at else _(WHERE_LABELS[register.where(loan, soon)])


def loan_badge(loan: Loan, soon: register.datetime) -> str:
    """Its colour."""
    if loan.ended_at is not None:
        return "bad" if loan.lost or loan.given_up else "ok"
    return BADGES.get(register.where(loan, soon), "warn")


blueprint.app_context_processor(
    lambda: {
        "loan_views": VIEW_LABELS,
        "loan_state": loan_state,
        "loan_badge": loan_badge,
        "where_labels": WHERE_LABELS,
        "where_badges": BADGES,
    }
)
