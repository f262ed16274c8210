"""A case that is over holds no dossier, however it ended; what is still out is told and put back."""

import pytest
from sqlalchemy import select

from archive import custody, dossiers, storage, strays
from archive.dossier_tables import Dossier
from archive.sorting.models import Sorting
from archive.statuses import DossierStatus, SortStatus
from tests.processes.sorting import HOME, Sorters
from tests.standing import standing
from workflow import fsck, operations
from workflow.errors import Conflict, Invalid, NotAllowed
from workflow.identity import Group, User
from workflow.models import Case, HistoryEvent, PersonalNotice, ProcessInstance


@pytest.fixture
def sorters(sqlite_office, clock) -> Sorters:
    return standing(Sorters, sqlite_office)


@pytest.fixture
def everywhere(office, clock) -> Sorters:
    return standing(Sorters, office)


def cancel(sorters: Sorters) -> int:
    """The director ends the sorting of dossier 1 before its time; the id of its case."""
    case_id = sorters.case_id()
    with sorters.database.transaction() as session:
        running = select(ProcessInstance).where(ProcessInstance.case_id == case_id)
        operations.cancel(session, session.scalars(running).one(), session.get_one(User, "dora"), "不整理了")
    return case_id


def handed_out(sorters: Sorters) -> Sorters:
    sorters.plan()
    sorters.hand_out()
    return sorters


def test_the_hold_of_a_cancelled_case_goes_with_it_and_the_dossier_s_place_is_told(everywhere):
    case_id = cancel(handed_out(everywhere))

    dossier = everywhere.dossier()
    assert dossier.held_by_case_id is None
    with everywhere.database.reading() as session:
        assert session.get_one(Case, case_id).closed_at is not None
        told = session.scalars(select(HistoryEvent).where(HistoryEvent.kind == "let_go")).one()
        assert (told.case_id, told.data) == (case_id, {"dossier_no": dossier.dossier_no, "to": "person:rosa"})
        notices = session.scalars(select(PersonalNotice).where(PersonalNotice.case_id == case_id)).all()
        assert "dora" in {each.user_name for each in notices}  # she may everything
        assert all(dossier.dossier_no in each.said for each in notices)
        assert [each for each in fsck.run(session) if "hold" in each.check] == []


def test_its_sorting_is_over_and_the_dossier_waits_in_the_queue_again(everywhere):
    case_id = cancel(handed_out(everywhere))

    assert everywhere.dossier().sort_status is SortStatus.QUEUED
    with everywhere.database.reading() as session:
        assert session.get_one(Sorting, case_id).ended_at is not None


def test_a_sorting_cancelled_before_it_was_handed_out_leaves_no_row_open(sorters):
    sorters.plan()
    cancel(sorters)

    assert sorters.dossier().status is DossierStatus.IN_STORE
    with sorters.database.reading() as session:
        assert session.scalars(select(Sorting).where(Sorting.ended_at.is_(None))).all() == []
        assert session.scalars(select(HistoryEvent).where(HistoryEvent.kind == "let_go")).all() == []


def test_put_back_it_can_be_sorted_by_another_batch(sorters):
    cancel(handed_out(sorters))
    with sorters.database.transaction() as session:
        dossier = session.get_one(Dossier, 1)
        assert strays.is_stray(dossier)
        strays.put_back(session, dossier, dossier.dossier_no, HOME.format(1), session.get_one(User, "dora"))
        assert dossier.status is DossierStatus.IN_STORE
        assert custody.where(session, dossier) == f"position:{HOME.format(1)}"

    assert [each["name"] for each in sorters.plan("20260701-00000B")["begun"]] == ["李明1"]


def test_only_who_may_puts_back_only_what_strays_with_label_and_place_scanned(sorters):
    handed_out(sorters)
    with sorters.database.transaction() as session:
        dora, rosa, dossier = session.get_one(User, "dora"), session.get_one(User, "rosa"), session.get_one(Dossier, 1)
        with pytest.raises(Conflict):
            strays.put_back(session, dossier, dossier.dossier_no, HOME.format(1), dora)
    cancel(sorters)
    with sorters.database.transaction() as session:
        dora, rosa, dossier = session.get_one(User, "dora"), session.get_one(User, "rosa"), session.get_one(Dossier, 1)
        with pytest.raises(NotAllowed):
            strays.put_back(session, dossier, dossier.dossier_no, HOME.format(1), rosa)
        with pytest.raises(Invalid) as wrong_label:
            strays.put_back(session, dossier, "YX0", HOME.format(1), dora)
        with pytest.raises(Invalid) as wrong_place:
            strays.put_back(session, dossier, dossier.dossier_no, HOME.format(2), dora)
        assert [*wrong_label.value.problems, *wrong_place.value.problems] == ["label", "position"]
        assert storage.home(session, dossier) == HOME.format(1)
        assert dossier.status is DossierStatus.SORTING


def test_a_case_that_ends_by_itself_leaves_nothing_to_let_go(sorters):
    sorters.plan()
    sorters.step("hand_out", "stan", handing="missing", hand_note="各库房已查")
    with sorters.database.reading() as session:
        assert session.scalars(select(HistoryEvent).where(HistoryEvent.kind == "let_go")).all() == []


def test_who_keeps_the_store_is_who_may_put_back(session, clock):
    session.get_one(Group, "registry").permissions = [strays.PERMISSION]
    session.flush()
    assert strays.keepers(session) == ["anna", "bob", "dora"]


def test_fsck_names_a_hold_of_a_closed_case(sorters):
    case_id = cancel(handed_out(sorters))
    with sorters.database.transaction() as session:
        dossiers.hold(session, session.get_one(Dossier, 1), session.get_one(Case, case_id))
    with sorters.database.reading() as session:
        found = [each.sentence for each in fsck.run(session) if each.check == "holds_of_closed_cases"]
    assert len(found) == 1 and "which is closed" in str(found[0])
