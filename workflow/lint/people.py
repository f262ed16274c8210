"""Work for people must reach somebody."""

from collections.abc import Iterator

from workflow.diagram.graph import Process
from workflow.errors import sentence
from workflow.lint.findings import Finding, Known, rule, warning


@rule
def nobody(process: Process, known: Known) -> Iterator[Finding]:
    """A user task names an assignee, candidate users or candidate groups."""
    for node in process.nodes.values():
        said = (node.activity.assignee, node.activity.candidate_groups, node.activity.candidate_users)
        if node.kind not in ("userTask", "manualTask") or any(said):
            continue
        if node.activity.lane:
            told = sentence(
                "“{name}” names nobody who may do it; it is offered to the group named like its lane, “{lane}”.",
                name=node.activity.name or node.id,
                lane=node.activity.lane,
            )
            yield warning("nobody", node.id, told)
        else:
            yield warning(
                "nobody",
                node.id,
                sentence(
                    "“{name}” names nobody who may do it: no assignee, candidate users or groups.",
                    name=node.activity.name or node.id,
                ),
            )
