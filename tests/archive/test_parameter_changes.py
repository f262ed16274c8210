"""Parameters are changed by people: read by their unit, refused in sentences, never for the past."""

from datetime import date

import pytest
from babel.messages import pofile

from archive import parameter_changes, parameters, regulations
from archive.parameters import KNOWN
from tests.archive.test_archive_words import beside_fields
from tests.msgids import ROOT
from workflow import cases
from workflow.errors import Invalid, NotAllowed, NotFound
from workflow.identity import Group, User
from workflow.models import Case
from workflow.registry import functions

TODAY = "2026-07-01"


@pytest.fixture
def dora(session, clock) -> User:
    return session.get_one(User, "dora")


def ask(session, user, key, *typed, day=TODAY, reason="党委会决定", source=""):
    return parameter_changes.ask(session, user, key, typed, day, reason, source)


def refused(act) -> dict[str, str]:
    with pytest.raises(Invalid) as said:
        act()
    return {field: str(sentences[0]) for field, sentences in said.value.problems.items()}


def test_a_change_is_kept_with_person_reason_source_and_day(session, dora):
    made = ask(session, dora, "loan_days", "8", day="2026-08-01", source="云人社〔2026〕5号")

    assert (made.value, made.valid_from, made.changed_by) == (8, date(2026, 8, 1), "dora")
    assert (made.why, made.source) == ("党委会决定", "云人社〔2026〕5号")
    assert parameters.value(session, "loan_days") == 10
    assert parameters.value(session, "loan_days", date(2026, 8, 1)) == 8


@pytest.mark.parametrize(
    ("key", "typed", "kept"),
    [
        ("loan_days", ("８",), 8),
        ("closing_time", ("9:05",), "09:05"),
        ("keeper_code", ("yx2",), "YX2"),
        ("scan_formats", ("jpeg、tiff jpeg",), "JPEG TIFF"),
        ("public_address", ("https://da.yunxi.gov.cn:8443/juanliu",), "https://da.yunxi.gov.cn:8443/juanliu"),
        ("public_address", ("",), ""),
        ("reading_purposes", ("daily", "", "talent"), ["daily", "talent"]),
    ],
)
def test_what_is_typed_is_read_by_its_unit(key, typed, kept):
    assert parameter_changes.read(key, typed) == kept


@pytest.mark.parametrize(
    ("key", "typed", "field", "said"),
    [
        ("loan_days", ("ten",), "value", "whole number"),
        ("loan_days", ("-1",), "value", "whole number"),
        ("loan_days", ("1.5",), "value", "whole number"),
        ("loan_days", ("",), "value", "whole number"),
        ("loan_days", ("1001",), "value", "between 0 and 1000; you typed 1001"),
        ("sample_rate", ("101",), "value", "between 0 and 100"),
        ("readers_cadre", ("1",), "value", "between 2 and 20"),
        ("pay_after_accept", ("61",), "value", "between 0 and 60"),
        ("log_keep", ("5",), "value", "between 6 and 120"),
        ("closing_time", ("25:00",), "value", "like 17:30"),
        ("dossier_prefix", ("云",), "value", "letters A to Z"),
        ("reading_higher", (" 、 ",), "value", "one at least"),
        ("reading_higher", ("省管、" + "管" * 21,), "value", "up to 20 characters"),
        ("public_address", ("da.yunxi",), "value", "https://"),
        ("public_address", ("javascript:alert(1)",), "value", "https://"),
        ("scan_formats", ("GIF",), "value", "JPEG PNG TIFF"),
        ("scan_formats", ("",), "value", "JPEG PNG TIFF"),
        ("reading_purposes", ("daily", "daily"), "value.1", "Row 2 stands in the list already"),
        ("reading_purposes", ("daily", "curiosity"), "value.1", "Row 2 is not one"),
        ("reading_purposes", ("", ""), "value", "at least one row"),
        ("reading_purposes", (), "value", "at least one row"),
    ],
)
def test_a_bad_value_is_refused_beside_its_field(key, typed, field, said):
    problems = refused(lambda: parameter_changes.read(key, typed))
    assert list(problems) == [field] and said in problems[field]


def test_words_are_kept_once_each_whatever_stands_between_them():
    assert parameter_changes.read("reading_higher", ["省管，市管; 省管 州管"]) == "省管、市管、州管"


def test_everything_wrong_is_said_at_once_and_nothing_is_kept(session, dora):
    problems = refused(lambda: ask(session, dora, "loan_days", "x", day="soon", reason="  "))

    assert list(problems) == ["value", "valid_from", "reason"]
    assert parameters.history(session, "loan_days") == []


