"""The week, day by day; then the accounts; then everything still open is led to its end."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from sqlalchemy import func, select

from tests.week import events, leading, moves
from tests.week.desk import Desk
from tests.week.eye import Seen
from tests.week.office import Office
from workflow import fsck, tasks, watchdog
from workflow.kept_sentences import spoken
from workflow.models import Case, Incident, ProcessInstance, UserTask
from workflow.statuses import IncidentStatus, InstanceStatus, TaskStatus
from workflow.waits import LIVE_INSTANCES, live_rows

DAYS = 5
HOURS = (9.0, 10.5, 13.5, 15.5)
NIGHT = (18.0, 21.0, 24.2, 24.5, 26.0)
ROUNDS = 30  # of leading everything to its end; the longest way has a dozen steps


@dataclass
class Size:
    """Cases begun, and things done for each, over the whole week."""

    cases: int
    acts: float = 9.0


@dataclass
class Account:
    """What came of the week."""

    wrong: list[str] = field(default_factory=list)
    cases: Counter[str] = field(default_factory=Counter)


def play(office: Office, size: Size, say: Callable[[str], object] = lambda line: None, days: int = DAYS) -> None:
    """Five days of four sittings each; nights in which the watchdog looks."""
    sittings = days * len(HOURS)
    for day in range(days):
        for number, hour in enumerate(HOURS):
            office.at(day, hour)
            if number == 0:
                events.absences(office, day)
                office.sign_in()
            sitting = day * len(HOURS) + number
            starts = size.cases * (sitting + 1) // sittings - size.cases * sitting // sittings
            office.phase(starts, int(size.cases * size.acts / sittings))
            happen(office, day, number, days)
        silent(office, f"day {day + 1}")
        say(f"day {day + 1}: {len(office.ledger.begun)} cases begun, {len(office.ledger.acts)} things done")
        for hour in NIGHT:
            office.at(day, hour)
    office.rest()


def happen(office: Office, day: int, number: int, days: int) -> None:
    """What there is besides daily work, each at its time of the week."""
    if number == 1:
        events.bulk(office, events.most_offered(office), ("claim", "complete")[day % 2])
    if number == 2 and day % 2 == 0:
        events.regroup(office)
    if number == 2 and day == days // 2:
        events.new_version(office)
    if number == 3 and day in (0, 1, 3):
        events.leave(office, handed_over=day != 1)
    if number == 3 and day % 2:
        events.bulk(office, office.desks[office.chance.choice(office.clerks())], "assign")


def silent(office: Office, when: str) -> None:
    """The watchdog looks and finds nothing (what it told at night is closed as soon as it is not so any more)."""
    office.rest()
    watchdog.look(office.database, office.staff.managers[0])
    with office.database.reading() as session:
        for each in watchdog.findings(session):
            office.ledger.blame(f"{when}: the watchdog barks: {each.kind.value} {each.subject}: {spoken(each.said)}")


def account(office: Office, sound: bool = True) -> Account:
    """Everything the office and the ledger do not agree on, and everything that is not accounted for.

    `sound=False`: rows were broken on purpose; fsck would tell of them for ever."""
    found = Account()
    with office.database.reading() as session:
        found.wrong += office.ledger.compared(session, set(office.staff.everybody))
        found.wrong += [f"fsck: {each.check}: {each.sentence}" for each in (fsck.run(session) if sound else [])]
        live = session.scalars(select(ProcessInstance).where(ProcessInstance.status.in_(LIVE_INSTANCES))).all()
        awaited = Counter(row.instance_id for row in live_rows(session, [each.id for each in live]))
        going = {each.case_id for each in live}
        found.wrong += [f"Instance {each.id} runs and waits for nothing." for each in live if not awaited[each.id]]
        for case in session.scalars(select(Case)):
            state = "open" if case.closed_at is None else "closed"
            found.cases[f"{case.process_key} {state}"] += 1
            if (case.closed_at is None) != (case.id in going):
                found.wrong.append(f"Case {case.business_key} is {state}, but its processes say otherwise.")
        ended = session.execute(select(ProcessInstance.status, func.count()).group_by(ProcessInstance.status))
        found.cases.update({f"process {status.value}": number for status, number in ended})
    return found


def lead_to_the_end(office: Office, day: int, say: Callable[[str], object] = lambda line: None) -> list[str]:
    """Whatever is open is done, by who may do it, until nothing is left; what cannot be is told."""
    office.away = set()
    office.sign_in()
    for number in range(ROUNDS):
        office.at(day, 9 + 3 * number)
        if number % 3 == 0:
            office.sign_in()
        _resume_all(office)
        _answer_letters(office)
        work = _open(office)
        if not work and not _live(office):
            return []
        say(f"{len(work)} tasks are open")
        by_case: dict[int, list[tuple[Seen, str]]] = {}
        for task, who in work:
            by_case.setdefault(task.case_id, []).append((task, who))
        office.all_at_once([lambda mine=mine: _finish(office, mine) for mine in by_case.values()])
    last = office.ledger.last
    return [
        f"Case {each} does not come to its end: {last.get(each, 'nothing was refused')}"
        for each in sorted(_live(office))
    ]


def _live(office: Office) -> set[int]:
    with office.database.reading() as session:
        mine = (ProcessInstance.status.in_(LIVE_INSTANCES), Case.process_key.like("week-%"))
        query = select(ProcessInstance.case_id).join(Case, Case.id == ProcessInstance.case_id)
        return set(session.scalars(query.where(*mine)))


def _open(office: Office) -> list[tuple[Seen, str]]:
    """Every open task with who has it, "" for nobody."""
    with office.database.reading() as session:
        query = select(UserTask).where(UserTask.status == TaskStatus.OPEN, UserTask.process_key.like("week-%"))
        found = []
        for task in session.scalars(query.order_by(UserTask.id.desc())):
            facts = (task.id, task.case_id, task.instance_id, task.process_key, task.activity_id, task.kind)
            found.append((Seen(*facts, task.assignee, task.delegated_by), task.assignee or ""))
        return found


def _finish(office: Office, work: list[tuple[Seen, str]]) -> None:
    """One case's open tasks: what is nobody's is handed out to who may do it."""
    for task, who in work:
        desk = office.desks[who] if who in office.desks and who not in office.gone else None
        if desk is None and (desk := _given(office, task)) is not None:
            task = replace(task, assignee=desk.login, delegated_by=None)
        if desk is not None:
            moves.finish(desk, task, "agree")


def _given(office: Office, task: Seen) -> Desk | None:
    for name in _fit(office, task.id):
        answer = office.manager.answer(
            f"/tasks/{task.id}/assignment", "assigned", "assign", task.case_id, task.id, "reason", to=name
        )
        if answer.done:
            return office.desks[name]
    return None


def _fit(office: Office, task_id: int) -> list[str]:
    with office.database.reading() as session:
        task = session.get_one(UserTask, task_id)
        possible = tasks.possible_performers(session, task) if task.status is TaskStatus.OPEN else []
        return [each.name for each in possible if each.name in office.desks]


def _resume_all(office: Office) -> None:
    with office.database.reading() as session:
        query = select(ProcessInstance.id, ProcessInstance.case_id)
        stopped = (ProcessInstance.status == InstanceStatus.SUSPENDED, ProcessInstance.parent_id.is_(None))
        found = session.execute(query.where(*stopped)).all()
        failed = session.scalars(select(Incident.id).where(Incident.status == IncidentStatus.OPEN)).all()
    for instance_id, case_id in found:
        path = f"/cases/{case_id}/processes/{instance_id}/resumptions"
        office.manager.post(path, "resumed", "resumptions", case_id, why="reason")
    for incident_id in failed:
        office.manager.post(f"/incidents/{incident_id}/retry", "", "retry", why="reason")


def _answer_letters(office: Office) -> None:
    """Each reply that is waited for is written once, by as many as there are hands."""
    awaited = [each for each in office.eye.all_awaited() if each not in office.answered]  # SQLite gives numbers again
    office.answered.update(awaited)
    writers = office.chance.choices(office.clerks(), k=len(awaited))
    letters = zip(writers, (ref for _, ref in awaited), strict=True)
    office.all_at_once(
        [lambda who=who, ref=ref: leading.start(office.desks[who], "week-letter", ref) for who, ref in letters]
    )
