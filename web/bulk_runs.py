"""Bulk with proof: choose by filter or by hand, see what will and will not, begin, watch, report, take back."""

import csv
import io
import secrets
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from flask import Blueprint, Response, g, make_response, redirect, render_template, request
from openpyxl import Workbook
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from forms.form import Form
from web import lists
from web.asked import text, whole, wholes
from web.bulk import alike, shared_context
from web.fragments import page
from web.i18n import _, say
from web.naming import N_
from web.reader import current_user
from web.sent import sent
from web.task_forms import form_of
from web.wishes import Choice, wish_of
from workflow import bulk, views
from workflow.bulk import Phase, Wanted
from workflow.clock import now
from workflow.errors import Conflict, Invalid, Sentence
from workflow.identity import User
from workflow.kept_sentences import spoken
from workflow.models import BulkItem, BulkRun, UserTask
from workflow.statuses import BulkAct
from workflow.statuses import BulkItemStatus as Status

blueprint = Blueprint("bulk_runs", __name__, url_prefix="/bulk")
blueprint.app_context_processor(lambda: {"bulk_words": WORDS, "bulk_acts": ACTS})

ACTS = {
    BulkAct.CLAIM: N_("Claim"),
    BulkAct.RELEASE: N_("Release"),
    BulkAct.ASSIGN: N_("Hand over"),
    BulkAct.COMPLETE: N_("Complete"),
}
WORDS = {
    Status.UNCHECKED: N_("being checked"),
    Status.WILL: N_("will be done"),
    Status.WILL_NOT: N_("will not be done"),
    Status.DONE: N_("done"),
    Status.REFUSED: N_("not done"),
    Status.UNDOING: N_("being taken back"),
    Status.UNDONE: N_("taken back"),
}
HEAD = (N_("Task"), N_("Case"), N_("Case number"), N_("Result"), N_("Why"), N_("Moment"))
ROWS = 100  # of one page
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run
SAMPLE = 20  # tasks whose variables are looked at for the one form


@blueprint.get("")
def index() -> str:
    """My runs."""
    user = current_user()
    runs = [(run, bulk.progress(g.session, run)) for run in bulk.of_person(g.session, user)]
    return render_template("bulk_runs.html", runs=runs)


@blueprint.get("/new")
def ask() -> Response:
    """What is to be done with the chosen tasks, or with all that match."""
    return _asked(*_chosen(g.session, current_user()))


@blueprint.post("")
def begin_checking() -> Response:
    """A new run: every task is checked, nothing is done yet."""
    user, key = current_user(), text("request_key", 64) or secrets.token_urlsafe(16)
    ids, chosen = _chosen(g.session, user)
    try:
        wanted = _wanted(g.session, user, ids)
    except Invalid as wrong:
        return _asked(ids, chosen, wrong, 422)
    run = bulk.ask(g.session, user, wanted, ids, key)
    return make_response(redirect(f"/bulk/{run.id}", 303))


@blueprint.get("/<int:run_id>")
def show(run_id: int) -> Response:
    run = bulk.find(g.session, run_id, current_user())
    found, only, after = bulk.progress(g.session, run), request.args.get("only", ""), whole("after") or 0
    statuses = [Status(only)] if only in set(Status) else []
    rows = bulk.results(g.session, run, statuses, after, ROWS + 1)
    until = bulk.undo_until(run)
    return page(
        "bulk_run.html",
        "_bulk_run.html",
        run=run,
        progress=found,
        phases=Phase,
        only=only,
        rows=[(item, task, spoken(item.refused) if item.refused else None) for item, task in rows[:ROWS]],
        more=rows[ROWS - 1][0].id if len(rows) > ROWS else None,
        can_undo=found.phase is Phase.OVER and found.number("done") and until is not None and now() < until,
        until=until,
    )


@blueprint.post("/<int:run_id>/beginning")
def begin(run_id: int) -> Response:
    """The word to begin."""
    run = bulk.find(g.session, run_id, current_user())
    bulk.begin(g.session, run)
    return make_response(redirect(f"/bulk/{run.id}", 303))


@blueprint.post("/<int:run_id>/undoing")
def undo(run_id: int) -> Response:
    """Take back what was done."""
    run = bulk.find(g.session, run_id, current_user())
    bulk.undo(g.session, run, text("reason", 500))
    return make_response(redirect(f"/bulk/{run.id}", 303))


