"""换岗交接: every path of bpmn/key-handover.bpmn, through its real forms, on both databases."""

import hashlib
import io
import re
from typing import Any

import pytest
from docx import Document as Word
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from archive import documents
from forms.context import FormContext
from forms.tasks import form_named
from tests.people import PASSWORD
from tests.processes.receiving import Receiving, _sent
from tests.processes.table import covers
from tests.standing import standing
from workflow import cases, history, instances, starts, tasks
from workflow.errors import Invalid, NotAllowed, NotFound
from workflow.identity import User
from workflow.models import Case, ProcessInstance, UserTask
from workflow.registry import checks
from workflow.statuses import InstanceStatus, TaskStatus

KEY = "key-handover"
START = {"post": "一号库房保管员", "outgoing": "stan", "handover_date": "2026-07-02", "reason": "轮岗"}
ROWS = {
    "items": ["", "0", "1"],
    "items.0.item": "一号库房门钥匙",
    "items.0.number": "2",
    "items.0.place": "值班室",
    "items.1.item": "档案专用章",
    "items.1.number": "1",
    "items.1.place": "保险柜",
}
COUNTED = {"items.0.counted": "2", "items.1.counted": "1"}


class Handover(Receiving):
    """One hand-over: stan (storeroom) to rosa (registry), begun by dirk, supervised by dora (directors)."""

    case_id = 0

    def begin(self, who: str = "dirk", number: str = "20260701-00000A", **typed: Any) -> None:
        with self.database.transaction() as session:
            user = session.get_one(User, who)
            offer = starts.find(session, KEY, user)
            context = FormContext(session, user)
            form = form_named(session, offer.definition, offer.event.form_key)
            answers = form.load(_sent(str(form.render(None, None, context)), {**START, **typed}), MultiDict(), context)
            self.case_id = starts.begin(session, offer, user, answers, number).id

    def step(self, activity_id: str, who: str, **typed: Any) -> None:
        with self.database.transaction() as session:
            self._complete(session, self._task(session, self.case_id, activity_id), who, typed)
        self.machine()

    def list_items(self, **typed: Any) -> None:
        self.step(
            "list_items", "stan", **{**ROWS, "incoming": "rosa", "outgoing_signature.password": PASSWORD, **typed}
        )

    def count(self, result: str = "agrees", **typed: Any) -> None:
        signed = {"incoming_signature.password": PASSWORD} if result == "agrees" else {"difference_note": "少一把"}
        self.step("count_items", "rosa", count_result=result, **{**COUNTED, **signed, **typed})

    def sign(self, who: str = "dora", decision: str = "agree", **typed: Any) -> None:
        signed = {"supervisor_signature.password": PASSWORD} if decision == "agree" else {"sign_note": "清单漏项"}
        self.step("sign_hand_over", who, decision=decision, **{**signed, **typed})

    def open_tasks(self) -> list[tuple[str, str | None]]:
        with self.database.reading() as session:
            query = select(UserTask.activity_id, UserTask.assignee)
            query = query.where(UserTask.case_id == self.case_id, UserTask.status == TaskStatus.OPEN)
            return sorted((activity, who) for activity, who in session.execute(query))

    def facts(self) -> dict[str, Any]:
        with self.database.reading() as session:
            return instances.variables(session, self._instance(session))

    def is_finished(self) -> bool:
        with self.database.reading() as session:
            return self._instance(session).status is InstanceStatus.COMPLETED

    def ends(self) -> list[str]:
        with self.database.reading() as session:
            told = history.timeline(session, session.get_one(Case, self.case_id))
            return [e.activity_id for e in told if e.activity_kind == "endEvent" and e.kind == "completed"]

    def _instance(self, session: Any) -> ProcessInstance:
        return session.scalars(select(ProcessInstance).where(ProcessInstance.case_id == self.case_id)).one()


@pytest.fixture
def handover(office, clock) -> Handover:
    """Begun, nothing listed yet."""
    made = standing(Handover, office)
    made.begin()
    return made


