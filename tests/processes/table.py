"""docs/processes.md, made of the tests: `@covers("S2", "hand_out")` on a test says which row of the specification it
walks through, at which elements of the diagram. `make docs` writes the page; tests/test_processes_page.py keeps it."""

import importlib
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.msgids import ROOT
from tests.processes.specification import NOT_HERE
from workflow import engine

PAGE = ROOT / "docs" / "processes.md"
INTRODUCTION = """# Processes: from the rule to the diagram to the test

Each row names a step of the specification, the element of the diagram that does it, and the test that walks through it.
Made by `make docs` from the tests themselves (`tests/processes/table.py`); `tests/test_processes_page.py` keeps it true: every
element named here exists, every task, job, timer and end event of the diagrams is walked through, and no row of the step tables
(`tests/processes/specification.py`) is missing."""
STEPS = {"userTask", "serviceTask", "boundaryEvent", "endEvent", "startEvent", "intermediateCatchEvent"}


@dataclass(frozen=True)
class Section:
    """A process of the specification, or two that are one here, or one the specification has no steps of: its diagrams,
    the modules of tests that walk it (a blank between two), and its rows with what each asks for."""

    title: str
    processes: str  # of the specification, a blank between two
    diagrams: tuple[str, ...]
    module: str
    said: str
    rows: dict[str, str]


@dataclass
class Covered:
    """What the tests say of one row."""

    elements: list[str] = field(default_factory=list)
    tests: list[str] = field(default_factory=list)


