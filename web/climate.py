"""The storerooms' climate: every instrument with its last reading and alarm, readings entered by hand, and the door for
gateways: signed messages, without a sign-in."""

from decimal import Decimal, InvalidOperation
from typing import Any

from flask import Blueprint, Response, flash, g, jsonify, redirect, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from archive import strays
from archive.climate import messages, readings, sensors
from archive.climate.models import MEASURES, OUTCOMES, ClimateAlarm, Measure
from archive.climate.readings import Said
from web.asked import text as asked_text
from web.auth import needs, public
from web.i18n import _, language
from web.reader import current_user
from web.security import csrf
from workflow.clock import now
from workflow.errors import Invalid

blueprint = Blueprint("climate", __name__, url_prefix="/climate")

READ, KEEP = "dossiers.read", strays.PERMISSION  # who keeps the store reads its instruments
ALARMS = 20


@blueprint.get("")
@needs(READ)
def index() -> str:
    return _page({})


@blueprint.post("/readings")
@needs(KEEP)
def take() -> Any:
    """A reading made by hand; 422 with the page when it cannot be."""
    try:
        with g.session.begin_nested():
            sensor = sensors.find(g.session, asked_text("sensor", 40))
            said = Said(_tenths(asked_text("value", 10)), 0, now(), by=current_user().name)
            reading = readings.take(g.session, sensor, said)
    except Invalid as wrong:
        return _page(wrong.problems), 422
    flash(_("The reading is kept; it is outside its limits.") if reading.outside else _("The reading is kept."), "ok")
    return redirect("/climate", 303)


@blueprint.post("/sensors")
@needs(KEEP)
def install() -> Any:
    """An instrument stands in a room from now on."""
    try:
        with g.session.begin_nested():
            measure = asked_text("measure", 20)
            known = Measure(measure) if measure in set(Measure) else Measure.TEMPERATURE
            sensors.install(g.session, asked_text("code", 40), asked_text("room", 10), known)
    except Invalid as wrong:
        return _page({{"sensor": "code"}.get(field, field): said for field, said in wrong.problems.items()}), 422
    return redirect("/climate", 303)


@blueprint.post("/messages")
@public
@csrf.exempt
def receive() -> tuple[Response, int]:
    """A gateway's message: 201 taken, 200 taken before, 403 not signed by a known gateway, 422 naming the field."""
    request.max_content_length = messages.LONGEST
    name, signature = request.headers.get("X-Gateway", ""), request.headers.get("X-Signature", "")
    answer = messages.receive(g.session, name, signature, request.get_data())
    told = {"reading": answer.reading.id, "outside": answer.reading.outside}
    return jsonify(told), 200 if answer.again else 201


def _page(problems: Any) -> str:
    alarms = select(ClimateAlarm).options(joinedload(ClimateAlarm.sensor)).order_by(ClimateAlarm.case_id.desc())
    found = sensors.all_(g.session)
    return render_template(
        "climate.html",
        sensors=found,
        latest=readings.latest(g.session),
        limits={each: readings.limits(g.session, each) for each in Measure},
        alarms=g.session.scalars(alarms.limit(ALARMS)).all(),
        measures=Measure,
        problems=problems,
    )


def _tenths(text: str) -> int:
    try:
        return messages.tenths(Decimal(text.replace("。", ".")))
    except InvalidOperation:
        return messages.tenths(None)


def word(value: Any) -> str:
    """What is measured, or how an alarm ended, in the reader's language."""
    said = MEASURES[value] if value in MEASURES else OUTCOMES[value]
    return said[1] if language() == "en" else said[0]


blueprint.app_context_processor(lambda: {"climate_word": word, "climate_said": readings.said_of})
