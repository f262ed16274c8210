"""What authorised people do to a running process by hand: each on a page of its own, with a reason and a preview."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Response, flash, g, make_response, redirect, render_template, request

from web.asked import text, wholes
from web.errors import is_fragment
from web.i18n import _
from web.naming import activity_name
from web.operated import Place, places, targets
from web.reader import current_user
from workflow import cases, instances, operations, suspensions
from workflow.engine import StateCorrupt
from workflow.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal, sentence
from workflow.models import Case, ProcessInstance
from workflow.operations import CANCEL, CHANGE, LONGEST_REASON, MOVE, SUSPEND
from workflow.separation import NeedsAgreement

blueprint = Blueprint("operations", __name__, url_prefix="/cases/<int:case_id>/processes/<int:instance_id>")

PERMISSION = {
    "moves": MOVE,
    "skips": MOVE,
    "suspensions": SUSPEND,
    "resumptions": SUSPEND,
    "cancellations": CANCEL,
    "facts": CHANGE,
    "news": CHANGE,
}
DONE_LABELS = {
    "moves": "It was moved.",
    "skips": "It was skipped.",
    "suspensions": "The process is suspended.",
    "resumptions": "The process goes on.",
    "cancellations": "The process was ended.",
    "facts": "The fact was corrected.",
    "news": "The news was delivered.",
}
LONGEST = 20_000  # characters of a value


@dataclass
class Desk:
    """What a page is about. `places`: where the process stands; `place`: the one chosen, for what concerns one."""

    case: Case
    instance: ProcessInstance
    kind: str
    places: list[Place]
    place: Place | None = None
    facts: dict[str, Any] = field(default_factory=dict)


@blueprint.get("/<kind>")
def show(case_id: int, instance_id: int, kind: str) -> Response:
    """The page of an operation; for htmx only what depends on what was chosen."""
    desk = _desk(case_id, instance_id, kind)
    if is_fragment():
        return make_response(render_template("_operation_chosen.html", desk=desk, problems={}, **_shown(desk)))
    return _page(desk)


@blueprint.post("/<kind>")
def act(case_id: int, instance_id: int, kind: str) -> Response:
    """Do it: 303 to the case; 422 with what was typed wrongly, 409 with how things stand now. Then nothing was done."""
    desk = _desk(case_id, instance_id, kind)
    try:
        with g.session.begin_nested():
            ACTS[kind](desk)
    except Invalid as wrong:
        return _page(_again(desk), 422, problems=wrong.problems or {"": [wrong.sentence]})
    except Conflict as conflict:
        return _page(_again(desk), 409, conflict=conflict.sentence)
    except NeedsAgreement as alone:
        return _page(_again(desk), 409, conflict=alone.sentence, needs_second=True)
    flash(_("It is asked for; a second person must agree.") if _second() else _(DONE_LABELS[kind]), "ok")
    return make_response(redirect(f"/cases/{case_id}", 303))


def _desk(case_id: int, instance_id: int, kind: str) -> Desk:
    user = current_user()
    if kind not in PERMISSION:
        raise NotFound
    if not user.may(PERMISSION[kind]):
        raise NotAllowed
    if kind == "facts" and not user.may_everywhere(cases.READ_ALL):
        raise NotAllowed
    case = cases.find(g.session, case_id, user)
    instance = g.session.get(ProcessInstance, instance_id)
    if instance is None or instance.case_id != case.id:
        raise NotFound
    desk = Desk(case, instance, kind, _standing(instance, kind))
    if kind in ("moves", "skips", "news"):
        desk.place = next((each for each in desk.places if each.token_id == text("token")), None)
    return desk


def _standing(instance: ProcessInstance, kind: str) -> list[Place]:
    """Where the process stands. What cannot be read any more can at least be ended."""
    try:
        return places(g.session, instance, operations.standing(g.session, instance))
    except StateCorrupt:
        if kind != "cancellations":
            raise
        return []


def _again(desk: Desk) -> Desk:
    """As it is after what was tried has been undone."""
    g.session.expire_all()
    return _desk(desk.case.id, desk.instance.id, desk.kind)


def _page(desk: Desk, status: int = 200, **more: Any) -> Response:
    if desk.place is None and desk.kind in ("moves", "skips", "news"):
        more.setdefault("conflict", Conflict("The process has gone on meanwhile.").sentence)
    shown = {"problems": {}, "conflict": None, "needs_second": False, **_shown(desk), **more}
    suspension = suspensions.suspension(g.session, desk.instance)
    page = render_template("operation.html", desk=desk, suspension=suspension, reason=_reason(), **shown)
    return make_response(page, status)


# What each of them shows


def _shown(desk: Desk) -> dict[str, Any]:
    """What the page of this operation needs more."""
    if desk.kind == "facts":
        return _fact(desk)
    if desk.place is None or desk.kind not in ("moves", "skips"):
        return {}
    choices = targets(g.session, desk.instance, desk.place.token_id) if desk.kind == "moves" else []
    chosen = next((each for each in choices if each[0] == text("target", 200)), None)
    token_id, user = desk.place.token_id, current_user()
    try:
        if desk.kind == "skips":
            seen = operations.preview_skip(g.session, desk.instance, user, token_id)
        elif chosen is not None:
            seen = operations.preview_move(g.session, desk.instance, user, token_id, chosen[0], chosen[2])
        else:
            return {"choices": choices, "chosen": None, "preview": None}
    except Refusal as refused:
        return {"choices": choices, "chosen": chosen, "preview": None, "refused": refused.sentence}
    after = places(g.session, desk.instance, seen.after)
    passed = [(each, activity_name(desk.instance.definition, each)) for each in seen.passed]
    on_the_way = [name for each, name in passed if name != each]
    return {"choices": choices, "chosen": chosen, "preview": seen, "after": after, "on_the_way": on_the_way}


def _fact(desk: Desk) -> dict[str, Any]:
    """The facts of the process, and the field for the value of the one chosen."""
    known = instances.variables(g.session, desk.instance)
    name = request.values.get("name", "")
    if name not in known:
        return {"names": sorted(known), "name": "", "value_kind": ""}
    value = known[name]
    written = value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)
    shown = request.form.get("value", written)
    return {
        "names": sorted(known),
        "name": name,
        "value_kind": _kind_of(value),
        "value": shown,
        "before": request.form.get("before") or json.dumps(value),
    }


def _kind_of(value: Any) -> str:
    """How it is typed: text, truth, number or json."""
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, int):
        return "number"
    return "text" if value is None or isinstance(value, str) else "json"


# What each of them does


def _move(desk: Desk) -> None:
    place, (target, others) = _place(desk), _target(desk)
    verb = operations.ask_to_move if _second() else operations.move
    verb(g.session, desk.instance, current_user(), place.token_id, target, _reason(), others, _seen())


def _skip(desk: Desk) -> None:
    verb = operations.ask_to_skip if _second() else operations.skip
    verb(g.session, desk.instance, current_user(), _place(desk).token_id, _reason(), _seen())


def _whole(verb: Callable[..., None]) -> Callable[[Desk], None]:
    return lambda desk: verb(g.session, desk.instance, current_user(), _reason())


def _correct(desk: Desk) -> None:
    name = request.form.get("name", "")
    known = instances.variables(g.session, desk.instance)
    if name not in known:
        raise Invalid({"name": [sentence("Choose a fact.")]})
    changes = {name: _typed_value(_kind_of(known[name]))}
    seen = {name: _json("before")}
    operations.change_variables(g.session, desk.instance, current_user(), changes, _reason(), seen)


def _deliver(desk: Desk) -> None:
    payload = _json("payload") if text("payload", LONGEST) else {}
    if not isinstance(payload, dict):
        raise Invalid({"payload": [sentence("Write facts like {example}.", example='{"amount": 300}')]})
    token_id = _place(desk).token_id
    operations.send_message(g.session, desk.instance, current_user(), token_id, payload, _reason(), _seen())


ACTS: dict[str, Callable[[Desk], None]] = {
    "moves": _move,
    "skips": _skip,
    "suspensions": _whole(operations.suspend),
    "resumptions": _whole(operations.resume),
    "cancellations": _whole(operations.cancel),
    "facts": _correct,
    "news": _deliver,
}


# What was typed


def _place(desk: Desk) -> Place:
    if desk.place is None:
        raise Conflict("The process has gone on meanwhile. See how it stands now and choose again.")
    return desk.place


def _target(desk: Desk) -> tuple[str, tuple[str, ...]]:
    """Where to, and what the page said would be taken along."""
    target = text("target", 200)
    if not target:
        raise Invalid({"target": [sentence("Choose where to.")]})
    offered = targets(g.session, desk.instance, _place(desk).token_id)
    return target, next((each[2] for each in offered if each[0] == target), ())


def _reason() -> str:
    return text("reason", LONGEST_REASON)


def _second() -> bool:
    """Whether a second person is to be asked, because protected work is passed by."""
    return text("second") == "1"


def _seen() -> int | None:
    return next(iter(wholes("seen")), None)


def _typed_value(kind: str) -> Any:
    if kind == "truth":
        return text("value") == "true"
    if kind == "json":
        return _json("value")
    typed = request.form.get("value", "")[:LONGEST].replace("\r\n", "\n")
    if kind == "text":
        return typed
    try:
        return int(typed.strip())
    except ValueError:
        raise Invalid({"value": [sentence("A whole number is needed.")]}) from None


def _json(name: str) -> Any:
    try:
        return json.loads(request.form.get(name, "")[:LONGEST])
    except ValueError:
        raise Invalid({name: [sentence("This is not readable as JSON.")]}) from None
