"""What the URL of the inbox asks for: view, filters, conditions on variables, columns, order, place."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple
from urllib.parse import urlencode

from web.naming import N_

LONGEST_TEXT = 80


class View(NamedTuple):
    """A way to look: the word in the URL, its label, what it holds, and what to say when it is empty."""

    value: str
    label: str
    hint: str
    empty: str


VIEWS = (
    View(
        "mine",
        N_("Mine"),
        N_("Tasks you have claimed"),
        N_("Nothing is claimed by you. What your groups may take stands beside."),
    ),
    View("groups", N_("My groups'"), N_("Tasks you may claim"), N_("Nothing waits for your groups. Well done.")),
    View("done", N_("Done by me"), N_("Tasks you have completed"), N_("You have not completed anything yet.")),
    View(
        "others", N_("Waiting for others"), N_("Tasks of others in cases you may see"), N_("Nothing waits for others.")
    ),
    View("all", N_("All open"), N_("Every open task you may see"), N_("No task is open.")),
)


class Choice(NamedTuple):
    value: str
    label: str


DUES = (
    Choice("overdue", N_("overdue")),
    Choice("today", N_("due today")),
    Choice("week", N_("due this week")),
    Choice("none", N_("no due date")),
)
SORTS = (
    Choice("due", N_("due date")),
    Choice("priority", N_("priority")),
    Choice("created", N_("longest waiting")),
    Choice("-created", N_("newest")),
)
STATES = (Choice("free", N_("not claimed")), Choice("claimed", N_("claimed")), Choice("suspended", N_("suspended")))
THEN = (
    Choice("due", N_("due date")),
    Choice("priority", N_("priority")),
    Choice("created", N_("longest waiting")),
    Choice("case", N_("case number")),
    Choice("step", N_("step")),
    Choice("person", N_("person")),
)
OPERATORS = (
    Choice("is", N_("is")),
    Choice("contains", N_("contains")),
    Choice("starts", N_("begins with")),
    Choice("between", N_("lies between")),
    Choice("oneof", N_("is one of")),
    Choice("empty", N_("is empty")),
    Choice("filled", N_("is not empty")),
)
MOST_ASKED = 12  # conditions or columns read from one address
DONE_SORTS = (Choice("-ended", N_("last done")), Choice("ended", N_("first done")))


@dataclass(frozen=True)
class Wish:
    """What the URL asks for. Unknown words fall back to the plain list; nothing in a URL is an error here."""

    view: str = "groups"
    text: str = ""
    process: str = ""
    activity: str = ""
    due: str = ""
    group: str = ""
    sort: str = "due"
    after: str = ""
    person: str = ""
    state: str = ""
    then: str = ""  # sorted by this where the first is the same; "var:…" is a variable, "-" before it backwards
    conditions: tuple[tuple[str, str, str], ...] = ()  # variable, operator, value as typed
    columns: tuple[str, ...] = ()  # variables
    saved: str = ""  # the saved view it began as

    @property
    def filters(self) -> dict[str, str]:
        names = ("text", "process", "activity", "due", "group")
        return {name: value for name in names if (value := getattr(self, name))}

    @property
    def narrowed(self) -> bool:
        return bool(self.filters or self.conditions or self.person or self.state)

    @property
    def order(self) -> tuple[str, ...]:
        return tuple(each for each in (self.sort, self.then) if each)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """All of it as the fields of an address."""
        plain = asdict(replace(self, conditions=(), columns=()))
        pairs = [(name, str(value)) for name, value in plain.items() if value]
        for condition in self.conditions:
            pairs += zip(("variable", "operator", "value"), condition, strict=True)
        return pairs + [("column", each) for each in self.columns]

    @property
    def further(self) -> list[tuple[str, str]]:
        """What the quick filters above the list do not say themselves."""
        own = ("view", "text", "process", "activity", "due", "group", "sort", "after")
        return [(name, value) for name, value in self.pairs if name not in own]

    @property
    def sorts(self) -> tuple[Choice, ...]:
        return DONE_SORTS if self.view == "done" else SORTS

    def url(self, **changes: Any) -> str:
        """The same list with something changed; a changed view starts at its first page and own order."""
        if "view" in changes:
            changes = {"after": "", "sort": "", **changes}
        return "/inbox?" + urlencode(replace(self, **changes).pairs)


def wish_of(arguments: Mapping[str, str], otherwise: str) -> Wish:
    """Read the URL; `otherwise` is the view when it names none."""
    view = _known(arguments.get("view"), [view.value for view in VIEWS], otherwise)
    sorts = [choice.value for choice in (DONE_SORTS if view == "done" else SORTS)]
    plain = {name: value.replace("\x00", "") for name, value in arguments.items()}
    return Wish(
        view=view,
        text=plain.get("text", "").strip()[:LONGEST_TEXT],
        process=plain.get("process", ""),
        activity=plain.get("activity", ""),
        due=_known(arguments.get("due"), [choice.value for choice in DUES], ""),
        group=plain.get("group", ""),
        sort=_known(arguments.get("sort"), sorts, sorts[0]),
        after=arguments.get("after", ""),
        person=plain.get("person", "")[:60],
        state=_known(arguments.get("state"), [choice.value for choice in STATES], ""),
        then=plain.get("then", "")[:130],
        conditions=_conditions(arguments),
        columns=tuple(dict.fromkeys(each for each in _listed(arguments, "column") if each))[:MOST_ASKED],
        saved=plain.get("saved", "") if plain.get("saved", "").isdecimal() else "",
    )


def _conditions(arguments: Mapping[str, str]) -> tuple[tuple[str, str, str], ...]:
    """Rows of three fields; a row without a variable is an empty row of the page."""
    columns = [_listed(arguments, name) for name in ("variable", "operator", "value")]
    rows = zip(*columns, strict=False)
    return tuple(dict.fromkeys(row for row in rows if row[0]))[:MOST_ASKED]


def _listed(arguments: Mapping[str, str], name: str) -> Sequence[str]:
    """Every value of this name: of a request's arguments (several), or of a plain mapping."""
    several = getattr(arguments, "getlist", None)
    found = several(name) if several else [arguments[name]] if name in arguments else []
    return [each.replace("\x00", "").strip()[:200] for each in found]


def _known(value: str | None, allowed: list[str], otherwise: str) -> str:
    return value if value in allowed else otherwise
