"""调入: every path of bpmn/transfer-in.bpmn, through the real forms."""

import pytest
from sqlalchemy import select

from archive import chains, keepers
from archive.audit import open_doubts
from archive.audit.models import Audit, AuditReason
from archive.dossiers import Dossier
from archive.relations import subject
from archive.statuses import AuditStatus, DossierKind, DossierStatus
from archive.transfer.letter_tables import LetterStatus
from tests.archive.cards import id_no
from tests.processes.arriving import LETTER, NOTICE_OF_LINCHUAN, Arrivals
from tests.processes.receiving import signed_by
from tests.processes.steps import outside, registered, shelved
from tests.processes.table import covers
from tests.standing import standing
from workflow.around import notices, reminders
from workflow.errors import Conflict, Invalid, NotAllowed
from workflow.identity import User
from workflow.models import UserTask
from workflow.separation import relations
from workflow.separation.relations import RelationKind
from workflow.statuses import NoticeKind, TaskStatus

AUTHORITY = {"applicant": "authority", "papers": [], "changed_on": "2026-06-15"}
WITHIN = {"keeper": "YX", "receiver": "YXGB", **AUTHORITY}


@pytest.fixture
def arrivals(sqlite_office, clock) -> Arrivals:
    """SQLite does for most paths; `everywhere` walks the main ones on both."""
    return standing(Arrivals, sqlite_office)


@pytest.fixture
def everywhere(office, clock) -> Arrivals:
    return standing(Arrivals, office)


def refused(act, *fields: str) -> str:
    with pytest.raises(Invalid) as said:
        act()
    assert list(said.value.problems) == list(fields)
    return str(said.value)


# FLOW


@covers("I1", "begun")
@covers("I2", "accept_application")
@covers("I3", "approve_letter", "issue_letter")
@covers("I4", "send_letter")
@covers("I5", "receive_pack", "pack_stored")
@covers("I6", "close_letter", "closed")
def test_the_pack_a_letter_waits_for_is_known_at_the_desk_and_closes_the_letter(everywhere):
    everywhere.asked_for()
    assert (everywhere.letter().status, everywhere.letter().number) == (LetterStatus.SENT, LETTER)
    with pytest.raises(Conflict, match="received at the desk"):
        everywhere.receive()
    pack = everywhere.unlisted(name="王芳", channel="confidential")
    outside(everywhere, pack)
    everywhere.do(pack, "open_pack", "rosa", name="王芳", id_no=id_no(40), **signed_by("remy"))
    assert everywhere.letter().status is LetterStatus.ARRIVED
    everywhere.do(pack, "tick_materials", "rosa", list_kind="PERSON", present=[])
    if "tell_missing" in everywhere.waits_at(pack):
        everywhere.do(pack, "tell_missing", "rosa", told_by="desk", undertaken="true")
    registered(everywhere, pack, id_no_again=id_no(40))
    shelved(everywhere, pack, "K01-01-01-A-1-03")

    assert everywhere.ends(0) == ["closed"]
    assert everywhere.letter().status is LetterStatus.CLOSED
    assert (everywhere.arrived().recall_no, everywhere.arrived().status) == (LETTER, DossierStatus.IN_STORE)
    letter = next(text for kind, _, text, _ in everywhere.issued(0) if kind == "recall_letter")
    assert all(part in letter for part in (LETTER, "临川区人才交流中心", "王芳", id_no(40), "存根", "严禁本人自带"))
    assert id_no(40) not in str(everywhere.known(0))
    assert everywhere.broken() == []


@covers("I2", "accept_application", "not_accepted")
@covers("I2 XG", "is_accepted", "not_accepted")
def test_what_is_missing_is_told_once_and_what_may_not_come_is_refused(arrivals):
    arrivals.apply()
    assert "劳动合同" in refused(lambda: arrivals.accept_application(papers=["identity"]), "papers")
    arrivals.accept_application(accept_result="incomplete", accept_note="缺劳动合同")
    arrivals.accept_application()
    arrivals.agree(letter_decision="back", letter_note="核对现存档机构")
    arrivals.accept_application(accept_result="refuse", accept_note="不属本辖区")

    assert arrivals.ends(0) == ["not_accepted"]
    assert [kind for kind, *_ in arrivals.issued(0)] == ["transfer_in_missing", "transfer_in_refusal"]


