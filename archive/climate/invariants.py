"""What must always hold of readings and alarms, whoever wrote the rows."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.climate.models import ClimateAlarm, ClimateReading, Outcome
from workflow.models import Case
from workflow.registry import fsck_check


@fsck_check("alarms_and_cases")
def _running(session: Session) -> Iterator[str]:
    """An alarm that is not over has an open case; one closed as normal has been confirmed by somebody."""
    shut = select(ClimateAlarm.case_id).join(Case, Case.id == ClimateAlarm.case_id)
    for case_id in session.scalars(shut.where(ClimateAlarm.ended_at.is_(None), Case.closed_at.is_not(None))):
        yield f"The alarm of case {case_id} is not over, but its case is."
    normal = select(ClimateAlarm.case_id).where(ClimateAlarm.outcome == Outcome.NORMAL)
    for case_id in session.scalars(normal.where(ClimateAlarm.confirmed_by.is_(None)).order_by(ClimateAlarm.case_id)):
        yield f"The alarm of case {case_id} was closed as normal, but nobody confirmed it."


@fsck_check("readings_of_their_instrument")
def _readings(session: Session) -> Iterator[str]:
    """What an alarm counts as its readings was read by its instrument."""
    asked = select(ClimateReading.id, ClimateAlarm.case_id).join(
        ClimateAlarm, ClimateAlarm.case_id == ClimateReading.alarm_id
    )
    foreign = asked.where(ClimateReading.sensor_code != ClimateAlarm.sensor_code).order_by(ClimateReading.id)
    for reading_id, case_id in session.execute(foreign):
        yield f"Reading {reading_id} is of another instrument than the alarm of case {case_id}."
