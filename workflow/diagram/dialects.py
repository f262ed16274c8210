"""Reads what modellers of different make write beside plain BPMN: camunda:, zeebe: and spiffworkflow:.

One meaning, first found wins in that order. We write camunda: (the dialect every bpmn-js tool knows).
"""

from collections.abc import Iterator

from lxml import etree

from workflow.diagram.graph import Loop
from workflow.diagram.names import CAMUNDA, SPIFF, ZEEBE, bpmn, flag, kind, text
from workflow.diagram.passing import OF_CALLS

# Our field → (camunda attribute, (zeebe element, attribute)…); spiffworkflow writes properties of the camunda names.
_FIELDS: dict[str, tuple[tuple[str, ...], tuple[tuple[str, str], ...]]] = {
    "assignee": (("assignee",), (("assignmentDefinition", "assignee"),)),
    "candidate_groups": (("candidateGroups",), (("assignmentDefinition", "candidateGroups"),)),
    "candidate_users": (("candidateUsers",), (("assignmentDefinition", "candidateUsers"),)),
    "form_key": (
        ("formKey", "formRef"),
        (("formDefinition", "formId"), ("formDefinition", "formKey"), ("formDefinition", "externalReference")),
    ),
    "due_date": (("dueDate",), (("taskSchedule", "dueDate"),)),
    "follow_up_date": (("followUpDate",), (("taskSchedule", "followUpDate"),)),
    "priority": (("priority",), (("priorityDefinition", "priority"),)),
    "topic": (("topic",), (("taskDefinition", "type"),)),
}
_CALLS: dict[str, tuple[tuple[str, ...], tuple[tuple[str, str], ...]]] = {
    "called_binding": (("calledElementBinding",), (("calledElement", "bindingType"),)),
    "called_version": (("calledElementVersion",), ()),
    "called_version_tag": (("calledElementVersionTag",), (("calledElement", "versionTag"),)),
}
_RULES: dict[str, tuple[tuple[str, ...], tuple[tuple[str, str], ...]]] = {
    "decision_ref": (("decisionRef",), (("calledDecision", "decisionId"),)),
    "decision_binding": (("decisionRefBinding",), (("calledDecision", "bindingType"),)),
    "decision_version": (("decisionRefVersion",), ()),
    "decision_version_tag": (("decisionRefVersionTag",), (("calledDecision", "versionTag"),)),
    "result_variable": (("resultVariable",), (("calledDecision", "resultVariable"),)),
    "map_decision_result": (("mapDecisionResult",), ()),
}
_MORE = {"callActivity": _CALLS, "businessRuleTask": _RULES}  # what only these elements say
_UNDERSTOOD = {
    "properties", "taskListener", "taskListeners", "assignmentDefinition", "formDefinition", "taskSchedule",
    "priorityDefinition", "taskDefinition", "serviceTaskOperator", "calledElement", "subscription",
    "loopCharacteristics", "userTask", "calledDecision", "versionTag", "modelerTemplateIcon",
}  # fmt: skip


def properties(element: etree._Element) -> dict[str, str]:
    """The name/value pairs of camunda:, zeebe: and spiffworkflow: property elements."""
    found: dict[str, str] = {}
    for namespace in (CAMUNDA, ZEEBE, SPIFF):
        for entry in _extensions(element, namespace, "properties"):
            for pair in entry.iterchildren(f"{{{namespace}}}property"):
                if pair.get("name"):
                    found.setdefault(pair.get("name", ""), pair.get("value") or "")
    return found


def fields(element: etree._Element) -> dict[str, str]:
    """What the dialects say about people, forms, dates and topics: our field name → raw text."""
    named = properties(element)
    found = {}
    for name, (attributes, zeebe) in {**_FIELDS, **_MORE.get(kind(element), {})}.items():
        values = [element.get(f"{{{CAMUNDA}}}{attribute}") for attribute in attributes]
        values += [entry.get(attribute) for tag, attribute in zeebe for entry in _extensions(element, ZEEBE, tag)]
        values += [named.get(attribute) for attribute in attributes]
        if name == "topic":
            values += [operator.get("id") for operator in _extensions(element, SPIFF, "serviceTaskOperator")]
        value = next((value.strip() for value in values if value and value.strip()), None)
        if value is not None:
            found[name] = value
    return {**_people(element), **found}


def _people(element: etree._Element) -> dict[str, str]:
    """Performers as the standard writes them: an expression, or names such as `user(anna), group(registry)`; a name
    alone is a group's (BPMN 2.0.2, 10.3.3)."""
    found: dict[str, str] = {}
    for tag in ("humanPerformer", "performer"):
        said = _assigned(element, tag)
        if said:
            found["assignee"] = said[0].removeprefix("user(").removesuffix(")")
    owners = [part.strip() for said in _assigned(element, "potentialOwner") for part in _parts(said)]
    users = [part.removeprefix("user(").removesuffix(")") for part in owners if part.startswith("user(")]
    groups = [part.removeprefix("group(").removesuffix(")") for part in owners if not part.startswith("user(")]
    if users:
        found["candidate_users"] = ",".join(users)
    if groups:
        found["candidate_groups"] = ",".join(groups)
    return found


