"""All a list may be asked for: a view, filters, conditions on variables, whose, in which state, sorted by what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from workflow.errors import Invalid, Sentence, sentence
from workflow.tasks.filters import Filters, filters_of
from workflow.views.conditions import MOST_CONDITIONS, Condition, condition
from workflow.views.sorting import keys_of


class View(StrEnum):
    """Which tasks. The first four as in workflow.tasks.inbox."""

    MINE = "mine"
    GROUPS = "groups"
    DONE = "done"
    OTHERS = "others"
    ALL = "all"  # every open task I may see


class State(StrEnum):
    """Of an open task."""

    FREE = "free"  # nobody has claimed it
    CLAIMED = "claimed"
    SUSPENDED = "suspended"  # its process stands still


@dataclass(frozen=True)
class Asked:
    """`person`: the login of who has the tasks. `sorts`: see workflow.views.sorting; () is the view's own order."""

    view: View = View.GROUPS
    filters: Filters = field(default_factory=Filters)
    conditions: tuple[Condition, ...] = ()
    person: str = ""
    state: State | None = None
    sorts: tuple[str, ...] = ()

    @property
    def order(self) -> tuple[str, ...]:
        return self.sorts or (("-ended",) if self.view is View.DONE else ("due",))

    @property
    def is_plain(self) -> bool:
        """Whether the plain list (workflow.tasks.inbox) answers it, faster."""
        more = self.conditions or self.person or self.state or len(self.sorts) > 1 or self.view is View.ALL
        return not more and self.order[0].removeprefix("-") in ("due", "created", "priority", "case", "ended")


Typed = tuple[str, str, str]  # variable, operator, value as typed


def asked_of(
    view: str,
    filters: Mapping[str, str] | None = None,
    conditions: Sequence[Typed] = (),
    person: str = "",
    state: str = "",
    sorts: Sequence[str] = (),
) -> tuple[Asked, list[Sentence]]:
    """What was asked as far as it can be answered, and a sentence for each part that cannot: the rest goes on.

    Raises Invalid for an unknown view or filter only.
    """
    try:
        wanted = View(view)
    except ValueError:
        raise Invalid({"view": [sentence("There is no view “{view}”.", view=view)]}) from None
    problems: list[Sentence] = []
    asked = Asked(
        view=wanted,
        filters=filters_of(filters),
        conditions=_conditions(conditions, problems),
        person=person,
        state=_state(state, problems),
        sorts=_sorts(sorts, problems),
    )
    return asked, problems


def _conditions(typed: Sequence[Typed], problems: list[Sentence]) -> tuple[Condition, ...]:
    found = []
    for each in typed:
        try:
            found.append(condition(*each))
        except Invalid as wrong:
            problems.extend(said for each in wrong.problems.values() for said in each)
    if len(found) > MOST_CONDITIONS:
        problems.append(sentence("Only the first {most} filters on variables are used.", most=MOST_CONDITIONS))
    return tuple(dict.fromkeys(found[:MOST_CONDITIONS]))


def _state(name: str, problems: list[Sentence]) -> State | None:
    if name and name not in set(State):
        problems.append(sentence("There is no state “{state}”.", state=name))
        return None
    return State(name) if name else None


def _sorts(names: Sequence[str], problems: list[Sentence]) -> tuple[str, ...]:
    found: list[str] = []
    for name in dict.fromkeys(each for each in names if each):
        try:
            keys_of([*found, name])
            found.append(name)
        except Invalid as wrong:
            problems.extend(said for each in wrong.problems.values() for said in each)
    return tuple(found)
