"""Signing together: what is drawn of it fits together, and somebody can sign."""

from collections.abc import Iterator
from datetime import UTC, datetime

from workflow import voting
from workflow.diagram.graph import Loop, Node, Process
from workflow.errors import Sentence, sentence
from workflow.expressions import Around, EvaluationFailed, Expression, ExpressionRefused, compile_value
from workflow.expressions import compile as compile_expression
from workflow.lint.findings import Finding, Known, did_you_mean, error, rule, warning
from workflow.voting import Kind, Terms

_WEIGHTS = "signingWeights"
_NOWHERE = Around({}, datetime(2000, 1, 1, tzinfo=UTC))  # for what is the same anywhere at any time


@rule
def signing(process: Process, known: Known) -> Iterator[Finding]:
    """A signing is a multi-instance user task over a list of people, and its properties fit together."""
    for node in process.nodes.values():
        said = {name: text for name, text in node.activity.properties.items() if name.startswith(voting.PROPERTY)}
        for element, message, fix in _problems(node, said, known):
            yield error("signing", element, message, fix)
        if voting.PROPERTY in said:
            yield from _doubts(process, node)


_Problem = tuple[str, Sentence, Sentence | None]


def _problems(node: Node, said: dict[str, str], known: Known) -> Iterator[_Problem]:
    for name in said:
        if name not in voting.PROPERTIES:
            unknown = sentence("“{property}” is no property of a signing.", property=name)
            yield node.id, unknown, did_you_mean(name, voting.PROPERTIES)
    if voting.PROPERTY not in said:
        for name in sorted(said.keys() & set(voting.PROPERTIES)):
            lonely = sentence("“{property}” says nothing without the property “signing”.", property=name)
            yield node.id, lonely, None
        return
    try:
        terms = voting.read(said)
    except voting.TermsRefused as refused:
        for name, problem in refused.problems:
            yield node.id, sentence("Property “{property}”: {problem}", property=name, problem=problem), None
        return
    for message in (*_drawing(node), *_pairs(node, said, terms), *_list(node, terms, known)):
        yield node.id, message, None


def _drawing(node: Node) -> Iterator[Sentence]:
    """The marker and the list."""
    if node.kind != "userTask":
        yield sentence("Only a user task is signed together (property “signing”).")
        return
    if node.loop is None or node.loop.standard:
        yield sentence("What is signed together (property “signing”) needs the marker of a multi-instance.")
        return
    if not node.loop.collection:
        yield sentence("A signing needs a list of sign-in names: “camunda:collection”.")
    if not node.loop.item:
        yield sentence("A signing needs a name for each signer: “camunda:elementVariable”.")
    elif node.loop.item not in _names(node.activity.assignee) | _names(node.activity.candidate_users):
        said = 'Each signer\'s task must be theirs: write camunda:assignee="${place}".'
        yield sentence(said, place=f"{{{node.loop.item}}}")
    if node.loop.condition:
        yield sentence("A signing knows itself when it is over; take its completion condition away.")
    if node.loop.cardinality:
        yield sentence("A signing goes by its list; take the “loopCardinality” away.")
    if node.loop.output:
        yield sentence("A signing gives its votes itself; take its output collection away.")


def _pairs(node: Node, said: dict[str, str], terms: Terms) -> Iterator[Sentence]:
    """Properties that go together, or do not."""
    loop = node.loop or Loop()
    if terms.kind is Kind.IN_TURN and not loop.sequential:
        yield sentence("“signing” = inTurn needs the sequential marker (three lines lying).")
    if terms.kind is Kind.ALL and loop.sequential:
        yield sentence("“signing” = all asks everybody at once; one after the other is inTurn.")
    if terms.kind is Kind.VOTE and terms.share is None:
        yield sentence("“signing” = vote needs a share: the property “signingShare”, like 2/3 or >1/2.")
    for name in ("signingShare", "signingOf", _WEIGHTS):
        if name in said and terms.kind is not Kind.VOTE:
            yield sentence("“{property}” belongs to “signing” = vote only.", property=name)
    if terms.hidden and node.activity.listeners:
        yield sentence(
            "Votes are hidden (“signingHidden”), but the listener “{listener}” would know each of them.",
            listener=node.activity.listeners[0],
        )


def _list(node: Node, terms: Terms, known: Known) -> Iterator[Sentence]:
    """What can be computed already: names written out, and weights."""
    weights = terms.weights
    if isinstance(weights, str) and (refused := _unusable(weights)):
        yield sentence("Property “{property}”: {problem}", property=_WEIGHTS, problem=refused)
    signers = _written_out((node.loop or Loop()).collection)
    if signers is None:
        return
    if not signers:
        yield sentence("The list of signers is empty; nobody would ever sign.")
    for signer in dict.fromkeys(signers):
        if signers.count(signer) > 1:
            yield sentence("{person} stands on the list of signers twice.", person=str(signer))
        if not isinstance(signer, str) or (known.users is not None and signer not in known.users):
            yield sentence("There is no user “{name}”.", name=str(signer))
        elif not isinstance(weights, str | None) and signer not in weights:
            yield sentence("{person} signs, but has no weight in “{property}”.", person=signer, property=_WEIGHTS)
    if isinstance(terms.quorum, int) and terms.quorum > len(signers):
        said = "{quorum} must vote (“signingQuorum”), but only {signers} are on the list."
        yield sentence(said, quorum=terms.quorum, signers=len(signers))


def _doubts(process: Process, node: Node) -> Iterator[Finding]:
    """Nobody looks at the result."""
    variable = node.activity.properties.get("signingResult", "").strip() or f"{node.id}_signing"
    conditions = [flow.condition for flow in process.flows if flow.condition]
    conditions += [other.event.text for other in process.nodes.values() if other.event and other.event.text]
    if not any(variable in condition for condition in conditions) and "signingResult" not in node.activity.properties:
        told = sentence(
            "Whatever is voted at “{name}”, the process goes on alike: no condition looks at “{variable}”.",
            name=node.activity.name or node.id,
            variable=variable,
        )
        yield warning("signing", node.id, told)


def _written_out(collection: str | None) -> list[object] | None:
    """The list, if it is the same at any time."""
    compiled = _compiled(collection or "")
    if compiled is None or compiled.names or compiled.functions:
        return None
    try:
        value = compiled.evaluate(_NOWHERE)
    except EvaluationFailed:
        return None
    return value if isinstance(value, list) else None


def _compiled(text: str) -> Expression | None:
    try:
        return compile_expression(text)
    except ExpressionRefused:
        return None  # the rule `expression` says so


def _unusable(text: str) -> Sentence | None:
    try:
        compile_expression(text)
    except ExpressionRefused as refused:
        return refused.sentence
    return None


def _names(text: str | None) -> frozenset[str]:
    try:
        return compile_value(text or "").names
    except ExpressionRefused:
        return frozenset()
