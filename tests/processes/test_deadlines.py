"""Deadlines are parameters: no diagram, table or handler holds one, each of the rules' has its parameter, and a
change touches no case begun before."""

import ast
import re
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest
from sqlalchemy import select

from archive import parameters
from archive.parameters import KNOWN
from tests.msgids import ROOT
from tests.processes.correcting import Correctors
from tests.standing import standing
from workflow import engine
from workflow.diagram import policies
from workflow.models import UserTask
from workflow.statuses import TaskStatus

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"
DIAGRAMS = sorted((ROOT / "bpmn").glob("*.bpmn"))
TABLES = sorted((ROOT / "bpmn").glob("*.dmn"))
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
ASKED = re.compile(r"parameter\(['\"](\w+)['\"]\)")
SAID = re.compile(
    r"[0-9一二三四五六七八九十两]\s*(个)?(工作日|个?月|天|日|小时|分钟)|\d\s*(working )?(day|month|hour|minute)|\d:\d\d"
)
COUNTING = {"add_working_days", "months_later", "after_months", "working_days"}  # the calendar's: how many, last

ANNEX_A = {  # the rules' table of deadlines and thresholds: row → parameter: default, unit
    "mat_send": {"mat_send": (1, "month")},
    "mat_folder": {"mat_folder": (1, "month")},
    "mat_bind": {"mat_bind": (1, "year")},
    "cadre_out": {"cadre_out": (2, "month")},
    "cadre_in_audit": {"cadre_in_audit": (2, "month")},
    "receipt_back": {"receipt_back": (2, "working day")},
    "receipt_chase": {"receipt_chase": (1, "month")},
    "receipt_loss": {"receipt_loss": (3, "month")},
    "flow_out": {"flow_out": (15, "working day")},
    "grad_register": {"grad_register": (0, "working day")},
    "loan_days": {"loan_days": (10, "working day")},
    "grant_minutes": {"grant_minutes": (120, "minute")},
    "approval_valid": {"approval_valid": (15, "day")},
    "defect_fix": {"defect_fix": (10, "working day")},
    "sample_rate": {"sample_rate": (5, "%")},
    "pass_rate": {"pass_rate": (95, "%")},
    "temp / rh": {
        "temperature_low": (14, "°C"),
        "temperature_high": (24, "°C"),
        "temperature_daily": (2, "°C"),
        "humidity_low": (45, "%"),
        "humidity_high": (60, "%"),
        "humidity_daily": (5, "%"),
    },
    "reading": {"climate_readings": (2, "per day")},
    "inventory": {"inventory": (1, "per year")},
    "collective": {"collective": (5_000_000, "fen")},
    "pay_after_accept": {"pay_after_accept": (30, "day")},
    "contract_after_award": {"contract_after_award": (30, "day")},
    "contract_publish": {"contract_publish": (2, "working day")},
    "log_keep": {"log_keep": (6, "month")},
}
NOT_ASKED_YET = {
    "pay_after_accept",
    "contract_after_award",
    "contract_publish",
    "log_keep",
    "collective",
}  # no process of these here


def times(path: Path) -> list[tuple[str, str]]:
    """Where a diagram says when: the element's id and what it says. The rounds of a start are no deadline: nothing
    waits for them."""
    found = []
    for each in ElementTree.parse(path).iter():
        for name in ("dueDate", "followUpDate"):
            if text := each.get(CAMUNDA + name):
                found.append((each.get("id", ""), text))
        if each.get("name") in ("followUpDate", "reminders"):
            found.append(("reminders", "${" + each.get("value", "").replace("PT0S", "") + "}"))  # PT0S: at the due date
        if each.tag in (f"{BPMN}timeDate", f"{BPMN}timeDuration"):
            found.append((path.stem, each.text or ""))
    return found


@pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.stem)
def test_no_diagram_holds_a_deadline(path):
    literal = [(where, said) for where, said in times(path) if re.search(r"\d", QUOTED.sub("", said))]
    constant = [(where, said) for where, said in times(path) if not said.startswith("${")]
    assert literal == constant == []


@pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.stem)
def test_no_diagram_tells_people_a_deadline_that_may_have_changed(path):
    said = []
    for each in ElementTree.parse(path).iter():
        said += [each.get("name") or "", each.get("value") or ""]
        said += [each.text or ""] if each.tag in (f"{BPMN}documentation", f"{BPMN}text") else []
    assert [text for text in said if SAID.search(text)] == []


@pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.stem)
def test_nothing_but_a_legal_hold_stops_the_clock_of_a_step(path):
    model = engine.prepare(path.read_bytes(), path.stem)
    steps = [each for each in model.activities.values() if each.kind == "userTask"]
    free = [each.id for each in steps if policies.policy(each.properties, policies.CLOCK_STOPS) != policies.LEGAL_HOLD]
    assert free == [] and steps


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_no_decision_table_holds_days(path):
    text = path.read_text("utf-8")
    days = [place for place, name in re.findall(r'<output id="output_(\d+)" name="(\w+)"', text) if name == "days"]
    cells = [cell for place in days for cell in re.findall(rf'_out_{place}"><text>([^<]*)<', text)]
    assert [cell for cell in cells if not ASKED.fullmatch(cell)] == [] and len(cells) >= len(days)


@pytest.mark.parametrize("path", sorted((ROOT / "archive").rglob("*.py")), ids=lambda path: path.stem)
def test_no_handler_counts_days_by_a_number_of_its_own(path):
    calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    counting = [each for each in calls if getattr(each.func, "attr", getattr(each.func, "id", "")) in COUNTING]
    assert [each.lineno for each in counting if isinstance(each.args[-1], ast.Constant) and each.args[-1].value] == []


def test_every_row_of_the_rules_has_its_parameter():
    held = {row: {key: (KNOWN[key].default, KNOWN[key].unit) for key in wanted} for row, wanted in ANNEX_A.items()}
    assert held == ANNEX_A
    assert KNOWN["log_keep"].least == 6 and KNOWN["pay_after_accept"].most == 60


def test_every_parameter_a_diagram_or_table_or_form_asks_for_is_known():
    asking = [*DIAGRAMS, *TABLES, *(ROOT / "forms").glob("*.form")]
    asked = {key for path in asking for key in ASKED.findall(path.read_text("utf-8"))}
    assert asked - set(KNOWN) == set() and len(asked) > 100


def test_every_parameter_is_asked_for_somewhere():
    """One on the screen that nothing asks for would be a promise nobody keeps."""
    files = [path for name in ("archive", "bpmn", "forms", "web") for path in (ROOT / name).rglob("*.*")]
    kept = {"parameters.py", "step_deadlines.py"}
    text = "".join(
        path.read_text("utf-8")
        for path in files
        if path.suffix in (".py", ".bpmn", ".dmn", ".form", ".html") and path.name not in kept
    )
    asked = set(re.findall(r"['\"](\w+)['\"]", text))
    assert {key for key in KNOWN if key not in asked} == NOT_ASKED_YET


class Dated(Correctors):
    """Corrections whose steps are looked at for when they are due."""

    def due(self) -> list[tuple[str, str]]:
        """The open steps with the day each is due, as they came."""
        with self.database.reading() as session:
            rows = select(UserTask).where(UserTask.status == TaskStatus.OPEN).order_by(UserTask.id)
            return [(each.activity_id, each.due_at.date().isoformat()) for each in session.scalars(rows)]

    def change(self, key: str, days: int) -> None:
        with self.database.transaction() as session:
            parameters.change(session, key, days, date(2026, 7, 1), "dora", "新规定")


def test_a_deadline_changed_today_holds_for_new_cases_and_not_for_those_that_run(office, clock):
    correctors = standing(Dated, office, 2)
    correctors.ask()
    clock.move(minutes=1)
    correctors.change("correction_write", 7)
    correctors.change("correction_check", 9)
    clock.move(minutes=1)
    correctors.write(("name", "李明一"))
    assert correctors.due() == [("check", "2026-07-03")]
    correctors.ask(key="20260701-0000M2", number=2)
    assert correctors.due() == [("check", "2026-07-03"), ("write", "2026-07-10")]
