"""The pages of upkeep: records of people, directories, imports, storerooms, the office calendar; who may write on each."""

import io

import pytest
from sqlalchemy import select

from archive import calendar, dossiers, office_days, persons, posts, storage, units
from archive.calendar import OfficeDay
from archive.persons import Person
from archive.reading import kin, relatives
from archive.storage import Position
from archive.transfer import keepers
from tests.archive.cards import facts, id_no
from tests.web.test_dossiers import ID_NO
from web.imports import KINDS, OUTCOME_LABELS
from workflow.identity import Group

PERMISSIONS = ["dossiers.read", "persons.keep", "directory.keep", "storage.keep", "calendar.keep"]


@pytest.fixture
def office(sqlite_office):
    """SQLite does: what the pages call runs on both (tests/archive/test_upkeep.py)."""
    return sqlite_office


@pytest.fixture
def dossier(office, clock):
    """anna keeps everything up; carl may nothing; 单雄信's dossier stands on its shelf."""
    with office.database.transaction() as session:
        session.get_one(Group, "registry").permissions = PERMISSIONS
        storage.furnish(session, "K01", "一号库房", storage.Shelves(rows=1, cabinets=1, layers=1, places=2))
        person = persons.register(session, {"name": "单雄信", "id_no": ID_NO}, "bob")
        made = dossiers.register(session, person, {}, "bob")
        storage.shelve(session, made, "K01-01-01-A-1-01", "bob")
    return made


@pytest.fixture
def anna(dossier, signed_in):
    return signed_in("anna")


@pytest.fixture
def looking(office, dossier, signed_in):
    """bob may only look."""
    with office.database.transaction() as session:
        session.get_one(Group, "registry").permissions = ["dossiers.read"]
    return signed_in("bob")


def person(office) -> Person:
    with office.database.reading() as session:
        return session.get_one(Person, 1)


WRITING = [
    ("/dossiers/1/person", {"address": "1", "why": "来电"}),
    ("/dossiers/1/person/posts", {"post-since": "2024", "post-unit": "云溪市教育局"}),
    ("/dossiers/1/person/posts/1/striking", {}),
    ("/dossiers/1/person/relatives", {"relative_name": "单大", "relative_id_no": id_no(5), "kind": "父母"}),
    ("/dossiers/1/person/relatives/1/ending", {}),
    ("/directories/units", {"code": "A", "name": "甲局"}),
    ("/directories/units/A", {}),
    ("/directories/keepers", {"code": "B", "name": "乙中心"}),
    ("/directories/keepers/B", {}),
    ("/imports/units", {"pasted": "单位编号\t单位名称\nA\t甲局"}),
    ("/rooms", {"room": "K02"}),
    ("/rooms/K01", {"position": "K01-01-01-A-1-01"}),
    ("/calendar/2026", {"day": "2026-12-31", "working": "0", "why": "决定"}),
    ("/calendar/2026/confirmation", {}),
]
LOOKING = ["/dossiers/1/person", "/directories/units", "/directories/keepers", "/rooms", "/rooms/K01", "/calendar/2026"]


@pytest.mark.parametrize(("path", "typed"), WRITING)
def test_who_may_only_look_writes_nothing(looking, path, typed):
    assert looking.post(path, data=typed).status_code == 403


@pytest.mark.parametrize("path", LOOKING)
def test_who_may_only_look_sees_the_pages_without_their_forms(looking, path):
    page = looking.get(path)
    assert page.status_code == 200 and '<button class="button primary">' not in page.text
    looking.post("/language", data={"language": "en", "next": path})
    assert looking.get(path).status_code == 200


def test_who_reads_no_dossiers_sees_none_of_it_but_the_calendar(dossier, signed_in):
    carl = signed_in("carl")
    assert [carl.get(path).status_code for path in LOOKING] == [403, 403, 403, 403, 403, 200]
    assert carl.get("/imports").status_code == 403


# records


def test_a_record_is_kept_up_and_its_former_values_stand_on_the_dossier_s_page(office, anna):
    anna.post("/dossiers/1/person", data={"address": "学府路", "phone": "13900000001", "why": "来电"})
    told = anna.post("/dossiers/1/person", data={"address": "文昌街", "why": "来函"}, follow_redirects=True).text
    assert "已保存" in told and "学府路" in told and "来函" in told
    assert 'value="13900000001"' in told
    assert person(office).address == "文昌街"
    page = anna.get("/dossiers/1").text
    assert "历史值" in page and "学府路" in page and "13900000001" not in page


