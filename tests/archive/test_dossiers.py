import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from archive import corrections, custody, dossiers, persons
from archive.dossier_tables import StatusChange
from archive.statuses import ENDED, LABELS, MOVES, Completeness, DossierKind, DossierStatus, label
from tests.archive.cards import facts
from workflow import cases, history
from workflow.errors import Conflict, Invalid, NotFound


@pytest.fixture
def person(session, clock):
    return persons.register(session, facts(1), "anna")


def walk(session, dossier, *path):
    for status in path:
        dossiers.change_status(session, dossier, status, "anna")


def case(session, key, anna):
    return cases.open_case(session, key, f"Matter {key}", "receipt", anna.name)


def test_a_registered_dossier_has_a_number_waits_for_a_shelf_and_lies_on_the_desk(session, person):
    kept = dossiers.register(session, person, {}, "anna")

    assert kept.dossier_no == "YX202600001"
    assert kept.status is DossierStatus.TO_SHELVE
    assert kept.receive_date.isoformat() == "2026-07-01"
    assert custody.where(session, kept) == "desk:receipt"


def test_numbers_go_on_by_one_and_are_found_as_scanned(session, person):
    dossiers.register(session, person, {}, "anna")
    second = dossiers.register(session, persons.register(session, facts(3, "李四"), "anna"), {}, "anna")

    assert dossiers.by_no(session, " yx2026 00002 ") is second
    with pytest.raises(NotFound, match="no dossier with the number YX9"):
        dossiers.by_no(session, "YX9")


def test_a_person_has_one_active_dossier_of_each_version_here(session, person):
    dossiers.register(session, person, {}, "anna")
    dossiers.register(session, person, {"version": "duplicate"}, "anna")

    with pytest.raises(Conflict, match="单雄信 has an active dossier here already: YX202600001"):
        dossiers.register(session, person, {"version": "original"}, "anna")


def test_the_database_itself_refuses_a_second_active_dossier(session, person):
    first = dossiers.register(session, person, {}, "anna")
    second = dossiers.register(session, person, {"version": "duplicate"}, "anna")

    with pytest.raises(IntegrityError):
        session.execute(update(dossiers.Dossier).where(dossiers.Dossier.id == second.id).values(version=first.version))


def test_who_comes_back_gets_a_new_record_linked_to_the_old_one(session, person):
    first = dossiers.register(session, person, {}, "anna")
    S = DossierStatus
    walk(session, first, S.IN_STORE, S.LEAVING, S.ON_THE_WAY, S.TRANSFERRED)

    again = dossiers.register(session, person, {}, "anna")

    assert again.previous_id == first.id
    assert dossiers.active_of(session, person) == [again]


