"""Business rule tasks that name a decision: what they ask can be asked, and the answer goes somewhere."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from workflow.decisions.reading import check
from workflow.diagram.graph import Process
from workflow.errors import sentence
from workflow.lint.findings import Finding, Known, error, rule, warning

MAPPINGS = ("singleEntry", "singleResult", "collectEntries", "resultList")


@rule
def unusable_decision(process: Process, known: Known) -> Iterator[Finding]:
    """The tables a diagram names can be used. Said once for each, at the first task that names it."""
    files = known.decisions if isinstance(known.decisions, Mapping) else {}
    named = {node.activity.decision_ref: node.id for node in reversed(process.nodes.values())}
    for name, element in named.items():
        holding = files.get(name, {})
        if len(holding) > 1:
            said = sentence("Several files hold a decision “{name}”: {files}.", name=name, files=", ".join(holding))
            yield error("unusable_decision", element, said)
            continue
        for file, content in holding.items():
            for found in check(content, known.functions):
                place = f"{file} {found.element}".strip()
                said = sentence("{place}: {said}", place=place, said=found.message)
                yield replace(found, element=element, message=said)


@rule
def decision_result(process: Process, known: Known) -> Iterator[Finding]:
    """A task that asks a decision says where the answer goes, and in which form if it likes."""
    for node in process.nodes.values():
        said = node.activity
        if not said.decision_ref:
            continue
        if not said.result_variable:
            yield warning(
                "decision_result",
                node.id,
                sentence("The business rule task does not say which variable gets the result; nobody will know it."),
                sentence("Write it in the properties of the element."),
            )
        if said.map_decision_result not in (None, *MAPPINGS):
            yield error(
                "decision_result",
                node.id,
                sentence("There is no mapping of results “{name}”.", name=said.map_decision_result),
                sentence("Choose one of: {names}.", names=", ".join(MAPPINGS)),
            )


@rule
def decision_version(process: Process, known: Known) -> Iterator[Finding]:
    """A version of a process has its tables with it, as it has its forms; it cannot name another version of them."""
    for node in process.nodes.values():
        said = node.activity
        if said.decision_ref and said.decision_binding in ("version", "versionTag"):
            yield error(
                "decision_version",
                node.id,
                sentence("A decision table has no version of its own; it is kept with the version of the process."),
                sentence("Choose “deployment” as the binding."),
            )
        elif said.decision_ref and said.decision_binding == "latest":
            yield warning(
                "decision_version",
                node.id,
                sentence("Processes already running keep the decision table they were deployed with."),
                sentence("Choose “deployment” as the binding."),
            )
