"""Operations by hand: the section on the case page, a page for each, and what becomes of the process. dora may."""

import re

import pytest

from tests.workflow.world import begin, do, drawn
from workflow import definitions, instances, operations
from workflow.identity import Group, User
from workflow.models import ProcessInstance

DRAWING = """
    start s
    user look candidateGroups=registry
    and split
    user check candidateGroups=registry
    user scan candidateGroups=registry
    and join
    catch paid message=paid key=number
    user shelve candidateGroups=registry
    end e
    s -> look -> split -> check -> join
    split -> scan -> join -> paid -> shelve -> e
"""
CHINESE = {"look": "拆包", "check": "复核", "scan": "扫描", "paid": "缴费", "shelve": "上架"}
ENGLISH = {"check": "Review", "scan": "Scan", "paid": "Payment", "shelve": "Shelve"}
KINDS = ("suspensions", "cancellations", "facts", "moves", "skips", "news")


class Desk:
    """A running process with two open tasks, and the addresses of its operations."""

    def __init__(self, office):
        self.office = office
        xml = drawn(DRAWING, **{each: {"name:en": name} for each, name in ENGLISH.items()}).decode()
        for element, name in CHINESE.items():
            xml = xml.replace(f'name="{element}"', f'name="{name}"')
        with office.database.transaction() as session:
            definition = definitions.deploy(session, xml.encode(), {}, "eve")
            instance = begin(session, definition, "张三", number="7", pages=12, urgent=False, parts=[1], note=None)
            do(session, instance, "look", session.get_one(User, "anna"))
            self.case_id, self.instance_id = instance.case_id, instance.id

    def url(self, kind, activity=None):
        token = f"?token={self.token(activity)}" if activity else ""
        return f"/cases/{self.case_id}/processes/{self.instance_id}/{kind}{token}"

    def token(self, activity):
        with self.office.database.reading() as session:
            standing = operations.standing(session, session.get_one(ProcessInstance, self.instance_id))
            return next(each.token_id for each in standing if each.activity_id == activity)

    @property
    def places(self):
        with self.office.database.reading() as session:
            standing = operations.standing(session, session.get_one(ProcessInstance, self.instance_id))
            return [each.activity_id for each in standing]

    @property
    def revision(self):
        with self.office.database.reading() as session:
            return session.get_one(ProcessInstance, self.instance_id).revision

    @property
    def variables(self):
        with self.office.database.reading() as session:
            return instances.variables(session, session.get_one(ProcessInstance, self.instance_id))

    @property
    def status(self):
        with self.office.database.reading() as session:
            return session.get_one(ProcessInstance, self.instance_id).status.value


@pytest.fixture
def office(sqlite_office):
    """The verbs are tested on both databases; their pages look the same on either."""
    return sqlite_office


@pytest.fixture
def desk(office, clock):
    return Desk(office)


@pytest.fixture
def dora(clock, signed_in):
    return signed_in("dora")


def permit(office, *permissions):
    """The registry may see every case and do this."""
    with office.database.transaction() as session:
        session.get_one(Group, "registry").permissions = ["cases.read_all", *permissions]


# The section


def test_those_who_may_see_where_the_process_stands_and_what_they_can_do(dora, desk):
    page = dora.get(f"/cases/{desk.case_id}").text

    assert "人工干预" in page and "办理中" in page
    assert "复核" in page and page.count("无人认领") == 2
    for kind in ("suspensions", "cancellations", "facts"):
        assert desk.url(kind) in page
    for activity in ("check", "scan"):
        assert desk.url("moves", activity) in page and desk.url("skips", activity) in page
    assert "/news?" not in page


def test_others_see_nothing_of_it(signed_in, desk):
    page = signed_in("anna").get(f"/cases/{desk.case_id}").text
    assert "人工干预" not in page and "/processes/" not in page


@pytest.mark.parametrize(
    ("permission", "kinds"),
    [
        ("instances.suspend", {"suspensions"}),
        ("instances.cancel", {"cancellations"}),
        ("instances.move", {"moves", "skips"}),
        ("instances.change", {"facts"}),
    ],
)
def test_each_permission_opens_its_own_pages_only(office, signed_in, desk, permission, kinds):
    permit(office, permission)
    anna = signed_in("anna")

    shown = set(re.findall(r"/processes/\d+/(\w+)", anna.get(f"/cases/{desk.case_id}").text))
    assert shown == kinds
    for kind in KINDS:
        allowed = kind in kinds or (kind == "news" and permission == "instances.change")
        assert anna.get(desk.url(kind, "check")).status_code == (200 if allowed else 403), kind
        if not allowed:
            assert anna.post(desk.url(kind), data={"reason": "x", "token": "t"}).status_code == 403
    assert desk.places == ["check", "scan"]


