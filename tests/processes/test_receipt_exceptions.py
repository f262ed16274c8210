"""The exception paths of the receipt: E01–E08 and E10–E16, each to its end (domain §5.5). E09 has a file of its own."""

import pytest

from archive import dossiers, persons
from archive.dossiers import Dossier
from tests.processes.receiving import EVERYTHING, ID_NO, OPEN, OTHER_ID_NO, Receiving
from tests.processes.steps import PACK, opened, outside, registered, shelved, signed, ticked
from tests.processes.table import covers
from workflow.errors import Invalid, NotAllowed

TICKS = {"E03": "channel", "E01": "seal", "E02": "seam", "E04": "addressee"}


def refused_outside(receiving: Receiving, code: str) -> None:
    ticks = [tick for other, tick in TICKS.items() if other != code]
    problems = [code] if code not in TICKS else []
    outside(receiving, checks=ticks, problems=problems, outside_note="见照片")


def sent_back(receiving: Receiving, decision: str = "return") -> None:
    receiving.do(PACK, "prepare_return", "wang", return_to="云溪大学档案馆")
    receiving.do(PACK, "confirm_return", "dora", return_decision=decision, decision_note="请按规定密封")
    receiving.do(PACK, "send_back", "wang", return_channel="ems", return_tracking_no="1055555555501")


@covers("R2 XG2", "check_outside")
@pytest.mark.parametrize("code", ["E01", "E02", "E03", "E04", "E05", "E16"])
def test_what_is_wrong_outside_goes_back_and_is_never_stored(receiving, code):
    receiving.pack()
    refused_outside(receiving, code)
    assert receiving.exceptions(PACK, still_open=True) == [code]
    assert receiving.waits_at(PACK) == ["prepare_return"]
    sent_back(receiving)

    assert receiving.is_over(PACK)
    assert receiving.ended_at(PACK) == ["returned"]
    assert receiving.status(PACK) == "returned"
    assert receiving.exceptions(PACK) == [code]
    assert receiving.exceptions(PACK, still_open=True) == []
    assert receiving.seen(PACK, lambda session, pack: pack.dossier_id) is None


@covers("R-REJ", "prepare_return", "confirm_return", "send_back", "returned")
def test_a_return_has_a_letter_and_a_register_of_one_number(receiving):
    receiving.pack()
    refused_outside(receiving, "E01")
    sent_back(receiving)

    papers = receiving.papers(PACK)
    assert set(papers) == {"return_letter", "return_register"}
    for text in papers.values():
        assert "〔2026〕退字0001号" in text
        assert "E01 封口破损" in text
        assert "云溪大学档案馆" in text


@covers("R-REJ")
def test_a_pack_for_another_keeper_is_forwarded(receiving):
    receiving.pack()
    refused_outside(receiving, "E04")
    sent_back(receiving, "forward")

    assert receiving.status(PACK) == "forwarded"
    assert "转寄" in receiving.papers(PACK)["return_letter"]


@covers("R-REJ")
def test_the_director_who_confirms_a_return_did_not_prepare_it(receiving):
    receiving.pack()
    refused_outside(receiving, "E02")
    with receiving.database.transaction() as session:
        receiving.join(session, "dora", "window")
    receiving.do(PACK, "prepare_return", "dora")

    with pytest.raises(NotAllowed):
        receiving.do(PACK, "confirm_return", "dora", return_decision="return")
    receiving.do(PACK, "confirm_return", "dirk", return_decision="return")
    assert receiving.waits_at(PACK) == ["send_back"]


def test_a_pack_never_goes_back_by_an_unofficial_channel(receiving):
    receiving.pack()
    refused_outside(receiving, "E03")
    receiving.do(PACK, "prepare_return", "wang")
    receiving.do(PACK, "confirm_return", "dora", return_decision="return")

    with pytest.raises(Invalid):
        receiving.do(PACK, "send_back", "wang", return_channel="other", return_tracking_no="1")
    assert receiving.waits_at(PACK) == ["send_back"]


