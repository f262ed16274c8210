"""遗失损毁: every path of bpmn/loss.bpmn, through the real forms."""

import pytest
from sqlalchemy import select

from archive import dossiers
from archive.dossiers import Dossier
from archive.losses import reporting
from archive.losses.models import LossKind, Resolution
from archive.statuses import DossierStatus
from tests.processes.keeping import Keepers
from tests.processes.table import covers
from workflow import operations
from workflow.errors import Conflict, Invalid
from workflow.identity import User
from workflow.models import Case, PersonalNotice, ProcessInstance


@pytest.fixture
def keepers(sqlite_office, clock) -> Keepers:
    return Keepers(sqlite_office)


@pytest.fixture
def everywhere(office, clock) -> Keepers:
    return Keepers(office)


def refused(act, *fields: str) -> None:
    with pytest.raises(Invalid) as said:
        act()
    assert list(said.value.problems) == list(fields)


def told(keepers: Keepers) -> set[str]:
    with keepers.database.reading() as session:
        return set(session.scalars(select(PersonalNotice.user_name).where(PersonalNotice.case_id == keepers.case)))


@covers("stop", "reported", "take_up")
@covers("report", "take_up", "order_search")
@covers("search", "search")
@covers("result", "write_result")
@covers("found", "put_back", "close_found", "found")
def test_what_is_found_stands_in_the_store_again_with_a_written_result(everywhere):
    everywhere.report()
    dossier = everywhere.dossier()
    assert (dossier.status, dossier.held_by_case_id) == (DossierStatus.MISSING, everywhere.case)
    assert told(everywhere) >= {"dora", "dirk"}
    everywhere.order()
    everywhere.search("found")
    [(kind, number, said, _)] = everywhere.issued()
    assert (kind, number) == ("loss_result", "〔2026〕损字0001号")
    assert all(part in said for part in (everywhere.no(), "遗失", "整理时未见", "陈库房", "逐柜查找三遍", "已找到"))
    everywhere.put_back()
    assert everywhere.ends() == ["found"] and everywhere.finished()
    dossier = everywhere.dossier()
    assert (dossier.status, dossier.held_by_case_id) == (DossierStatus.IN_STORE, None)
    assert everywhere.loss().resolution is Resolution.FOUND and everywhere.broken() == []


@covers("permission", "permit")
@covers("rebuild", "rebuild", "prove_rebuilt", "shelve_rebuilt")
@covers("responsibility", "settle_responsibility", "close_loss", "settled")
def test_what_is_not_found_is_made_anew_by_permission(everywhere):
    everywhere.report()
    everywhere.order()
    everywhere.search("not_found")
    assert everywhere.waits() == ["permit"]
    refused(lambda: everywhere.step("permit", "dora", permission="rebuild"), "permission_note")
    everywhere.step("permit", "dora", permission="rebuild", permission_note="部务会纪要3号")
    refused(lambda: everywhere.step("rebuild", "rosa"), "rebuilt")
    row = {"rebuilt": ["", "0"], "rebuilt.0.name": "干部履历表"}
    refused(lambda: everywhere.step("rebuild", "rosa", **row), "rebuilt.0.source")
    everywhere.step("rebuild", "rosa", **row, **{"rebuilt.0.source": "原单位复制件，周证"})
    everywhere.put_back("shelve_rebuilt")
    everywhere.step("settle_responsibility", "dora", responsibility="admonished", responsibility_note="批评教育")
    assert everywhere.ends() == ["settled"] and everywhere.dossier().status is DossierStatus.IN_STORE
    assert (everywhere.loss().resolution, everywhere.loss().permitted_by) == (Resolution.REBUILT, "dora")
    proof = everywhere.issued()[-1]
    assert proof[0] == "loss_proof" and all(
        part in proof[2] for part in ("重新建立", "干部履历表", "周证", "部务会纪要3号")
    )
    assert everywhere.broken() == []


