"""The moves people make around their work, as commands that are killed: delegating, sending back, taking back,
withdrawing, reopening, signers in and out, a leaver's hand-over, a portion of a bulk run."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.chaos.command import Act, Command, Trial, ask_again
from tests.workflow import made, world
from workflow import bulk, definitions, instances, jobs, leaving, returns, signing, tasks
from workflow.identity import User
from workflow.models import BulkItem, Case, ProcessDefinition, ProcessInstance, UserTask
from workflow.office import Office
from workflow.statuses import BulkAct, ReturnMode, SignerPlace, TaskStatus

DRAWING = """
    start s
    user a candidateGroups=registry
    and f
    user z candidateGroups=registry
    user o candidateGroups=registry,admin
    and j
    end e
    end gone
    boundary late on=z timer=P3D quiet
    user chase candidateGroups=registry
    s -> a -> f -> z -> j -> e
    f -> o -> j
    late -> chase -> gone
"""
SIGNED = "start s\nuser sign each=people item=who assignee=${who}\nend e\ns -> sign -> e"
NAMED = "start s\nand f\nuser held assignee=eve\nuser named\nand j\nend e\ns -> f -> held -> j -> e\nf -> named -> j"
SEVERAL = "start s\nuser m each=[1,2,3] item=n candidateGroups=registry\nend e\ns -> m -> e"
REASON = "tried in a drill"
Move = Callable[[Session, UserTask, User], object]


def _version(session: Session, key: str, drawing: str, **said: dict[str, str]) -> ProcessDefinition:
    query = select(ProcessDefinition).where(ProcessDefinition.key == key)
    found = session.scalars(query).one_or_none()
    return found or definitions.deploy(session, world.drawn(drawing, key, **said), {}, "eve")


def _person(session: Session, name: str) -> User:
    return session.get_one(User, name)


def _begun(session: Session, definition: ProcessDefinition, by: str = "anna", **variables: object) -> ProcessInstance:
    return instances.start(session, definition, made.case(session, "drill", by=by), by, variables)


def _trial(instance: ProcessInstance, task: UserTask) -> Trial:
    return {"case": instance.case_id, "instance": instance.id, "task": task.id, "key": instance.case.business_key}


def _on_the_way(done: str, held: str, by: str = "anna") -> Callable[[Office, int], list[Trial]]:
    """Cases in which anna has done these steps; the task of `held` is `by`'s (or the last one done, when it is that)."""

    def prepare(office: Office, count: int) -> list[Trial]:
        trials = []
        with office.database.transaction() as session:
            definition, anna = _version(session, "chaos-human", DRAWING), _person(session, "anna")
            for _ in range(count):
                instance = _begun(session, definition)
                past = {step: world.do(session, instance, step, anna, page=3) for step in done.split()}
                task = past.get(held) or world.open_tasks(session, instance)[held]
                if held not in past:
                    tasks.claim(session, task, _person(session, by))
                trials.append(_trial(instance, task))
        return trials

    return prepare


def _moved(by: str, move: Move) -> Callable[[Office, Trial], None]:
    """What the child does: somebody makes the move with the trial's task."""

    def act(office: Office, trial: Trial) -> None:
        with office.database.transaction() as session:
            move(session, session.get_one(UserTask, trial["task"]), _person(session, by))

    return act


def _sent_back(mode: ReturnMode) -> Move:
    def move(session: Session, task: UserTask, user: User) -> object:
        return returns.send_back(session, task, user, f"{task.instance_id}:a", mode, REASON, ["page"])

    return move


def _delegate(session: Session, task: UserTask, user: User) -> object:
    return tasks.delegate(session, task, user, _person(session, "carl"), REASON)


def _delegated(office: Office, count: int) -> list[Trial]:
    trials = _on_the_way("", "a")(office, count)
    for trial in trials:
        _moved("anna", _delegate)(office, trial)
    return trials


def _reopen(session: Session, task: UserTask, user: User) -> object:
    case = session.get_one(Case, task.case_id)
    (entrance,) = (each for each in returns.entrances(session, case) if each.activity.id == "a")
    return returns.reopen(session, case, user, entrance.key, REASON)


def _signed(session: Session) -> Trial:
    instance = _begun(
        session, _version(session, "chaos-signed", SIGNED, sign={"signing": "all"}), people=["anna", "bob"]
    )
    mine = (UserTask.instance_id == instance.id, UserTask.status == TaskStatus.OPEN, UserTask.assignee == "anna")
    return _trial(instance, session.scalars(select(UserTask).where(*mine)).one())


