"""清点: every path of bpmn/inventory.bpmn, through the real forms and the scanner's lines."""

import pytest

from archive import dossiers, parameters, storage
from archive.dossiers import Dossier
from archive.inventory import planning
from archive.inventory.models import Decision
from archive.statuses import DossierStatus
from tests.processes.keeping import Keepers
from tests.processes.sorting import HOME
from tests.processes.table import covers
from workflow import event_starts, operations, people
from workflow.errors import Conflict, Invalid, NotAllowed
from workflow.identity import User
from workflow.models import Case, ProcessInstance


@pytest.fixture
def keepers(sqlite_office, clock) -> Keepers:
    """SQLite does for most paths; `everywhere` walks the main one on both."""
    return Keepers(sqlite_office)


@pytest.fixture
def everywhere(office, clock) -> Keepers:
    return Keepers(office)


def refused(act, *fields: str) -> str:
    with pytest.raises(Invalid) as said:
        act()
    assert list(said.value.problems) == list(fields)
    return str(said.value.problems)


@covers("plan", "planned", "check_plan")
@covers("freeze", "freeze")
@covers("count", "begun", "count_first", "count_second", "both_counted")
@covers("compare", "compare")
@covers("search", "search")
@covers("decide", "decide")
@covers("loss", "decide")
@covers("report", "sign_report", "write_report", "counted")
def test_a_count_finds_what_is_missing_and_its_loss_begins_at_once(everywhere):
    everywhere.plan()
    assert everywhere.waits() == ["count_first", "count_second"]
    assert everywhere.dossier().status is DossierStatus.STOCKTAKING and everywhere.broken() == []
    count = everywhere.case
    everywhere.both_scan(*everywhere.shelf(1, 2))
    assert everywhere.results() == dict(
        zip(map(everywhere.no, (1, 2, 3)), ("present", "present", "missing"), strict=True)
    )
    assert [everywhere.dossier(each).status for each in (1, 3)] == [DossierStatus.IN_STORE, DossierStatus.STOCKTAKING]
    everywhere.find("翻查相邻柜位，未见")
    everywhere.decide(everywhere.no(3), Decision.LOST)
    assert everywhere.dossier(3).status is DossierStatus.MISSING
    loss = everywhere.loss(3)
    assert (loss.origin_case_id, loss.reported_by, everywhere.dossier(3).held_by_case_id) == (
        count,
        "dora",
        loss.case_id,
    )
    everywhere.step("decide", "dora", decided="true")
    everywhere.sign()

    assert everywhere.ends() == ["both_counted", "counted"] and everywhere.finished()
    [(kind, number, said, _)] = everywhere.issued()
    assert (kind, number) == ("inventory_report", "〔2026〕清字0001号")
    assert all(
        part in said for part in ("应清点 3 件", everywhere.no(3), "李明3", "缺失", "确认遗失", "陈库房", "未见")
    )
    assert everywhere.inventory().ended_at is not None and everywhere.broken() == []


@covers("compare", "compare")
@covers("report", "write_report")
def test_where_all_agrees_nothing_is_searched_for(keepers):
    keepers.plan("全部")
    keepers.both_scan(*keepers.shelf(1, 2, 3))
    assert set(keepers.results().values()) == {"present"}
    assert keepers.waits() == ["sign_report"]
    keepers.sign()
    assert keepers.ends()[-1] == "counted"
    assert "账实相符，无差异" in keepers.issued()[0][2]


@covers("plan", "check_plan", "amend_plan", "not_counted")
def test_a_plan_that_cannot_be_carried_out_is_amended_or_given_up(keepers):
    keepers.plan("K09", second_counter="stan")
    assert keepers.waits() == ["amend_plan"]
    assert "K09" in keepers.drawn("amend_plan", "dora")
    again = {"plan_outcome": "count", "counted_on": "2026-07-01", "first_counter": "stan"}
    refused(
        lambda: keepers.step("amend_plan", "dora", **again, scope="K1", second_counter="stan"),
        "second_counter",
        "scope",
    )
    refused(lambda: keepers.step("amend_plan", "dora", **again, scope="K01", second_counter=""), "second_counter")
    keepers.step("amend_plan", "dora", plan_outcome="give_up")
    assert keepers.ends() == ["not_counted"] and keepers.finished()


