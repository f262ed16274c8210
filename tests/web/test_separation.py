"""The pages of policies, of what waits for a second person, and of recusal."""

import json

import pytest
from sqlalchemy import select

from tests.people import SINCE, _hash
from tests.web import desk
from tests.workflow.world import begin, do, drawn, open_tasks
from workflow import definitions, operations, separation, tasks
from workflow.identity import Group, User
from workflow.models import Agreement, Policy, ProcessInstance, Relation
from workflow.separation import policies, relations
from workflow.statuses import AgreementStatus, RelationKind, RelationStatus

PAID = """
    start s
    user a candidateGroups=registry
    user b candidateGroups=registry
    user pay candidateGroups=registry
    end e
    s -> a -> b -> pay -> e
"""
WANTED = {"process": "paid", "element": "pay", "kind": "approvals", "value": "2: a, b", "reason": "制度 §3"}


@pytest.fixture
def guarded(office):
    """The process `paid`, and gao and lin of the security role."""
    with office.database.transaction() as session:
        group = Group(key="security", name="安全保密管理", name_en="Security", permissions=[separation.MANAGE])
        for name, shown in (("gao", "高"), ("lin", "林")):
            user = User(name=name, display_name=shown, password_hash=_hash, created_at=SINCE, groups=[group])
            session.add(user)
        definitions.deploy(session, drawn(PAID, "paid"), {}, "eve")
    return office


@pytest.fixture
def gao(guarded, signed_in):
    return signed_in("gao")


@pytest.fixture
def lin(guarded, signed_in):
    return signed_in("lin")


def rows(office, kind):
    with office.database.reading() as session:
        found = list(session.scalars(select(kind).order_by(kind.id)))
        session.expunge_all()
    return found


def test_a_policy_is_added_listed_and_told_in_words(gao, guarded):
    chosen = gao.get("/policies?process=paid").text
    assert '<option value="pay"' in chosen and "新增规则" in chosen

    assert gao.post("/policies", data=WANTED).status_code == 303
    page = gao.get("/policies").text
    assert "须有若干不同的人办过下列步骤才能到达：2: a, b" in page and "制度 §3" in page
    assert [(each.element, each.value, each.added_by) for each in rows(guarded, Policy)] == [("pay", "2: a, b", "gao")]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"value": "2: a, x"}, "其中没有元素“x”"),
        ({"value": "many"}, "须写人数和步骤"),
        ({"element": "nothing"}, "其中没有元素“nothing”"),
        ({"kind": "approval"}, "没有规则“approval”"),
        ({"reason": " "}, "请说明理由"),
    ],
)
def test_a_wrong_policy_is_told_beside_its_field(gao, guarded, wrong, said):
    answer = gao.post("/policies", data={**WANTED, **wrong})

    assert answer.status_code == 422 and said in answer.text
    assert rows(guarded, Policy) == []


def test_a_policy_for_no_process_is_refused(gao):
    assert gao.post("/policies", data={**WANTED, "process": "nothing"}).status_code == 422


def test_tightening_is_done_at_once_and_loosening_waits_for_another(gao, lin, guarded):
    gao.post("/policies", data={**WANTED, "value": "1: a, b"})
    gao.post("/policies/1/value", data={"value": "2: a, b", "reason": "收紧"})
    gao.post("/policies/2/value", data={"value": "1: a, b", "reason": "放宽"})
    assert [each.value for each in rows(guarded, Policy) if each.dropped_at is None] == ["2: a, b"]
    assert "这是您提出的：须由第二人同意" in gao.get("/policies").text

    assert gao.post("/policies/agreements/1/answer", data={"answer": "agree"}).status_code == 403
    assert "1: a, b" in lin.get("/policies").text
    assert lin.post("/policies/agreements/1/answer", data={"answer": "agree"}).status_code == 303
    assert [each.value for each in rows(guarded, Policy) if each.dropped_at is None] == ["1: a, b"]
    assert lin.post("/policies/agreements/1/answer", data={"answer": "agree"}).status_code == 409


