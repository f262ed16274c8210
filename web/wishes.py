"""What the URL of the inbox asks for: view, filters, order, place."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import NamedTuple
from urllib.parse import urlencode

LONGEST_TEXT = 80


class View(NamedTuple):
    """A way to look: the word in the URL, its label, what it holds, and what to say when it is empty."""

    value: str
    label: str
    hint: str
    empty: str


VIEWS = (
    View("mine", "Mine", "Tasks you have claimed", "Nothing is claimed by you. Your groups' tasks wait beside."),
    View("groups", "My groups'", "Tasks you may claim", "Nothing waits for your groups. Well done."),
    View("done", "Done", "Tasks you have completed", "You have not completed anything yet."),
    View("others", "Waiting for others", "Tasks of others in cases you may see", "Nothing waits for others."),
)


class Choice(NamedTuple):
    value: str
    label: str


DUES = (
    Choice("overdue", "overdue"),
    Choice("today", "due today"),
    Choice("week", "due this week"),
    Choice("none", "no due date"),
)
SORTS = (
    Choice("due", "due date"),
    Choice("priority", "priority"),
    Choice("created", "longest waiting"),
    Choice("-created", "newest"),
)
DONE_SORTS = (Choice("-ended", "last done"), Choice("ended", "first done"))


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
    return Wish(
        view=view,
        text=arguments.get("text", "").strip()[:LONGEST_TEXT],
        process=arguments.get("process", ""),
        activity=arguments.get("activity", ""),
        due=_known(arguments.get("due"), [choice.value for choice in DUES], ""),
        group=arguments.get("group", ""),
        sort=_known(arguments.get("sort"), sorts, sorts[0]),
        after=arguments.get("after", ""),
    )


def _known(value: str | None, allowed: list[str], otherwise: str) -> str:
    return value if value in allowed else otherwise
