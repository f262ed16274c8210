"""argon2id, and what a password must be."""

import threading

import pytest
from argon2 import PasswordHasher

from workflow.errors import Invalid, Unavailable
from workflow.passwords import STANDARD, Hasher, require_good

QUICK = Hasher(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def test_the_standard_profile_is_rfc_9106_low_memory():
    assert STANDARD.hash("x").startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_a_password_matches_its_own_hash_only():
    stored = QUICK.hash("correct horse")
    assert QUICK.matches(stored, "correct horse")
    assert not QUICK.matches(stored, "correct horsf")


def test_two_hashes_of_one_password_differ():
    assert QUICK.hash("correct horse") != QUICK.hash("correct horse")


@pytest.mark.parametrize("stored", ["", "plain", "$argon2id$broken", "$2b$12$abcdefghijklmnopqrstuv"])
def test_what_is_no_hash_of_ours_never_matches(stored):
    assert not QUICK.matches(stored, "the password of nobody")


def test_long_passwords_count_whole():
    stored = QUICK.hash("x" * 200)
    assert not QUICK.matches(stored, "x" * 199)


def test_a_hash_of_another_profile_is_outdated():
    assert STANDARD.outdated(QUICK.hash("x"))
    assert not QUICK.outdated(QUICK.hash("x"))


def test_only_so_many_hashes_are_computed_at_once():
    busy = Hasher(QUICK.argon2, threading.BoundedSemaphore(1))
    with busy.turns, pytest.raises(Unavailable, match="signing in"):
        busy_now(busy)


def busy_now(hasher):
    waiting = Hasher(hasher.argon2, Impatient(hasher.turns))
    waiting.hash("x")


class Impatient:
    """The same turns, for somebody who does not wait."""

    def __init__(self, turns):
        self.turns = turns

    def acquire(self, timeout):
        return self.turns.acquire(timeout=0)

    def release(self):
        self.turns.release()


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("short7", "at least 8"),
        ("x" * 257, "at most 256"),
        ("password", "first anyone would try"),
        ("Password", "first anyone would try"),
        ("88888888", "first anyone would try"),
        ("ababababab", "first anyone would try"),
        ("anna-2026-xyz", "account name"),
    ],
)
def test_a_weak_password_is_refused_with_its_reason(password, said):
    with pytest.raises(Invalid) as refused:
        require_good(password, "anna")
    assert said in str(refused.value.problems["password"][0])


@pytest.mark.parametrize("password", ["correct horse 7 籍", "k7wm-4hxd-p2qa", "档案室的长密码不好猜的"])
def test_a_good_password_passes(password):
    require_good(password, "anna")
