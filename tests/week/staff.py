"""The people of the week: who they are, to which groups they belong, who is whose head."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from tests import people as cast
from workflow.identity import Group, User

SAY = ["comments"]
LEAD = ["tasks.supervise", *SAY]
OPERATE = ["instances.suspend", "instances.cancel", "instances.move", "instances.change"]
MANAGE = ["tasks.assign", "tasks.supervise", "cases.read_all", "cases.reopen", "incidents.retry", *OPERATE, *SAY]
GROUPS = {  # key: (name, permissions)
    "staff": ("全体", SAY),
    "loans": ("借阅组", []),
    "files": ("库管组", []),
    "front": ("窗口组", []),
    "panel": ("评审组", []),
    "seal": ("监印组", []),
    "keepers": ("保管组", []),
    "chiefs": ("科长", LEAD),
    "managers": ("办公室", MANAGE),
    "administrators": ("管理员", ["users.manage", "definitions.deploy", "incidents.retry"]),
    "guards": ("安全员", ["policies.manage"]),
}
DESKS = ("loans", "files", "front")
FAMILY, GIVEN = "赵钱孙李周吴郑王冯陈", "安宁平和康泰"


@dataclass
class Staff:
    """Logins by role; `head`: login → login of who leads them; `groups`: login → group keys."""

    clerks: list[str] = field(default_factory=list)
    chiefs: list[str] = field(default_factory=list)
    managers: list[str] = field(default_factory=list)
    administrator: str = "admin01"
    guard: str = "guard01"
    head: dict[str, str] = field(default_factory=dict)
    groups: dict[str, list[str]] = field(default_factory=dict)

    @property
    def everybody(self) -> list[str]:
        return [*self.clerks, *self.chiefs, *self.managers, self.administrator, self.guard]


def planned(count: int, chance: random.Random) -> Staff:
    """So many people (at least 12): two managers, an administrator, a guard, a chief for eight, the rest clerks."""
    staff = Staff(managers=["manager01", "manager02"])
    staff.chiefs = [f"chief{number:02}" for number in range(1, max(2, count // 8) + 1)]
    clerks = max(6, count - 4 - len(staff.chiefs))
    staff.clerks = [f"clerk{number:02}" for number in range(1, clerks + 1)]
    for number, name in enumerate(staff.clerks):
        staff.groups[name] = ["staff", DESKS[number % len(DESKS)], *chance.sample(DESKS, 1)]
        staff.head[name] = staff.chiefs[number % len(staff.chiefs)]
    for name in chance.sample(staff.clerks, max(4, clerks // 8)):
        staff.groups[name].append("seal")
    for name in chance.sample(staff.clerks, 3):
        staff.groups[name].append("panel")
    for name in staff.clerks[:3]:
        staff.groups[name].append("keepers")
    for name in staff.chiefs:
        staff.groups[name], staff.head[name] = ["staff", "chiefs"], staff.managers[0]
    staff.groups |= {name: ["staff", "managers"] for name in staff.managers}
    staff.groups |= {staff.administrator: ["staff", "administrators"], staff.guard: ["staff", "guards"]}
    return staff


def add_all(session: Session, staff: Staff) -> None:
    """Their accounts and groups; everybody's password is tests.people.PASSWORD."""
    hashed = cast.QUICK.hash(cast.PASSWORD)
    groups = {key: Group(key=key, name=name, permissions=list(may)) for key, (name, may) in GROUPS.items()}
    session.add_all(groups.values())
    session.flush()  # the memberships name them
    for number, name in enumerate(staff.everybody):
        called = FAMILY[number % len(FAMILY)] + GIVEN[number // len(FAMILY) % len(GIVEN)] + f"{number:02}"
        mine = [groups[key] for key in dict.fromkeys(staff.groups[name])]
        facts = {"password_hash": hashed, "created_at": cast.SINCE, "groups": mine}
        session.add(User(name=name, display_name=called, **facts))
    session.flush()  # who leads whom names them
    for name, head in staff.head.items():
        session.get_one(User, name).head = head


def without(names: Sequence[str], gone: set[str]) -> list[str]:
    return [name for name in names if name not in gone]
