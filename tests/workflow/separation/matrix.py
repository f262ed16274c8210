"""The separation matrix: every move that puts somebody behind a step × every rule that keeps somebody from it.

A stage is a case in which “open” was done by anna, who began it, and “check” waits; eve has drawn it. Each rule says
who must not stand behind “check”; each move tries it with that person and says what refuses it. A rule also names
somebody who may, so that no cell passes because nobody could do anything.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.workflow.separation.guards import guards
from tests.workflow.world import begin, do, open_tasks, process
from workflow import operations, returns, signing, substitutes, tasks, upgrades
from workflow.clock import now
from workflow.errors import NotAllowed, Sentence
from workflow.identity import Group, User
from workflow.models import ProcessInstance, UserTask
from workflow.separation import policies, relations
from workflow.statuses import RelationKind, ReturnMode, SignerPlace, TaskStatus

DRAWING = """
    start s
    user open candidateGroups=registry
    user check candidateGroups=registry
    user file candidateGroups=registry
    end e
    s -> open -> check -> file -> e
"""
WHY = "试一试"


@dataclass(frozen=True)
class Column:
    """A rule on “check”: its property, who may not (`bad`) and who may (`good`) once anna has done “open”; the same
    after carl has done “open” once more; the sentence of the refusal begins with this."""

    name: str
    rule: str
    value: str
    bad: str
    good: str
    says: str
    bad_again: str = ""
    good_again: str = ""

    @property
    def property(self) -> dict[str, str]:
        return {self.rule: self.value}


COLUMNS = (
    Column("different", "differentFrom", "open", "anna", "bob", "another person", "carl", "anna"),
    Column("same", "samePersonAs", "open", "bob", "anna", "must be done by", "anna", "carl"),
    Column("n distinct", "distinctPeople", "2: open, check", "anna", "bob", "different people", "carl", "anna"),
    Column("not starter", "notStarter", "true", "anna", "bob", "who began the case", "anna", "carl"),
    Column("not editor", "notLastEditor", "true", "eve", "bob", "last changed", "eve", "carl"),
    Column("related party", "notRelated", "open", "bob", "carl", "(recusal)", "dora", "bob"),
)


@dataclass
class Stage:
    """A running case and its people; `people` are the session's own."""

    session: Session
    column: Column
    instance: ProcessInstance
    people: dict[str, User] = field(default_factory=dict)

    @property
    def bad(self) -> User:
        return self.people[self.column.bad]

    @property
    def good(self) -> User:
        return self.people[self.column.good]

    @property
    def check(self) -> UserTask:
        return open_tasks(self.session, self.instance)["check"]

    def hold(self, user: User) -> UserTask:
        """“check” in this person's hands, however it came there."""
        task = self.check
        task.assignee, task.claimed_at = user.name, now()
        self.session.flush()
        return task


def stage(session: Session, column: Column, drawn_in: bool = True) -> Stage:
    """Everybody belongs to the registry, so that only the rule keeps them; bob has declared to be anna's relative, and
    dora carl's. `drawn_in` False: the diagram says nothing."""
    group = session.get_one(Group, "registry")
    people = {each.name: each for each in session.scalars(select(User))}
    for each in people.values():
        if group not in each.groups:
            each.groups = [*each.groups, group]
    session.flush()
    relations.declare(session, people["bob"], "user:anna", "安娜", RelationKind.SPOUSE)
    relations.declare(session, people["dora"], "user:carl", "卡尔", RelationKind.BLOOD)
    definition = process(session, DRAWING, check=column.property if drawn_in else {})
    instance = begin(session, definition)
    do(session, instance, "open", people["anna"])
    return Stage(session, column, instance, people)


def refused(stage: Stage, act: Callable[[], object]) -> str:
    """The sentence with which something is refused, and undone; "" when it is done."""
    try:
        with stage.session.begin_nested():
            act()
    except NotAllowed as problem:
        return str(problem)
    return ""


@dataclass(frozen=True)
class Move:
    """One row: `attempt` tries it with who must not (True) or who may, and gives the refusal. `says`: for the page."""

    name: str
    says: str
    attempt: Callable[[Stage, bool], str]
    says_itself: str = ""  # the refusal when it is not the rule's own sentence
    allowed: bool = True  # whether who may can also be tried


def _who(stage: Stage, bad: bool) -> User:
    return stage.bad if bad else stage.good


def _claim(stage: Stage, bad: bool) -> str:
    return refused(stage, lambda: tasks.claim(stage.session, stage.check, _who(stage, bad)))


def _complete(stage: Stage, bad: bool) -> str:
    task = stage.hold(_who(stage, bad))
    return refused(stage, lambda: tasks.complete(stage.session, task, _who(stage, bad), {}))


def _delegate(stage: Stage, bad: bool) -> str:
    task = stage.hold(stage.good)
    return refused(stage, lambda: tasks.delegate(stage.session, task, stage.good, stage.bad, WHY))


def _substitute(stage: Stage, bad: bool) -> str:
    """Somebody of no concern takes it in the place of the person."""
    helper, principal = _helper(stage), _who(stage, bad)
    ends = now().replace(year=now().year + 1)
    substitutes.grant(stage.session, principal, helper, now(), ends, [], principal, WHY)
    return refused(stage, lambda: tasks.claim(stage.session, stage.check, helper, principal))


def _helper(stage: Stage) -> User:
    made = User(name="hugo", display_name="雨果", created_at=now())
    stage.session.add(made)
    stage.session.flush()
    return made


def _administrator(stage: Stage, bad: bool) -> str:
    """Who may everything hands it over, and no permission helps who gets it."""
    giver, person = stage.people["dora"], _who(stage, bad)
    person.groups = [*person.groups, stage.session.get_one(Group, "director")]
    stage.session.flush()
    return refused(stage, lambda: tasks.assign(stage.session, stage.check, giver, person, WHY))


