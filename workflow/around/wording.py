"""The words of a diagram about whom to tell and when; pure, for lint as well."""

from collections.abc import Iterable

COPY_TO, COPY_ON = "copyTo", "copyOn"  # properties of a user task
ARRIVAL, COMPLETION = "arrival", "completion"  # of the task: when its copies are sent
PERFORMER, HEAD, STARTER = "performer", "head", "starter"


def split(text: object) -> list[str]:
    """The single words of a list, written with commas or given as one."""
    parts = text if isinstance(text, list) else str(text or "").replace("、", ",").split(",")
    return [word for part in parts if (word := str(part or "").strip())]


def is_known(word: str, groups: Iterable[str] | None) -> bool:
    """Whether the word could mean somebody; of groups, if they are known, only those there are."""
    kind, _, name = word.partition(":")
    if kind == "group":
        return bool(name) and (groups is None or name in groups)
    return bool(name) if kind == "user" else not name and bool(word)
