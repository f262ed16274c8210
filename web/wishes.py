"""What the URL of the inbox asks for: view, filters, order, place."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import NamedTuple
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

    @property
    def filters(self) -> dict[str, str]:
        names = ("text", "process", "activity", "due", "group")
        return {name: value for name in names if (value := getattr(self, name))}

    @property
    def narrowed(self) -> bool:
        return bool(self.filters)

    @property
    def sorts(self) -> tuple[Choice, ...]:
        return DONE_SORTS if self.view == "done" else SORTS

    def url(self, **changes: str) -> str:
        """The same list with something changed; a changed view starts at its first page and own order."""
        if "view" in changes:
            changes = {"after": "", "sort": "", **changes}
        asked = {name: value for name, value in asdict(replace(self, **changes)).items() if value}
        return "/inbox?" + urlencode(asked)


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
    )


def _known(value: str | None, allowed: list[str], otherwise: str) -> str:
    return value if value in allowed else otherwise