def test_the_director_may_ask_the_sender_first_and_then_the_pack_goes_on(receiving):
    receiving.pack()
    refused_outside(receiving, "E02")
    receiving.do(PACK, "prepare_return", "wang")
    receiving.do(PACK, "confirm_return", "dora", return_decision="contact")
    receiving.do(PACK, "contact_sender", "rosa", contact="clarified", contact_note="学校出具说明并补章")
    receiving.do(PACK, "open_pack", "rosa", **OPEN)

    assert receiving.waits_at(PACK) == ["tick_materials"]
    assert receiving.exceptions(PACK, still_open=True) == []


@covers("XG3 R-ID", "contact_sender", "contact_late", "contact_over", "remind")
@pytest.mark.parametrize(
    ("code", "typed"),
    [
        ("E06", {"identity": "differs", "opening_note": "转递单姓名不同"}),
        ("E11", {"contents": "empty", "opening_note": "空袋"}),
        ("E12", {"contents": "several", "opening_note": "两人"}),
        ("E15", {"contents": "illegible", "opening_note": "水渍"}),
    ],
)
def test_what_is_wrong_inside_is_asked_and_then_clarified_or_sent_back(receiving, code, typed):
    receiving.pack()
    opened(receiving, **typed)
    assert receiving.exceptions(PACK, still_open=True) == [code]
    assert receiving.waits_at(PACK) == ["contact_sender"]
    receiving.do(PACK, "contact_sender", "rosa", contact="clarified", contact_note="学校档案馆张老师：请重核")
    assert receiving.waits_at(PACK) == ["open_pack"]
    receiving.do(PACK, "open_pack", "rosa", **{**OPEN, **typed})
    receiving.do(PACK, "contact_sender", "rosa", contact="return", contact_note="不能核实")
    sent_back(receiving)

    assert receiving.ended_at(PACK) == ["returned"]
    assert receiving.exceptions(PACK) == [code, code]


def test_an_id_number_other_than_the_list_says_is_seen_by_the_machine(receiving):
    receiving.pack()
    opened(receiving, id_no=OTHER_ID_NO, opening_note="证号与名单不同")
    assert receiving.exceptions(PACK, still_open=True) == ["E06"]

    receiving.do(PACK, "contact_sender", "rosa", contact="clarified", contact_note="名单证号有误，以档案为准")
    receiving.do(PACK, "open_pack", "rosa", **{**OPEN, "id_no": OTHER_ID_NO})
    assert receiving.waits_at(PACK) == ["tick_materials"]


@covers("R2 XG2")
def test_a_damaged_pack_is_opened_by_two_and_its_sender_asked(receiving):
    receiving.pack()
    opened_damaged = {"problems": ["E10"], "outside_note": "雨淋"}
    outside(receiving, **opened_damaged)
    assert receiving.waits_at(PACK) == ["open_pack"]
    receiving.do(PACK, "open_pack", "rosa", **OPEN)
    assert receiving.waits_at(PACK) == ["contact_sender"]
    receiving.do(PACK, "contact_sender", "rosa", contact="clarified", contact_note="学校同意照收")
    receiving.do(PACK, "open_pack", "rosa", **OPEN)

    assert receiving.waits_at(PACK) == ["tick_materials"]


def test_a_former_cadres_papers_by_ems_are_not_received(receiving):
    receiving.pack()
    opened(receiving, ex_cadre="true", opening_note="曾任副科长")

    assert receiving.exceptions(PACK, still_open=True) == ["E16"]
    assert receiving.waits_at(PACK) == ["contact_sender"]


def test_who_was_a_cadre_is_one_in_the_record_too(receiving):
    receiving.unlisted(PACK, channel="confidential")
    opened(receiving, ex_cadre="true")
    assert "E16" not in receiving.exceptions(PACK)
    receiving.do(PACK, "tick_materials", "rosa", list_kind="GRAD", present=EVERYTHING)
    registered(receiving)

    assert receiving.seen(PACK, lambda session, pack: session.get_one(Dossier, pack.dossier_id).ex_cadre)


