"""What a deployment is made of: diagrams, and the forms of the house, of the last version, and those sent along."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from sqlalchemy.orm import Session

from workflow import definitions, examination, lint, sheets
from workflow.errors import DefinitionRefused, Invalid, NotFound, sentence
from workflow.models import ProcessDefinition
from workflow.settings import CHECKOUT

BPMN, FORMS = CHECKOUT / "bpmn", CHECKOUT / "forms"
DIAGRAM, RESOURCES = ".bpmn", (".form", ".dmn", ".docx")
SEPARATION = ("separation", "policy_broken", "nobody_left", "weakened")  # rules of lint about people kept apart
NO_DIAGRAM = sentence("Please add a diagram: forms are deployed with the diagram that names them.")


def house_resources() -> dict[str, bytes]:
    """The forms and tables that lie in the checkout: file name → content."""
    found = [*sorted(FORMS.glob("*")), *sorted(BPMN.glob("*"))]
    return {path.name: path.read_bytes() for path in found if path.suffix in RESOURCES}


def read_files(paths: Iterable[Path]) -> dict[str, bytes]:
    """File name → content; raises Invalid for what is neither a diagram, a form nor a table."""
    return require_known({path.name: path.read_bytes() for path in paths})


def require_known(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files; raises Invalid naming one of another kind."""
    for name in files:
        if Path(name).suffix not in (DIAGRAM, *RESOURCES):
            said = "{file} is neither a BPMN file nor a form, a decision table or a template of an approval form."
            raise Invalid({"files": [sentence(said, file=name)]})
    return dict(files)


def deploy(session: Session, files: Mapping[str, bytes], by: str) -> list[ProcessDefinition]:
    """Deploy every executable process of the diagrams among the files; their forms and tables may be among the files
    too, lie in the house, or be pinned with the last version.

    Raises DefinitionRefused with every error of every diagram and its forms; then nothing may be kept.
    """
    diagrams, sent = sorted_out(files)
    if not diagrams and sent:
        raise Invalid({"files": [NO_DIAGRAM]})
    together = keys_together(diagrams)
    _require_papers(sent, together)
    deployed, wrong = [], {}
    for name, xml in diagrams.items():
        try:
            for key in definitions.process_keys(xml) or [None]:
                resources = definitions.laid_over(pinned(session, key), house_resources(), sent)
                deployed.append(definitions.deploy(session, xml, resources, by, key, together))
        except DefinitionRefused as refused:
            wrong[name] = refused.findings
    if wrong:
        raise lint.refused(_placed(wrong), ", ".join(wrong))
    return deployed


def sorted_out(files: Mapping[str, bytes]) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The diagrams, and the rest: forms and tables."""
    diagrams = {name: content for name, content in files.items() if Path(name).suffix == DIAGRAM}
    return diagrams, {name: content for name, content in files.items() if name not in diagrams}


def _require_papers(sent: Mapping[str, bytes], keys: Iterable[str]) -> None:
    """Each template belongs to one of the processes; raises Invalid naming one that does not."""
    wanted = [sheets.name_of(key) for key in keys]
    for name in sent:
        if name.endswith(sheets.SUFFIX) and name not in wanted:
            said = "{file} belongs to no process of these diagrams: a template is called {names}."
            raise Invalid({"files": [sentence(said, file=name, names=wanted)]})


def keys_together(diagrams: Mapping[str, bytes]) -> list[str]:
    """The processes of all the diagrams, which may call one another."""
    return [key for xml in diagrams.values() for key in keys_of(xml)]


def _placed(wrong: Mapping[str, list[lint.Finding]]) -> list[lint.Finding]:
    """The findings of all files; with more than one file, each says where it belongs."""
    if len(wrong) == 1:
        return next(iter(wrong.values()))
    return [replace(each, element=f"{name} {each.element}".strip()) for name, found in wrong.items() for each in found]


def findings(
    session: Session, xml: bytes, sent: Mapping[str, bytes], together: Iterable[str] = ()
) -> list[lint.Finding]:
    """What lint says about a diagram, compared with what the house has to offer."""
    there = definitions.keys(session)
    kept = definitions.laid_over(*(pinned(session, key) for key in keys_of(xml) if key in there))
    resources = definitions.laid_over(kept, house_resources(), sent)
    return examination.findings(xml, definitions.known(session, resources, together, xml))


def told(session: Session, definition: ProcessDefinition) -> list[lint.Finding]:
    """What is to be said at once of a version just deployed: how far it keeps people apart."""
    return [each for each in findings(session, definition.xml, {}) if each.rule in SEPARATION]


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
