"""The steps of an alarm: taken up, confirmed, acted on, closed; or the emergency plan."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from archive import parameters
from archive.answers import need, text
from archive.climate import sensors
from archive.climate.messages import tenths
from archive.climate.models import MEASURES, URGENT, ClimateAlarm, ClimateReading, Outcome
from archive.climate.readings import HAND, is_outside, limits, said_of
from archive.refusals import wrong
from archive.steps import case_id, case_of
from workflow import cases
from workflow.around import notices
from workflow.clock import now
from workflow.errors import Invalid, NotFound
from workflow.identity import Membership, User
from workflow.models import Case, UserTask
from workflow.registry import Work, on_case_over, on_completion, service_task
from workflow.statuses import NoticeKind

TOLD = ("store", "director")  # the groups that hear of water and fire at once
ACTIONS = {
    "aircon": "调节空调",
    "dehumidify": "除湿",
    "humidify": "加湿",
    "close": "关闭门窗",
    "repair": "检修设备",
    "other": "其他",
}


@service_task("climate.take_up")
def take_up(session: Session, work: Work) -> Mapping[str, Any]:
    """The alarm is written down, whether a reading began it (reading_id, tenths) or a person (sensor, value). Returns
    refused: why there is none ("" when there is), what its forms say, its deadlines."""
    case = case_of(session, work)
    alarm = session.get(ClimateAlarm, case.id)
    if alarm is None:
        try:
            with session.begin_nested():
                alarm = _begin(session, case, work)
        except Invalid as told:
            return {"refused": "；".join(str(each) for said in told.problems.values() for each in said)}
        except IntegrityError:
            return {"refused": "该测点已有告警在处置。"}
    shown = _shown(session, alarm)
    cases.rename(
        session, case, f"环境告警 {shown['room']} {shown['measure_said']} {shown['value_said']}", case.opened_by
    )
    emergency = alarm.sensor.measure in URGENT
    if emergency:
        _tell_all(session, alarm)
    return {"refused": "", "emergency": emergency, "alarm_key": str(case.id), **shown}


@on_completion("climate.confirm")
def confirm(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """Who keeps the store has been there: it is so, it is a false alarm, or it is water or fire."""
    alarm, said = alarm_of(session, task), text(answers, "confirmed")
    alarm.confirmed_at, alarm.confirmed_by = now(), user.name
    if said == "false":
        need(answers, "confirm_note", "Say why it is a false alarm.")
        _end(alarm, Outcome.FALSE)
    if said == "emergency":
        _tell_all(session, alarm)
    return {"confirmed": said}


@on_completion("climate.act", anew=True)
def act(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> None:
    """What was done: air conditioning, dehumidifying, doors and windows closed. Kept one below the other."""
    alarm = alarm_of(session, task)
    done = "、".join(ACTIONS[each] for each in answers.get("actions") or [])
    said = f"{done} {text(answers, 'action_note')}".strip()
    if not said:
        raise wrong("actions", "Say what was done.")
    alarm.action = "\n".join(filter(None, (alarm.action, said)))


@on_completion("climate.emergency")
def emergency(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> None:
    """The emergency plan is carried out."""
    alarm = alarm_of(session, task)
    if alarm.confirmed_at is None:
        alarm.confirmed_at, alarm.confirmed_by = now(), user.name
    alarm.action = "\n".join(filter(None, (alarm.action, text(answers, "emergency_note"))))


@on_completion("climate.emergency_over")
def emergency_over(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> None:
    """Who leads has written down what happened and what was damaged."""
    _end(alarm_of(session, task), Outcome.EMERGENCY)


@service_task("climate.close")
def close(session: Session, work: Work) -> None:
    """It has been normal for long enough."""
    _end(alarm_of(session, work), Outcome.NORMAL)


@on_case_over("climate")
def end(session: Session, case: int) -> None:
    """An alarm whose case ended before its time is stopped; the instrument may raise another."""
    alarm = session.get(ClimateAlarm, case)
    if alarm is not None:
        _end(alarm, Outcome.STOPPED)


def alarm_of(session: Session, step: UserTask | Work) -> ClimateAlarm:
    """The alarm of the step's case; raises NotFound when it is none."""
    found = session.get(ClimateAlarm, case_id(step))
    if found is None:
        raise NotFound
    return found


def _begin(session: Session, case: Case, work: Work) -> ClimateAlarm:
    """The alarm and its reading; raises Invalid, and IntegrityError when the instrument has an alarm already."""
    known = work.variables
    sensor = sensors.find(session, str(known.get("sensor") or ""))
    value = int(known["tenths"]) if known.get("reading_id") else _typed(known.get("value"))
    told = {"tenths": value, "last_tenths": value, "minutes": int(known.get("minutes") or 0)}
    alarm = ClimateAlarm(case_id=case.id, sensor_code=sensor.code, raised_at=now(), **told)
    session.add(alarm)
    session.flush()  # a second alarm of the instrument is refused here
    if known.get("reading_id"):
        session.get_one(ClimateReading, int(known["reading_id"])).alarm_id = case.id
    else:
        outside, by = is_outside(session, sensor, value), str(known.get("initiator") or "")
        reading = {"tenths": value, "minutes": alarm.minutes, "outside": outside, "at": now(), "source": HAND}
        session.add(ClimateReading(sensor_code=sensor.code, alarm_id=case.id, by=by, **reading))
    return alarm


def _typed(value: Any) -> int:
    """A value as a form brings it, in tenths; raises Invalid beside `value`."""
    try:
        return tenths(Decimal(str(value)))
    except InvalidOperation:
        return tenths(None)


def _shown(session: Session, alarm: ClimateAlarm) -> dict[str, Any]:
    """What the forms and timers of the case need."""
    between = limits(session, alarm.sensor.measure)
    minutes = parameters.value(session, "climate_confirm", case=alarm.case_id)
    hours = parameters.value(session, "climate_escalate", case=alarm.case_id)
    zh = MEASURES[alarm.sensor.measure]
    return {
        "sensor": alarm.sensor_code,
        "room": f"{alarm.sensor.room.name}（{alarm.sensor.room_code}）",
        "measure_said": zh[0],
        "measure_said_en": zh[1],
        "value_said": said_of(alarm.sensor.measure, alarm.tenths),
        "limits_said": f"{between[0] // 10}–{between[1] // 10}{zh[2]}" if between else "—",
        "minutes": alarm.minutes,
        "confirm_due": (alarm.raised_at + timedelta(minutes=minutes)).isoformat(),
        "escalate_at": (alarm.raised_at + timedelta(hours=hours)).isoformat(),
    }


def _tell_all(session: Session, alarm: ClimateAlarm) -> None:
    """Water and fire are told to everybody of the store and to who leads, at once."""
    members = select(Membership.user_name).where(Membership.group_key.in_(TOLD)).order_by(Membership.user_name)
    room, zh = alarm.sensor.room, MEASURES[alarm.sensor.measure][0]
    said = f"{room.name} {alarm.sensor_code} {zh}告警，立即启动应急预案。"
    people = session.scalars(members).all()
    notices.tell(session, people, NoticeKind.REMINDED, alarm.case_id, said=said, key=f"climate:{alarm.case_id}")


def _end(alarm: ClimateAlarm, outcome: Outcome) -> None:
    if alarm.ended_at is None:
        alarm.outcome, alarm.ended_at = outcome, now()
