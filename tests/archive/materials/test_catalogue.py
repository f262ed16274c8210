"""A dossier's catalogue: saved whole, numbered by itself, nothing lost when two save."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select, update
from sqlalchemy.exc import IntegrityError

from archive import corrections, dossiers
from archive.dossier_tables import Dossier
from archive.materials import catalogue, categories, states
from archive.materials.catalogue import CatalogueChanged
from archive.materials.models import Material, MaterialState
from archive.materials.rows import Row
from archive.materials.states import Act
from archive.statuses import DossierStatus, SortStatus
from tests.archive.materials.conftest import again, places, row
from workflow import cases, registry
from workflow.errors import Conflict, Invalid
from workflow.identity import Group


def test_rows_are_numbered_within_their_class_in_the_order_said(session, dossier, listed):
    saved = listed(row("学籍表", "4-1"), row("履历表"), row("简历", formed="2001"), row("说不清", code=""))

    assert places(saved) == [("履历表", "1", 1), ("简历", "1", 2), ("学籍表", "4-1", 1), ("说不清", None, None)]
    assert places(catalogue.rows(session, dossier)) == places(saved)
    assert [material.state for material in saved[-2:]] == [MaterialState.KEPT, MaterialState.LOOSE]


def test_what_is_kept_is_in_its_one_form(session, dossier, listed):
    [saved] = listed(
        Row(name="　干部 履历表", code="１", formed="1998年7月", pages="１２页", note=" 复印件 ", copy=True)
    )

    assert (saved.name, saved.code, saved.formed, saved.pages) == ("干部 履历表", "1", "1998-07", 12)
    assert (saved.note, saved.copy, saved.created_by) == ("复印件", True, "anna")
    assert saved.received_at.isoformat() == "2026-07-01"


def test_the_dossier_says_how_much_it_holds(session, dossier, listed):
    listed(row("甲", pages=3), row("乙", pages=4), row("丙", code="", pages=1))
    assert (dossier.material_count, dossier.page_count) == (3, 8)


def test_saving_again_what_stands_there_changes_nothing(session, dossier, listed):
    first = again(listed(row("甲"), row("乙", formed="2000")))
    told = len(corrections.of(session, dossier))

    assert again(listed(*first)) == first
    assert len(corrections.of(session, dossier)) == told


def test_a_row_put_between_moves_the_others_on(session, dossier, listed):
    first, second = again(listed(row("甲"), row("丙", formed="2001")))
    assert places(listed(first, row("乙", formed="2000"), second)) == [("甲", "1", 1), ("乙", "1", 2), ("丙", "1", 3)]


def test_rows_change_places_and_the_old_order_is_kept(session, dossier, listed):
    first, second, third = again(listed(row("甲"), row("乙"), row("丙")))
    saved = listed(third, first, second)

    assert places(saved) == [("丙", "1", 1), ("甲", "1", 2), ("乙", "1", 3)]
    kept = [each for each in corrections.of(session, dossier) if each.field == "materials.order.1"]
    assert [each.old_value for each in kept] == [f"{first.id} {second.id} {third.id}"]


def test_a_row_changes_its_class_and_the_gap_behind_it_closes(session, dossier, listed):
    first, second, third = again(listed(row("甲"), row("乙"), row("丙")))
    saved = listed(first, replace(second, code="2"), third)
    assert places(saved) == [("甲", "1", 1), ("丙", "1", 2), ("乙", "2", 1)]


def test_a_row_without_its_class_lies_loose_again(session, dossier, listed):
    first, second = again(listed(row("甲"), row("乙")))
    saved = listed(replace(first, code=""), second)

    assert places(saved) == [("乙", "1", 1), ("甲", None, None)]
    assert [move.to_state for move in states.moves(session, saved[1])] == ["loose", "kept", "loose"]


def test_old_values_are_kept_with_who_and_why(session, dossier, listed):
    [first] = again(listed(row("履历")))
    catalogue.save(session, dossier, [replace(first, name="干部履历表", pages="5")], "bob", why="读错")

    kept = {each.field: each.old_value for each in corrections.of(session, dossier) if "materials" in each.field}
    assert kept == {f"materials.{first.id}.name": "履历", f"materials.{first.id}.pages": "2"}
    assert {each.corrected_by for each in corrections.of(session, dossier) if each.why == "读错"} == {"bob"}


def test_a_row_written_in_error_is_struck_with_a_reason_and_stays_in_the_books(session, dossier, listed):
    first, second = again(listed(row("甲"), row("甲")))
    saved = listed(first, replace(second, struck="重复登记"))

    assert places(saved) == [("甲", "1", 1)]
    [struck] = catalogue.of(session, dossier, MaterialState.STRUCK)
    assert states.moves(session, struck)[-1].why == "重复登记"
    assert (dossier.material_count, dossier.page_count) == (1, 2)


def sorted_once(session, dossier):
    dossiers.update_facts(session, dossier, {"sort_status": SortStatus.SORTED}, "bob")


def refused(session, dossier, rows, by="anna", **more) -> list[str]:
    with pytest.raises(Invalid) as said:
        catalogue.save(session, dossier, rows, by, why="清理", **more)
    return list(said.value.problems)


def test_what_was_accepted_into_the_catalogue_is_struck_by_two_and_both_are_kept(session, dossier, listed, clock):
    session.get_one(Group, "registry").permissions = ["dossiers.read"]
    first, second = again(listed(row("甲"), row("乙")))
    clock.move(hours=1)
    sorted_once(session, dossier)
    rows = [first, replace(second, struck="并无此件")]

    assert refused(session, dossier, rows) == ["rows.1.struck"]
    assert refused(session, dossier, rows, second="anna") == ["second"]  # oneself
    assert refused(session, dossier, rows, second="carl") == ["second"]  # of no such group
    catalogue.save(session, dossier, rows, "anna", why="清理", second="bob")
    [struck] = catalogue.of(session, dossier, MaterialState.STRUCK)
    last = states.moves(session, struck)[-1]
    assert (last.by, last.agreed_by, last.why) == ("anna", "bob", "并无此件")


def test_who_typed_a_line_strikes_it_alone_until_somebody_has_passed_it(session, dossier, listed, clock):
    [first] = again(listed(row("甲")))
    assert refused(session, dossier, [replace(first, struck="误")], by="bob") == ["rows.0.struck"]
    clock.move(hours=1)
    sorted_once(session, dossier)
    clock.move(hours=1)
    rows = again(catalogue.save(session, dossier, [first, row("乙")], "anna", why="补登"))
    rows = again(catalogue.save(session, dossier, [rows[0], replace(rows[1], struck="误")], "anna", why="误"))
    assert len(rows) == 1
    dossiers.update_facts(
        session, dossier, {"sort_status": SortStatus.SORTING}, "bob"
    )  # sorted anew: it stays accepted
    assert refused(session, dossier, [replace(rows[0], struck="误")]) == ["rows.0.struck"]


def test_nobody_agrees_to_their_own_striking_in_the_database(session, dossier, listed):
    [material] = listed(row("甲"))
    with pytest.raises(IntegrityError, match="agreed_by_another"):
        states.move(session, material, MaterialState.STRUCK, Act("anna", None, "误", "anna"))


def test_bad_cells_are_named_by_row_and_field_and_nothing_is_saved(session, dossier, listed):
    with pytest.raises(Invalid) as refused:
        listed(row("甲"), row("", code="4", formed="去年", pages="x"))

    assert list(refused.value.problems) == ["rows.1.code", "rows.1.name", "rows.1.formed", "rows.1.pages"]
    assert catalogue.rows(session, dossier) == []


def test_what_is_only_doubtful_is_saved(session, dossier, listed):
    assert len(listed(row("乙", formed="2001"), row("甲", formed="1999"), row("甲", formed="1999"))) == 3


def test_a_row_changed_meanwhile_is_named_and_nothing_is_saved(session, dossier, listed):
    first, second = again(listed(row("甲"), row("乙")))
    listed(replace(first, name="甲（改）"), second)

    with pytest.raises(CatalogueChanged, match="1 rows differ") as refused:
        listed(replace(first, pages="9"), replace(second, pages="9"))

    [differing] = refused.value.differing
    assert (differing.row, differing.material.name) == (1, "甲（改）")
    assert [material.pages for material in catalogue.rows(session, dossier)] == [2, 2]


def test_a_row_moved_meanwhile_is_not_changed(session, dossier, listed):
    first, second = again(listed(row("甲"), row("乙")))
    listed(second, first)
    assert places(listed(first, replace(second, pages="9"))) == [("甲", "1", 1), ("乙", "1", 2)]


def test_a_row_added_or_taken_out_meanwhile_is_named(session, dossier, listed):
    first, second = again(listed(row("甲"), row("乙")))
    added = listed(first, second, row("丙"))[2]
    states.move(session, session.get(Material, first.id), MaterialState.TO_PERSON, Act("bob"))

    with pytest.raises(CatalogueChanged) as refused:
        listed(first, second)
    assert [(each.material.id, each.row) for each in refused.value.differing] == [(first.id, 1), (added.id, None)]


def test_a_row_never_vanishes_by_being_left_out(session, dossier, listed):
    first, _ = again(listed(row("甲"), row("乙")))
    with pytest.raises(CatalogueChanged, match="1 rows differ"):
        listed(first)


def test_a_row_of_another_dossier_is_refused(session, dossier, listed):
    with pytest.raises(Invalid) as refused:
        listed(row("甲", id=77, revision=1))
    assert list(refused.value.problems) == ["rows.0.name"]


def test_while_a_case_holds_the_dossier_only_it_may_save(session, dossier, listed, anna):
    case, other = (cases.open_case(session, key, f"Matter {key}", "sorting", "anna") for key in ("a", "b"))
    dossiers.hold(session, dossier, case)

    for foreign in (None, other):
        with pytest.raises(Conflict, match="held by another case: Matter a"), session.begin_nested():
            catalogue.save(session, dossier, [row("甲")], "anna", foreign)
    assert len(catalogue.save(session, dossier, [row("甲")], "anna", case)) == 1


def test_a_dossier_that_is_gone_has_its_catalogue_no_longer_changed(session, dossier, listed):
    session.execute(update(Dossier).values(status=DossierStatus.TRANSFERRED))
    session.refresh(dossier)
    with pytest.raises(Conflict, match="no longer kept here"):
        listed(row("甲"))


def test_more_rows_than_a_catalogue_holds_are_refused(session, dossier, listed):
    with pytest.raises(Invalid, match="at most 2000 rows"):
        listed(*[row("甲")] * 2001)


def test_completeness_counts_every_class_and_names_what_is_lacking(session, dossier, listed):
    listed(
        row("履历表", pages=4), row("2018年度考核", "3", "2018"), row("2020年度考核", "3", "2020"), row("x", code="")
    )
    counted = catalogue.completeness(session, dossier)

    assert list(counted) == list(categories.LEAVES)
    assert counted["1"] == catalogue.Count(1, 4, ())
    assert counted["3"] == catalogue.Count(2, 4, ("2019年",))
    assert counted["10"] == catalogue.Count(0, 0, ())


@pytest.mark.parametrize(
    "place", [{"seq": 1}, {"seq": 0}, {"code": "4"}, {"seq": None}, {"state": MaterialState.LOOSE}, {"formed": "98"}]
)
def test_the_database_keeps_order_and_classes_itself(session, dossier, listed, place):
    second = listed(row("甲"), row("乙"))[1]
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(update(Material).where(Material.id == second.id).values(**place))


codes = st.sampled_from(["", "1", "4-1", "10"])
drafts = st.lists(st.tuples(codes, st.sampled_from(["甲", "乙"]), st.sampled_from(["", "1998", "2001-02"])), max_size=6)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(drafts, drafts, st.randoms(use_true_random=False), st.data())
def test_whatever_is_saved_over_what_stood_there_is_numbered_without_gaps(
    session, dossier, first, second, chance, data
):
    with session.begin_nested() as savepoint:
        standing = again(catalogue.save(session, dossier, [row(n, c, f) for c, n, f in first], "anna"))
        changed = [replace(each, code=data.draw(codes)) for each in standing] + [row(n, c, f) for c, n, f in second]
        chance.shuffle(changed)
        saved = catalogue.save(session, dossier, changed, "anna")

        assert [place[1:] for place in places(saved)] == _expected(changed)
        assert [
            said for name in ("catalogue_gapless", "materials_stay") for said in registry.checks[name](session)
        ] == []
        savepoint.rollback()


def _expected(said):
    ordered = [(code, n) for code in categories.LEAVES for n in range(1, 1 + sum(each.code == code for each in said))]
    return ordered + [(None, None)] * sum(not each.code for each in said)


def test_three_hundred_rows_are_saved_in_few_questions(session, dossier, listed):
    asked = []
    many = [row(f"材料{number}", "4-1") for number in range(300)]
    saved = again(listed(*many))
    event.listen(session.connection(), "before_cursor_execute", lambda *told: asked.append(told[2]))
    listed(row("新", "4-1"), *saved)
    assert len(session.scalars(select(Material.id)).all()) == 301
    assert len(asked) < 40
