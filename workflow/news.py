"""News for open pages: which cases have changed, and for whom there is something new. Told when the commit stands.

Nothing leans on it: a page that hears nothing asks by itself, later. What goes out are names of groups and people and
ids of cases, once for each transaction, over the queue's line (Valkey's publish and subscribe).
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import orjson
from sqlalchemy.orm import Session

from workflow import office
from workflow.db import after_commit

log = logging.getLogger(__name__)
CHANNEL = "juanliu:news"
KEPT = "news"  # in a session's info
MANY = 200  # cases; beyond that it is said that everything may have changed


@dataclass(frozen=True)
class News:
    """`to`: "group:registry", "user:anna" …, as task_candidates says. `cases`: ids; `all`: any may have changed."""

    to: frozenset[str] = frozenset()
    cases: frozenset[int] = frozenset()
    all: bool = False

    def said(self) -> bytes:
        return orjson.dumps({"to": sorted(self.to), "cases": sorted(self.cases), "all": self.all})


def read(said: bytes) -> News | None:
    """What `said` made; None for anything else."""
    try:
        told = orjson.loads(said)
        return News(frozenset(map(str, told["to"])), frozenset(map(int, told["cases"])), told["all"] is True)
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return None


@dataclass
class _Kept:
    to: set[str] = field(default_factory=set)
    cases: set[int] = field(default_factory=set)


def of_case(session: Session, case_id: int) -> None:
    """Something happened in this case."""
    kept = _kept(session)
    if kept is not None:
        kept.cases.add(case_id)


def for_(session: Session, tickets: Iterable[str]) -> None:
    """There is something new for these groups and people."""
    kept = _kept(session)
    if kept is not None:
        kept.to.update(tickets)


def _kept(session: Session) -> _Kept | None:
    """What this transaction has to tell; None where nobody listens."""
    queue = session.info["office"].queue if "office" in session.info else None
    if queue is None or not hasattr(queue, "publish"):
        return None
    kept: _Kept | None = session.info.get(KEPT)
    if kept is None:
        kept = session.info[KEPT] = _Kept()
        after_commit(session, partial(_tell, session, kept))
    return kept


def _tell(session: Session, kept: _Kept) -> None:
    session.info.pop(KEPT, None)
    many = len(kept.cases) > MANY
    told = News(frozenset(kept.to), frozenset() if many else frozenset(kept.cases), many)
    office.of(session).queue.publish(CHANNEL, told.said())


def listening(queue: Any) -> Any:
    """A subscription to the news (redis.client.PubSub); raises redis.RedisError when the line is down."""
    line = queue.subscription()
    line.subscribe(CHANNEL)
    return line
