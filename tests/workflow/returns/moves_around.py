"""What goes on around tasks, at random: questions, clocks, due dates, urging, bulk runs, absence, leaving, groups, new
versions of the process."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.workflow.engine.drawing import bpmn
from tests.workflow.returns.moves import PEOPLE, Life, Move
from workflow import definitions, leaving, people, substitutes, upgrades
from workflow.around import asked, case_clock, deadlines, supervisions, urges
from workflow.bulk import Phase, Wanted, runs
from workflow.clock import now
from workflow.identity import Group
from workflow.models import BulkRun, Case, ClockPause, Substitution, UserTask
from workflow.statuses import BulkAct, TaskKind, TaskStatus


def _ask(life: Life, session: Session) -> object:
    task = life.task(session, held=True)
    if task is None:
        return None
    awaited = life.chance.random() < 0.5
    return asked.ask(session, task, life.user(session, task.assignee), life.user(session), "？", None, awaited)


def _unask(life: Life, session: Session) -> object:
    task = next((each for each in life.open_tasks(session) if each.kind is TaskKind.ADHOC), None)
    return task and asked.withdraw(session, task, life.user(session, "dora"), "why")


def _stop_clock(life: Life, session: Session) -> object:
    if life.chance.random() < 0.5:
        return case_clock.stop(session, session.get_one(Case, life.case_id), life.user(session, "dora"), "why")
    task = life.task(session, held=True)
    return task and deadlines.pause(session, task, life.user(session, task.assignee), "why")


def _let_clock_go_on(life: Life, session: Session) -> object:
    if life.chance.random() < 0.5:
        return case_clock.go_on(session, session.get_one(Case, life.case_id), life.user(session, "dora"))
    standing = select(UserTask).join(ClockPause, ClockPause.task_id == UserTask.id)
    mine = (UserTask.case_id == life.case_id, UserTask.status == TaskStatus.OPEN, ClockPause.ended_at.is_(None))
    task = session.scalars(standing.where(*mine).order_by(UserTask.id)).first()
    return task and deadlines.resume(session, task, life.user(session, "dora"))


def _due(life: Life, session: Session) -> object:
    task = life.task(session)
    return task and deadlines.move(session, task, life.user(session, "dora"), now() + timedelta(days=1), "why")


def _urge(life: Life, session: Session) -> object:
    task = life.task(session)
    return task and urges.urge(session, task, life.user(session, "anna"))


def _bulk(life: Life, session: Session) -> object:
    """Ordered here; the jobs of it are done as all others are."""
    chosen = [each.id for each in life.open_tasks(session)]
    act = life.chance.choice(list(BulkAct))
    wanted = Wanted(act, life.blocks.chosen(), None, life.user(session) if act is BulkAct.ASSIGN else None, "why")
    key = f"{life.seed}-{life.chance.random()}"
    return runs.ask(session, life.user(session), wanted, chosen, key) if chosen else None


def _begin_bulk(life: Life, session: Session) -> object:
    run = _run(session, Phase.READY)
    return run and runs.begin(session, run)


def _undo_bulk(life: Life, session: Session) -> object:
    run = _run(session, Phase.OVER)
    return run and runs.undo(session, run, "why")


def _run(session: Session, phase: Phase) -> BulkRun | None:
    found = session.scalars(select(BulkRun).order_by(BulkRun.id.desc()))
    return next((run for run in found if runs.progress(session, run).phase is phase), None)


def _end_standing_in(life: Life, session: Session) -> object:
    found = session.scalars(
        select(Substitution).where(Substitution.ended_at.is_(None)).order_by(Substitution.id)
    ).first()
    return found and (substitutes.end(session, found, life.user(session, "dora")) or True)


def _leave(life: Life, session: Session) -> object:
    """Everything goes to the other; now and then the account is switched off."""
    if life.chance.random() < 0.7:
        return None
    who, other = life.chance.sample(PEOPLE, 2)
    dora = life.user(session, "dora")
    kinds = dict.fromkeys(leaving.Kind, other)
    leaving.hand_over(session, life.user(session, who), kinds, dora, "why")
    if life.chance.random() < 0.3:
        people.switch(session, life.user(session, who), False, dora)
    return True


def come_back(life: Life, session: Session) -> object:
    """Everybody is there again, in their groups."""
    registry = session.get_one(Group, "registry")
    everybody = [life.user(session, name) for name in PEOPLE]
    away = [user for user in everybody if not user.active or not user.groups]
    for user in away:
        user.active, user.groups = True, [registry]
    return away or None


def _leave_groups(life: Life, session: Session) -> object:
    if life.chance.random() < 0.7:
        return None
    user = life.user(session)
    return people.change(session, user, user.display_name, [], life.user(session, "dora")) or True


def _supervise(life: Life, session: Session) -> object:
    until = now() + timedelta(days=1)
    case = session.get_one(Case, life.case_id)
    return supervisions.supervise(session, case, life.user(session, "dora"), until, "why", life.task(session))


def _upgrade(life: Life, session: Session) -> object:
    """The same drawing with other wording, and to it with what runs."""
    instance = life.instance(session)
    if instance is None or not instance.definition.key.startswith("life") or life.chance.random() < 0.5:
        return None
    wording = b"<!-- %d -->" % life.chance.randrange(10**9)
    newer = definitions.deploy(session, bpmn(life.drawing, instance.definition.key) + wording, {}, "eve")
    plan = upgrades.plan(session, instance.definition, newer)
    return upgrades.perform(session, plan, instance, life.user(session, "eve"), "why")


VERBS: list[Move] = [
    *[_ask, _unask, _stop_clock, _let_clock_go_on, _due, _urge, _supervise],
    *[_bulk, _begin_bulk, _begin_bulk, _undo_bulk],
    *[_end_standing_in, _leave, come_back, come_back, _leave_groups, _upgrade],
]
