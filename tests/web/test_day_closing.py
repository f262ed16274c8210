"""Closing a day before its hour: who may, once, and what then waits."""

import pytest

from tests.processes.receiving import Receiving
from tests.standing import standing
from workflow.identity import Group, User


@pytest.fixture
def receiving(office, clock):
    """The receiving office with one pack signed for; dirk may close its days, and everyone can sign in."""
    made = standing(Receiving, office)
    with office.database.transaction() as session:
        session.get_one(Group, "director").permissions = ["dossiers.read", "days.close", "cases.read_all"]
        password_hash = session.get_one(User, "anna").password_hash
        for name in ("dora", "stan"):
            session.get_one(User, name).password_hash = password_hash
    made.do(made.pack(), "sign_for", "wang")
    return made


def test_a_day_is_closed_early_by_who_may(receiving, signed_in):
    dora = signed_in("dora")
    assert "/days/2026-07-01/closing" in dora.get("/days/2026-07-01").text

    assert dora.post("/days/2026-07-01/closing").status_code == 303
    receiving.machine()

    page = dora.get("/days/2026-07-01").text
    assert "/days/2026-07-01/closing" not in page
    assert "处理差额" in page  # the pack is neither registered nor an exception


def test_a_day_is_closed_once(receiving, signed_in):
    dora = signed_in("dora")
    dora.post("/days/2026-07-01/closing")

    assert dora.post("/days/2026-07-01/closing").status_code == 409


def test_a_day_is_not_closed_early_by_others(receiving, signed_in):
    stan = signed_in("stan")

    assert "/closing" not in stan.get("/days/2026-07-01").text
    assert stan.post("/days/2026-07-01/closing").status_code == 403
