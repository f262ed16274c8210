"""Whether there are people enough: an assignment of people to steps that keeps every rule, searched for exactly.

A step is a user task with a known, finite circle of people; its rules are pairs and counts among such steps. Small:
beyond TRIES attempts nothing is said.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

STARTER = ""  # stands for who begins the case
TRIES = 20_000


@dataclass(frozen=True)
class Wanted:
    """Who may do each step (element id → logins; STARTER → who may begin), the pairs that must and must not be the
    same person, and counts: (number, steps)."""

    circles: Mapping[str, Collection[str]]
    different: Collection[frozenset[str]] = ()
    same: Collection[frozenset[str]] = ()
    counts: Collection[tuple[int, frozenset[str]]] = ()
    order: Sequence[str] = field(default=())

    def of(self, steps: Collection[str]) -> "Wanted":
        """The same for some of the steps only."""
        kept = set(steps)
        return Wanted(
            {name: circle for name, circle in self.circles.items() if name in kept},
            [pair for pair in self.different if pair <= kept],
            [pair for pair in self.same if pair <= kept],
            [(number, names) for number, names in self.counts if names <= kept],
            [name for name in self.order if name in kept],
        )


def can_be_filled(wanted: Wanted, given: Mapping[str, str] | None = None) -> bool:
    """Whether some assignment keeps every rule, with these steps `given` to these people already; true in doubt."""
    chosen = dict(given or {})
    todo = sorted((name for name in wanted.circles if name not in chosen), key=lambda name: len(wanted.circles[name]))
    if not all(_fits(wanted, chosen, name) for name in chosen):
        return False
    return _fill(wanted, chosen, todo, iter(range(TRIES)))


def too_few(wanted: Wanted) -> list[str]:
    """A smallest set of steps that cannot all be filled, in their order; [] when all can."""
    if can_be_filled(wanted):
        return []
    kept = list(wanted.order)
    for name in list(wanted.order):
        fewer = [each for each in kept if each != name]
        if not can_be_filled(wanted.of(fewer)):
            kept = fewer
    return kept


def dead_ends(wanted: Wanted) -> Iterator[tuple[str, str, str]]:
    """(step, person, other): nobody is left for the step when this person has done the other one (STARTER: has begun
    the case). Nothing when there are too few people anyhow."""
    if not can_be_filled(wanted):
        return
    for other in wanted.circles:
        for person in sorted(wanted.circles[other]):
            given = {other: person}
            if not can_be_filled(wanted, given):
                yield _left(wanted, given, other), person, other


def _left(wanted: Wanted, given: Mapping[str, str], other: str) -> str:
    """The step that has nobody left: the last one without which it could be filled."""
    steps = [name for name in wanted.order if name not in (other, STARTER)]
    for name in reversed(steps):
        if can_be_filled(wanted.of(set(wanted.circles) - {name}), given):
            return name
    return steps[-1] if steps else other


def _fill(wanted: Wanted, chosen: dict[str, str], todo: list[str], tries: Iterator[int]) -> bool:
    if not todo:
        return True
    name = todo[0]
    for person in sorted(wanted.circles[name]):
        if next(tries, None) is None:
            return True  # nothing is said when it takes too long
        chosen[name] = person
        if _fits(wanted, chosen, name) and _fill(wanted, chosen, todo[1:], tries):
            return True
    chosen.pop(name, None)
    return False


def _fits(wanted: Wanted, chosen: Mapping[str, str], name: str) -> bool:
    person = chosen[name]
    for pair in wanted.different:
        if name in pair and any(chosen.get(each) == person for each in pair - {name}):
            return False
    for pair in wanted.same:
        if name in pair and any(chosen.get(each, person) != person for each in pair - {name}):
            return False
    return all(_counts(chosen, number, names) for number, names in wanted.counts if name in names)


def _counts(chosen: Mapping[str, str], number: int, names: frozenset[str]) -> bool:
    """Whether so many different people can still do these."""
    done = [chosen[each] for each in names if each in chosen]
    return len(set(done)) + len(names) - len(done) >= min(number, len(names))
