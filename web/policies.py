"""Policies of separation: what the security role demands of processes, whatever their diagrams say, and what waits for
a second person."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from web.asked import text
from web.auth import needs
from web.i18n import _
from web.naming import activity_name, person_name
from web.navigation import Entry
from web.reader import current_user
from workflow import definitions
from workflow.duties.language import PERFORMED, Kind
from workflow.errors import Invalid, NotFound
from workflow.identity import User
from workflow.models import Agreement, Case, Policy, ProcessDefinition, ProcessInstance
from workflow.separation import MANAGE, agreements, policies
from workflow.statuses import AgreementKind, AgreementStatus

blueprint = Blueprint("policies", __name__, url_prefix="/policies")
LONGEST = 500
KIND_LABELS = {
    Kind.DIFFERENT_FROM: "another person than",
    Kind.SAME_PERSON_AS: "the same person as",
    Kind.DISTINCT_PEOPLE: "different people over these steps",
    Kind.NOT_STARTER: "not who began the case",
    Kind.NOT_LAST_EDITOR: "not who changed the diagram or form last",
    Kind.NOT_RELATED: "nobody related",
    Kind.HOLDS_ROLE: "belongs to one of the groups",
    Kind.APPROVALS: "reached only after different people did",
}
ASKED_LABELS = {
    AgreementKind.MOVE: "move a process past protected work",
    AgreementKind.SKIP: "skip protected work",
    AgreementKind.REOPEN: "open a case again behind protected work",
    AgreementKind.DROP_POLICY: "drop a policy",
    AgreementKind.CHANGE_POLICY: "change a policy",
    AgreementKind.LEGAL_HOLD: "stop the clock of a case by a legal hold",
}
STATUS_LABELS = {
    AgreementStatus.ASKED: "waits for a second person",
    AgreementStatus.AGREED: "agreed to",
    AgreementStatus.REFUSED: "refused",
    AgreementStatus.WITHDRAWN: "taken back",
}


def open_count(session: Session, user: User) -> int:
    """How much waits for this person's agreement."""
    waiting = (Agreement.status == AgreementStatus.ASKED, Agreement.asked_by != user.name)
    return session.scalar(select(func.count()).select_from(Agreement).where(*waiting)) or 0


NAVIGATION = (Entry("Separation of duty", "policies.show", order=75, permission=MANAGE, badge=open_count),)


@blueprint.get("")
@needs(MANAGE)
def show() -> Any:
    return _page({})


@blueprint.post("")
@needs(MANAGE)
def add() -> Any:
    """One more policy; 422 with the form when something about it is wrong."""
    key, element, kind, value = text("process", 200), text("element", 200), text("kind"), text("value", LONGEST)
    try:
        policies.add(g.session, current_user(), key, element, kind, value, text("reason", LONGEST))
    except Invalid as wrong:
        return _page(wrong.problems), 422
    except NotFound as wrong:
        return _page({"process": [wrong.sentence]}), 422
    flash(_("The policy holds from now on."), "ok")
    return redirect(url_for(".show", process=key), 303)


@blueprint.get("/<int:policy_id>")
@needs(MANAGE)
def policy(policy_id: int) -> Any:
    return _policy_page(policies.find(g.session, policy_id), {})


@blueprint.post("/<int:policy_id>/value")
@needs(MANAGE)
def change(policy_id: int) -> Any:
    """Another value: at once when it is stricter, else asked for."""
    found, value, reason = policies.find(g.session, policy_id), text("value", LONGEST), text("reason", LONGEST)
    try:
        if policies.is_tighter(g.session, found, value):
            policies.tighten(g.session, current_user(), found, value, reason)
            flash(_("The policy holds from now on."), "ok")
        else:
            policies.ask_to_change(g.session, current_user(), found, value, reason)
            flash(_("It is asked for; a second person must agree."), "ok")
    except Invalid as wrong:
        return _policy_page(found, wrong.problems), 422
    return redirect(url_for(".show", process=found.process_key), 303)


