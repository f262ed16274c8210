"""Names that must exist elsewhere: groups, forms, topics, listeners, called processes, functions; and expressions."""

from collections.abc import Collection, Iterator

from workflow.diagram import policies
from workflow.diagram.graph import Node, Process
from workflow.errors import sentence
from workflow.expressions import Expression, ExpressionRefused, compile_value, times
from workflow.expressions import compile as compile_expression
from workflow.lint.findings import Finding, Known, did_you_mean, error, rule

_SENTENCES = {
    "unknown_group": "There is no group “{name}”.",
    "unknown_user": "There is no user “{name}”.",
    "unknown_form": "There is no form “{name}”.",
    "unknown_topic": "No handler is registered for topic “{name}”.",
    "unknown_listener": "No completion listener is registered as “{name}”.",
    "unknown_process": "There is no process “{name}” to call.",
    "unknown_decision": "There is no decision “{name}”.",
}


@rule
def unknown_group(process: Process, known: Known) -> Iterator[Finding]:
    """Candidate groups exist, and the groups that may start the process by hand."""
    for name in process.starters:
        yield from _unknown(process.id, "unknown_group", name, known.groups)
    for node in process.nodes.values():
        for name in _listed(node.activity.candidate_groups):
            yield from _unknown(node.id, "unknown_group", name, known.groups)


@rule
def unknown_user(process: Process, known: Known) -> Iterator[Finding]:
    """Assignees and candidate users written as plain names exist."""
    for node in process.nodes.values():
        for name in [*_listed(node.activity.assignee), *_listed(node.activity.candidate_users)]:
            yield from _unknown(node.id, "unknown_user", name, known.users)


@rule
def unknown_form(process: Process, known: Known) -> Iterator[Finding]:
    """Forms exist."""
    for node in process.nodes.values():
        name = node.activity.form_key
        if name and not _is_expression(name):
            yield from _unknown(node.id, "unknown_form", name, known.forms)


@rule
def unknown_topic(process: Process, known: Known) -> Iterator[Finding]:
    """Topics of service tasks have a handler."""
    for node in process.nodes.values():
        if node.activity.topic:
            yield from _unknown(node.id, "unknown_topic", node.activity.topic, known.topics)


@rule
def unknown_listener(process: Process, known: Known) -> Iterator[Finding]:
    """Listeners of user tasks are registered."""
    for node in process.nodes.values():
        for name in node.activity.listeners:
            yield from _unknown(node.id, "unknown_listener", name, known.listeners)


@rule
def unknown_process(process: Process, known: Known) -> Iterator[Finding]:
    """Called processes are deployed, or stand in the same file."""
    for node in process.nodes.values():
        name = node.activity.called_element
        if name and name != process.id and not _is_expression(name):
            yield from _unknown(node.id, "unknown_process", name, known.processes)


@rule
def unknown_decision(process: Process, known: Known) -> Iterator[Finding]:
    """Decisions are deployed, or sent along."""
    for node in process.nodes.values():
        name = node.activity.decision_ref
        if name and not _is_expression(name):
            yield from _unknown(node.id, "unknown_decision", name, known.decisions)


@rule
def expression(process: Process, known: Known) -> Iterator[Finding]:
    """Every expression is one of ours and calls existing functions."""
    for element, text, plain in _texts(process):
        try:
            compiled = compile_value(text) if plain else compile_expression(text)
        except ExpressionRefused as problem:
            yield error(
                "expression",
                element,
                sentence("“{text}” is not an expression we can use: {reason}", text=text[:80], reason=problem.sentence),
            )
            continue
        yield from _unknown_functions(element, compiled, known)
        yield from _unknown_steps(element, compiled, process)


def _unknown_functions(element: str, compiled: Expression, known: Known) -> Iterator[Finding]:
    for name in sorted(compiled.functions):
        if known.functions is not None and name not in known.functions:
            yield error(
                "unknown_function",
                element,
                sentence("There is no function {name}().", name=name),
                did_you_mean(name, known.functions),
            )


def _unknown_steps(element: str, compiled: Expression, process: Process) -> Iterator[Finding]:
    """Roles such as performer("check") name a step of this process that people do."""
    steps = {node.id for node in process.nodes.values() if node.kind in ("userTask", "manualTask")}
    for function, name in sorted(compiled.said):
        if function in policies.OF_A_STEP and name not in steps:
            said = sentence("There is no step “{name}” that somebody could have done.", name=name)
            yield error("unknown_step", element, said, did_you_mean(name, steps))


def _texts(process: Process) -> Iterator[tuple[str, str, bool]]:
    """(element, text, whether it is plain text unless it says otherwise)."""
    for flow in process.flows:
        if flow.condition is not None:
            yield flow.id, flow.condition, False
    for node in process.nodes.values():
        yield from ((node.id, text, False) for text in _expressions(node) if text)
        yield from ((node.id, text, True) for text in _values(node) if text)


def _expressions(node: Node) -> list[str | None]:
    event, loop = node.event, node.loop
    said = event.text if event is not None else None
    if event is not None and event.kind == "timer" and said and times.literal(said):
        said = None
    key = event.correlation_key if event is not None else None
    if loop is None:
        return [said, key]
    return [said, key, loop.cardinality, loop.collection, loop.condition, loop.output_element]


def _values(node: Node) -> list[str | None]:
    activity = node.activity
    dates = [date for date in (activity.due_date, activity.follow_up_date) if date]
    return [
        activity.assignee,
        activity.candidate_groups,
        activity.candidate_users,
        activity.form_key,
        activity.priority,
        activity.called_element,
        activity.called_version,
        activity.decision_ref,
        activity.decision_version,
        activity.properties.get("caseTitle"),
        *dates,
    ]


def _listed(text: str | None) -> list[str]:
    if not text or _is_expression(text):
        return []
    return [part.strip() for part in text.split(",") if part.strip()]


def _is_expression(text: str) -> bool:
    return text.startswith("=") or "${" in text or "#{" in text


def _unknown(element: str, rule_name: str, name: str, existing: Collection[str] | None) -> Iterator[Finding]:
    if existing is not None and name not in existing:
        message = sentence(_SENTENCES[rule_name], name=name)
        yield error(rule_name, element, message, did_you_mean(name, existing))
