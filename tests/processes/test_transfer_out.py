"""转出: every path of bpmn/transfer-out.bpmn, through the real forms."""

from datetime import date, datetime

import pytest
from sqlalchemy import select

from archive import custody, dossiers
from archive import keepers as kept_elsewhere
from archive.dossiers import Dossier
from archive.loose.models import LooseList, LoosePaper, PaperState
from archive.materials import catalogue, states
from archive.materials.models import MaterialState
from archive.materials.rows import Entry
from archive.numbers import IssuedNumber
from archive.reading import kin
from archive.relations import subject
from archive.scanning import batches, desk
from archive.scanning.models import BatchStatus, ScanBatch
from archive.statuses import AuditStatus, DossierStatus, SortStatus
from archive.transfer.letters import ASKED, RECEIPT
from archive.transfer.models import DispatchOutcome, TransferStatus
from tests.archive.cards import id_no
from tests.processes.table import covers
from tests.processes.transferring import HOME, NOTICE, SENT_ON, WHOLE, WITNESS, Transfers
from tests.standing import standing
from tests.workflow.separation.guards import guards
from workflow import cases, messages, returns, tasks
from workflow.around import case_clock
from workflow.errors import Conflict, Invalid, NotAllowed
from workflow.identity import User
from workflow.models import Case, UserTask
from workflow.operations import legal_holds
from workflow.separation import agreements, relations
from workflow.separation.relations import RelationKind
from workflow.statuses import ReturnMode, TaskStatus


@pytest.fixture
def transfers(sqlite_office, clock) -> Transfers:
    """One mobile person's dossier stands in the store. SQLite does for most paths; `everywhere` walks the main ones on
    both."""
    return standing(Transfers, sqlite_office)


@pytest.fixture
def everywhere(office, clock) -> Transfers:
    return standing(Transfers, office)


def refused(act, *fields: str) -> str:
    with pytest.raises(Invalid) as said:
        act()
    assert list(said.value.problems) == list(fields)
    return str(said.value)


@covers("O1", "begun", "take_up")
@covers("O2", "accept_papers")
@covers("O3", "look_for_holds")
@covers("O4", "work_begun", "prepare")
@covers("O6", "approve")
@covers("O7", "pack")
@covers("O8", "hand_over", "work_done")
@covers("O9", "hand_over", "tell_person", "push_province", "sent")
@covers("O10", "register_receipt", "answered")
@covers("O11", "strike", "transferred")
@covers("O10 XG", "what_came", "strike")
def test_a_dossier_leaves_and_its_receipt_comes_back(everywhere, clock):
    everywhere.asked()
    assert everywhere.waits() == ["prepare"]
    everywhere.prepare()
    assert everywhere.status() is DossierStatus.LEAVING
    everywhere.approve()
    everywhere.pack()
    everywhere.hand_over()
    assert everywhere.status() is DossierStatus.ON_THE_WAY
    clock.move(days=3)
    everywhere.receipt()

    assert everywhere.finished()
    assert everywhere.ends()[-1] == "transferred"
    transfer, dossier = everywhere.transfer(), everywhere.dossier()
    assert (dossier.status, dossier.held_by_case_id) == (DossierStatus.TRANSFERRED, None)
    assert (transfer.status, transfer.notice_no) == (TransferStatus.CONFIRMED, NOTICE)
    assert [(each.track_no, each.outcome) for each in transfer.dispatches] == [
        ("EB123456789CN", DispatchOutcome.CONFIRMED)
    ]
    assert everywhere.places() == [
        "desk:receipt",
        "position:K01-01-01-A-1-01",
        "person:rosa",
        "transit:邮政特快专递（EMS） EB123456789CN",
        "unit:临川区人才交流中心",
    ]
    assert everywhere.broken() == []
    papers = {kind: text for kind, _, text, _ in everywhere.issued()}
    assert list(papers) == ["transfer_notice", "transfer_list"]
    assert all(part in papers["transfer_notice"] for part in ("存根", "通知单", "回执", NOTICE, "李明1", "临川"))
    assert papers["transfer_list"].count("干部履历表") == 2