def _bulk(stage: Stage, bad: bool) -> str:
    (result,) = tasks.complete_all(stage.session, [stage.check.id], _who(stage, bad), {})
    said = result.refused
    return str(said) if isinstance(said, Sentence) else ""


def _redo(stage: Stage, bad: bool) -> str:
    """“file” is sent back to “open”, which carl does; then “check” comes again."""
    session, people, column = stage.session, stage.people, stage.column
    do(session, stage.instance, "check", stage.good)
    last = tasks.claim(session, open_tasks(session, stage.instance)["file"], people["anna"])
    target = next(each.key for each in returns.targets(session, last, people["anna"]) if "open" in each.key)
    returns.send_back(session, last, people["anna"], target, ReturnMode.REDO, WHY)
    again = open_tasks(session, stage.instance)["open"]
    again.assignee = "carl"
    session.flush()
    tasks.complete(session, again, people["carl"], {})
    person = people[column.bad_again if bad else column.good_again]
    task = stage.hold(person)
    return refused(stage, lambda: tasks.complete(session, task, person, {}))


def _moved(stage: Stage, bad: bool) -> str:
    """Whoever moves it past the step is alone; and moved onto it, it is judged as ever."""
    dora, token = stage.people["dora"], stage.check.token_id
    if bad:
        return refused(stage, lambda: operations.move(stage.session, stage.instance, dora, token, "file", WHY))
    operations.move(stage.session, stage.instance, dora, token, "open", WHY)
    operations.skip(stage.session, begin(stage.session, process(stage.session, DRAWING, "free")), dora, *_first(stage))
    return ""


def _first(stage: Stage) -> tuple[str, str]:
    free = stage.session.scalars(select(ProcessInstance).order_by(ProcessInstance.id.desc()).limit(1)).one()
    return open_tasks(stage.session, free)["open"].token_id, WHY


def _reopened(stage: Stage, bad: bool) -> str:
    """Whoever opens the cancelled case again behind the step is alone; and in front of it, it is judged as ever."""
    dora, case = stage.people["dora"], stage.instance.case
    operations.cancel(stage.session, stage.instance, dora, WHY)
    at = f"{stage.instance.id}:{'file' if bad else 'open'}"
    return refused(stage, lambda: returns.reopen(stage.session, case, dora, at, WHY))


def _signer(stage: Stage, bad: bool) -> str:
    task = stage.hold(stage.good)
    return refused(stage, lambda: signing.add(stage.session, task, stage.good, stage.bad, SignerPlace.BESIDE, WHY))


def _groups(stage: Stage, bad: bool) -> str:
    """Between claim and completion the person gets every group there is."""
    person = _who(stage, bad)
    task = stage.hold(person)
    person.groups = list(stage.session.scalars(select(Group)))
    stage.session.flush()
    return refused(stage, lambda: tasks.complete(stage.session, task, person, {}))


def _migrated(stage: Stage, bad: bool) -> str:
    """The rule is a policy; the case moves to a version that says nothing of it."""
    session, column = stage.session, stage.column
    keeper, _other = guards(session)
    policies.add(session, keeper, "p", "check", column.rule, column.value, WHY)
    newer = process(
        session, DRAWING.replace("user file candidateGroups=registry", "user file candidateGroups=director")
    )
    plan = upgrades.plan(session, stage.instance.definition, newer)
    upgrades.perform(session, plan, stage.instance, stage.people["eve"], WHY)
    session.flush()
    person = _who(stage, bad)
    task = stage.hold(person)
    return refused(stage, lambda: tasks.complete(session, task, person, {}))


def _mapped(stage: Stage, bad: bool) -> str:
    """Another version has the step, and the mapping says that work on it goes on behind it."""
    session, drawing = stage.session, DRAWING.replace("user file candidateGroups=registry", "user file")
    newer = process(session, drawing, check=stage.column.property)
    plan = upgrades.plan(session, stage.instance.definition, newer, {"check": "file"} if bad else {})
    done = upgrades.perform(session, plan, stage.instance, stage.people["eve"], WHY)
    return done.refused[0] if done.refused else ""


MOVES = (
    Move("claim", "taking it from the queue", _claim),
    Move("complete", "completing it, held already", _complete),
    Move("delegate", "being given it to prepare", _delegate, allowed=False),
    Move("substitute", "a substitute taking it in their place", _substitute),
    Move("administrator", "being handed it by who may everything, with every permission", _administrator),
    Move("bulk", "completing it among others", _bulk),
    Move("send back and redo", "completing it when what is before it was done anew by carl", _redo),
    Move("moved token", "one person alone moving the process past it", _moved, "a second person must agree"),
    Move("reopening", "one person alone opening the case again behind it", _reopened, "a second person must agree"),
    Move("added signer", "being asked to sign it along", _signer, allowed=False),
    Move("group change", "getting every group between claim and completion", _groups),
    Move("mapping", "the case put behind it in another version", _mapped, "with a second person who agrees"),
    Move("migration", "the case going on in a version that drops the rule, which is a policy", _migrated),
)
UNDRAWN = {"migration"}  # the rule stands outside the diagram
TWO_TABS = "two tabs at once"


def done_by(session: Session, instance: ProcessInstance) -> list[tuple[str, str]]:
    """(step, who) of what was done in the instance and stands."""
    query = select(UserTask.activity_id, UserTask.completed_by).where(
        UserTask.instance_id == instance.id, UserTask.status == TaskStatus.COMPLETED
    )
    return [(row.activity_id, row.completed_by) for row in session.execute(query.order_by(UserTask.id))]
