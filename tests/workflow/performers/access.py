"""The access table: every move of a task × everybody who could try it, played in a real database.

`make docs` writes it to docs/human-tasks-access.md; the test beside this one plays it on both databases.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from tests.workflow.world import REVIEW, begin, open_tasks, process
from workflow import definitions, leaving, substitutes, tasks
from workflow.clock import now
from workflow.errors import Refusal
from workflow.identity import Group, User
from workflow.models import UserTask
from workflow.statuses import TaskStatus

PAGE = Path(__file__).resolve().parents[3] / "docs" / "human-tasks-access.md"
ACTORS = {  # who tries it → their login and name in the table's office
    "performer": ("pan", "Pan (holds it)"),
    "candidate": ("cai", "Cai (same group)"),
    "substitute": ("su", "Su (stands in for Pan)"),
    "head": ("han", "Han (Pan's head)"),
    "starter": ("shi", "Shi (started the case)"),
    "administrator": ("an", "An (hands out work)"),
    "stranger": ("mo", "Mo (no part in it)"),
    "removed": ("yi", "Yi (same group, switched off)"),
    "delegate": ("dai", "Dai (Pan's delegate)"),
}
KEY = "access"
FREE, HELD, DELEGATED = "free", "held", "delegated"


@dataclass(frozen=True)
class Move:
    """One move, and how the task stands when it is tried: free (offered to the group), held (by the performer) or
    delegated (by the performer)."""

    name: str
    standing: str
    act: Callable[[Session, UserTask, User], object]
    says: str = ""  # the sentence every refusal must be: "why_not", or "" for its own


def _assign(session: Session, task: UserTask, user: User) -> object:
    return tasks.assign(session, task, user, session.get_one(User, "cai2"))


def _leaving(session: Session, task: UserTask, user: User) -> object:
    return leaving.hand_over(session, session.get_one(User, "pan"), {"task": "cai"}, user, "离职")


MOVES = (
    Move("claim what is free", FREE, tasks.claim, "why_not"),
    Move("claim what the performer holds", HELD, tasks.claim, "why_not"),
    Move("claim in the performer's place", HELD, lambda s, t, u: tasks.claim(s, t, u, "pan")),
    Move("release", HELD, tasks.release),
    Move("hand over to a candidate", HELD, _assign),
    Move("give out what is free", FREE, _assign),
    Move("delegate", HELD, lambda s, t, u: tasks.delegate(s, t, u, s.get_one(User, "dai"))),
    Move("give back, or take back", DELEGATED, tasks.give_back),
    Move("complete what is free", FREE, lambda s, t, u: tasks.complete(s, t, u, {}), "why_not"),
    Move("complete what the performer holds", HELD, lambda s, t, u: tasks.complete(s, t, u, {}), "why_not"),
    Move("complete what is delegated", DELEGATED, lambda s, t, u: tasks.complete(s, t, u, {}), "why_not"),
    Move("claim and complete in the performer's place", HELD, lambda s, t, u: _claim_and_complete(s, t, u)),
    Move("hand over all the performer has", HELD, _leaving),
)


def _claim_and_complete(session: Session, task: UserTask, user: User) -> object:
    return tasks.complete(session, tasks.claim(session, task, user, "pan"), user, {})


@dataclass(frozen=True)
class Cell:
    """What came of it: `done` says how the task stands then, `refused` why not; `why_not` is what the page would say."""

    done: str
    refused: str
    why_not: str


def staff(session: Session) -> None:
    """The people of the table."""
    group = Group(key="checkers", name="Checkers")
    chief = Group(key="chiefs", name="Chiefs", permissions=["tasks.assign", "cases.read_all"])
    session.add_all([group, chief])
    for login, name in [*ACTORS.values(), ("cai2", "Cai Two (same group)")]:
        groups = [group] if login in ("pan", "cai", "cai2", "yi") else [chief] if login == "an" else []
        session.add(User(name=login, display_name=name.partition(" (")[0], created_at=now(), groups=groups))
    session.flush()
    session.get_one(User, "pan").head = "han"
    session.get_one(User, "yi").active = False
    pan, su = session.get_one(User, "pan"), session.get_one(User, "su")
    substitutes.grant(session, pan, su, now(), now() + timedelta(days=9), [], pan)
    process(session, REVIEW.replace("registry", "checkers"), KEY)


def task(session: Session, standing: str) -> UserTask:
    """A fresh task, standing like this."""
    instance = begin(session, definitions.latest(session, KEY))
    instance.case.opened_by = "shi"
    made = open_tasks(session, instance)["open"]
    pan = session.get_one(User, "pan")
    if standing in (HELD, DELEGATED):
        tasks.claim(session, made, pan)
    if standing == DELEGATED:
        tasks.delegate(session, made, pan, session.get_one(User, "dai"))
    return made


def play(session: Session, move: Move, actor: str, task_id: int) -> Cell:
    """Try it, and undo it."""
    nested = session.begin_nested()
    try:
        user, tried = session.get_one(User, ACTORS[actor][0]), session.get_one(UserTask, task_id)
        said = str(tasks.why_not(session, tried, user) or "")
        try:
            move.act(session, tried, user)
        except Refusal as refused:
            return Cell("", str(refused), said)
        session.refresh(tried)
        return Cell(_stands(session, tried), "", said)
    finally:
        nested.rollback()
        session.expire_all()  # what was written past the session is undone too


def _stands(session: Session, tried: UserTask) -> str:
    if tried.status is TaskStatus.COMPLETED:
        place = f" for {_called(session, tried.on_behalf_of)}" if tried.on_behalf_of else ""
        return f"done by {_called(session, tried.completed_by)}{place}"
    if tried.assignee is None:
        return "free again"
    place = f" for {_called(session, tried.on_behalf_of)}" if tried.on_behalf_of else ""
    return f"with {_called(session, tried.assignee)}{place}"


def _called(session: Session, name: str | None) -> str:
    return session.get_one(User, name).display_name if name else ""


def table(session: Session, actors: Iterable[str] = ACTORS) -> dict[tuple[str, str], Cell]:
    """(move, actor) → what came of it."""
    staff(session)
    ids = {standing: task(session, standing).id for standing in (FREE, HELD, DELEGATED)}
    return {(move.name, actor): play(session, move, actor, ids[move.standing]) for move in MOVES for actor in actors}


def page(cells: dict[tuple[str, str], Cell]) -> str:
    """The page: a table of what is allowed, and below it the sentence of every refusal."""
    lines = [HEAD, "| move | " + " | ".join(ACTORS) + " |", "|-|" + "-|" * len(ACTORS)]
    numbers: dict[str, int] = {}
    for move in MOVES:
        marks = []
        for actor in ACTORS:
            cell = cells[move.name, actor]
            number = numbers.setdefault(cell.refused, len(numbers) + 1) if cell.refused else 0
            marks.append(f"✓ {cell.done}" if cell.done else f"✗ {number}")
        lines.append(f"| {move.name} | " + " | ".join(marks) + " |")
    lines += ["", "## Why not", "", *(f"{number}. {said}" for said, number in numbers.items())]
    return "\n".join(lines) + "\n"


HEAD = (
    """# Who may do what with a task

Written by `make docs` from the moves themselves, played in a database; a test keeps it true. ✓ says how the task
stands afterwards, ✗ refers to the sentence the person reads, below. The same sentence stands beside the greyed button.

The people: """
    + ", ".join(name for _login, name in ACTORS.values())
    + """. The task is offered to Cai's group.
"""
)