@covers("O1", "letter_came", "take_up")
def test_a_letter_of_an_office_of_this_house_begins_it_by_message(transfers):
    letter = "〔2026〕调字0009号"
    with transfers.database.transaction() as session:
        told = {"dossier_no": "YX202600001", "letter_no": letter, "keeper": "LC01"}
        messages.receive(session, ASKED, letter, told, "asked:9")
        messages.receive(session, ASKED, letter, told, "asked:9")
    transfers.machine()
    assert transfers.everyone_s() == ["accept_papers"]


# O2


@covers("O2", "not_accepted")
def test_what_is_missing_is_told_once_and_the_clock_starts_when_all_is_there(transfers, clock):
    transfers.begin()
    transfers.step("accept_papers", "wang", accept_result="incomplete", accept_note="缺委托书")
    assert transfers.transfer().accepted_at is None
    assert [kind for kind, *_ in transfers.issued()] == ["transfer_missing"]
    said = refused(lambda: transfers.accept(applicant="agent"), "papers")
    assert "委托书" in said
    clock.move(days=5)
    transfers.accept(applicant="agent", papers=["letter", "identity", "agent_letter"])
    assert transfers.known()["due_day"] == "2026-07-27"  # 15 working days after 6 July

    other = Transfers.begin(transfers, key="20260701-00000B")
    assert other
    transfers.step("accept_papers", "wang", accept_result="refuse", accept_note="发函单位无档案管理权限")
    assert transfers.ends() == ["not_accepted"]
    assert transfers.transfer().status is TransferStatus.REFUSED


@covers("O1", "accept_papers")
def test_a_letter_is_of_its_days_and_names_a_number(transfers):
    transfers.begin()
    for typed in (
        {"letter_date": "2026-07-02"},
        {"letter_until": "2026-06-30"},
        {"letter_id_no": "110105194912310021"},
    ):
        refused(lambda typed=typed: transfers.accept(**typed), *typed)


@covers("O1", "accept_papers")
def test_a_letter_serves_once_and_a_dossier_leaves_once_at_a_time(sqlite_office, clock):
    transfers = standing(Transfers, sqlite_office, 2)
    transfers.asked()
    first = transfers.cases[1]
    transfers.begin(2)
    assert "used already" in refused(lambda: transfers.accept(2, letter_no="临人才调〔2026〕1号"), "letter_no")
    transfers.begin(1, key="20260701-00000B")
    assert "for this dossier" in refused(lambda: transfers.accept(1), "letter_no")
    with pytest.raises(Conflict, match="being transferred already"):
        transfers.accept(1, letter_no="临人才调〔2026〕9号")
    transfers.cases[1] = first
    assert transfers.waits() == ["prepare"]


@covers("O1", "accept_papers")
@covers("O2", "accept_papers", "not_accepted")
def test_a_letter_for_a_dossier_that_has_left_meanwhile_is_refused_and_ends(transfers):
    transfers.begin(key="20260701-00000B")
    second = transfers.cases[1]
    transfers.sent()
    transfers.receipt(received_on=SENT_ON)
    transfers.cases[1] = second
    assert "kept here no longer" in refused(lambda: transfers.accept(letter_no="临人才调〔2026〕9号"), "accept_result")
    transfers.accept(accept_result="refuse", accept_note="档案已转临川")

    assert transfers.ends() == ["not_accepted"]
    assert transfers.broken() == []


@covers("O1", "accept_papers")
def test_a_letter_for_several_serves_again_for_whom_it_was_given_up(sqlite_office, clock):
    transfers = Transfers(sqlite_office, 4)
    letter = {"letter_no": "临人才调〔2026〕7号", "letter_persons": "3"}
    for number in (1, 2, 3):
        transfers.asked(number, **letter)
    transfers.prepare(2)
    transfers.approve(2, decision="cancel", decision_note="本人撤回")
    transfers.step("put_back", "stan", 2, scan_label=transfers.no(2), scan_position=HOME.format(2))
    transfers.asked(4, **letter)

    assert transfers.waits(4) == ["prepare"]
    assert [transfers.transfer(number).letter_use for number in (1, 3, 4)] == [1, 3, 2]


