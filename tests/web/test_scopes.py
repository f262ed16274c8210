"""The page of scopes: the security role limits a group, widens and lifts the limit; a shared list, read in part."""

import pytest
from sqlalchemy import select

from archive import dossiers, persons, scopes, sight, units
from archive.scopes import DossierScope
from tests.archive.cards import facts
from workflow.identity import Group, User


@pytest.fixture
def office(sqlite_office, clock):
    """gao keeps the policies; anna's group reads dossiers, of which there are two."""
    with sqlite_office.database.transaction() as session:
        session.get_one(Group, "registry").permissions = [sight.READ]
        security = Group(key="security", name="安全保密管理", permissions=["policies.manage"])
        told = {"display_name": "高安", "password_hash": session.get_one(User, "dora").password_hash}
        session.add(User(name="gao", created_at=session.get_one(User, "dora").created_at, groups=[security], **told))
        units.save(session, {"code": "E", "name": "第一中学"}, "dora")
        for serial, unit in ((1, "第一中学"), (2, "卫生院")):
            person = persons.register(session, facts(serial, f"单雄{serial}", unit=unit), "anna")
            dossiers.register(session, person, {}, "anna")
    return sqlite_office


def rows(office):
    with office.database.reading() as session:
        return list(session.scalars(select(DossierScope).order_by(DossierScope.id)))


def test_a_group_is_limited_and_its_people_see_the_part_on_their_next_page(office, signed_in):
    anna, gao = signed_in("anna"), signed_in("gao")
    assert "单雄2" in anna.get("/dossiers").text
    assert "全部档案" in gao.get("/scopes").text and "第一中学" not in gao.get("/scopes/registry").text
    answer = gao.post("/scopes/registry", data={"unit": "第一中学", "why": "分工文件〔2026〕3号"})
    assert answer.status_code == 303 and "第一中学" in gao.get("/scopes").text
    assert "单雄1" in anna.get("/dossiers").text and "单雄2" not in anna.get("/dossiers").text
    assert anna.get("/dossiers/2").status_code == anna.get("/dossiers/99").status_code == 404


def test_the_last_row_says_what_its_end_means_and_its_history_stays(office, signed_in):
    gao = signed_in("gao")
    gao.post("/scopes/registry", data={"unit": "第一中学", "why": "分工文件"})
    (row,) = rows(office)
    page = gao.get("/scopes/registry").text
    assert "这是最后一行：终止后该用户组可见全部档案。" in page and "解除限制" in page
    assert gao.post(f"/scopes/registry/{row.id}/ending").status_code == 422
    answer = gao.post(f"/scopes/registry/{row.id}/ending", data={f"why-{row.id}": "分工调整"}, follow_redirects=True)
    assert "该用户组不再受限制" in answer.text and "分工调整" in answer.text
    assert gao.post(f"/scopes/director/{row.id}/ending", data={f"why-{row.id}": "x"}).status_code == 404


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"unit": "第九中学", "why": "x"}, "单位目录中没有名为“第九中学”的单位，请写全称。"),
        ({"keeper_code": "ZZ", "why": "x"}, "没有编号为ZZ的存档机构。"),
        ({"kind": "book", "why": "x"}, "没有档案类型“book”。"),
        ({"unit": "第一中学"}, "请写明原因及文号。"),
        ({"why": "x"}, "请至少填写存档机构、档案类型、管理权限、单位中的一项。"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_kept(office, signed_in, typed, said):
    answer = signed_in("gao").post("/scopes/registry", data=typed)
    assert answer.status_code == 422 and said in answer.text
    assert rows(office) == []


def test_nobody_but_the_security_role_opens_the_page_nor_limits_their_own_group(office, signed_in):
    assert signed_in("anna").get("/scopes").status_code == 403
    assert signed_in("eve").post("/scopes/registry", data={"kind": "flow", "why": "x"}).status_code == 403
    gao = signed_in("gao")
    assert "不得设置自己所在用户组的管档范围。" in gao.get("/scopes/security").text
    assert gao.post("/scopes/security", data={"kind": "flow", "why": "x"}).status_code == 403


def test_a_list_that_names_somebody_out_of_scope_answers_as_for_nobody(office, signed_in):
    with office.database.transaction() as session:
        group = session.get_one(Group, "registry")
        group.permissions = [sight.READ, "persons.keep"]
        scopes.add(session, group, {"unit": "第一中学"}, session.get_one(User, "dora"), "分工")
    numbers = [facts(serial)["id_no"] for serial in (1, 2, 3)]
    pasted = "证件号码\t姓名\t联系地址\n" + "\n".join(f"{n}\t单雄{s}\t街1号" for s, n in enumerate(numbers, 1))
    told = signed_in("anna").post("/imports/facts", data={"pasted": pasted, "act": "check", "why": "x"}).text
    assert told.count("本机构没有登记此证件号码的人员。") == 2


def test_a_dossier_out_of_scope_is_no_choice_and_its_number_unknown(office, signed_in):
    with office.database.transaction() as session:
        scopes.add(
            session, session.get_one(Group, "registry"), {"unit": "第一中学"}, session.get_one(User, "dora"), "分工"
        )
        anna = session.get_one(User, "anna")
        assert sight.by_no(session, anna, "YX202600001").person.name == "单雄1"
    page = signed_in("anna").get("/scan?code=YX202600002").text
    assert "单雄2" not in page and "YX202600002”" in page
