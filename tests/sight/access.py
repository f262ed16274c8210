"""The access table: everything one can do with dossiers and what they bring about × every role of an office, played.

`make docs` writes it to docs/dossier-access.md; the test beside this one plays it again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.founding import GROUPS
from archive.scanning.models import ScanBatch, ScanDossier, ScanStatus
from tests import people as cast
from tests.sight import walking, world
from tests.workflow import made
from workflow import cases
from workflow.identity import Group, User
from workflow.models import Case

PAGE = Path(__file__).resolve().parents[2] / "docs" / "dossier-access.md"
OBJECTS = {  # blueprint → what it is about
    "dossiers": "Dossiers",
    "catalogue": "Catalogue",
    "image_check": "Page images",
    "person_records": "Persons",
    "loans": "Loans",
    "readings": "Readings",
    "scanning": "Scanning batches",
    "scanning_parcels": "Parcels of images",
    "acceptances": "Acceptances",
    "inventories": "Counts of the storeroom",
    "packs": "Packs",
    "pack_imports": "Couriers' lists",
    "days": "Days of the desk",
    "imports": "Imports",
    "files": "Files",
    "documents": "Papers issued",
    "batch_papers": "Papers of a batch",
    "certificates": "Certificates",
    "directories": "Units and keepers",
    "rooms": "Rooms and positions",
    "scan": "The scan box",
    "scopes": "Scopes",
}
ENGINE = frozenset(  # about tasks, cases and the office itself: docs/human-tasks-access.md, tests/web/test_access.py
    [
        "approvals",
        "assets",
        "auth",
        "beside",
        "bulk",
        "bulk_runs",
        "cases",
        "climate",
        "comments",
        "copies",
        "definitions",
        "delegations",
        "health",
        "home",
        "incidents",
        "inbox",
        "leaving",
        "live",
        "load",
        "office_calendar",
        "operations",
        "parameters",
        "people",
        "personal_notices",
        "phrases",
        "policies",
        "profile",
        "relations",
        "returns",
        "saved_views",
        "signing",
        "signing_in",
        "starting",
        "static",
        "substitutes",
        "tasks",
        "upgrades",
        "watchdog",
        "why",
    ]
)
AT_WORK = ("window", "registry", "review", "store", "scanning", "director")  # who has had work in both matters
OUTSIDER, LIMITED, BEYOND = "outsider", "limited", "limited, beyond the scope"
ROLES = (*(group.key for group in GROUPS), OUTSIDER, LIMITED, BEYOND)
OF_THEM = {
    ("loans", "case_id"): 1,
    ("inventories", "case_id"): 5,
    ("batch_papers", "case_id"): 7,
    ("files", "file_id"): 2,
}  # which of A's is meant
WORDS = {  # what else stands in an address
    **{(f"scopes.{each}", "key"): "part" for each in ("show", "add", "end")},
    **{(f"directories.{each}_unit", "code"): "U1" for each in ("show", "change")},
    **{(f"directories.{each}_keeper", "code"): "LC01" for each in ("show", "change")},
}
MARKS = {403: "✗", 404: "·"}
UNSAFE = ("POST", "PUT", "DELETE")


@dataclass(frozen=True)
class Act:
    """One row: what is done to an object, by which address."""

    about: str
    endpoint: str
    method: str
    rule: str
    said: str
    named: tuple[str, ...]  # the arguments of the address

    @property
    def names_one(self) -> bool:
        """Whether the address names something of one matter by its id."""
        return any(name in walking.TABLES for name in self.named)


def acts(app: Any) -> list[Act]:
    """Every address about dossiers, by object."""
    found = []
    for rule in app.url_map.iter_rules():
        about = OBJECTS.get(rule.endpoint.partition(".")[0])
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}) if about else ():
            named = tuple(sorted(rule.arguments))
            found.append(Act(about, rule.endpoint, method, str(rule.rule), _said(app, rule.endpoint), named))
    order = list(OBJECTS.values())
    return sorted(found, key=lambda act: (order.index(act.about), act.rule, act.method))


def _said(app: Any, endpoint: str) -> str:
    """What its docstring says first; without one its name."""
    told = " ".join((app.view_functions[endpoint].__doc__ or "").split()).partition(". ")[0].rstrip(".")
    return told or endpoint.partition(".")[2].replace("_", " ")


def staff(session: Session) -> None:
    """The standard groups with somebody in each, both matters, an outsider, and who is limited."""
    secret = session.get_one(User, "dora").password_hash
    for group in GROUPS:
        known = session.get(Group, group.key) or Group(key=group.key, name=group.name)
        known.permissions = list(group.permissions)
        session.add(known)
        told = {"display_name": group.name, "password_hash": secret, "created_at": cast.SINCE}
        session.add(User(name=f"of.{group.key}", groups=[known], **told))
    session.add(User(name="of.outsider", display_name="外人", password_hash=secret, created_at=cast.SINCE))
    part = session.get_one(Group, "part")
    part.permissions = next(list(group.permissions) for group in GROUPS if group.key == "director")
    world.add(session, world.X)
    for case_id in walking.ids(session)["case_id"]:
        cases.show_to(session, case_id, groups=AT_WORK)
    for entry in session.scalars(select(ScanDossier)):
        entry.status = ScanStatus.OUT
        scanned = session.get_one(Case, session.get_one(ScanBatch, entry.batch_id).case_id)
        made.task(session, groups=("scanning",), in_case=scanned)


def login_of(role: str) -> str:
    return "lina" if role in (LIMITED, BEYOND) else f"of.{role}"


def address(app: Any, act: Act, role: str, ids: walking.Ids) -> str:
    """The act's address with the ids of A; beyond the scope with those of X, which has as many."""
    chosen: dict[str, Any] = {}
    for name in act.named:
        place = OF_THEM.get((act.endpoint.partition(".")[0], name), 0)
        half = len(ids[name]) // 2 if name in ids else 0
        known = ids[name][place + (half if role == BEYOND else 0)] if name in ids else 1
        chosen[name] = WORDS.get((act.endpoint, name), walking.WORDS.get(name, (known,))[0])
    return app.url_map.bind("localhost").build(act.endpoint, chosen, method=act.method)


