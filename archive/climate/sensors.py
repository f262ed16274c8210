"""Instruments and the gateways that speak for them."""

import re
import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from archive import vault
from archive.climate.models import Gateway, Measure, Sensor
from archive.refusals import wrong
from archive.scans import normalise
from archive.storage import Room
from workflow.clock import now

CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{1,39}")
SECRET = "climate gateway"  # what the vault seals it for


def install(session: Session, code: str, room: str, measure: Measure) -> Sensor:
    """Let an instrument stand in a room; one that is known moves there. Raises Invalid beside `sensor` or `room`."""
    code, room = normalise(code), normalise(room)
    if not CODE.fullmatch(code):
        raise wrong("sensor", "An instrument's code has 2 to 40 letters, digits and hyphens.")
    if session.get(Room, room) is None:
        raise wrong("room", "There is no storeroom {room}.", room=room[:20])
    known = session.get(Sensor, code)
    if known is not None and known.measure is not measure:
        raise wrong("sensor", "{code} measures something else already.", code=code)
    if known is None:
        known = Sensor(code=code, room_code=room, measure=measure)
        session.add(known)
    known.room_code = room
    session.flush()  # readings name it
    return known


def find(session: Session, code: str) -> Sensor:
    """The instrument with this code; raises Invalid beside `sensor`."""
    found = session.get(Sensor, normalise(code)[:40])
    if found is None:
        raise wrong("sensor", "There is no instrument {code}.", code=normalise(code)[:40])
    return found


def all_(session: Session) -> list[Sensor]:
    """Every instrument, by room and code."""
    asked = select(Sensor).options(joinedload(Sensor.room)).order_by(Sensor.room_code, Sensor.code)
    return list(session.scalars(asked))


def admit(session: Session, name: str) -> str:
    """Listen to a gateway of this name; returns its new secret, shown this once. A known one gets another secret."""
    name = normalise(name)
    if not CODE.fullmatch(name):
        raise wrong("name", "A gateway's name has 2 to 40 letters, digits and hyphens.")
    secret = secrets.token_hex(32)
    sealed = vault.seal(session, secret, SECRET)
    session.merge(Gateway(name=name, secret=sealed, made_at=now(), withdrawn_at=None))
    session.flush()
    return secret


def withdraw(session: Session, name: str) -> None:
    """Listen to it no more. Raises Invalid beside `name`."""
    found = session.get(Gateway, normalise(name))
    if found is None:
        raise wrong("name", "There is no gateway {name}.", name=normalise(name)[:40])
    found.withdrawn_at = found.withdrawn_at or now()