def test_papers_by_ems_of_who_is_known_as_a_former_cadre_are_not_received(receiving):
    with receiving.database.transaction() as session:
        person = persons.register(session, {"name": "李明", "id_no": ID_NO}, "rosa")
        session.flush()
        dossiers.register(session, person, {"kind": "cadre", "version": "duplicate"}, "rosa")
    receiving.pack()
    opened(receiving, opening_note="曾任副科长")

    assert receiving.exceptions(PACK, still_open=True) == ["E16"]


def test_who_turns_out_never_to_have_been_a_cadre_is_registered(receiving):
    receiving.pack()
    opened(receiving, ex_cadre="true", opening_note="曾任副科长")
    receiving.do(PACK, "contact_sender", "rosa", contact="clarified", contact_note="同名，未任过干部")
    receiving.do(PACK, "open_pack", "rosa", **OPEN, ex_cadre=())
    receiving.do(PACK, "tick_materials", "rosa", list_kind="GRAD", present=EVERYTHING)
    registered(receiving)

    assert not receiving.seen(PACK, lambda session, pack: session.get_one(Dossier, pack.dossier_id).ex_cadre)


@covers("XG3 R-ID")
@covers("escalation", "supervise", "supervised")
def test_a_silent_sender_is_reminded_then_supervised_then_the_pack_goes_back(receiving, clock):
    receiving.pack()
    opened(receiving, identity="differs", opening_note="姓名不同")
    clock.move(days=8)  # five working days later
    receiving.machine()
    assert receiving.waits_at(PACK) == ["contact_sender", "supervise"]
    assert "第 1 次催办" in receiving.papers(PACK)["reminder"]
    receiving.do(PACK, "supervise", "dora", supervise_note="再联系一次")
    clock.move(days=7)
    receiving.machine()

    assert receiving.waits_at(PACK) == ["prepare_return"]
    sent_back(receiving)
    assert receiving.is_over(PACK)
    assert sorted(receiving.ended_at(PACK)) == ["returned", "supervised"]


@covers("XG1 E13", "trace_pack", "pack_traced_late", "missing")
def test_a_listed_pack_that_never_came_is_written_off(receiving, clock):
    receiving.pack()
    signed(receiving, arrival="missing", arrival_note="邮袋中没有")
    assert receiving.exceptions(PACK, still_open=True) == ["E13"]
    clock.move(days=2)
    receiving.machine()
    assert receiving.waits_at(PACK) == ["supervise", "trace_pack"]
    receiving.do(PACK, "supervise", "dora", supervise_note="查到底")
    with pytest.raises(Invalid):
        receiving.do(PACK, "trace_pack", "wang", trace_result="missing")
    receiving.do(PACK, "trace_pack", "wang", trace_result="missing", trace_note="学校未寄")

    assert receiving.is_over(PACK)
    assert sorted(receiving.ended_at(PACK)) == ["missing", "supervised"]
    assert receiving.status(PACK) == "missing"


@covers("XG1 E13")
def test_a_listed_pack_that_turns_up_is_signed_for(receiving):
    receiving.pack()
    signed(receiving, arrival="missing")
    receiving.do(PACK, "trace_pack", "wang", trace_result="found")
    assert receiving.waits_at(PACK) == ["sign_for"]
    signed(receiving, arrival="delivered")

    assert receiving.waits_at(PACK) == ["check_outside"]
    assert receiving.exceptions(PACK) == ["E13"]
    assert receiving.exceptions(PACK, still_open=True) == []


