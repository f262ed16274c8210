"""An office at work, and the faults planted in it."""

from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from tests.workflow.world import begin, do, open_tasks, process
from workflow import examination, operations
from workflow.clock import Hand, now
from workflow.identity import Membership, User
from workflow.models import Finding, HistoryEvent, Job, ProcessInstance, Subscription, TaskCandidate, Timer, UserTask
from workflow.office import Office
from workflow.statuses import InstanceStatus, JobStatus, TimerStatus
from workflow.watchdog import findings, look

HOUR = timedelta(hours=1)
PLAIN = """
    start s
    user open name=开包 candidateGroups=registry
    user check name=核对 candidateGroups=registry
    end e
    s -> open -> check -> e
"""
FORKED = """
    start s
    user a name=甲 candidateGroups=registry
    user b name=乙 candidateGroups=registry
    user c name=丙 candidateGroups=registry
    and join name=会合
    xor g
    end e
    end other
    s -> a -> join
    s -> b -> g
    g -> join if v = 1
    g -> other default
    s -> c -> e
    join -> e
"""
TIMED = """
    start s
    catch wait name=等候 timer=PT2H
    user check name=核对 candidateGroups=registry
    end e
    s -> wait -> check -> e
"""
WORKED = """
    start s
    service work name=上报 topic=test.work
    end e
    s -> work -> e
"""
CALLER = """
    start s
    call sub name=调用 calls=called
    end e
    s -> sub -> e
"""
CALLED = """
    start s
    user inner name=里面 candidateGroups=registry
    end e
    s -> inner -> e
"""
HEARD = """
    start s
    catch news name=等回函 message=reply
    end e
    s -> news -> e
"""
ASKS = """
    start s
    user ask name=去函 candidateGroups=registry
    throw send message=reply
    end e
    s -> ask -> send -> e
"""


class World:
    """What runs in the office, by the name of its process: of these drawings, or of all."""

    def __init__(self, office: Office, clock: Hand, *keys: str) -> None:
        self.office, self.clock = office, clock
        self.ids: dict[str, int] = {}
        with examination.here(), office.database.transaction() as session:
            process(session, CALLED, "called")
            process(session, ASKS, "asks")
            for key in keys or DRAWINGS:
                said = {"check": {"differentFrom": "open"}} if key == "plain" else {}
                self.ids[key] = begin(session, process(session, DRAWINGS[key], key, **said), key, v=2).id

    def look(self) -> list[Finding]:
        look(self.office.database, "eve")
        return self.found()

    def found(self) -> list[Finding]:
        with self.office.database.reading() as session:
            seen = findings(session)
            session.expunge_all()
            return seen

    def plant(self, fault) -> None:
        with self.office.database.transaction() as session:
            fault(session, self)

    def instance(self, session: Session, key: str) -> ProcessInstance:
        return session.get_one(ProcessInstance, self.ids[key])

    def task(self, session: Session, key: str, activity: str) -> UserTask:
        return open_tasks(session, self.instance(session, key))[activity]


DRAWINGS = {"plain": PLAIN, "forked": FORKED, "timed": TIMED, "worked": WORKED, "caller": CALLER, "heard": HEARD}


def emptied_group(session: Session, world: World) -> None:
    session.execute(delete(Membership).where(Membership.group_key == "registry"))


def removed_user(session: Session, world: World) -> None:
    task = world.task(session, "plain", "open")
    task.assignee, task.claimed_at = "carl", now()
    session.execute(update(TaskCandidate).where(TaskCandidate.task_id == task.id).values(claimed=True))
    session.flush()
    session.get_one(User, "carl").active = False


def one_person_left_for_two(session: Session, world: World) -> None:
    anna = session.get_one(User, "anna")
    do(session, world.instance(session, "plain"), "open", anna)
    session.execute(delete(Membership).where(Membership.user_name == "bob"))


def timer_overdue(session: Session, world: World) -> None:
    session.execute(update(Job).values(due_at=now() + 9 * HOUR))
    world.clock.move(hours=3)


def timer_lost(session: Session, world: World) -> None:
    change = update(Timer).where(Timer.instance_id == world.ids["timed"])
    session.execute(change.values(status=TimerStatus.CANCELLED))


def job_lost(session: Session, world: World) -> None:
    session.execute(delete(Job).where(Job.instance_id == world.ids["worked"]))


def worker_gone(session: Session, world: World) -> None:
    ago = now() - HOUR
    change = update(Job).where(Job.instance_id == world.ids["worked"])
    session.execute(change.values(status=JobStatus.RUNNING, lease_until=ago, due_at=ago))


def workers_gone(session: Session, world: World) -> None:
    session.execute(update(Job).values(due_at=now() - HOUR))


def failed_in_silence(session: Session, world: World) -> None:
    change = update(Job).where(Job.instance_id == world.ids["worked"])
    session.execute(change.values(status=JobStatus.FAILED, attempts=5, error="no paper"))


def suspended_by_a_leaver(session: Session, world: World) -> None:
    operations.suspend(session, world.instance(session, "plain"), session.get_one(User, "dora"), "Audit")
    event = select(HistoryEvent).where(HistoryEvent.kind == "suspended")
    session.flush()
    session.scalars(event).one().actor = "carl"
    session.get_one(User, "carl").active = False


def suspended_for_long(session: Session, world: World) -> None:
    operations.suspend(session, world.instance(session, "caller"), session.get_one(User, "dora"), "Audit")
    session.flush()
    session.execute(update(HistoryEvent).where(HistoryEvent.kind == "suspended").values(at=now() - 31 * 24 * HOUR))


def broken_state(session: Session, world: World) -> None:
    world.instance(session, "plain").state = b"JL\x02 not what was saved"


def join_that_can_never_complete(session: Session, world: World) -> None:
    anna = session.get_one(User, "anna")
    for activity in ("a", "b"):
        do(session, world.instance(session, "forked"), activity, anna)


def suspended_parent(session: Session, world: World) -> None:
    dora = session.get_one(User, "dora")
    operations.suspend(session, world.instance(session, "caller"), dora, "Audit")
    child = update(ProcessInstance).where(ProcessInstance.parent_id == world.ids["caller"])
    session.execute(child.values(status=InstanceStatus.RUNNING).execution_options(synchronize_session=False))


def subscription_without_sender(session: Session, world: World) -> None:
    change = update(Subscription).where(Subscription.instance_id == world.ids["heard"])
    session.execute(change.values(name="a letter nobody writes"))


def orphaned_call(session: Session, world: World) -> None:
    caller = world.instance(session, "caller")
    caller.status, caller.ended_at = InstanceStatus.CANCELLED, now()


NEEDS = {
    emptied_group: "plain",
    removed_user: "plain",
    one_person_left_for_two: "plain",
    timer_overdue: "timed",
    timer_lost: "timed",
    job_lost: "worked",
    worker_gone: "worked",
    failed_in_silence: "worked",
    suspended_by_a_leaver: "plain",
    suspended_for_long: "caller",
    broken_state: "plain",
    join_that_can_never_complete: "forked",
    suspended_parent: "caller",
    subscription_without_sender: "heard",
    orphaned_call: "caller",
}
