"""Faults planted in the week's office, past the product, and what the watchdog says to each.

It is loud, names case and step, proposes a repair, and is silent again after the repair: all by the pages of a manager.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from tests.week import driving, machine, moves, processes
from tests.week.events import spare
from tests.week.ledger import Act
from tests.week.office import Office
from tests.workflow.world import drawn
from workflow.db import Base
from workflow.identity import Membership, User
from workflow.kept_sentences import spoken
from workflow.models import Job, ProcessDefinition, ProcessInstance, Subscription, Timer, UserTask
from workflow.statuses import FindingKind, InstanceStatus, JobStatus, TaskStatus, TimerStatus
from workflow.watchdog import findings
from workflow.watchdog.telling import TASKS

TAMPERED = """
    start s name=销毁申请 formKey=week-start
    xor g
    user other name=另案 candidateGroups=seal formKey=week-check
    user first name=初核 candidateGroups=seal formKey=week-check
    user second name=复核 candidateGroups=keepers formKey=week-check
    and j name=会合
    end e
    s -> g
    g -> other if 1 = 2
    g -> first default
    first -> second -> j
    other -> j -> e
"""


@dataclass(frozen=True)
class Planted:
    """Which case the watchdog must name, at which step (its name; "" for none), and what it calls it."""

    kind: FindingKind
    case_id: int
    step: str


Fault = Callable[[Office], Planted]


def prove(office: Office, chosen: Sequence[Fault] = (), say: Callable[[str], object] = print) -> list[str]:
    """Plant each (of all, if none is named), one after the other; everything that is not as it should be, in sentences."""
    office.sign_in()
    wrong = [f"Before any fault: {said}" for said in _look(office)]
    for fault in chosen or FAULTS:
        try:
            planted = fault(office)
        except (LookupError, StopIteration, NoResultFound, ValueError) as trouble:
            wrong.append(f"{fault.__name__} cannot be planted: {trouble!r}")
            continue
        heard = _look(office)
        wrong += [f"{fault.__name__}: {each}" for each in _heard(office, planted)]
        wrong += [f"{fault.__name__}: {each}" for each in _repaired(office)]
        wrong += [f"{fault.__name__} is repaired, and yet: {each}" for each in _look(office)]
        say(f"{fault.__name__}: {heard[:1]} of {len(heard)}")
    return wrong


def _look(office: Office) -> list[str]:
    """Have it looked at now, by the page; what is amiss then."""
    office.rest()
    office.manager.post("/watchdog/looks", "", "have the watchdog look")
    office.rest()
    with office.database.reading() as session:
        return [f"{each.kind.value}: {spoken(each.said)}" for each in findings(session)]


def _heard(office: Office, planted: Planted) -> list[str]:
    """It says so of this case and step, on its page and in a manager's inbox (unless that is full of its kind), with a
    repair to press."""
    with office.database.reading() as session:
        there = findings(session)
        mine = [each for each in there if (each.kind, each.case_id) == (planted.kind, planted.case_id)]
        full = sum(each.kind is planted.kind and each.task_case_id is not None for each in there) >= TASKS
        facts = [(each.id, each.task_case_id, each.case.title, str(spoken(each.said))) for each in mine]
    if not facts:
        return [f"the watchdog is silent about case {planted.case_id}"]
    finding_id, told, title, said = facts[0]
    page = office.manager.person.open(f"/watchdog/{finding_id}")
    wrong = [] if title in page.text else [f"the page does not name the case {title}"]
    wrong += [] if planted.step in said else [f"{said!r} does not name the step {planted.step}"]
    wrong += [] if told is not None or full else ["no manager has a task"]
    return wrong + ([] if 'name="repair"' in page.text else ["no repair is proposed"])


def _repaired(office: Office) -> list[str]:
    """Press the first repair of each."""
    with office.database.reading() as session:
        waiting = [(each.id, each.case_id, each.row_id) for each in findings(session)]
    wrong = [_pressed(office, *each) for each in waiting]
    office.rest()
    return [said for said in wrong if said]


def _pressed(office: Office, finding_id: int, case_id: int | None, row_id: int | None) -> str:
    """What went wrong with it; "" for nothing."""
    path = f"/watchdog/{finding_id}"
    keys = office.manager.person.open(path).tree.xpath('//button[@name="repair"]/@value')
    if not keys:
        return ""  # repaired together with another
    name, _colon, to = keys[0].partition(":")
    answer = office.manager.answer(
        f"{path}/repairs", "repaired", f"repair: {name}", case_id, why="reason", repair=keys[0]
    )
    kind = {"release": "released", "give": "assigned", "return": "handed_back"}.get(name)
    if answer.done and kind is not None:
        done = Act(f"{name} by repair", kind, office.manager.login, case_id, row_id, "", "", to)
        office.ledger.note_done(done)
    return "" if answer.done else f"the repair {keys[0]} was refused: {answer.said}"


# The faults


def emptied_group(office: Office) -> Planted:
    case_id = driving.begin(office, "week-rare")
    driving.drive(office, case_id, "first")
    _plant(office, lambda session: session.execute(delete(Membership).where(Membership.group_key == "keepers")))
    return Planted(FindingKind.NOBODY, case_id, "复核")


def performer_gone(office: Office) -> Planted:
    case_id = driving.begin(office, "week-loan")
    (task,) = driving.step(office, case_id, "check")
    name = next(each for each in spare(office) if each in driving.who_may(office, task))
    moves.take(office.desks[name], task)
    _switch_off(office, name)
    return Planted(FindingKind.NOBODY, case_id, "受理")


def substitute_gone(office: Office) -> Planted:
    """Who did it in another's place has left."""
    case_id = driving.begin(office, "week-notice")
    (task,) = driving.step(office, case_id, "draft")
    principal, name = task.assignee or "", next(each for each in spare(office) if each != task.assignee)
    day = office.desks[principal].now().date().isoformat()
    facts = {"substitute": name, "begins": day, "ends": day}
    office.desks[principal].post("/substitutes", "", "name a substitute", why="reason", **facts)
    office.desks[name].on_task(task, "claim", "claimed", "claim", for_whom=principal, **{"for": principal})
    _switch_off(office, name)
    return Planted(FindingKind.NOBODY, case_id, "起草")


