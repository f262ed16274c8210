"""How pages name people and activities, and how they mark what is due."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import g
from sqlalchemy import select

from web.i18n import _, language
from web.reader import viewer
from workflow import office
from workflow.around import asked
from workflow.clock import now
from workflow.errors import NotFound
from workflow.identity import User
from workflow.models import ProcessDefinition, UserTask

SYSTEM = "system"


def N_(text: str) -> str:  # noqa: N802 - the name gettext's tools look for
    """Marks an English text that is said later, by `_`."""
    return text


def activity_name(definition: ProcessDefinition, activity_id: str | None) -> str:
    """The name of an activity in the reader's language; the element id when it has none, "" for no activity."""
    if activity_id is None:
        return ""
    if activity_id == asked.ACTIVITY:
        return _("Question of a colleague")
    activity = definition.activities.get(activity_id) or {}
    return (activity.get("names") or {}).get(language()) or activity.get("name") or activity_id


def person_name(user_name: str | None) -> str:
    """The display name of a person by login; "" for nobody, words for the machine. Read once per request."""
    if not user_name:
        return ""
    if user_name == SYSTEM:
        return _("the system")
    reader = viewer()
    if reader is not None and user_name == reader.name:
        return reader.display_name
    if "display_names" not in g:
        found = g.session.execute(select(User.name, User.display_name))
        g.display_names = {row.name: row.display_name for row in found}
    return g.display_names.get(user_name, user_name)


@dataclass(frozen=True)
class Due:
    """How pressing a task is: `kind` is a CSS class (overdue, today, soon, later, none), `text` says it in words."""

    kind: str
    text: str

    @property
    def badge(self) -> str:
        """The colour of its badge."""
        return {"overdue": "bad", "today": "warn"}.get(self.kind, "")


def due(task: UserTask) -> Due:
    """The due mark of a task; an ended task has none."""
    if task.due_at is None or task.ended_at is not None:
        return Due("none", "")
    late, local, today = now() - task.due_at, _local(task.due_at), _local(now()).date()
    if late > timedelta(0):
        return Due("overdue", _overdue(late))
    if local.date() == today:
        return Due("today", _("today {time}", time=f"{local:%H:%M}"))
    return Due("soon" if local.date() <= week_end(today) else "later", f"{local:%m-%d %H:%M}")


def parse_day(text: str) -> date:
    """A day of a URL, YYYY-MM-DD; raises NotFound for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotFound from None


def week_end(day: date) -> date:
    """The Sunday of that day's week."""
    return day + timedelta(days=6 - day.weekday())


def _overdue(late: timedelta) -> str:
    if late >= timedelta(days=1):
        return _("{days} d overdue", days=late.days)
    if late >= timedelta(hours=1):
        return _("{hours} h overdue", hours=late.seconds // 3600)
    return _("overdue")


def _local(at: datetime) -> datetime:
    return office.of(g.session).local(at)
