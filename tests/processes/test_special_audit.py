"""专项审核: every path of bpmn/special-audit.bpmn, through the real forms."""

import pytest

from archive import dossiers, posts
from archive.dossiers import Dossier
from archive.materials import catalogue
from archive.materials.models import MaterialState
from archive.materials.states import Act, move
from archive.relations import subject
from archive.statuses import AuditStatus, DossierKind
from tests.archive.cards import id_no
from tests.processes.auditing import FORM, Auditors
from tests.processes.table import covers
from tests.standing import standing
from workflow.errors import Conflict, Invalid, NotAllowed
from workflow.identity import User
from workflow.models import Case
from workflow.separation import relations
from workflow.separation.relations import RelationKind


@pytest.fixture
def auditors(sqlite_office, clock) -> Auditors:
    """SQLite does for most paths; `everywhere` walks the main one on both."""
    return standing(Auditors, sqlite_office)


@pytest.fixture
def everywhere(office, clock) -> Auditors:
    return standing(Auditors, office)


NUMBER = "〔2026〕审字0001号"
DOUBT = {"earliest": "1999-08", "verdict": "doubtful", "problem": "派遣通知为1999年8月"}


def refused(act, *fields: str) -> str:
    with pytest.raises(Invalid) as said:
        act()
    assert list(said.value.problems) == list(fields)
    return str(said.value.problems)


# the good ways


@covers("first", "begun", "take_up", "first_review")
@covers("second", "second_review")
@covers("doubts", "list_doubts")
@covers("supplement", "supplement")
@covers("determine", "determine")
@covers("file", "issue", "file_sheet", "filed")
@covers("master", "file_sheet")
@covers("gate", "second_review", "file_sheet")
def test_a_doubt_is_supplemented_determined_filed_and_corrected(everywhere):
    assert everywhere.gate() == []
    everywhere.doubted()
    assert "参加工作时间" in everywhere.gate()[0] and "1999年8月" in everywhere.gate()[0]
    assert everywhere.dossier().audit_status is AuditStatus.AUDITING
    everywhere.supplement()
    everywhere.determine()
    assert "not finished" in everywhere.gate()[0]
    everywhere.file()

    assert everywhere.ends() == ["filed"] and everywhere.finished() and everywhere.gate() == []
    assert everywhere.dossier().audit_status is AuditStatus.AUDITED
    assert everywhere.item("参加工作时间") == (
        "1998-07",
        "1999-08",
        "1-1",
        "1999-08",
        "3-1派遣通知，组通字〔2006〕41号",
    )
    assert everywhere.person() == {"birth": "2004-05-12", "filed_birth": "2004-05-12", "work_start": "1999-08"}
    assert ("work_start", "1998-07", "专项审核认定") in everywhere.old_values()
    assert everywhere.states()["干部人事档案专项审核认定表"] == "kept"
    doubts, sheet = everywhere.issued()
    assert doubts[0] == "audit_doubts" and all(part in doubts[2] for part in ("1998-07", "1999-08", "派遣通知", "1 项"))
    assert sheet[:2] == ("audit_form", "〔2026〕审字0001号")
    assert all(part in sheet[2] for part in ("李登记", "赵复核", "朵拉", "不一致", "一致", "1-1", FORM, "组通字"))
    assert everywhere.broken() == []


@covers("determine", "determine")
def test_where_all_agrees_the_leaders_determine_at_once(auditors):
    auditors.ask()
    auditors.look_up()
    auditors.agree()
    assert auditors.open_steps() == [("determine", None)]
    auditors.step("determine", "dora", decision="determine")
    auditors.file()
    assert [kind for kind, *_ in auditors.issued()] == ["audit_form"]
    assert auditors.item("参加工作时间")[3:] == ("1998-07", "1-1《干部履历表》")
    assert auditors.person()["work_start"] == "1998-07" and auditors.gate() == []


# first review


@covers("first", "first_review")
@pytest.mark.parametrize(
    ("row", "fields"),
    [
        ({"earliest": "1999-08"}, ["items.1.verdict"]),
        ({"material": ""}, ["items.1.material"]),
        ({"verdict": "doubtful"}, ["items.1.problem"]),
        ({"verdict": "none"}, ["items.1.verdict"]),
        ({"earliest": "去年"}, ["items.1.earliest"]),
        ({"verdict": ""}, ["items.1.verdict"]),
    ],
)
def test_each_item_is_compared_with_its_earliest_record(auditors, row, fields):
    auditors.ask()
    with pytest.raises(Invalid) as said:
        auditors.look_up({"参加工作时间": row})
    assert list(said.value.problems) in (fields, ["items"])
    assert auditors.dossier().audit_status is AuditStatus.NONE


