"""零散材料、缺少材料催收: every path of bpmn/loose-materials.bpmn and bpmn/loose-chase.bpmn, through the real forms."""

from datetime import date

import pytest

from archive import dossiers
from archive.dossiers import Dossier
from archive.losses.models import Loss, LossKind
from archive.relations import subject
from archive.statuses import DigitStatus, DossierStatus
from tests.archive.cards import id_no
from tests.processes.loose import BUREAU, RAISE, REVIEW, Collectors
from tests.processes.table import covers
from tests.standing import standing
from workflow import cases, event_starts
from workflow.clock import now
from workflow.errors import Conflict, Invalid, NotAllowed
from workflow.identity import User
from workflow.separation import relations
from workflow.separation.relations import RelationKind

LATE = {"name": "2019年度考核登记表（补）", "formed": "2026-03", "pages": "1"}


@pytest.fixture
def collectors(sqlite_office, clock) -> Collectors:
    """SQLite does for most paths; `everywhere` walks the main one on both."""
    return standing(Collectors, sqlite_office)


@pytest.fixture
def everywhere(office, clock) -> Collectors:
    return standing(Collectors, office)


def refused(act, *fields: str) -> str:
    with pytest.raises(Invalid) as said:
        act()
    assert list(said.value.problems) == list(fields)
    return str(said.value.problems)


# the good way


@covers("sent", "sent", "take_up")
@covers("check", "check_papers")
@covers("register", "register_papers")
@covers("folder", "put_in_folder")
@covers("bind", "fetch", "file_papers", "take_back", "filed")
@covers("scan", "take_back")
@covers("lacking", "file_papers", "take_back")
def test_papers_a_unit_sends_end_in_the_catalogue_and_are_lacking_no_more(everywhere):
    everywhere.lacks("2025年度考核登记表", "入党志愿书")
    everywhere.chase()
    everywhere.send(REVIEW, RAISE)
    everywhere.check()
    assert "工资变动审批表" not in everywhere.states() and everywhere.broken() == []
    sent, papers = everywhere.sent()
    assert (sent.folder_due, sent.bind_due) == (date(2026, 8, 3), date(2027, 7, 1))  # 1 August is a Saturday
    everywhere.put_in_folder()
    everywhere.fetch()
    assert everywhere.dossier().status is DossierStatus.SORTING
    assert everywhere.states()["工资变动审批表"] == "loose" and everywhere.broken() == []
    everywhere.classify()
    everywhere.step("file_papers", "rosa", filed="true", obtained=["2025年度考核登记表"])
    everywhere.give_back()

    assert everywhere.ends() == ["filed"] and everywhere.finished()
    dossier = everywhere.dossier()
    assert (dossier.status, dossier.held_by_case_id) == (DossierStatus.IN_STORE, None)
    assert (dossier.digit_status, dossier.missing) == (DigitStatus.QUEUED, ["入党志愿书"])
    assert [each for each in everywhere.catalogued() if "变动" in each or "2025" in each] == [
        "3-3 2025年度考核登记表",
        "9-1-1 工资变动审批表",
    ]
    assert [(name, came) for _, name, _, came in everywhere.chased()] == [
        ("2025年度考核登记表", True),
        ("入党志愿书", False),
    ]
    [(kind, number, said, _)] = everywhere.issued()
    assert (kind, number) == ("loose_receipt", "〔2026〕收字0001号")
    assert all(part in said for part in ("材料接收清单", BUREAU, "孙移", "工资变动审批表", "共 2 份", "第二联"))
    assert everywhere.places()[-2:] == ["person:rosa", "position:K01-01-01-A-1-01"]
    assert everywhere.broken() == []


@covers("gone", "fetch", "send_after", "sent_after")
def test_papers_of_a_dossier_that_has_left_meanwhile_go_back_to_their_unit(collectors):
    collectors.send(REVIEW, RAISE)
    collectors.check()
    collectors.put_in_folder()
    assert "still kept" in refused(lambda: collectors.fetch(fetching="has_left"), "fetching")
    with collectors.database.transaction() as session:
        dossier = session.get_one(Dossier, 1)
        for status in (DossierStatus.LEAVING, DossierStatus.ON_THE_WAY, DossierStatus.TRANSFERRED):
            dossiers.change_status(session, dossier, status, "stan", None, "转出")
    with pytest.raises(Conflict):
        collectors.fetch()
    collectors.fetch(fetching="has_left")

    assert collectors.ends() == ["sent_after"] and collectors.finished()
    sent, papers = collectors.sent()
    assert sent.ended_at is not None
    assert {state for _, state, *_ in papers} == {"refused"}
    letter = collectors.issued()[-1]
    assert (letter[0], "工资变动审批表" in letter[2], "现管档单位" in letter[2]) == ("loose_refusal", True, True)


