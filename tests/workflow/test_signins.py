"""Sessions that can be revoked, and the slowing down of guessers."""

from datetime import timedelta

import pytest

from workflow import signins
from workflow.clock import now
from workflow.identity import User
from workflow.signins import Attempts, SignIn


@pytest.fixture
def token(session, clock):
    return signins.begin(session, session.get_one(User, "anna"), "10.0.0.7", "Firefox")


def fail(session, times, account="anna", address="10.0.0.7"):
    """That many failed attempts, each as soon as it is allowed; returns the waits that stood before them."""
    waits = []
    for _each in range(times):
        waits.append(signins.charge(session, account, address))
        if waits[-1]:
            return waits
    return waits


def test_a_token_finds_its_sign_in_and_user(session, token):
    assert signins.find(session, token).user.name == "anna"


def test_the_table_does_not_hold_the_token(session, token):
    session.flush()
    assert token not in str(session.query(SignIn.token_hash).all())


def test_an_unknown_token_finds_nobody(session, token):
    assert signins.find(session, token + "x") is None
    assert signins.find(session, "") is None


def test_two_sign_ins_have_two_tokens(session, token):
    assert signins.begin(session, session.get_one(User, "anna"), "", "") != token


def test_a_sign_in_ends_when_idle(session, token, clock):
    clock.move(hours=3, minutes=59)
    assert signins.find(session, token)
    clock.move(minutes=2)
    assert signins.find(session, token) is None


def test_a_sign_in_in_use_ends_after_half_a_day(session, token, clock):
    for _hour in range(23):
        clock.move(minutes=31)
        signins.touch(session, signins.find(session, token).id)
    clock.move(minutes=31)
    assert signins.find(session, token) is None


def test_a_revoked_sign_in_finds_nobody(session, token):
    signins.revoke(session, signins.find(session, token))
    assert signins.find(session, token) is None


def test_a_user_switched_off_is_signed_in_nowhere(session, token):
    session.get_one(User, "anna").active = False
    assert signins.find(session, token) is None


def test_all_but_one_can_be_revoked(session, token):
    anna = session.get_one(User, "anna")
    other = signins.begin(session, anna, "", "")
    bobs = signins.begin(session, session.get_one(User, "bob"), "", "")
    signins.revoke_all(session, "anna", but=signins.find(session, token).id)
    session.expire_all()
    assert signins.find(session, token) and signins.find(session, bobs)
    assert signins.find(session, other) is None


def test_only_live_sign_ins_are_listed(session, token, clock):
    clock.move(minutes=250)
    later = signins.begin(session, session.get_one(User, "anna"), "", "later")
    assert [each.agent for each in signins.live_ones(session, "anna")] == ["later"]
    assert later


def test_use_is_noted_again_only_after_a_while(session, token, clock):
    found = signins.find(session, token)
    assert not signins.stale(found)
    clock.move(minutes=3)
    assert signins.stale(found)


def test_a_slip_of_the_finger_costs_no_waiting(session, clock):
    assert fail(session, 3) == [0, 0, 0]


def test_the_delay_doubles_from_three_seconds(session, clock):
    fail(session, 3)
    waits = []
    for _each in range(5):
        waits.append(signins.charge(session, "anna", "10.0.0.7"))
        clock.move(seconds=waits[-1])
        assert signins.charge(session, "anna", "10.0.0.7") == 0
    assert waits == [4, 7, 13, 25, 49]


def test_an_account_is_locked_after_ten_failures(session, clock):
    for _each in range(10):
        while signins.charge(session, "anna", "10.0.0.7"):
            clock.move(seconds=61)
    clock.move(minutes=14)
    assert signins.charge(session, "anna", "elsewhere") > 0
    clock.move(minutes=2)
    assert signins.charge(session, "anna", "elsewhere") == 0


def test_a_refused_attempt_is_not_counted(session, clock):
    fail(session, 4)
    before = session.get_one(Attempts, "account:anna").failures
    assert signins.charge(session, "anna", "10.0.0.7") > 0
    assert session.get_one(Attempts, "account:anna").failures == before


def test_an_address_that_guesses_many_names_is_slowed_down(session, clock):
    waits = [signins.charge(session, f"name{n}", "10.0.0.9") for n in range(25)]
    assert waits[:21] == [0] * 21
    assert all(wait > 0 for wait in waits[21:])
    assert signins.charge(session, "anna", "10.0.0.8") == 0


def test_a_right_password_forgives_the_account(session, clock):
    fail(session, 3)
    signins.forgive(session, "anna", "10.0.0.7")
    assert fail(session, 3) == [0, 0, 0]


def test_spelling_an_account_differently_gains_nothing(session, clock):
    fail(session, 3, "anna")
    assert signins.charge(session, "ANNA", "elsewhere") > 0


def test_failures_are_forgotten_after_a_quiet_time(session, clock):
    fail(session, 4)
    clock.move(minutes=16)
    assert fail(session, 3) == [0, 0, 0]


def test_the_last_use_of_everybody_is_known(session, token, clock):
    session.flush()
    assert signins.last_seen(session) == {"anna": now()}
    assert now() - signins.last_seen(session)["anna"] < timedelta(seconds=1)
