"""A process ready to run."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from workflow import lint, xmlsafe
from workflow.diagram import reading
from workflow.diagram.activity import Activity
from workflow.diagram.graph import Process
from workflow.engine.building import build
from workflow.engine.specification import Specification


@dataclass(frozen=True)
class Model:
    """An accepted process: immutable, shared by all its instances and by threads.

    `activities` maps the id of every flow element to what is written there; `starts` are its top-level start events,
    receive tasks that instantiate and events behind a gateway that does;
    `starters` the groups whose people may start it by hand; `version_tag` the modeller's name of this version.
    """

    key: str
    name: str
    names: Mapping[str, str]
    activities: Mapping[str, Activity]
    starts: tuple[Activity, ...]
    documentation: str | None
    documentations: Mapping[str, str]
    starters: tuple[str, ...]
    version_tag: str | None
    has_conditions: bool  # some event waits for a condition: whoever changes variables calls reconsider()
    specification: Specification = field(repr=False, compare=False)  # for the engine only


def parse(xml: bytes, key: str | None = None, known: lint.Known = lint.NOTHING_KNOWN) -> Model:
    """Read, check and prepare the process `key` of a BPMN file (default: its first executable one).

    `known` is what the house has to offer (groups, forms, topics …); without it references are not checked.
    Raises DefinitionRefused with all findings when the file cannot run exactly as drawn, or cannot be read.
    """
    lint.require(xml, known)
    return prepare(xml, key)


def prepare(xml: bytes, key: str | None = None) -> Model:
    """As `parse`, for a file accepted before: it is not judged again, so that rules added later stop no running
    process. Raises DefinitionRefused only when there is no such process."""
    return _model(_chosen(xmlsafe.read(xml), key))


def _chosen(root: etree._Element, key: str | None) -> Process:
    processes = [process for process in reading.processes(root) if process.executable]
    for process in processes:
        if key in (None, process.id):
            return process
    raise lint.no_such_process(key, [process.id for process in processes])


def _model(process: Process) -> Model:
    specification = build(process)
    return Model(
        key=process.id,
        name=process.name,
        names=process.names,
        activities={node.id: node.activity for node in process.nodes.values()},
        starts=tuple(node.activity for node in process.starts("")),
        documentation=process.documentation,
        documentations=process.documentations,
        starters=process.starters,
        version_tag=process.version_tag,
        has_conditions=specification.has_conditions,
        specification=specification,
    )