# O3


def hold(transfers, *changes) -> list[str]:
    """The kinds of hold a letter meets after each `change(session, dossier)`."""
    with transfers.database.transaction() as session:
        for change in changes:
            change(session, session.get_one(Dossier, 1))
    transfers.asked()
    return [each["kind"] for each in transfers.known()["holds"]]


def add_papers(session, dossier) -> None:
    """Papers accepted for it lie in its folder."""
    case = cases.open_case(session, "LS-1", "零散材料", "loose-materials", "wang")
    told = {"sender": "人事局", "handed_on": date(2026, 6, 30), "receiver": "wang"}
    sent = LooseList(case_id=case.id, dossier_id=dossier.id, **told)
    sent.papers.append(LoosePaper(seq=1, name="考核表", state=PaperState.REGISTERED))
    session.add(sent)


@covers("O3", "look_for_holds")
def test_papers_that_wait_to_be_filed_hold_a_dossier(transfers):
    assert hold(transfers, add_papers) == ["loose"]


def seal(session, dossier) -> None:
    dossiers.change_status(session, dossier, DossierStatus.SEALED, "dora", None, "法院查封")


def unseal(transfers) -> None:
    with transfers.database.transaction() as session:
        dossiers.change_status(session, session.get_one(Dossier, 1), DossierStatus.IN_STORE, "dora", None, "解封")


@covers("O3", "look_for_holds", "settle_hold")
def test_a_legal_seal_stops_the_clock_and_nothing_else_does(everywhere, clock):
    assert hold(everywhere, seal) == ["sealed"]
    assert everywhere.known()["holds"][0]["said"] == "经有权机关决定封存"
    assert everywhere.transfer().due_at == everywhere.transfer().first_due_at
    clock.move(days=14)
    unseal(everywhere)
    everywhere.step("settle_hold", "remy", hold_result="look_again", hold_note="已解封")

    transfer = everywhere.transfer()
    assert everywhere.waits() == ["prepare"]
    assert (transfer.due_at - transfer.first_due_at).days == 14
    assert everywhere.broken() == []


def stopped(transfers) -> None:
    """A legal hold of the case, recorded by dora and agreed to by a guard."""
    with transfers.database.transaction() as session:
        dora = session.scalars(select(User).where(User.name == "dora")).one()
        case = session.get_one(Case, transfers.case_id())
        asked = legal_holds.ask(session, case, dora, "区纪委", "纪〔2026〕7号", "2026-06-30")
        agreements.agree(session, asked, guards(session)[0])
    transfers.machine()


def due(transfers) -> datetime:
    with transfers.database.reading() as session:
        return session.scalars(select(UserTask.due_at).where(UserTask.status == TaskStatus.OPEN)).one()


def let_go_on(transfers) -> None:
    with transfers.database.transaction() as session:
        dora = session.scalars(select(User).where(User.name == "dora")).one()
        case_clock.go_on(session, session.get_one(Case, transfers.case_id()), dora)
    transfers.machine()


@covers("O3", "stopped_by_law", "look_for_holds", "settle_hold")
@pytest.mark.parametrize("done", [(), ("prepare",), ("prepare", "approve", "pack")])
def test_a_recorded_hold_stops_the_clock_and_the_work_wherever_it_stands(everywhere, clock, done):
    everywhere.asked()
    for step in done:
        getattr(everywhere, step)()
    stopped(everywhere)
    assert everywhere.waits() == ["settle_hold"]
    assert everywhere.known()["holds"] == [
        {"kind": "legal_hold", "said": "法定暂停：区纪委 纪〔2026〕7号（2026-06-30）"}
    ]
    clock.move(days=7)
    everywhere.step("settle_hold", "remy", hold_result="look_again", hold_note="仍在调查")
    assert everywhere.waits() == ["settle_hold"]
    clock.move(days=7)
    let_go_on(everywhere)
    clock.move(days=3)  # nobody looked: the clock went on nevertheless
    everywhere.step("settle_hold", "remy", hold_result="look_again", hold_note="已了结")

    transfer = everywhere.transfer()
    assert (transfer.due_at - transfer.first_due_at).days == 14
    assert everywhere.waits() == ["prepare"] and due(everywhere) == transfer.due_at
    everywhere.prepare()
    everywhere.approve()
    everywhere.pack()
    everywhere.hand_over()
    assert everywhere.broken() == []


