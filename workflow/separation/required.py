"""Which rules hold for a process: those of its diagram, and the policies outside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from lxml import etree
from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import definitions, xmlsafe
from workflow.diagram import reading
from workflow.diagram.graph import Process
from workflow.duties import language
from workflow.duties.language import Rule
from workflow.models import Policy, ProcessDefinition
from workflow.policy_digests import of_policy
from workflow.recent import Recent

_drawn: Recent["Drawn"] = Recent(200)
_policies: Recent[tuple[Rule, ...]] = Recent(200)


@dataclass(frozen=True)
class Drawn:
    """What a version says of separation by itself."""

    rules: tuple[Rule, ...]
    process: Process | None  # None when the file cannot be read any more

    @cached_property
    def several(self) -> frozenset[str]:
        """The elements that are done by several people at once or in turn."""
        nodes = self.process.nodes.values() if self.process else ()
        return frozenset(node.id for node in nodes if node.loop is not None and not node.loop.standard)


def required(session: Session, definition: ProcessDefinition) -> tuple[Rule, ...]:
    """Every rule that holds for the instances of this version, those of policies last."""
    own = drawn(session, definition).rules
    return own + policies(session, definition) if definition.policy_digest else own


def policies(session: Session, definition: ProcessDefinition) -> tuple[Rule, ...]:
    """The policies of its process, as of `definition.policy_digest`: read once for each state of them."""
    key = definition.key

    def read() -> tuple[Rule, ...]:
        rows = session.scalars(select(Policy).where(Policy.process_key == key, Policy.dropped_at.is_(None)))
        return tuple(rule for row in rows for rule in of_policy(row))

    return _policies.find((key, definition.policy_digest), read)


def drawn(session: Session, definition: ProcessDefinition) -> Drawn:
    """What the version's diagram says; read once per process of this installation."""
    return _drawn.find((definition.key, definition.sha256), lambda: _read(session, definition))


def _read(session: Session, definition: ProcessDefinition) -> Drawn:
    process = _process(definition)
    said: dict[str, Mapping[str, str]] = language.properties_of(definitions.activities(session, definition))
    if process is not None:
        said[""] = process.properties
    return Drawn(tuple(language.drawn(definition.key, said)), process)


def _process(definition: ProcessDefinition) -> Process | None:
    try:
        root: etree._Element = xmlsafe.read(definition.xml)
    except xmlsafe.XmlRefused:
        return None
    return next((each for each in reading.processes(root) if each.id == definition.key), None)