@covers("first", "first_review")
def test_dates_that_are_only_vaguer_agree_and_are_kept_in_one_form(auditors):
    auditors.ask()
    auditors.look_up({"参加工作时间": {"claim": "1998年7月", "earliest": "1998.7.1"}})
    assert auditors.item("参加工作时间")[:3] == ("1998-07", "1998-07-01", "1-1")


@covers("first", "audited_elsewhere")
def test_a_dossier_is_audited_once_at_a_time(auditors):
    auditors.ask()
    auditors.ask("20260701-0000A2")
    assert auditors.ends() == ["audited_elsewhere"]


@covers("first", "first_review")
def test_a_dossier_held_by_another_case_is_not_audited(auditors):
    auditors.ask()
    with auditors.database.transaction() as session:
        other = session.get_one(
            Case, auditors.begin("certificate", "wang", "20260701-0000C9", dossier_no=auditors.no())
        )
        dossiers.hold(session, session.merge(auditors.dossier()), other)
    auditors.case -= 1
    with pytest.raises(Conflict, match="another case"):
        auditors.look_up()


# second review


@covers("second", "second_review")
def test_another_reviews_again_and_may_give_it_back(auditors):
    with auditors.database.transaction() as session:
        auditors.join(session, "rosa", "review")
    auditors.ask()
    auditors.look_up()
    with pytest.raises(NotAllowed):
        auditors.step("second_review", "rosa", second_result="agree")
    refused(lambda: auditors.step("second_review", "remy", second_result="back"), "second_note")
    auditors.step("second_review", "remy", second_result="back", second_note="未查招工表")
    assert "未查招工表" in auditors.drawn("first_review", "rosa")
    auditors.look_up()
    assert auditors.open_steps() == [("second_review", None)]


@covers("second", "second_review")
def test_the_second_reviewer_adds_doubts_of_their_own(auditors):
    auditors.ask()
    auditors.look_up()
    refused(lambda: auditors.agree({"doubted": "birth"}), "more.0.problem")
    refused(lambda: auditors.agree({"problem": "涂改"}), "more.0.doubted")
    auditors.agree({"doubted": "birth", "problem": "出生日期有涂改"})
    assert auditors.open_steps() == [("supplement", None)]
    assert "出生日期有涂改" in auditors.issued()[0][2]


# doubts


@covers("supplement", "supplement", "not_supplemented")
def test_what_is_not_supplemented_in_thirty_working_days_is_determined_without(auditors, clock):
    auditors.doubted()
    refused(lambda: auditors.supplement(""), "doubts.0.supplement")
    clock.move(days=60)
    auditors.machine()
    assert auditors.open_steps() == [("determine", None)]


@covers("determine", "determine")
def test_each_doubt_is_determined_on_a_ground(auditors):
    auditors.doubted()
    auditors.supplement()
    refused(lambda: auditors.determine({"determined": "1999-08"}), "doubts.0.basis")
    refused(lambda: auditors.determine({"basis": "派遣通知"}), "doubts.0.determined")
    refused(lambda: auditors.determine({"determined": "不详", "basis": "派遣通知"}), "doubts.0.determined")
    assert auditors.gate() != []


@covers("determine", "determine", "supplement")
def test_the_leaders_may_ask_for_more(auditors):
    auditors.doubted()
    auditors.supplement()
    refused(lambda: auditors.step("determine", "dora", decision="more"), "decision_note")
    auditors.step("determine", "dora", decision="more", decision_note="补录用审批表原件")
    assert auditors.open_steps() == [("supplement", None)]
    assert "补录用审批表原件" in auditors.drawn("supplement", "rosa")


@covers("discipline", "refer", "discipline")
def test_what_is_serious_goes_to_discipline_before_it_is_filed(auditors):
    auditors.doubted()
    auditors.supplement()
    refused(lambda: auditors.determine(serious="true"), "decision_note")
    auditors.determine(serious="true", decision_note="涉嫌伪造派遣通知")
    assert auditors.open_steps() == [("discipline", None)]
    referral = auditors.issued()[1]
    assert referral[0] == "audit_referral" and "涉嫌伪造派遣通知" in referral[2]
    auditors.step("discipline", "dora", discipline_note="已立案")
    auditors.file()
    assert auditors.ends() == ["filed"]


