"""What a gateway posts: JSON, signed with its secret, each message taken once.

    {"id": "g1-000123", "sensor": "K01-T1", "value": 27.5, "minutes": 20, "at": "2026-07-01T09:00:00+08:00"}

The signature is the hex HMAC-SHA256 of the body as sent. `value` is in °C or %, or 1/0 for water and fire.
"""

import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from archive import vault
from archive.climate import readings, sensors
from archive.climate.models import ClimateReading, Gateway
from archive.climate.readings import Said
from archive.refusals import wrong
from archive.scans import normalise
from workflow.errors import NotAllowed

LONGEST = 4096  # bytes of a message
ID = re.compile(r"[\w.:-]{1,80}", re.ASCII)
NOBODY = "0" * 64  # compared with when there is no such gateway, so that the answer takes as long


@dataclass(frozen=True)
class Answer:
    """The reading a message became; `again`: it was taken before."""

    reading: ClimateReading
    again: bool


def receive(session: Session, name: str, signature: str, body: bytes) -> Answer:
    """Take a gateway's message in. Raises NotAllowed for a gateway or signature that is not known, Invalid naming the
    field."""
    gateway = session.get(Gateway, normalise(name)[:40])
    known = gateway is not None and gateway.withdrawn_at is None
    secret = vault.open_(session, gateway.secret, sensors.SECRET) if gateway is not None else NOBODY
    right = hmac.compare_digest(
        signed(secret, body), signature.strip().lower()[:64].encode("ascii", "replace").decode()
    )
    if gateway is None or not known or not right:
        raise NotAllowed("This message bears no signature of a known gateway.")
    message = _read(body)
    again = _known(session, gateway, message["id"])
    if again is not None:
        return Answer(again, True)
    sensor = sensors.find(session, message["sensor"])
    said = Said(message["tenths"], message["minutes"], message["at"], gateway.name, message["id"], gateway.name)
    try:
        with session.begin_nested():
            return Answer(readings.take(session, sensor, said), False)
    except IntegrityError:
        taken = _known(session, gateway, message["id"])  # the same message was faster
        if taken is None:
            raise
        return Answer(taken, True)


def signed(secret: str, body: bytes) -> str:
    """The signature of a message."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _known(session: Session, gateway: Gateway, message_id: str) -> ClimateReading | None:
    same = (ClimateReading.source == gateway.name, ClimateReading.message_id == message_id)
    return session.scalars(select(ClimateReading).where(*same)).first()


def _read(body: bytes) -> dict[str, Any]:
    try:
        given = json.loads(body[:LONGEST], parse_float=Decimal)
    except (ValueError, RecursionError):
        raise wrong("body", "The message is not JSON.") from None
    if not isinstance(given, dict):
        raise wrong("body", "The message is not JSON.")
    if not isinstance(given.get("id"), str) or not ID.fullmatch(given["id"]):
        raise wrong("id", "A message has an id of 1 to 80 letters, digits, dots, colons and hyphens.")
    if not isinstance(given.get("sensor"), str):
        raise wrong("sensor", "A message names its sensor.")
    minutes = given.get("minutes", 0)
    if type(minutes) is not int or not 0 <= minutes <= 100_000:
        raise wrong("minutes", "Minutes are a whole number.")
    return {**given, "tenths": tenths(given.get("value")), "minutes": minutes, "at": _moment(given.get("at"))}


def tenths(value: Any) -> int:
    """A value in tenths, half away from zero; raises Invalid beside `value`."""
    usable = isinstance(value, int | Decimal) and not isinstance(value, bool)
    if not usable or not Decimal(value).is_finite() or abs(Decimal(value)) > 1000:
        raise wrong("value", "A value is a number, like 23.5.")
    return int((Decimal(value) * 10).to_integral_value("ROUND_HALF_UP"))


def _moment(text: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        if moment.utcoffset() is None:
            raise ValueError
        return moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise wrong("at", "A moment is written with its offset, like 2026-07-01T09:00:00+08:00.") from None