@blueprint.get("/<int:run_id>/items.csv")
def as_csv(run_id: int) -> Response:
    """Every item with its result, for a spreadsheet."""
    run = bulk.find(g.session, run_id, current_user())
    body = io.StringIO()
    csv.writer(body).writerows(_lines(g.session, run))
    return _file(body.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8", f"bulk-{run.id}.csv")


@blueprint.get("/<int:run_id>/items.xlsx")
def as_xlsx(run_id: int) -> Response:
    run = bulk.find(g.session, run_id, current_user())
    book, body = Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet(_(ACTS[run.act]))
    for line in _lines(g.session, run):
        sheet.append(line)
    book.save(body)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _file(body.getvalue(), kind, f"bulk-{run.id}.xlsx")


def _lines(session: Session, run: BulkRun) -> Iterator[list[str]]:
    yield [_(each) for each in HEAD]
    for item, task in bulk.all_results(session, run):
        yield [_harmless(each) for each in _line(item, task)]


def _line(item: BulkItem, task: UserTask) -> list[str]:
    why = say(spoken(item.refused)) if item.refused else ""
    ended = item.ended_at.isoformat(timespec="seconds") if item.ended_at else ""
    return [task.name, task.case.title, task.case.business_key, _(WORDS[item.status]), str(why), ended]


def _harmless(cell: str) -> str:
    """A text is a text, also where a spreadsheet would take it for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _file(body: bytes, kind: str, name: str) -> Response:
    answer = make_response(body)
    answer.headers["Content-Type"] = kind
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _chosen(session: Session, user: User) -> tuple[list[int], dict[str, Any]]:
    """The ids of the tasks chosen by hand, or of all that match the list; and what the page says again to get them.

    Raises Conflict when a part of the list cannot be asked: what is done to many is done to no more than was meant.
    """
    ids = wholes("task")
    if ids:
        return ids[: bulk.MOST + 1], {"tasks": ids, "asked": ""}
    asked = request.values.get("asked") or request.query_string.decode()
    wish = wish_of(MultiDict(parse_qsl(asked)), "groups")
    found = lists.settle(session, user, replace(wish, after=""))
    for problem in found.problems:
        raise Conflict(problem.template, **problem.facts)
    return views.every(session, user, found.asked, bulk.MOST + 1), {"tasks": [], "asked": asked}


def _asked(ids: list[int], chosen: dict[str, Any], wrong: Invalid | None = None, status: int = 200) -> Response:
    """The page that asks what is to be done."""
    user = current_user()
    same, _left = alike(g.session, ids[:SAMPLE], user)
    form = form_of(same[0]) if same else None
    typed = form.typed(request.form) if form and wrong else None
    people = select(User.name, User.display_name).where(User.active).order_by(User.display_name, User.name)
    facts = {
        "number": len(ids),
        "most": bulk.MOST,
        "chosen": chosen,
        "first": same[0] if same else None,
        "form": _drawn(form, same, typed, wrong),
        "form_has_buttons": bool(form and form.buttons),
        "people": [Choice(*row) for row in g.session.execute(people)],
        "problem": _problem(wrong),
        "request_key": text("request_key", 64) or secrets.token_urlsafe(16),
    }
    return make_response(render_template("bulk_new.html", **facts), status)


def _drawn(form: Form | None, same: list[UserTask], typed: Any, wrong: Invalid | None) -> Any:
    if form is None:
        return ""
    return form.render(typed, wrong.problems if wrong else None, shared_context(form, same, current_user()))


def _problem(wrong: Invalid | None) -> Sentence | None:
    if wrong is None or request.form.get("act") == BulkAct.COMPLETE and wrong.problems:
        return None  # a form says beside its fields what is wrong
    return next((said for each in wrong.problems.values() for said in each), wrong.sentence)


def _wanted(session: Session, user: User, ids: list[int]) -> Wanted:
    """What the form asks for; raises Invalid."""
    act, reason = request.form.get("act", ""), text("reason", 500)
    if act not in set(BulkAct):
        raise Invalid(message="Say what is to be done.")
    if act == BulkAct.ASSIGN:
        return Wanted(BulkAct.ASSIGN, to=session.get(User, text("to")), reason=reason)
    if act != BulkAct.COMPLETE:
        return Wanted(BulkAct(act), reason=reason)
    same, _left = alike(session, ids[:SAMPLE], user)
    if not same:
        raise Invalid(message="None of the first tasks can be completed by you.")
    form = form_of(same[0])
    answers = form.load(request.form, request.files, shared_context(form, same, user))
    return Wanted(BulkAct.COMPLETE, answers, sent(form))
