"""Who is signed in: revocable sessions kept here, not in the cookie, and the slowing down of guessers.

The cookie carries a random token; the table keeps its hash only.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, String, bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship
from sqlalchemy.orm.attributes import set_committed_value

from workflow import office, rows
from workflow.clock import now
from workflow.db import Base
from workflow.identity import Group, Membership, User
from workflow.statements import Statement, columns

LONGEST = timedelta(hours=12)  # signed out after so long in any case; sooner without a page, see Settings.idle
SEEN_STEP = timedelta(minutes=2)  # how coarse "last seen" is

FIRST_DELAY, LONGEST_DELAY = 3, 60  # seconds; doubles with each failure
LOCK_AFTER = 10  # failures of one account
LOCKED_FOR = timedelta(minutes=15)  # then nobody gets in, and the failures are forgotten after it
FREE = {"account": 2, "address": 20}  # failures without any delay: a slip of the finger; an office behind one address


class SignIn(Base):
    """One browser in which someone signed in."""

    __tablename__ = "sign_ins"
    __table_args__ = (Index("ix_sign_ins_user", "user_name", "revoked_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_name: Mapped[str] = mapped_column(ForeignKey("users.name"))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(String(60), default="")
    agent: Mapped[str] = mapped_column(String(300), default="")

    user: Mapped[User] = relationship()

    def live(self, idle: timedelta) -> bool:
        """Whether it still holds, where so long without a page ends it."""
        return self.revoked_at is None and now() < min(self.expires_at, self.seen_at + idle)


_HERE = Statement(
    select(*columns(SignIn), *columns(User))
    .join_from(SignIn, SignIn.user)
    .where(SignIn.token_hash == bindparam("token_hash"))
)
_GROUPS = Statement(
    select(*columns(Group))
    .join_from(Group, Membership)
    .join(SignIn, SignIn.user_name == Membership.user_name)
    .where(SignIn.token_hash == bindparam("token_hash"))
    .order_by(Group.key)
)


class Attempts(Base):
    """Failed sign-ins of one account name or from one address. `subject` is "account:anna" or "address:10.0.0.7"."""

    __tablename__ = "sign_in_attempts"
    subject: Mapped[str] = mapped_column(String(200), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime]
    blocked_until: Mapped[datetime]


def begin(session: Session, user: User, address: str, agent: str) -> str:
    """Sign the user in; returns the new token for the cookie."""
    token = secrets.token_urlsafe(32)
    row = SignIn(
        token_hash=_hash(token),
        user_name=user.name,
        created_at=now(),
        seen_at=now(),
        expires_at=now() + LONGEST,
        address=address[:60],
        agent=agent[:300],
    )
    session.add(row)
    return token


def find(session: Session, token: str) -> SignIn | None:
    """The live sign-in of this token; None when unknown, revoked, too old, or its user deactivated.

    Asked by every request: the user and their groups come along, all in one trip.
    """
    of = {"token_hash": _hash(token)}
    found, groups = rows.ask(session, _HERE(**of), _GROUPS(**of))
    if not found:
        return None
    sign_in, user = rows.objects(session, found[0], SignIn, User)
    set_committed_value(sign_in, "user", user)
    set_committed_value(user, "groups", [each for row in groups for each in rows.objects(session, row, Group)])
    return sign_in if sign_in.live(_idle(session)) and user.active else None


def touch(session: Session, sign_in_id: int) -> None:
    """Note that the browser is still in use."""
    session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(seen_at=now()))


def stale(sign_in: SignIn) -> bool:
    """Whether its last use was noted long enough ago to note it again."""
    return now() - sign_in.seen_at >= SEEN_STEP


def live_ones(session: Session, user_name: str) -> list[SignIn]:
    """Where the user is signed in now, latest first."""
    found = session.scalars(
        select(SignIn).where(SignIn.user_name == user_name, SignIn.revoked_at.is_(None)).order_by(SignIn.seen_at.desc())
    )
    return [row for row in found if row.live(_idle(session))]


def last_seen(session: Session) -> dict[str, datetime]:
    """When each user was last here, by login."""
    query = select(SignIn.user_name, func.max(SignIn.seen_at)).group_by(SignIn.user_name)
    return dict(session.execute(query).all())


def revoke(session: Session, sign_in: SignIn) -> None:
    """Sign that browser out."""
    sign_in.revoked_at = sign_in.revoked_at or now()


def revoke_all(session: Session, user_name: str, but: int | None = None) -> None:
    """Sign the user out everywhere, but for the sign-in with the id `but`."""
    session.execute(
        update(SignIn)
        .where(SignIn.user_name == user_name, SignIn.revoked_at.is_(None), SignIn.id != (but or 0))
        .values(revoked_at=now())
    )


def charge(session: Session, account: str, address: str) -> int:
    """Count an attempt as failed before it is tried, so that many at once gain nothing.

    Returns the seconds this account or address must still wait; 0 = the attempt may be tried. A refused attempt
    is not counted.
    """
    subjects = _subjects(account, address)
    attempts = [_attempts(session, subject) for subject in subjects]
    wait = max((row.blocked_until - now()).total_seconds() for row in attempts)
    if wait > 0:
        return int(wait) + 1
    for row in attempts:
        row.failures += 1
        row.last_at = now()
        row.blocked_until = now() + _delay(row)
    return 0


def forgive(session: Session, account: str, address: str) -> None:
    """The attempt just charged was right: the account starts afresh, the address gets this one back."""
    account_subject, address_subject = _subjects(account, address)
    session.execute(delete(Attempts).where(Attempts.subject == account_subject))
    row = session.get(Attempts, address_subject)
    if row:
        row.failures = max(0, row.failures - 1)
        row.blocked_until = now()


def _attempts(session: Session, subject: str) -> Attempts:
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    fresh = {"subject": subject, "failures": 0, "last_at": now(), "blocked_until": now()}
    session.execute(dialect.insert(Attempts).values(fresh).on_conflict_do_nothing())
    row = session.get_one(Attempts, subject, with_for_update=True, populate_existing=True)
    if now() - row.last_at >= LOCKED_FOR:
        row.failures = 0
    return row


def _delay(row: Attempts) -> timedelta:
    kind = row.subject.partition(":")[0]
    beyond = row.failures - FREE[kind]
    if kind == "account" and row.failures >= LOCK_AFTER:
        return LOCKED_FOR
    if beyond <= 0:
        return timedelta(0)
    return timedelta(seconds=min(LONGEST_DELAY, FIRST_DELAY * 2 ** min(beyond - 1, 10)))


def _subjects(account: str, address: str) -> tuple[str, str]:
    return f"account:{account.casefold()[:100]}", f"address:{address[:100]}"


def _idle(session: Session) -> timedelta:
    return office.of(session).settings.idle


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