@covers("I2", "accept_application")
def test_a_person_has_one_open_letter_and_nobody_is_asked_for_what_is_here(arrivals):
    with arrivals.database.transaction() as session:
        keepers.save(session, {"id_no": id_no(40), "keeper_code": "YH", "keeper_name": "余杭", "name": "王芳"}, "名单")
    arrivals.asked_for()
    first = arrivals.cases[0]
    assert arrivals.known(0)["known_elsewhere"] == "余杭"
    arrivals.apply(key="20260701-00000B")
    assert LETTER in refused(arrivals.accept_application, "id_no")
    assert "kept here" in refused(lambda: arrivals.accept_application(id_no=id_no(1)), "id_no")
    refused(lambda: arrivals.accept_application(keeper="YX"), "keeper")
    assert "keeps no dossier" in refused(lambda: arrivals.accept_application(keeper="YXGB", id_no=id_no(41)), "keeper")
    arrivals.cases[0] = first
    assert arrivals.waits(0) == ["receive_pack"]


@covers("I2", "accept_application")
@covers("I3", "approve_letter", "approve_whole")
def test_who_is_limited_hears_nothing_of_dossiers_and_letters_beyond_and_who_sees_all_decides(arrivals):
    arrivals.limit("window", "review", kind="cadre")  # 李明1 is a mobile worker
    arrivals.apply()
    arrivals.accept_application(id_no=id_no(1))
    arrivals.agree()
    assert arrivals.waits(0) == ["approve_whole"]
    assert "kept here" in refused(arrivals.agree_whole, "id_no")
    arrivals.agree_whole(letter_decision="back", letter_note="已在本中心")
    arrivals.accept_application(keeper="YXGB", id_no=id_no(41))
    arrivals.agree()
    assert "keeps no dossier" in refused(arrivals.agree_whole, "keeper")
    arrivals.agree_whole(letter_decision="back", letter_note="对方没有")
    arrivals.accept_application()
    arrivals.agree()
    arrivals.agree_whole()
    assert arrivals.waits(0) == ["send_letter"] and arrivals.letter().approved_by == "dora"


@covers("I3", "approve_whole")
def test_what_one_sees_is_refused_at_once_and_who_is_limited_does_not_decide_for_all(arrivals):
    arrivals.limit("window", "review", "director", kind="flow")
    arrivals.apply()
    assert "kept here" in refused(lambda: arrivals.accept_application(id_no=id_no(1)), "id_no")
    arrivals.accept_application()
    arrivals.agree()
    with pytest.raises(NotAllowed, match="sees every dossier"):
        arrivals.agree_whole()


def test_a_relative_takes_no_part_in_asking_for_a_dossier(arrivals):
    with arrivals.database.transaction() as session:
        related = subject(session, id_no(40))
        relations.declare(session, session.get_one(User, "remy"), related, "王芳", RelationKind.BLOOD)
    arrivals.apply()
    arrivals.accept_application()
    with pytest.raises(NotAllowed, match="related"):
        arrivals.agree()


@covers("timers", "remind_due", "remind", "reminded", "phone_due", "phone_keeper", "phoned")
@covers("timers", "close_due", "decide_letter", "expired")
def test_a_keeper_who_does_not_answer_is_reminded_telephoned_and_the_letter_issued_anew_or_closed(arrivals, clock):
    arrivals.asked_for()
    clock.move(days=22)
    arrivals.machine()
    assert [kind for kind, *_ in arrivals.issued(0)][-1] == "transfer_remind"
    clock.move(days=21)
    arrivals.machine()
    arrivals.at("phone_keeper", "wang", phone_note="对方在办")
    clock.move(days=43)
    arrivals.machine()
    assert arrivals.waits(0) == ["decide_letter"]
    arrivals.at("decide_letter", "remy", close_result="anew", close_note="对方未收到")
    assert arrivals.letter().number == "〔2026〕调字0002号"
    arrivals.at("send_letter", "wang", letter_way="post")
    clock.move(days=100)
    arrivals.machine()
    arrivals.at("decide_letter", "remy", close_result="expire", close_note="申请人放弃")

    assert arrivals.ends(0)[-1] == "expired"
    assert arrivals.letter().status is LetterStatus.EXPIRED
    assert arrivals.broken() == []


# CADRE


def cadre_asked(arrivals) -> None:
    arrivals.asked_for("cadre", applicant="authority", papers=[], reason="云组干〔2026〕12号", changed_on="2026-06-15")


