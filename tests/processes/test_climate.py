"""环境告警、环境月报: every path of bpmn/climate-alarm.bpmn and bpmn/climate-month.bpmn."""

import pytest
from sqlalchemy import select

from archive.climate import alarms, months
from archive.climate.models import ClimateReading, Outcome
from tests.processes.keeping import Keepers
from tests.processes.table import covers
from workflow import event_starts, operations
from workflow.errors import Invalid
from workflow.identity import User
from workflow.models import Case, PersonalNotice, ProcessInstance

GOOD, WARM = 215, 275


@pytest.fixture
def keepers(sqlite_office, clock) -> Keepers:
    made = Keepers(sqlite_office, 1)
    made.install()
    return made


@pytest.fixture
def everywhere(office, clock) -> Keepers:
    made = Keepers(office, 1)
    made.install()
    return made


def confirm(keepers: Keepers, what: str = "real", **typed: str) -> None:
    keepers.step("confirm", "stan", confirmed=what, **typed)


def act(keepers: Keepers) -> None:
    keepers.step("act", "stan", actions=["aircon", "close"], action_note="调至22度")


@covers("alarm", "alarm_came", "take_up")
@covers("confirm", "confirm")
@covers("action", "acting", "act")
@covers("normal", "is_normal", "normal_held", "held", "close_alarm", "normal_again")
def test_an_alarm_is_confirmed_acted_on_and_over_after_two_normal_hours(everywhere, clock):
    everywhere.read(WARM)
    with everywhere.database.reading() as session:
        assert session.get_one(Case, everywhere.case).title == "环境告警 一号库房（K01） 温度 27.5℃"
    assert everywhere.waits() == ["confirm"]
    confirm(everywhere)
    act(everywhere)
    clock.move(minutes=30)
    everywhere.read(GOOD)
    clock.move(minutes=110)
    everywhere.machine()
    assert everywhere.alarm().ended_at is None
    clock.move(minutes=11)
    everywhere.machine()
    assert everywhere.ends() == ["held", "normal_again"] and everywhere.finished()
    alarm = everywhere.alarm()
    assert (alarm.outcome, alarm.confirmed_by, alarm.last_tenths) == (Outcome.NORMAL, "stan", GOOD)
    assert alarm.action == "调节空调、关闭门窗 调至22度" and everywhere.broken() == []


@covers("normal", "worse_again", "act")
def test_a_value_that_leaves_its_limits_again_is_acted_on_again(keepers, clock):
    keepers.read(WARM)
    confirm(keepers)
    act(keepers)
    clock.move(minutes=10)
    keepers.read(GOOD)
    clock.move(minutes=10)
    keepers.read(WARM)
    assert keepers.waits() == ["act"] and len(keepers.cases_of("climate-alarm")) == 1
    act(keepers)
    keepers.read(GOOD)
    clock.move(minutes=121)
    keepers.machine()
    assert keepers.ends()[-1] == "normal_again" and keepers.alarm().action.count("调节空调") == 2


@covers("confirm", "not_confirmed", "urge", "urged")
def test_an_alarm_nobody_confirms_in_fifteen_minutes_is_urged(keepers, clock):
    keepers.read(WARM)
    clock.move(minutes=16)
    keepers.machine()
    assert keepers.waits() == ["confirm", "urge"]
    keepers.step("urge", "dora", urge_note="已电话通知")
    assert keepers.ends() == ["urged"]


@covers("confirm", "confirm", "false_alarm")
def test_a_false_alarm_needs_a_reason_and_is_over(keepers):
    keepers.read(WARM)
    with pytest.raises(Invalid):
        confirm(keepers, "false")
    confirm(keepers, "false", confirm_note="探头被灯照射")
    assert keepers.ends() == ["false_alarm"] and keepers.alarm().outcome is Outcome.FALSE
    keepers.read(WARM)
    assert len(keepers.cases_of("climate-alarm")) == 2


@covers("escalate", "too_long", "decide_further", "escalated")
def test_not_normal_in_four_hours_goes_to_who_leads(keepers, clock):
    keepers.read(WARM)
    confirm(keepers)
    act(keepers)
    clock.move(hours=4, minutes=1)
    keepers.machine()
    keepers.step("decide_further", "dora", decision_note="请厂家到场")
    assert keepers.ends() == ["escalated"] and keepers.alarm().ended_at is None


