"""Lists whose filters have marks (workflow.marks; PostgreSQL): a sample of all instances says how many tasks a list
holds. Where they are many, a page is soon full along the order of the list; else the index leads to all of them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from functools import reduce
from math import ceil, inf
from operator import and_
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, Select, String, bindparam, case, false, func, literal, select, true
from sqlalchemy import and_ as all_of
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from workflow import marks
from workflow.models import InstanceMarks, TaskCandidate, TaskOnlooker, UserTask
from workflow.tasks.readers import Reader
from workflow.views import days, lines, sampled, sorting
from workflow.views.asking import View
from workflow.views.belonging import at_hand, marks_of_view
from workflow.views.conditions import Condition, fulfilled, marks_of
from workflow.views.days import Days
from workflow.views.looking import Found, Search, looked_up, run, wanted
from workflow.views.sampled import Sample
from workflow.views.sorting import Place

NO_LUCK, EVIDENCE = 5, 2  # of them in the list, and it is no longer luck; and it is likely that there are many
SPARE = 2.5  # so much farther along a line than the sample says; the page is often full before
A_READ, A_FIND = 0.02, 3  # microseconds: one place in one of the lists of the marks' index, an instance it finds
A_GLANCE, A_STEP = 0.5, 16  # one task of all by its sketch; of a line by its marks: twice what it takes, for what
# promises much may be elsewhere in the order of the line
FIRST_PART, AT_ONCE = 0.25, 4_000  # of what is to be glanced at: how far without an answer, and at least
MUCH = 10  # times as dear: then no other way is thought of before
LOOKED_AT = 200  # of a sample, where a filter has no marks
FEW_TICKETS = 4  # to look whether anything waits for them would take longer
Marked = Mapping[Condition, Sequence[str]]  # filters and their marks


class Whole(Enum):
    """What is judged beside the filters that have marks."""

    VIEW = "view"  # somebody of the view's is to see it
    HELD = "held"  # and in a view of what others have somebody has it
    EVERYTHING = "everything"  # all that was asked
    SOON = "soon"  # it is due on the first days of the list


VIEW, HELD, EVERYTHING, SOON = Whole
Test = Condition | Whole
Tests = Mapping[Test, Sequence[str]]  # and the marks one of which is needed to pass


class Way(NamedTuple):
    """The tests whose marks are to meet in the index, those whose marks are looked at in what it finds, how many
    microseconds it takes, and if not all days are looked at which."""

    led: Tests
    others: Tests
    cost: float
    days: Days | None


class Seen:
    """Which instances of a sample pass which test; what is not told of passes."""

    def __init__(self, sample: Sample, passed: Mapping[Test, int]):
        self.sample, self._passed = sample, passed

    def part(self, *tests: Test) -> int:
        """Those that pass all of these, as a part of the sample."""
        whole = self.sample.whole
        return reduce(and_, (self._passed.get(each, whole) for each in tests), whole)

    def number(self, *tests: Test) -> int:
        """How many pass all of these."""
        return self.part(*tests).bit_count()

    def knowing(self, test: Test, part: int) -> "Seen":
        """The same, and which of them pass one test more."""
        return Seen(self.sample, {**self._passed, test: part})

    def expected(self, *tests: Test) -> float:
        """How many of all there are pass these; never none, for it is only a sample."""
        return self.sample.all * (self.number(*tests) + 1) / (self.sample.number + 2)

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
    of_view: Tests = dict(zip((VIEW, HELD), marks_of_view(search.who, search.asked), strict=False))
    tests = {**said, **of_view}
    seen = _judged(search, tests)
    narrowing = [said[each] for each in sorted(said, key=seen.number)]
    of = () if lines.is_of_variable(search.asked) else (VIEW, *of_view)
    steps = seen.far(number, *of, least=NO_LUCK)
    glances = seen.far(number) if _is_judged(search) and search.asked.order in lines.DUE else inf
    whole, found = _way(seen, tests), Found()
    ways = [whole]
    if not (is_quick := min(glances * A_GLANCE, steps * A_STEP) * MUCH < whole.cost):
        ways = [*_soon(search, seen, tests, place, number), whole]
    meeting = ways[0].cost
    if glances * A_GLANCE < min(meeting, steps * A_STEP):
        found = _glanced(search, list(tests.values()), narrowing, place, number, glances, meeting)
    elif steps * A_STEP < meeting:
        found = _walked(search, narrowing, place, number, steps, meeting)
    if is_quick and len(found) < number:
        ways = [*_soon(search, seen, tests, _behind(found, place), number - len(found)), whole]
    for way in ways:
        if len(found) < number:
            found += _met(search, way, _behind(found, place), number - len(found))
    return found


def _way(seen: Seen, tests: Tests, days: Days | None = None) -> Way:
    led = seen.led(tests)
    others = sorted(tests.keys() - led, key=seen.number)
    return Way({each: tests[each] for each in led}, {each: tests[each] for each in others}, seen.meeting(led), days)


def _soon(search: Search, seen: Seen, tests: Tests, place: Place | None, number: int) -> Iterator[Way]:
    """The way to what is due on the first days from the place on, where the list stands in the order of due dates and
    their marks spare the index much."""
    if search.asked.order not in lines.DUE or not search.in_order:
        return
    if seen.number(EVERYTHING) < EVIDENCE:
        return
    downwards, promised = search.keys[0].descending != bool(place and place.back), seen.expected(EVERYTHING)
    first = days.first(search.session, seen.sample, promised, seen.part(VIEW), place, downwards, number)
    if first is not None:
        way = _way(seen.knowing(SOON, seen.sample.having(first.marks)), {**tests, SOON: first.marks}, first)
        if SOON in way.led:
            yield way


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


def _judged(search: Search, tests: Tests) -> Seen:
    """What some instances from anywhere say; filters that have no marks are looked up in those that pass all else."""
    sample = sampled.of(search.session)
    passed = {test: sample.having(said) for test, said in tests.items()}
    through = reduce(and_, passed.values(), sample.whole)
    others = [each for each in search.asked.conditions if each not in tests]
    if others and through:
        there = sample.instances(through)
        some = func.unnest(literal(there[:LOOKED_AT], ARRAY(Integer))).column_valued("id")
        query = select(some).where(*(fulfilled(each, some) for each in others))
        found, rest = search.session.scalars(query).all(), there[LOOKED_AT:]
        through = sample.of([*found, *rest[: len(rest) * len(found) // LOOKED_AT]])  # as many of the rest
    return Seen(sample, {**passed, EVERYTHING: through})


def _along(search: Search, line: Any, asked: Sequence[Sequence[str]]) -> Select[Any]:
    """Those tasks of a line that are wanted, judged by what is at hand before one thing after another is looked up."""
    here = at_hand(search.who, search.asked.view), *map(marks.there, asked)
    theirs = select(all_of(*here)).where(InstanceMarks.instance_id == UserTask.instance_id)
    first = theirs.correlate(UserTask).scalar_subquery()
    all_ = all_of(*wanted(search), *looked_up(search.asked.conditions))
    query = select(UserTask.id).join_from(line, UserTask, UserTask.id == line.c.id)
    return query.where(case((first, all_), else_=false()))


def _met(search: Search, way: Way, place: Place | None, number: int) -> Found:
    """Rows of the instances where these marks meet: brought into order, then looked at until the page is full, what is
    least sure of their filters first."""
    unsure = sorted(search.asked.conditions, key=way.led.__contains__)  # what led here is nearly sure
    keys = (key.column.label(f"k{at}") for at, key in enumerate(search.keys))
    open_ = UserTask.instance_id == InstanceMarks.instance_id, UserTask.ended_at.is_(None)
    each = select(UserTask.id.label("id"), UserTask.instance_id, *keys).where(*open_)
    each = each.where(at_hand(search.who, search.asked.view)).correlate(InstanceMarks)
    each = each.where(way.days.within(search.keys[0].column)) if way.days else each
    theirs = each.offset(0).lateral("theirs")
    line = select(*theirs.c).join_from(InstanceMarks, theirs, true()).where(*map(marks.there, way.led.values()))
    line = line.where(*(marks.there(each).is_(True) for each in way.others.values()))  # no index knows this form
    if search.in_order:
        back = place is not None and place.back
        line = line.order_by(*sorting.order_by(search.keys, lines.keys_in(theirs), back))
    here = line.offset(0).subquery("line")
    is_wanted = select(true()).where(UserTask.id == here.c.id, *wanted(search)).correlate(here).scalar_subquery()
    theirs = (fulfilled(each, here.c.instance_id) for each in unsure)
    query = select(here.c.id).where(case((is_wanted, all_of(*theirs)), else_=false()))
    return run(search, query, place, number, lines.keys_in(here))