def test_only_what_became_otherwise_is_written(office, anna):
    anna.post("/dossiers/1/person", data={"address": "学府路", "mail": "", "why": "来电"})
    assert anna.get("/dossiers/1/person").text.count("来电") == 1


def test_a_bad_fact_comes_back_with_what_was_typed(office, anna):
    answer = anna.post("/dossiers/1/person", data={"phone": "call me", "address": "学府路", "why": ""})
    assert answer.status_code == 422 and 'value="学府路"' in answer.text
    answer = anna.post("/dossiers/1/person", data={"phone": "call me", "why": "来电"})
    assert answer.status_code == 422 and 'value="call me"' in answer.text
    assert anna.get("/dossiers/9/person").status_code == 404


def test_posts_are_noted_and_struck_out(office, anna):
    typed = {"post-since": "2024-03", "post-unit": "云溪市教育局", "post-post": "科员"}
    assert "云溪市教育局" in anna.post("/dossiers/1/person/posts", data=typed, follow_redirects=True).text
    assert person(office).unit == "云溪市教育局"
    bad = anna.post("/dossiers/1/person/posts", data={**typed, "post-since": "去年"})
    assert bad.status_code == 422 and 'id="post-since-problem"' in bad.text
    bad = anna.post("/dossiers/1/person/posts/1/striking", data={"post-1-why": ""})
    assert bad.status_code == 422 and 'id="post-1-why-problem"' in bad.text
    page = anna.post("/dossiers/1/person/posts/1/striking", data={"post-1-why": "录错"}, follow_redirects=True).text
    assert "已划除" in page and "录错" in page
    assert anna.post("/dossiers/1/person/posts/9/striking", data={}).status_code == 404


def test_relatives_are_noted_and_ended(office, anna):
    typed = {"relative_name": "单大", "relative_id_no": id_no(5), "kind": "父母"}
    page = anna.post("/dossiers/1/person/relatives", data=typed, follow_redirects=True).text
    assert "单大" in page and id_no(5) not in page
    with office.database.reading() as session:
        mark = persons.fingerprint(session, id_no(5))
        assert kin.is_relative(session, session.get_one(Person, 1), mark)
    assert anna.post("/dossiers/1/person/relatives", data={**typed, "kind": "朋友"}).status_code == 422
    page = anna.post(
        "/dossiers/1/person/relatives/1/ending", data={"relative-1-why": "录错"}, follow_redirects=True
    ).text
    assert "已失效" in page
    with office.database.reading() as session:
        assert not kin.is_relative(session, session.get_one(Person, 1), mark)


# directories


def test_units_are_added_changed_closed_and_opened_again(office, anna):
    for code, name, parent in (("A", "甲局", ""), ("B", "乙所", "A")):
        anna.post("/directories/units", data={"code": code, "name": name, "parent_code": parent})
    page = anna.get("/directories/units").text
    assert page.index("甲局") < page.index("乙所") and 'class="tree-1"' in page
    again = anna.post("/directories/units", data={"code": "A", "name": "另一局"})
    assert again.status_code == 422 and "已有此编号的单位" in again.text and 'value="另一局"' in again.text
    anna.post("/directories/units/B", data={"name": "乙中心", "why": "更名", "parent_code": "A"})
    bad = anna.post("/directories/units/B", data={"act": "close", "closed_on": "never", "why": "撤并"})
    assert bad.status_code == 422
    page = anna.post(
        "/directories/units/B", data={"act": "close", "closed_on": "2026-06-30", "why": "撤并"}, follow_redirects=True
    ).text
    assert "2026-06-30 撤销" in page and "更名" in page and "乙所" in page and "重新打开" in page
    assert "乙中心" not in anna.get("/directories/units").text
    assert "乙中心" in anna.get("/directories/units?closed=1").text
    assert anna.post("/directories/units/B", data={"act": "reopen", "why": ""}).status_code == 422
    anna.post("/directories/units/B", data={"act": "reopen", "why": "恢复"})
    assert "乙中心" in anna.get("/directories/units?text=yzx").text
    assert anna.get("/directories/units/Z").status_code == 404


