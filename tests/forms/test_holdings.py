"""Dossiers, positions, and the choices the archive offers; days bounded by the office's calendar."""

import pytest

from archive import dossiers, persons, storage, units
from archive.statuses import DossierStatus
from forms import choices
from tests.forms.samples import ID_NO, context, drawn, form, load, own, problems, select, text
from workflow.errors import NotFound


@pytest.fixture
def around(session, dora, clock):
    return context(session, dora)


@pytest.fixture
def dossier(session, clock):
    person = persons.register(session, {"name": "单雄信", "id_no": ID_NO}, "anna")
    return dossiers.register(session, person, {}, "anna")


@pytest.fixture
def room(session):
    storage.furnish(session, "K01", "一号库", storage.Shelves(rows=1, cabinets=1, layers=1, places=2))
    storage.furnish(session, "K02", "二号库", storage.Shelves(rows=1, cabinets=1, layers=1, places=1))


def test_a_dossier_is_named_by_its_number_however_it_is_typed(around, dossier):
    made = form(own("dossier", "x"))
    assert load(made, x=f" {dossier.dossier_no.lower()} ", around=around) == {"x": dossier.dossier_no}


def test_a_dossier_that_is_not_there_is_refused(around):
    assert "There is no dossier" in problems(form(own("dossier", "x")), x="nothing", around=around)["x"][0]


def test_a_dossier_that_left_the_house_is_refused(session, around, dossier):
    for status in (DossierStatus.IN_STORE, DossierStatus.LEAVING, DossierStatus.ON_THE_WAY, DossierStatus.TRANSFERRED):
        dossiers.change_status(session, dossier, status, "anna")
    assert "no longer kept here" in problems(form(own("dossier", "x")), x=dossier.dossier_no, around=around)["x"][0]


def test_dossiers_are_suggested_by_name_and_pinyin_to_those_who_may_read_them(around, dossier, carl):
    for typed in ("单雄", "shanxiongxin", "sxx"):
        assert [each.value for each in choices.offered("dossiers", around, typed)] == [dossier.dossier_no]
    assert choices.offered("dossiers", around) == []
    assert choices.offered("dossiers", context(around.session, carl), "单雄") == []


def test_a_position_must_be_free(session, around, dossier, room):
    made = form(own("position", "x"))
    assert load(made, x="k01 0101a101", around=around) == {"x": "K01-01-01-A-1-01"}
    storage.shelve(session, dossier, "K01-01-01-A-1-01", "anna")
    told = problems(made, x="K01-01-01-A-1-01", around=around)["x"][0]
    assert told == "Position K01-01-01-A-1-01 is not free here. The nearest free one is K01-01-01-A-1-02."


def test_a_position_is_a_place_and_of_the_room_asked_for(around, room):
    assert "not a position code" in problems(form(own("position", "x")), x="shelf 3", around=around)["x"][0]
    assert (
        "not free here" in problems(form(own("position", "x", room="K02")), x="K01-01-01-A-1-01", around=around)["x"][0]
    )


def test_a_full_house_says_so(around):
    assert "no free position" in problems(form(own("position", "x")), x="K01-01-01-A-1-01", around=around)["x"][0]


def test_free_positions_are_suggested_in_walking_order(around, room):
    found = [each.value for each in choices.offered("positions:K01", around)]
    assert found[:2] == ["K01-01-01-A-1-01", "K01-01-01-A-1-02"]
    assert choices.offered("positions:K01", around, "rubbish") == choices.offered("positions:K01", around)


def test_the_first_free_positions_stand_in_the_form_itself(around, room):
    page = drawn(form(own("position", "x", room="K02")), around=around)
    assert page.xpath(".//datalist/option/@value") == ["K02-01-01-A-1-01", "K02-01-01-B-1-01"]


def test_units_are_chosen_from_the_directory(session, around):
    units.save(session, {"code": "10001", "name": "云溪大学"}, "anna")
    made = form({"type": "select", "key": "x", "properties": {"choices": "units:code"}})
    assert load(made, x="10001", around=around) == {"x": "10001"}
    assert problems(made, x="10002", around=around)
    assert [each.value for each in choices.offered("units", around, "yunxi")] == ["云溪大学"]


def test_lists_of_the_archive_are_said_in_the_readers_language(session, dora):
    around = context(session, dora, translate=lambda said: f"«{said}»")
    assert choices.Choice("ems", "«EMS standard»") in choices.offered("channels", around)
    for name in ("dossier-kinds", "dossier-versions", "entrust-kinds", "secret-levels", "id-kinds"):
        assert choices.offered(name, around)


def test_exceptions_are_offered_by_treatment(around):
    assert [each.value for each in choices.offered("exceptions:notice", around)] == ["E07", "E08"]
    assert len(choices.offered("exceptions", around)) == 16


def test_choices_nobody_provides_are_not_found(around):
    with pytest.raises(NotFound):
        choices.offered("nowhere", around)


def test_suggestions_are_escaped():
    assert (
        choices.as_options([choices.Choice('"<', "<b>", "<i>")], "en") == '<option value="&#34;&lt;">&lt;i&gt;</option>'
    )


def test_the_paper_a_number_is_from_may_be_another_field(around):
    made = form(select("paper", "resident", "passport"), own("id-number", "no", idKind="paper"))
    assert load(made, paper="passport", no="e1234567", around=around)["no"] == "E1234567"
    assert list(problems(made, paper="resident", no="e1234567", around=around)) == ["no"]


def test_a_day_may_be_bounded_by_today(around):
    made = form({"type": "datetime", "key": "x", "properties": {"max": "today", "min": "2020-01-01"}})
    assert load(made, x="2026-07-01", around=around) == {"x": "2026-07-01"}
    assert "not be after 2026-07-01" in problems(made, x="2026-07-02", around=around)["x"][0]
    assert "not be before 2020-01-01" in problems(made, x="2019-12-31", around=around)["x"][0]


def test_a_year_is_within_bounds_if_part_of_it_is(around):
    made = form(own("partial-date", "x", max="today"))
    assert load(made, x="2026", around=around) == {"x": "2026"}
    assert problems(made, x="2027", around=around)


def test_passed_days_may_be_refused(around):
    made = form({"type": "datetime", "key": "x", "disallowPassedDates": True})
    assert problems(made, x="2026-06-30", around=around)
    assert load(made, x="2026-07-01", around=around)


def test_a_moment_is_typed_on_the_offices_clock_and_kept_in_utc(around):
    made = form({"type": "datetime", "key": "x", "subtype": "datetime"})
    assert load(made, x="2026-07-01T08:30", around=around) == {"x": "2026-07-01T00:30:00+00:00"}
    assert problems(made, x="2026-07-01", around=around)
    known = context(around.session, around.user, variables={"x": "2026-07-01T00:30:00+00:00"})
    assert drawn(made, around=known).xpath(".//input[@name='x']/@value") == ["2026-07-01T08:30"]


def test_a_moment_on_the_screen_untouched_stays_the_same(around):
    made = form({"type": "datetime", "key": "x", "subtype": "datetime"}, text("y"))
    known = context(around.session, around.user, variables={"x": "2026-07-01T00:30:00+00:00"})
    (shown,) = drawn(made, around=known).xpath(".//input[@name='x']/@value")
    assert load(made, x=shown, around=known)["x"] == "2026-07-01T00:30:00+00:00"
