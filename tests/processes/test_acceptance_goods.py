"""设备、服务验收: every path of bpmn/acceptance-goods.bpmn, through the real forms."""

import pytest

from archive.acceptance import figures
from archive.acceptance.models import AcceptanceStatus
from tests.people import PASSWORD
from tests.processes.accepting import Buyers
from tests.processes.table import covers
from tests.standing import standing
from workflow.errors import Invalid

PROBE = {"name": "探头", "model": "TH-1", "serial": "A1", "count": "6", "price": "1200.00"}
SERVER = {"name": "主机", "model": "S-2", "serial": "B7", "count": "1", "price": "8000.00"}


@pytest.fixture
def buyers(sqlite_office, clock) -> Buyers:
    return standing(Buyers, sqlite_office)


def tried(buyers, clock) -> None:
    """Installed, and a good trial of fifteen days."""
    buyers.on_trial()
    clock.move(days=15, minutes=1)
    buyers.machine()
    buyers.step("record_trial", "rene", trial="good", trial_note="偏差 0.2℃")
    buyers.step("train_users", "rene", trained="true", papers_there="true")


@covers("arrival", "goods_delivered", "register_goods", "check_arrival", "install_goods")
@covers("trial", "trial_run", "record_trial")
@covers("training", "train_users")
@covers("functions", "form_goods_group", "judge_articles", "sign_goods", "settle_goods")
@covers("assets", "register_assets", "goods_accepted")
def test_equipment_is_accepted_after_its_trial(buyers, clock):
    buyers.delivered("equipment", PROBE, SERVER)
    buyers.on_trial()
    assert buyers.open_steps() == []
    clock.move(days=15, minutes=1)
    buyers.machine()
    buyers.step("record_trial", "rene", trial="again", trial_note="偏差 3℃")
    assert buyers.open_steps() == []
    clock.move(days=15, minutes=1)
    buyers.machine()
    buyers.step("record_trial", "rene", trial="good", trial_note="偏差 0.2℃")
    buyers.step("train_users", "rene", trained="true", papers_there="true")
    buyers.grouped()
    buyers.judged()
    buyers.step("register_assets", "rene", asset_numbers="ZC-1\nZC-2", cards="true")

    assert (buyers.ends(), buyers.finished()) == (["goods_accepted"], True)
    done = buyers.acceptance()
    assert (done.status, done.quantity, done.amount, done.first_pass) == (AcceptanceStatus.ACCEPTED, 2, 920000, True)
    assert "应付 9,200.00 元" in buyers.paper("acceptance_goods")
    assert list(buyers.broken()) == []


@covers("partial", "judge_articles", "chase_rest")
def test_what_is_not_accepted_keeps_its_price_open_until_it_is_mended(buyers, clock):
    buyers.delivered("equipment", PROBE, SERVER)
    tried(buyers, clock)
    buyers.grouped()
    buyers.judged((1, "两个探头无读数"))
    assert buyers.open_steps() == [("chase_rest", None)]
    half = buyers.acceptance()
    assert (half.status, half.quantity, half.amount) == (AcceptanceStatus.PARTLY, 1, 800000)
    assert "两个探头无读数" in buyers.paper("acceptance_goods")
    buyers.step("chase_rest", "rene", chased="mended", chase_note="已更换")
    buyers.judged()

    done = buyers.acceptance()
    assert (done.status, done.quantity, done.amount, done.first_pass) == (AcceptanceStatus.ACCEPTED, 2, 920000, False)
    with buyers.database.reading() as session:
        assert [each.amount for each in figures.payable(session, "HT-2026-011")] == [920000]
        assert figures.of(session).first_pass_rate == 0


@covers("partial", "goods_partly")
def test_what_is_never_mended_is_taken_off_the_price(buyers, clock):
    buyers.delivered("equipment", PROBE, SERVER)
    tried(buyers, clock)
    buyers.grouped()
    with pytest.raises(Invalid) as refused:
        buyers.judged((7, "没有这一项"))
    assert list(refused.value.problems) == ["refusals.0.number"]
    with pytest.raises(Invalid) as refused:
        buyers.judged((1, ""))
    assert list(refused.value.problems) == ["refusals.0.why"]
    buyers.judged((1, "不符"), (2, "不符"))
    buyers.step("chase_rest", "rene", chased="given_up", chase_note="退货")

    assert buyers.ends() == ["goods_partly"]
    assert (buyers.acceptance().status, buyers.acceptance().amount) == (AcceptanceStatus.REFUSED, None)


@covers("service", "report_work", "sign_off", "goods_accepted")
def test_a_service_is_accepted_on_its_report_and_the_users_word(buyers):
    buyers.delivered("service", {"name": "系统运维", "count": "1", "price": "5000.00"})
    levels = {"levels": ["", "0"], "levels.0.level": "可用率", "levels.0.agreed": "99%", "levels.0.reached": "99.9%"}
    buyers.step("report_work", "rene", period="2026-06", work_report="巡检四次", **levels)
    assert "99.9%" in buyers.drawn("sign_off", "wang")
    buyers.step("sign_off", "wang", user_opinion="满意", **{"user_signature.password": PASSWORD})
    buyers.grouped()
    buyers.judged()

    assert buyers.ends() == ["goods_accepted"]
    assert buyers.acceptance().amount == 500000


@covers("functions", "form_goods_group")
def test_the_handler_is_not_the_head(buyers, clock):
    buyers.delivered("service", {"name": "系统运维", "count": "1", "price": "5000.00"})
    buyers.step("report_work", "rene", period="2026-06", work_report="巡检四次")
    buyers.step("sign_off", "wang", user_opinion="满意", **{"user_signature.password": PASSWORD})
    with pytest.raises(Invalid) as refused:
        typed = {"group": ["rosa", "remy", "dirk"], "group_head": "rosa", "meets_on": "2026-08-03"}
        buyers.step("form_goods_group", "dora", **typed)
    assert list(refused.value.problems) == ["group_head"]
