"""Makes the versions a simulation runs, through the same deployment as in the house.

Groups, people and forms a diagram names need not exist: they are made up, and what is told says which groups and forms.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import PurePath
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from workflow import decisions, definitions, lint, registry
from workflow.errors import DefinitionRefused
from workflow.history import SYSTEM
from workflow.lint import Finding, Level
from workflow.models import ProcessDefinition
from workflow.simulation import stage

DIAGRAM, TABLE = ".bpmn", ".dmn"
GROUP, PERSON, FORM = "unknown_group", "unknown_user", "unknown_form"  # the rules about what need not exist


@dataclass(frozen=True)
class Script:
    """What is played: the diagram, files beside it (name → content: called processes, forms, tables), the groups the
    house has, and where it is. `strict`: groups and forms that do not exist are errors, as at a deployment."""

    xml: bytes
    beside: Mapping[str, bytes] = field(default_factory=dict)
    groups: Collection[str] = ()
    zone: ZoneInfo = ZoneInfo("Asia/Shanghai")
    strict: bool = False

    @property
    def diagrams(self) -> list[bytes]:
        """The diagram first, then those beside it."""
        return [self.xml, *(content for name, content in self.beside.items() if PurePath(name).suffix == DIAGRAM)]

    @property
    def resources(self) -> dict[str, bytes]:
        """The forms and tables."""
        return {name: content for name, content in self.beside.items() if PurePath(name).suffix != DIAGRAM}


@dataclass(frozen=True)
class Cast:
    """What can run: process key → version, those of the diagram itself first; and the remarks about what is made up."""

    definitions: Mapping[str, ProcessDefinition]
    remarks: tuple[Finding, ...]


@lru_cache(maxsize=64)
def named_in(xml: bytes) -> tuple[Finding, ...]:
    """What lint finds where nothing exists: everything the diagram names. Nothing for a file that cannot be read."""
    return tuple(lint.lint(xml, lint.Known(groups=(), users=(), forms=(), processes=(), functions=registry.functions)))


def needs_house(script: Script) -> bool:
    """Whether a diagram names functions or forms beyond the engine's own, so that other folders must be loaded."""
    found = [found for xml in script.diagrams for found in named_in(xml)]
    asks = any(b"decision" in xml.lower() for xml in script.diagrams)
    tables = [each for name, each in script.beside.items() if asks and PurePath(name).suffix == TABLE]
    calls = any(decisions.check(each, registry.functions) for each in tables)
    forms = {f"{name}{definitions.FORM}" for name in _named(found, FORM)} & set(script.resources)
    return calls or bool(forms) or any(each.rule == "unknown_function" for each in found)


def with_called(script: Script, offered: Mapping[str, bytes]) -> Script:
    """The script with those of the diagrams offered (file name → content) that its processes call."""
    holding = {process: name for name, xml in offered.items() for process in _keys(xml)}
    while wanted := {holding[process] for process in _called(script) & holding.keys()} - script.beside.keys():
        script = replace(script, beside={**script.beside, **{name: offered[name] for name in sorted(wanted)}})
    return script


def _called(script: Script) -> set[str]:
    """The processes called that no diagram of the script holds."""
    here = {key for xml in script.diagrams for key in _keys(xml)}
    return {name for xml in script.diagrams for name in _named(named_in(xml), "unknown_process")} - here


def cast(session: Session, script: Script) -> Cast:
    """Deploy every executable process of every diagram; raises DefinitionRefused with all findings."""
    missing = [found for xml in script.diagrams for found in _missing(xml, script)]
    remarks = [found for found in missing if found.rule != PERSON]
    errors = [replace(found, level=Level.ERROR) for found in remarks] if script.strict else []
    _make_up(session, script, missing)
    resources = {f"{name}{definitions.FORM}": stage.FORM for name in _named(missing, FORM)} | script.resources
    together = {key for xml in script.diagrams for key in _keys(xml)}
    deployed: dict[str, ProcessDefinition] = {}
    for xml in script.diagrams:
        try:
            for key in definitions.process_keys(xml) or [None]:
                made = definitions.deploy(session, xml, resources, SYSTEM, key, together)
                deployed.setdefault(made.key, made)
        except DefinitionRefused as refused:
            errors += refused.findings
    if errors:
        raise lint.refused(errors)
    return Cast(deployed, tuple(remarks))


def _missing(xml: bytes, script: Script) -> Iterator[Finding]:
    """What the diagram names and nobody has, as warnings."""
    forms = [name.removesuffix(definitions.FORM) for name in script.resources if name.endswith(definitions.FORM)]
    known = lint.Known(groups=script.groups, users=(), forms=forms)
    for found in lint.lint(xml, known):
        if found.rule in (GROUP, PERSON, FORM):
            yield replace(found, level=Level.WARNING)


def _make_up(session: Session, script: Script, missing: list[Finding]) -> None:
    stage.invent(session, {*script.groups, *_named(missing, GROUP)}, _named(missing, PERSON))


def _named(found: Iterable[Finding], rule: str) -> set[str]:
    return {str(each.message.facts["name"]) for each in found if each.rule == rule}


def _keys(xml: bytes) -> list[str]:
    try:
        return definitions.process_keys(xml)
    except DefinitionRefused:
        return []  # refused when its turn comes