@covers("plan", "amend_plan")
def test_an_amended_plan_is_counted(keepers):
    keepers.plan("K09")
    plan = {"scope": "K01-01", "counted_on": "2026-07-01", "first_counter": "stan", "second_counter": "rosa"}
    keepers.step("amend_plan", "dora", plan_outcome="count", **plan)
    assert keepers.waits() == ["count_first", "count_second"]
    assert keepers.inventory().scope == "K01-01"


@covers("plan", "check_plan")
def test_a_scope_is_in_one_count_at_a_time(keepers):
    keepers.plan("K01-01")
    for scope in ("K01", "K01-01-01", "全部"):
        keepers.plan(scope, key=f"20260701-00{len(scope):04d}")
        assert keepers.waits() == ["amend_plan"], scope


@covers("yearly", "each_month", "see_due", "not_due")
def test_each_month_it_is_seen_whether_a_room_is_due(keepers, clock):
    clock.move(days=31, hours=1)
    assert event_starts.fire_due(keepers.database) >= 1
    keepers.machine()
    keepers.case = keepers.cases_of("inventory")[-1]
    assert keepers.waits() == ["amend_plan"]
    assert "K01" in keepers.drawn("amend_plan", "dora")
    plan = {"scope": "K01", "counted_on": "2026-08-03", "first_counter": "stan", "second_counter": "rosa"}
    keepers.step("amend_plan", "dora", plan_outcome="count", **plan)
    keepers.both_scan(*keepers.shelf(1, 2, 3))
    keepers.sign()
    clock.move(days=31)
    event_starts.fire_due(keepers.database)
    keepers.machine()
    keepers.case = keepers.cases_of("inventory")[-1]
    assert keepers.ends() == ["not_due"]
    with keepers.database.reading() as session:
        assert planning.due_rooms(session) == []


@covers("freeze", "freeze")
def test_what_is_being_counted_is_not_taken_out_and_what_was_out_comes_back(keepers, clock):
    with keepers.database.transaction() as session:
        dossier = session.get_one(Dossier, 2)
        storage.take_out(session, dossier, "person:rosa", DossierStatus.LENT, "stan")
    keepers.plan()
    clock.move(minutes=5)
    with pytest.raises(Conflict), keepers.database.transaction() as session:
        storage.take_out(session, session.get_one(Dossier, 1), "person:rosa", DossierStatus.LENT, "stan")
    with keepers.database.transaction() as session:
        storage.shelve(session, session.get_one(Dossier, 2), HOME.format(2), "stan")
    keepers.both_scan(*keepers.shelf(1, 3), second=keepers.shelf(1, 2, 3))
    assert set(keepers.results().values()) == {"present"}  # one came too late to see it, its custody says why
    keepers.sign()
    assert keepers.no(2) in keepers.issued()[0][2].partition("三、")[2]


@covers("freeze", "freeze")
def test_by_parameter_movements_are_recorded_with_their_time_only(keepers, clock):
    with keepers.database.transaction() as session:
        parameters.change(session, "inventory_freeze", "recorded", keepers.office.today(), "dora", "小库")
    keepers.plan()
    assert keepers.dossier().status is DossierStatus.IN_STORE
    clock.move(minutes=5)
    with keepers.database.transaction() as session:
        storage.take_out(session, session.get_one(Dossier, 1), "person:rosa", DossierStatus.LENT, "stan")
    keepers.both_scan(*keepers.shelf(2, 3))
    assert keepers.results()[keepers.no(1)] == "away"
    keepers.sign()
    assert keepers.no(1) in keepers.issued()[0][2] and keepers.broken() == []


@covers("count", "count_first", "count_second")
def test_nobody_scans_in_the_other_s_list(keepers):
    keepers.plan()
    with pytest.raises(NotAllowed):
        keepers.scan("remy", keepers.no(1))
    keepers.scan("stan", keepers.no(1))
    keepers.step("count_first", "stan", all_scanned="true")
    with pytest.raises(NotAllowed):
        keepers.scan("stan", keepers.no(1))
    refused(lambda: keepers.step("count_second", "rosa", all_scanned="true"), "nothing_there")


