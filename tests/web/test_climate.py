"""The climate's page, readings by hand, and what gateways post: signed, taken once, or refused in words."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from archive.climate import messages, sensors
from archive.climate.models import ClimateReading
from tests.processes.keeping import Keepers
from workflow.clock import now
from workflow.identity import User


@pytest.fixture
def office(sqlite_office):
    return sqlite_office


@pytest.fixture
def keepers(office, clock) -> Keepers:
    made = Keepers(office, 1)
    made.install()
    with made.database.transaction() as session:
        for login in ("stan", "rosa"):
            session.get_one(User, login).password_hash = session.get_one(User, "dora").password_hash
        made.secret = sensors.admit(session, "gw-1")
    return made


def message(**more) -> dict:
    return {"id": "g1-1", "sensor": "K01-T1", "value": 27.5, "minutes": 20, "at": now().isoformat(), **more}


def post(browser, keepers, told, name="GW-1", secret=None, signature=None):
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    signed = signature or messages.signed(secret or keepers.secret, body)
    headers = {"X-Gateway": name, "X-Signature": signed, "Accept": "application/json"}
    return browser.post("/climate/messages", data=body, headers=headers, content_type="application/json")


def kept(keepers) -> list[int]:
    with keepers.database.reading() as session:
        return list(session.scalars(select(ClimateReading.tenths).order_by(ClimateReading.id)))


def test_a_gateway_s_signed_message_is_taken_once_and_raises_an_alarm(keepers, app):
    browser = app.test_client()
    assert post(browser, keepers, message()).status_code == 201
    again = post(browser, keepers, message())
    assert (again.status_code, again.json["outside"]) == (200, True)
    assert kept(keepers) == [275] and len(keepers.cases_of("climate-alarm")) == 1


def test_a_value_outside_for_less_than_fifteen_minutes_is_kept_and_raises_nothing(keepers, app):
    assert post(app.test_client(), keepers, message(minutes=14)).status_code == 201
    assert kept(keepers) == [275] and keepers.cases_of("climate-alarm") == []


@pytest.mark.parametrize(
    "how", [{"secret": "0" * 64}, {"signature": "é"}, {"signature": "x"}, {"name": "GW-9"}, {"name": ""}]
)
def test_what_no_known_gateway_has_signed_is_refused(keepers, app, how):
    answer = post(app.test_client(), keepers, message(), **how)
    assert answer.status_code == 403 and kept(keepers) == []


def test_a_gateway_that_was_withdrawn_or_given_another_secret_is_not_heard(keepers, app):
    old = keepers.secret
    with keepers.database.transaction() as session:
        keepers.secret = sensors.admit(session, "GW-1")
    assert post(app.test_client(), keepers, message(), secret=old).status_code == 403
    assert post(app.test_client(), keepers, message()).status_code == 201
    with keepers.database.transaction() as session:
        sensors.withdraw(session, "GW-1")
    assert post(app.test_client(), keepers, message(id="g1-2")).status_code == 403


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (b"[1", "JSON"),
        (b"[1]", "JSON"),
        ({"id": ""}, "id"),
        ({"sensor": None}, "sensor"),
        ({"sensor": "K09-T1"}, "没有测点 K09-T1"),
        ({"value": "warm"}, "23.5"),
        ({"value": True}, "23.5"),
        ({"value": 1e9}, "23.5"),
        ({"value": 95}, "K01-T1"),
        ({"minutes": -1}, "minutes"),
        ({"at": "2026-07-01T09:00:00"}, "时区"),
        ({"at": 7}, "时区"),
    ],
)
def test_a_message_that_says_nonsense_is_refused_naming_the_field(keepers, app, told, said):
    answer = post(app.test_client(), keepers, told if isinstance(told, bytes) else message(**told))
    assert answer.status_code == 422 and said in json.dumps(answer.json, ensure_ascii=False)
    assert kept(keepers) == []


def test_a_reading_of_another_day_or_of_tomorrow_is_refused(keepers, app):
    for hours in (-25, 1):
        answer = post(app.test_client(), keepers, message(at=(now() + timedelta(hours=hours)).isoformat()))
        assert answer.status_code == 422


def test_who_keeps_the_store_enters_readings_by_hand(keepers, signed_in):
    stan = signed_in("stan")
    assert stan.post("/climate/readings", data={"sensor": "K01-T1", "value": "22.5"}).status_code == 303
    seen = stan.get("/climate").text
    assert "22.5℃" in seen and "14℃–24℃" in seen
    for value in ("", "warm", "200"):
        assert stan.post("/climate/readings", data={"sensor": "K01-T1", "value": value}).status_code == 422
    assert signed_in("rosa").post("/climate/readings", data={"sensor": "K01-T1", "value": "20"}).status_code == 403
    assert kept(keepers) == [225]


def test_an_instrument_is_installed_in_a_room_there_is(keepers, signed_in):
    stan = signed_in("stan")
    good = {"code": "k01-t2", "room": "K01", "measure": "temperature"}
    assert stan.post("/climate/sensors", data=good).status_code == 303
    assert "K01-T2" in stan.get("/climate").text
    wrong = [good | {"room": "K77"}, good | {"code": "!"}, good | {"measure": "humidity"}]
    for each in wrong:
        assert stan.post("/climate/sensors", data=each).status_code == 422


def test_the_command_line_makes_gateways_and_instruments(keepers, app):
    run = app.test_cli_runner().invoke
    assert "K01-T3" in run(args=["climate", "sensor", "K01-T3", "K01", "temperature"]).output
    secret = run(args=["climate", "gateway", "gw-2"]).output.strip()
    assert len(secret) == 64
    assert post(app.test_client(), keepers, message(), name="gw-2", secret=secret).status_code == 201
    run(args=["climate", "withdraw", "gw-2"])
    assert post(app.test_client(), keepers, message(id="g2"), name="gw-2", secret=secret).status_code == 403
    assert run(args=["climate", "withdraw", "gw-9"]).exit_code != 0
