"""What is read, by hand or by a gateway. A value outside its limits for long enough raises an alarm; while an alarm
runs, its process hears when the instrument is normal and when it is not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive import parameters
from archive.climate.models import MEASURES, URGENT, ClimateAlarm, ClimateReading, Measure, Sensor
from archive.refusals import wrong
from workflow import messages
from workflow.clock import now
from workflow.registry import sends

ALARM = sends("climate.alarm")  # begins bpmn/climate-alarm.bpmn; key: the reading
NORMAL = sends("climate.normal")  # the instrument is within its limits again; key: the alarm's case
WORSE = sends("climate.worse")  # it is outside them once more; key: the alarm's case
HAND = "hand"
BOUNDS = {Measure.TEMPERATURE: (-500, 900), Measure.HUMIDITY: (0, 1000), Measure.WATER: (0, 10), Measure.FIRE: (0, 10)}
LIMITS = {
    Measure.TEMPERATURE: ("temperature_low", "temperature_high", "temperature_daily"),
    Measure.HUMIDITY: ("humidity_low", "humidity_high", "humidity_daily"),
}
OLDEST = timedelta(days=1)  # a reading older than this is told in a list, not as news
AHEAD = timedelta(minutes=10)  # how far a gateway's clock may go before ours


@dataclass(frozen=True)
class Said:
    """A reading as told: in tenths, for how many minutes, when, by whom."""

    tenths: int
    minutes: int
    at: datetime
    source: str = HAND
    message_id: str | None = None
    by: str = ""


def take(session: Session, sensor: Sensor, said: Said) -> ClimateReading:
    """Write a reading down and see what follows from it. Raises Invalid beside `value` or `at`."""
    _refuse_impossible(sensor, said)
    alarm = open_alarm(session, sensor)
    outside = is_outside(session, sensor, said.tenths)
    varies = alarm is None and _varies(session, sensor, said)
    told = {"tenths": said.tenths, "minutes": said.minutes, "at": said.at, "outside": outside}
    told |= {"source": said.source, "message_id": said.message_id, "by": said.by}
    reading = ClimateReading(sensor_code=sensor.code, alarm_id=alarm.case_id if alarm else None, **told)
    session.add(reading)
    session.flush()  # the news names it
    if alarm is not None:
        _tell(session, alarm, reading)
    elif varies or (outside and _lasts(session, sensor, said)):
        messages.receive(session, ALARM, str(reading.id), raised(sensor, reading), f"climate:{reading.id}")
    return reading


def raised(sensor: Sensor, reading: ClimateReading) -> dict[str, Any]:
    """What the process of an alarm begins with."""
    told = {"sensor": sensor.code, "measure": sensor.measure.value, "tenths": reading.tenths}
    return told | {"minutes": reading.minutes, "reading_id": reading.id}


def said_of(measure: Measure, tenths: int) -> str:
    """A value as people read it: 27.5℃."""
    if measure in URGENT:
        return "有" if tenths else "无"
    return f"{tenths / 10:g}{MEASURES[measure][2]}"


def limits(session: Session, measure: Measure) -> tuple[int, int] | None:
    """The lowest and highest value, in tenths; None for what is there or not."""
    if measure in URGENT:
        return None
    low, high, _ = LIMITS[measure]
    return 10 * parameters.value(session, low), 10 * parameters.value(session, high)


def is_outside(session: Session, sensor: Sensor, tenths: int) -> bool:
    """Whether a value is an alarm's (KF87 art. 7: 14–24 °C, 45–60 %; parameters)."""
    between = limits(session, sensor.measure)
    return tenths > 0 if between is None else not between[0] <= tenths <= between[1]


def open_alarm(session: Session, sensor: Sensor) -> ClimateAlarm | None:
    """The alarm this instrument has now."""
    asked = select(ClimateAlarm).where(ClimateAlarm.sensor_code == sensor.code, ClimateAlarm.ended_at.is_(None))
    return session.scalars(asked).first()


def latest(session: Session) -> Mapping[str, ClimateReading]:
    """The last reading of each instrument."""
    last = select(func.max(ClimateReading.id)).group_by(ClimateReading.sensor_code)
    return {
        each.sensor_code: each for each in session.scalars(select(ClimateReading).where(ClimateReading.id.in_(last)))
    }


def _refuse_impossible(sensor: Sensor, said: Said) -> None:
    least, most = BOUNDS[sensor.measure]
    if not least <= said.tenths <= most:
        raise wrong("value", "{code} cannot read {value}.", code=sensor.code, value=f"{said.tenths / 10:g}")
    if not now() - OLDEST <= said.at <= now() + AHEAD:
        raise wrong("at", "A reading is told within a day, and not before it was made.")


def _lasts(session: Session, sensor: Sensor, said: Said) -> bool:
    """Water and fire at once; what a person reads at once; a gateway's value after climate_minutes."""
    least = parameters.value(session, "climate_minutes")
    return sensor.measure in URGENT or said.source == HAND or said.minutes >= least


def _varies(session: Session, sensor: Sensor, said: Said) -> bool:
    """Whether the last day's readings lie farther apart than ± the parameter allows (KF87 art. 7). What an alarm has
    told already is not told again."""
    if sensor.measure in URGENT:
        return False
    since = said.at - timedelta(days=1)
    told = select(ClimateAlarm.case_id).where(ClimateAlarm.sensor_code == sensor.code, ClimateAlarm.raised_at > since)
    if session.scalars(told.limit(1)).first() is not None:
        return False
    day = (ClimateReading.sensor_code == sensor.code, ClimateReading.at > since, ClimateReading.at <= said.at)
    low, high = session.execute(
        select(func.min(ClimateReading.tenths), func.max(ClimateReading.tenths)).where(*day)
    ).one()
    if low is None:
        return False
    between = max(high, said.tenths) - min(low, said.tenths)
    return between > 2 * 10 * parameters.value(session, LIMITS[sensor.measure][2])


def _tell(session: Session, alarm: ClimateAlarm, reading: ClimateReading) -> None:
    """The process of the alarm hears what changed: normal now, or outside again."""
    alarm.last_tenths = reading.tenths
    if not reading.outside and alarm.normal_since is None:
        alarm.normal_since = reading.at
        hours = parameters.value(session, "climate_normal", case=alarm.case_id)
        told = {"normal_until": (reading.at + timedelta(hours=hours)).isoformat()}
        messages.receive(session, NORMAL, str(alarm.case_id), told, f"climate:{reading.id}")
    elif reading.outside and alarm.normal_since is not None:
        alarm.normal_since = None
        told = {"value_said": said_of(alarm.sensor.measure, reading.tenths)}
        messages.receive(session, WORSE, str(alarm.case_id), told, f"climate:{reading.id}")