def test_facts_are_shown_to_those_only_who_may_see_every_case(office, signed_in, desk):
    with office.database.transaction() as session:
        session.get_one(Group, "registry").permissions = ["instances.change"]
    anna = signed_in("anna")

    assert "/facts" not in anna.get(f"/cases/{desk.case_id}").text
    assert anna.get(desk.url("facts")).status_code == 403


def test_a_process_of_another_case_is_not_found(dora, desk, office):
    other = Desk(office)

    for path in (
        f"/cases/{desk.case_id}/processes/{other.instance_id}/moves",
        f"/cases/{desk.case_id}/processes/999/skips",
    ):
        assert dora.get(path).status_code == 404
    assert dora.get(desk.url("explosions")).status_code == 404


# Moving and skipping


def test_where_to_is_chosen_among_named_elements_and_says_what_is_taken_along(dora, desk):
    page = dora.get(desk.url("moves", "check")).text

    choices = re.findall(r'<option value="(\w+)"[^>]*>([^<]+)</option>', page)
    assert ("check", "复核") in choices and ("paid", "缴费 （一并收回：扫描）") in choices
    assert not {"split", "join", "s", "e"} & {value for value, _ in choices}


def test_the_preview_shows_before_and_after(dora, desk):
    path = desk.url("moves", "check") + "&target=paid"

    part = dora.ask(path).text
    assert "<html" not in part and "before-after" in part
    before, after = part.split('class="arrow"')
    assert before.count("gone") == 2 and "缴费" in after and "fresh" in after
    assert "before-after" in dora.get(path).text  # without scripts
    assert desk.places == ["check", "scan"]


def test_a_move_takes_along_what_the_page_said(dora, desk):
    data = {"token": desk.token("check"), "target": "paid", "reason": "缴费已办", "seen": desk.revision}

    answer = dora.post(desk.url("moves"), data=data)

    assert (answer.status_code, answer.location) == (303, f"/cases/{desk.case_id}")
    assert desk.places == ["paid"]
    page = dora.get(f"/cases/{desk.case_id}").text
    assert "已移动。" in page and "朵拉把流程从“复核”移到“缴费”" in page and "缴费已办" in page
    assert "等待消息：paid · 7" in page


def test_without_a_reason_or_a_target_nothing_happens_and_what_was_typed_is_kept(dora, desk):
    here = {"token": desk.token("check"), "seen": desk.revision}

    answer = dora.post(desk.url("moves"), data={**here, "target": "paid", "reason": " "})
    assert answer.status_code == 422 and "请说明理由" in answer.text
    assert 'value="paid" selected' in answer.text
    answer = dora.post(desk.url("moves"), data={**here, "target": "", "reason": "缴费已办"})
    assert answer.status_code == 422 and "请选择移到哪里" in answer.text and "缴费已办</textarea>" in answer.text
    assert desk.places == ["check", "scan"]


def test_what_cannot_be_is_refused_in_words(dora, desk):
    data = {"token": desk.token("check"), "target": "scan", "reason": "x", "seen": desk.revision}

    answer = dora.post(desk.url("moves"), data=data)

    assert answer.status_code == 409 and "流程不可能这样停在“扫描”" in answer.text and "未作任何改动" in answer.text


def test_who_looked_at_an_older_state_is_told_so(dora, desk, office):
    data = {"token": desk.token("scan"), "target": "scan", "reason": "x", "seen": desk.revision}
    with office.database.transaction() as session:
        do(session, session.get_one(ProcessInstance, desk.instance_id), "check", session.get_one(User, "anna"))

    answer = dora.post(desk.url("moves"), data=data)

    assert answer.status_code == 409 and "流程在此期间已经前进" in answer.text
    assert "token_moved" not in answer.text and desk.places == ["scan", "join"]


