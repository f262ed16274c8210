"""Lists whose filters have marks (workflow.marks; PostgreSQL): a sample of all instances says how many tasks a list
holds. Where they are many, a page is soon full along the order of the list; else the index leads to all of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from itertools import compress
from math import ceil, inf
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    TableSample,
    and_,
    bindparam,
    case,
    column,
    false,
    func,
    literal,
    select,
    table,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from workflow import marks
from workflow.models import InstanceMarks, TaskCandidate, TaskOnlooker, UserTask
from workflow.tasks.readers import Reader
from workflow.views import lines, sorting
from workflow.views.asking import View
from workflow.views.belonging import at_hand, marks_of_view
from workflow.views.conditions import Condition, fulfilled, marks_of
from workflow.views.looking import Found, Search, looked_up, run, wanted
from workflow.views.sorting import Place

SAMPLE = 1_500  # instances
NO_LUCK = 5  # of them in the list, and it is no longer luck
SPARE = 1.5  # so much farther along a line than the sample says
A_READ, A_FIND = 0.02, 3  # microseconds: one place in one of the lists of the marks' index, an instance it finds
A_GLANCE, A_STEP = 0.5, 16  # one task of all by its sketch; of a line by its marks: twice what it takes, for what
# promises much may be elsewhere in the order of the line
FIRST_PART, AT_ONCE = 0.25, 4_000  # of what is to be glanced at: how far without an answer, and at least
FEW_TICKETS = 4  # to look whether anything waits for them would take longer
_CLASSES = table("pg_class", column("reltuples"), column("oid"))
_OWN = func.to_regclass(literal(InstanceMarks.__tablename__))
_ALL = func.greatest(select(_CLASSES.c.reltuples).where(_CLASSES.c.oid == _OWN).scalar_subquery(), 1)  # well enough
Marked = Mapping[Condition, Sequence[str]]  # filters and their marks


class Whole(Enum):
    """What is judged beside the filters that have marks."""

    VIEW = "view"  # somebody of the view's is to see it
    HELD = "held"  # and in a view of what others have somebody has it
    EVERYTHING = "everything"  # all that was asked


VIEW, HELD, EVERYTHING = Whole
Test = Condition | Whole


class Seen:
    """Instances from anywhere, of `all` there are: how many of them pass the same tests."""

    def __init__(self, all_: float, passed: Mapping[frozenset[Test], int]):
        self.all = all_
        self._passed = passed
        self._number: dict[frozenset[Test], int] = {}

    def number(self, *tests: Test) -> int:
        """How many pass all of these."""
        asked = frozenset(tests)
        if asked not in self._number:
            self._number[asked] = sum(number for passed, number in self._passed.items() if asked <= passed)
        return self._number[asked]

    def expected(self, *tests: Test) -> float:
        """How many of all there are pass these; never none, for it is only a sample."""
        return self.all * (self.number(*tests) + 1) / (self.number() + 2)

    def far(self, wanted: int, *of: Test, least: int = 1) -> float:
        """How far to go along a line, of the tasks of those that pass these tests, to find so many; no end to it where
        the sample does not know the `least` of them."""
        let_through = self.number(EVERYTHING)
        return wanted * self.number(*of) / let_through if let_through >= least else inf

    def meeting(self, led: Sequence[Test]) -> float:
        """Microseconds until the marks of these have met."""
        return sum(map(self.expected, led)) * A_READ + self.expected(*led) * A_FIND

    def led(self, tests: Iterable[Test]) -> list[Test]:
        """The tests whose marks are to meet: what the index is spared to find must take longer than to read one more
        of its lists."""
        first, *others = sorted(tests, key=self.number)
        led = [first]
        for each in others:
            spared = self.expected(*led) - self.expected(*led, each)
            if spared * A_FIND > self.expected(each) * A_READ:
                led.append(each)
        return led


def marked(search: Search) -> Marked:
    """The filters that marks answer, none where the view is found without them or shows instances that are over."""
    if search.asked.view in (View.MINE, View.DONE) or not marks.are_kept(search.session):
        return {}
    return {each: said for each in search.asked.conditions if (said := marks_of(each)) is not None}


def in_use(session: Session, who: Reader) -> Reader:
    """The reader with those tickets only for which an open task is here, and known which of them look on at one."""
    if len(who.tickets) <= FEW_TICKETS or not marks.are_kept(session):
        return who
    ticket = func.unnest(bindparam("tickets", list(who.tickets), ARRAY(String))).column_valued("ticket")
    queues = (TaskCandidate.candidate, TaskOnlooker.onlooker)
    offered, seen = (_next(each, ticket) == ticket for each in queues)
    found = session.execute(select(ticket, func.coalesce(seen, false())).where(offered | seen)).all()
    return who._replace(
        tickets=tuple(each for each, _ in found), looking_on=tuple(each for each, seen in found if seen)
    )


def _next(queue: Any, ticket: Any) -> ColumnElement[str]:
    """The first name not before the ticket that has a queue: said so that no planner looks for it outside the index."""
    return select(queue).where(queue >= ticket).order_by(queue).limit(1).scalar_subquery()


def rows(search: Search, said: Marked, place: Place | None, number: int) -> Found:
    """The first rows beyond the place."""
    marks.settle(search.session)
    of_view: dict[Test, Sequence[str]] = dict(zip((VIEW, HELD), marks_of_view(search.who, search.asked), strict=False))
    tests = {**said, **of_view}
    seen = _sample(search, tests)
    led = seen.led(tests)
    narrowing = [said[each] for each in sorted(said, key=seen.number)]
    meeting, of = seen.meeting(led), () if lines.is_of_variable(search.asked) else (VIEW, *of_view)
    steps = seen.far(number, *of, least=NO_LUCK)
    glances = seen.far(number) if _is_judged(search) and search.asked.order in lines.DUE else inf
    found: Found = []
    if glances * A_GLANCE < min(meeting, steps * A_STEP):
        found = _glanced(search, list(tests.values()), narrowing, place, number, glances, meeting)
    elif steps * A_STEP < meeting:
        found = _walked(search, narrowing, place, number, steps, meeting)
    if len(found) == number:
        return found
    unsure = sorted(search.asked.conditions, key=led.__contains__)  # what led here is nearly sure
    return found + _met(search, [tests[each] for each in led], unsure, _behind(found, place), number - len(found))


def _is_judged(search: Search) -> bool:
    """Whether marks say nearly all there is to be said of the view; what others have they do not tell from mine."""
    return search.asked.view is View.GROUPS or search.who.reads_all


def _glanced(
    search: Search,
    said: Sequence[Sequence[str]],
    asked: Sequence[Sequence[str]],
    place: Place | None,
    number: int,
    glances: float,
    meeting: float,
) -> Found:
    """Rows along the due dates of all open tasks, those looked at whose sketch resembles: a part of what the sample
    promises, and on as long as what was found there says that it costs no more than to let the marks meet."""
    found: Found = []
    gone, far = 0, max(ceil(glances * FIRST_PART), AT_ONCE)
    while len(found) < number and far * A_GLANCE < meeting:
        line = lines.sketched(search.session, search.asked, search.keys, _behind(found, place), far, said)
        query = _along(search, line, asked)
        found += run(search, query, _behind(found, place), number - len(found), lines.keys_in(line))
        if not found:
            break
        gone += far
        far = ceil(SPARE * gone * (number - len(found)) / len(found))
    return found


def _behind(found: Found, place: Place | None) -> Place | None:
    """The place of the last of these rows."""
    return Place(found[-1], place is not None and place.back) if found else place


def _walked(
    search: Search, asked: Sequence[Sequence[str]], place: Place | None, number: int, steps: float, meeting: float
) -> Found:
    """Rows along a line, as long as it costs no more than to let the marks meet."""
    found: Found = []
    far = ceil(SPARE * steps)
    while far * A_STEP < meeting and len(found) < number:
        line = lines.ahead(search.session, search.who, search.asked, search.keys, place, far)
        if line is None:
            break
        found = run(search, _along(search, line, asked), place, number, lines.keys_in(line))
        far = ceil(SPARE * far * number / max(len(found), 1))
    return found


def _sample(search: Search, tests: Mapping[Test, Sequence[str]]) -> Seen:
    """What some instances from anywhere say; filters that have no marks are looked up in those that pass all else."""
    some = _anywhere()
    passed = (marks.meet(some.c.marks, each).label(f"m{at}") for at, each in enumerate(tests.values()))
    here = select(some.c.instance_id, *passed).offset(0).subquery()
    _, *columns = here.c
    others = [fulfilled(each, here.c.instance_id) for each in search.asked.conditions if each not in tests]
    everything = case((and_(*columns), and_(true(), *others)), else_=false())
    flags = select(*columns, everything.label("everything")).subquery()
    query = select(_ALL, func.count(), *flags.c).group_by(*flags.c)
    known = [*tests, EVERYTHING, *([] if VIEW in tests else [VIEW])]
    found = search.session.execute(query).all()
    passed_by = {frozenset(compress(known, (*each, True))): number for _, number, *each in found}
    return Seen(found[0][0] if found else 1, passed_by)


def _anywhere() -> TableSample:
    """So many rows on pages chosen by luck, more or less."""
    return InstanceMarks.__table__.tablesample(func.system(func.least(100, 100 * SAMPLE / _ALL)))


def _along(search: Search, line: Any, asked: Sequence[Sequence[str]]) -> Select[Any]:
    """Those tasks of a line that are wanted, judged by what is at hand before one thing after another is looked up."""
    here = at_hand(search.who, search.asked.view), *map(marks.there, asked)
    theirs = select(and_(*here)).where(InstanceMarks.instance_id == UserTask.instance_id)
    first = theirs.correlate(UserTask).scalar_subquery()
    all_ = and_(*wanted(search), *looked_up(search.asked.conditions))
    query = select(UserTask.id).join_from(line, UserTask, UserTask.id == line.c.id)
    return query.where(case((first, all_), else_=false()))


def _met(
    search: Search, asked: Sequence[Sequence[str]], unsure: Sequence[Condition], place: Place | None, number: int
) -> Found:
    """Rows of the instances where all these marks meet: brought into order, then looked at until the page is full, what
    is least sure of their filters first."""
    keys = (key.column.label(f"k{at}") for at, key in enumerate(search.keys))
    open_ = UserTask.instance_id == InstanceMarks.instance_id, UserTask.ended_at.is_(None)
    each = select(UserTask.id.label("id"), UserTask.instance_id, *keys).where(*open_)
    each = each.where(at_hand(search.who, search.asked.view)).correlate(InstanceMarks)
    theirs = each.offset(0).lateral("theirs")
    line = select(*theirs.c).join_from(InstanceMarks, theirs, true()).where(*map(marks.there, asked))
    if search.in_order:
        back = place is not None and place.back
        line = line.order_by(*sorting.order_by(search.keys, lines.keys_in(theirs), back))
    here = line.offset(0).subquery("line")
    is_wanted = select(true()).where(UserTask.id == here.c.id, *wanted(search)).correlate(here).scalar_subquery()
    theirs = (fulfilled(each, here.c.instance_id) for each in unsure)
    query = select(here.c.id).where(case((is_wanted, and_(*theirs)), else_=false()))
    return run(search, query, place, number, lines.keys_in(here))