def test_who_refuses_says_why(gao, lin, guarded):
    gao.post("/policies", data=WANTED)
    gao.post("/policies/1/end", data={"reason": "人手不足"})

    assert lin.post("/policies/agreements/1/answer", data={"answer": "refuse"}).status_code == 422
    lin.post("/policies/agreements/1/answer", data={"answer": "refuse", "why": "不合制度"})
    assert [(each.status, each.answer) for each in rows(guarded, Agreement)] == [(AgreementStatus.REFUSED, "不合制度")]
    assert "不合制度" in lin.get("/policies").text


def test_who_asked_takes_it_back(gao, guarded):
    gao.post("/policies", data=WANTED)
    assert gao.post("/policies/1/end", data={"reason": " "}).status_code == 422
    gao.post("/policies/1/end", data={"reason": "人手不足"})
    gao.post("/policies/agreements/1/withdrawal")

    assert [each.status for each in rows(guarded, Agreement)] == [AgreementStatus.WITHDRAWN]


def test_the_badge_counts_what_waits_for_me(gao, lin, guarded):
    gao.post("/policies", data=WANTED)
    gao.post("/policies/1/end", data={"reason": "人手不足"})

    assert 'class="count">1<' in lin.get("/profile").text.split("<nav")[1].split("</nav>")[0].replace(" ", " ")


def test_a_move_past_protected_work_offers_to_ask_a_second_person(gao, guarded, signed_in):
    with guarded.database.transaction() as session:
        anna = session.get_one(User, "anna")
        instance = begin(session, definitions.latest(session, "paid"))
        policies.add(session, session.get_one(User, "gao"), "paid", "b", "differentFrom", "a", "制度")
        do(session, instance, "a", anna)
        token, case, number = open_tasks(session, instance)["b"].token_id, instance.case_id, instance.id
    dora, path = signed_in("dora"), f"/cases/{case}/processes/{number}/skips"
    alone = dora.post(path, data={"token": token, "reason": "急件"})
    assert alone.status_code == 409 and "申请第二人同意" in alone.text

    assert dora.post(path, data={"token": token, "reason": "急件", "second": "1"}).status_code == 303
    assert "跳过受保护的步骤" in gao.get("/policies").text
    assert gao.post("/policies/agreements/1/answer", data={"answer": "agree"}).status_code == 303
    with guarded.database.reading() as session:
        assert list(open_tasks(session, session.get_one(ProcessInstance, number))) == ["pay"]


def test_a_case_opened_again_behind_protected_work_asks_a_second_person(gao, guarded, signed_in):
    with guarded.database.transaction() as session:
        instance = begin(session, definitions.latest(session, "paid"))
        policies.add(session, session.get_one(User, "gao"), "paid", "b", "differentFrom", "a", "制度")
        operations.cancel(session, instance, session.get_one(User, "dora"), "登记错了")
        case, number = instance.case_id, instance.id
    dora, path = signed_in("dora"), f"/cases/{case}/reopening"
    wanted = {"at": f"{number}:pay", "reason": "没有错"}
    alone = dora.post(path, data=wanted)
    assert alone.status_code == 409 and "申请第二人同意" in alone.text

    assert "已提出申请" in dora.post(path, data={**wanted, "second": "1"}, follow_redirects=True).text
    assert "重新打开事项并越过受保护的步骤" in gao.get("/policies").text
    assert gao.post("/policies/agreements/1/answer", data={"answer": "agree"}).status_code == 303
    with guarded.database.reading() as session:
        assert list(open_tasks(session, session.get_one(ProcessInstance, number))) == ["pay"]


def test_two_tabs_at_once_do_not_make_one_person_two(guarded, signed_in):
    """The same person opens both steps in two tabs; whichever is sent second is refused."""
    with guarded.database.transaction() as session:
        anna = session.get_one(User, "anna")
        drawing = "start s\nand f\nuser a candidateGroups=registry\nuser b candidateGroups=registry\nand j\nend e\ns -> f\nf -> a -> j\nf -> b -> j\nj -> e"
        instance = begin(
            session, definitions.deploy(session, drawn(drawing, "two", b={"differentFrom": "a"}), {}, "eve")
        )
        numbers = [tasks.claim(session, each, anna).id for each in open_tasks(session, instance).values()]
    tab = signed_in("anna")
    tab.get(f"/tasks/{numbers[0]}"), tab.get(f"/tasks/{numbers[1]}")
    codes = [tab.post(f"/tasks/{each}/completion", data={}).status_code for each in numbers]

    assert codes[1] == 403
    assert desk.stand(guarded, numbers[1]).completed_by is None


