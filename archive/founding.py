"""What an office has on its first day: the groups its processes name, the processes themselves, its calendar."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from archive import calendar
from workflow import definitions
from workflow import office as offices
from workflow.history import SYSTEM
from workflow.identity import Group
from workflow.settings import CHECKOUT

READ = ("dossiers.read", "comments")
KEEP = ("persons.keep", "directory.keep")
OPERATE = ("instances.suspend", "instances.cancel", "instances.move", "instances.change")


@dataclass(frozen=True)
class StandardGroup:
    """A group the shipped diagrams name, and what it permits at first. An office changes both as it likes."""

    key: str
    name: str
    name_en: str
    permissions: tuple[str, ...]


GROUPS = (
    StandardGroup("window", "窗口收件", "Window", ("packs.import", "packs.receive", "loans.manage", *READ)),
    StandardGroup(
        "registry", "登记", "Registry", (*KEEP, "dossiers.catalogue", "scanning.read", "loans.manage", *READ)
    ),
    StandardGroup("review", "复核", "Review", ("images.check", "scanning.read", *READ)),
    StandardGroup(
        "store", "库房", "Storeroom", ("scanning.desk", "scanning.read", "dossiers.shelve", "storage.keep", *READ)
    ),
    StandardGroup(
        "scanning", "数字化加工", "Digitising", ("images.deliver", "images.check", "scanning.read", "comments")
    ),
    StandardGroup(
        "director",
        "中心主任",
        "Director",
        (
            "packs.import",
            "packs.receive",
            "scanning.read",
            "days.close",
            "cases.read_all",
            "cases.reopen",
            "tasks.assign",
            "tasks.supervise",
            *OPERATE,
            "incidents.retry",
            "loans.manage",
            "readings.oversee",
            "parameters.manage",
            "calendar.keep",
            "directory.keep",
            "storage.keep",
            "dossiers.shelve",
            *READ,
        ),
    ),
    StandardGroup("admin", "系统管理", "Administration", ("users.manage", "definitions.deploy", "incidents.retry")),
    StandardGroup("security", "安全保密管理", "Security", ("policies.manage",)),
)


def found(session: Session) -> list[str]:
    """Make what is missing of the standard groups, the shipped processes and the calendar; safe to repeat.

    Returns the keys of the groups that were made. Groups that exist are left as they are.
    """
    made = [group for group in GROUPS if session.get(Group, group.key) is None]
    session.add_all(
        Group(key=group.key, name=group.name, name_en=group.name_en, permissions=list(group.permissions))
        for group in made
    )
    session.flush()  # the processes name these groups
    definitions.deploy_folder(session, CHECKOUT / "bpmn", CHECKOUT / "forms", SYSTEM)
    year = offices.of(session).today().year
    for each in (year, year + 1):
        calendar.seed(session, each)
    return [group.key for group in made]