@pytest.mark.parametrize(("day", "said"), [("2026-06-30", "2026-07-01 at the earliest"), ("2032-01-01", "five years")])
def test_the_past_and_the_far_future_are_refused(session, dora, day, said):
    assert said in refused(lambda: ask(session, dora, "loan_days", "8", day=day))["valid_from"]


def test_a_long_reason_is_refused(session, dora):
    assert "at most 500" in refused(lambda: ask(session, dora, "loan_days", "8", reason="因" * 501))["reason"]


def test_what_holds_anyhow_is_no_change(session, dora):
    assert "holds on 2026-07-01 anyhow" in refused(lambda: ask(session, dora, "loan_days", "10"))["value"]


def test_a_lower_bound_stays_below_its_upper_one(session, dora):
    assert "lowest (24)" in refused(lambda: ask(session, dora, "temperature_low", "24"))["value"]
    assert "highest (14)" in refused(lambda: ask(session, dora, "temperature_high", "14"))["value"]


def test_each_parameter_is_changed_by_its_role_alone(session, clock):
    anna = session.get_one(User, "anna")
    with pytest.raises(NotAllowed):
        ask(session, anna, "loan_days", "8")
    session.get_one(Group, "registry").permissions = [parameters.MANAGE]
    assert ask(session, anna, "loan_days", "8").value == 8
    with pytest.raises(NotAllowed):
        ask(session, anna, "log_keep", "12")
    session.get_one(Group, "registry").permissions = [parameters.SECURITY]
    assert ask(session, anna, "log_keep", "12").value == 12


def test_an_unknown_parameter_is_not_found(session, dora):
    with pytest.raises(NotFound):
        ask(session, dora, "colour", "red")


# cases keep what they began with


def case_begun(session, key: str) -> Case:
    return cases.open_case(session, key, key, "reading", "anna")


def test_a_case_keeps_what_it_began_with_whatever_is_changed_later(session, dora, clock):
    before = case_begun(session, "A")
    clock.move(hours=1)
    ask(session, dora, "loan_days", "8")
    clock.move(hours=1)
    after = case_begun(session, "B")

    assert [parameters.value(session, "loan_days", case=each) for each in (before, after)] == [10, 8]
    assert parameters.value(session, "loan_days", case=before.id) == 10


def test_a_change_announced_before_the_case_reaches_only_cases_of_its_days(session, dora, clock):
    ask(session, dora, "loan_days", "8", day="2026-08-01")
    july = case_begun(session, "A")
    clock.move(days=40)
    august = case_begun(session, "B")

    assert [parameters.value(session, "loan_days", case=each) for each in (july, august)] == [10, 8]


def test_a_row_written_for_a_past_day_changes_no_case_either(session, dora, clock):
    begun = case_begun(session, "A")
    clock.move(hours=1)
    parameters.change(session, "loan_days", 3, date(2026, 1, 1), "admin")

    assert parameters.value(session, "loan_days", case=begun) == 10


def test_expressions_of_a_running_case_see_what_it_began_with(session, dora, clock):
    begun = case_begun(session, "A")
    clock.move(hours=1)
    ask(session, dora, "loan_days", "8")
    within = type("Instance", (), {"case_id": begun.id})

    assert functions["parameter"](session, "loan_days", instance=within) == 10
    assert functions["parameter"](session, "loan_days") == 8


# words


def test_every_number_has_bounds_and_its_default_lies_within():
    numbers = {key: known for key, known in KNOWN.items() if isinstance(known.default, int)}
    outside = []
    for key, known in numbers.items():
        least, most = parameter_changes.bounds(known)
        if not least <= known.default <= most:
            outside.append(key)
    assert outside == []


def test_every_default_can_be_typed():
    typed = {
        key: known.default if isinstance(known.default, list) else [str(known.default)] for key, known in KNOWN.items()
    }
    assert {key: parameter_changes.read(key, texts) for key, texts in typed.items()} == {
        key: known.default for key, known in KNOWN.items()
    }


def test_every_source_is_said_in_chinese_and_english():
    for key, known in KNOWN.items():
        said = regulations.said(known.source, chinese=True)
        assert any("一" <= sign <= "鿿" for sign in said), (key, said)
        assert regulations.said(known.source, chinese=False)
    assert regulations.said("TL18 art. 31", chinese=True) == "《干部人事档案工作条例》（2018）第31条"
    assert regulations.said("local practice, 5 to 10", chinese=True) == "各地通行做法；5～10"


def test_every_refusal_has_its_chinese():
    known = set()
    for name in ("archive.po", "archive-parameters.po"):
        with (ROOT / "web/locale/zh_CN" / name).open("rb") as source:
            known |= {str(message.id) for message in pofile.read_po(source) if message.string}
    assert beside_fields(ROOT / "archive/parameter_changes.py") - known == set()