SECTIONS = (
    Section(
        "Receipt of a pack",
        "P-REC",
        ("receipt",),
        "tests.processes.test_receipt tests.processes.test_receipt_exceptions tests.processes.test_receipt_duplicates "
        "tests.archive.test_packs_imports",
        "One instance per pack. Groups: window (窗口), registry (登记), review (复核), store (库房), director (中心主任). "
        "Missing material and list differences (E07, E08, E13, E14) hold nothing up; every other open exception keeps a "
        "pack from becoming a stored dossier and counts as an exception of its day. Deadlines are parameters: "
        "`list_days`, `exception_days`, `identity_days`, `missing_chase`; R1–R8 are due at the day's closing.",
        {
            "R0": "list imported, or pack at the desk",
            "R1": "sign for the pack; D4 blocked",
            "XG1 E13": "listed, not delivered: traced, supervised after 1 working day, written off or found",
            "XG1 E14": "delivered, not listed: goes on while the list is chased",
            "R2 XG2": "outside checked: E01–E05, E16 go back; E10 is opened by two and asked about",
            "R-REJ": "return proposed, confirmed by the director (another person), register and letter, sent by an "
            "official channel",
            "R3": "opened by two; the second signs by password",
            "XG3 R-ID": "E06, E11, E12, E15 (and E10): sender asked, reminded after 5 working days, back after 5 more",
            "escalation": "an exception not settled in time reaches the director",
            "R4 XG4": "duplicates D1–D3",
            "XG4 E09": "judged by review: merge, loose material, wrong ID",
            "R-MRG": "director agrees; number kept, materials join, merge record",
            "P-MAT": "loose material handed over; no new dossier",
            "R-DUP": "D2: letter of inquiry, held, reminded",
            "R5 XG5": "checklist GRAD, UNIT, PERSON",
            "R-NOTE E08": "notice and undertaking; never a reason to refuse",
            "R-NOTE E07": "necessary material chased beside, 30 working days",
            "R6": "registered; ID number typed a second time; number given by the machine",
            "R7": "reviewed by another person; back with a reason",
            "R8": "free position, label, double scan",
            "R9a": "receipt slip back, same day, at most 3 working days",
            "R9b": "province told, person told; retried, then an incident",
            "R10": "queued for sorting and scanning",
        },
    ),
    Section(
        "Close of the receiving day",
        "P-REC",
        ("day-close",),
        "tests.processes.test_day_close",
        "One instance per delivery day, begun by the first import or the first pack signed for.",
        {
            "timer": "17:30, or the message `day.close` with the day",
            "difference": "delivered − registered − exceptions",
            "≠ 0": "director, with the list of packs and where each waits",
            "= 0": "two signatures of two people",
            "paper": "当日接收统计表, numbered",
            "late packs": "after closing: the next working day, flagged",
        },
    ),
    Section(
        "Sorting of a dossier",
        "P-SORT",
        ("sorting-batch", "sorting"),
        "tests.processes.test_sorting",
        "A batch begins a matter for each dossier. Groups: director (中心主任), store (库房), registry (整理人), review "
        "(复核). Deadlines are parameters: `sort_days`, `sort_limit`, `sort_returns`.",
        {
            "S1": "batch plan: list, officer, due date; from the queue; limit for each officer",
            "S2": "handed out: label scanned, volumes and pages counted, signed",
            "S3": "each paper appraised: keep, return, transfer, to the person, destroy, freeze",
            "S3 XG": "anything not kept goes to be agreed to; else on to the classes",
            "S3b": "removals agreed by another; destruction with list, leader and two witnesses; never silently",
            "S4": "classed into the 16 leaf codes, ordered",
            "S5": "numbered, pages counted, pins out",
            "S6": "catalogue: order, dates, pages, doubles looked at; 档案目录",
            "S7": "bound, labelled, boxed",
            "S8": "checked by oneself, every point",
            "S9": "checked by another: pass, or back with defects; the third return goes to the director",
            "S9 XG": "passed, back with the list, or at the third return to the director",
            "S10": "what is lacking is written down, doubts are queued for the audit",
            "S11": "taken back: label and position scanned, pages in = pages due",
            "timer": "5 working days out of the store",
            "damage": "photo and mending",
            "foreign": "another person's paper goes to its keeper with a transfer notice",
            "suspicious": "frozen, queued for the audit, not filed, not thrown away",
        },
    ),
    Section(
        "Digitising a batch, and its acceptance",
        "P-SCAN P-ACC",
        ("scanning", "acceptance"),
        "tests.processes.test_scanning tests.processes.test_acceptance",
        "One matter for a batch, a result for each dossier; it goes out and comes back in turns. Groups: director (中心主任), "
        "store (库房), scanning (数字化加工), registry (登记), review (复核). The demands are the parameters `scan_…` as "
        "they were when the batch was planned; `scan_out_days`, `scan_out_cadre`: out of the store at most. The acceptance "
        "is called in the same matter, once for each round: `sample_rate`, `sample_least`, `pass_rate`, `accept_rounds`, "
        "`accept_group_days`, `defect_fix`.",
        {
            "C1": "batch under a contract: list, quantity, unit price, demands; only what is sorted; secrecy papers valid",
            "C2": "handed out by scan: volumes, pages, signed, slip in two copies; days out at most, pressed for",
            "C3": "unbound, worksheet",
            "C3b": "damaged paper: the archive decides",
            "C4": "compared with the sorted catalogue one to one; what differs is amended first",
            "C5": "every file read: format, dpi, depth, size, hash; what fails is on the rescan list",
            "C5 XG": "what fails the technical check is scanned again",
            "C6": "optimised set beside the raw one: askew, borders, size",
            "C7": "checked by oneself, then page by page by quality control; loop",
            "C8": "structure: pages = raw images = optimised images, none missing",
            "C9": "counted back: label, position, pages; slip; a difference stops the batch",
            "C10": "handed in with the report of the work and its quality",
            "ERR lost": "a lost page or dossier: the batch stops, found or established",
            "ERR carrier": "a missing data carrier is an incident",
            "ERR purge": "another person's page is taken away by two people",
            "A1": "application: 验收申请书 with the quantity",
            "A2": "a group of at least three, not the handler alone; two checkers who did not work on it; date",
            "A3": "everything checked by the machine: structure, pages, formats, hashes, ID number, catalogue",
            "A4": "random sample: rate and least number; the seed is kept",
            "A5": "two checkers look at every page of the sample",
            "A6": "good pages of the sampled ones; nothing fatal",
            "A6 XG": "passed, or the whole batch back",
            "A7": "整改意见书; the whole batch is reworked; the rate doubles",
            "A7 rounds": "rounds used up: the director has everything checked once more, or refuses",
            "A8": "what is wrong in the sample is mended and checked again to the last page; certificate, signatures",
            "A9": "accepted quantity; images fixed, counts before = after; two copies of each in other folders",
            "A10": "quantity × unit price goes on to payment",
        },
    ),
    Section(
        "Certificates and political review",
        "P-CERT",
        ("certificate", "certificate-void"),
        "tests.processes.test_certificate",
        "P-CERT. Groups: window (窗口), registry (经办), review (复核), director. Parameters: `certificate_kinds`, "
        "`certificate_days`, `certificate_supplement`, `public_address`. Anybody verifies a paper at "
        "`/certificates/verification`.",
        {
            "identity": "identity of who asks: the person, an agent with letter and paper, a unit with its letter",
            "type": "the right type: who may ask for it, which are issued here",
            "political": "political review: for a unit, two investigators with letter; never the person or a relative",
            "facts": "facts searched in the catalogue; each certified fact names its material by class and sequence",
            "not recorded": "not recorded: refused with a notice, or material is brought first",
            "draft": "drafted",
            "review": "reviewed by another; back with what is wrong",
            "number": "numbered 〔年〕证字, without gaps",
            "seal": "sealed and handed over; the log says to whom",
            "verify": "number and check code verify a sealed paper, by its QR code",
            "void": "a wrong certificate is made void by two people",
        },
    ),
    Section(
        "Correction of master data",
        "P-REC",
        ("correction",),
        "tests.processes.test_correction",
        "主数据更正. Groups: window (窗口), registry (填写), review (复核), director (审批). Old values stay with from, to, "
        "who and case; the ID number stands in no variable and no log.",
        {
            "M1": "asked by the person, a unit or found here; one correction of a person at a time",
            "M2": "written fact by fact: what it says, what is to stand, the evidence, its material",
            "M3": "another compares with the evidence; a leader decides what says who the person is; never who asked, "
            "wrote, or is related",
            "M4": "the record changes, old values stay, the province is told; what changed meanwhile goes back",
            "M5": "a new ID number is typed twice by two people, unseen; looked for among the dossiers here and elsewhere",
            "M6": "open matters about the person's dossiers name them as they are called now, and say so",
        },
    ),
    Section(
        "Reading and lending",
        "P-BRW",
        ("reading",),
        "tests.processes.test_reading",
        "One request for one dossier. Who decides stands in `bpmn/reading-approver.dmn`. Groups: window (窗口), registry "
        "(档案), review (科室), director (领导), store (库房). Deadlines and numbers are parameters: `readers_cadre`, "
        "`readers_flow`, `reading_purposes`, `reading_supplement`, `reading_ask_again`, `grant_minutes`, `grant_days`, "
        "`approval_valid`, `loan_days`, `loan_remind`, `loan_letter`, `loan_leader`, `loan_recall`.",
        {
            "B1": "the request: purpose of the list, two or more readers with ID, letter used once, mode, scope",
            "B2": "the unit's leader signs here, or the sealed form is uploaded",
            "B3": "pre-check: readers, relatives, purpose, scope, dossier in the store, managing authority",
            "B3 XG": "refused with reason; supplemented in 5 working days or closed; self and relatives refused always",
            "B4": "opinion of the section",
            "B4h": "a higher authority's cadre: petition and its answer",
            "B5": "approved, refused or restricted by rank and mode; the approval is issued",
            "B5 XG": "on the screen, in the room, lent; or refused",
            "B6d": "grant: materials, minutes, days, no print or download by default; withdrawn or over at any time",
            "B7d": "two readers at one screen, watermark, each page written down",
            "B6r": "taken to the reading room, label scanned, pages counted",
            "B7r": "read in the room before an officer, telephones away",
            "B8": "copies and extracts within the approved pages, numbered, stamped, registered",
            "B6l": "handed out sealed, counted, due in working days, slip",
            "B7l": "reminder, overdue, letter, leader; one extension by a new approval; called back",
            "B8l": "counted page by page; a difference shuts the unit out and is looked into",
            "B9": "back to its place by scan, the result registered",
            "own": "nobody reads their own dossier",
            "discipline": "inspection and discipline: the leader the same day, shielded from ordinary operators",
            "once": "an approval holds once and for 15 days",
        },
    ),
    Section(
        "Loose materials, and asking for what is lacking",
        "P-MAT",
        ("loose-materials", "loose-chase"),
        "tests.processes.test_loose",
        "P-MAT. Groups: window (窗口), registry (归档人), store (库房), director. Parameters: `mat_send`, `mat_folder`, "
        "`mat_bind`, `missing_chase`.",
        {
            "sent": "the forming unit sends papers with a list, a month after they were formed at the latest",
            "check": "eight points of each paper",
            "refused": "refused with the reason, by a notice",
            "register": "accepted and registered as loose materials; receipt in two copies",
            "folder": "in the folder within a month, else the director asks",
            "gone": "the dossier has left meanwhile: the papers go back to the unit, which sends them after it",
            "bind": "classed and in the catalogue within a year, else the director asks",
            "scan": "the new pages wait to be scanned",
            "lacking": "what was lacking and came is closed on the list",
            "chase": "a letter to each unit once a quarter for what is lacking",
        },
    ),
    Section(
        "Counting the storeroom",
        "P-INV",
        ("inventory",),
        "tests.processes.test_inventory",
        "P-INV, 清点. Groups: director (中心主任), store (库房), and two counters. Parameters: `inventory`, "
        "`inventory_freeze`, `inventory_days`, `inventory_search`. Counters scan at `/inventories`.",
        {
            "plan": "scope (all rooms, room, row, cabinet), day, two counters; amended or given up",
            "freeze": "movements of the scope are refused, or recorded with their time (parameter)",
            "count": "two different people scan; the second does not see the first's list; late: pressed for",
            "compare": "present, missing, misplaced, unexpected, damaged, on loan, out for scanning, seen by one only",
            "search": "differences are searched for in 5 working days",
            "decide": "every difference is closed with a decision, by another than who searched",
            "loss": "a missing dossier starts the loss process at once",
            "report": "the numbered report, signed by both counters and who leads",
            "yearly": "each month it is seen whether a room is due for its full count",
            "thaw": "a case that is over, however it ended, has lifted the freeze",
        },
    ),
    Section(
        "Loss or damage of a dossier",
        "P-LOSS",
        ("loss",),
        "tests.processes.test_loss",
        "P-LOSS, 遗失损毁. Groups: director (领导), store (库房), registry (重建), and who is ordered to search. Parameter: "
        "`loss_search`. Begun by a count, from the dossier's page, or by hand.",
        {
            "stop": "the dossier stops: held by the matter, missing by its status",
            "report": "the superior is told at once, and orders the search",
            "search": "search or repair, late: pressed for; once more by order",
            "result": "the written result, numbered",
            "found": "found or repaired: back on its place by scan",
            "permission": "permission of who leads, on a ground, by another than who searched",
            "rebuild": "made anew, each paper with its source and who proves it; proof issued; shelved",
            "prove": "cannot be made anew: the loss is proved; damage is established",
            "responsibility": "who is responsible and what follows",
            "elsewhere": "what another process found missing goes on here; what a case still has in hand is settled there",
        },
    ),
    Section(
        "Seal by authority",
        "",
        ("seal",),
        "tests.processes.test_seal",
        "封存 (Annex B; the discipline seal of §10.7 O3). Groups: registry (登记), director (领导), store (库房). Without a "
        "deadline while the seal is on.",
        {
            "order": "the authority's document: issuer, number, day, scan; from the request on the case holds the dossier",
            "agree": "another person checks the document",
            "seal": "sealed on its shelf, label scanned",
            "effect": "not read, lent, sorted, scanned, counted out or transferred; open grants end; the case is not ended",
            "lift": "the document that lifts it, checked by another; label and position scanned",
        },
    ),
    Section(
        "Climate of the storerooms",
        "P-ENV",
        ("climate-alarm", "climate-month"),
        "tests.processes.test_climate",
        "P-ENV, 环境告警, 环境月报. Groups: store (库房), director (领导). Parameters: `temperature_low`, `temperature_high`, "
        "`temperature_daily`, `humidity_low`, `humidity_high`, `humidity_daily`, `climate_readings`, `climate_minutes`, "
        "`climate_confirm`, `climate_normal`, `climate_escalate`. Gateways post to `/climate/messages`.",
        {
            "alarm": "an alarm with value, instrument, duration: posted by a gateway, read by hand, or entered; one at a time",
            "confirm": "confirmed on the spot within 15 minutes, else urged; a false alarm says why",
            "action": "air conditioning, dehumidifying, closing; kept",
            "normal": "over when normal for 2 hours; outside again: acted on again",
            "escalate": "not normal in 4 hours: who leads decides",
            "emergency": "water and fire: everybody is told, the emergency plan, its report",
            "month": "环境月报: half days, days with too few readings, alarms",
        },
    ),
    Section(
        "Key and post hand-over",
        "P-KEY",
        ("key-handover",),
        "tests.processes.test_key_handover",
        "P-KEY, 换岗交接. Group: director (中心主任, begins it and supervises); the outgoing and the incoming keeper are "
        "named in it.",
        {
            "list": "who leaves lists keys, seals, registers and what is unfinished, and signs",
            "count": "who takes over counts each thing and signs; late: pressed for",
            "difference": "what does not agree is settled by the director: counted again, or the list put right",
            "sign": "a third person supervises and signs, or sends back",
            "paper": "换岗交接清单, numbered, signed by the three",
        },
    ),
    Section(
        "Acceptance of equipment and services",
        "P-ACC",
        ("acceptance-goods",),
        "tests.processes.test_acceptance_goods",
        "Groups: director (中心主任), registry (登记), and the group formed. Parameters: `trial_days`, `accept_group_days`, "
        "`defect_fix`.",
        {
            "arrival": "arrival: list, models and serial numbers, packing; installed",
            "trial": "trial run of so many days, recorded against the reference; once more when it went badly",
            "training": "training, manuals, warranty papers",
            "functions": "group of at least three; the list of functions; 验收单",
            "partial": "accepted in part: what is not keeps its price open, is mended or taken off",
            "assets": "assets registered; the accepted price goes on to payment",
            "service": "a service: report of its period, agreed levels, signed off by users, accepted by the group",
        },
    ),
    Section(
        "Special audit",
        "P-AUD",
        ("special-audit",),
        "tests.processes.test_special_audit",
        "P-AUD, 三龄二历一身份. Groups: registry (初审), review (复审), director (组织认定). Parameter: `audit_proof`. "
        "`archive.audit.open_doubts` is the gate other processes ask.",
        {
            "first": "first review: value in the newest form, earliest record with material and class-seq, consistent or not",
            "second": "second review by another, with doubts of their own, or back",
            "doubts": "list of doubts with a request for proof",
            "supplement": "supplement within 30 working days",
            "determine": "determination by the leaders, each doubt on a ground; or more proof",
            "discipline": "serious: to discipline",
            "file": "认定表 to class 5 as a material",
            "master": "result to the master data, both values kept",
            "gate": "the gate for appointment and transfer is closed while a doubt is open",
        },
    ),
    Section(
        "Transfer out",
        "P-OUT",
        ("transfer-out", "transfer-batch"),
        "tests.processes.test_transfer_out tests.processes.test_transfer_batch",
        "Both regimes. Groups: window (窗口), registry (登记), review (复核), director (中心主任), store (库房). Parameters: "
        "`flow_out`, `cadre_out`, `receipt_chase`, `chase_again`, `receipt_loss`.",
        {
            "O1": "a letter of a keeper with authority, of its days, used once; or of an office of this house, by message",
            "O2": "accepted, and the clock starts; incomplete is told once, no clock; refused",
            "O3": "holds, each named with its reason; only a legal seal stops the clock",
            "O4": "pulled: catalogue and paper agree, loose papers filed first",
            "O5": "cadre: audit problems settled, or listed in the hand-over sheet",
            "O6": "approved by another, back with a reason, or given up",
            "O7": "notice, list of materials in two copies, sealed by two; the channel rule, never by the person",
            "O8": "out of store; its place stays until the receipt is here",
            "O9": "courier's number, or two carriers with cards; never changed after; province and person told",
            "O10": "receipt; chased after a month and every 10 working days; after 3 months a possible loss",
            "O10 XG": "a receipt, a pack that came back, a complaint about papers missing",
            "O11": "receipt on the stub, struck from the register",
            "O12": "returned: kept, or put right and sent again",
            "O4b": "papers missing at the other end are sent after",
            "cancel": "given up before it is handed over; the notice's number is void",
            "recall": "after that, by a recall letter only",
            "deadline": "15 working days, 2 months: the director presses",
            "batch": "bulk: one letter, a transfer for each; list in two copies, two carriers, counted by both sides",
        },
    ),
    Section(
        "Transfer in",
        "P-IN",
        ("transfer-in",),
        "tests.processes.test_transfer_in",
        "Both regimes. Groups: window (窗口), registry (登记, two officers), review (复核), store (库房). Parameters: "
        "`letter_remind`, `letter_phone`, `letter_close`, `receipt_back`, `cadre_in_audit`, `audit_supplement`.",
        {
            "I1": "the person or the unit applies",
            "I2": "papers complete, or told once what is missing; kept here, or asked for already: refused",
            "I2 XG": "allowed; else a notice of refusal",
            "I3": "agreed to by another; the letter is numbered, with QR code, stub and label",
            "I4": "sent; to an office of this house by message",
            "I5": "the pack is known at the desk by its person and goes the way of a receipt",
            "timers": "15 working days: reminded; 30: telephoned; 60: a new letter, or closed",
            "I6": "stored: the letter is closed, used once",
            "J1": "cadre: by an appointment or a transfer",
            "J2": "letter sent; reminded",
            "J3": "received by two officers: carriers, seal, notice; else back with a note",
            "J3 XG": "wrong, opened, without notice: back with a note",
            "J4": "counted against the notice; differences go to the sender",
            "J5": "receipt signed, sealed and sent back at once",
            "J6": "audited on arrival; problems asked of the sender each month, or the dossier goes back",
            "J6 XG": "in order; else asked of the sender, or the dossier goes back",
            "J7": "registered, shelved",
            "pair": "two offices of one house: two processes with messages, a scan at each end, one chain",
        },
    ),
)