@pytest.mark.parametrize(("status", "said"), [(DossierStatus.DAMAGED, "损毁"), (DossierStatus.MISSING, "查找未果")])
def test_papers_of_a_dossier_beyond_repair_or_not_found_go_back_to_their_unit(collectors, status, said):
    collectors.send(REVIEW, RAISE)
    collectors.check()
    collectors.put_in_folder()
    with collectors.database.transaction() as session:
        dossiers.change_status(session, session.get_one(Dossier, 1), status, "stan", None, "清点")
    collectors.fetch(fetching="has_left")

    assert collectors.ends() == ["sent_after"] and collectors.finished()
    assert said in collectors.issued()[-1][2]


def test_papers_wait_while_the_loss_of_their_dossier_is_looked_into(collectors):
    collectors.send(REVIEW, RAISE)
    collectors.check()
    collectors.put_in_folder()
    with collectors.database.transaction() as session:
        dossier = session.get_one(Dossier, 1)
        dossiers.change_status(session, dossier, DossierStatus.MISSING, "stan", None, "清点")
        case = cases.open_case(session, "LOSS-1", "遗失", "loss", "stan")
        session.add(
            Loss(
                case_id=case.id,
                dossier_id=dossier.id,
                kind=LossKind.MISSING,
                said="x",
                reported_by="stan",
                reported_at=now(),
            )
        )
    assert "still kept" in refused(lambda: collectors.fetch(fetching="has_left"), "fetching")


@covers("sent", "take_up")
def test_what_was_formed_more_than_a_month_ago_is_said_to_be_late(collectors):
    collectors.send(REVIEW, LATE)
    assert [late for _, _, late, _ in collectors.sent()[1]] == [0, 62]  # due 2026-04-30
    assert "超过规定时限" in collectors.drawn("check_papers", "rosa")
    collectors.check()
    assert "迟交62天" in collectors.issued()[0][2]


@covers("sent", "list_papers")
def test_papers_without_a_list_are_listed_first(collectors):
    collectors.send()
    refused(lambda: collectors.step("list_papers", "rosa"), "papers")
    unnamed = {"papers": ["", "0"], "papers.0.formed": "2026-06"}
    refused(lambda: collectors.step("list_papers", "rosa", **unnamed), "papers.0.name")
    listed = {
        "papers": ["", "0"],
        "papers.0.name": "工资变动审批表",
        "papers.0.formed": "2026.6",
        "papers.0.pages": "1",
    }
    collectors.step("list_papers", "rosa", **listed)
    assert collectors.open_steps() == [("check_papers", None)]
    assert collectors.sent()[1] == [("工资变动审批表", "sent", 0, "")]


# the eight points


@covers("check", "check_papers")
def test_a_paper_is_accepted_only_when_all_eight_points_are_checked(collectors):
    collectors.send(REVIEW)
    refused(lambda: collectors.check(points=["finished"]), "points")
    assert collectors.states().get("2025年度考核登记表") is None


@covers("check", "check_papers")
def test_a_refusal_names_paper_point_and_reason(collectors):
    collectors.send(REVIEW, RAISE)
    refused(lambda: collectors.check({"paper": "1"}), "refusals.0.point", "refusals.0.reason")
    twice = {"paper": "1", "point": "person", "reason": "非本人"}
    refused(lambda: collectors.check(twice, twice), "refusals.1.paper")
    refused(lambda: collectors.check({"point": "person", "reason": "非本人"}), "refusals.0.paper")


@covers("refused", "refuse_papers")
def test_some_are_refused_with_the_reason_and_the_rest_is_accepted(collectors):
    collectors.send(REVIEW, RAISE)
    collectors.check({"paper": "2", "point": "true", "reason": "出生日期与档案不一致"})
    assert collectors.open_steps() == [("put_in_folder", None)]
    assert [state for _, state, _, _ in collectors.sent()[1]] == ["registered", "refused"]
    notice, receipt = collectors.issued()
    assert (notice[0], notice[1]) == ("loose_refusal", "〔2026〕退字0001号")
    assert all(part in notice[2] for part in ("工资变动审批表", "内容真实", "出生日期与档案不一致", "1 份材料"))
    assert "共 1 份" in receipt[2] and "工资变动审批表" not in receipt[2]
    assert list(collectors.states()).count("工资变动审批表") == 0


@covers("refused", "refuse_papers", "all_refused")
def test_all_may_be_refused(collectors):
    collectors.send(REVIEW)
    collectors.check({"paper": "1", "point": "formalities", "reason": "未盖章"}, points=[])
    assert collectors.ends() == ["all_refused"] and collectors.finished()
    assert [kind for kind, *_ in collectors.issued()] == ["loose_refusal"]
    assert len(collectors.states()) == 4 and collectors.broken() == []


# folder, store, catalogue


@covers("folder", "put_in_folder")
def test_papers_are_counted_into_the_right_folder(collectors):
    collectors.send(REVIEW, RAISE)
    collectors.check()
    refused(lambda: collectors.put_in_folder(scan_label="YX202699999"), "scan_label")
    refused(lambda: collectors.put_in_folder(3), "counted")
    collectors.put_in_folder()


