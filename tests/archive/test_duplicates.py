import io

import openpyxl
import pytest
from sqlalchemy import text

from archive import dossiers, duplicates, keepers, persons
from archive.duplicates import Level
from archive.packs.models import Pack
from archive.rosters import Outcome
from archive.statuses import Channel, DossierStatus
from tests.archive.cards import facts, id_no
from workflow.clock import now
from workflow.errors import Invalid

ELSEWHERE = {
    "name": "单雄信",
    "keeper_code": "BJ01",
    "keeper_name": "北京中心",
    "dossier_no": "B-1",
    "since": "2020-01",
}


def levels(session, given):
    return [found.level for found in duplicates.check(session, given)]


def kept(session, serial=1, **more):
    return dossiers.register(session, persons.register(session, facts(serial), "anna"), more, "anna")


def pack(session, number="EMS123"):
    made = Pack(tracking_no=number, channel=Channel.EMS, listed_name="张三", expected_at=now())
    session.add(made)
    session.flush()
    return made


def test_somebody_new_is_no_duplicate(session, clock):
    assert duplicates.check(session, facts(1, tracking_no="EMS1")) == []
    assert duplicates.check(session, {}) == []


def test_d1_the_same_number_active_here_blocks(session, clock):
    dossier = kept(session)

    (found,) = duplicates.check(session, facts(1))

    assert (found.level, found.blocks) == (Level.D1, True)
    assert str(found.said) == f"The same ID number has an active dossier here: {dossier.dossier_no}, 单雄信."
    assert found.records[0].number == dossier.dossier_no


def test_a_dossier_is_no_duplicate_of_itself(session, clock):
    assert levels(session, facts(1, dossier_id=kept(session).id)) == []


def test_a_dossier_transferred_away_is_no_duplicate(session, clock):
    dossier = kept(session)
    for status in (DossierStatus.IN_STORE, DossierStatus.LEAVING, DossierStatus.ON_THE_WAY, DossierStatus.TRANSFERRED):
        dossiers.change_status(session, dossier, status, "anna")

    assert levels(session, facts(1)) == []


def test_d2_a_record_of_another_keeper_holds_but_does_not_block(session, clock):
    keepers.save(session, ELSEWHERE | {"id_no": id_no(1)}, "list of July")

    (found,) = duplicates.check(session, facts(1))

    assert (found.level, found.blocks) == (Level.D2, False)
    assert found.records[0].where == "北京中心"


def test_d3_the_same_name_and_birth_with_another_number_warns(session, clock):
    kept(session, 1)

    (found,) = duplicates.check(session, facts(3))

    assert (found.level, found.blocks) == (Level.D3, False)
    assert levels(session, {"name": "单雄信", "birth": "2004-05-12"}) == [Level.D3]
    assert levels(session, {"name": "单雄信", "birth": "2004-05-13"}) == []


def test_d4_the_same_tracking_number_blocks(session, clock):
    first = pack(session)

    assert levels(session, {"tracking_no": " ems-123 "}) == [Level.D4]
    assert levels(session, {"tracking_no": "EMS123", "pack_id": first.id}) == []
    kept(session, 1, track_no="EMS 999")
    assert levels(session, {"track_no": "EMS999"}) == [Level.D4]


def test_levels_come_in_order(session, clock):
    pack(session)
    kept(session, 1)
    persons.register(session, facts(3), "anna")
    keepers.save(session, ELSEWHERE | {"id_no": id_no(1)}, "list")

    assert levels(session, facts(1, tracking_no="EMS123")) == [Level.D1, Level.D2, Level.D3, Level.D4]


def test_no_answer_ever_shows_a_whole_number(session, clock):
    kept(session, 1)
    persons.register(session, facts(3), "anna")
    keepers.save(session, ELSEWHERE | {"id_no": id_no(1)}, "list")

    told = repr([(found, found.as_json()) for found in duplicates.check(session, facts(1))])

    assert id_no(1) not in told
    assert id_no(3) not in told
    assert id_no(1)[:6] + "********" + id_no(1)[-4:] in told


def test_a_wrong_number_is_refused_not_passed_over(session, clock):
    with pytest.raises(Invalid):
        duplicates.check(session, facts(1) | {"id_no": "123"})


def test_a_record_told_twice_is_one_record(session, clock):
    row = ELSEWHERE | {"id_no": id_no(1)}

    assert keepers.save(session, row, "list") is Outcome.ADDED
    assert keepers.save(session, row, "list") is Outcome.SAME
    assert keepers.save(session, row | {"dossier_no": "B-2"}, "list") is Outcome.CHANGED
    assert keepers.save(session, row | {"keeper_code": "SH01"}, "list") is Outcome.ADDED
    assert len(duplicates.check(session, facts(1))) == 2


def test_records_kept_elsewhere_lie_sealed(session, clock):
    keepers.save(session, ELSEWHERE | {"id_no": id_no(1)}, "list")
    assert id_no(1) not in repr(session.execute(text("SELECT * FROM kept_elsewhere")).all())


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("id_no", {"id_no": "1"}),
        ("name", {"name": ""}),
        ("keeper_code", {"keeper_code": ""}),
        ("keeper_code", {"keeper_code": "yx"}),
        ("keeper_code", {"keeper_name": " "}),
    ],
)
def test_a_row_that_cannot_be_used_says_why(session, clock, field, given):
    with pytest.raises(Invalid) as refused:
        keepers.save(session, ELSEWHERE | {"id_no": id_no(1)} | given, "list")
    assert list(refused.value.problems) == [field]


def test_a_workbook_is_read_row_by_row(session, clock):
    book = openpyxl.Workbook()
    for line in (
        ["存档机构", "机构编号", "姓名", "身份证号", "档案编号"],
        ["北京中心", "BJ01", "张三", id_no(5), "B-5"],
        ["北京中心", "BJ01", "李四", "12", "B-6"],
    ):
        book.active.append(line)
    book.save(content := io.BytesIO())

    results = keepers.import_file(session, content.getvalue(), "elsewhere.xlsx")

    assert [(told.row, told.outcome) for told in results] == [(2, Outcome.ADDED), (3, Outcome.REFUSED)]
    assert levels(session, {"id_no": id_no(5)}) == [Level.D2]