@covers("prove", "prove_loss", "settle_responsibility", "settled")
def test_a_loss_that_cannot_be_made_good_is_proved(keepers):
    keepers.report()
    keepers.order()
    keepers.search("not_found")
    keepers.step("permit", "dora", permission="prove", permission_note="原始材料均已灭失")
    keepers.step("settle_responsibility", "dora", responsibility="discipline", responsibility_note="移送")
    assert keepers.ends() == ["settled"] and keepers.loss().resolution is Resolution.PROVED
    assert keepers.dossier().status is DossierStatus.MISSING
    assert "特此证明" in keepers.issued()[-1][2] and keepers.broken() == []


@covers("search", "permit", "search")
def test_who_leads_may_have_it_searched_for_once_more(keepers):
    keepers.report()
    keepers.order()
    keepers.search("not_found")
    keepers.step("permit", "dora", permission="search", permission_note="另查二号库")
    assert keepers.waits() == ["search"]
    keepers.search("found")
    keepers.put_back()
    assert keepers.ends() == ["found"] and len(keepers.issued()) == 2


@covers("search", "search_late", "press", "pressed")
def test_a_search_that_takes_too_long_is_pressed_for(keepers, clock):
    keepers.report()
    keepers.order()
    clock.move(days=20)
    keepers.machine()
    keepers.step("press", "dora", press_note="三日内查清")
    assert keepers.ends() == ["pressed"] and keepers.waits() == ["search"]


@covers("found", "search", "put_back", "found")
def test_damage_is_repaired(keepers):
    keepers.report(kind="damaged")
    assert keepers.dossier().status is DossierStatus.IN_STORE  # held, so that nobody takes it
    keepers.order()
    keepers.search("repaired")
    refused(lambda: keepers.step("put_back", "stan", scan_label="YX1", scan_position="K01-01-01-A-1-01"), "scan_label")
    keepers.put_back()
    assert keepers.ends() == ["found"] and keepers.broken() == []


@covers("prove", "prove_loss")
def test_damage_that_cannot_be_repaired_is_established_and_stays(keepers):
    keepers.report(kind="damaged")
    keepers.order()
    keepers.search("not_repaired")
    keepers.step("permit", "dora", permission="prove", permission_note="霉烂")
    keepers.step("settle_responsibility", "dora", responsibility="none", responsibility_note="水浸所致")
    assert keepers.dossier().status is DossierStatus.DAMAGED and keepers.broken() == []
    keepers.report(kind="damaged", key="20260702-0000L1")
    keepers.order()
    refused(lambda: keepers.search("repaired"), "repair_result")


@covers("elsewhere", "look_at_refused", "not_taken")
def test_what_another_case_has_in_hand_is_settled_there(keepers):
    keepers.report()
    keepers.report(key="20260701-0000L2")
    assert keepers.waits() == ["look_at_refused"] and "在办" in keepers.drawn("look_at_refused", "dora")
    keepers.step("look_at_refused", "dora")
    assert keepers.ends() == ["not_taken"] and keepers.broken() == []


@covers("elsewhere", "take_up")
def test_what_a_process_found_missing_goes_on_as_a_loss(keepers):
    with keepers.database.transaction() as session:
        dossier = session.get_one(Dossier, 1)
        dossiers.change_status(session, dossier, DossierStatus.MISSING, "stan", None, "整理时未见")
    keepers.report()
    assert keepers.waits() == ["order_search"] and keepers.dossier().held_by_case_id == keepers.case
    with keepers.database.transaction() as session:
        origin, dossier = session.get_one(Case, keepers.case), session.get_one(Dossier, 1)
        again = reporting.begin(session, dossier, LossKind.MISSING, origin, "又报", "rosa")
        assert again.id == keepers.case


@covers("stop", "take_up")
def test_a_lost_dossier_moves_by_its_loss_only_and_is_free_when_that_is_stopped(keepers):
    keepers.report()
    with pytest.raises(Conflict), keepers.database.transaction() as session:
        dossiers.change_status(session, session.get_one(Dossier, 1), DossierStatus.IN_STORE, "stan")
    with keepers.database.transaction() as session:
        running = session.scalars(select(ProcessInstance).where(ProcessInstance.case_id == keepers.case)).one()
        operations.cancel(session, running, session.get_one(User, "dora"), "误报")
    assert keepers.loss().resolution is Resolution.STOPPED and keepers.dossier().held_by_case_id is None
    assert keepers.broken() == []
