"""整理: every path of bpmn/sorting-batch.bpmn and bpmn/sorting.bpmn, through the real forms, on both databases."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import update

from archive import parameters
from archive.dossier_tables import Dossier
from archive.losses import work as losses
from archive.materials.rows import Row
from archive.relations import subject
from archive.statuses import AuditStatus, DossierStatus, SortStatus
from tests.archive.cards import id_no
from tests.people import PASSWORD
from tests.processes.sorting import PAPERS, Sorters
from tests.processes.table import covers
from tests.standing import standing
from workflow.errors import Invalid, NotAllowed
from workflow.identity import User
from workflow.separation import relations
from workflow.separation.relations import RelationKind

SIGNED = {"leader_signature.password": PASSWORD}
WITNESSED = {"witness_signature.password": PASSWORD}


@pytest.fixture
def sorters(sqlite_office, clock) -> Sorters:
    """One dossier waits in the store. SQLite does for most paths; `everywhere` walks the main ones on both."""
    return standing(Sorters, sqlite_office)


@pytest.fixture
def everywhere(office, clock) -> Sorters:
    return standing(Sorters, office)


def refused(act, *fields: str) -> str:
    with pytest.raises(Invalid) as said:
        act()
    assert list(said.value.problems) == list(fields)
    return str(said.value)


def removal(sorters, name, outcome, reason="不属本卷", addressee="") -> dict[str, str]:
    return {"material": sorters.material(name), "outcome": outcome, "reason": reason, "addressee": addressee}


# S1


@covers("S1", "planned", "begin_sorting", "batch_begun", "to_sort")
def test_a_batch_begins_a_matter_for_each_dossier_of_the_queue(office, clock):
    sorters = standing(Sorters, office, 3)
    told = sorters.plan(from_queue="2")

    assert told["batch_no"] == "〔2026〕整字0001号"
    assert [each["name"] for each in told["begun"]] == ["李明1", "李明2"]
    assert told["refused"] == []
    assert sorters.open_steps(1) == sorters.open_steps(2) == [("hand_out", None)]
    assert sorters.case_id(3) is None


@covers("S1", "look_at_refused")
def test_what_cannot_be_taken_is_told_with_its_reason_and_holds_nothing_up(sqlite_office, clock):
    sorters = standing(Sorters, sqlite_office, 3)
    sorters.plan(from_queue="1")
    with sorters.database.transaction() as session:
        dossier = session.get_one(type(sorters.dossier()), 2)
        dossier.status = DossierStatus.SEALED
    rows = {
        f"dossiers.{n}.dossier_no": no for n, no in enumerate((sorters.no(1), sorters.no(2), "YX999", sorters.no(3)))
    }
    told = sorters.plan("20260701-00000B", from_queue="0", dossiers=["", "0", "1", "2", "3"], **rows)

    assert [each["why"] for each in told["refused"]] == ["已列入整理", "不在库", "没有此档案编号"]
    assert [each["name"] for each in told["begun"]] == ["李明3"]
    sorters.settle_refused("dora")
    assert sorters.batches_over() == 2


@covers("S1", "begin_sorting")
def test_an_officer_gets_no_more_than_the_limit(sqlite_office, clock):
    sorters = standing(Sorters, sqlite_office, 3)
    with sorters.database.transaction() as session:
        parameters.change(session, "sort_limit", 2, date(2026, 1, 1), "dora")
    told = sorters.plan()
    assert (len(told["begun"]), [each["why"] for each in told["refused"]]) == (2, ["超过每人在手上限"])


@covers("S1", "begin_sorting")
def test_a_batch_holds_no_more_than_the_office_says_and_tells_what_is_left_out(sqlite_office, clock):
    sorters = standing(Sorters, sqlite_office, 3)
    with sorters.database.transaction() as session:
        parameters.change(session, "batch_dossiers", 2, date(2026, 1, 1), "dora")
    assert len(sorters.plan()["begun"]) == 2
    rows = {f"dossiers.{place}.dossier_no": sorters.no(place + 1) for place in range(3)}
    told = sorters.plan("20260701-00000B", dossiers=["", "0", "1", "2"], from_queue="0", **rows)
    assert [each["why"] for each in told["refused"]] == ["已列入整理", "已列入整理"] and len(told["begun"]) == 1


@covers("S1", "look_at_refused")
def test_a_batch_of_nothing_says_so(sorters):
    assert sorters.plan(from_queue="0")["refused"][0]["why"] == "没有要整理的档案"


@covers("S3", "appraise")
def test_the_step_leads_to_the_catalogue(sorters):
    sorters.planned()
    assert 'href="/dossiers/1/catalogue"' in sorters.drawn("appraise", "rosa")


# the good way


def papers_say_what_was_done(sorters) -> None:
    papers = sorters.issued()

    assert [kind for kind, *_ in papers] == ["sorting_slip", "catalogue", "sorting_slip"]
    assert all(part in papers[0][2] for part in ("整理交接单（出库整理）", "第二联", "李明1", "〔2026〕整字0001号"))
    assert all(part in papers[1][2] for part in ("一 履历类", "四-1 学历学位", "干部履历表", "1998", "共 4 份 8 页"))
    assert "整理归还" in papers[2][2]


@covers("S6", "compile_catalogue")
@covers("timer", "out_too_long")
@covers("S2", "hand_out", "work_begun")
@covers("S7", "bind")
@covers("S8", "self_check")
@covers("S9", "second_check", "work_done")
@covers("S11", "take_back", "sorted")
@covers("S3 XG", "anything_out")
@covers("S9 XG", "checked")
def test_a_dossier_is_sorted_from_the_shelf_to_the_shelf(everywhere, clock):
    everywhere.planned()
    assert everywhere.dossier().status is DossierStatus.SORTING
    everywhere.appraise()
    everywhere.compile()
    everywhere.finish()
    everywhere.step("second_check", "remy", check_result="pass")
    assert everywhere.open_steps() == [("take_back", None)]
    everywhere.take_back()

    assert everywhere.finished()
    assert everywhere.ends()[-1] == "sorted"
    dossier, row = everywhere.dossier(), everywhere.row()
    assert (dossier.status, dossier.sort_status) == (DossierStatus.IN_STORE, SortStatus.SORTED)
    assert (dossier.material_count, dossier.page_count, dossier.held_by_case_id) == (4, 8, None)
    assert (row.pages_out, row.pages_in, row.returns) == (8, 8, 0)
    assert everywhere.places()[-3:] == ["position:K01-01-01-A-1-01", "person:rosa", "position:K01-01-01-A-1-01"]
    assert everywhere.broken() == []
    clock.move(days=30)
    everywhere.machine()
    assert "pressed" not in everywhere.ends()
    papers_say_what_was_done(everywhere)


# S2


@covers("S2", "hand_out")
@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"scan_label": "YX202699999"}, "scan_label"),
        ({"receiver.by": "rene"}, "receiver"),
        ({"receiver.password": "wrong"}, "receiver"),
        ({"pages_out": ""}, "pages_out"),
    ],
)
def test_a_dossier_is_handed_out_by_scan_count_and_the_officer_s_signature(sorters, typed, field):
    sorters.plan()
    refused(lambda: sorters.hand_out(**typed), field)
    assert sorters.dossier().status is DossierStatus.IN_STORE


@covers("S2", "not_found")
def test_a_dossier_that_is_not_in_its_place_is_missing(sorters):
    sorters.plan()
    sorters.step("hand_out", "stan", handing="missing", hand_note="架上、阅览室均无")
    assert sorters.dossier().status is DossierStatus.MISSING
    assert sorters.lost() == ("missing", sorters.dossier().held_by_case_id)
    assert (sorters.finished(), sorters.ends()) == (True, ["not_found"])
    assert sorters.broken() == []


@covers("S2", "not_found")
@pytest.mark.parametrize("status", [DossierStatus.TRANSFERRED, DossierStatus.MISSING, DossierStatus.DAMAGED])
def test_what_has_left_or_is_lost_meanwhile_only_ends_the_sorting(sorters, status):
    """Otherwise the step could be ended by cancelling alone."""
    sorters.plan()
    with sorters.database.transaction() as session:
        session.execute(update(Dossier).values(status=status))
    sorters.step("hand_out", "stan", handing="missing", hand_note="已转出")
    assert (sorters.ends(), sorters.dossier().status) == (["not_found"], status)


def test_while_it_is_sorted_no_other_case_moves_it(sorters):
    sorters.planned()
    with pytest.raises(NotAllowed):
        sorters.write(Row("甲"), who="rene")
    assert sorters.plan("20260701-00000B")["begun"] == []


@covers("S2", "hand_out")
def test_a_relative_takes_no_part_not_even_before_it_is_handed_out(sorters):
    sorters.plan()
    with sorters.database.transaction() as session:
        mark = subject(session, id_no(1))
        relations.declare(session, session.get_one(User, "stan"), mark, "李明1", RelationKind.BLOOD)
    with pytest.raises(NotAllowed, match="related"):
        sorters.hand_out()
    assert sorters.dossier().status is DossierStatus.IN_STORE


# S3, S3b


@covers("S3", "appraise")
def test_nothing_is_appraised_before_it_is_written_down(sorters):
    sorters.plan()
    sorters.hand_out()
    refused(sorters.appraise, "appraised")


@covers("S3", "appraise")
def test_a_paper_leaves_only_with_outcome_reason_and_addressee(sorters):
    sorters.planned()
    bad = {"material": sorters.material("干部履历表"), "outcome": "transfer", "reason": "", "addressee": ""}
    refused(lambda: sorters.appraise(bad), "removals.0.reason", "removals.0.addressee")
    twice = removal(sorters, "干部履历表", "person")
    refused(lambda: sorters.appraise(twice, twice), "removals.1.material")
    assert set(sorters.states().values()) == {"kept"}


@covers("S3b", "agree_removals", "take_out")
@covers("foreign", "take_out")
@covers("S3 XG", "anything_out", "agree_removals")
def test_what_the_director_agrees_to_leaves_on_a_list(sorters):
    sorters.planned()
    sorters.appraise(
        removal(sorters, "高中毕业生学籍表", "transfer", "系他人材料", "临川人才中心"),
        removal(sorters, "2018年度考核登记表", "return", "缺公章", "原单位"),
    )
    assert set(sorters.states().values()) == {"kept"}
    sorters.step("agree_removals", "dora", removal_decision="agree", **SIGNED)

    assert sorters.states()["高中毕业生学籍表"] == "transferred"
    assert sorters.states()["2018年度考核登记表"] == "returned"
    assert sorters.open_steps() == [("arrange", "rosa")]
    kinds = {kind: (number, text) for kind, number, text, _ in sorters.issued()}
    assert kinds["removal_list"][0] == "〔2026〕剔字0001号"
    assert all(part in kinds["removal_list"][1] for part in ("缺公章", "系他人材料", "朵拉"))
    assert kinds["material_notice"][0] == "〔2026〕转字0001号"
    assert all(part in kinds["material_notice"][1] for part in ("临川人才中心", "高中毕业生学籍表", "回　执"))
    assert "2018" not in kinds["material_notice"][1]


@covers("S11", "take_back")
def test_after_papers_left_pages_add_up_to_those_handed_out(sorters):
    sorters.planned()
    sorters.appraise(removal(sorters, "2018年度考核登记表", "return", "缺公章", "原单位"))
    sorters.step("agree_removals", "dora", removal_decision="agree", **SIGNED)
    sorters.compile()
    sorters.finish()
    sorters.step("second_check", "remy", check_result="pass")
    refused(lambda: sorters.take_back(8), "pages_in")
    sorters.take_back(7)
    assert (sorters.finished(), sorters.row().pages_in) == (True, 7)
    assert sorters.broken() == []


@covers("S3b", "agree_removals")
def test_the_director_may_give_the_list_back(sorters):
    sorters.planned()
    sorters.appraise(removal(sorters, "干部履历表", "person"))
    refused(lambda: sorters.step("agree_removals", "dora", removal_decision="back"), "removal_note")
    sorters.step("agree_removals", "dora", removal_decision="back", removal_note="应留存")
    assert sorters.open_steps() == [("appraise", "rosa")]
    sorters.appraise()
    assert sorters.open_steps() == [("arrange", "rosa")]
    assert set(sorters.states().values()) == {"kept"}


@covers("S3b", "witness_first", "witness_second", "take_out")
def test_a_paper_is_destroyed_only_before_two_witnesses_who_are_neither_leader_nor_officer(everywhere):
    with everywhere.database.transaction() as session:
        for who in ("dora", "rosa"):
            everywhere.join(session, who, "window")
    everywhere.planned()
    everywhere.appraise(removal(everywhere, "2018年度考核登记表", "destroy", "重复件"))
    everywhere.step("agree_removals", "dora", removal_decision="agree", **SIGNED)
    assert everywhere.states()["2018年度考核登记表"] == "kept"
    for who in ("dora", "rosa"):
        with pytest.raises(NotAllowed):
            everywhere.step("witness_first", who, **WITNESSED)
    everywhere.step("witness_first", "wang", **WITNESSED)
    for who in ("dora", "rosa", "wang"):
        with pytest.raises(NotAllowed):
            everywhere.step("witness_second", who, **WITNESSED)
    assert everywhere.states()["2018年度考核登记表"] == "kept"
    everywhere.step("witness_second", "remy", **WITNESSED)

    assert everywhere.states()["2018年度考核登记表"] == "destroyed"
    [(number, text)] = [(number, text) for kind, number, text, _ in everywhere.issued() if kind == "destruction_list"]
    assert number == "〔2026〕销字0001号"
    assert all(part in text for part in ("重复件", "朵拉", "王窗口", "赵复核"))
    assert everywhere.broken() == []


@covers("S3b", "agree_removals")
def test_who_appraised_does_not_agree_to_the_list(sorters):
    with sorters.database.transaction() as session:
        sorters.join(session, "rosa", "director")
    sorters.planned()
    sorters.appraise(removal(sorters, "干部履历表", "person"))
    with pytest.raises(NotAllowed):
        sorters.step("agree_removals", "rosa", removal_decision="agree", **SIGNED)


@covers("suspicious", "appraise", "take_out")
def test_a_suspicious_paper_is_frozen_for_the_special_audit_neither_filed_nor_thrown_away(sorters):
    sorters.planned()
    sorters.appraise(removal(sorters, "干部履历表", "freeze", "出生日期有涂改"))
    sorters.step("agree_removals", "dora", removal_decision="agree", **SIGNED)

    assert sorters.states()["干部履历表"] == "frozen"
    assert sorters.dossier().audit_status is AuditStatus.QUEUED
    sorters.compile()
    sorters.finish()
    sorters.step("second_check", "remy", check_result="pass")
    sorters.take_back(8)  # it lies in the dossier
    assert sorters.broken() == []


@covers("damage", "appraise", "mend")
def test_damage_is_photographed_and_mended(sorters):
    sorters.planned()
    refused(lambda: sorters.appraise(condition="damaged", damage_note="第二页撕裂"), "damage_photos")
    sorters.photograph("damage_photos")
    sorters.appraise(condition="damaged", damage_note="第二页撕裂")
    assert sorters.open_steps() == [("mend", "rosa")]
    refused(lambda: sorters.step("mend", "rosa"), "mend_note")
    sorters.step("mend", "rosa", mend_note="托裱补缺")
    assert sorters.open_steps() == [("arrange", "rosa")]


# S4 to S6


@covers("S4", "arrange")
@covers("S5", "number_pages")
@covers("S6", "compile_catalogue")
def test_no_paper_is_left_without_its_class_its_pages_or_its_order(sorters):
    sorters.planned()
    sorters.write(Row("说不清", "", "2001", ""))
    sorters.appraise()
    assert "说不清" in refused(lambda: sorters.step("arrange", "rosa", arranged="true"), "arranged")
    sorters.rewrite(lambda rows: [*rows[:-1], replace(rows[-1], code="10")])
    sorters.step("arrange", "rosa", arranged="true")
    numbered = {"numbered": "true", "pins": "true"}
    refused(lambda: sorters.step("number_pages", "rosa", **numbered), "numbered")
    sorters.rewrite(lambda rows: [*rows[:-1], replace(rows[-1], pages="3")])
    sorters.step("number_pages", "rosa", **numbered)
    sorters.rewrite(lambda rows: [rows[0], rows[2], rows[1], *rows[3:]])

    assert "11 within" not in refused(lambda: sorters.step("compile_catalogue", "rosa"), "doubts_explained")
    sorters.rewrite(lambda rows: [rows[0], rows[2], rows[1], *rows[3:]])
    refused(lambda: sorters.step("compile_catalogue", "rosa"), "pages_explained")
    sorters.step("compile_catalogue", "rosa", pages_explained="出库时漏点夹页")
    assert sorters.open_steps() == [("bind", "rosa")]


# S9, S10


@covers("S9", "second_check")
@covers("S6", "compile_catalogue")
@covers("S9 XG", "checked")
def test_defects_lead_back_with_their_list_and_a_new_catalogue_takes_the_old_one_s_place(sorters):
    sorters.planned()
    sorters.appraise()
    sorters.compile()
    sorters.finish()
    refused(lambda: sorters.step("second_check", "remy", check_result="back"), "defects")
    sorters.find_defects("页码写错")

    assert sorters.open_steps() == [("arrange", "rosa")]
    assert sorters.known()["defects"][0]["defect"] == "页码写错"
    refused(lambda: sorters.step("arrange", "rosa"), "arranged")
    sorters.compile()
    assert [holds for kind, _, _, holds in sorters.issued() if kind == "catalogue"] == [False, True]
    assert sorters.row().returns == 1


@covers("S9", "escalate")
@covers("S9 XG", "checked", "escalate")
def test_the_third_return_goes_to_the_director(sorters):
    sorters.planned()
    sorters.appraise()
    for _ in range(3):
        sorters.compile()
        sorters.finish()
        sorters.find_defects("页码写错")
    assert sorters.open_steps() == [("escalate", None)]
    sorters.step("escalate", "dora", escalate_note="当面讲评后重做")
    assert sorters.open_steps() == [("arrange", "rosa")]
    assert sorters.row().returns == 0


@covers("S9", "second_check")
def test_who_sorted_does_not_check(sorters):
    with sorters.database.transaction() as session:
        sorters.join(session, "rosa", "review")
    sorters.planned()
    sorters.appraise()
    sorters.compile()
    sorters.finish()
    with pytest.raises(NotAllowed):
        sorters.step("second_check", "rosa", check_result="pass")


@covers("S10", "note_lacking")
def test_what_is_lacking_stands_on_the_dossier(sorters):
    sorters.plan()
    sorters.hand_out(9)
    sorters.write(*PAPERS, Row("2021年度考核登记表", "3", "2021", "1"))
    sorters.appraise()
    sorters.compile()
    sorters.finish()
    sorters.step("second_check", "remy", check_result="pass")
    assert sorters.dossier().missing == ["3类缺2020年"]


# S11


@covers("S11", "take_back")
@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"scan_label": "YX202699999"}, "scan_label"),
        ({"scan_position": "K01-01-01-A-1-02"}, "scan_position"),
        ({"pages_in": "7"}, "pages_in"),
    ],
)
def test_it_comes_back_whole_to_its_own_place(sorters, typed, field):
    sorters.planned()
    sorters.appraise()
    sorters.compile()
    sorters.finish()
    sorters.step("second_check", "remy", check_result="pass")
    refused(lambda: sorters.take_back(**typed), field)
    assert sorters.dossier().status is DossierStatus.SORTING


@covers("S11", "came_back", "lost")
@pytest.mark.parametrize("found", ["missing", "damaged"])
def test_what_does_not_come_back_whole_is_a_matter_of_loss_at_once_and_sorted_anew_when_it_is_settled(sorters, found):
    sorters.planned()
    sorters.appraise()
    sorters.compile()
    sorters.finish()
    sorters.step("second_check", "remy", check_result="pass")
    refused(lambda: sorters.take_back(returning=found, back_note=""), "back_note")
    assert sorters.dossier().status is DossierStatus.SORTING
    sorters.take_back(returning=found, back_note="第3页下落不明，已查找两日")

    assert sorters.finished() and sorters.ends()[-1] == "lost"
    with sorters.database.reading() as session:
        dossier = session.get_one(Dossier, 1)
        loss = losses.open_of(session, dossier)
        assert (loss.kind, loss.said) == (found, "第3页下落不明，已查找两日")
        assert (dossier.held_by_case_id, dossier.sort_status) == (loss.case_id, SortStatus.QUEUED)
    assert sorters.broken() == []


# timers


@covers("timer", "out_too_long", "press_sorting", "pressed")
def test_a_dossier_out_for_more_than_five_working_days_is_pressed_for_and_goes_on(sorters, clock):
    sorters.planned()
    clock.move(days=5)
    sorters.machine()
    assert sorters.open_steps() == [("appraise", "rosa")]
    clock.move(days=3)
    sorters.machine()
    assert sorters.open_steps() == [("appraise", "rosa"), ("press_sorting", None)]
    sorters.step("press_sorting", "dirk", press_note="明日归还")
    assert sorters.ends() == ["pressed"]
    sorters.appraise()
    assert sorters.open_steps() == [("arrange", "rosa")]