def test_facts_are_checked_and_kept(session, person):
    kept = dossiers.register(
        session,
        person,
        {
            "source_unit": "　云溪大学 ",
            "volumes": "２",
            "channel": "ems",
            "track_no": "ems 1234-5678",
            "missing": ["成绩单"],
            "entrust_kind": "graduate",
            "ex_cadre": "false",
            "receive_date": "2026-06-30",
            "page_count": 12,
        },
        "anna",
    )

    assert (kept.source_unit, kept.volumes, kept.track_no, kept.page_count) == ("云溪大学", 2, "EMS12345678", 12)
    assert kept.completeness is Completeness.MISSING
    assert kept.missing == ["成绩单"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("volumes", "0"),
        ("volumes", "two"),
        ("page_count", "-1"),
        ("channel", "pigeon"),
        ("kind", "x"),
        ("receive_date", "30.6.2026"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(session, person, field, value):
    with pytest.raises(Invalid) as refused:
        dossiers.register(session, person, {field: value}, "anna")
    assert list(refused.value.problems) == [field]


@pytest.mark.parametrize("cadre", [{"kind": "cadre"}, {"ex_cadre": True}])
def test_a_cadres_dossier_may_not_come_by_ordinary_post(session, person, cadre):
    with pytest.raises(Invalid, match="confidential post or by an officer"):
        dossiers.register(session, person, {"channel": "ems", **cadre}, "anna")
    assert dossiers.register(session, person, {"channel": "confidential", **cadre}, "anna")


@pytest.mark.parametrize("cadre", [{"kind": "cadre"}, {"ex_cadre": True}])
def test_who_was_a_cadre_once_stays_one_in_every_later_record(session, person, cadre):
    first = dossiers.register(session, person, cadre, "anna")
    assert first.ex_cadre is cadre.get("ex_cadre", False)
    assert not dossiers.was_cadre(session, persons.register(session, facts(2, "李明2"), "anna"))
    later = dossiers.register(session, person, {"version": "duplicate", "ex_cadre": False}, "anna")

    assert later.ex_cadre
    with pytest.raises(Invalid, match="confidential post"):
        dossiers.update_facts(session, later, {"channel": "ems"}, "anna")


def test_nor_can_a_correction_make_it_so(session, person):
    kept = dossiers.register(session, person, {"channel": "ems"}, "anna")

    with pytest.raises(Invalid, match="confidential post"):
        dossiers.update_facts(session, kept, {"ex_cadre": True}, "anna")
    with pytest.raises(IntegrityError):
        session.execute(update(dossiers.Dossier).values(kind=DossierKind.CADRE))


@pytest.mark.parametrize("before", list(DossierStatus))
def test_every_move_of_annex_b_is_allowed_and_no_other(session, person, before):
    kept = dossiers.register(session, person, {}, "anna")
    for after in DossierStatus:
        session.execute(update(dossiers.Dossier).values(status=before))
        session.refresh(kept)
        if after in MOVES[before]:
            with session.begin_nested() as savepoint:
                dossiers.change_status(session, kept, after, "anna")
                assert kept.status is after
                savepoint.rollback()
        else:
            with pytest.raises(Conflict, match=f"cannot become “{label(after)}”"):
                dossiers.change_status(session, kept, after, "anna")


def test_the_database_itself_refuses_an_illegal_move(session, person):
    kept = dossiers.register(session, person, {}, "anna")
    session.add(
        StatusChange(
            dossier_id=kept.id, seq=2, from_status="to_shelve", to_status="lent", at=kept.updated_at, by="mallory"
        )
    )
    with pytest.raises(IntegrityError):
        session.flush()


def test_ended_statuses_have_no_way_on():
    assert [status for status in ENDED if MOVES[status]] == []
    assert set(MOVES) == set(DossierStatus)


def test_every_value_of_every_status_has_a_label():
    assert [kind.__name__ for kind, labels in LABELS.items() if set(labels) != set(kind)] == []


def test_whoever_saw_an_older_status_is_refused(session, person):
    kept = dossiers.register(session, person, {}, "anna")
    session.execute(
        update(dossiers.Dossier).values(status=DossierStatus.IN_STORE).execution_options(synchronize_session=False)
    )

    with pytest.raises(Conflict, match="changed by somebody else meanwhile"):
        dossiers.change_status(session, kept, DossierStatus.IN_STORE, "bob")


def test_a_case_that_holds_a_dossier_keeps_others_away(session, person, anna):
    kept = dossiers.register(session, person, {}, "anna")
    mine, other = case(session, "A", anna), case(session, "B", anna)
    dossiers.hold(session, kept, mine)
    dossiers.hold(session, kept, mine)

    for refused in (
        lambda: dossiers.hold(session, kept, other),
        lambda: dossiers.change_status(session, kept, DossierStatus.IN_STORE, "bob", other),
        lambda: dossiers.change_status(session, kept, DossierStatus.IN_STORE, "bob"),
        lambda: dossiers.update_facts(session, kept, {"remark": "x"}, "bob", other),
    ):
        with pytest.raises(Conflict, match="held by another case: Matter A"):
            refused()
    dossiers.change_status(session, kept, DossierStatus.IN_STORE, "anna", mine)


def test_letting_go_opens_the_dossier_to_others_but_only_by_the_holder(session, person, anna):
    kept = dossiers.register(session, person, {}, "anna")
    mine, other = case(session, "A", anna), case(session, "B", anna)
    dossiers.hold(session, kept, mine)

    dossiers.let_go(session, kept, other)
    assert kept.held_by_case_id == mine.id
    dossiers.let_go(session, kept, mine)
    dossiers.hold(session, kept, other)
    assert kept.held_by_case_id == other.id


def test_corrections_keep_old_values_and_count_revisions(session, person):
    kept = dossiers.register(session, person, {"source_unit": "云溪大学"}, "anna")

    assert dossiers.update_facts(session, kept, {"source_unit": "云溪学院", "volumes": 1}, "bob", why="typo") == [
        "source_unit"
    ]
    assert [(row.field, row.old_value) for row in corrections.of(session, kept)] == [("source_unit", "云溪大学")]
    assert kept.revision == 2


def test_registering_in_a_case_stands_in_its_history(session, person, anna):
    matter = case(session, "A", anna)
    kept = dossiers.register(session, person, {}, "anna", matter)

    told = {event.kind: event.data for event in history.timeline(session, matter)}
    assert told["dossier_registered"] == {"dossier_no": kept.dossier_no}
    assert told["moved"]["to"] == "desk:receipt"


def test_every_status_is_kept_with_who_and_why(session, person):
    kept = dossiers.register(session, person, {}, "anna")
    dossiers.change_status(session, kept, DossierStatus.IN_STORE, "bob", why="shelved")

    told = [
        (row.seq, row.from_status, row.to_status, row.by, row.why) for row in dossiers.status_changes(session, kept)
    ]
    assert told == [(1, None, "to_shelve", "anna", "registered"), (2, "to_shelve", "in_store", "bob", "shelved")]


def test_fsck_names_a_status_its_history_does_not_know(session, person):
    kept = dossiers.register(session, person, {}, "anna")
    session.execute(update(dossiers.Dossier).values(status=DossierStatus.LENT))

    assert list(dossiers._status_paths(session)) == [
        f"Dossier {kept.dossier_no} is lent, but its history ends otherwise."
    ]


def test_fsck_names_a_status_history_with_a_hole(session, person):
    kept = dossiers.register(session, person, {}, "anna")
    walk(session, kept, DossierStatus.IN_STORE, DossierStatus.LENT)
    session.delete(session.scalars(select(StatusChange).where(StatusChange.seq == 2)).one())
    session.flush()

    assert list(dossiers._status_paths(session)) == [f"The status history of dossier {kept.id} is broken at change 3."]