def task_lost(office: Office) -> Planted:
    case_id = driving.begin(office, "week-loan")
    (task,) = driving.step(office, case_id, "check")
    _plant(office, lambda session: _delete(session, "user_tasks", task.id))
    return Planted(FindingKind.LOST, case_id, "受理")


def timer_lost(office: Office) -> Planted:
    case_id = driving.begin(office, "week-loan")
    driving.drive(office, case_id, "check", "approve")
    mine = driving.instance_of(office, case_id, "week-loan")
    lost = delete(Timer).where(Timer.instance_id == mine, Timer.activity_id == "late")
    _plant(office, lambda session: session.execute(lost))
    return Planted(FindingKind.LOST, case_id, "逾期")


def subscription_lost(office: Office) -> Planted:
    case_id = driving.begin(office, "week-review")
    driving.drive(office, case_id, "prepare")
    mine = driving.instance_of(office, case_id, "week-review")
    _plant(office, lambda session: session.execute(delete(Subscription).where(Subscription.instance_id == mine)))
    return Planted(FindingKind.LOST, case_id, "等复函")


def child_vanished(office: Office) -> Planted:
    """Somebody has ended a called process in the database."""
    case_id = driving.begin(office, "week-review")
    driving.drive(office, case_id, "prepare", "sign", "copying")
    driving.write(office, case_id)
    child = driving.instance_of(office, case_id, "week-stamp")

    def vanish(session: Session) -> None:
        now_ = office.manager.now()
        ended = {"status": InstanceStatus.CANCELLED, "ended_at": now_}
        session.execute(update(ProcessInstance).where(ProcessInstance.id == child).values(**ended))
        open_ = (UserTask.instance_id == child, UserTask.status == TaskStatus.OPEN)
        gone = select(UserTask.id).where(*open_)
        for task_id in session.scalars(gone).all():
            _delete(session, "user_tasks", task_id)
        session.execute(update(Timer).where(Timer.instance_id == child).values(status=TimerStatus.CANCELLED))

    _plant(office, vanish)
    return Planted(FindingKind.LOST, case_id, "用印")


