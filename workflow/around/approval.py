"""The approval form (审批单): opinions and signatures of a case on one sheet, in the office's order, as a .docx.

Everything on it comes from the history, so that it says what was said, whatever was changed since; a step sent back and
done again stands on it twice. In the diagram, on a user task: `sheetRow` what its row is called ("none": no row),
`sheetOrder` a whole number by which rows are sorted before their time. The template is the one deployed with the
version (workflow.sheets); else the office's own `templates/approval-<process key>.docx` or `templates/approval.docx`,
in its data folder; else the one shipped.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from workflow import definitions, documents, history, office, sheets
from workflow.around import opinions
from workflow.around.phrases import OPINION
from workflow.clock import now
from workflow.identity import called
from workflow.models import Case, ProcessDefinition, ProcessInstance, UserTask
from workflow.statuses import TaskKind

ROW, ORDER, NONE = "sheetRow", "sheetOrder", "none"  # properties of a user task
TEMPLATE = Path(__file__).parent / "approval.docx"
RETURNED = "sent_back"  # the kind of event that says a step was sent back
CORRECTED, ADDED = "（修改）", "（{person}加签）"  # on paper: always Chinese
RETURNED_SAID, HIDDEN, BY_HAND, BY_PASSWORD = "退回", "（未公开）", "手写签名", "口令签名"  # on paper: always Chinese
MOST_ROWS = 300


@dataclass(frozen=True)
class Row:
    """One opinion. `person` with whose place it was in, `at` on the office's clock, `signed` how: "" or by password or
    by hand; `picture` the file (id) of a drawn signature."""

    step: str
    opinion: str
    outcome: str
    person: str
    at: str
    signed: str
    picture: int | None
    order: int
    task_id: int | None
    form_key: str | None
    definition_id: int | None
    given: Mapping[str, Any]  # every answer, as it was given


def rows(session: Session, case: Case, upto: int | None = None) -> list[Row]:
    """The rows of the case's form in the office's order; of the history up to event `upto`, if that is said."""
    events = [each for each in history.timeline(session, case) if upto is None or each.seq <= upto]
    seen = _seen(session, case, events)
    found = [row for event in events if (row := _row(session, event, seen)) is not None]
    return sorted(found, key=lambda row: row.order)[:MOST_ROWS]


def facts(session: Session, case: Case) -> dict[str, Any]:
    """What a template may name of the case: office, heading, title, number, process, opened_at, opened_by, closed_at,
    printed_at."""
    definition, here = _definition(session, case), office.of(session)
    process = definition.name if definition else case.process_key
    return {
        "office": here.settings.office_name,
        "title": case.title,
        "number": case.business_key,
        "process": process,
        "heading": f"{process.removesuffix('单').removesuffix('审批')}审批单",
        "opened_at": f"{here.local(case.opened_at):%Y-%m-%d %H:%M}",
        "opened_by": "" if case.opened_by == history.SYSTEM else called(session, case.opened_by),
        "closed_at": f"{here.local(case.closed_at):%Y-%m-%d %H:%M}" if case.closed_at else "",
        "printed_at": f"{here.local(now()):%Y-%m-%d %H:%M}",
    }


def render(session: Session, case: Case, said: Callable[[Row], Mapping[str, Any]] = lambda row: {}) -> bytes:
    """The form as .docx. A row is told the template with its fields, over them what `said` gives: the button's label as
    `outcome`, `answers` as (label, text), `picture` a documents.Picture.

    Raises documents.TemplateRefused for an unusable template of the office's own."""
    told = [{**_plain(row), "answers": [], **said(row)} for row in rows(session, case)]
    form = template(session, _definition(session, case), case.process_key)
    return documents.render(form, {**facts(session, case), "rows": told})


def _plain(row: Row) -> dict[str, Any]:
    kept = ("step", "opinion", "outcome", "person", "at", "signed")
    return {**{name: getattr(row, name) for name in kept}, "picture": ""}


def template(session: Session, definition: ProcessDefinition | None, process_key: str) -> bytes:
    """The template for this version of a process, or for a process without one."""
    key = definition.key if definition else process_key
    if definition is not None and sheets.name_of(key) in definitions.resources(session, definition):
        return definitions.resource(session, definition, sheets.name_of(key))
    folder = office.of(session).settings.data / "templates"
    own = [folder / Path(sheets.name_of(key)).name, folder / "approval.docx"]
    return next((each for each in own if each.is_file()), TEMPLATE).read_bytes()


