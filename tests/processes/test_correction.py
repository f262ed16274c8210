"""主数据更正: every path of bpmn/correction.bpmn, through the real forms."""

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from archive import duplicates, persons
from archive.corrections import Correction
from archive.persons import Person
from archive.rectification.models import Rectification
from archive.relations import subject
from tests.archive.cards import id_no
from tests.processes.correcting import CARD, Correctors
from tests.processes.table import covers
from tests.standing import standing
from workflow import instances
from workflow.errors import Invalid, NotAllowed
from workflow.identity import User
from workflow.models import Case, HistoryEvent, ProcessInstance
from workflow.separation import relations
from workflow.statuses import RelationKind

CHANGED = "20260701-0000M{}"


@pytest.fixture
def correctors(sqlite_office, clock) -> Correctors:
    """SQLite does for most paths; `everywhere` walks the main one on both."""
    return standing(Correctors, sqlite_office, 2)


@pytest.fixture
def everywhere(office, clock) -> Correctors:
    return standing(Correctors, office, 2)


def refused(act, *fields: str) -> str:
    with pytest.raises(Invalid) as said:
        act()
    assert set(fields) == set(said.value.problems)
    return " ".join(each.template for found in said.value.problems.values() for each in found)


@covers("M1", "asked", "take_up")
@covers("M2", "write")
@covers("M3", "check", "decide")
@covers("M4", "apply", "push_province", "corrected")
def test_a_wrong_name_is_written_checked_decided_and_corrected_by_three_people(everywhere):
    everywhere.ask()
    everywhere.write(("name", "李明一"), ("nation", "回族"))
    assert "李明1" in everywhere.drawn("check", "remy") and "李明一" in everywhere.drawn("check", "remy")
    everywhere.agree()
    everywhere.decide()
    assert everywhere.ends() == ["corrected"]
    assert (everywhere.person().name, everywhere.person().nation) == ("李明一", "回族")
    case = everywhere.rectification().case_id
    kept = [(each.field, each.old_value, each.corrected_by, each.case_id) for each in everywhere.kept()]
    assert sorted(kept) == [("name", "李明1", "dora", case), ("nation", "", "dora", case)]
    assert everywhere.broken() == []


@covers("M3", "check", "apply")
def test_what_does_not_say_who_the_person_is_needs_two_people(correctors):
    correctors.ask()
    correctors.write(("native_place", "北京"))
    correctors.agree()
    correctors.machine()
    assert correctors.ends() == ["corrected"]
    assert [each.corrected_by for each in correctors.kept()] == ["remy"]


@covers("M3", "check", "decide")
def test_neither_who_asked_nor_who_wrote_checks_or_decides(correctors):
    correctors.ask(who="remy")
    correctors.write(("name", "李明一"))
    with pytest.raises(NotAllowed):
        correctors.agree("remy")
    correctors.ask(who="dora", key=CHANGED.format(2), number=2)
    correctors.write(("name", "李明二"))
    correctors.agree("remy")
    with pytest.raises(NotAllowed):
        correctors.decide("dora")
    correctors.decide("dirk")
    assert correctors.person(2).name == "李明二"


@covers("M3", "check")
def test_a_relative_of_the_person_does_not_check(correctors):
    with correctors.database.transaction() as session:
        remy = session.get_one(User, "remy")
        relations.declare(session, remy, subject(session, id_no(1)), "李明1", RelationKind.BLOOD)
    correctors.ask()
    correctors.write(("nation", "回族"))
    with pytest.raises(NotAllowed):
        correctors.agree()


def test_the_database_refuses_that_one_person_writes_and_checks(correctors):
    correctors.ask()
    correctors.write(("nation", "回族"))
    with pytest.raises(IntegrityError), correctors.database.transaction() as session:
        session.scalars(select(Rectification)).one().checked_by = "rosa"