@covers("sent", "take_up")
def test_the_time_for_sending_papers_ends_on_a_working_day(collectors, clock):
    clock.move(days=100)  # 2026-10-09
    formed = {"name": "考核表", "pages": "1"}
    collectors.send({**formed, "formed": "2026-09-01"}, {**formed, "formed": "2026-08-31"}, handed_on="2026-10-08")
    assert [late for _, _, late, _ in collectors.sent()[1]] == [0, 8]  # due 2026-10-08, after the holiday; 2026-09-30


@covers("folder", "folder_late", "press", "pressed")
def test_what_is_not_in_its_folder_in_a_month_goes_to_the_director(collectors, clock):
    collectors.send(REVIEW)
    collectors.check()
    clock.move(days=34)
    collectors.machine()
    assert collectors.open_steps() == [("press", None), ("put_in_folder", None)]
    collectors.step("press", "dora", press_note="三日内入袋")
    assert collectors.ends() == ["pressed"]
    assert collectors.open_steps() == [("put_in_folder", None)]


@covers("bind", "bind_late", "press")
def test_what_is_not_filed_in_a_year_goes_to_the_director(collectors, clock):
    collectors.send(REVIEW)
    collectors.check()
    collectors.put_in_folder(1)
    clock.move(days=367)
    collectors.machine()
    assert collectors.open_steps() == [("fetch", None), ("press", None)]


@covers("bind", "fetch")
def test_a_dossier_in_another_case_is_not_fetched(collectors):
    collectors.send(REVIEW)
    collectors.check()
    collectors.put_in_folder(1)
    mine = collectors.case
    collectors.send(RAISE, key="20260701-0000M2")
    collectors.check()
    collectors.put_in_folder(1)
    collectors.fetch()
    collectors.case = mine
    with pytest.raises(Conflict, match="another case"):
        collectors.fetch()


@covers("bind", "file_papers")
def test_nothing_is_filed_before_it_stands_in_the_catalogue(collectors):
    collectors.send(REVIEW)
    collectors.check()
    collectors.put_in_folder(1)
    collectors.fetch()
    assert "2025年度考核登记表" in refused(lambda: collectors.step("file_papers", "rosa", filed="true"), "filed")
    collectors.classify()
    collectors.step("file_papers", "rosa", filed="true")
    refused(lambda: collectors.give_back(scan_position="K01-01-01-A-1-09"), "scan_position")


def test_a_relative_takes_no_part(collectors):
    collectors.send(REVIEW)
    with collectors.database.transaction() as session:
        relations.declare(
            session, session.get_one(User, "rosa"), subject(session, id_no(1)), "李明1", RelationKind.BLOOD
        )
    with pytest.raises(NotAllowed, match="related"):
        collectors.check()


# what is lacking


@covers("chase", "asked_for", "write_letters", "send_letters", "chased")
def test_each_unit_gets_one_letter_for_all_that_is_lacking(sqlite_office, clock):
    collectors = standing(Collectors, sqlite_office, 3)
    collectors.lacks("入党志愿书", "学位证明")
    collectors.lacks("任免审批表", number=2, unit="云溪市教育局")
    collectors.lacks("工资变动审批表", number=3)
    collectors.chase()
    assert {(unit, name) for unit, name, *_ in collectors.chased()} == {
        (BUREAU, "入党志愿书"),
        (BUREAU, "学位证明"),
        (BUREAU, "工资变动审批表"),
        ("云溪市教育局", "任免审批表"),
    }
    papers = collectors.issued()
    assert [(kind, number) for kind, number, *_ in papers] == [
        ("chase_letter", "〔2026〕缺字0001号"),
        ("chase_letter", "〔2026〕缺字0002号"),
    ]
    assert any(all(part in said for part in ("入党志愿书、学位证明", "李明3", BUREAU)) for _, _, said, _ in papers)
    collectors.step("send_letters", "wang", letters_sent="true")
    assert collectors.ends() == ["chased"] and collectors.broken() == []


@covers("chase", "nothing_lacking")
def test_what_was_asked_for_lately_is_not_asked_for_again(collectors, clock):
    collectors.lacks("入党志愿书")
    collectors.chase()
    collectors.chase("20260701-0000H2")
    assert collectors.ends() == ["nothing_lacking"]
    clock.move(days=60)
    collectors.chase("20260830-0000H3")
    assert len(collectors.chased()) == 2


@covers("chase", "each_quarter", "working_day")
def test_letters_are_written_on_the_first_working_day_of_each_quarter(collectors, clock):
    collectors.lacks("入党志愿书")
    clock.move(days=92)  # 2026-10-01, the national holiday: seven days
    start_events_fire(collectors)
    assert collectors.chased() == [] and collectors.tasks_at("send_letters") == 0
    clock.move(days=6)
    start_events_fire(collectors)
    assert collectors.chased() == []
    clock.move(days=1)  # 2026-10-08
    start_events_fire(collectors)
    assert len(collectors.chased()) == 1 and collectors.tasks_at("send_letters") == 1
    start_events_fire(collectors)
    assert collectors.tasks_at("send_letters") == 1
    clock.move(days=90)  # 2027-01-06
    start_events_fire(collectors)
    assert collectors.tasks_at("send_letters") == 2


def start_events_fire(collectors) -> None:
    event_starts.fire_due(collectors.database)
    collectors.machine()
