import json

import pytest

from archive import dossiers, persons, province
from archive.province import ProvincePush
from tests.archive.cards import facts, id_no
from workflow.errors import NotFound, Unavailable
from workflow.registry import Work, service_tasks


@pytest.fixture
def kept(session, clock):
    person = persons.register(session, facts(1, phone="13800138000", school="云溪大学"), "anna")
    return dossiers.register(session, person, {"channel": "ems", "track_no": "EMS1"}, "anna")


def files(office):
    return sorted((office.settings.data / "province-outbox").iterdir())


def test_a_pushed_dossier_is_one_whole_file_named_by_keeper_and_number(session, office, kept):
    province.push(session, kept)

    (file,) = files(office)
    told = json.loads(file.read_text())
    assert file.name == "YX_YX202600001.json"
    assert (told["姓名"], told["证件号码"], told["联系电话"], told["毕业院校"]) == (
        "单雄信",
        id_no(1),
        "13800138000",
        "云溪大学",
    )
    assert (told["档案编号"], told["档案状态"], told["存档日期"], told["机要/邮件号"]) == (
        "YX202600001",
        "to_shelve",
        "2026-07-01",
        "EMS1",
    )


def test_only_the_owner_may_read_the_outbox(session, office, kept):
    province.push(session, kept)

    (file,) = files(office)
    assert file.stat().st_mode & 0o077 == 0
    assert file.parent.stat().st_mode & 0o077 == 0


def test_pushing_again_sends_only_what_changed(session, office, kept):
    first = province.push(session, kept)
    assert province.push(session, kept) is first
    assert first.times == 1

    persons.update(session, kept.person, {"school": "云溪学院"}, "anna")
    province.push(session, kept)

    assert first.times == 2
    assert json.loads(files(office)[0].read_text())["毕业院校"] == "云溪学院"


def test_what_was_told_is_kept_without_the_number_itself(session, kept):
    row = province.push(session, kept)
    assert id_no(1) not in repr({column.key: getattr(row, column.key) for column in ProvincePush.__table__.columns})


def test_a_full_disk_is_a_reason_to_try_again_and_leaves_no_row(session, office, kept):
    (office.settings.data / "province-outbox").write_text("a file where the folder should be")

    with pytest.raises(Unavailable, match="cannot be written"):
        province.push(session, kept)
    assert session.get(ProvincePush, ("YX", kept.dossier_no)) is None


def test_the_service_task_needs_only_the_dossier_number(session, kept):
    push = service_tasks["province.push"]

    told = push(session, Work(1, {"dossier_no": kept.dossier_no}, {}, None, None))
    assert (
        told
        == push(session, Work(1, {"dossier_no": kept.dossier_no}, {}, None, None))
        == {"province_id": "YX_YX202600001.json"}
    )
    with pytest.raises(NotFound):
        push(session, Work(1, {"dossier_no": "YX0"}, {}, None, None))


def test_fsck_names_a_dossier_pushed_under_another_number(session, kept):
    row = province.push(session, kept)
    row.dossier_no = "YX999"
    session.flush()

    assert list(province._strangers(session)) == [f"Dossier {kept.dossier_no} was pushed to the province as YX999."]
