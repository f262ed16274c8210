"""The story of a case in words: what each kind of event says, and what is folded."""

from datetime import UTC, datetime

import pytest
from flask import g

from web import timeline
from web.app import Juanliu
from workflow.history import SYSTEM, Event


@pytest.fixture
def told(app: Juanliu, clock):
    """told(event, …) are the lines in Chinese."""

    def lines(*events: Event) -> list[timeline.Line]:
        with app.test_request_context("/"), app.office.database.reading() as session:
            g.session = session
            return timeline.lines(events)

    return lines


def event(kind: str, actor: str = "anna", name: str = "签收", activity: str | None = "sign", **data) -> Event:
    at = datetime(2026, 7, 1, 1, 0, tzinfo=UTC)
    return Event(1, at, actor, "", kind, activity, "userTask", name, {"en": "Sign"}, 1, "t", data)


def test_a_person_s_act_is_a_sentence_with_their_name(told):
    assert told(event("completed"))[0].text == "安娜办结“签收”"
    assert told(event("assigned", to="bob", reason="休假"))[0].text == "安娜将“签收”转给鲍勃"
    assert told(event("assigned", to="bob", reason="休假"))[0].reason == "休假"


def test_the_latest_comes_first(told):
    assert [line.text for line in told(event("claimed"), event("completed"))] == ["安娜办结“签收”", "安娜认领“签收”"]


def test_the_machine_s_doings_are_folded_into_one_line(told):
    machine = [event("completed", SYSTEM, name) for name in ("查重", "发回执")]

    lines = told(event("claimed"), *machine, event("completed"))

    assert [line.text for line in lines] == ["安娜办结“签收”", "系统：查重、发回执", "安娜认领“签收”"]
    assert len(lines[1].folded) == 2


def test_nameless_gateways_are_not_told(told):
    assert told(event("decided", SYSTEM, "g1", "g1")) == []


def test_an_incident_is_never_folded(told):
    lines = told(
        event("completed", SYSTEM), event("incident_opened", SYSTEM, message="连不上"), event("completed", SYSTEM)
    )

    assert len(lines) == 3
    assert "连不上" in lines[1].text
    assert lines[1].tone == "bad"


def test_a_kind_nobody_foresaw_is_still_told(told):
    assert told(event("weighed", name="", activity=None))[0].text.startswith("安娜：weighed")


def test_a_sentence_that_lacks_a_fact_falls_back(told):
    assert "renamed" in told(event("renamed", before="甲"))[0].text


def test_a_move_names_its_place_and_a_paper_its_number(told):
    assert "鲍勃" in told(event("moved", to="person:bob"))[0].text
    paper = event("issued", document=1, document_kind="receipt", number="〔2026〕接字0001号")
    assert told(paper)[0].text == "安娜出具文书：接收回执 〔2026〕接字0001号"


def test_what_is_recorded_for_the_pack_and_for_its_dossier_is_told_once(told):
    moves = [event("moved", to="person:bob"), event("shelved", dossier_no="YX1", position="K1")]

    assert len(told(*moves, event("moved", to="person:bob"), event("completed"))) == 3
    assert len(told(event("moved", to="person:bob"), event("completed"), event("moved", to="person:bob"))) == 3


def test_where_a_pack_came_from_is_no_move_of_ours(told):
    assert told(event("moved", to="sender:某大学", why="sent")) == []


def test_that_a_person_came_to_a_step_is_not_told(told):
    assert told(event("entered")) == []


def test_hostile_facts_stay_text(told):
    assert (
        told(event("renamed", before="甲", after="{0.__class__}"))[0].text == "安娜将事项名称由“甲”改为“{0.__class__}”"
    )


@pytest.mark.parametrize(
    ("result", "said"),
    [
        ("高", "“费用”得出：高"),
        (7, "“费用”得出：7"),
        (False, "“费用”得出：false"),
        ({"fee": 7, "days": [1, 2]}, "“费用”得出：fee = 7, days = 1; 2"),
        (None, "“费用”没有得出结果：决策表中没有符合的行"),
        ([], "“费用”没有得出结果：决策表中没有符合的行"),
    ],
)
def test_what_a_decision_table_gave_is_told(told, result, said):
    [line] = told(event("decided", SYSTEM, "费用", "ask", decision="fee", result=result, asked={}))
    assert line.text == said


@pytest.mark.parametrize(
    ("kind", "data", "chinese"),
    [
        (
            "scan_handed_out",
            {"dossier_no": "A1", "pages": 12, "to": "云溪公司 李工"},
            "安娜将A1交给云溪公司 李工：12 页",
        ),
        ("scan_lost", {"dossier_no": "A1", "status": "missing", "why": "找不到"}, "A1退出批次，状态：缺失：找不到"),
        ("defect_marked", {"page": 3, "code": "skew", "place": "9-1"}, "安娜在9-1第 3 页标记缺陷：歪斜"),
        ("difference_decided", {"label": "A1", "decision": "noted"}, "安娜处理了A1：备案说明"),
        ("grant_closed", {"how": "used_up"}, "安娜结束了查阅：时间已用完"),
        ("sitting_begun", {"second": "bob", "address": "10.0.0.9"}, "安娜与鲍勃开始查阅"),
        ("letter_sent", {"number": "商调〔2026〕1号"}, "安娜发出了函件商调〔2026〕1号"),
        ("clock_paused", {"why": "法院查封"}, "转递计时中止：法院查封"),
    ],
)
def test_what_happened_to_a_dossier_is_told_in_words(told, kind, data, chinese):
    (line,) = told(event(kind, name="", activity=None, **data))
    assert line.text == chinese


def test_an_unknown_word_of_a_list_stands_as_it_is(told):
    (line,) = told(event("grant_closed", name="", activity=None, how="nobody knows"))
    assert line.text == "安娜结束了查阅：nobody knows"
