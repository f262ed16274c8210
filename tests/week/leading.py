"""What people do about cases, and those who lead, hand out work, operate, or ask: see moves.py."""

from datetime import timedelta

from sqlalchemy import select

from tests.week.desk import Desk
from tests.week.moves import Weighted
from workflow.models import Case, CaseCopy, ProcessInstance, Supervision, UserTask
from workflow.statuses import InstanceStatus, TaskStatus

STARTS = ("week-loan",) * 10 + ("week-review",) * 5 + ("week-notice",) * 4 + ("week-rare",)
OPEN_TASK = (UserTask.status == TaskStatus.OPEN, UserTask.process_key.like("week-%"))


def start(desk: Desk, key: str = "", ref: str = "", subject: str = "") -> bool:
    """Begin a case by its form; its number is known before, so that no case is lost sight of."""
    key = key or desk.chance.choice(STARTS)
    number = f"{desk.now():%Y%m%d}-{desk.chance.randrange(16**6):06X}"
    subject = subject or f"第{desk.ledger.number()}件事"
    answer = desk.answer(f"/processes/{key}/new", "", f"start {key}", number=number, subject=subject, ref=ref or number)
    if answer.done:
        desk.ledger.begun[f"{key}-{number}"] = desk.login
    return True


def write(desk: Desk) -> bool:
    """Somebody's letter has come: the reply a process waits for."""
    ref = desk.eye.awaited(desk.chance)
    return ref is not None and start(desk, "week-letter", ref)


def comment(desk: Desk) -> bool:
    found = _mine(desk)
    at = f"@{desk.colleague()} " if desk.chance.random() < 0.6 else ""
    return found is not None and desk.post(
        f"/cases/{found}/comments", "commented", "comment", found, why="body", body=at
    )


def copy(desk: Desk) -> bool:
    found, people = _mine(desk), [desk.colleague(), desk.colleague()]
    return found is not None and desk.post(
        f"/cases/{found}/copies", "copied", "copy", found, why="reason", people=people
    )


def read_copy(desk: Desk) -> bool:
    mine = (CaseCopy.user_name == desk.login, CaseCopy.read_at.is_(None))
    found = desk.eye.one(select(CaseCopy.id, CaseCopy.case_id).where(*mine).order_by(CaseCopy.id), desk.chance)
    return found is not None and desk.post(f"/copies/{found[0]}/reading", "", "read a copy", found[1])


def withdraw_case(desk: Desk) -> bool:
    """A case one has begun oneself."""
    found = _begun(desk)
    return found is not None and desk.post(
        f"/cases/{found}/withdrawal", "withdrawn", "withdraw the case", found, why="reason"
    )


def urge(desk: Desk) -> bool:
    """What became of mine? Now and then somebody else's."""
    mine = Case.opened_by == desk.login if desk.chance.random() < 0.9 else Case.closed_at.is_(None)
    query = select(UserTask.id, UserTask.case_id).join(Case, Case.id == UserTask.case_id)
    found = desk.eye.one(query.where(mine, *OPEN_TASK).order_by(UserTask.id.desc()), desk.chance)
    return found is not None and desk.post(f"/tasks/{found[0]}/urges", "urged", "urge", found[1], found[0], why="said")


# Those who lead and hand out work


def assign(desk: Desk) -> bool:
    found = _any_task(desk)
    facts = {"to": desk.colleague()}
    if found is not None and found.assignee == facts["to"]:
        return False  # who has it already
    return found is not None and desk.post(
        f"/tasks/{found[0]}/assignment", "assigned", "assign", found[1], found[0], why="reason", **facts
    )


def prioritise(desk: Desk) -> bool:
    found, number = _any_task(desk), str(desk.chance.randrange(150))
    return found is not None and desk.post(
        f"/tasks/{found[0]}/priority", "prioritised", "set priority", found[1], found[0], why="reason", priority=number
    )


def move_due(desk: Desk) -> bool:
    found, at = _any_task(desk), f"{desk.now() + timedelta(days=2):%Y-%m-%dT%H:%M}"
    return found is not None and desk.post(
        f"/tasks/{found[0]}/due", "due_moved", "move the due date", found[1], found[0], why="reason", due_at=at
    )


def supervise(desk: Desk) -> bool:
    found, at = _any_task(desk), f"{desk.now() + timedelta(days=1):%Y-%m-%dT%H:%M}"
    return found is not None and desk.post(
        f"/tasks/{found[0]}/supervisions",
        "supervision_begun",
        "supervise",
        found[1],
        found[0],
        why="note",
        answer_by=at,
    )