def test_offices_elsewhere_are_kept(office, anna):
    anna.post("/directories/keepers", data={"code": "BH2", "name": "北湖中心", "inside": "1"})
    again = anna.post("/directories/keepers", data={"code": "BH2", "name": "北湖"})
    assert again.status_code == 422
    page = anna.post("/directories/keepers/BH2", data={"name": "北湖区中心", "why": "更名"}, follow_redirects=True).text
    assert "北湖区中心" in page and "更名" in page
    anna.post("/directories/keepers/BH2", data={"act": "close", "why": "取消资质"})
    assert "已无存档权限" in anna.get("/directories/keepers").text
    assert anna.post("/directories/keepers/BH2", data={"act": "reopen", "why": ""}).status_code == 422
    with office.database.reading() as session:
        kept = keepers.named(session, "BH2")
        assert (kept.name, kept.inside, kept.active) == ("北湖区中心", False, False)


# imports


def test_a_list_is_checked_without_keeping_anything_then_taken_row_by_row(office, anna):
    pasted = "单位编号\t单位名称\t联系电话\nA\t甲局\t1\nB\t\t2\nA\t甲局\t1"
    told = anna.ask("/imports/units", "POST", data={"pasted": pasted, "act": "check"}).text
    assert "仅作检查" in told and "甲局" in told and "新增" in told and "未通过" in told and "<html" not in told
    with office.database.reading() as session:
        assert not units.is_known(session, "A")
    page = anna.post("/imports/units", data={"pasted": pasted, "act": "keep"}).text
    assert "名单已导入" in page and "<html" in page
    with office.database.reading() as session:
        assert units.named(session, "A").name == "甲局" and not units.is_known(session, "B")


def test_a_file_is_taken_as_well(office, anna):
    file = (io.BytesIO("机构编号,机构名称\nBH2,北湖中心\n".encode("gb18030")), "机构.csv")
    assert "名单已导入" in anna.post("/imports/keepers", data={"file": file, "act": "keep"}).text
    with office.database.reading() as session:
        assert keepers.named(session, "BH2").name == "北湖中心"


@pytest.mark.parametrize(
    ("pasted", "said"), [("", "请选择文件"), ("单位编号\t单位名称", "没有数据行"), ("甲\t乙\n1\t2", "缺少")]
)
def test_a_list_that_cannot_be_read_is_refused_with_its_reason(anna, pasted, said):
    answer = anna.post("/imports/units", data={"pasted": pasted, "act": "keep"})
    assert answer.status_code == 422 and said in answer.text


def test_too_many_rows_at_once_are_refused(anna):
    rows = "单位编号\t单位名称\n" + "\n".join(f"U{n}\t第{n}局" for n in range(2001))
    assert "2001" in anna.post("/imports/units", data={"pasted": rows}).text


def test_facts_posts_and_relatives_come_by_lists_and_no_id_number_is_drawn(office, anna):
    with office.database.transaction() as session:
        persons.register(session, facts(1, "李明1"), "bob")
    head = "证件号码\t姓名\t"
    lists = {
        "facts": (head + "联系地址", f"{id_no(1)}\t李明1\t学府路", f"{id_no(2)}\t李明2\t学府路"),
        "posts": (head + "任职时间\t工作单位", f"{id_no(1)}\t李明1\t2024.3\t云溪市教育局", f"{id_no(1)}\t李明1\t\t局"),
        "relatives": (
            head + "亲属证件号码\t亲属姓名\t关系",
            f"{id_no(1)}\t李明1\t{id_no(9)}\t李大\t父母",
            f"{id_no(1)}\t李明1\t1\t李二\t子女",
        ),
    }
    for kind, rows in lists.items():
        typed = {"pasted": "\n".join(rows), "act": "keep", "why": "年度核对"}
        told = anna.ask(f"/imports/{kind}", "POST", data=typed).text
        assert told.count('<th scope="row">') == 2 and "未通过" in told, kind
        assert id_no(1) not in told and id_no(9) not in told
    with office.database.reading() as session:
        one = persons.by_id_no(session, id_no(1))
        assert one.address == "学府路" and one.unit == "云溪市教育局"
        assert len(posts.of(session, one)) == len(relatives.of(session, one)) == 1


def test_a_list_that_needs_a_reason_is_not_taken_without(anna):
    pasted = f"证件号码\t姓名\t联系地址\n{ID_NO}\t单雄信\t学府路"
    answer = anna.post("/imports/facts", data={"pasted": pasted, "act": "keep"})
    assert answer.status_code == 422 and "请写明名单来源" in answer.text


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_list_has_its_page_and_its_empty_list(anna, kind):
    anna.post("/language", data={"language": "en", "next": "/imports"})
    assert f'href="/imports/{kind}"' in anna.get("/imports").text
    assert anna.get(f"/imports/{kind}").status_code == 200
    head = anna.get(f"/imports/{kind}/template.csv").data.decode("utf-8-sig")
    assert head.count(",") == len(KINDS[kind].headers) - 1


