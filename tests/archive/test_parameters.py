from datetime import date

import pytest

from archive import parameters
from workflow.errors import Invalid, NotFound


def test_the_default_of_the_rules_holds_until_somebody_changes_it(session, clock):
    assert parameters.value(session, "flow_out") == 15


def test_a_change_holds_from_its_day_and_not_before(session, clock):
    parameters.change(session, "flow_out", 12, date(2026, 7, 1), "admin", "new regulation")
    parameters.change(session, "flow_out", 10, date(2026, 8, 1), "admin")

    asked = {
        day: parameters.value(session, "flow_out", date.fromisoformat(day))
        for day in ("2026-06-30", "2026-07-01", "2026-07-31", "2026-08-01")
    }
    assert asked == {"2026-06-30": 15, "2026-07-01": 12, "2026-07-31": 12, "2026-08-01": 10}
    assert parameters.value(session, "flow_out") == 12


def test_of_two_changes_for_one_day_the_later_holds_and_both_are_remembered(session, clock):
    for days in (12, 11):
        parameters.change(session, "flow_out", days, date(2026, 7, 1), "admin")

    assert parameters.value(session, "flow_out") == 11
    assert [row.value for row in parameters.history(session, "flow_out")] == [11, 12]


@pytest.mark.parametrize(
    ("key", "value"), [("flow_out", "15"), ("flow_out", True), ("closing_time", 17), ("closing_time", "half past five")]
)
def test_a_value_of_another_kind_is_refused(session, clock, key, value):
    with pytest.raises(Invalid) as refused:
        parameters.change(session, key, value, date(2026, 7, 1), "admin")
    assert list(refused.value.problems) == ["value"]


def test_an_unknown_key_is_refused(session, clock):
    with pytest.raises(NotFound, match="no parameter named colour"):
        parameters.value(session, "colour")


def test_every_parameter_says_its_unit_and_source():
    assert [key for key, known in parameters.KNOWN.items() if not (known.title and known.unit and known.source)] == []