@covers("compare", "compare")
@covers("decide", "decide")
def test_each_kind_of_difference_is_found_and_closed_in_its_own_way(keepers):
    with keepers.database.transaction() as session:
        storage.take_out(session, session.get_one(Dossier, 3), "person:rosa", DossierStatus.LENT, "stan")
    keepers.plan()
    lines = [HOME.format(5), keepers.no(1), f"{keepers.no(2)} 封面撕裂", keepers.no(3), "YX209900001"]
    keepers.both_scan(*lines)
    assert keepers.results() == {
        keepers.no(1): "misplaced",
        keepers.no(2): "damaged",
        keepers.no(3): "unexpected",
        "YX209900001": "unexpected",
    }
    keepers.find()
    refused(lambda: keepers.decide(keepers.no(1), Decision.LOST), "decision")
    refused(lambda: keepers.decide(keepers.no(3), Decision.FOUND), "decision")  # its loan brings it back
    refused(lambda: keepers.decide("YX209900001", Decision.NOTED), "note")
    refused(lambda: keepers.step("decide", "dora", decided="true"), "decided")
    keepers.decide(keepers.no(1), Decision.REHOMED)
    keepers.decide(keepers.no(2), Decision.HARMED)
    keepers.decide(keepers.no(3), Decision.NOTED, "借阅已归还，待登记")
    keepers.decide("YX209900001", Decision.NOTED, "外单位档案，退还")
    with pytest.raises(Conflict):
        keepers.decide(keepers.no(1), Decision.FOUND)
    assert keepers.home(1) == HOME.format(5) and keepers.loss(2).kind == "damaged"
    keepers.step("decide", "dora", decided="true")
    keepers.sign()
    assert keepers.ends()[-1] == "counted" and keepers.broken() == []


@covers("compare", "compare")
def test_out_by_the_records_is_no_difference_and_seen_by_one_only_is(keepers):
    for number, status in ((1, DossierStatus.LENT), (2, DossierStatus.SCANNING)):
        with keepers.database.transaction() as session:
            storage.take_out(session, session.get_one(Dossier, number), "person:rosa", status, "stan")
    keepers.plan()
    keepers.both_scan(keepers.no(3), second=[HOME.format(1)])
    assert list(keepers.results().values()) == ["on_loan", "scanning", "disputed"]
    keepers.find()
    keepers.decide(keepers.no(3), Decision.FOUND)
    assert keepers.dossier(3).status is DossierStatus.IN_STORE


@covers("search", "search_late", "press", "pressed")
@covers("count", "counting_late")
def test_counting_and_searching_are_pressed_for(keepers, clock):
    keepers.plan()
    clock.move(days=9)
    keepers.machine()
    assert "press" in keepers.waits()
    keepers.step("press", "dora", press_note="今日完成")
    assert keepers.ends() == ["pressed"]
    keepers.both_scan(*keepers.shelf(1, 2))
    clock.move(days=9)
    keepers.machine()
    keepers.step("press", "dora", press_note="继续查")
    refused(lambda: keepers.step("search", "stan", searched="true"), "searched")


@covers("report", "sign_report")
def test_both_counters_sign_and_who_searched_does_not_decide(keepers):
    keepers.plan()
    keepers.both_scan(*keepers.shelf(1, 2, 3))
    refused(lambda: keepers.sign(**{"first_signature.by": "rosa"}), "first_signature")


@covers("report", "sign_report")
def test_in_the_place_of_a_counter_who_has_left_signs_a_third_person(keepers):
    keepers.plan()
    keepers.both_scan(*keepers.shelf(1, 2, 3))
    with keepers.database.transaction() as session:
        people.switch(session, session.get_one(User, "stan"), False, session.get_one(User, "eve"))
    for nobody_else in ("stan", "rosa", "dora"):
        refused(lambda who=nobody_else: keepers.sign(**{"first_signature.by": who}), "first_signature")
    refused(lambda: keepers.sign(**{"first_signature.by": "bob", "second_signature.by": "eve"}), "second_signature")

    keepers.sign(**{"first_signature.by": "bob"})

    [(_, _, said, _)] = keepers.issued()
    assert "陈库房（已离任，由" in said


@covers("thaw", "freeze")
@pytest.mark.parametrize("compared", [False, True])
def test_the_freeze_goes_with_the_case_however_it_ends(keepers, compared):
    keepers.plan()
    if compared:
        keepers.both_scan(*keepers.shelf(1))
    with keepers.database.transaction() as session:
        running = session.query(ProcessInstance).filter_by(case_id=keepers.case).one()
        operations.cancel(session, running, session.get_one(User, "dora"), "不清点了")
    assert {keepers.dossier(each).status for each in (1, 2, 3)} == {DossierStatus.IN_STORE}
    with keepers.database.transaction() as session:
        assert session.get_one(Case, keepers.case).closed_at is not None
        dossiers.change_status(session, session.get_one(Dossier, 1), DossierStatus.SORTING, "stan")
    assert keepers.inventory().ended_at is not None
