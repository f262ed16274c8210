"""Separation of duty as far as a diagram shows it: rules that can be read, policies that are kept on every way, people
enough for all that is drawn."""

from collections.abc import Iterator

from workflow.diagram import policies
from workflow.diagram.graph import Process
from workflow.duties import language
from workflow.duties.filling import STARTER, Wanted, dead_ends, too_few
from workflow.duties.language import PERFORMED, Kind, Place, Rule, WrongRule
from workflow.errors import sentence
from workflow.lint.findings import Finding, Known, did_you_mean, error, rule, warning
from workflow.lint.gaps import gaps, short_way
from workflow.lint.staffing import Staff, kept, performed
from workflow.lint.wording import group_names, quoted, title, titles

_LEAD_THROUGH = sentence("Lead the way through these steps, unless a case may end like this.")


@rule
def separation(process: Process, known: Known) -> Iterator[Finding]:
    """Rules of separation can be read, and what they name is there."""
    said = {"": process.properties, **{node.id: node.activity.properties for node in process.nodes.values()}}
    for element, properties in said.items():
        for name, text in properties.items():
            if name in list(Kind):
                yield from _read(process, known, element, Kind(name), text)
            elif name not in policies.NAMES and (meant := language.nearest(name)) is not None:
                told = sentence("There is no rule “{rule}”.", rule=name)
                yield error("separation", element or process.id, told, did_you_mean(name, [meant.value]))


def _read(process: Process, known: Known, element: str, kind: Kind, text: str) -> Iterator[Finding]:
    where = element or process.id
    if element and kind is not Kind.APPROVALS and process.nodes[element].kind not in PERFORMED:
        told = sentence("“{rule}” is for work that people do.", rule=kind.value)
        yield error("separation", where, told, sentence("Put it on a user task, or on the process."))
        return
    try:
        rules = language.read(kind, Place(process.id, element), text)
    except WrongRule as wrong:
        yield error("separation", where, wrong.said, wrong.advice)
        return
    for each in rules:
        for place in each.others:
            yield from _named(process, known, where, place)
        yield from _gaps(process, each)
        for group in each.groups:
            if known.groups is not None and group not in known.groups:
                told = sentence("There is no group “{name}”.", name=group)
                yield error("separation", where, told, did_you_mean(group, known.groups))


def _gaps(process: Process, drawn: Rule) -> Iterator[Finding]:
    """Ways that the drawer may have meant: of pairs to be kept apart one step alone is common, of a refusal."""
    if drawn.kind is Kind.APPROVALS and (short := short_way(process, drawn)):
        told = "“{element}” asks for {policy}, but a way leads there with only {done} of {others} done."
        fix = sentence("Lead every way through the approvals: who comes this way is refused when the case runs.")
        yield warning("separation", drawn.at.element, sentence(told, policy=quoted(drawn), **short), fix)
    elif drawn.kind in (Kind.DISTINCT_PEOPLE, Kind.SAME_PERSON_AS):
        for element, told in gaps(process, drawn):
            yield warning("separation", element, told, _LEAD_THROUGH)


def _named(process: Process, known: Known, where: str, place: Place) -> Iterator[Finding]:
    if place.process != process.id:
        if known.processes is not None and place.process not in known.processes:
            told = sentence("There is no process “{name}”.", name=place.process)
            yield warning("separation", where, told, did_you_mean(place.process, known.processes))  # perhaps not yet
    elif place.element not in process.nodes:
        told = sentence("There is no element “{element}” in it.", element=place.element)
        yield error("separation", where, told, did_you_mean(place.element, performed(process)))
    elif process.nodes[place.element].kind not in PERFORMED:
        yield error("separation", where, sentence("“{element}” is not done by a person.", element=place.element))


