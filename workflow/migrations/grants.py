"""What an office that was there before gets of permissions that are new: once, by the migration that brings them.

A step runs once in a database, so what an office takes away later never comes back. What some group holds already, and
what no group of the shipped name is there for, is left alone. Only for steps of `scripts/versions`: never changed.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

_GROUPS = sa.table(
    "groups", sa.column("key"), sa.column("name"), sa.column("name_en"), sa.column("permissions", sa.JSON())
)


@dataclass(frozen=True)
class Fresh:
    """A group to be made, empty, when nobody could do what it is for: whoever manages people puts them in. `also`: what
    it needs besides, whoever else may do that."""

    key: str
    name: str
    name_en: str
    also: tuple[str, ...] = ()


def offer(
    connection: Connection, to: Mapping[str, Sequence[str]], fresh: Mapping[Fresh, Sequence[str]]
) -> dict[str, list[str]]:
    """Give permissions no group holds to the group of this key, or to one made for them; what was given, by group.

    An office without groups is a new one: it gets them when it is founded.
    """
    there = {row.key: _listed(row.permissions) for row in connection.execute(sa.select(_GROUPS))}
    held = {permission for permissions in there.values() for permission in permissions}
    given = {key: [each for each in wanted if each not in held] for key, wanted in to.items() if key in there}
    given = {key: new for key, new in given.items() if new}
    for key, new in given.items():
        change = sa.update(_GROUPS).where(_GROUPS.c.key == key)
        connection.execute(change.values(permissions=[*there[key], *new]))
    for group, wanted in fresh.items() if there else ():
        if group.key not in there and not held & set(wanted):
            given[group.key] = [*wanted, *group.also]
            row = {"key": group.key, "name": group.name, "name_en": group.name_en, "permissions": given[group.key]}
            connection.execute(sa.insert(_GROUPS).values(**row))
    return given


def _listed(permissions: object) -> list[str]:
    return list(json.loads(permissions) if isinstance(permissions, str) else permissions or [])


def of_human_tasks(connection: Connection) -> dict[str, list[str]]:
    """What came with work by hand on running processes and with the moves of human tasks."""
    by_hand = ("instances.suspend", "instances.cancel", "instances.move", "instances.change")
    security = Fresh("security", "安全保密管理", "Security")
    to = {"director": (*by_hand, "tasks.supervise", "cases.reopen")}
    return offer(connection, to, {security: ("policies.manage",)})


def of_dossier_life(connection: Connection) -> dict[str, list[str]]:
    """What came with catalogues and page images."""
    return offer(connection, {"registry": ("dossiers.catalogue",), "review": ("images.check",)}, {})


def of_dossier_processes(connection: Connection) -> dict[str, list[str]]:
    """What came with scanning, reading and lending, parameters and the putting back of strays."""
    to = {
        "director": ("scanning.read", "loans.manage", "readings.oversee", "parameters.manage", "dossiers.shelve"),
        "registry": ("scanning.read", "loans.manage"),
        "review": ("scanning.read",),
        "store": ("scanning.desk", "scanning.read", "dossiers.shelve"),
        "window": ("loans.manage",),
    }
    scanning = Fresh("scanning", "数字化加工", "Digitising", also=("images.check", "comments"))
    return offer(connection, to, {scanning: ("images.deliver", "scanning.read")})


def of_upkeep(connection: Connection) -> dict[str, list[str]]:
    """What came with pages for records of people, directories, the places of the storeroom and the calendar."""
    to = {
        "director": ("calendar.keep", "directory.keep", "storage.keep"),
        "registry": ("persons.keep", "directory.keep"),
        "store": ("storage.keep",),
    }
    return offer(connection, to, {})