@covers("O3", "settle_hold", "put_back", "cancelled")
def test_a_dossier_pulled_before_the_hold_goes_to_its_shelf_when_the_transfer_is_given_up(transfers):
    transfers.asked()
    transfers.prepare()
    stopped(transfers)
    transfers.step("settle_hold", "remy", hold_result="cancel", hold_note="来函撤回")
    assert transfers.waits() == ["put_back"]
    put_back(transfers)

    assert transfers.ends() == ["cancelled"]
    assert (transfers.status(), transfers.dossier().held_by_case_id) == (DossierStatus.IN_STORE, None)
    assert transfers.broken() == []


@covers("O8", "hand_over")
def test_a_hold_stops_no_pack_that_is_on_its_way(transfers):
    transfers.sent()
    waited = transfers.waits()
    stopped(transfers)
    assert transfers.waits() == waited
    assert transfers.transfer().due_at == transfers.transfer().first_due_at


@covers("O12", "take_back", "stopped_by_law")
def test_a_pack_that_came_back_under_a_hold_is_not_sent_again_before_it_is_over(transfers):
    transfers.sent()
    stopped(transfers)
    come_back(transfers, back_result="resend")
    assert transfers.waits() == ["settle_hold"]


@covers("O3", "look_for_holds")
def test_a_hold_recorded_before_the_papers_are_accepted_stops_the_clock_from_its_beginning(transfers, clock):
    transfers.begin()
    stopped(transfers)
    transfers.accept()
    assert transfers.waits() == ["settle_hold"]
    clock.move(days=14)
    let_go_on(transfers)
    assert (transfers.transfer().due_at - transfers.transfer().first_due_at).days == 14


@covers("O3", "settle_hold", "drop_transfer", "cancelled")
def test_an_identity_that_differs_is_cleared_by_its_owner_or_the_transfer_is_given_up(transfers):
    transfers.begin()
    transfers.accept(letter_id_no=id_no(7), unit_refuses="true")
    assert [each["kind"] for each in transfers.known()["holds"]] == ["identity", "unit_refuses"]
    transfers.step("settle_hold", "remy", hold_result="look_again", cleared=["identity"], hold_note="系笔误")
    assert [each["kind"] for each in transfers.known()["holds"]] == ["unit_refuses"]
    transfers.step("settle_hold", "remy", hold_result="cancel", hold_note="单位坚持")

    assert transfers.ends() == ["cancelled"]
    assert (transfers.status(), transfers.dossier().held_by_case_id) == (DossierStatus.IN_STORE, None)
    assert id_no(7) not in str(transfers.known())


def lend(session, dossier) -> None:
    dossiers.change_status(session, dossier, DossierStatus.LENT, "stan", None, "借阅")
    custody.record(session, dossier, "person:何查", "stan", None, "借阅")


def send_to_scan(session, dossier) -> None:
    dossiers.change_status(session, dossier, DossierStatus.SCANNING, "stan", None, "扫描")
    custody.record(session, dossier, "desk:scanning", "stan", None, "扫描")