@covers("J1", "accept_application")
@covers("J2", "send_letter")
@covers("J3", "receive_pack")
@covers("J4", "count_pack")
@covers("J5", "write_receipt", "send_receipt")
@covers("J6", "audit", "begin_audit")
@covers("J7", "register_dossier", "shelve", "close_letter", "tell_person", "push_province", "in_store")
@covers("J3 XG", "is_well")
@covers("J6 XG", "is_good")
def test_a_cadre_s_dossier_is_received_by_two_audited_and_shelved(everywhere):
    cadre_asked(everywhere)
    assert "confidential post" in refused(lambda: everywhere.receive(channel="ems"), "channel")
    refused(lambda: everywhere.receive(**{"witness.by": "rosa"}), "witness")
    everywhere.receive(scan_notice=NOTICE_OF_LINCHUAN)
    everywhere.count(materials_told="30", materials_in="29")
    everywhere.answer_receipt()
    everywhere.at("audit", "remy", audit_result="good")
    refused(lambda: everywhere.register_it(id_no(42)), "id_no_again")
    everywhere.register_it()
    everywhere.shelve_it()

    assert everywhere.ends(0) == ["in_store"]
    dossier = everywhere.arrived()
    assert (dossier.kind, dossier.status, dossier.held_by_case_id) == (DossierKind.CADRE, DossierStatus.IN_STORE, None)
    assert (dossier.recall_no, dossier.notice_no) == (LETTER, NOTICE_OF_LINCHUAN)
    papers = {kind: text for kind, _, text, _ in everywhere.issued(0)}
    assert list(papers) == ["recall_letter", "transfer_difference", "transfer_receipt"]
    assert "材料份数：通知单 30，实收 29" in papers["transfer_difference"]
    assert "商调函" in papers["recall_letter"]
    assert everywhere.broken() == []
    assert dossier.audit_status is AuditStatus.QUEUED
    with everywhere.database.reading() as session:
        audit = session.scalars(select(Audit)).one()
        assert (audit.dossier_id, audit.reason) == (dossier.id, AuditReason.TRANSFER)
        assert [str(each) for each in open_doubts(session, session.get_one(Dossier, dossier.id))] == [
            "The special audit is not finished."
        ]
        waiting = select(UserTask.activity_id).where(UserTask.case_id == audit.case_id)
        assert session.scalars(waiting).all() == ["first_review"]


def due(arrivals, activity_id: str) -> str:
    with arrivals.database.reading() as session:
        open_ = select(UserTask).where(UserTask.activity_id == activity_id, UserTask.status == TaskStatus.OPEN)
        return session.scalars(open_).one().due_at.date().isoformat()


def reminded(arrivals, name: str) -> list[str]:
    """What this person was reminded of: the names of the steps."""
    reminders.sweep(arrivals.database)
    with arrivals.database.reading() as session:
        told = [each for each in notices.of(session, session.get_one(User, name)) if each.kind is NoticeKind.REMINDED]
        return sorted({session.get_one(UserTask, each.task_id).activity_id for each in told})


@covers("J2", "send_letter", "receive_pack")
def test_a_cadre_s_dossier_that_does_not_come_in_two_months_is_told_to_the_director(arrivals, clock):
    with pytest.raises(Invalid) as said:
        arrivals.asked_for("cadre", applicant="authority", papers=[], changed_on="")
    assert list(said.value.problems) == ["changed_on"]
    refused(
        lambda: arrivals.accept_application(applicant="authority", papers=[], changed_on="2026-07-02"), "changed_on"
    )
    arrivals.accept_application(applicant="authority", papers=[], changed_on="2026-06-15")
    arrivals.agree()
    arrivals.at("send_letter", "wang", letter_way="post")
    assert due(arrivals, "receive_pack") == "2026-08-17"  # the fifteenth is a Saturday
    clock.move(days=47)
    assert reminded(arrivals, "dora") == []
    clock.move(days=1)  # 2026-08-18
    assert reminded(arrivals, "dora") == ["receive_pack"]


@covers("J6", "audit", "begin_audit")
@covers("J7", "register_dossier", "shelve")
def test_audit_and_shelving_are_over_two_months_after_receipt_or_the_director_is_told(arrivals, clock):
    cadre_asked(arrivals)
    arrivals.receive()
    arrivals.count()
    arrivals.answer_receipt()
    assert due(arrivals, "audit") == "2026-09-01"
    clock.move(days=58)  # 2026-08-28
    arrivals.at("audit", "remy", audit_result="good")
    assert due(arrivals, "register_dossier") == "2026-08-31"
    arrivals.register_it()
    arrivals.shelve_it()
    assert due(arrivals, "first_review") == "2026-09-01"  # and not ten working days from here
    clock.move(days=5)
    assert "first_review" in reminded(arrivals, "dora")


@covers("J3", "receive_pack")
@covers("J3 XG", "is_well")
def test_a_pack_opened_on_its_way_goes_back_with_a_note_and_is_waited_for_again(arrivals):
    cadre_asked(arrivals)
    arrivals.receive(received="wrong", receive_note="封口已拆")
    assert [kind for kind, *_ in arrivals.issued(0)][-1] == "transfer_back"
    arrivals.receive()
    assert arrivals.waits(0) == ["count_pack"]


