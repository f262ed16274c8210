"""Reads the processes of a BPMN file into graphs. Total: whatever the file holds, something is read; lint judges it.

Normalised here: elements and flows without id get one; link events become flows; what has no influence on the run
(data objects and stores, annotations, groups, input and output specifications) is left out.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from lxml import etree

from workflow.diagram import dialects, passing, policies
from workflow.diagram.activity import Activity
from workflow.diagram.graph import Event, Flow, Node, Process
from workflow.diagram.names import NODES, SCOPES, bpmn, children, flag, kind, text

_DEFINITION = "EventDefinition"


def processes(root: etree._Element) -> list[Process]:
    """The processes of the file in document order."""
    give_ids(root)
    referred = {found.get("id"): found for found in root if isinstance(found.tag, str) and found.get("id")}
    return [_Reader(referred, element).process() for element in children(root, "process")]


def give_ids(root: etree._Element) -> frozenset[str]:
    """Give every process, flow node and sequence flow without id one (`auto-userTask-1`); returns the new ids."""
    taken = {element.get("id") for element in root.iter(etree.Element)}
    counts: dict[str, int] = defaultdict(int)
    given = []
    for element in root.iter(etree.Element):
        tag = kind(element)
        if (tag in NODES or tag in ("process", "sequenceFlow")) and not element.get("id"):
            while not element.get("id"):
                counts[tag] += 1
                name = f"auto-{tag}-{counts[tag]}"
                if name not in taken:
                    element.set("id", name)
                    given.append(name)
    return frozenset(given)


class _Reader:
    """Reads one process; `by_id` holds what stands beside it in the file: messages, signals, errors …"""

    def __init__(self, by_id: Mapping[str | None, etree._Element], element: etree._Element) -> None:
        self.by_id, self.element = by_id, element
        self.lanes = dict(_lanes(element))
        self.policies = policies.inherited(dialects.properties(element))

    def process(self) -> Process:
        nodes = {node.id: node for node in self._nodes(self.element, "", None)}
        flows = [*self._flows(), *_links(nodes)]
        properties = dialects.properties(self.element)
        process_id = self.element.get("id") or ""
        return Process(
            id=process_id,
            name=self.element.get("name") or process_id,
            names=_said(properties, "name"),
            executable=flag(self.element, "isExecutable", True),
            nodes=nodes,
            flows=tuple(flows),
            documentation=text(self.element.find(bpmn("documentation"))),
            documentations=_said(properties, "documentation"),
            version_tag=dialects.version_tag(self.element),
            starters=dialects.starters(self.element),
            properties=properties,
            _out=_grouped(flows, "source"),
            _in=_grouped(flows, "target"),
        )

    def _nodes(self, parent: etree._Element, scope: str, lane: str | None) -> Iterator[Node]:
        for element in parent:
            if kind(element) in NODES:
                node = self._node(element, scope, lane)
                yield node
                if node.kind in SCOPES:
                    yield from self._nodes(element, node.id, node.activity.lane)

    def _node(self, element: etree._Element, scope: str, lane: str | None) -> Node:
        event = self._event(element)
        return Node(
            activity=self._activity(element, event, lane),
            scope=scope,
            event=event,
            attached_to=element.get("attachedToRef"),
            interrupting=flag(element, "cancelActivity", True) and flag(element, "isInterrupting", True),
            loop=dialects.loop(element),
            default=element.get("default"),
            triggered_by_event=flag(element, "triggeredByEvent"),
            instantiate=flag(element, "instantiate"),
            ignored=dialects.ignored(element),
        )

    def _activity(self, element: etree._Element, event: Event | None, lane: str | None) -> Activity:
        properties = dialects.properties(element)
        name = element.get("id") or ""
        extra = dialects.fields(element)
        definition = _definition(element)
        if "topic" not in extra and definition is not None:
            extra = {**dialects.fields(definition), **extra}
        return Activity(
            id=name,
            kind=kind(element),
            name=element.get("name"),
            names=_said(properties, "name"),
            lane=self.lanes.get(name, lane),
            listeners=dialects.listeners(element),
            called_element=dialects.called_element(element) if kind(element) == "callActivity" else None,
            passes_in=passing.given(element) if kind(element) == "callActivity" else None,
            passes_out=passing.taken(element) if kind(element) == "callActivity" else None,
            event=event.kind if event else None,
            message=event.name if event and event.kind in ("message", "signal") else None,
            timer=event.text if event and event.kind == "timer" else None,
            condition=event.text if event and event.kind == "conditional" else None,
            correlation_key=event.correlation_key if event else None,
            properties={**(self.policies if kind(element) == "userTask" else {}), **properties},
            documentation=text(element.find(bpmn("documentation"))),
            **extra,
        )

    def _event(self, element: etree._Element) -> Event | None:
        tag = kind(element)
        if tag in ("receiveTask", "sendTask"):
            return self._referring("message", element, element) if element.get("messageRef") else None
        if not tag.endswith("Event"):
            return None
        found = [child for child in element if kind(child).endswith(_DEFINITION)]
        found += [self.by_id[ref] for ref in map(text, children(element, "eventDefinitionRef")) if ref in self.by_id]
        if len(found) != 1:
            return Event("multiple" if found else "none")
        return self._defined(kind(found[0]).removesuffix(_DEFINITION), found[0], element)

    def _defined(self, what: str, definition: etree._Element, element: etree._Element) -> Event:
        if what == "timer":
            return _timer(definition)
        if what == "conditional":
            return Event("conditional", text=text(definition.find(bpmn("condition"))))
        if what == "link":
            return Event("link", name=definition.get("name"))
        return self._referring(what, definition, element)

    def _referring(self, what: str, definition: etree._Element, element: etree._Element) -> Event:
        target = self.by_id.get((definition.get(f"{what}Ref") or "").split(":")[-1])
        name = code = None
        if target is not None:
            code = target.get(f"{what}Code")
            name = code or target.get("name") or target.get("id")
        elif definition.get(f"{what}Ref"):
            name = definition.get(f"{what}Ref")
        key = dialects.correlation_key(element, definition, target) if what == "message" else None
        return Event(what, name=name, correlation_key=key, any_code=what in ("error", "escalation") and not code)

    def _flows(self) -> Iterator[Flow]:
        for element in self.element.iter(bpmn("sequenceFlow")):
            yield Flow(
                id=element.get("id") or "",
                source=element.get("sourceRef") or "",
                target=element.get("targetRef") or "",
                condition=text(element.find(bpmn("conditionExpression"))),
                name=element.get("name"),
            )


def _timer(definition: etree._Element) -> Event:
    for tag in ("timeDate", "timeDuration", "timeCycle"):
        value = definition.find(bpmn(tag))
        if value is not None:
            return Event("timer", timer=tag.removeprefix("time").lower(), text=text(value))
    return Event("timer")


def _definition(element: etree._Element) -> etree._Element | None:
    return next((child for child in element if kind(child).endswith(_DEFINITION)), None)


def _links(nodes: dict[str, Node]) -> Iterator[Flow]:
    """A link throw goes to the link catch of the same name in the same scope."""
    catches = {
        (node.scope, node.event.name): node.id
        for node in nodes.values()
        if node.kind == "intermediateCatchEvent" and node.event and node.event.kind == "link"
    }
    for node in nodes.values():
        if node.kind == "intermediateThrowEvent" and node.event and node.event.kind == "link":
            target = catches.get((node.scope, node.event.name))
            if target is not None:
                yield Flow(f"link-{node.id}", node.id, target)


def _lanes(process: etree._Element) -> Iterator[tuple[str, str]]:
    """(node id, name of its innermost lane); inner lanes come later and win."""
    for lane in process.iter(bpmn("lane")):
        for reference in children(lane, "flowNodeRef"):
            if text(reference):
                yield str(text(reference)), lane.get("name") or lane.get("id") or ""


def _said(properties: dict[str, str], what: str) -> dict[str, str]:
    """language → what the properties `name:en` or `documentation:en` say."""
    return {key.removeprefix(f"{what}:"): value for key, value in properties.items() if key.startswith(f"{what}:")}


def _grouped(flows: list[Flow], end: str) -> dict[str, tuple[Flow, ...]]:
    groups: dict[str, list[Flow]] = defaultdict(list)
    for flow in flows:
        groups[getattr(flow, end)].append(flow)
    return {name: tuple(group) for name, group in groups.items()}