def back_from_scanning(session, dossier) -> None:
    """Its batch waits to be accepted."""
    case = cases.open_case(session, "SM-1", "数字化", "scanning", "dora")
    told = {"sort_status": SortStatus.SORTED}
    dossiers.update_facts(session, dossier, told, "rosa")
    batch, _ = batches.plan(session, case, batches.Terms("维扫公司"), [dossier.dossier_no], "dora")
    (entry,) = batches.entries(session, batch)
    desk.hand_out(session, entry, dossier.dossier_no, WHOLE, 1, "维扫", "stan")
    desk.take_back(session, entry, dossier.dossier_no, HOME.format(1), WHOLE, "stan")


def accepted(transfers) -> None:
    with transfers.database.transaction() as session:
        session.scalars(select(ScanBatch)).one().status = BatchStatus.ACCEPTED


@covers("O3", "look_for_holds", "settle_hold")
def test_a_dossier_whose_images_are_being_accepted_stays_until_they_are(everywhere):
    assert hold(everywhere, back_from_scanning) == ["accepting"]
    assert everywhere.known()["holds"][0]["said"] == "数字化成果尚未验收：批次 SM2026-0001"
    everywhere.step("settle_hold", "remy", hold_result="look_again", hold_note="已问")
    assert everywhere.waits() == ["settle_hold"]
    accepted(everywhere)
    everywhere.step("settle_hold", "remy", hold_result="look_again", hold_note="已验收")
    assert everywhere.waits() == ["prepare"]


def doubt(session, dossier) -> None:
    dossiers.update_facts(session, dossier, {"audit_status": AuditStatus.QUEUED}, "rosa")


def freeze(session, dossier) -> None:
    states.move(
        session, catalogue.of(session, dossier, MaterialState.KEPT)[0], MaterialState.FROZEN, states.Act("rosa")
    )


def another_keeper(session, dossier) -> None:
    facts = {"id_no": id_no(1), "name": "李明1", "keeper_code": "YH01", "keeper_name": "余杭中心"}
    kept_elsewhere.save(session, facts, "名单")


@covers("O3", "look_for_holds", "settle_hold")
@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        ((lend,), ["on_loan"]),
        ((send_to_scan,), ["scanning"]),
        ((doubt, freeze, another_keeper), ["doubt", "doubt", "duplicate"]),
    ],
)
def test_what_holds_a_dossier_is_named_and_does_not_stop_the_clock(transfers, clock, changes, kinds):
    assert hold(transfers, *changes) == kinds
    clock.move(days=7)
    transfers.step("settle_hold", "remy", hold_result="look_again", hold_note="仍在")
    assert transfers.waits() == ["settle_hold"]
    assert transfers.transfer().due_at == transfers.transfer().first_due_at


@covers("O3", "look_for_holds")
def test_another_case_that_holds_the_dossier_is_named(sqlite_office, clock):
    transfers = standing(Transfers, sqlite_office)
    with transfers.database.transaction() as session:
        other = cases.open_case(session, "X-1", "清点 一号库房", "key-handover", "dora")
        dossiers.hold(session, session.get_one(Dossier, 1), other)
    transfers.asked()
    assert transfers.known()["holds"] == [{"kind": "held", "said": "正在办理：清点 一号库房"}]


# O4 to O6


@covers("O4", "prepare")
def test_it_is_pulled_when_catalogue_and_paper_agree(transfers):
    transfers.asked()
    for typed in ({"scan_label": "YX202699999"}, {"pages_out": "7"}, {"volumes_out": "2"}):
        refused(lambda typed=typed: transfers.prepare(**typed), *typed)
    assert transfers.status() is DossierStatus.IN_STORE


@covers("O4", "prepare")
def test_a_loose_paper_is_filed_before_the_dossier_leaves(transfers):
    with transfers.database.transaction() as session:
        states.take_in(
            session, session.get_one(Dossier, 1), [Entry("", "2020年考核表", "2020", 1, "", False)], states.Act("rosa")
        )
    transfers.asked()
    assert "2020年考核表" in refused(lambda: transfers.prepare(pages_out="9"), "pages_out")