@dataclass(frozen=True)
class _Seen:
    """What the rows are made of: the activities of each instance's version, the tasks, votes told when a signing closed
    (token → vote), who asked whom to sign: the number of the signature's event → the display name of who asked."""

    activities: Mapping[int, Mapping[str, Any]]
    definitions: Mapping[int, int]
    tasks: Mapping[int, UserTask]
    votes: opinions.Votes
    added: Mapping[int, str]


def _row(session: Session, event: history.Event, seen: _Seen) -> Row | None:
    if event.actor == history.SYSTEM or event.kind not in ("completed", RETURNED):
        return None
    task = seen.tasks.get(event.data.get("task") or 0)
    activity = seen.activities.get(event.instance_id or 0, {}).get(event.activity_id or "") or {}
    properties = activity.get("properties") or {}
    if properties.get(ROW) == NONE or (task is not None and task.kind is TaskKind.ADHOC):
        return None
    given = opinions.given(event, seen.votes)
    if event.data.get("hidden") and not given:
        given = {OPINION: HIDDEN}
    signature = next((each for each in given.values() if _is_signature(each)), None)
    local = office.of(session).local(event.at)
    return Row(
        step=(properties.get(ROW) or event.name or event.activity_id or "") + _mark(event, seen),
        opinion=str(given.get(OPINION) or event.data.get("reason") or ""),
        outcome=RETURNED_SAID
        if event.kind == RETURNED
        else str(given.get("outcome") or event.data.get("outcome") or ""),
        person=_person(session, event, task),
        at=f"{local:%Y-%m-%d %H:%M}",
        signed="" if signature is None else BY_HAND if signature.get("file") else BY_PASSWORD,
        picture=signature.get("file") if signature else None,
        order=_order(properties.get(ORDER)),
        task_id=task.id if task else None,
        form_key=activity.get("form_key"),
        definition_id=seen.definitions.get(event.instance_id or 0),
        given=given,
    )


def _mark(event: history.Event, seen: _Seen) -> str:
    """What is said behind the name of a step that somebody asked to sign, or that was corrected, has done."""
    if event.data.get("corrects"):
        return CORRECTED
    asker = seen.added.get(event.seq)
    return ADDED.format(person=asker) if asker else ""


def _person(session: Session, event: history.Event, task: UserTask | None) -> str:
    """Who acted; a substitute with whose place it was in."""
    person = event.person or event.actor
    principal = event.data.get("on_behalf_of") or (task.on_behalf_of if task and event.kind == "completed" else None)
    return f"{person}（代{called(session, principal)}）" if principal else person


def _is_signature(value: Any) -> bool:
    return isinstance(value, Mapping) and isinstance(value.get("by"), str) and isinstance(value.get("at"), str)


def _order(text: str | None) -> int:
    try:
        return int(text or 0)
    except ValueError:
        return 0


def _seen(session: Session, case: Case, events: list[history.Event]) -> _Seen:
    query = (
        select(ProcessInstance)
        .where(ProcessInstance.case_id == case.id)
        .options(joinedload(ProcessInstance.definition))
    )
    running = list(session.scalars(query))
    drawn = {each.id: definitions.activities(session, each.definition) for each in running}
    versions = {each.id: each.definition_id for each in running}
    tasks = {task.id: task for task in session.scalars(select(UserTask).where(UserTask.case_id == case.id))}
    return _Seen(drawn, versions, tasks, opinions.told(events), _added(events))


def _added(events: list[history.Event]) -> dict[int, str]:
    """The signatures of those who were asked to sign along; each asking is answered by one."""
    asked: dict[tuple[int | None, str | None, str], str] = {}
    found = {}
    for event in events:
        place = (event.instance_id, event.activity_id)
        if event.kind == "signer_added":
            asked[*place, str(event.data.get("to"))] = event.person or event.actor
        elif event.kind == "completed":
            asker = asked.pop((*place, str(event.data.get("on_behalf_of") or event.actor)), None)
            found |= {event.seq: asker} if asker else {}
    return found


def _definition(session: Session, case: Case) -> ProcessDefinition | None:
    query = select(ProcessInstance).where(ProcessInstance.case_id == case.id).order_by(ProcessInstance.id)
    found = session.scalars(query.limit(1)).first()
    return found.definition if found else None