@covers("XG1 E14", "trace_list", "list_traced_late", "list_traced")
def test_a_pack_without_a_list_goes_the_same_way_while_its_list_is_chased(receiving, clock):
    pack = receiving.unlisted()
    signed(receiving, pack)
    assert receiving.waits_at(pack) == ["check_outside", "trace_list"]
    assert receiving.exceptions(pack, still_open=True) == ["E14"]
    clock.move(days=2)
    receiving.machine()
    assert receiving.waits_at(pack) == ["check_outside", "supervise", "trace_list"]
    receiving.do(pack, "supervise", "dora", supervise_note="催学校")
    receiving.do(pack, "trace_list", "wang", list_note="学校补发名单")
    receiving.do(pack, "check_outside", "wang", checks=list(TICKS.values()))
    receiving.do(pack, "open_pack", "rosa", **OPEN)
    receiving.do(pack, "tick_materials", "rosa", list_kind="GRAD", present=EVERYTHING)
    registered(receiving, pack)
    shelved(receiving, pack)
    receiving.do(pack, "send_slip", "wang")

    assert receiving.is_over(pack)
    assert receiving.ended_at(pack) == ["supervised", "list_traced", "stored"]
    assert receiving.exceptions(pack, still_open=True) == []


@covers("R5 XG5", "tick_materials")
def test_missing_material_is_told_and_undertaken_but_never_refused(receiving):
    receiving.pack()
    ticked(receiving, present=[item for item in EVERYTHING if item != "league"])
    assert receiving.exceptions(PACK, still_open=True) == ["E08"]
    assert receiving.waits_at(PACK) == ["tell_missing"]
    notice = receiving.papers(PACK)["missing"]
    assert "入团材料" in notice
    assert "承 诺 书" in notice
    receiving.do(PACK, "tell_missing", "rosa", told_by="sms", undertaken="true")

    assert receiving.waits_at(PACK) == ["register_dossier"]
    assert receiving.exceptions(PACK, still_open=True) == []


@covers("R-NOTE E08", "tell_missing")
def test_a_person_who_signs_nothing_is_received_all_the_same(receiving):
    receiving.pack()
    ticked(receiving, present=[item for item in EVERYTHING if item != "league"])
    with pytest.raises(Invalid):
        receiving.do(PACK, "tell_missing", "rosa", told_by="unreached")
    receiving.do(PACK, "tell_missing", "rosa", told_by="unreached", notice_note="三次未接")

    assert receiving.waits_at(PACK) == ["register_dossier"]


@covers("R-NOTE E07", "follow_missing", "chase_due", "chase_sender", "chased", "followed")
def test_necessary_material_is_chased_beside_the_way_to_the_shelf(receiving, clock):
    receiving.pack()
    ticked(receiving, present=[item for item in EVERYTHING if item != "marks"])
    assert receiving.exceptions(PACK, still_open=True) == ["E07"]
    receiving.do(PACK, "tell_missing", "rosa", told_by="desk", undertaken="true")
    assert receiving.waits_at(PACK) == ["follow_missing", "register_dossier"]
    registered(receiving)
    shelved(receiving)
    receiving.do(PACK, "send_slip", "wang")
    assert receiving.status(PACK) == "stored"
    assert receiving.waits_at(PACK) == ["follow_missing"]
    assert receiving.seen(PACK, lambda session, pack: pack.case.closed_at) is None
    clock.move(days=45)
    receiving.machine()
    assert "成绩单" in receiving.papers(PACK)["reminder"]
    receiving.do(PACK, "follow_missing", "rosa", supplied=["成绩单"])

    assert receiving.is_over(PACK)
    assert sorted(receiving.ended_at(PACK)) == ["chased", "followed", "stored"]
    assert receiving.exceptions(PACK, still_open=True) == []


def test_a_pack_on_the_list_with_a_wrong_id_number_is_imported_with_a_warning(receiving):
    receiving.pack(id_no="11010519491231002Y")
    opened(receiving)

    assert receiving.waits_at(PACK) == ["tick_materials"]
    assert ID_NO not in str(receiving.variables(PACK))
