"""Decision tables (DMN): rules that managers write, asked by business rule tasks. See docs/decision-tables.md.

A file is read once (`read`) and then asked (`Decisions.decide`). Pure: no database, no clock.
"""

from workflow.decisions import references  # noqa: F401 - its rules register themselves
from workflow.decisions.deciding import Decisions, mapped
from workflow.decisions.problems import DecisionFailed
from workflow.decisions.reading import check, ids, read
from workflow.decisions.tables import Outcome, Policy

__all__ = ["DecisionFailed", "Decisions", "Outcome", "Policy", "check", "ids", "mapped", "read"]
