"""Call activities: which version they call, what they pass to it and take back."""

from collections.abc import Iterator

from workflow.diagram.activity import Activity, Passed
from workflow.diagram.graph import Process
from workflow.errors import sentence
from workflow.expressions import ExpressionRefused, compile  # noqa: A004 - the contract's name
from workflow.lint.findings import Finding, Known, did_you_mean, error, rule

BINDINGS = ("latest", "deployment", "version", "versionTag")


@rule
def called_version(process: Process, known: Known) -> Iterator[Finding]:
    """A call names a version in one of four ways, and completely."""
    for node in process.nodes.values():
        call = node.activity
        if node.kind != "callActivity" or call.called_binding is None:
            continue
        if call.called_binding not in BINDINGS:
            said = sentence("There is no binding “{binding}”.", binding=call.called_binding)
            yield error("called_version", node.id, said, sentence("Choose one of: {names}.", names=", ".join(BINDINGS)))
        elif call.called_binding == "version" and not (call.called_version or "").isdecimal():
            yield error("called_version", node.id, sentence("The call does not say the number of the version."))
        elif call.called_binding == "versionTag" and not call.called_version_tag:
            yield error("called_version", node.id, sentence("The call does not say the tag of the version."))


@rule
def passed_variables(process: Process, known: Known) -> Iterator[Finding]:
    """Each line names the variable that gets the value, and an expression of ours or the variable that has it."""
    for node in process.nodes.values():
        for line in _lines(node.activity):
            yield from _line(node.id, line, known)


def _lines(call: Activity) -> tuple[Passed, ...]:
    return (*(call.passes_in or ()), *(call.passes_out or ()))


def _line(element: str, line: Passed, known: Known) -> Iterator[Finding]:
    if line == Passed():
        return
    if line.target is None:
        said = sentence("The called process runs in the same case; it cannot get another business key.")
        yield error("passed_variables", element, said, sentence("Pass it as a variable."))
    elif not line.target:
        yield error(
            "passed_variables", element, sentence("A line of what is passed does not say which variable gets it.")
        )
    elif not line.variable and not line.expression:
        said = sentence("Nothing is said to be passed to “{name}”.", name=line.target)
        yield error("passed_variables", element, said)
    elif line.expression:
        yield from _expression(element, line.expression, known)


def _expression(element: str, text: str, known: Known) -> Iterator[Finding]:
    try:
        compiled = compile(text)
    except ExpressionRefused as problem:
        facts = {"text": text[:80], "reason": problem.sentence}
        said = sentence("“{text}” is not an expression we can use: {reason}", **facts)
        yield error("passed_variables", element, said)
        return
    for name in sorted(compiled.functions):
        if known.functions is not None and name not in known.functions:
            said = sentence("There is no function {name}().", name=name)
            yield error("passed_variables", element, said, did_you_mean(name, known.functions))
