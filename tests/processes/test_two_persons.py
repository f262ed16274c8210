"""Two persons where the regulations ask for two: whoever redraws a process keeps these pairs apart.

That no way round a rule leads to the same person twice is proved for every rule by tests/workflow/separation; here
stands which steps of the shipped diagrams must have one. Witnesses and carriers who sign beside a person, and the two
readers of a sitting, are named in rows of their own, which constraints keep apart (see the models named last).
"""

import pytest
from lxml import etree
from sqlalchemy import CheckConstraint

from archive.audit.models import Audit
from archive.transfer.letter_tables import Letter
from archive.transfer.models import Dispatch, NumberCorrection, Transfer
from workflow.diagram import reading
from workflow.duties import language
from workflow.duties.language import Kind
from workflow.settings import CHECKOUT

STARTER = "(starter)"
APART = {  # process: step → who must be somebody else
    "sorting": {
        "agree_removals": {"appraise"},
        "witness_first": {"appraise", "agree_removals"},
        "witness_second": {"appraise", "agree_removals", "witness_first"},
        "second_check": {"appraise", "arrange", "number_pages", "compile_catalogue", "self_check"},
    },
    "scanning": {"quality_control": {"scan_pages"}},
    "acceptance": {
        "check_first": {"check_second", "scanning:scan_pages", "scanning:quality_control"},
        "check_second": {"check_first", "scanning:scan_pages", "scanning:quality_control"},
    },
    "acceptance-goods": {"sign_off": {"report_work"}},
    "reading": {
        "leader_signs": {"fill_request"},
        "pre_check": {"fill_request", "leader_signs"},
        "opinion": {"fill_request", "leader_signs", "pre_check"},
        "decide": {"fill_request", "leader_signs", "pre_check"},
    },
    "transfer-out": {"approve": {"accept_papers", "prepare"}},
    "transfer-batch": {"count_in": {"count_out"}},
    "certificate": {"review": {"identify", "search_facts", "draft"}},
    "certificate-void": {"agree_void": {STARTER}},
    "special-audit": {"second_review": {"first_review"}, "determine": {"first_review", "second_review"}},
    "key-handover": {"count_items": {"list_items"}, "sign_hand_over": {"list_items", "count_items"}},
    "inventory": {"count_second": {"count_first"}, "decide": {"search"}},
    "correction": {"check": {STARTER}, "decide": {STARTER, "check"}},
    "loss": {"permit": {"search"}, "settle_responsibility": {"search"}},
    "receipt": {
        "confirm_return": {"prepare_return"},
        "confirm_merge": {"judge"},
        "review_dossier": {"register_dossier"},
    },
    "day-close": {"sign_second": {"sign_first"}},
}


def apart(diagram: str) -> dict[str, set[str]]:
    """step → from whom the diagram keeps it apart."""
    root = etree.fromstring((CHECKOUT / "bpmn" / f"{diagram}.bpmn").read_bytes())
    found: dict[str, set[str]] = {}
    for process in reading.processes(root):
        said = {node.id: node.activity.properties for node in process.nodes.values() if node.activity}
        for rule in language.drawn(process.id, said):
            mine = found.setdefault(rule.at.element, set())
            if rule.kind is Kind.NOT_STARTER:
                mine.add(STARTER)
            if rule.kind is Kind.DIFFERENT_FROM:
                own = {
                    each.element if each.process == process.id else f"{each.process}:{each.element}"
                    for each in rule.others
                }
                mine |= own
    return found


@pytest.mark.parametrize("diagram", APART)
def test_the_diagram_keeps_apart_whom_the_rules_keep_apart(diagram):
    drawn = apart(diagram)
    for step, others in APART[diagram].items():
        assert others <= drawn.get(step, set()), step


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (Transfer, "packed_by_two"),
        (Dispatch, "carried_by_two"),
        (Letter, "received_by_two"),
        (NumberCorrection, "by_two"),
        (Audit, "reviewed_by_two"),
    ],
)
def test_those_who_sign_side_by_side_are_two_by_a_constraint(model, name):
    there = {str(each.name) for each in model.__table__.constraints if isinstance(each, CheckConstraint)}
    assert any(each.endswith(name) for each in there), there
