"""The one machine of the week's processes: it fails now and then, and for good until somebody has corrected a fact."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from workflow import registry
from workflow.errors import Conflict
from workflow.registry import Work

TOPIC = "week.work"
BROKEN = "打印机缺纸"  # a subject with which it fails until it says something else


def install() -> None:
    """Known in this process."""
    registry.service_tasks[TOPIC] = work


def work(session: Session, asked: Work) -> Mapping[str, Any]:
    """Counts; raises Conflict for what is broken."""
    if asked.variables.get("subject") == BROKEN:
        raise Conflict("The printer has no paper.")
    return {"printed": int(asked.variables.get("printed") or 0) + 1}
