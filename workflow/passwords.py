"""Passwords: argon2id hashes, and what a password must be.

The standard profile is the second recommended option of RFC 9106 §4 (t=3, 64 MiB, p=4): about 0.2 s and
64 MiB a hash, so that only a few are computed at once.
"""

import threading
from dataclasses import dataclass, field
from functools import cached_property

from argon2 import PasswordHasher, profiles
from argon2.exceptions import InvalidHashError, VerificationError

from workflow.errors import Invalid, Unavailable, sentence

SHORTEST, LONGEST = 8, 256
AT_ONCE, PATIENCE = 2, 20.0  # hashes computed at the same time in one process; seconds one waits for its turn

COMMON = frozenset(
    """00000000 0123456789 0987654321 11111111 111111111 1111111111 11223344 112233445566 1122334455 12121212
    12341234 123123123 1234567 12345678 123456789 1234567890 123456789a 12345678a 123456abc 1234abcd 123abc456 123qweasd
    147258369 159357456 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qazxsw2 22222222 23456789 31415926 52013141 5201314520 55555555
    66666666 666666666 77777777 78945612 789456123 87654321 88888888 888888888 963852741 98765432 987654321 99999999
    a1234567 a12345678 a123456789 aa123456 aaaaaaaa abc12345 abc123456 abcd1234 abcdefgh abcdefg1 admin123 admin1234
    admin888 administrator asdfasdf asdfghjk asdfghjkl baseball computer football iloveyou iloveyou1314 internet
    juanliu123 letmein1 monkey123 p@ssw0rd p@ssword passw0rd password password1 password12 password123 princess
    q1w2e3r4 qazwsxedc qq123456 qq123456789 qwer1234 qwerasdf qwert123 qwerty12 qwerty123 qwertyui qwertyuiop
    starwars sunshine superman trustno1 user1234 welcome1 welcome123 woaini123 woaini1314 woaini520 woaini5201314
    wang1234 zhang123 zaq12wsx zxcvbnm1 zxcvbnm123 zxcvbnm,""".split()
)


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
    """Raise Invalid({field_name: …}) unless the password is long enough, not the login and not among the common ones."""
    if len(password) < SHORTEST:
        raise Invalid({field_name: [sentence("A password has at least {least} characters.", least=SHORTEST)]})
    if len(password) > LONGEST:
        raise Invalid({field_name: [sentence("A password has at most {most} characters.", most=LONGEST)]})
    plain = password.casefold()
    if plain in COMMON or len(set(plain)) < 4:
        raise Invalid({field_name: [sentence("This password is among the first anyone would try.")]})
    if user_name and user_name.casefold() in plain:
        raise Invalid({field_name: [sentence("A password must not contain the account name.")]})