@covers("J6", "audit", "await_answer", "ask_due", "ask_again", "returned")
@covers("J6 XG", "is_good", "returned")
def test_problems_are_asked_of_the_sender_each_month_until_answered_or_the_dossier_goes_back(arrivals, clock):
    cadre_asked(arrivals)
    arrivals.receive()
    arrivals.count()
    arrivals.answer_receipt()
    arrivals.at("audit", "remy", audit_result="supplement", audit_note="出生时间前后不一")
    clock.move(days=34)
    arrivals.machine()
    assert [kind for kind, *_ in arrivals.issued(0)].count("transfer_problems") == 2
    arrivals.at("await_answer", "rosa", answer_note="来函说明")
    arrivals.at("audit", "remy", audit_result="return", audit_note="未作认定")

    assert arrivals.ends(0) == ["returned"]
    assert arrivals.letter().status is LetterStatus.CANCELLED


# between two offices of one house


@covers("pair", "issue_letter", "receive_pack", "send_receipt", "in_store")
def test_between_two_offices_of_one_house_custody_passes_by_a_scan_at_each_end(everywhere, clock):
    everywhere.apply("cadre", "李明1")
    everywhere.accept_application(id_no=id_no(1), **WITHIN)
    everywhere.agree()
    everywhere.answering()
    assert everywhere.waits(1) == ["accept_papers"]
    given = {"letter_no": LETTER, "letter_date": "2026-07-01", "keeper": "YXGB", "applicant": "authority"}
    everywhere.accept(**given, papers=["letter"])
    everywhere.prepare()
    everywhere.approve()
    everywhere.pack(channel="confidential")
    notice = everywhere.known(1)["notice_no"]
    refused(lambda: everywhere.receive(scan_notice=notice), "scan_notice")
    everywhere.hand_over(track_no="JY20260001")
    clock.move(days=1)
    everywhere.receive(scan_notice=f"JLT1:{notice}:{everywhere.no()}")
    everywhere.count()
    everywhere.answer_receipt()
    assert everywhere.ends(1)[-1] == "transferred"
    everywhere.at("audit", "remy", audit_result="good")
    everywhere.register_it(id_no(1))
    everywhere.shelve_it("K01-01-01-A-1-05")

    with everywhere.database.reading() as session:
        arrived = session.get_one(Dossier, everywhere.letter().dossier_id)
        assert (arrived.keeper_code, arrived.previous_id, arrived.person_id) == ("YXGB", 1, 1)
        links = chains.links(session, arrived, session.get_one(User, "dora"))
        assert chains.first_gap(links) is None
        assert [link.under for link in links] == [everywhere.no()] * 5 + [arrived.dossier_no] * 2
        assert [each.event.to_place for each in chains.whole(session, arrived)] == [
            "desk:receipt",
            "position:K01-01-01-A-1-01",
            "person:rosa",
            "transit:机要 JY20260001",
            "unit:云溪区干部档案室",
            "desk:transfer",
            "position:K01-01-01-A-1-05",
        ]
    assert everywhere.broken() == []


def written_by_the_house(arrivals) -> dict:
    """One office of the house has asked the other for a dossier; what the other's clerk reads on the letter."""
    arrivals.apply("cadre", "李明1")
    arrivals.accept_application(id_no=id_no(1), **WITHIN)
    arrivals.agree()
    arrivals.answering()
    return {"letter_no": LETTER, "letter_date": "2026-07-01", "applicant": "authority", "papers": ["letter"]}


@covers("pair", "issue_letter", "accept_papers")
def test_what_another_office_of_the_house_asks_for_goes_to_no_other(arrivals):
    given = written_by_the_house(arrivals)
    assert "云溪区干部档案室" in refused(lambda: arrivals.accept(**given, keeper="LC01"), "keeper")
    arrivals.accept(**given, keeper="YXGB")
    assert arrivals.waits(1) == ["prepare"]


@covers("pair", "receive_pack")
def test_what_the_other_office_has_scanned_has_not_come_back(arrivals, clock):
    given = written_by_the_house(arrivals)
    arrivals.accept(**given, keeper="YXGB")
    arrivals.prepare()
    arrivals.approve()
    arrivals.pack(channel="confidential")
    arrivals.hand_over(track_no="JY20260001")
    clock.move(days=1)
    arrivals.receive(scan_notice=arrivals.known(1)["notice_no"])
    for result in ("returned", "recall"):
        with pytest.raises(Conflict, match="own scan"):
            arrivals.step("register_receipt", "rosa", receipt_result=result, receipt_note="邮局退回")
    arrivals.count()
    arrivals.answer_receipt()
    assert arrivals.ends(1)[-1] == "transferred"
