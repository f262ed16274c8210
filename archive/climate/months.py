"""The month's report of a storeroom's climate (环境月报): lowest, highest, mean of half days, gaps, alarms."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import calendar, documents, parameters
from archive.climate.models import MEASURES, OUTCOMES, URGENT, ClimateAlarm, ClimateReading, Sensor
from archive.climate.readings import said_of
from archive.climate.sensors import all_
from archive.steps import case_of
from workflow import history, office
from workflow.registry import Work, service_task

NOON = 12


@service_task("climate.month", only_once=True)
def report(session: Session, work: Work) -> Mapping[str, Any]:
    """The report of the month before this one is issued. Returns month, report_no, and whether something lacked."""
    case = case_of(session, work)
    last = office.of(session).today().replace(day=1) - timedelta(days=1)
    first = last.replace(day=1)
    facts = figures(session, first, last)
    issued = documents.issue(session, case, "climate_month", facts, history.SYSTEM)
    told = {"month": facts["month"], "report_no": issued.number, "lacking_days": len(facts["lacking"])}
    return told | {"alarm_count": len(facts["alarms"])}


def figures(session: Session, first: date, last: date) -> dict[str, Any]:
    """What the report says of the days from `first` to `last`."""
    zone = office.of(session).settings.zone
    begin, end = (datetime.combine(day, time(), zone) for day in (first, last + timedelta(days=1)))
    instruments = [each for each in all_(session) if each.measure not in URGENT]
    rows: list[dict[str, str]] = []
    lacking: list[dict[str, Any]] = []
    for sensor in instruments:
        asked = select(ClimateReading).where(ClimateReading.sensor_code == sensor.code, ClimateReading.at >= begin)
        found = session.scalars(asked.where(ClimateReading.at < end).order_by(ClimateReading.at)).all()
        halves = _halves(session, found)
        rows += [_row(sensor, day, half, values) for (day, half), values in sorted(halves.items())]
        lacking += _lacking(session, sensor, found, first, last)
    raised = select(ClimateAlarm).where(ClimateAlarm.raised_at >= begin, ClimateAlarm.raised_at < end)
    alarms = [_alarm(session, each) for each in session.scalars(raised.order_by(ClimateAlarm.raised_at))]
    limits = {key: parameters.value(session, key, on=last) for key in LIMITS}
    return {"month": f"{first:%Y-%m}", "rows": rows, "lacking": lacking, "alarms": alarms, **limits}


LIMITS = ("temperature_low", "temperature_high", "humidity_low", "humidity_high")


def _halves(session: Session, found: Sequence[ClimateReading]) -> dict[tuple[date, str], list[int]]:
    halves: dict[tuple[date, str], list[int]] = {}
    for reading in found:
        at = office.of(session).local(reading.at)
        halves.setdefault((at.date(), "上午" if at.hour < NOON else "下午"), []).append(reading.tenths)
    return halves


def _row(sensor: Sensor, day: date, half: str, values: Sequence[int]) -> dict[str, str]:
    told = {"lowest": min(values), "highest": max(values), "mean": round(sum(values) / len(values))}
    said = {name: said_of(sensor.measure, value) for name, value in told.items()}
    return {"room": sensor.room_code, "sensor": sensor.code, "day": day.isoformat(), "half": half, **said}


def _lacking(
    session: Session, sensor: Sensor, found: Sequence[ClimateReading], first: date, last: date
) -> list[dict[str, Any]]:
    """The working days with fewer readings than KF87 art. 9 asks for (parameter climate_readings)."""
    least = parameters.value(session, "climate_readings", on=last)
    read = [office.of(session).local(each.at).date() for each in found]
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [
        {"sensor": sensor.code, "day": day.isoformat(), "count": read.count(day)}
        for day in days
        if read.count(day) < least and calendar.is_working_day(session, day)
    ]


def _alarm(session: Session, alarm: ClimateAlarm) -> dict[str, str]:
    at = office.of(session).local(alarm.raised_at)
    return {
        "at": f"{at:%Y-%m-%d %H:%M}",
        "sensor": alarm.sensor_code,
        "measure": MEASURES[alarm.sensor.measure][0],
        "value": said_of(alarm.sensor.measure, alarm.tenths),
        "action": alarm.action.replace("\n", "；"),
        "outcome": OUTCOMES[alarm.outcome][0] if alarm.outcome else "处置中",
    }