@covers("list", "begun", "list_items")
@covers("count", "count_items")
@covers("sign", "sign_hand_over", "handed_over")
def test_keys_are_listed_by_one_counted_by_another_and_signed_by_a_third(handover):
    assert handover.open_tasks() == [("list_items", "stan")]
    handover.list_items()
    assert handover.open_tasks() == [("count_items", "rosa")]
    handover.count()
    assert handover.open_tasks() == [("sign_hand_over", None)]
    handover.sign()

    assert (handover.is_finished(), handover.ends()) == (True, ["handed_over"])
    facts = handover.facts()
    assert [(row["item"], row["number"], row["place"], row["counted"]) for row in facts["items"]] == [
        ("一号库房门钥匙", 2, "值班室", 2),
        ("档案专用章", 1, "保险柜", 1),
    ]
    signers = [facts[name]["by"] for name in ("outgoing_signature", "incoming_signature", "supervisor_signature")]
    assert signers == ["stan", "rosa", "dora"]


def test_the_case_is_named_after_the_post_and_seen_by_who_began_it(handover):
    with handover.database.reading() as session:
        case = cases.find(session, handover.case_id, session.get_one(User, "dirk"))
        assert (case.title, case.business_key) == ("换岗交接 一号库房保管员", "key-handover-20260701-00000A")
        assert case.opened_by == "dirk"
        with pytest.raises(NotFound):
            cases.find(session, handover.case_id, session.get_one(User, "wang"))


def test_only_a_director_begins_a_hand_over(handover):
    with pytest.raises(NotFound):
        handover.begin("stan", "20260701-00000B")


@covers("paper", "write_list")
def test_the_list_is_numbered_signed_by_three_and_opened_from_the_case(handover):
    handover.list_items()
    handover.count(**{"items.0.remark": "备用一把"})
    handover.sign()

    with handover.database.reading() as session:
        (paper,) = documents.of_case(session, session.get_one(Case, handover.case_id))
        assert documents.find(session, paper.id, session.get_one(User, "stan")) is paper
        content = session.info["office"].files.path(paper.file.sha256).read_bytes()
        assert hashlib.sha256(content).hexdigest() == paper.file.sha256
        assert (paper.kind, paper.number) == ("key_handover", "〔2026〕换字0001号")
        assert list(checks["documents_numbered"](session)) == []
    word = Word(io.BytesIO(content))
    text = "\n".join(each.text for each in word.paragraphs)
    assert "〔2026〕换字0001号" in text and "一号库房保管员" in text and "轮岗" in text
    for role, name in (("移交人", "陈库房"), ("接交人", "李登记"), ("监交人", "朵拉")):
        assert re.search(rf"{role}签字：{name}（2026-07-01 \d\d:\d\d）", text)
    assert [[cell.text for cell in row.cells] for row in word.tables[0].rows[1:]] == [
        ["1", "一号库房门钥匙", "2", "2", "值班室", "备用一把"],
        ["2", "档案专用章", "1", "1", "保险柜", ""],
    ]
    handover.begin(number="20260701-00000D")
    for step in (handover.list_items, handover.count, handover.sign):
        step()
    assert handover.facts()["list_no"] == "〔2026〕换字0002号"


@covers("paper", "write_list")
def test_a_hand_over_that_is_not_signed_has_no_list(handover):
    handover.list_items()
    handover.count()
    handover.sign(decision="back")
    with handover.database.reading() as session:
        assert documents.of_case(session, session.get_one(Case, handover.case_id)) == []


@covers("difference", "difference", "settle_difference", "settled")
def test_a_difference_is_settled_and_counted_again(handover):
    handover.list_items()
    handover.count("differs", **{"items.0.counted": "1"})
    assert handover.open_tasks() == [("settle_difference", None)]
    handover.step("settle_difference", "dora", settlement="recount", settle_note="钥匙在门岗，再点")
    assert handover.open_tasks() == [("count_items", "rosa")]
    handover.count()
    handover.sign()
    assert handover.ends() == ["handed_over"]