def played(app: Any, browsers: Any, ids: walking.Ids, roles: Iterable[str], undo: Any) -> dict[tuple[Act, str], str]:
    """(act, role) → the mark; what an act changed is undone."""
    return {(act, role): _play(app, browsers[role], act, role, ids, undo) for act in acts(app) for role in roles}


def _play(app: Any, browser: Any, act: Act, role: str, ids: walking.Ids, undo: Any) -> str:
    headers = {"X-CSRFToken": browser.kept_token, "Sec-Fetch-Dest": "image"}
    known = {"csrf": False} if act.method in UNSAFE else {}  # the token is at hand
    status = browser.open(address(app, act, role, ids), method=act.method, headers=headers, **known).status_code
    assert status < 500, (act, role)
    if act.method in UNSAFE and status < 400:
        undo()
    return MARKS.get(status, "✓")


def page(cells: dict[tuple[Act, str], str]) -> Iterator[str]:
    """The page, line by line: a table for each object."""
    yield HEAD
    about = ""
    for act in dict.fromkeys(act for act, _role in cells):
        if act.about != about:
            about = act.about
            yield f"\n## {about}\n\n| what | address | " + " | ".join(ROLES) + " |\n|-|-|" + "-|" * len(ROLES)
        marks = " | ".join(cells[act, role] for role in ROLES)
        yield f"| {act.said} | `{act.method} {act.rule}` | {marks} |"


HEAD = """# Who may do what with dossiers and what they bring about

Written by `make docs`: every address about dossiers, asked as every role in a database with two matters; a test keeps it
true. ✓ the act is theirs (what was typed may still be wrong), ✗ it is not, · there is no such thing for them.

The roles are the standard groups, each with the permissions an office begins with and having had work in both matters;
“scanning” has a step of both batches to do; an outsider belongs to no group. “Limited” has a director's permissions in a
group whose scope reaches the first matter only: once with that matter, once with the other, beyond the scope. What people
do with tasks and cases stands in [human-tasks-access.md](human-tasks-access.md); the rule behind it all in
[decision 0016](decisions/0016-scope.md)."""
