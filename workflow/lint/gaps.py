"""Ways through a diagram on which a rule of separation finds fewer people than it counts on.

Approvals are counted before their element; of the other rules courses are looked at up to the end of the process. What
a rule names in a called process is taken for done where that process is called.
"""

from collections.abc import Iterator

from workflow.diagram.graph import Node, Process
from workflow.duties.courses import Done
from workflow.duties.language import Kind, Place, Rule
from workflow.duties.ways import Ways
from workflow.errors import Sentence, sentence
from workflow.lint.wording import quoted, title, titles

_PAIRED = {Kind.DIFFERENT_FROM, Kind.SAME_PERSON_AS, Kind.NOT_RELATED}


def standing_for(process: Process, place: Place) -> Done:
    """The elements here in which that work is done: its own, or the calls of its process; none when it is not here."""
    if place.process == process.id:
        return frozenset([place.element]) & process.nodes.keys()
    calls = (node for node in process.nodes.values() if node.kind == "callActivity")
    return frozenset(node.id for node in calls if node.activity.called_element == place.process)


def short_way(process: Process, asked: Rule) -> dict[str, str] | None:
    """What a way to the element goes through that has fewer approvals than asked for, in words; None without one."""
    here = [standing_for(process, place) for place in asked.others]
    if asked.at.element not in process.nodes or not all(here):
        return None
    steps = _drawn(process, here)
    for done in Ways(process).fewest(asked.at.element, steps):
        if _people(process, done, here, asked.number) < asked.number:
            facts = {"done": titles(process, sorted(done)) or "0", "others": titles(process, steps)}
            return {"element": title(process, asked.at.element), **facts}
    return None


def gaps(process: Process, rule: Rule) -> Iterator[tuple[str, Sentence]]:
    """(element, what can be done there without what the rule compares it with)."""
    if rule.kind is Kind.DISTINCT_PEOPLE:
        yield from _too_few(process, rule)
    elif rule.at.element not in process.nodes:
        return
    elif rule.kind is Kind.NOT_STARTER:
        yield from _passed_by(process, rule)
    elif rule.kind in _PAIRED:
        yield from _without(process, rule)


def _too_few(process: Process, rule: Rule) -> Iterator[tuple[str, Sentence]]:
    """A course that begins with the steps and ends before so many people have done some. One on which none is done
    has begun nothing."""
    here = [standing_for(process, place) for place in rule.members]
    if not all(here):
        return
    steps = _drawn(process, here)
    courses = Ways(process, begun=True).courses(steps)
    short = [done for done in courses if done and _people(process, done, here, rule.number) < rule.number]
    if short:
        done = min(short, key=lambda each: (len(each), sorted(each)))
        missing = [step for step in steps if step not in done]
        told = "{rule} does not bite on every way: on one, of {others} only {done} is done."
        facts = {"others": titles(process, steps), "done": titles(process, sorted(done))}
        yield rule.at.element or (missing or steps)[-1], sentence(told, rule=quoted(rule), **facts)


def _passed_by(process: Process, rule: Rule) -> Iterator[tuple[str, Sentence]]:
    """A course on which nobody but who began it need have a hand in it."""
    at = rule.at.element
    if frozenset() in Ways(process, begun=True).courses({at}):
        told = "{rule} does not bite on every way: a case can come to its end without “{element}”."
        yield at, sentence(told, rule=quoted(rule), element=title(process, at))


def _without(process: Process, rule: Rule) -> Iterator[tuple[str, Sentence]]:
    """Work done on a course without the work it is held against; of several others one is enough, and what is not
    drawn here may have been done. `samePersonAs` says nothing of a step named that is done alone."""
    at = standing_for(process, rule.at)
    others = [standing_for(process, place) for place in rule.others if place != rule.at]
    pairs = [(at, _drawn(process, others))] if others and all(others) else []
    pairs += [(other, list(at)) for other in others if other and rule.kind is not Kind.SAME_PERSON_AS]
    for one, against in pairs:
        courses = Ways(process, begun=True).courses(one.union(against))
        if any(course and not course & set(against) for course in courses):
            told = "{rule} does not bite on every way: {element} can be done without {others}."
            facts = {"element": titles(process, sorted(one)), "others": titles(process, against)}
            yield rule.at.element, sentence(told, rule=quoted(rule), **facts)


def _drawn(process: Process, groups: list[Done]) -> list[str]:
    """All these elements, as they are drawn."""
    wanted = frozenset[str]().union(*groups)
    return [name for name in process.nodes if name in wanted]


def _people(process: Process, done: Done, here: list[Done], most: int) -> int:
    """How many people have done these places; of a list as many as are asked for, that is judged when it runs."""
    return sum(max(_performers(process.nodes[each], most) for each in place & done) for place in here if place & done)


def _performers(node: Node, most: int) -> int:
    if node.loop is None or node.loop.standard:
        return 1
    count = (node.loop.cardinality or "").strip()
    return int(count) if count.isdecimal() and len(count) < 4 else most