@covers("O4", "is_missing", "drop_missing", "not_found")
def test_a_dossier_that_is_not_in_its_place_is_missing_and_the_transfer_ends(transfers):
    transfers.asked()
    transfers.prepare(handing="missing", hand_note="上下架位均无")
    assert transfers.ends()[-1] == "not_found"
    assert transfers.status() is DossierStatus.MISSING
    assert transfers.lost() == ("missing", transfers.dossier().held_by_case_id)


@pytest.mark.parametrize("who", ["wang", "rosa", "dora", "stan"])
def test_a_relative_takes_no_part_in_a_transfer(transfers, who):
    with transfers.database.transaction() as session:
        related = subject(session, id_no(1))
        relations.declare(session, session.get_one(User, who), related, "李明1", RelationKind.BLOOD)
    transfers.begin()
    acts = (transfers.accept, transfers.prepare, transfers.approve, transfers.pack, transfers.hand_over)
    with pytest.raises(NotAllowed, match="related"):
        for act in acts:
            act()


@covers("O6", "approve", "given_up", "put_back", "drop_transfer", "cancelled")
def test_who_approves_sends_back_or_gives_up_and_did_not_prepare(transfers):
    transfers.asked()
    transfers.prepare()
    transfers.approve(decision="back", decision_note="核对材料")
    assert transfers.waits() == ["prepare"]
    transfers.prepare()
    transfers.approve(decision="cancel", decision_note="本人撤回")
    refused(lambda: put_back(transfers, "K01-01-01-A-1-02"), "scan_position")
    put_back(transfers)

    assert transfers.ends()[-1] == "cancelled"
    assert (transfers.status(), transfers.transfer().status) == (DossierStatus.IN_STORE, TransferStatus.CANCELLED)
    assert transfers.broken() == []


def put_back(transfers, position="K01-01-01-A-1-01") -> None:
    transfers.step("put_back", "stan", scan_label=transfers.no(), scan_position=position)


@covers("deadline", "too_late", "press", "pressed")
def test_a_transfer_beyond_its_days_is_pressed_for_and_goes_on(transfers, clock):
    transfers.asked()
    clock.move(days=22)
    transfers.machine()
    assert transfers.waits() == ["prepare", "press"]
    transfers.step("press", "dirk", press_note="本周内转出")
    assert transfers.waits() == ["prepare"]


# O5, O7: cadres


@covers("O5", "settle_audit")
@covers("O7", "pack")
@covers("O9", "hand_over")
def test_a_cadre_s_dossier_goes_by_two_carriers_with_its_audit_problems_listed(office, clock):
    transfers = standing(Transfers, office, kind="cadre")
    transfers.asked(applicant="authority", papers=["letter"])
    assert transfers.known()["due_day"] == "2026-09-01"
    transfers.prepare()
    transfers.step("settle_audit", "remy", audit_result="listed", audit_note="入党时间涂改，以志愿书为准")
    transfers.approve()
    assert "confidential post" in refused(lambda: transfers.pack(channel="ems"), "channel")
    transfers.pack(channel="by_hand")
    one = {
        "track_no": "",
        "carrier": "钱一",
        "carrier_card": "A1",
        "second_carrier": "钱一",
        "second_carrier_card": "A2",
    }
    refused(lambda: transfers.hand_over(**one), "second_carrier")
    with transfers.database.transaction() as session:
        person = session.get_one(Dossier, 1).person
        kin.note(session, person, "李大", id_no(60), "父母", "rosa")
    refused(lambda: transfers.hand_over(**{**one, "second_carrier": "李大"}), "second_carrier")
    refused(lambda: transfers.hand_over(**{**one, "carrier": "李明1", "second_carrier": "孙二"}), "carrier")
    transfers.hand_over(**{**one, "second_carrier": "孙二"})

    assert transfers.places()[-1] == "transit:专人送取 钱一、孙二"
    sheet = next(text for kind, _, text, _ in transfers.issued() if kind == "transfer_sheet")
    assert sheet.count("入党时间涂改") == 3
    assert transfers.broken() == []