@covers("emergency", "emergency", "emergency_report", "emergency_over")
def test_water_and_fire_start_the_emergency_plan_at_once(keepers):
    keepers.read(10, "K01-W1", minutes=0)
    assert keepers.waits() == ["emergency"]
    with keepers.database.reading() as session:
        told = set(session.scalars(select(PersonalNotice.user_name).where(PersonalNotice.case_id == keepers.case)))
    assert told >= {"stan", "dora", "dirk"}
    keepers.step("emergency", "stan", emergency_steps=["power", "moved"], emergency_note="关闭总阀")
    keepers.step("emergency_report", "dora", damaged_count="0", over_note="无受损")
    assert keepers.ends() == ["emergency_over"] and keepers.alarm().outcome is Outcome.EMERGENCY
    assert keepers.broken() == []


@covers("emergency", "confirm", "emergency")
def test_who_finds_water_behind_an_alarm_starts_the_emergency_plan(keepers):
    keepers.read(700, "K01-H1")
    confirm(keepers, "emergency")
    assert keepers.waits() == ["emergency"]


@covers("alarm", "alarm_entered", "take_up")
@covers("alarm", "not_taken")
def test_an_alarm_is_entered_by_hand_once_for_each_instrument(keepers):
    keepers.begin("climate-alarm", "stan", "20260701-0000K1", sensor="K01-T1", value="12.5", minutes="20")
    assert keepers.waits() == ["confirm"] and keepers.alarm().tenths == 125
    keepers.begin("climate-alarm", "stan", "20260701-0000K2", sensor="K01-T1", value="12", minutes="20")
    assert keepers.ends() == ["not_taken"]
    with keepers.database.reading() as session:
        [reading] = session.scalars(select(ClimateReading)).all()
        assert (reading.by, reading.outside, reading.source) == ("stan", True, "hand")


def test_what_was_done_is_said(keepers):
    keepers.read(WARM)
    confirm(keepers)
    with pytest.raises(Invalid):
        keepers.step("act", "stan")


def test_every_action_of_the_form_has_its_word(keepers):
    keepers.read(WARM)
    confirm(keepers)
    drawn = keepers.drawn("act", "stan")
    assert all(f'value="{each}"' in drawn for each in alarms.ACTIONS)


def test_an_alarm_whose_case_is_cancelled_is_stopped(keepers):
    keepers.read(WARM)
    with keepers.database.transaction() as session:
        running = session.scalars(select(ProcessInstance).where(ProcessInstance.case_id == keepers.case)).one()
        operations.cancel(session, running, session.get_one(User, "dora"), "测试")
    assert keepers.alarm().outcome is Outcome.STOPPED and keepers.broken() == []


@covers("month", "each_month", "write_report", "read_report", "read")
def test_each_month_the_report_says_what_was_read_what_lacks_and_what_alarmed(keepers, clock):
    keepers.read(GOOD)
    clock.move(minutes=20)
    keepers.read(WARM)
    confirm(keepers, "false", confirm_note="误触")
    clock.move(days=31)
    event_starts.fire_due(keepers.database)
    keepers.machine()
    keepers.case = keepers.cases_of("climate-month")[-1]
    keepers.step("read_report", "dora", read_note="已阅")
    assert keepers.ends() == ["read"]
    [(kind, number, said, _)] = keepers.issued()
    assert (kind, number) == ("climate_month", "〔2026〕环字0001号")
    assert all(part in said for part in ("2026-07", "21.5℃", "27.5℃", "24.5℃", "上午", "误报", "2026-07-02"))


@covers("month", "asked_for", "write_report")
def test_the_report_of_the_last_month_may_be_asked_for(keepers):
    keepers.begin("climate-month", "dora", "20260701-0000G1")
    assert "06 库房环境月报 <strong>〔2026〕环字0001号" in keepers.drawn("read_report", "dora")


def test_a_month_of_enough_readings_lacks_nothing(keepers, clock):
    for _ in range(2):
        for code, tenths in (("K01-T1", GOOD), ("K01-H1", 500)):
            keepers.read(tenths, code)
        clock.move(hours=5)
    with keepers.database.reading() as session:
        today = keepers.office.today()
        assert months.figures(session, today, today)["lacking"] == []


def test_a_day_that_varies_too_much_raises_one_alarm(keepers, clock):
    keepers.read(180)
    clock.move(hours=2)
    keepers.read(219)
    assert keepers.cases_of("climate-alarm") == []  # ±2 °C: four degrees between
    keepers.read(221)
    assert keepers.waits() == ["confirm"]
    confirm(keepers, "false", confirm_note="空调调试")
    keepers.read(222)
    assert len(keepers.cases_of("climate-alarm")) == 1