@covers("difference", "settle_difference", "settled", "list_items")
def test_a_wrong_list_goes_back_to_the_outgoing_keeper(handover):
    handover.list_items()
    handover.count("differs", **{"items.0.counted": "1"})
    handover.step("settle_difference", "dora", settlement="relist", settle_note="一把已报损")
    assert handover.open_tasks() == [("list_items", "stan")]
    handover.list_items(**{"items.0.number": "1"})
    handover.count(**{"items.0.counted": "1"})
    handover.sign()
    assert [(row["number"], row["counted"]) for row in handover.facts()["items"]] == [(1, 1), (1, 1)]
    assert handover.is_finished()


@covers("sign", "sign_hand_over", "signed", "count_items")
def test_the_supervisor_may_send_back_to_the_count(handover):
    handover.list_items()
    handover.count()
    handover.sign(decision="back")
    assert handover.open_tasks() == [("count_items", "rosa")]
    handover.count()
    handover.sign()
    assert handover.is_finished()


@covers("count", "counting_late", "remind_counting", "reminded")
def test_a_count_not_done_in_one_working_day_is_pressed_for_and_goes_on(handover, clock):
    handover.list_items()
    clock.move(hours=8)
    handover.machine()
    assert handover.open_tasks() == [("count_items", "rosa")]
    clock.move(days=1, hours=1)
    handover.machine()
    assert handover.open_tasks() == [("count_items", "rosa"), ("remind_counting", None)]
    handover.step("remind_counting", "dirk", remind_note="已电话督促")
    assert handover.open_tasks() == [("count_items", "rosa")]
    handover.count()
    handover.sign()
    assert (handover.is_finished(), handover.ends()) == (True, ["reminded", "handed_over"])


def test_a_count_done_in_time_is_not_pressed_for(handover, clock):
    handover.list_items()
    handover.count()
    clock.move(days=9)
    handover.machine()
    assert handover.open_tasks() == [("sign_hand_over", None)]


def test_nobody_takes_over_from_oneself(handover):
    with pytest.raises(Invalid) as refused:
        handover.list_items(incoming="stan")
    assert list(refused.value.problems) == ["incoming"]


@covers("sign", "sign_hand_over")
def test_the_third_person_is_neither_of_the_two(handover):
    with handover.database.transaction() as session:
        for who in ("stan", "rosa"):
            handover.join(session, who, "director")
    handover.list_items()
    handover.count()
    for who in ("stan", "rosa"):
        with pytest.raises(NotAllowed):
            handover.sign(who)
    handover.sign("dirk")
    assert handover.is_finished()


def test_the_outgoing_keeper_cannot_count_even_when_handed_the_task(handover):
    handover.list_items()
    with handover.database.transaction() as session:
        task = handover._task(session, handover.case_id, "count_items")
        stan = session.get_one(User, "stan")
        with pytest.raises(NotAllowed):
            tasks.assign(session, task, session.get_one(User, "dora"), stan)


@pytest.mark.parametrize(
    ("typed", "beside"),
    [
        ({"items.0.counted": "1"}, "items.0.counted"),
        ({"incoming_signature.password": "wrong"}, "incoming_signature"),
        ({"items.1.counted": ""}, "items.1.counted"),
    ],
)
@covers("count", "count_items")
def test_who_says_that_everything_agrees_must_have_counted_it(handover, typed, beside):
    handover.list_items()
    with pytest.raises(Invalid) as refused:
        handover.count(**typed)
    assert list(refused.value.problems) == [beside]
    assert handover.open_tasks() == [("count_items", "rosa")]


@pytest.mark.parametrize(
    ("typed", "beside"),
    [({"post": ""}, "post"), ({"outgoing": "nobody"}, "outgoing"), ({"handover_date": "2026-06-30"}, "handover_date")],
)
def test_a_hand_over_needs_a_post_a_keeper_and_a_day_to_come(handover, typed, beside):
    with pytest.raises(Invalid) as refused:
        handover.begin(number="20260701-00000C", **typed)
    assert list(refused.value.problems) == [beside]


@covers("list", "list_items")
def test_a_list_of_nothing_is_no_hand_over(handover):
    with pytest.raises(Invalid) as refused:
        handover.list_items(items=["", "0"], **{f"items.0.{name}": "" for name in ("item", "number", "place")})
    assert list(refused.value.problems) == ["items"]