@covers("O7", "pack")
def test_who_once_was_a_cadre_is_guarded_too_and_nobody_carries_their_own(sqlite_office, clock):
    transfers = standing(Transfers, sqlite_office, ex_cadre=True)
    transfers.approved()
    refused(lambda: transfers.pack(channel="ems"), "channel")
    refused(lambda: transfers.pack(channel="other"), "channel")
    refused(lambda: transfers.pack(**{"channel": "confidential", "witness.by": "rosa"}), "witness")
    transfers.pack(channel="confidential")
    assert transfers.waits() == ["hand_over"]


@covers("cancel", "pack", "hand_over", "cancelled")
def test_a_packed_dossier_given_up_leaves_a_void_number(transfers):
    transfers.approved()
    transfers.pack()
    transfers.hand_over(sending="cancel", send_note="对方撤回")
    put_back(transfers)
    with transfers.database.reading() as session:
        assert session.get_one(IssuedNumber, NOTICE).void_reason == "对方撤回"
    assert transfers.broken() == []


# O10 to O12


@covers("O10", "watch", "chase_due", "write_chase", "chase", "chase_again", "register_receipt")
def test_a_receipt_is_chased_after_a_month_and_every_ten_working_days_until_it_comes(transfers, clock):
    transfers.sent()
    clock.move(days=30)
    transfers.machine()
    assert transfers.waits() == ["register_receipt"]
    clock.move(days=4)
    transfers.machine()
    assert transfers.waits() == ["chase", "register_receipt"]
    transfers.step("chase", "rosa", chase_note="已电话联系")
    clock.move(days=15)
    transfers.machine()
    assert transfers.known()["chases"] == 2
    transfers.receipt()

    assert transfers.finished()
    assert transfers.ends()[-1] == "transferred"
    assert [kind for kind, *_ in transfers.issued()].count("transfer_chase") == 2


@covers("O10", "loss_due", "investigate", "waited_on", "counts_as_lost", "loss", "write_off", "lost")
@pytest.mark.parametrize(("result", "status"), [("wait", DossierStatus.ON_THE_WAY), ("lost", DossierStatus.MISSING)])
def test_after_three_months_it_may_be_lost(transfers, clock, result, status):
    transfers.sent()
    clock.move(days=100)
    transfers.machine()
    assert "investigate" in transfers.waits()
    transfers.step("investigate", "dora", loss_result=result, loss_note="机要局查无")
    assert transfers.status() is status
    assert transfers.finished() is (result == "lost")
    if result == "lost":
        assert transfers.lost() == ("missing", transfers.dossier().held_by_case_id)
    assert transfers.broken() == []


@covers("O10", "register_receipt")
def test_a_receipt_is_of_this_notice_and_of_its_days(transfers):
    transfers.sent()
    for typed in ({"scan_notice": "〔2026〕转字0002号"}, {"received_on": "2026-06-30"}):
        transfers.files.clear()
        refused(lambda typed=typed: transfers.receipt(**typed), *typed)


@covers("O10", "register_receipt")
@covers("recall", "register_receipt")
def test_a_number_written_wrongly_is_corrected_beside_by_two_and_a_recall_is_a_letter(transfers):
    transfers.sent()
    right = {"receipt_result": "correct", "right_no": "EB123456788CN", "receipt_note": "抄录有误", **WITNESS}
    refused(lambda: transfers.receipt(**{**right, "witness.by": "rosa"}), "witness")
    transfers.receipt(**right)
    dispatch = transfers.transfer().dispatches[0]
    assert dispatch.track_no == "EB123456789CN"
    assert transfers.known()["track_no"] == "EB123456788CN"
    transfers.receipt(receipt_result="recall", receipt_note="本人撤回申请")
    assert [kind for kind, *_ in transfers.issued()][-1] == "transfer_recall"
    assert transfers.waits() == ["register_receipt"]


@covers("O10", "receipt_came")
@covers("O11", "strike", "transferred")
def test_a_receipt_of_an_office_of_this_house_comes_by_message_once(transfers):
    transfers.sent()
    for _ in range(2):
        receipt_by_message(transfers)
    assert transfers.ends()[-1] == "transferred"
    assert transfers.transfer().dispatches[0].received_by == "黄接"