def test_there_is_no_other_kind_of_list(anna):
    assert anna.get("/imports/nothing").status_code == 404
    assert len(OUTCOME_LABELS) == 4


# rooms


def test_a_room_is_furnished_and_a_position_taken_out_of_use(office, anna):
    typed = {"room": "K02", "name": "二号库", "rows": "1", "cabinets": "2", "sides": "ab", "layers": "3", "places": "4"}
    page = anna.post("/rooms", data={**typed, "capacity": "1", "why": "扩建"}, follow_redirects=True).text
    assert "已新增 48 个存放位" in page and "二号库" in page and "扩建" in page
    for bad in ({"rows": "0"}, {"name": ""}, {"rows": "99", "cabinets": "99"}, {"sides": "1"}, {"room": "2"}):
        assert anna.post("/rooms", data={**typed, "capacity": "1", **bad}).status_code == 422
    told = {"position": "K02-01-01-A-1-01", "why": "隔板损坏"}
    page = anna.post("/rooms/K02", data={**told, "act": "out"}, follow_redirects=True).text
    assert "K02-01-01-A-1-01 已停用" in page and "隔板损坏" in page
    assert anna.get("/rooms/K02?out=1").text.count('<th scope="row" class="mono">') == 1
    assert anna.get("/rooms/K02?beginning=K02-01-02").text.count('<th scope="row" class="mono">') == 24
    for bad in ({"why": ""}, {"position": "K02-09-01-A-1-01"}, {"position": "nowhere"}):
        assert anna.post("/rooms/K02", data={**told, "act": "out", **bad}).status_code == 422
    with office.database.reading() as session:
        free = [each.code for each in storage.free_positions(session, "K02", limit=100)]
        assert "K02-01-01-A-1-01" not in free and len(free) == 47
    anna.post("/rooms/K02", data={**told, "act": "use"})
    with office.database.reading() as session:
        assert session.scalars(select(Position).where(Position.usable.is_(False))).all() == []
    assert anna.get("/rooms/K09").status_code == 404


# the calendar


def test_a_day_is_closed_by_hand_and_deadlines_follow(office, anna):
    page = anna.post(
        "/calendar/2026", data={"day": "2026-07-03", "working": "0", "why": "台风停工"}, follow_redirects=True
    ).text
    assert "台风停工" in page and "2026-07-03" in page
    with office.database.reading() as session:
        day = session.get_one(OfficeDay, calendar.next_working_day(session, office.today()).replace(day=3))
        assert not day.working and not calendar.is_working_day(session, day.day)
    for bad in ({"day": "2026-06-30"}, {"day": "x"}, {"why": ""}, {"day": "2099-01-01"}):
        typed = {"day": "2026-07-06", "working": "0", "why": "决定", **bad}
        assert anna.post("/calendar/2026", data=typed).status_code == 422


def test_days_come_by_a_list(office, anna):
    pasted = (
        "日期\t是否上班\t说明\n2026-10-10\t上班\t国庆调休\n2026-10-09\t休息\t\n2026-01-01\t休息\t\n2026-12-31\t也许\t"
    )
    told = anna.ask("/imports/calendar", "POST", data={"pasted": pasted, "act": "check"}).text
    assert told.count("未通过</span>") == 2
    with office.database.reading() as session:
        assert session.scalars(select(OfficeDay).where(OfficeDay.note == "国庆调休")).all() == []
    anna.post("/imports/calendar", data={"pasted": pasted, "act": "keep"})
    with office.database.reading() as session:
        assert office_days.notes(session, 2026)
        assert not calendar.is_working_day(session, office.today().replace(month=10, day=9))


def test_a_year_not_announced_yet_is_confirmed(office, anna):
    assert "已核对无误" in anna.get("/calendar/2028").text
    page = anna.post("/calendar/2028/confirmation", follow_redirects=True).text
    assert "2028 年已确认" in page and "已核对无误" not in page
    with office.database.reading() as session:
        assert calendar.provisional(session, 2028) is None
        assert [row.year for row in office_days.years(session)] == [2028]
    assert anna.get("/calendar/1999").status_code == 404
