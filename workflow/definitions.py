"""Process definitions: immutable versions of diagrams with the forms they use. The same content is the same version."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from workflow import decisions, engine, examination, lint, policy_digests, registry, rows, staff, start_events, xmlsafe
from workflow.clock import now
from workflow.diagram import reading
from workflow.errors import DefinitionRefused, NotFound
from workflow.models import DefinitionResource, ProcessDefinition, ResourceContent
from workflow.recent import Recent
from workflow.sheets import name_of as sheet_of
from workflow.sheets import require as require_sheet
from workflow.statements import Statement, columns

Activities = Mapping[str, Mapping[str, Any]]
FORM = ".form"  # a form key "receipt-open" names the resource "receipt-open.form"
DEPLOYED_AT = "deployed_at"  # in a session's info: (transaction, moment)
TABLE = ".dmn"  # a decision table; tasks name the decision in it, whatever the file is called

_activities: Recent[Activities] = Recent(200)
_models: Recent[engine.Model] = Recent(200)
_decisions: Recent[Mapping[str, decisions.Decisions]] = Recent(50)


def deploy_folder(session: Session, bpmn: Path, forms: Path, by: str) -> list[ProcessDefinition]:
    """Deploy every executable process of every *.bpmn in a folder, with the *.dmn beside it and the *.form files of
    another.

    What is deployed already stays as it is. Raises DefinitionRefused naming the file.
    """
    found = [*sorted(forms.glob("*" + FORM)), *sorted(bpmn.glob("*" + TABLE)), *sorted(bpmn.glob(sheet_of("*")))]
    resources = {path.name: path.read_bytes() for path in found}
    files = {path.name: path.read_bytes() for path in sorted(bpmn.glob("*.bpmn"))}
    together = {key for xml in files.values() for key in _keys_if_readable(xml)}
    deployed = []
    for name, xml in files.items():
        try:
            for key in process_keys(xml) or [None]:
                deployed.append(deploy(session, xml, resources, by, key, together))
        except DefinitionRefused as refused:
            raise lint.refused(refused.findings, name) from refused
    return deployed


def deploy(
    session: Session,
    xml: bytes,
    resources: Mapping[str, bytes],
    by: str,
    key: str | None = None,
    together: Iterable[str] = (),
) -> ProcessDefinition:
    """Make the process `key` of the file (default: its first executable one) a version, pinning those of the
    `resources` (file name → content) that hold its forms and decisions. The same content gives the version there is.

    `together`: keys of processes deployed along with it, which it may call. Raises DefinitionRefused with findings.
    """
    model = examination.examine(xml, known(session, resources, together, xml), key)
    pinned = {name: resources[name] for name in _used(model, resources)}
    require_sheet(model.key, pinned)
    content = digest(xml, pinned)
    query = select(ProcessDefinition).where(ProcessDefinition.key == model.key)
    found = session.scalars(query.where(ProcessDefinition.sha256 == content)).first()
    if found is not None:
        if found is latest(session, model.key):
            start_events.arm(session, found, model.starts)
        return found
    definition = ProcessDefinition(
        key=model.key,
        version=_next_version(session, model.key),
        name=model.name[:200],
        names=dict(model.names),
        xml=xml,
        sha256=content,
        activities={each: asdict(activity) for each, activity in model.activities.items()},
        version_tag=(model.version_tag or "")[:200] or None,
        deployed_at=_moment(session),
        deployed_by=by,
    )
    session.add(definition)
    session.flush()  # the pins need its id
    _pin(session, definition, pinned)
    policy_digests.note(session, definition)
    start_events.arm(session, definition, model.starts)
    return definition


def known(
    session: Session,
    resources: Mapping[str, bytes] | None = None,
    together: Iterable[str] = (),
    xml: bytes | None = None,
) -> lint.Known:
    """What the house has to offer to a diagram, and the versions before of the processes in it. `resources` (file name
    → content) None: forms and decisions are not checked."""
    there = keys(session)
    mine = there & set(_keys_if_readable(xml)) if xml is not None else ()
    return replace(
        offered(resources),
        **staff.known(session),
        processes={*there, *together},
        before={key: before for key in sorted(mine) if (before := _before(session, key, xml or b"")) is not None},
    )


def _before(session: Session, key: str, xml: bytes) -> bytes | None:
    """The diagram of the newest version with another one than this; when this is a version's, of those before it."""
    of_key = ProcessDefinition.key == key
    mine = session.scalar(select(func.max(ProcessDefinition.version)).where(of_key, ProcessDefinition.xml == xml))
    others = select(ProcessDefinition.xml).where(of_key, ProcessDefinition.xml != xml)
    if mine is not None:
        others = others.where(ProcessDefinition.version < mine)
    return session.scalars(others.order_by(ProcessDefinition.version.desc()).limit(1)).first()


