"""XG4: who has a dossier already (E09). D1 here, D2 with another keeper, D3 a namesake, D4 the same number."""

import pytest
from sqlalchemy import select

from archive import dossiers, keepers
from archive.dossiers import Dossier
from archive.packs import desk
from archive.statuses import DossierStatus
from tests.processes.receiving import EVERYTHING, ID_NO, OPEN, Receiving
from tests.processes.steps import PACK, POSITION, opened, registered, shelved, stored
from tests.processes.table import covers
from workflow.errors import Conflict, Invalid, NotAllowed
from workflow.models import UserTask
from workflow.registry import checks
from workflow.statuses import TaskStatus

FIRST, SECOND = "1012345678900", PACK


@pytest.fixture
def known(receiving: Receiving) -> Receiving:
    """李明's dossier stands on its shelf already, and a second pack of his is on the list."""
    stored(receiving, FIRST)
    receiving.pack(SECOND)
    return receiving


def kept_elsewhere(receiving: Receiving) -> None:
    row = {"id_no": ID_NO, "name": "李明", "keeper_code": "LC", "keeper_name": "临川区人才中心", "dossier_no": "LC1"}
    with receiving.database.transaction() as session:
        keepers.save(session, row, "test")


@covers("R-MRG", "confirm_merge")
def test_a_second_pack_of_the_same_person_is_merged_into_the_old_dossier(known):
    number = known.dossier_no(FIRST)
    opened(known)
    assert known.exceptions(SECOND, still_open=True) == ["E09"]
    assert known.waits_at(SECOND) == ["judge"]
    known.do(SECOND, "judge", "remy", judgement="merge", merge_note="学校补寄的第二卷")
    known.do(SECOND, "confirm_merge", "dora", merge_decision="approve")
    assert number in known.papers(SECOND)["merge"]
    assert known.seen(FIRST, old_status) is DossierStatus.SORTING
    known.do(SECOND, "tick_materials", "rosa", list_kind="GRAD", present=EVERYTHING)
    registered(known, SECOND, volumes="2")
    assert known.dossier_no(SECOND) == number
    shelved(known, SECOND)
    known.do(SECOND, "send_slip", "wang")

    assert known.ended_at(SECOND) == ["stored"]
    assert known.exceptions(SECOND, still_open=True) == []
    assert known.seen(FIRST, old_status) is DossierStatus.IN_STORE
    assert known.seen(FIRST, lambda session, pack: session.get_one(Dossier, pack.dossier_id).volumes) == 2
    assert known.seen(FIRST, lambda session, pack: [s for check in checks.values() for s in check(session)]) == []


def test_nothing_is_merged_into_a_dossier_that_is_away(known):
    """It would have gone to its new keeper by the time the papers are shelved."""
    opened(known)
    _stands(known, DossierStatus.LEAVING, DossierStatus.ON_THE_WAY)
    with pytest.raises(Invalid) as refused:
        known.do(SECOND, "judge", "remy", judgement="merge", merge_note="第二卷")
    assert "loose materials" in str(refused.value.problems["kept_dossier_no"][0])
    _stands(known, DossierStatus.IN_STORE)
    known.do(SECOND, "judge", "remy", judgement="merge", merge_note="第二卷")
    _stands(known, DossierStatus.LEAVING, DossierStatus.ON_THE_WAY)
    with pytest.raises(Invalid):
        known.do(SECOND, "confirm_merge", "dora", merge_decision="approve")
    known.do(SECOND, "confirm_merge", "dora", merge_decision="refuse", refusal_note="档案正在转出途中")
    assert known.waits_at(SECOND) == ["contact_sender"]


def _stands(known, *statuses: DossierStatus) -> None:
    with known.database.transaction() as session:
        dossier = dossiers.by_no(session, known.dossier_no(FIRST))
        for each in statuses:
            dossiers.change_status(session, dossier, each, "test")


def test_a_merged_dossier_goes_back_to_its_own_place(known):
    opened(known)
    known.do(SECOND, "judge", "remy", judgement="merge", merge_note="第二卷")
    known.do(SECOND, "confirm_merge", "dora", merge_decision="approve")
    known.do(SECOND, "tick_materials", "rosa", list_kind="GRAD", present=EVERYTHING)
    registered(known, SECOND)

    with pytest.raises(Invalid) as refused:
        shelved(known, SECOND, "K01-01-01-A-1-02")
    assert POSITION in str(refused.value.problems["scan_position"][0])