def test_a_token_that_is_gone_leaves_only_the_way_back(dora, desk):
    answer = dora.get(desk.url("skips") + "?token=gone")
    assert "流程在此期间已经前进" in answer.text and '<form class="panel"' not in answer.text

    assert dora.post(desk.url("skips"), data={"token": "gone", "reason": "x"}).status_code == 409


def test_skipping_shows_what_follows_and_does_it(dora, desk):
    page = dora.get(desk.url("skips", "check")).text
    assert "跳过“复核”" in page and "before-after" in page

    answer = dora.post(
        desk.url("skips"), data={"token": desk.token("check"), "reason": "人已离职", "seen": desk.revision}
    )
    assert answer.status_code == 303 and desk.places == ["scan", "join"]
    assert "朵拉跳过了“复核”" in dora.get(f"/cases/{desk.case_id}").text


def test_english_readers_get_english(desk, signed_in, office):
    with office.database.transaction() as session:
        session.get_one(User, "dora").language = "en"
    dora = signed_in("dora")

    page = dora.get(desk.url("moves", "check") + "&target=paid").text
    assert "Move “Review”" in page and "Payment (takes along: Scan)" in page and "Afterwards" in page
    dora.post(desk.url("moves"), data={"token": desk.token("check"), "target": "paid", "reason": "x"})
    page = dora.get(f"/cases/{desk.case_id}").text
    assert "took the process from “Review” to “Payment”" in page and "waits for news: paid · 7" in page


# Suspending, resuming, ending


def test_a_suspended_process_says_by_whom_and_why(dora, desk, signed_in):
    assert "不会丢失任何内容" in dora.get(desk.url("suspensions")).text
    assert dora.post(desk.url("suspensions"), data={"reason": "等法院裁定"}).status_code == 303

    page = dora.get(f"/cases/{desk.case_id}").text
    assert desk.status == "suspended" and "已暂停" in page and desk.url("resumptions") in page
    anna = signed_in("anna")
    assert "朵拉已暂停这个流程：“等法院裁定”" in anna.get(f"/cases/{desk.case_id}").text
    assert dora.post(desk.url("suspensions"), data={"reason": "again"}).status_code == 409

    assert dora.post(desk.url("resumptions"), data={"reason": "已裁定"}).status_code == 303
    assert desk.status == "running" and "恢复了流程" in dora.get(f"/cases/{desk.case_id}").text


def test_its_tasks_are_muted_in_the_inbox_and_closed_on_their_page(dora, desk, signed_in, office):
    anna = signed_in("anna")
    assert 'class="none paused"' not in anna.get("/inbox?view=groups").text
    dora.post(desk.url("suspensions"), data={"reason": "等法院裁定"})

    page = anna.get("/inbox?view=groups").text
    rows = page.partition("<tbody")[2].partition("</tbody")[0]
    assert rows.count("paused") == 2 and rows.count("已暂停") == 2 and 'data-act="claim"' not in page
    task_id = re.search(r'id="task-(\d+)"', page).group(1)
    assert anna.post(f"/tasks/{task_id}/claim").status_code == 409
    page = anna.get(f"/tasks/{task_id}").text
    assert "等法院裁定" in page and 'data-act="claim"' not in page


def test_who_has_claimed_a_task_reads_it_there_and_keeps_what_is_typed(dora, desk, signed_in):
    anna = signed_in("anna")
    task_id = re.search(r'id="task-(\d+)"', anna.get("/inbox?view=groups").text).group(1)
    anna.post(f"/tasks/{task_id}/claim")
    dora.post(desk.url("suspensions"), data={"reason": "等法院裁定"})

    assert 'id="paused"' in anna.get(f"/tasks/{task_id}").text
    answer = anna.post(f"/tasks/{task_id}/completion", data={})
    assert answer.status_code == 409 and "流程已暂停" in answer.text


def test_a_process_is_ended_with_a_reason(dora, desk):
    assert "此操作不能撤销" in dora.get(desk.url("cancellations")).text
    assert dora.post(desk.url("cancellations"), data={}).status_code == 422
    assert dora.post(desk.url("cancellations"), data={"reason": "重复登记"}).status_code == 303

    page = dora.get(f"/cases/{desk.case_id}").text
    assert desk.status == "cancelled" and "重复登记" in page and "人工干预" not in page
    assert dora.post(desk.url("cancellations"), data={"reason": "again"}).status_code == 409


