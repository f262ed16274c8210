"""What the rules leave to the office: one table of parameters, each with its unit, source and history.

A change names the day it holds from; what held on any earlier day can still be asked, and a case keeps what it began
with (docs/decisions/0013-parameters-of-a-case.md). Without a row the default below holds. Changed by people through
archive.parameter_changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import JSON, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from archive.refusals import wrong
from archive.step_deadlines import STEPS
from workflow import office
from workflow.clock import now
from workflow.db import Base
from workflow.errors import NotFound, sentence
from workflow.models import Case, ProcessInstance
from workflow.registry import case_function

MANAGE = "parameters.manage"
SECURITY = "policies.manage"  # what the security role keeps


@dataclass(frozen=True)
class Known:
    """A parameter: what it is, what holds when nobody changed it, in which unit, by which rule. `least` and `most`:
    the bounds a regulation sets to the office, inclusive. `by`: the permission of those who change it."""

    title: str
    default: Any
    unit: str
    source: str
    least: int | None = None
    most: int | None = None
    by: str = MANAGE


RULES: Mapping[str, Known] = {
    "mat_send": Known("A material is sent in", 1, "month", "SJ09"),
    "mat_folder": Known("A material is put into its folder", 1, "month", "SJ09"),
    "mat_bind": Known("A material is bound", 1, "year", "SJ09"),
    "cadre_out": Known("A cadre dossier is transferred", 2, "month", "TL18"),
    "cadre_in_audit": Known("A received cadre dossier is audited", 2, "month", "TL18"),
    "receipt_back": Known("The receipt slip goes back", 2, "working day", "TL18, TL91; 2 days are our own"),
    "receipt_chase": Known("A missing receipt slip is asked for", 1, "month", "TL91"),
    "receipt_loss": Known("A dossier without receipt counts as lost", 3, "month", "local practice"),
    "chase_again": Known("A missing receipt slip is asked for again every", 10, "working day", "our own"),
    "letter_remind": Known("A keeper is reminded of a letter after", 15, "working day", "our own"),
    "letter_phone": Known("A keeper is telephoned about a letter after", 30, "working day", "our own"),
    "letter_close": Known("A letter without answer is looked at anew after", 60, "working day", "our own"),
    "transfer_inside": Known(
        "With a dossier to another office of this house go", ["catalogue", "images"], "list", "TL18 art. 23"
    ),
    "audit_supplement": Known("A sender is asked again about a problem every", 1, "month", "our own"),
    "flow_out": Known("A mobile person's dossier is transferred", 15, "working day", "LD21"),
    "grad_register": Known("A delivered pack is registered and shelved", 0, "working day", "promise of the office"),
    "receipt_slip": Known("The receipt slip of a pack goes back", 0, "working day", "promise of the office"),
    "receipt_slip_late": Known(
        "The receipt slip of a pack goes back at the latest", 3, "working day", "promise of the office"
    ),
    "exception_days": Known("An exception is settled", 5, "working day", "our own"),
    "identity_days": Known("The sender answers about an identity", 5, "working day", "our own"),
    "identity_over": Known(
        "A pack whose sender does not answer about an identity goes back", 10, "working day", "our own"
    ),
    "list_days": Known("A pack missing from the list is traced", 1, "working day", "our own"),
    "missing_chase": Known("Missing material is asked for again", 30, "working day", "our own"),
    "sort_days": Known("A dossier is out of the store to be sorted", 5, "working day", "our own"),
    "sort_limit": Known("Dossiers one officer has in hand to be sorted", 20, "dossier", "our own"),
    "sort_returns": Known("A sorting returned so often goes to the director", 3, "time", "our own"),
    "loan_days": Known("A loan lasts", 10, "working day", "local practice, 5 to 10"),
    "loan_remind": Known("A borrower is reminded before the due day by", 2, "working day", "our own"),
    "loan_letter": Known("A letter asks for an overdue loan after", 3, "working day", "our own"),
    "loan_leader": Known("An overdue loan goes to the leader after", 10, "working day", "our own"),
    "loan_recall": Known("A recalled loan is due in", 2, "working day", "our own"),
    "grant_minutes": Known("A grant to read lasts", 120, "minute", "practice"),
    "grant_days": Known("A grant to read holds", 5, "day", "our own"),
    "approval_valid": Known("An approval holds", 15, "day", "our own"),
    "reading_purposes": Known(
        "Purposes a dossier may be read for",
        ["political", "cadre_work", "talent", "discipline", "history", "daily", "other"],
        "list",
        "TL18 art. 31",
    ),
    "reading_higher": Known(
        "Managed by a higher authority, by the words of the record",
        "中央管、中管、省管、市管、省委管、市委管",
        "words",
        "TL18 art. 32; a district's own list",
    ),
    "reading_section": Known(
        "Section level and above, by the words of the record",
        "科级、正科、副科、主任科员、科长、县级、正县、副县、处级、正处、副处、处长、调研员、局级、正局、副局、局长、"
        "司级、厅级、正厅、副厅、厅长、巡视员、部级",
        "words",
        "practice; a district's own list",
    ),
    "readers_cadre": Known("Readers of a cadre dossier, at least", 2, "person", "TL18", least=2),
    "readers_flow": Known("Readers of a mobile person's dossier, at least", 2, "person", "SJ09", least=2),
    "reading_supplement": Known("A request to read is filled in or supplemented", 5, "working day", "our own"),
    "reading_decide": Known("A request to read is decided", 2, "working day", "our own"),
    "reading_decide_section": Known(
        "A request to read is decided below the section's level", 1, "working day", "our own"
    ),
    "reading_decide_discipline": Known(
        "A request to read is decided for discipline, inspection and courts", 0, "working day", "practice"
    ),
    "reading_ask_again": Known("Two readers at the screen are asked again after", 15, "minute", "our own"),
    "defect_fix": Known("A defect is mended", 10, "working day", "our own"),
    "sample_rate": Known("Sample of a batch", 5, "%", "DA/T 31"),
    "pass_rate": Known("A batch passes at", 95, "%", "practice"),
    "sample_growth": Known("After a round that failed the sample grows, times", 2, "time", "our own", least=1),
    "sample_least": Known("Sample of a batch, at least", 5, "dossier", "our own"),
    "accept_rounds": Known("Rounds of acceptance before everything is checked", 3, "time", "our own"),
    "accept_group_days": Known("An acceptance group is formed in", 5, "working day", "our own"),
    "accept_group": Known("People of an acceptance group, at least", 3, "person", "our own", least=3),
    "trial_days": Known("Equipment runs on trial for", 15, "day", "practice"),
    "scan_out_days": Known("A dossier is away for scanning at most", 3, "working day", "our own"),
    "scan_out_cadre": Known("A cadre dossier is away for scanning at most", 0, "working day", "local rules"),
    "scan_formats": Known("Page images are", "JPEG", "format", "GB/T 33870, tenders"),
    "scan_dpi": Known("Pages are scanned at least at", 300, "dpi", "DA/T 31, tenders"),
    "scan_depth": Known("Pages are scanned in colours of", 24, "bit", "GB/T 33870, tenders"),
    "scan_skew": Known("A page may lie askew by", 1, "°", "tenders, 1 to 3"),
    "scan_sharpness": Known("Writing on a page is out of focus below a sharpness of", 30, "%", "our own"),
    "scan_border": Known("A black border may take of the side", 2, "%", "our own"),
    "scan_size": Known("An image for reading has at most", 2048, "KB", "practice"),
    "audit_proof": Known("Proof for doubts of an audit is brought within", 30, "working day", "our own"),
    "certificate_kinds": Known(
        "Certificates issued here",
        ["kept", "inquiry", "experience", "kin", "education", "political"],
        "list",
        "practice",
    ),
    "certificate_days": Known("A certificate is issued within", 3, "working day", "practice, 1 to 3"),
    "certificate_supplement": Known("Material for a certificate is brought within", 15, "working day", "our own"),
    "public_address": Known("Address under which the public reaches this system", "", "address", "our own"),
    "temperature_low": Known("Storeroom, lowest temperature", 14, "°C", "KF87"),
    "temperature_high": Known("Storeroom, highest temperature", 24, "°C", "KF87"),
    "humidity_low": Known("Storeroom, lowest humidity", 45, "%", "KF87"),
    "humidity_high": Known("Storeroom, highest humidity", 60, "%", "KF87"),
    "climate_readings": Known("Climate readings", 2, "per day", "KF87"),
    "temperature_daily": Known("Storeroom, temperature in a day varies by at most ±", 2, "°C", "KF87"),
    "humidity_daily": Known("Storeroom, humidity in a day varies by at most ±", 5, "%", "KF87"),
    "climate_minutes": Known("A value outside its limits is an alarm after", 15, "minute", "our own"),
    "climate_confirm": Known("A climate alarm is confirmed within", 15, "minute", "our own"),
    "climate_normal": Known("A climate alarm is over when normal for", 2, "hour", "our own"),
    "climate_escalate": Known("A climate alarm goes to the leader after", 4, "hour", "our own"),
    "inventory": Known("Full counts of the storeroom", 1, "per year", "local practice"),
    "inventory_freeze": Known("Movements during a count are", "refused", "refused or recorded", "our own"),
    "inventory_days": Known("A count is done within", 5, "working day", "our own"),
    "inventory_search": Known("A difference of a count is searched for", 5, "working day", "our own"),
    "loss_search": Known("A lost dossier is searched for", 10, "working day", "our own"),
    "collective": Known("Decided collectively from", 5_000_000, "fen", "the unit's rules"),
    "pay_after_accept": Known("Paid after acceptance within", 30, "day", "payment regulation for small firms", most=60),
    "contract_after_award": Known("Contract after the award within", 30, "day", "procurement law"),
    "contract_publish": Known("A contract is published within", 2, "working day", "procurement law"),
    "log_keep": Known("Logs are kept", 6, "month", "cybersecurity law", least=6, by=SECURITY),
    "batch_dossiers": Known("Dossiers of one batch, at most", 200, "dossier", "our own", least=1),
    "closing_time": Known("Packs count for the day until", "17:30", "time of day", "promise of the office"),
    "keeper_code": Known("Code of this keeper", "YX", "text", "our own"),
    "dossier_prefix": Known("Dossier numbers begin with", "YX", "text", "our own"),
}
KNOWN: Mapping[str, Known] = RULES | {
    key: Known(title, days, "working day", "our own") for key, (title, days) in STEPS.items()
}


class ParameterValue(Base):
    """The value of a parameter from a day on. Rows are added, never changed: of two for one day the later
    holds."""

    __tablename__ = "parameter_values"
    __table_args__ = (Index("ix_parameter_values_key", "key", "valid_from", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40))
    valid_from: Mapped[date]
    value: Mapped[Any] = mapped_column(JSON)
    source: Mapped[str] = mapped_column(String(200), default="")
    why: Mapped[str] = mapped_column(Text, default="")
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(60))


def value(session: Session, key: str, on: date | None = None, case: Case | int | None = None) -> Any:
    """What holds for `key` on a day (today when not said), or in a case (or the id of one): what was known when it
    began, for its day; no later change touches it. Raises NotFound for an unknown key."""
    known = find(key)
    rows = select(ParameterValue).where(ParameterValue.key == key)
    if case is not None:
        opened = case.opened_at if isinstance(case, Case) else session.get_one(Case, case).opened_at
        on, rows = office.of(session).local(opened).date(), rows.where(ParameterValue.changed_at <= opened)
    day = on or office.of(session).today()
    latest = (ParameterValue.valid_from.desc(), ParameterValue.id.desc())
    held = session.scalars(rows.where(ParameterValue.valid_from <= day).order_by(*latest).limit(1)).first()
    return known.default if held is None else held.value


def change(
    session: Session, key: str, new: Any, valid_from: date, by: str, why: str = "", source: str = ""
) -> ParameterValue:
    """Let `new` hold from a day on. Raises NotFound for an unknown key and Invalid for a value of another type."""
    known = find(key)
    if type(new) is not type(known.default):
        title = sentence(known.title)
        raise wrong("value", "“{title}” needs a value like {example}.", title=title, example=known.default)
    if known.unit == "time of day":
        _time(new)
    row = ParameterValue(
        key=key, valid_from=valid_from, value=new, source=source, why=why, changed_at=now(), changed_by=by
    )
    session.add(row)
    session.flush()  # the next question sees it
    return row


def history(session: Session, key: str) -> list[ParameterValue]:
    """Every value `key` was given, newest first."""
    rows = select(ParameterValue).where(ParameterValue.key == key)
    return list(session.scalars(rows.order_by(ParameterValue.valid_from.desc(), ParameterValue.id.desc())))


@case_function("parameter")
def parameter(session: Session, key: str, instance: ProcessInstance | None = None) -> Any:
    """For expressions: what holds for `key` in the running case; outside any, today."""
    return value(session, key, case=instance.case_id if instance else None)


def find(key: str) -> Known:
    """The parameter; raises NotFound."""
    if key not in KNOWN:
        raise NotFound("There is no parameter named {key}.", key=key)
    return KNOWN[key]


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise wrong("value", "A time of day is written like 17:30.") from None