def policy_leaving_nobody(office: Office) -> Planted:
    """The security role asks of a step what nobody has to whom it is offered."""
    case_id = driving.begin(office, "week-rare")
    facts = {"process": "week-rare", "element": "first", "kind": "holdsRole", "value": "guards"}
    office.desks[office.staff.guard].post("/policies", "", "add a policy", why="reason", **facts)
    return Planted(FindingKind.EXCLUDED, case_id, "初核")


def job_dead_in_silence(office: Office) -> Planted:
    """The machine has given up, and no incident tells of it."""
    case_id = driving.begin(office, "week-loan", machine.BROKEN)
    driving.drive(office, case_id, "check", "approve", "fetch")
    mine = driving.instance_of(office, case_id, "week-loan")
    dead = update(Job).where(Job.instance_id == mine, Job.done_at.is_(None))
    _plant(office, lambda session: session.execute(dead.values(status=JobStatus.FAILED, attempts=5)))
    path = f"/cases/{case_id}/processes/{mine}/facts"
    facts = {"name": "subject", "value": "有纸了", "before": f'"{machine.BROKEN}"'}
    office.manager.post(path, "variables_changed", "correct a fact", case_id, why="reason", **facts)
    return Planted(FindingKind.JOB, case_id, "打印清单")


def tampered_definition(office: Office) -> Planted:
    """The stored diagram was changed past any deployment: a join waits for a way nobody takes."""
    case_id = driving.begin(office, "week-notice")
    fresh = driving.begin(office, "week-rare")
    bad = drawn(TAMPERED, "week-rare", **processes.SAID["week-rare"])

    def tamper(session: Session) -> None:
        found = session.get_one(ProcessInstance, driving.instance_of(office, fresh, "week-rare")).definition
        change = update(ProcessDefinition).where(ProcessDefinition.id == found.id)
        session.execute(change.values(xml=bad, sha256=found.sha256[::-1]))

    _plant(office, tamper)
    assert case_id != fresh
    return Planted(FindingKind.STUCK, fresh, "")


def suspended_by_a_leaver(office: Office) -> Planted:
    case_id = driving.begin(office, "week-loan")
    mine = driving.instance_of(office, case_id, "week-loan")
    second = office.desks[office.staff.managers[1]]
    second.post(f"/cases/{case_id}/processes/{mine}/suspensions", "suspended", "suspensions", case_id, why="reason")
    _switch_off(office, second.login)
    return Planted(FindingKind.SUSPENDED, case_id, "借阅审批")


def broken_state(office: Office) -> Planted:
    case_id = driving.begin(office, "week-loan")
    mine = driving.instance_of(office, case_id, "week-loan")
    change = update(ProcessInstance).where(ProcessInstance.id == mine).values(state=b"JL\x02 not what was saved")
    _plant(office, lambda session: session.execute(change))
    return Planted(FindingKind.STATE, case_id, "借阅审批")


FAULTS: tuple[Fault, ...] = (
    emptied_group,
    performer_gone,
    substitute_gone,
    task_lost,
    timer_lost,
    subscription_lost,
    child_vanished,
    policy_leaving_nobody,
    job_dead_in_silence,
    suspended_by_a_leaver,
    broken_state,
    tampered_definition,
)


def _plant(office: Office, act: Callable[[Session], object]) -> None:
    with office.database.transaction() as session:
        act(session)


def _switch_off(office: Office, name: str) -> None:
    _plant(office, lambda session: session.execute(update(User).where(User.name == name).values(active=False)))
    office.gone.add(name)


def _delete(session: Session, table: str, row_id: int) -> None:
    """The row and all that hangs on it, as somebody does who knows the database and not the office."""
    for each in reversed(Base.metadata.sorted_tables):
        for key in each.foreign_keys:
            if key.column.table.name == table and key.column.name == "id":
                session.execute(delete(each).where(key.parent == row_id))
    of = Base.metadata.tables[table]
    session.execute(delete(of).where(of.c.id == row_id))
