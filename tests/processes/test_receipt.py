"""The receipt of a pack from the list to the shelf (domain §10.1 P-REC), and what is left behind on the way."""

import pytest
from sqlalchemy import select

from archive import custody, dossiers, persons, storage
from archive.dossiers import Dossier
from archive.province import ProvincePush
from archive.statuses import DigitStatus, DossierStatus, SortStatus
from tests.processes.receiving import ID_NO, OPEN, Receiving, signed_by
from tests.processes.steps import PACK, POSITION, opened, outside, registered, shelved, signed, stored, ticked
from tests.processes.table import covers
from workflow import cases, jobs
from workflow.errors import Invalid, NotAllowed
from workflow.models import HistoryEvent, Incident, StoredFile, Variable
from workflow.registry import checks


def dossier(receiving: Receiving) -> Dossier:
    return receiving.seen(PACK, lambda session, pack: session.get_one(Dossier, pack.dossier_id))


@covers("R10", "queue_work", "stored")
def test_a_good_pack_goes_from_the_list_to_the_shelf(receiving):
    stored(receiving)

    assert receiving.is_over(PACK)
    assert receiving.ended_at(PACK) == ["stored"]
    assert receiving.status(PACK) == "stored"
    assert receiving.exceptions(PACK) == []
    found = dossier(receiving)
    assert found.status is DossierStatus.IN_STORE
    assert (found.sort_status, found.digit_status) == (SortStatus.QUEUED, DigitStatus.QUEUED)
    assert (found.track_no, found.source_unit, found.checked_by) == (PACK, "云溪大学", "remy")
    assert receiving.seen(PACK, lambda session, pack: storage.home(session, found)) == POSITION


def test_what_a_stored_pack_leaves_behind_is_sound(receiving):
    stored(receiving)

    def chains(session, pack):
        owned = session.get_one(Dossier, pack.dossier_id)
        return [[move.to_place for move in custody.chain(session, item)] for item in (pack, owned)]

    assert receiving.seen(PACK, chains) == [
        ["sender:云溪大学", "desk:receipt", f"position:{POSITION}"],
        ["desk:receipt", f"position:{POSITION}"],
    ]
    assert (
        receiving.seen(PACK, lambda session, pack: [said for check in checks.values() for said in check(session)]) == []
    )
    assert receiving.seen(PACK, lambda session, pack: session.scalars(select(ProvincePush)).one().times) == 1
    keys = receiving.seen(PACK, lambda session, pack: cases.keys(session, pack.case))
    assert {PACK, receiving.dossier_no(PACK).lower()} <= set(keys)


@covers("R9a", "issue_slip", "send_slip", "slip_late", "supervise_slip", "slip_supervised")
def test_the_slip_names_the_dossier_and_goes_back_to_the_sender(receiving):
    stored(receiving)

    slip = receiving.papers(PACK)["receipt"]
    assert "〔2026〕收字0001号" in slip
    assert receiving.dossier_no(PACK) in slip
    assert "云溪大学" in slip


def test_sorting_that_began_before_the_slip_was_sent_is_left_alone(receiving):
    receiving.pack(PACK)
    ticked(receiving)
    registered(receiving)
    shelved(receiving)
    with receiving.database.transaction() as session:
        own = session.get_one(Dossier, dossier(receiving).id)
        other = cases.open_case(session, "ZL-1", "整理", "sorting", "rosa")
        dossiers.hold(session, own, other)
        dossiers.update_facts(session, own, {"sort_status": SortStatus.SORTING}, "rosa", other)
    receiving.do(PACK, "send_slip", "wang")

    assert receiving.is_over(PACK)
    found = dossier(receiving)
    assert (found.sort_status, found.digit_status) == (SortStatus.SORTING, DigitStatus.QUEUED)
    assert found.held_by_case_id is not None


@covers("R6")
def test_the_id_number_lies_open_nowhere(receiving):
    stored(receiving)

    def everything(session, pack):
        said = [str(value) for value in session.scalars(select(Variable.value))]
        said += [str(data) for data in session.scalars(select(HistoryEvent.data))]
        return said + list(session.scalars(select(StoredFile.name)))

    assert not [said for said in receiving.seen(PACK, everything) if ID_NO in said]
    owner = receiving.seen(
        PACK, lambda session, pack: persons.id_no(session, session.get_one(Dossier, pack.dossier_id).person)
    )
    assert owner == ID_NO


@covers("R1", "sign_for")
def test_a_wrong_scan_stops_the_step(receiving):
    receiving.pack()

    with pytest.raises(Invalid) as refused:
        signed(receiving, scanned_no="1099999999999")
    assert "1012345678901" in str(refused.value.problems["scanned_no"][0])
    assert receiving.waits_at(PACK) == ["sign_for"]