# Facts and news


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [
        ("number", "8\r\n九", "8\n九"),
        ("note", "later", "later"),
        ("pages", " 14 ", 14),
        ("urgent", "true", True),
        ("parts", '[1, {"a": null}]', [1, {"a": None}]),
    ],
)
def test_a_fact_keeps_its_kind(dora, desk, name, typed, kept):
    field = dora.ask(desk.url("facts") + f"?name={name}").text
    before = re.search(r'name="before" value="([^"]*)"', field).group(1).replace("&#34;", '"')
    data = {"name": name, "value": typed, "before": before, "reason": "写错了"}

    assert dora.post(desk.url("facts"), data=data).status_code == 303
    assert desk.variables[name] == kept
    assert dora.post(desk.url("facts"), data=data).status_code == 409


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"name": "pages", "value": "many", "before": "12"}, "需要填写整数"),
        ({"name": "parts", "value": "[1", "before": "[1]"}, "这不是可读的 JSON"),
        ({"name": "nobody", "value": "1", "before": "1"}, "请选择一项数据"),
        ({"name": "pages", "value": "12", "before": "12"}, "它已经是这个值"),
        ({"name": "pages", "value": "13", "before": "nonsense"}, "这不是可读的 JSON"),
    ],
)
def test_a_wrong_value_is_said_beside_its_field(dora, desk, data, said):
    answer = dora.post(desk.url("facts"), data={**data, "reason": "x"})

    assert answer.status_code == 422 and said in answer.text
    assert desk.variables["pages"] == 12


def test_news_are_delivered_to_the_place_that_waits(dora, desk):
    dora.post(desk.url("moves"), data={"token": desk.token("check"), "target": "paid", "reason": "x"})
    page = dora.get(desk.url("news", "paid")).text
    assert "paid" in page and "缴费" in page

    wrong = {"token": desk.token("paid"), "payload": "[1]", "reason": "x", "seen": desk.revision}
    assert "请按这样的格式填写" in dora.post(desk.url("news"), data=wrong).text
    data = {**wrong, "payload": '{"amount": 300}', "reason": "电话告知"}
    assert dora.post(desk.url("news"), data=data).status_code == 303
    assert (desk.places, desk.variables["amount"]) == (["shelve"], 300)
    assert "朵拉人工送达了消息：paid" in dora.get(f"/cases/{desk.case_id}").text


def test_a_damaged_process_does_not_break_the_page_of_its_case(dora, desk, office):
    with office.database.transaction() as session:
        instance = session.get_one(ProcessInstance, desk.instance_id)
        instance.state = instance.state[:-1] + b"?"

    page = dora.get(f"/cases/{desk.case_id}")
    assert page.status_code == 200 and "人工干预" in page.text and "损坏" in page.text
    assert dora.get(desk.url("moves", None)).status_code == 409
    assert dora.post(desk.url("cancellations"), data={"reason": "无法挽回"}).status_code == 303
    assert desk.status == "cancelled"


def test_every_kind_of_place_says_what_it_waits_for(dora, office, clock):
    drawing = """
        start s
        and x
        service push topic=province.push
        catch later timer=P9D
        sub part
          start i
          user inner candidateGroups=registry
          end j
          i -> inner -> j
        events race
        catch m message=paid
        catch g signal=fire
        user many candidateGroups=registry times=2
        and y
        end e
        s -> x -> push -> y
        x -> later -> y
        x -> part -> y
        x -> race -> m -> y
        race -> g -> y
        x -> many -> y -> e
    """.replace("race -> m -> y\n        race -> g -> y", "race -> m -> z\n        race -> g -> z -> y").replace(
        "and y", "xor z\n        and y"
    )
    with office.database.transaction() as session:
        instance = begin(session, definitions.deploy(session, drawn(drawing), {}, "eve"))
        case_id = instance.case_id

    page = dora.get(f"/cases/{case_id}").text

    assert "系统办理" in page and "等到 07-10 09:00" in page and "流程的一段" in page
    assert "等待几个事件中最先到的" in page and "等待消息：paid" in page and "等待消息：fire" in page
    assert '<span class="depth-1">inner</span>' in page and '<span class="depth-1">many · 2</span>' in page
    assert page.count("/news?token=") == 2