@rule
def policy_broken(process: Process, known: Known) -> Iterator[Finding]:
    """What the security role demands of the process holds in this diagram, on every way through it."""
    for policy in kept(process, known):
        missing = [place.element for place in (policy.at, *policy.others) if _is_missing(process, policy, place)]
        if missing:
            told = "The policy {policy} speaks of “{element}”, which people do not do here any more."
            yield _broken(process.id, told, policy, element=missing[0])
        elif policy.kind is Kind.APPROVALS:
            yield from _approved(process, policy)
        elif policy.kind is Kind.HOLDS_ROLE:
            yield from _offered(process, known, policy)
        else:
            for element, told in gaps(process, policy):
                yield warning("policy_broken", element, told, _LEAD_THROUGH)


@rule
def nobody_left(process: Process, known: Known) -> Iterator[Finding]:
    """With the people there are today everything that is drawn can be done."""
    if known.members is None:
        return
    staff = Staff(process, known)
    wanted = staff.wanted()
    for name in wanted.order:
        if name != STARTER and not wanted.circles[name]:
            told = sentence("With today's members nobody may do “{task}”.", task=title(process, name))
            yield warning("nobody_left", name, told, sentence("Add people to its groups, or name other groups."))
    if not all(wanted.circles[name] for name in wanted.order):
        return
    few = too_few(wanted)
    if few:
        told = "With today's members there are not enough different people for {tasks}: only {people}."
        people = sorted({person for name in few for person in wanted.circles[name]})
        tasks = titles(process, [name for name in few if name != STARTER])
        fix = sentence("Add people to its groups, or name other groups.")
        yield warning("nobody_left", few[-1], sentence(told, tasks=tasks, people=staff.called(people)), fix)
    for steps, people in staff.crowded(wanted):
        told = "With today's members there are not enough different people for {tasks}: only {people}."
        tasks = titles(process, steps)
        fix = sentence("Add people to its groups, or name other groups.")
        names = staff.called(sorted(people))
        yield warning("nobody_left", steps[-1], sentence(told, tasks=tasks, people=names), fix)
    yield from _dead_ends(process, staff, wanted)


def _dead_ends(process: Process, staff: Staff, wanted: Wanted) -> Iterator[Finding]:
    found: dict[tuple[str, str], list[str]] = {}
    for step, person, other in dead_ends(wanted):
        found.setdefault((step, other), []).append(person)
    for (step, other), people in found.items():
        facts = {"task": title(process, step), "person": staff.called(people)}
        if other == STARTER:
            told = sentence("With today's members “{task}” has nobody left when {person} begins the case.", **facts)
        else:
            said = "With today's members “{task}” has nobody left when {person} does “{other}”."
            told = sentence(said, **facts, other=title(process, other))
        yield warning("nobody_left", step, told, sentence("Add people to its groups, or name other groups."))


def _approved(process: Process, policy: Rule) -> Iterator[Finding]:
    """No way leads to the element with fewer approvals than asked for."""
    if short := short_way(process, policy):
        told = "The policy {policy} is broken: a way leads to “{element}” with only {done} of {others} done."
        yield _broken(policy.at.element, told, policy, **short)


def _offered(process: Process, known: Known, policy: Rule) -> Iterator[Finding]:
    """A step is offered to somebody of the role."""
    for node in process.nodes.values():
        if not policy.at.of(Place(process.id, node.id)) or node.kind not in PERFORMED:
            continue
        offered = Staff(process, known).offered(node)
        if offered is not None and not set(offered) & set(policy.groups):
            told = "The policy {policy} is broken: “{element}” is offered to {offered}, not to {groups}."
            facts = {"offered": group_names(known, offered), "groups": group_names(known, policy.groups)}
            yield _broken(node.id, told, policy, element=title(process, node.id), **facts)


def _broken(at: str, template: str, policy: Rule, **facts: object) -> Finding:
    fix = sentence("Only the security role changes policies; draw it so that this one holds.")
    return error("policy_broken", at, sentence(template, policy=quoted(policy), **facts), fix)


def _is_missing(process: Process, policy: Rule, place: Place) -> bool:
    """Whether a policy speaks of an element that is not drawn, or counts on people where none are asked."""
    if place.process != process.id or not place.element:
        return False
    node = process.nodes.get(place.element)
    by_people = place in policy.others or policy.kind is not Kind.APPROVALS
    return node is None or (by_people and node.kind not in PERFORMED)
