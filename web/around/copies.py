"""Copies sent to me (抄送我的): what happened up to then, and the receipt; sending one; supervising a whole case."""

from flask import Blueprint, Response, flash, g, make_response, redirect, render_template, request

from web import timeline
from web.around.typed import moment
from web.asked import text
from web.i18n import _
from web.reader import current_user
from workflow import cases, history
from workflow.around import approval, case_clock, copies, heads, lawful, supervisions
from workflow.errors import Invalid
from workflow.models import Case
from workflow.operations import legal_holds

blueprint = Blueprint("copies", __name__)
LONGEST = 4000


@blueprint.get("/copies")
def show() -> str:
    """`?unread=1`: only those not read."""
    unread = "unread" in request.args
    return render_template("around/copies.html", copies=copies.mine(g.session, current_user(), unread), unread=unread)


@blueprint.get("/copies/<int:copy_id>")
def one(copy_id: int) -> str:
    """The case as far as the copy goes: its opinions and its story."""
    copy = copies.find(g.session, copy_id, current_user())
    told = [event for event in history.timeline(g.session, copy.case) if event.seq <= copy.seq]
    return render_template(
        "around/copy.html",
        copy=copy,
        facts=approval.facts(g.session, copy.case),
        rows=approval.rows(g.session, copy.case, copy.seq),
        lines=timeline.lines(told),
    )


@blueprint.post("/copies/<int:copy_id>/reading")
def read(copy_id: int) -> Response:
    user = current_user()
    copies.read(g.session, copies.find(g.session, copy_id, user), user)
    return make_response(redirect(f"/copies/{copy_id}", 303))


@blueprint.post("/cases/<int:case_id>/copies")
def send(case_id: int) -> Response:
    user = current_user()
    case = cases.find(g.session, case_id, user)
    try:
        copies.send(g.session, case, user, request.form.getlist("people"), text("reason", LONGEST))
    except Invalid as wrong:
        return _wrong(case, wrong)
    return make_response(redirect(f"/cases/{case_id}#copies", 303))


@blueprint.get("/supervisions")
def supervised() -> str:
    """What I supervise; `?closed=1`: what I closed."""
    closed = "closed" in request.args
    found = supervisions.mine(g.session, current_user(), closed)
    return render_template("around/supervisions.html", found=found, closed=closed)


@blueprint.post("/cases/<int:case_id>/supervisions")
def supervise(case_id: int) -> Response:
    user = current_user()
    case = cases.find(g.session, case_id, user)
    try:
        until = moment("answer_by", needed=True)
        supervisions.supervise(g.session, case, user, until, text("note", LONGEST))  # type: ignore[arg-type]
    except Invalid as wrong:
        return _wrong(case, wrong)
    return make_response(redirect(f"/cases/{case_id}#copies", 303))


@blueprint.post("/cases/<int:case_id>/pauses")
def pause(case_id: int) -> Response:
    """Stop the clocks of the case's tasks; with `resume` let them go on."""
    user = current_user()
    case = cases.find(g.session, case_id, user)
    try:
        if "resume" in request.form:
            case_clock.go_on(g.session, case, user)
        else:
            case_clock.stop(g.session, case, user, text("reason", LONGEST))
    except Invalid as wrong:
        return _wrong(case, wrong)
    return make_response(redirect(f"/cases/{case_id}#copies", 303))


@blueprint.post("/cases/<int:case_id>/holds")
def hold(case_id: int) -> Response:
    """Record the document that stops the clock of the case; it does when a second person has agreed."""
    user = current_user()
    case = cases.find(g.session, case_id, user)
    try:
        legal_holds.ask(g.session, case, user, text("issuer", 201), text("number", 101), text("dated", 20))
    except Invalid as wrong:
        return _wrong(case, wrong)
    flash(_("Recorded. The clock stops when a second person has agreed."), "ok")
    return make_response(redirect(f"/cases/{case_id}#copies", 303))


@blueprint.post("/supervisions/<int:supervision_id>/answer")
def answer(supervision_id: int) -> Response:
    user = current_user()
    found = supervisions.find(g.session, supervision_id)
    case = cases.find(g.session, found.case_id, user)
    try:
        supervisions.answer(g.session, found, user, text("answer", LONGEST))
    except Invalid as wrong:
        return _wrong(case, wrong)
    place = f"/tasks/{found.task_id}" if found.task_id else f"/cases/{case.id}"
    return make_response(redirect(place, 303))


@blueprint.post("/supervisions/<int:supervision_id>/closing")
def close(supervision_id: int) -> Response:
    user = current_user()
    found = supervisions.find(g.session, supervision_id)
    cases.find(g.session, found.case_id, user)
    supervisions.close(g.session, found, user)
    return make_response(redirect("/supervisions", 303))


def _wrong(case: Case, wrong: Invalid) -> Response:
    """The two forms of the case again, what was typed kept."""
    page = render_template("around/case.html", case=case, problems=wrong.problems or {"": [wrong.sentence]})
    return make_response(page, 422)


@blueprint.app_context_processor
def _globals() -> dict[str, object]:
    return {
        "may_send_copies": lambda case: copies.may_send(g.session, case, current_user()),
        "clocks_of": lambda case: case_clock.handles(g.session, case, current_user()),
        "may_hold": lambda case: legal_holds.may_ask(g.session, case, current_user()),
        "holds_of": lambda case: lawful.holds_of(g.session, case.id),
        "may_supervise": lambda: heads.leads(g.session, current_user(), None),
        "supervisions_of": lambda case: supervisions.of_case(g.session, case),
    }