def receipt_by_message(transfers) -> None:
    with transfers.database.transaction() as session:
        told = {"received_on": "2026-07-01", "received_by": "黄接", "receipt_result": "confirmed"}
        messages.receive(session, RECEIPT, NOTICE, told, f"receipt:{NOTICE}")
    transfers.machine()


@covers("O12", "received_there")
def test_a_pack_said_to_have_come_back_may_have_been_received_after_all(everywhere):
    everywhere.sent()
    everywhere.receipt(receipt_result="returned", receipt_note="地址有误退回")
    assert everywhere.waits() == ["take_back"]
    receipt_by_message(everywhere)
    assert (everywhere.waits(), everywhere.ends()[-1]) == ([], "transferred")
    assert everywhere.broken() == []


@covers("O4b", "supplement")
@covers("O10 XG", "what_came", "supplement")
def test_papers_missing_at_the_other_end_are_sent_after_it(transfers, clock):
    transfers.sent()
    transfers.receipt(receipt_result="complaint", receipt_note="缺学籍表")
    transfers.step("supplement", "rosa", supplement_note="已机要补寄学籍表")
    assert "缺学籍表" in next(text for kind, _, text, _ in transfers.issued() if kind == "transfer_supplement")
    clock.move(days=3)
    transfers.receipt()
    assert transfers.ends()[-1] == "transferred"


def come_back(transfers, **typed) -> None:
    transfers.receipt(receipt_result="returned", receipt_note="地址有误退回")
    back = {"scan_label": transfers.no(), "back_note": "地址有误", **typed}
    transfers.step("take_back", "stan", **back)


@covers("O12", "take_back", "kept_here")
@covers("O10 XG", "what_came", "take_back")
def test_a_pack_that_comes_back_is_kept(everywhere):
    everywhere.sent()
    come_back(everywhere, back_result="keep", scan_position="K01-01-01-A-1-01")
    assert everywhere.ends()[-1] == "kept_here"
    assert (everywhere.status(), everywhere.transfer().status) == (DossierStatus.IN_STORE, TransferStatus.BACK)
    assert everywhere.broken() == []


def refusals(transfers, activity: str, who: str) -> dict[str, str]:
    """Step → why nothing from there on may be done anew; "" where it may."""
    with transfers.database.transaction() as session:
        user = session.get_one(User, who)
        mine = (UserTask.case_id == transfers.case_id(), UserTask.activity_id == activity, UserTask.ended_at.is_(None))
        task = session.scalars(select(UserTask).where(*mine)).one()
        tasks.claim(session, task, user)
        targets = returns.targets(session, task, user)
        return {each.activity.id: str(each.refused.get(ReturnMode.REDO) or "") for each in targets}


def test_what_is_on_its_way_or_came_back_is_not_handed_over_or_taken_back_a_second_time(transfers):
    transfers.sent()
    told = refusals(transfers, "register_receipt", "rosa")
    assert {step for step, why in told.items() if "cannot be done a second time" in why} >= {"prepare", "hand_over"}
    come_back(transfers, back_result="resend")
    assert "cannot be done a second time" in refusals(transfers, "prepare", "rosa")["take_back"]


@covers("O12", "take_back")
def test_a_pack_that_comes_back_is_put_right_and_sent_again_under_a_new_notice(transfers, clock):
    transfers.sent()
    come_back(transfers, back_result="resend")
    transfers.prepare()
    transfers.approve()
    transfers.pack()
    transfers.hand_over(track_no="EB222222222CN")
    clock.move(days=3)
    transfers.receipt(scan_notice="〔2026〕转字0002号")

    assert transfers.ends()[-1] == "transferred"
    assert [(each.seq, each.outcome.value) for each in transfers.transfer().dispatches] == [
        (1, "returned"),
        (2, "confirmed"),
    ]
    assert transfers.broken() == []