# filing and the gate


@covers("file", "file_sheet")
def test_the_sheet_is_filed_into_the_right_dossier(auditors):
    auditors.ask()
    auditors.look_up()
    auditors.agree()
    auditors.step("determine", "dora", decision="determine")
    refused(lambda: auditors.file(scan_label="YX202699999"), "scan_label")
    assert "not finished" in auditors.gate()[0]


@covers("file", "issue", "file_sheet")
def test_an_audit_before_an_appointment_is_registered_too_and_both_sheets_stand_in_class_5(everywhere):
    everywhere.ask(reason="promotion", proposed_post="办公室副主任")
    everywhere.look_up()
    everywhere.agree()
    everywhere.step("determine", "dora", decision="determine")
    everywhere.file(registration_pages="3")

    sheet, registration = everywhere.issued()
    assert (sheet[:2], registration[:2]) == (("audit_form", NUMBER), ("audit_registration", NUMBER))
    for said in (
        "任前档案审核登记表",
        "李明1",
        "办公室副主任",
        "2004-05-12",
        "1998-07-01",
        "未发现问题",
        "一致",
        "朵拉",
    ):
        assert said in registration[2]
    states = everywhere.states()
    assert states["干部人事档案专项审核认定表"] == states["任前审核登记表"] == "kept"
    assert everywhere.ends() == ["filed"] and everywhere.broken() == []


def test_the_registration_says_what_was_doubted_and_determined(auditors):
    auditors.ask(reason="promotion", proposed_post="办公室副主任")
    auditors.look_up({"参加工作时间": DOUBT})
    auditors.agree()
    auditors.supplement()
    auditors.determine()

    registration = auditors.issued()[-1]
    assert registration[0] == "audit_registration"
    assert all(said in registration[2] for said in ("1 项", "派遣通知为1999年8月", "1999-08", "组通字", "以认定值为准"))


def test_a_post_is_proposed_only_before_an_appointment(auditors):
    refused(lambda: auditors.ask(reason="promotion"), "proposed_post")
    auditors.ask()
    auditors.look_up()
    auditors.agree()
    auditors.step("determine", "dora", decision="determine")
    assert [kind for kind, *_ in auditors.issued()] == ["audit_form"]


@covers("gate", "take_up")
def test_papers_frozen_as_suspicious_close_the_gate_until_an_audit(auditors):
    with auditors.database.transaction() as session:
        dossier = session.merge(auditors.dossier())
        move(session, catalogue.rows(session, dossier)[-1], MaterialState.FROZEN, Act("rosa", None, "涂改"))
        dossiers.update_facts(session, dossier, {"audit_status": AuditStatus.QUEUED}, "rosa")
    assert "special audit has not begun" in auditors.gate()[0]
    auditors.ask(reason="doubt")
    assert "not finished" in auditors.gate()[0]


@covers("gate")
def test_nobody_is_appointed_while_a_cadre_s_audit_is_open(auditors):
    def appoint(since: str) -> None:
        with auditors.database.transaction() as session:
            person = session.get_one(Dossier, 1).person
            told = {"since": since, "unit": "云溪市教育局", "post": "副科长"}
            posts.note(session, person, told, session.get_one(User, "dora"))

    with auditors.database.transaction() as session:
        dossiers.update_facts(session, session.get_one(Dossier, 1), {"kind": DossierKind.CADRE}, "rosa")
    auditors.ask(reason="promotion", proposed_post="副科长")
    refused(lambda: appoint("2026-07"), "since")
    appoint("2020-03")
    auditors.look_up()
    auditors.agree()
    auditors.step("determine", "dora", decision="determine")
    refused(lambda: appoint("2026-07-01"), "since")
    auditors.file()
    appoint("2026-07-01")


def test_a_relative_takes_no_part(auditors):
    auditors.ask()
    with auditors.database.transaction() as session:
        mark = subject(session, id_no(1))
        relations.declare(session, session.get_one(User, "rosa"), mark, "李明1", RelationKind.BLOOD)
    with pytest.raises(NotAllowed, match="related"):
        auditors.look_up()