@covers("M2", "write")
@covers("M3", "check")
@covers("M5", "apply")
def test_a_wrong_id_number_is_typed_twice_by_two_people_and_stands_in_no_variable(everywhere):
    right = id_no(901)
    everywhere.ask()
    everywhere.write(new_id_no=right, id_basis=CARD)
    drawn = everywhere.drawn("check", "remy")
    assert right not in drawn and right[-4:] in drawn
    assert refused(lambda: everywhere.agree(id_no_again=id_no(902)), "id_no_again").startswith("This is not the ID")
    refused(lambda: everywhere.agree(), "id_no_again")
    everywhere.agree(id_no_again=right)
    everywhere.decide()
    assert everywhere.id_no() == right
    with everywhere.database.reading() as session:
        for instance in session.scalars(select(ProcessInstance)):
            assert right not in str(instances.variables(session, instance))
        assert right not in str([event.data for event in session.scalars(select(HistoryEvent))])
        assert duplicates.check(session, {"id_no": right})[0].level == "D1"
    sealed = [each for each in everywhere.kept() if each.field == "id_sealed"]
    assert len(sealed) == 1 and sealed[0].old_value is None and sealed[0].old_sealed
    assert everywhere.broken() == []


@covers("M5", "write")
def test_the_number_of_somebody_here_is_refused_beside_its_field(correctors):
    correctors.ask()
    said = refused(lambda: correctors.write(new_id_no=id_no(2), id_basis=CARD), "new_id_no")
    assert "is it the same person" in said
    refused(lambda: correctors.write(new_id_no="110105194912310021", id_basis=CARD), "new_id_no")
    refused(lambda: correctors.write(new_id_no=id_no(901)), "id_basis")


@covers("M5", "check")
def test_who_looks_the_same_is_shown_to_who_checks(correctors):
    with correctors.database.transaction() as session:
        persons.register(session, {"name": "李明九", "id_no": id_no(78)}, "rosa")
    correctors.ask()
    correctors.write(("name", "李明九"))
    assert "D3：李明九" in correctors.drawn("check", "remy")


@covers("M5", "write", "check")
def test_who_looks_the_same_beyond_ones_scope_is_shown_to_who_sees_them(correctors):
    correctors.limit_to_first("registry")
    with correctors.database.transaction() as session:
        persons.register(session, {"name": "李明九", "id_no": id_no(78)}, "rosa")
    correctors.ask()
    correctors.write(("name", "李明九"))
    assert "D3" not in correctors.drawn("check", "remy")
    correctors.agree()
    assert "D3：李明九" in correctors.drawn("decide", "dora")


@covers("M2", "write")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ((("name", ""),), "changes.0.new_value"),
        ((("name", "李明1"),), "changes.0.new_value"),
        ((("birth", "1990-01-01"),), "changes.0.new_value"),
        ((("work_start", "去年"),), "changes.0.new_value"),
        ((("nation", "回族"), ("nation", "满族")), "changes.1.field"),
    ],
)
def test_a_row_that_cannot_be_is_named(correctors, changes, field):
    correctors.ask()
    refused(lambda: correctors.write(*changes), field)


@covers("M2", "write")
def test_every_fact_needs_its_evidence_and_something_must_be_written(correctors):
    correctors.ask()
    refused(lambda: correctors.write(("name", "李明一"), **{"changes.0.basis": ""}), "changes.0.basis")
    with pytest.raises(Invalid, match="at least one fact"):
        correctors.write()


@covers("M3", "check", "decide", "write")
def test_it_is_given_back_with_the_reason_by_either(correctors):
    correctors.ask()
    correctors.write(("name", "李明一"))
    refused(lambda: correctors.step("check", "remy", check_result="back"), "check_note")
    correctors.step("check", "remy", check_result="back", check_note="依据不清")
    assert "依据不清" in correctors.drawn("write", "rosa")
    correctors.write(("name", "李明二"))
    correctors.agree()
    correctors.decide(decision="back", check_note="再查")
    correctors.write(("name", "李明三"))
    correctors.agree()
    correctors.decide()
    assert correctors.person().name == "李明三"