@blueprint.post("/<int:policy_id>/end")
@needs(MANAGE)
def drop(policy_id: int) -> Any:
    """Ask that it hold no longer."""
    found = policies.find(g.session, policy_id)
    try:
        policies.ask_to_drop(g.session, current_user(), found, text("reason", LONGEST))
    except Invalid as wrong:
        return _policy_page(found, {"drop_reason": wrong.problems["reason"]}), 422
    flash(_("It is asked for; a second person must agree."), "ok")
    return redirect(url_for(".show", process=found.process_key), 303)


@blueprint.post("/agreements/<int:agreement_id>/answer")
@needs(MANAGE)
def answer(agreement_id: int) -> Any:
    """Agree (then it is done) or refuse, saying why."""
    found = agreements.find(g.session, agreement_id)
    if request.form.get("answer") == "agree":
        agreements.agree(g.session, found, current_user())
        flash(_("Agreed; it is done."), "ok")
    else:
        try:
            agreements.refuse(g.session, found, current_user(), text("why", LONGEST))
        except Invalid as wrong:
            return _page({f"why-{found.id}": wrong.problems["reason"]}), 422
        flash(_("Refused; nothing was changed."), "ok")
    return redirect(url_for(".show"), 303)


@blueprint.post("/agreements/<int:agreement_id>/withdrawal")
@needs(MANAGE)
def withdraw(agreement_id: int) -> Any:
    agreements.withdraw(g.session, agreements.find(g.session, agreement_id), current_user())
    flash(_("Taken back."), "ok")
    return redirect(url_for(".show"), 303)


def _page(problems: Any) -> str:
    every = definitions.all_latest(g.session)
    chosen = next((each for each in every if each.key == text("process", 200)), None)
    steps = _steps(chosen) if chosen else []
    return render_template(
        "policies.html",
        problems=problems,
        processes=every,
        chosen=chosen,
        steps=steps,
        kinds=[(kind.value, _(label)) for kind, label in KIND_LABELS.items()],
        rows=[_row(each) for each in policies.everything(g.session)],
        history=[_row(each) for each in policies.everything(g.session, also_dropped=True) if each.dropped_at],
        waiting=[_asked(each) for each in agreements.waiting(g.session)],
        answered=[_asked(each) for each in agreements.answered(g.session)],
    )


def _policy_page(found: Policy, problems: Any) -> str:
    process = definitions.latest(g.session, found.process_key)
    return render_template("policy.html", policy=found, row=_row(found), problems=problems, steps=_steps(process))


def _steps(definition: ProcessDefinition) -> list[tuple[str, str, bool]]:
    """(id, name, whether people do it) of what a policy can speak of."""
    drawn = definitions.activities(g.session, definition)
    named = [(name, activity_name(definition, name), said["kind"] in PERFORMED) for name, said in drawn.items()]
    return [each for each in named if each[2] or drawn[each[0]]["kind"].endswith(("Task", "endEvent", "callActivity"))]


def _row(found: Policy) -> dict[str, Any]:
    definition = definitions.latest(g.session, found.process_key)
    element = activity_name(definition, found.element) if found.element else _("every task of people")
    return {"policy": found, "definition": definition, "element": element, "demands": demands(found, definition)}


def demands(found: Policy, definition: ProcessDefinition) -> str:
    """A policy in words: “another person than: 登记 (register)”."""
    label = _(KIND_LABELS[Kind(found.kind)]) if found.kind in list(Kind) else found.kind
    return label if found.value == "true" else _("{rule}: {value}", rule=label, value=found.value)


def _asked(found: Agreement) -> dict[str, Any]:
    """What is asked for, in words; its case or its policy."""
    kept = g.session.get(Policy, found.asked.get("policy", 0)) if "policy" in found.asked else None
    instance = g.session.get(ProcessInstance, found.instance_id) if found.instance_id else None
    definition = instance.definition if instance else None
    return {
        "agreement": found,
        "what": _(ASKED_LABELS[found.kind]),
        "status": _(STATUS_LABELS[found.status]),
        "policy": _row(kept) if kept else None,
        "case": g.session.get(Case, found.case_id) if found.case_id else None,
        "passed": [activity_name(definition, each) for each in found.asked.get("passed", ())] if definition else [],
        "target": activity_name(definition, found.asked.get("target")) if definition else "",
        "own": found.asked_by == current_user().name,
        "by": person_name(found.asked_by),
    }