def _assigned(element: etree._Element, tag: str) -> list[str]:
    """The texts of the resource assignments of this kind."""
    said = [
        text(assignment.find(bpmn("formalExpression"))) or text(assignment)
        for role in element.iterchildren(bpmn(tag))
        for assignment in role.iterchildren(bpmn("resourceAssignmentExpression"))
    ]
    return [each for each in said if each]


def _parts(said: str) -> list[str]:
    return [said] if said.startswith(("$", "#", "=")) else said.split(",")


def starters(process: etree._Element) -> tuple[str, ...]:
    """The groups whose people may start the process by hand: `camunda:candidateStarterGroups`, comma separated."""
    said = process.get(f"{{{CAMUNDA}}}candidateStarterGroups") or ""
    return tuple(name.strip() for name in said.split(",") if name.strip())


def version_tag(process: etree._Element) -> str | None:
    """The name modellers gave this version: `camunda:versionTag`, or `zeebe:versionTag value`."""
    zeebe = next((entry.get("value") for entry in _extensions(process, ZEEBE, "versionTag")), None)
    return process.get(f"{{{CAMUNDA}}}versionTag") or zeebe or None


def listeners(element: etree._Element) -> tuple[str, ...]:
    """Topics of what runs when the task is completed: `<camunda:taskListener event="complete" …>`."""
    found = [
        listener.get("delegateExpression") or listener.get("expression") or ""
        for listener in _extensions(element, CAMUNDA, "taskListener")
        if listener.get("event") == "complete"
    ]
    for group in _extensions(element, ZEEBE, "taskListeners"):
        found += [entry.get("type") or "" for entry in group if entry.get("eventType") in ("completing", "complete")]
    return tuple(topic for topic in map(_bare, found) if topic)


def ignored(element: etree._Element) -> tuple[str, ...]:
    """Names of extension elements of the three dialects that say something we do not carry out."""
    found = []
    understood = _UNDERSTOOD | OF_CALLS if kind(element) == "callActivity" else _UNDERSTOOD
    for extension in element.iterchildren(bpmn("extensionElements")):
        for child in extension.iterchildren(etree.Element):
            name = etree.QName(child)
            foreign = name.namespace in (CAMUNDA, ZEEBE, SPIFF) and name.localname not in understood
            if foreign or (name.localname == "taskListener" and child.get("event") != "complete"):
                found.append(name.localname)
    return tuple(found)


def called_element(element: etree._Element) -> str | None:
    """The key of the called process."""
    zeebe = next((entry.get("processId") for entry in _extensions(element, ZEEBE, "calledElement")), None)
    return element.get("calledElement") or zeebe


def correlation_key(*elements: etree._Element | None) -> str | None:
    """The expression of the first element that has one: property `correlationKey` or zeebe:subscription."""
    for element in elements:
        if element is None:
            continue
        zeebe = next((entry.get("correlationKey") for entry in _extensions(element, ZEEBE, "subscription")), None)
        found = properties(element).get("correlationKey") or zeebe
        if found:
            return found.strip().removeprefix("=").strip()
    return None


def loop(element: etree._Element) -> Loop | None:
    """The loop or multi-instance marker of an activity."""
    standard = element.find(bpmn("standardLoopCharacteristics"))
    if standard is not None:
        return Loop(
            standard=True,
            sequential=True,
            condition=text(standard.find(bpmn("loopCondition"))),
            maximum=standard.get("loopMaximum"),
            test_before=flag(standard, "testBefore"),
        )
    several = element.find(bpmn("multiInstanceLoopCharacteristics"))
    return None if several is None else _several(several)


def _several(element: etree._Element) -> Loop:
    zeebe = next(iter(_extensions(element, ZEEBE, "loopCharacteristics")), None)
    said = dict(zeebe.attrib) if zeebe is not None else {}
    item, output_item = element.find(bpmn("inputDataItem")), element.find(bpmn("outputDataItem"))
    return Loop(
        sequential=flag(element, "isSequential"),
        cardinality=text(element.find(bpmn("loopCardinality"))),
        collection=element.get(f"{{{CAMUNDA}}}collection")
        or said.get("inputCollection")
        or text(element.find(bpmn("loopDataInputRef"))),
        item=element.get(f"{{{CAMUNDA}}}elementVariable") or said.get("inputElement") or _label(item),
        condition=text(element.find(bpmn("completionCondition"))),
        output=said.get("outputCollection") or text(element.find(bpmn("loopDataOutputRef"))),
        output_element=said.get("outputElement") or _label(output_item),
    )


def _label(item: etree._Element | None) -> str | None:
    return None if item is None else item.get("name") or item.get("id")


def _bare(topic: str) -> str:
    return topic.strip().removeprefix("${").removeprefix("#{").removeprefix("=").removesuffix("}").strip()


def _extensions(element: etree._Element, namespace: str, tag: str) -> Iterator[etree._Element]:
    for extension in element.iterchildren(bpmn("extensionElements")):
        yield from extension.iterchildren(f"{{{namespace}}}{tag}")