def covers(row: str, *elements: str) -> Callable[[Any], Any]:
    """Say that a test walks through this row of the specification at these elements; may stand several times."""

    def mark(test: Any) -> Any:
        test.covered = [(row, elements), *getattr(test, "covered", [])]
        return test

    return mark


def covered(section: Section) -> dict[str, Covered]:
    """Of each row, in the order of the specification, the elements and the tests."""
    found = {row: Covered() for row in section.rows}
    for module in section.module.split():
        for name, test in vars(importlib.import_module(module)).items():
            for row, elements in getattr(test, "covered", []) if name.startswith("test_") else []:
                of_row = found[row]  # KeyError: a test names a row that the specification does not have
                of_row.elements += [each for each in elements if each not in of_row.elements]
                of_row.tests.append(f"{module.rpartition('.')[2]}.py::{name}")
    return found


def shown(section: Section, row: str) -> str:
    """The row's id as the page says it: a step's own ("S3"), else with its process ("P-LOSS search"); no two alike."""
    return row if re.match(r"[A-Z]+-?\d|R-", row) else f"{(section.processes or section.diagrams[0]).split()[0]} {row}"


def steps(diagram: str) -> set[str]:
    """The elements of a diagram that somebody or something must pass."""
    model = engine.parse((ROOT / "bpmn" / f"{diagram}.bpmn").read_bytes())
    return {each.id for each in model.activities.values() if each.kind in STEPS}


def written(section: Section) -> str:
    """The section as the page says it."""
    return "\n".join(_lines(section))


def page() -> str:
    """The whole page."""
    absent = "\n".join(f"- {process}: {what}." for process, what in NOT_HERE.items())
    return "\n\n".join([INTRODUCTION, *map(written, SECTIONS), f"## Not in this product yet\n\n{absent}"]) + "\n"


def _lines(section: Section) -> Iterator[str]:
    files = ", ".join(f"`bpmn/{name}.bpmn`" for name in section.diagrams)
    yield from (f"## {section.title} — {section.processes.replace(' ', ', ')} — {files}", "", f"{section.said}", "")
    yield from ("| Row | Step | Element | Test |", "|-|-|-|-|")
    for row, found in covered(section).items():
        elements = ", ".join(f"`{each}`" for each in found.elements)
        tests = ", ".join(f"`{each}`" for each in found.tests)
        yield f"| {shown(section, row)} | {section.rows[row]} | {elements} | {tests} |"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    print(f"{os.path.relpath(PAGE)}: {sum(map(len, (s.rows for s in SECTIONS)))} rows")
