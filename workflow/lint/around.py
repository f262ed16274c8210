"""What a user task says of reminders and copies must mean something: they are sent while nobody looks."""

from collections.abc import Iterator

from workflow.around import ladder
from workflow.around.wording import ARRIVAL, COMPLETION, COPY_ON, COPY_TO, is_known, split
from workflow.diagram.graph import Node, Process
from workflow.errors import Invalid, Refusal, sentence
from workflow.expressions import compile_value
from workflow.lint.findings import Finding, Known, error, rule, warning


@rule
def reminders(process: Process, known: Known) -> Iterator[Finding]:
    """The ladder of a user task can be read, tells people there are, and has a due date to count from."""
    for node in _saying(process, ladder.PROPERTY):
        try:
            rungs = ladder.rungs(node.activity.properties[ladder.PROPERTY])
        except Invalid as wrong:
            yield error("reminders", node.id, wrong.sentence)
            continue
        for rung in rungs:
            yield from _strangers("reminders", node, rung.receivers, known)
        if rungs and not node.activity.due_date:
            said = "“{name}” has reminders but no due date: they wait until somebody gives it one."
            yield warning("reminders", node.id, sentence(said, name=node.activity.name or node.id))


@rule
def copies_sent(process: Process, known: Known) -> Iterator[Finding]:
    """The copies of a user task go to people there are, on its arrival or completion."""
    for node in _saying(process, COPY_TO):
        text = node.activity.properties[COPY_TO]
        try:
            compile_value(text)
        except Refusal as wrong:
            yield error("copies_sent", node.id, wrong.sentence)
            continue
        if "{" not in text and not text.startswith("="):
            yield from _strangers("copies_sent", node, split(text), known)
        moment = node.activity.properties.get(COPY_ON, COMPLETION)
        if moment not in (ARRIVAL, COMPLETION):
            said = "“{name}” sends copies on “{moment}”: it must be arrival or completion."
            yield error("copies_sent", node.id, sentence(said, name=node.activity.name or node.id, moment=moment))


def _saying(process: Process, name: str) -> Iterator[Node]:
    return (node for node in process.nodes.values() if node.kind == "userTask" and name in node.activity.properties)


def _strangers(rule_: str, node: Node, words: tuple[str, ...] | list[str], known: Known) -> Iterator[Finding]:
    for word in words:
        if not is_known(word, known.groups):
            said = "“{name}” tells “{word}”, and there is no such group or person."
            yield error(rule_, node.id, sentence(said, name=node.activity.name or node.id, word=word))
