"""Notices that machines go round for ever: at one moment, everything stands again just as it stood before.

Nothing but time, people and news from outside can change the course then, and none of them comes. Looked at only after
many moves, and then for some moves on end, as most processes rest long before.
"""

import hashlib
import re
from collections.abc import Mapping

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from workflow import instances
from workflow.db import Database
from workflow.models import Job, Message, ProcessInstance
from workflow.statuses import JobStatus, MessageStatus
from workflow.waits import LIVE_INSTANCES

BEGINS = (40, 400)  # moves at one moment after which it is looked
LASTS = 24  # moves for which it is: a longer circle is found by the number of moves
_TOKEN = re.compile(rb"\"[0-9a-f]{16}\"")


class Circling:
    """What was seen at this moment of the clock."""

    def __init__(self, database: Database, turns: Mapping[str, int]) -> None:
        """`turns`: how far the answers of each service are used up."""
        self.database, self.turns = database, turns
        self.moves = 0
        self._seen: set[bytes] = set()

    def come_back(self) -> bool:
        """One more move was made; whether all stands as it stood after an earlier one."""
        self.moves += 1
        if not any(begin <= self.moves < begin + LASTS for begin in BEGINS):
            self._seen.clear()
            return False
        with self.database.reading() as session:
            stands = self._stands(session)
        known = stands in self._seen
        self._seen.add(stands)
        return known

    def _stands(self, session: Session) -> bytes:
        """All live processes, their variables, the work and news that wait; ids, which are always new, left out."""
        live = select(ProcessInstance).where(ProcessInstance.status.in_(LIVE_INSTANCES))
        found = session.scalars(
            live.options(joinedload(ProcessInstance.definition)).order_by(ProcessInstance.id)
        ).unique()
        digest = hashlib.sha256(orjson.dumps(dict(self.turns)))
        for each in found:
            variables = orjson.dumps(instances.variables(session, each), option=orjson.OPT_SORT_KEYS)
            for part in (each.definition.sha256.encode(), _TOKEN.sub(b"", instances.state(each)), variables):
                digest.update(len(part).to_bytes(8, "big") + part)
        for waits in (Job.status == JobStatus.WAITING, Message.status == MessageStatus.WAITING):
            digest.update(f"{session.scalar(select(func.count()).where(waits))} ".encode())
        return digest.digest()
