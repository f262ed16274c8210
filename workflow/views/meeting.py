"""The instances that several filters lead to at once: their indexes' lists, the shortest first, are joined as long as
reading one more costs less than looking its filter up for what is left."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import compress

from sqlalchemy import CTE, select
from sqlalchemy.orm import Session

from workflow.models import TaskCandidate, UserTask
from workflow.views.conditions import VARIABLES, Condition, by_index, fulfilled, is_quick

SAMPLE = 300  # open tasks by which is judged how much each filter lets through
NO_LUCK = 5  # let through, and it is no longer luck
A_LOOK = 40  # so many rows of a list are read in the time in which one filter is looked up for one instance


@dataclass(frozen=True)
class Sample:
    """Some open tasks: for each the set of filters that let it through."""

    passed: Sequence[frozenset[Condition]]

    def share(self, *conditions: Condition) -> float:
        """What part of all these filters let through together; never nothing, for it is only a sample."""
        return (self._number(conditions) + 1) / (len(self.passed) + 2)

    def surely(self, *conditions: Condition) -> float:
        """The same, but nothing where so few were let through that it may have been luck."""
        number = self._number(conditions)
        return number / len(self.passed) if number >= NO_LUCK else 0

    def _number(self, conditions: Sequence[Condition]) -> int:
        return sum(map(set(conditions).issubset, self.passed))


def sample(session: Session, conditions: Sequence[Condition]) -> Sample:
    """How the filters judge the oldest open tasks."""
    first = select(TaskCandidate.task_id).limit(SAMPLE).subquery()
    looked_up = [fulfilled(each, UserTask.instance_id) for each in conditions]
    query = select(UserTask.id, *looked_up).join_from(first, UserTask, UserTask.id == first.c.task_id)
    return Sample([frozenset(compress(conditions, passed)) for _, *passed in session.execute(query)])


def leading(narrowing: Sequence[Condition], seen: Sample) -> list[Condition]:
    """The filters whose lists are to be joined, of those in order, the one that lets least through first."""
    lists = [each for each in narrowing if is_quick(each)]
    if not lists:  # to read all values of a name is better than to look at all tasks
        return [each for each in narrowing if by_index(each) is not None][:1]
    chosen = lists[:1]
    for each in lists[1:]:
        if seen.share(*chosen) * A_LOOK > seen.share(each):
            chosen.append(each)
    return chosen


def instances(led: Sequence[Condition], others: Sequence[Condition]) -> CTE:
    """The instances (`instance_id`) that the filters `led` lead to and the others let through."""
    met = _met(led)
    looked_up = [fulfilled(each, met.c.instance_id) for each in others]
    return select(met.c.instance_id).where(*looked_up).cte("kept").prefix_with("MATERIALIZED")


def _met(led: Sequence[Condition]) -> CTE:
    first, *others = (VARIABLES.alias() for _ in led)
    query = select(first.c.instance_id).where(by_index(led[0], first.c))
    for each, there in zip(led[1:], others, strict=True):
        query = query.join(there, there.c.instance_id == first.c.instance_id).where(by_index(each, there.c))
    return query.cte("met").prefix_with("MATERIALIZED")


@contextmanager
def lists_joined(session: Session, led: Sequence[Condition]) -> Iterator[bool]:
    """PostgreSQL reads each list once, whatever it expects: it knows little of how often a value is there under one
    name, takes lists of a hundred thousand for short ones and would look each of their rows up in the next. Whether it
    had to be told so; what is to be looked up one by one must then be said so, too."""
    connection = session.connection()
    by_lists = len(led) > 1 and connection.dialect.name == "postgresql"
    if by_lists:
        connection.exec_driver_sql("SET LOCAL enable_nestloop = off")
    yield by_lists
    if by_lists:
        connection.exec_driver_sql("SET LOCAL enable_nestloop = on")