def offered(resources: Mapping[str, bytes] | None) -> lint.Known:
    """The same as far as no database is needed: what the code offers, and these files."""
    forms = {name.removesuffix(FORM): each for name, each in (resources or {}).items() if name.endswith(FORM)}
    return lint.Known(
        forms=None if resources is None else forms,
        decisions=None if resources is None else decisions_in(resources),
        topics=registry.topics(),
        listeners=registry.listener_topics(),
        functions=set(registry.functions),
    )


def decisions_in(resources: Mapping[str, bytes]) -> dict[str, dict[str, bytes]]:
    """Decision id → the files (name → content) that hold one of that id."""
    found: dict[str, dict[str, bytes]] = {}
    for name, content in resources.items():
        for decision_id in decisions.ids(content) if _is_table(name) else ():
            found.setdefault(decision_id, {})[name] = content
    return found


def laid_over(*layers: Mapping[str, bytes]) -> dict[str, bytes]:
    """Resources (file name → content), later ones over earlier: a file takes the place of its namesake and of every
    table that holds a decision it holds too."""
    found: dict[str, bytes] = {}
    for layer in layers:
        newer = decisions_in(layer).keys()
        replaced = {name for each, files in decisions_in(found).items() if each in newer for name in files}
        found = {name: content for name, content in found.items() if name not in replaced} | dict(layer)
    return found


def process_keys(xml: bytes) -> list[str]:
    """The executable processes of a BPMN file, in its order; raises DefinitionRefused for what cannot be read."""
    try:
        root = xmlsafe.read(xml)
    except xmlsafe.XmlRefused as problem:
        raise lint.refused([lint.unreadable(problem)]) from problem
    return [process.id for process in reading.processes(root) if process.executable]


def all_latest(session: Session) -> list[ProcessDefinition]:
    """The newest version of every process, by name."""
    newest = select(func.max(ProcessDefinition.id)).group_by(ProcessDefinition.key)
    query = select(ProcessDefinition).where(ProcessDefinition.id.in_(newest))
    return list(session.scalars(query.order_by(ProcessDefinition.name, ProcessDefinition.key)))


def versions(session: Session, key: str) -> list[ProcessDefinition]:
    """All versions of a process, newest first; NotFound when there is none."""
    query = select(ProcessDefinition).where(ProcessDefinition.key == key).order_by(ProcessDefinition.version.desc())
    found = list(session.scalars(query))
    if not found:
        raise NotFound("There is no process “{key}”.", key=key)
    return found


def keys(session: Session) -> set[str]:
    """The processes of which there is a version."""
    return set(session.scalars(select(ProcessDefinition.key).distinct()))


def latest(session: Session, key: str) -> ProcessDefinition:
    """The newest version of a process; NotFound when there is none."""
    (found,) = rows.ask(session, _LATEST(key=key))
    if not found:
        raise NotFound("There is no process “{key}”.", key=key)
    return rows.objects(session, found[0], ProcessDefinition)[0]


_OF_KEY = select(*columns(ProcessDefinition)).where(ProcessDefinition.key == bindparam("key"))
_LATEST = Statement(_OF_KEY.order_by(ProcessDefinition.version.desc()).limit(1))


