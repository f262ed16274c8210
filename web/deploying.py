"""What a deployment is made of: diagrams, and the forms of the house, of the last version, and those sent along."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from sqlalchemy.orm import Session

from forms import lint as forms_lint
from workflow import definitions, lint
from workflow.errors import DefinitionRefused, Invalid, NotFound, sentence
from workflow.models import ProcessDefinition
from workflow.settings import CHECKOUT

BPMN, FORMS = CHECKOUT / "bpmn", CHECKOUT / "forms"
DIAGRAM, RESOURCES = ".bpmn", (".form", ".dmn")


def house_resources() -> dict[str, bytes]:
    """The forms and tables that lie in the checkout: file name → content."""
    return {path.name: path.read_bytes() for path in sorted(FORMS.glob("*")) if path.suffix in RESOURCES}


def read_files(paths: Iterable[Path]) -> dict[str, bytes]:
    """File name → content; raises Invalid for what is neither a diagram, a form nor a table."""
    return require_known({path.name: path.read_bytes() for path in paths})


def require_known(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files; raises Invalid naming one of another kind."""
    for name in files:
        if Path(name).suffix not in (DIAGRAM, *RESOURCES):
            said = sentence("{file} is neither a BPMN file nor a form nor a decision table.", file=name)
            raise Invalid({"files": [said]})
    return dict(files)


def deploy(session: Session, files: Mapping[str, bytes], by: str) -> list[ProcessDefinition]:
    """Deploy every executable process of the diagrams among the files; their forms may be among the files too,
    lie in the house, or be pinned with the last version. Raises DefinitionRefused naming the file."""
    diagrams = {name: content for name, content in files.items() if Path(name).suffix == DIAGRAM}
    sent = {name: content for name, content in files.items() if name not in diagrams}
    together = [key for xml in diagrams.values() for key in keys_of(xml)]
    deployed = []
    for name, xml in diagrams.items():
        try:
            for key in definitions.process_keys(xml) or [None]:
                resources = pinned(session, key) | house_resources() | sent
                made = definitions.deploy(session, xml, resources, by, key, together)
                forms_lint.require({each: resources[each] for each in definitions.resources(session, made)})
                deployed.append(made)
        except DefinitionRefused as refused:
            raise lint.refused(refused.findings, name) from refused
    return deployed


def findings(
    session: Session, xml: bytes, sent: Mapping[str, bytes], together: Iterable[str] = ()
) -> list[lint.Finding]:
    """What lint says about a diagram, compared with what the house has to offer."""
    resources = house_resources() | dict(sent)
    for key in keys_of(xml):
        resources = pinned(session, key) | resources
    return lint.lint(xml, definitions.known(session, resources, together))


def pinned(session: Session, key: str | None) -> dict[str, bytes]:
    """The forms and tables pinned with the newest version of a process; {} when there is none."""
    if key is None:
        return {}
    try:
        newest = definitions.latest(session, key)
    except NotFound:
        return {}
    return {name: definitions.resource(session, newest, name) for name in definitions.resources(session, newest)}


def keys_of(xml: bytes) -> list[str]:
    """The executable processes of a diagram; [] when it cannot be read."""
    try:
        return definitions.process_keys(xml)
    except DefinitionRefused:
        return []
