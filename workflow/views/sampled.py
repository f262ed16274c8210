"""The marks (workflow.marks) of some instances from anywhere, by which is judged how much a list will hold.

A process keeps them in memory for some minutes, as PostgreSQL keeps its statistics: for each mark the instances that
have it as the bits of a number. So no list asks the database how it is best found. What they say may be old or bad
luck; it decides how a list is found, never what is in it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, TableSample, column, func, literal, select, table
from sqlalchemy.orm import Session

from workflow.clock import now
from workflow.models import InstanceMarks
from workflow.sketches import hashed

SIZE = 3_000  # instances
KEPT_FOR, KEPT_FROM = timedelta(minutes=5), 200  # of so many instances; fewer are looked at anew each time
_CLASSES = table("pg_class", column("reltuples"), column("oid"))
_OWN = func.to_regclass(literal(InstanceMarks.__tablename__))
_ALL = func.greatest(select(_CLASSES.c.reltuples).where(_CLASSES.c.oid == _OWN).scalar_subquery(), 1)  # well enough


class Sample:
    """Some instances, of `all` there are. A number stands for a part of them: its bit n for the instance n."""

    def __init__(self, all_: float, found: Sequence[tuple[int, Sequence[int]]]):
        self.all, self.number = max(all_, len(found)), len(found)
        self.whole = (1 << len(found)) - 1
        self._instances = [instance_id for instance_id, _ in found]
        self._place = {instance_id: at for at, instance_id in enumerate(self._instances)}
        self._having: dict[int, int] = {}
        for at, (_, marks) in enumerate(found):
            for mark in marks:
                self._having[mark] = self._having.get(mark, 0) | 1 << at

    def having(self, said: Sequence[str]) -> int:
        """Those that have one of these marks."""
        return reduce(or_, (self._having.get(hashed(each), 0) for each in said), 0)

    def instances(self, part: int) -> list[int]:
        """The ids of some of them."""
        return [each for at, each in enumerate(self._instances) if part >> at & 1]

    def of(self, instances: Sequence[int]) -> int:
        """Those with these ids."""
        return sum(1 << self._place[each] for each in instances if each in self._place)


_kept: WeakKeyDictionary[Engine, tuple[datetime, Sample]] = WeakKeyDictionary()


def of(session: Session) -> Sample:
    """The sample of this database."""
    engine: Any = session.get_bind().engine
    taken_at, sample = _kept.get(engine, (None, None))
    if taken_at is None or sample is None or not timedelta() <= now() - taken_at < KEPT_FOR:
        sample = _taken(session)
        if sample.number >= KEPT_FROM:
            _kept[engine] = now(), sample
    return sample


def _taken(session: Session) -> Sample:
    some = _anywhere()
    found = session.execute(select(_ALL, some.c.instance_id, some.c.marks)).all()
    return Sample(found[0][0] if found else 1, [(instance_id, marks) for _, instance_id, marks in found])


def _anywhere() -> TableSample:
    """So many rows on pages chosen by luck, more or less."""
    return InstanceMarks.__table__.tablesample(func.system(func.least(100, 100 * SIZE / _ALL)))