# --- recusal


def test_a_person_declares_to_be_related_to_a_colleague(signed_in, office):
    anna = signed_in("anna")
    assert anna.post("/relations", data={"kind": "spouse", "colleague": "bob"}).status_code == 303

    assert "鲍勃" in anna.get("/relations").text and "配偶" in anna.get("/relations").text
    assert [(each.user_name, each.subject, each.kind) for each in rows(office, Relation)] == [
        ("anna", "user:bob", RelationKind.SPOUSE)
    ]


def test_a_person_declares_by_id_number_and_the_number_is_not_kept(signed_in, office):
    anna = signed_in("anna")
    anna.post("/relations", data={"kind": "blood", "name": "李四", "id_no": "11010519491231002X"})
    (kept,) = rows(office, Relation)

    assert kept.subject.startswith("id:") and "11010519491231002X" not in repr(vars(kept))
    assert kept.subject_name == "李四 (110105********002X)"


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "friend", "colleague": "bob"},
        {"kind": "blood"},
        {"kind": "blood", "name": "李四", "id_no": "123"},
        {"kind": "self", "colleague": "anna"},
    ],
)
def test_a_declaration_of_nothing_is_refused(signed_in, office, fields):
    assert signed_in("anna").post("/relations", data=fields).status_code == 422
    assert rows(office, Relation) == []


def test_the_security_role_confirms_and_ends_but_not_its_own(gao, lin, guarded, signed_in):
    signed_in("anna").post("/relations", data={"kind": "spouse", "colleague": "bob"})
    gao.post("/relations", data={"kind": "in_law", "colleague": "bob"})
    assert "安娜" in gao.get("/relations").text

    gao.post("/relations/1/answer", data={"answer": "confirm"})
    assert gao.post("/relations/2/answer", data={"answer": "end"}).status_code == 403
    lin.post("/relations/2/answer", data={"answer": "end"})
    assert [each.status for each in rows(guarded, Relation)] == [RelationStatus.CONFIRMED, RelationStatus.ENDED]
    assert signed_in("anna").post("/relations/1/answer", data={"answer": "end"}).status_code == 403


def test_a_declaration_made_twice_is_one(office):
    with office.database.transaction() as session:
        anna = session.get_one(User, "anna")
        one = relations.declare(session, anna, "user:bob", "鲍勃", RelationKind.SPOUSE)
        assert relations.declare(session, anna, "user:bob", "鲍勃", RelationKind.SPOUSE) is one


# --- people and the command line


def test_taking_the_only_checker_out_of_a_group_is_told(signed_in, office):
    with office.database.transaction() as session:
        for name in ("anna", "bob"):
            session.get_one(User, name)
        drawing = "start s\nuser a candidateGroups=registry\nuser b candidateGroups=registry\nend e\ns -> a -> b -> e"
        definitions.deploy(session, drawn(drawing, "two", b={"differentFrom": "a"}), {}, "eve")
    page = signed_in("eve").post("/people/bob", data={"display_name": "鲍勃", "groups": []}, follow_redirects=True)

    assert "按现有人员，“a”、“b”需要不同的人办理，但人手不够：只有安娜" in page.text


def test_policies_are_listed_for_programs(guarded, app):
    with guarded.database.transaction() as session:
        policies.add(session, session.get_one(User, "gao"), "paid", "b", "differentFrom", "a", "制度")
    runner = app.test_cli_runner()

    (told,) = json.loads(runner.invoke(args=["policies", "list", "--json"]).output)
    assert (told["process"], told["element"], told["rule"], told["value"]) == ("paid", "b", "differentFrom", "a")
    assert "paid b: differentFrom=a  (gao: 制度)" in runner.invoke(args=["policies", "list"]).output
