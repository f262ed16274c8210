"""Work for people must reach somebody."""

from collections.abc import Collection, Iterator, Mapping

from workflow.diagram import policies
from workflow.diagram.graph import Process
from workflow.errors import sentence
from workflow.lint.findings import Finding, Known, did_you_mean, error, rule, warning


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


@rule
def unknown_policy(process: Process, known: Known) -> Iterator[Finding]:
    """What the process and its steps say about their performers is one of the words there are."""
    yield from _policies(process.id, process.properties, known)
    for node in process.nodes.values():
        yield from _policies(node.id, node.activity.properties, known)


def _policies(element: str, properties: Mapping[str, str], known: Known) -> Iterator[Finding]:
    for name, words in policies.VALUES.items():
        value = properties.get(name)
        if value is not None and value.strip() not in words:
            yield _unknown_word(element, name, value, words)
    value = (properties.get(policies.NO_PERFORMER) or policies.ADMINISTRATOR).strip()
    people = [policies.USER + each for each in known.users or ()] + [
        policies.GROUP + each for each in known.groups or ()
    ]
    if value == policies.ADMINISTRATOR or value in people:
        return
    unchecked = (policies.USER, known.users), (policies.GROUP, known.groups)
    if not any(value.startswith(kind) and there is None for kind, there in unchecked):
        yield _unknown_word(element, policies.NO_PERFORMER, value, [policies.ADMINISTRATOR, *people])


def _unknown_word(element: str, name: str, value: str, words: Collection[str]) -> Finding:
    said = sentence("“{value}” is nothing that “{name}” can be.", value=value, name=name)
    bare = next((word for word in words if word.partition(":")[2] == value), None)
    near = sentence("Did you mean “{name}”?", name=bare) if bare else did_you_mean(value, words)
    return error(
        "unknown_policy", element, said, near or sentence("It can be: {words}.", words=", ".join(list(words)[:6]))
    )