def close_supervision(desk: Desk) -> bool:
    mine = (Supervision.by == desk.login, Supervision.closed_at.is_(None))
    found = desk.eye.one(select(Supervision.id, Supervision.case_id).where(*mine).order_by(Supervision.id), desk.chance)
    return found is not None and desk.post(f"/supervisions/{found[0]}/closing", "", "close a supervision", found[1])


def answer_supervision(desk: Desk) -> bool:
    """For who works on what is supervised; for others it is refused."""
    mine = select(UserTask.case_id).where(UserTask.assignee == desk.login, *OPEN_TASK)
    open_ = (Supervision.closed_at.is_(None), Supervision.case_id.in_(mine))
    found = desk.eye.one(
        select(Supervision.id, Supervision.case_id).where(*open_).order_by(Supervision.id), desk.chance
    )
    return found is not None and desk.post(
        f"/supervisions/{found[0]}/answer", "supervision_answered", "answer a supervision", found[1], why="answer"
    )


def reopen(desk: Desk) -> bool:
    query = select(Case.id).where(Case.closed_at.is_not(None), Case.process_key.like("week-%"))
    found = desk.eye.one(query.order_by(Case.closed_at.desc(), Case.id), desk.chance)
    at = desk.eye.entrance(found[0], desk.chance) if found is not None else None
    return at is not None and desk.post(
        f"/cases/{found[0]}/reopening", "reopened", "reopen", found[0], why="reason", at=at
    )


def remove_signer(desk: Desk) -> bool:
    signing = (UserTask.activity_id.in_(("sign", "turn", "any")), UserTask.assignee.is_not(None), *OPEN_TASK)
    found = desk.eye.one(
        select(UserTask.id, UserTask.case_id, UserTask.assignee).where(*signing).order_by(UserTask.id), desk.chance
    )
    return found is not None and desk.post(
        f"/tasks/{found[0]}/signers/{found[2]}/removal", "signer_removed", "remove signer", found[1], why="reason"
    )


def suspend(desk: Desk) -> bool:
    return _whole(desk, "suspensions", "suspended", InstanceStatus.RUNNING)


def resume(desk: Desk) -> bool:
    return _whole(desk, "resumptions", "resumed", InstanceStatus.SUSPENDED)


def move_token(desk: Desk) -> bool:
    return _by_hand(desk, "moves", "token_moved", skips=False)


def skip_step(desk: Desk) -> bool:
    return _by_hand(desk, "skips", "skipped", skips=True)


def _by_hand(desk: Desk, kind: str, told: str, skips: bool) -> bool:
    found = desk.eye.movable(desk.chance, skips)
    if found is None:
        return False
    path = f"/cases/{found.case_id}/processes/{found.instance_id}/{kind}"
    facts = {"token": found.token_id, "target": found.target}
    return desk.post(path, told, kind, found.case_id, why="reason", **facts)


def _whole(desk: Desk, kind: str, told: str, status: InstanceStatus) -> bool:
    found = desk.eye.running(desk.chance, status)
    if found is None:
        return False
    return desk.post(f"/cases/{found[1]}/processes/{found[0]}/{kind}", told, kind, found[1], why="reason")


def _any_task(desk: Desk):
    return desk.eye.one(
        select(UserTask.id, UserTask.case_id, UserTask.assignee).where(*OPEN_TASK).order_by(UserTask.id.desc()),
        desk.chance,
    )


def _mine(desk: Desk) -> int | None:
    """A case this person works on, or has begun."""
    mine = desk.mine()
    return mine.case_id if mine is not None else _begun(desk)


def _begun(desk: Desk) -> int | None:
    mine = (Case.opened_by == desk.login, Case.closed_at.is_(None), Case.process_key.like("week-%"))
    live = select(ProcessInstance.case_id).where(ProcessInstance.ended_at.is_(None))
    found = desk.eye.one(select(Case.id).where(*mine, Case.id.in_(live)).order_by(Case.id.desc()), desk.chance)
    return found[0] if found else None


ANYBODY = (
    Weighted(comment, 3),
    Weighted(copy, 2),
    Weighted(read_copy, 2),
    Weighted(withdraw_case, 0.7),
    Weighted(urge, 2.5),
    Weighted(answer_supervision, 1),
    Weighted(write, 3),
)
LEADERS = (
    Weighted(prioritise, 2),
    Weighted(move_due, 2),
    Weighted(supervise, 2),
    Weighted(close_supervision, 1),
    Weighted(assign, 3),
)
MANAGERS = (
    *LEADERS,
    Weighted(assign, 8),
    Weighted(reopen, 3),
    Weighted(remove_signer, 3),
    Weighted(suspend, 3),
    Weighted(resume, 4),
    Weighted(move_token, 3),
    Weighted(skip_step, 3),
)