def _signings(office: Office, count: int) -> list[Trial]:
    with office.database.transaction() as session:
        return [_signed(session) for _ in range(count)]


def _add(session: Session, task: UserTask, user: User) -> object:
    return signing.add(session, task, user, _person(session, "eve"), SignerPlace.BEFORE, REASON)


def _joined(office: Office, count: int) -> list[Trial]:
    trials = _signings(office, count)
    for trial in trials:
        _moved("anna", _add)(office, trial)
    return trials


def _leavings(office: Office, count: int) -> list[Trial]:
    """Of eve a task in hand, one offered to her by name, and the case she has begun."""
    with office.database.transaction() as session:
        definition = _version(session, "chaos-leaver", NAMED, named={"candidateUsers": "eve, bob"})
        begun = [_begun(session, definition, by="eve") for _ in range(count)]
        trials = []
        for each in begun:
            open_ = world.open_tasks(session, each)
            trials.append(_trial(each, open_["held"]) | {"named": open_["named"].id})
        return trials


def _hand_over(office: Office, trial: Trial) -> None:
    receivers = dict.fromkeys((f"task:{trial['task']}", f"offer:{trial['named']}", f"case:{trial['case']}"), "anna")
    with office.database.transaction() as session:
        leaving.hand_over(session, _person(session, "eve"), receivers, _person(session, "dora"), REASON)


def _bulk_portions(office: Office, count: int) -> list[Trial]:
    """A run for the three tasks of each case, checked and begun; the job of its one portion is due."""
    trials = []
    with office.database.transaction() as session:
        definition, anna = _version(session, "chaos-several", SEVERAL), _person(session, "anna")
        for _ in range(count):
            instance = _begun(session, definition)
            open_ = session.scalars(select(UserTask).where(UserTask.instance_id == instance.id)).all()
            for task in open_:
                tasks.claim(session, task, anna)
            ids = [task.id for task in open_]
            run = bulk.ask(session, anna, bulk.Wanted(BulkAct.COMPLETE, {"page": 4}), ids, f"drill-{instance.id}")
            trials.append(_trial(instance, open_[0]) | {"run": run.id, "check": _job(session, run.id)})
    for trial in trials:
        jobs.perform(office.database, trial["check"])
    with office.database.transaction() as session:
        for trial in trials:
            bulk.begin(session, bulk.find(session, trial["run"], _person(session, "anna")))
            trial["job"] = _job(session, trial["run"])
    return trials


def _job(session: Session, run_id: int) -> int:
    session.flush()
    return session.scalars(select(BulkItem.job_id).where(BulkItem.run_id == run_id).distinct()).one()


def commands(perform: Act, perform_again: Act) -> dict[str, Command]:
    """Name → command; a request asked for again is refused as done already. `perform`: a machine's work."""
    asked = {
        "delegate": (_on_the_way("", "a"), _moved("anna", _delegate)),
        "give back": (
            _delegated,
            _moved("carl", lambda session, task, user: tasks.give_back(session, task, user, "看过")),
        ),
        "send back straight": (_on_the_way("a", "z", "bob"), _moved("bob", _sent_back(ReturnMode.STRAIGHT))),
        "send back to redo": (_on_the_way("a", "z", "bob"), _moved("bob", _sent_back(ReturnMode.REDO))),
        "take back": (
            _on_the_way("a", "a"),
            _moved("anna", lambda session, task, user: returns.withdraw(session, task, user, REASON)),
        ),
        "withdraw": (
            _on_the_way("a", "z"),
            _moved("anna", lambda session, task, user: returns.withdraw_case(session, task.case, user, REASON)),
        ),
        "reopen": (_on_the_way("a z o", "a"), _moved("dora", _reopen)),
        "add signer": (_signings, _moved("anna", _add)),
        "take out signer": (
            _joined,
            _moved("anna", lambda session, task, user: signing.remove(session, task, user, REASON, "eve")),
        ),
        "hand over": (_leavings, _hand_over),
    }
    made_ = {name: Command(prepare, act, ask_again(act), costly=True) for name, (prepare, act) in asked.items()}
    return {**made_, "bulk portion": Command(_bulk_portions, perform, perform_again, costly=True)}