@covers("M3", "check", "decide", "refused")
@pytest.mark.parametrize("step", ["check", "decide"])
def test_a_correction_refused_changes_nothing(correctors, step):
    correctors.ask()
    correctors.write(("name", "李明一"))
    if step == "check":
        correctors.step("check", "remy", check_result="refuse", check_note="无依据")
    else:
        correctors.agree()
        correctors.decide(decision="refuse", check_note="不予更正")
    assert correctors.ends() == ["refused"]
    assert correctors.person().name == "李明1" and correctors.kept() == []
    correctors.ask(key=CHANGED.format(3))
    assert correctors.rectification().ended_at is None


@covers("M2", "write", "nothing")
def test_nothing_to_correct_ends_it_with_the_reason(correctors):
    correctors.ask()
    refused(lambda: correctors.step("write", "rosa", write_result="nothing"), "nothing_note")
    correctors.step("write", "rosa", write_result="nothing", nothing_note="核对无误")
    assert correctors.ends() == ["nothing"]


@covers("M1", "take_up", "not_taken")
def test_one_correction_of_a_person_at_a_time(correctors):
    correctors.ask()
    correctors.ask(key=CHANGED.format(2))
    assert correctors.ends() == ["not_taken"]


@covers("M4", "apply", "write")
def test_a_record_changed_meanwhile_goes_back_to_who_wrote_it(correctors):
    correctors.ask()
    correctors.write(("nation", "回族"))
    with correctors.database.transaction() as session:
        persons.update(session, session.get_one(Person, 1), {"nation": "满族"}, "rosa")
    correctors.agree()
    correctors.machine()
    assert "满族" in correctors.drawn("write", "rosa")
    assert correctors.person().nation == "满族"


@covers("M4", "check")
def test_a_number_taken_by_somebody_meanwhile_is_not_agreed_to(correctors):
    correctors.ask()
    correctors.write(new_id_no=id_no(901), id_basis=CARD)
    with correctors.database.transaction() as session:
        persons.register(session, {"name": "赵六", "id_no": id_no(901)}, "rosa")
    with pytest.raises(Invalid, match="赵六"):
        correctors.agree(id_no_again=id_no(901))


@covers("M5", "write", "check", "decide")
def test_whose_number_it_is_hears_who_sees_them_and_nobody_before(correctors):
    correctors.limit_to_first("registry", "review")
    correctors.ask()
    correctors.write(new_id_no=id_no(2), id_basis=CARD)
    correctors.agree(id_no_again=id_no(2))
    with pytest.raises(Invalid, match="李明2"):
        correctors.decide()


@covers("M4", "apply", "write")
def test_a_number_nobody_at_work_may_see_is_not_written_and_nobody_is_named(correctors):
    correctors.limit_to_first("registry", "review", "director")
    correctors.ask()
    correctors.write(new_id_no=id_no(2), id_basis=CARD)
    correctors.agree(id_no_again=id_no(2))
    correctors.decide()
    page = correctors.drawn("write", "rosa")
    assert "此证件号码已有登记" in page and "李明2" not in page


@covers("M6", "apply")
def test_open_cases_name_the_person_as_they_are_called_now(correctors):
    correctors.begin(dossier_no=correctors.no(), key="20260701-0000C1")
    other = correctors.case
    correctors.ask()
    correctors.write(("name", "李明一"))
    correctors.agree()
    correctors.decide()
    with correctors.database.reading() as session:
        case = session.get_one(Case, other)
        instance = session.scalars(select(ProcessInstance).where(ProcessInstance.case_id == other)).one()
        assert "李明一" in case.title
        assert instances.variables(session, instance)["name"] == "李明一"
        told = select(HistoryEvent).where(HistoryEvent.case_id == other, HistoryEvent.kind == "master_data_corrected")
        assert session.scalars(told).one().data["fields"] == ["name"]


def test_a_correction_whose_old_value_is_gone_is_found(correctors):
    correctors.ask()
    correctors.write(("nation", "回族"))
    correctors.agree()
    correctors.machine()
    with correctors.database.transaction() as session:
        session.execute(delete(Correction))
    assert "nation" in str(correctors.broken())