@covers("R3", "open_pack")
def test_a_pack_is_opened_by_two_people(receiving):
    receiving.pack()
    outside(receiving)

    with pytest.raises(Invalid, match=r".*") as alone:
        receiving.do(PACK, "open_pack", "rosa", name="李明", id_no=ID_NO)
    assert "witness" in str(alone.value.problems)
    with pytest.raises(Invalid) as guessed:
        receiving.do(PACK, "open_pack", "rosa", **{**OPEN, "witness.password": "guessed"})
    assert "witness" in str(guessed.value.problems)
    with pytest.raises(Invalid):  # the store may not stand beside an opening
        receiving.do(PACK, "open_pack", "rosa", **{**OPEN, **signed_by("stan")})
    assert receiving.waits_at(PACK) == ["open_pack"]


@covers("R6", "register_dossier")
def test_the_id_number_is_typed_a_second_time(receiving):
    receiving.pack()
    ticked(receiving)

    with pytest.raises(Invalid) as refused:
        registered(receiving, id_no_again="440301200001010019")
    assert list(refused.value.problems) == ["id_no_again"]
    assert receiving.waits_at(PACK) == ["register_dossier"]


@covers("R7", "review_dossier")
def test_review_is_done_by_another_person_and_may_send_back(receiving):
    receiving.pack()
    ticked(receiving)
    with receiving.database.transaction() as session:
        receiving.join(session, "rosa", "review")
    receiving.do(PACK, "register_dossier", "rosa", id_no_again=ID_NO, major="文学")
    number = receiving.dossier_no(PACK)

    with pytest.raises(NotAllowed):
        receiving.do(PACK, "review_dossier", "rosa", review="agrees")
    with pytest.raises(Invalid):
        receiving.do(PACK, "review_dossier", "remy", review="back")
    receiving.do(PACK, "review_dossier", "remy", review="back", review_note="专业应为法学")
    assert receiving.waits_at(PACK) == ["register_dossier"]
    registered(receiving, major="法学")

    assert receiving.dossier_no(PACK) == number
    assert receiving.seen(PACK, lambda session, pack: session.get_one(Dossier, pack.dossier_id).person.major) == "法学"
    assert receiving.waits_at(PACK) == ["shelve"]


@covers("R8", "shelve")
def test_shelving_needs_both_barcodes_each_in_its_place(receiving):
    receiving.pack()
    ticked(receiving)
    registered(receiving)

    with pytest.raises(Invalid) as swapped:
        shelved(receiving, scan_label=POSITION, scan_position=receiving.dossier_no(PACK))
    assert list(swapped.value.problems) == ["scan_label"]
    with pytest.raises(Invalid) as elsewhere:
        shelved(receiving, scan_position="K01-01-01-A-1-02")
    assert list(elsewhere.value.problems) == ["scan_position"]
    assert receiving.status(PACK) == "in_work"
    shelved(receiving)
    assert receiving.status(PACK) == "stored"


@covers("R8")
def test_two_dossiers_never_share_a_position_of_one(receiving):
    stored(receiving)
    receiving.pack("1012345678902", "王芳", "440301200001010018")
    opened(receiving, "1012345678902", name="王芳", id_no="440301200001010018")
    receiving.do("1012345678902", "tick_materials", "rosa", list_kind="PERSON", present=["resume", "study"])
    receiving.do("1012345678902", "tell_missing", "rosa", told_by="desk", undertaken="true")
    receiving.do("1012345678902", "register_dossier", "rosa", id_no_again="440301200001010018")
    receiving.do("1012345678902", "review_dossier", "remy", review="agrees")

    with pytest.raises(Invalid):
        shelved(receiving, "1012345678902")
    shelved(receiving, "1012345678902", "K01-01-01-A-1-02")
    assert receiving.status("1012345678902") == "stored"


@covers("R9a")
def test_a_slip_not_sent_in_three_working_days_reaches_the_director(receiving, clock):
    receiving.pack()
    ticked(receiving)
    registered(receiving)
    shelved(receiving)
    clock.move(days=4)
    receiving.machine()
    assert receiving.waits_at(PACK) == ["send_slip"]
    clock.move(days=3)  # Wednesday to the next Monday's close are three working days
    receiving.machine()

    assert receiving.waits_at(PACK) == ["send_slip", "supervise_slip"]
    receiving.do(PACK, "supervise_slip", "dora", supervise_note="今日寄出")
    receiving.do(PACK, "send_slip", "wang", slip_way="ems", slip_sent_no="1011111111111")
    assert receiving.is_over(PACK)


@covers("R9b", "push_province", "tell_person")
def test_a_province_that_cannot_be_reached_becomes_an_incident_and_loses_nothing(receiving, clock):
    receiving.pack()
    ticked(receiving)
    registered(receiving)
    outbox = receiving.office.settings.data / "province-outbox"
    outbox.write_text("a file where the folder should be")
    shelved(receiving)
    for _ in range(5):
        clock.move(minutes=11)
        receiving.machine()
    with receiving.database.reading() as session:
        (incident,) = session.scalars(select(Incident)).all()
        assert incident.activity_id == "push_province"
    assert receiving.status(PACK) == "stored"
    outbox.unlink()
    with receiving.database.transaction() as session:
        jobs.retry(session, session.get_one(Incident, incident.id), "dora")
    receiving.machine()
    receiving.do(PACK, "send_slip", "wang")

    assert receiving.is_over(PACK)
    assert len(list(outbox.iterdir())) == 1
