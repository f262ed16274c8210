"""Passwords: argon2id hashes, and what a password must be.

The standard profile is the second recommended option of RFC 9106 §4 (t=3, 64 MiB, p=4): about 0.2 s and
64 MiB a hash, so that only a few are computed at once.
"""

import threading
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

from argon2 import PasswordHasher, profiles
from argon2.exceptions import InvalidHashError, VerificationError

from workflow.errors import Invalid, Unavailable, sentence

SHORTEST, LONGEST = 8, 256
AT_ONCE, PATIENCE = 2, 20.0  # hashes computed at the same time in one process; seconds one waits for its turn

COMMON = Path(__file__).with_name("common_passwords.txt")  # those of eight characters and more that are tried first


@dataclass(frozen=True)
class Hasher:
    """Makes and checks hashes. Another profile is given only where speed matters more than safety (tests)."""

    argon2: PasswordHasher = field(default_factory=lambda: PasswordHasher.from_parameters(profiles.RFC_9106_LOW_MEMORY))
    turns: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(AT_ONCE))

    def hash(self, password: str) -> str:
        with _Turn(self.turns):
            return self.argon2.hash(password)

    def matches(self, stored: str, password: str) -> bool:
        """Whether the password made this hash. An empty `stored` costs the same and never matches."""
        with _Turn(self.turns):
            try:
                return self.argon2.verify(stored or self._nobody, password) and bool(stored)
            except (VerificationError, InvalidHashError):
                return False

    def outdated(self, stored: str) -> bool:
        """Whether the hash was made with another profile and should be made anew."""
        return self.argon2.check_needs_rehash(stored)

    @cached_property
    def _nobody(self) -> str:
        return self.argon2.hash("the password of nobody")


class _Turn:
    def __init__(self, turns: threading.BoundedSemaphore) -> None:
        self.turns = turns

    def __enter__(self) -> None:
        if not self.turns.acquire(timeout=PATIENCE):
            raise Unavailable("Too many people are signing in just now. Please try again in a minute.")

    def __exit__(self, *_failure: object) -> None:
        self.turns.release()


STANDARD = Hasher()


def require_good(password: str, user_name: str, field_name: str = "password") -> None:
    """Raise Invalid({field_name: …}) unless the password is long enough, without the login and not a common one."""
    if len(password) < SHORTEST:
        raise Invalid({field_name: [sentence("A password has at least {least} characters.", least=SHORTEST)]})
    if len(password) > LONGEST:
        raise Invalid({field_name: [sentence("A password has at most {most} characters.", most=LONGEST)]})
    plain = password.casefold()
    if plain in _common() or len(set(plain)) < 4:
        raise Invalid({field_name: [sentence("This password is among the first anyone would try.")]})
    if user_name and user_name.casefold() in plain:
        raise Invalid({field_name: [sentence("A password must not contain the account name.")]})


@cache
def _common() -> frozenset[str]:
    return frozenset(COMMON.read_text(encoding="utf-8").split())