def model(session: Session, definition: ProcessDefinition) -> engine.Model:
    """The prepared model of a version; read once per process of this installation, and not judged again: a rule added
    later stops no version that was accepted before it."""
    return _models.find((definition.key, definition.sha256), lambda: engine.prepare(definition.xml, definition.key))


def activities(session: Session, definition: ProcessDefinition) -> Activities:
    """element id → what the diagram says of it (engine.Activity as a dict), of this version."""
    return _activities.find((definition.key, definition.sha256), lambda: definition.activities)


def resource(session: Session, definition: ProcessDefinition, name: str) -> bytes:
    """A form or table as pinned with this version, e.g. "receipt-open.form"; NotFound when it has none such."""
    query = (
        select(ResourceContent.content)
        .join(DefinitionResource, DefinitionResource.sha256 == ResourceContent.sha256)
        .where(DefinitionResource.definition_id == definition.id, DefinitionResource.name == name)
    )
    content = session.scalar(query)
    if content is None:
        raise NotFound("The process “{key}” has no form or table “{name}”.", key=definition.key, name=name)
    return content


def decision_file(session: Session, definition: ProcessDefinition, decision_id: str) -> decisions.Decisions:
    """The file pinned with this version that holds the decision; NotFound when none does. Read once per process of
    this installation."""

    def read() -> dict[str, decisions.Decisions]:
        pinned = [resource(session, definition, name) for name in resources(session, definition) if _is_table(name)]
        return {each: file for file in map(decisions.read, pinned) for each in file.by_id}

    found = _decisions.find((definition.key, definition.sha256), read).get(decision_id)
    if found is None:
        raise NotFound("There is no decision “{name}”.", name=decision_id)
    return found


def resources(session: Session, definition: ProcessDefinition) -> dict[str, str]:
    """name → hash of what is pinned with this version."""
    query = select(DefinitionResource.name, DefinitionResource.sha256)
    found = session.execute(query.where(DefinitionResource.definition_id == definition.id))
    return dict(found.all())


def _keys_if_readable(xml: bytes) -> list[str]:
    try:
        return process_keys(xml)
    except DefinitionRefused:
        return []  # refused, by its name, when its turn comes


def _used(model: examination.Examined, resources: Mapping[str, bytes]) -> list[str]:
    """The files it names; all tables when it calculates which decision it asks."""
    named = {f"{activity.form_key}{FORM}" for activity in model.activities.values() if activity.form_key}
    named.add(sheet_of(model.key))
    asked = {activity.decision_ref for activity in model.activities.values() if activity.decision_ref}
    if any("{" in ref or ref.startswith("=") for ref in asked):
        named |= set(filter(_is_table, resources))
    tables = decisions_in(resources) if asked else {}
    return sorted(named.union(*(tables.get(ref, ()) for ref in asked)) & set(resources))


def _is_table(name: str) -> bool:
    return name.endswith(TABLE)


def digest(xml: bytes, pinned: Mapping[str, bytes]) -> str:
    """Over the diagram and, in order, each name and content; lengths keep one from running into the next."""
    digest = hashlib.sha256()
    for part in [xml, *(part for name in sorted(pinned) for part in (name.encode(), pinned[name]))]:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _next_version(session: Session, key: str) -> int:
    last = session.scalar(select(func.max(ProcessDefinition.version)).where(ProcessDefinition.key == key))
    return (last or 0) + 1


def _moment(session: Session) -> datetime:
    """The same for all that is deployed in one transaction."""
    transaction = session.get_transaction()
    kept = session.info.get(DEPLOYED_AT)
    if kept is None or kept[0] is not transaction:
        kept = session.info[DEPLOYED_AT] = (transaction, now())
    return kept[1]


def _pin(session: Session, definition: ProcessDefinition, pinned: Mapping[str, bytes]) -> None:
    for name, content in pinned.items():
        sha256 = hashlib.sha256(content).hexdigest()
        if session.get(ResourceContent, sha256) is None:
            session.add(ResourceContent(sha256=sha256, content=content))
            session.flush()  # the pin refers to it
        session.add(DefinitionResource(definition_id=definition.id, name=name, sha256=sha256))
