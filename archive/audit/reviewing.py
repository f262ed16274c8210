"""First review and second review: the newest form's value against the earliest record in the dossier, item by item."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import dossiers
from archive.answers import need, text
from archive.audit.items import BY_NAME, ITEMS, Item
from archive.audit.models import Audit, AuditItem, AuditReason, Verdict
from archive.audit.work import PROCESS, audit_of, doubts, row, rows
from archive.dossier_tables import Dossier
from archive.images import pages
from archive.materials import catalogue
from archive.materials.models import PRESENT, Material
from archive.statuses import ENDED, AuditStatus
from archive.steps import case_of
from workflow import cases, definitions, history, instances
from workflow.clock import now
from workflow.errors import Invalid, Sentence, sentence
from workflow.identity import User
from workflow.models import Case, UserTask
from workflow.registry import Work, on_completion, service_task

Row = Mapping[str, Any]
Within = Mapping[str, Material]


def begin(
    session: Session, dossier: Dossier, reason: AuditReason, origin: Case, audit_by: str | None = None
) -> Case | None:
    """A case after which the dossier must be audited begins its audit, which is over at the latest at `audit_by` (a
    moment, ISO 8601). Returns the audit's case; None when the dossier
    is being audited already."""
    if _is_audited(session, dossier.id):
        return None
    number = f"{PROCESS}-{origin.id}-{dossier.dossier_no}"
    title = f"专项审核 {dossier.dossier_no} {dossier.person.name}"
    case = cases.open_case(session, number, title, PROCESS, history.SYSTEM)
    told = {"dossier_no": dossier.dossier_no, "audit_reason": reason.value, "origin_case_id": origin.id}
    told |= {"audit_by": audit_by} if audit_by else {}
    instances.start(session, definitions.latest(session, PROCESS), case, history.SYSTEM, told)
    return case


@service_task("audit.take_up")
def take_up(session: Session, work: Work) -> Mapping[str, Any]:
    """The audit begins with what the master data claims. Variables: dossier_no, audit_reason. `running`: the dossier is
    audited already, in another case."""
    case = case_of(session, work)
    dossier = dossiers.by_no(session, str(work.variables["dossier_no"]))
    told = {"dossier_id": dossier.id, "dossier_no": dossier.dossier_no, "name": dossier.person.name}
    audit = session.get(Audit, case.id)
    if audit is None:
        if _is_audited(session, dossier.id) or dossier.status in ENDED:
            return told | {"running": True}
        reason = AuditReason(work.variables.get("audit_reason") or AuditReason.DOUBT)
        audit = Audit(case_id=case.id, dossier_id=dossier.id, reason=reason, begun_at=now())
        claims = [(item, item.claim(dossier.person)) for item in ITEMS]
        audit.items.extend(AuditItem(seq=seq, item=item.key, claim=said) for seq, (item, said) in enumerate(claims, 1))
        session.add(audit)
        session.flush()  # its first step asks for it
        cases.add_key(session, case, dossier.dossier_no)
        cases.rename(session, case, f"专项审核 {dossier.dossier_no} {dossier.person.name}", case.opened_by)
    return told | {"running": False, "items": rows(audit)}


@on_completion("audit.first", anew=True)
def first(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """The first reviewer looks every item up. Raises Invalid naming item and field (`items.2.material`), Conflict while
    another case holds the dossier."""
    audit = audit_of(session, task)
    said = list(answers.get("items") or [])
    within = {str(each.id): each for each in catalogue.of(session, audit.dossier, *PRESENT)}
    _refuse_bad(said, within)
    by_key = {each.item: each for each in audit.items}
    for given in said:
        _write(by_key[BY_NAME[given["item"]].key], given, within)
    audit.first_by, audit.second_by = user.name, None
    at_work = {"audit_status": AuditStatus.AUDITING}
    dossiers.update_facts(session, audit.dossier, at_work, user.name, audit.case, "special audit")
    session.flush()  # a constraint speaks here, not at the commit
    return {"items": rows(audit), "second_note": "", "item_choices": [{"value": i.key, "label": i.zh} for i in ITEMS]}


@on_completion("audit.second", anew=True)
def second(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """Another looks again: agrees, perhaps with doubts of their own, or gives it back."""
    audit = audit_of(session, task)
    if answers.get("second_result") == "back":
        return {"second_note": need(answers, "second_note", "Say what is wrong."), "any_doubts": False}
    more = [given for given in answers.get("more") or [] if any(given.values())]
    _refuse_more(more)
    by_key = {each.item: each for each in audit.items}
    for given in more:
        found = by_key[str(given["doubted"])]
        found.verdict, found.problem = Verdict.DOUBTFUL, text(given, "problem")
    audit.second_by = user.name
    session.flush()  # a constraint speaks here, not at the commit
    listed = [row(each) for each in doubts(audit)]
    return {"items": rows(audit), "doubts": listed, "any_doubts": bool(listed), "more": []}


def _is_audited(session: Session, dossier_id: int) -> bool:
    running = select(Audit.case_id).where(Audit.dossier_id == dossier_id, Audit.ended_at.is_(None))
    return session.scalars(running).first() is not None


def _write(found: AuditItem, given: Row, within: Within) -> None:
    item = BY_NAME[given["item"]]
    material = within.get(str(given.get("material") or ""))
    found.claim, found.earliest = item.read(text(given, "claim")), item.read(text(given, "earliest"))
    found.verdict, found.problem = Verdict(given["verdict"]), text(given, "problem")
    found.material_id = material.id if material else None
    found.place, found.source = (pages.number(material), material.name) if material else ("", "")


def _refuse_bad(said: Sequence[Row], within: Within) -> None:
    problems: dict[str, list[Sentence]] = {}
    for number, given in enumerate(said):
        for field, why in _wrong_with(BY_NAME[given["item"]], given, within):
            problems.setdefault(f"items.{number}.{field}", []).append(why)
    if problems:
        raise Invalid(problems)


def _wrong_with(item: Item, given: Row, within: Within) -> Iterator[tuple[str, Sentence]]:
    unread = [field for field in ("claim", "earliest") if not _is_read(item, text(given, field))]
    yield from ((field, sentence("A date is written 2026-07-01, 2026-07 or 2026.")) for field in unread)
    verdict = given.get("verdict")
    if verdict == Verdict.NONE and (text(given, "claim") or text(given, "earliest")):
        yield "verdict", sentence("Something is claimed or recorded: compare it.")
    if verdict == Verdict.DOUBTFUL and not text(given, "problem"):
        yield "problem", sentence("Say what does not agree.")
    if verdict != Verdict.CONSISTENT:
        return
    if str(given.get("material") or "") not in within:
        yield "material", sentence("Name the material with the earliest record.")
    if not unread and not item.agrees(item.read(text(given, "claim")), item.read(text(given, "earliest"))):
        yield "verdict", sentence("The two values differ.")


def _is_read(item: Item, said: str) -> bool:
    try:
        item.read(said)
    except ValueError:
        return False
    return True


def _refuse_more(more: Sequence[Row]) -> None:
    problems: dict[str, list[Sentence]] = {}
    for number, given in enumerate(more):
        if not given.get("doubted"):
            problems[f"more.{number}.doubted"] = [sentence("Choose an item.")]
        if not text(given, "problem"):
            problems[f"more.{number}.problem"] = [sentence("Say what does not agree.")]
    if problems:
        raise Invalid(problems)