@covers("R-MRG")
def test_a_merge_is_approved_by_another_person(known):
    with known.database.transaction() as session:
        known.join(session, "dora", "review")
    opened(known)
    known.do(SECOND, "judge", "dora", judgement="merge", merge_note="同一人")

    with pytest.raises(NotAllowed):
        known.do(SECOND, "confirm_merge", "dora", merge_decision="approve")
    with pytest.raises(Invalid):
        known.do(SECOND, "confirm_merge", "dirk", merge_decision="refuse")
    known.do(SECOND, "confirm_merge", "dirk", merge_decision="refuse", refusal_note="出生日期不同")
    assert known.waits_at(SECOND) == ["contact_sender"]


@covers("P-MAT", "hand_over_loose", "to_loose")
def test_loose_material_of_a_known_person_is_handed_over_and_opens_no_dossier(known):
    opened(known, contents="loose")
    known.do(SECOND, "judge", "remy", judgement="loose", merge_note="党支部补寄入党材料")
    known.do(SECOND, "hand_over_loose", "stan", handed_to="材料岗 郑")

    assert known.is_over(SECOND)
    assert known.ended_at(SECOND) == ["to_loose"]
    assert known.status(SECOND) == "loose"
    assert known.seen(SECOND, lambda session, pack: pack.dossier_id) is None
    with known.database.reading() as session:
        waiting = select(UserTask.activity_id, UserTask.status).where(UserTask.process_key == "loose-materials")
        assert session.execute(waiting).all() == [("list_papers", TaskStatus.OPEN)]


@covers("XG4 E09", "judge")
def test_a_wrong_id_number_leads_to_the_sender(known):
    opened(known)
    known.do(SECOND, "judge", "remy", judgement="wrong_id", merge_note="证号抄错")
    assert known.waits_at(SECOND) == ["contact_sender"]
    known.do(SECOND, "contact_sender", "rosa", contact="clarified", contact_note="正确证号末四位 0018")
    known.do(SECOND, "open_pack", "rosa", **{**OPEN, "id_no": "440301200001010018"})

    assert known.waits_at(SECOND) == ["tick_materials"]


def test_a_merge_into_another_persons_dossier_is_refused(known):
    other = "1012345678999"
    known.pack(other, "王芳", "440301200001010018")
    opened(known, other, name="王芳", id_no="440301200001010018", contents="loose")

    with pytest.raises(Invalid) as refused:
        known.do(other, "judge", "remy", judgement="merge", kept_dossier_no=known.dossier_no(FIRST), merge_note="?")
    assert list(refused.value.problems) == ["kept_dossier_no"]


@covers("R-DUP", "query_keeper", "await_keeper", "keeper_late")
def test_a_dossier_kept_elsewhere_holds_the_pack_until_the_other_keeper_answers(receiving, clock):
    kept_elsewhere(receiving)
    receiving.pack()
    opened(receiving)
    assert receiving.waits_at(PACK) == ["await_keeper"]
    assert receiving.exceptions(PACK, still_open=True) == ["E09"]
    assert "临川区人才中心" in receiving.papers(PACK)["query"]
    clock.move(days=8)
    receiving.machine()
    assert receiving.waits_at(PACK) == ["await_keeper", "supervise"]
    assert "临川区人才中心" in receiving.papers(PACK)["reminder"]
    receiving.do(PACK, "await_keeper", "rosa", keeper_answer="receive", keeper_note="已于六月转出")

    assert receiving.waits_at(PACK) == ["supervise", "tick_materials"]
    assert receiving.exceptions(PACK, still_open=True) == []


@covers("R-DUP")
def test_a_keeper_who_still_keeps_the_dossier_leaves_the_pack_to_review(receiving):
    kept_elsewhere(receiving)
    receiving.pack()
    opened(receiving)
    receiving.do(PACK, "await_keeper", "rosa", keeper_answer="judge", keeper_note="仍在管")

    assert receiving.waits_at(PACK) == ["judge"]


@covers("R4 XG4", "find_duplicates")
def test_a_namesake_born_the_same_day_is_only_shown(known):
    third = "1012345678903"
    known.pack(third, "李明", "440301194912310013")
    opened(known, third, id_no="440301194912310013")

    assert known.waits_at(third) == ["tick_materials"]
    assert known.variables(third)["duplicate_level"] == "D3"


@covers("R4 XG4")
def test_two_packs_of_one_person_on_the_way_at_once_meet_at_the_second(receiving):
    receiving.pack(FIRST)
    receiving.pack(SECOND)
    opened(receiving, FIRST)
    opened(receiving, SECOND)

    assert receiving.waits_at(FIRST) == ["tick_materials"]
    assert receiving.waits_at(SECOND) == ["judge"]


@covers("R1")
def test_a_tracking_number_makes_one_pack_only(known):
    with pytest.raises(Conflict, match="already known"), known.database.transaction() as session:
        desk.receive_unlisted(session, {"tracking_no": " １０１２ 3456-78900", "sender": "云溪大学"}, "wang")


def old_status(session, pack) -> DossierStatus:
    return session.get_one(Dossier, pack.dossier_id).status
