"""What would become of the running instances of a version in another one, element by element, and what forbids it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workflow import definitions, engine, instances
from workflow.errors import Conflict, Invalid, sentence
from workflow.models import ProcessDefinition, ProcessInstance
from workflow.upgrades import differences
from workflow.upgrades.problems import Problem
from workflow.waits import LIVE_INSTANCES

LOOKED_AT = 5_000  # instances whose state is read for a plan; of the others each is checked when its turn comes


@dataclass(frozen=True)
class Move:
    """What becomes of one element of the old version. `target` None: nothing stands for it. `live`: how many tokens
    stand there now. `choices`: the elements of the new version its work could go on at."""

    element: str
    target: str | None
    how: engine.How | None
    live: int
    choices: tuple[str, ...]
    problems: tuple[Problem, ...]

    @property
    def changed(self) -> bool:
        """Whether there is anything to be said of it."""
        return self.target != self.element or bool(self.problems)


@dataclass(frozen=True)
class Plan:
    """The way from one version of a process to another. `given` is what somebody decided, `mapping` all of it: old
    element → new one. `running` instances wait for it, `looked_at` of them were read, `stay` would be refused."""

    old: ProcessDefinition
    new: ProcessDefinition
    given: Mapping[str, str]
    mapping: Mapping[str, str]
    moves: tuple[Move, ...]
    problems: tuple[Problem, ...]
    running: int
    looked_at: int
    stay: int


def plan(
    session: Session, old: ProcessDefinition, new: ProcessDefinition, mapping: Mapping[str, str] | None = None
) -> Plan:
    """How instances of `old` would go on in `new`. `mapping`: decisions, old element (or flow) id → new one.

    What nobody decided stays with its id, else goes to what is alike (engine.How). Raises Conflict for versions of
    different processes, Invalid for a decision that names what is not there.
    """
    if old.key != new.key or old.id == new.id:
        raise Conflict("Choose two versions of the same process.")
    given = dict(mapping or {})
    before, after = definitions.model(session, old), definitions.model(session, new)
    _require_known(before, after, given)
    found = engine.matches(before, after, given)
    whole = {**{name: match.target for name, match in found.items()}, **given}
    seen = _Seen(session, old, before)
    problems = [*_against(before, after, seen, whole), *differences.warnings(session, old, new, whole, seen.live)]
    return Plan(
        old=old,
        new=new,
        given=given,
        mapping=whole,
        moves=tuple(_moves(before, after, found, seen.live, problems)),
        problems=tuple(problems),
        running=_running(session, old),
        looked_at=seen.instances,
        stay=sum(problem.instances for problem in problems if problem.blocks),
    )


def named(mapping: Mapping[str, str]) -> dict[str, str]:
    """Of a mapping what is worth keeping: where something else than its own id stands for an element."""
    return {name: target for name, target in mapping.items() if name != target}


class _Seen:
    """The running instances of a version, by what their states look like."""

    def __init__(self, session: Session, definition: ProcessDefinition, model: engine.Model) -> None:
        self.live: Counter[str] = Counter()  # element → tokens there
        self.alike: dict[engine.Outline, list[bytes]] = {}  # the states of each outline
        self.damaged = 0
        query = waiting(definition).order_by(ProcessInstance.id).limit(LOOKED_AT)
        for instance in session.scalars(query.execution_options(populate_existing=True)):
            try:
                state = instances.state(instance)
                self.alike.setdefault(engine.outline(model, state), []).append(state)
            except engine.StateCorrupt:
                self.damaged += 1
        for outline, states in self.alike.items():
            for _parent, name, _flow in outline[1:]:
                if not name.endswith(" [each]"):
                    self.live[name] += len(states)

    @property
    def instances(self) -> int:
        return self.damaged + sum(map(len, self.alike.values()))


def waiting(definition: ProcessDefinition):
    """The instances that run on a version, suspended ones too."""
    live = ProcessInstance.status.in_(LIVE_INSTANCES)
    return select(ProcessInstance).where(ProcessInstance.definition_id == definition.id, live)


def _running(session: Session, definition: ProcessDefinition) -> int:
    return session.scalar(select(func.count()).select_from(waiting(definition).subquery())) or 0


def _require_known(before: engine.Model, after: engine.Model, given: Mapping[str, str]) -> None:
    flows = engine.flows(before), engine.flows(after)
    for name, target in given.items():
        if name not in before.activities and name not in flows[0]:
            said = sentence("The old version has no element “{element}”.", element=name)
        elif target not in after.activities and target not in flows[1]:
            said = sentence("The new version has no element “{element}”.", element=target)
        else:
            continue
        raise Invalid({name: [said]}, message=said.template, **said.facts)


def _against(before: engine.Model, after: engine.Model, seen: _Seen, mapping: Mapping[str, str]) -> Iterator[Problem]:
    """Why instances would have to stay; the same reason once."""
    found: dict[tuple[str, str], Problem] = {}
    for states in seen.alike.values():
        refused = engine.why_not_migrate(before, after, states[0], mapping)
        if refused is not None:
            key = refused.activity_id or "", str(refused)
            known = found[key].instances if key in found else 0
            found[key] = Problem(key[0], refused.sentence, True, known + len(states))
    yield from found.values()
    if seen.damaged:
        yield Problem("", engine.StateCorrupt().sentence, True, seen.damaged)


def _moves(
    before: engine.Model,
    after: engine.Model,
    found: Mapping[str, engine.Match],
    live: Mapping[str, int],
    problems: list[Problem],
) -> Iterator[Move]:
    """Of every element where tokens stay, in the order of the old diagram."""
    for name in engine.resting(before):
        match = found.get(name)
        yield Move(
            element=name,
            target=match.target if match else None,
            how=match.how if match else None,
            live=live.get(name, 0),
            choices=tuple(engine.fitting(before, after, name)),
            problems=tuple(problem for problem in problems if problem.element == name),
        )
