"""Call activities: which process they call."""

from sqlalchemy.orm import Session

from workflow import engine
from workflow.errors import sentence
from workflow.models import ProcessInstance

DEEPEST = 10  # called processes within called processes


def check_depth(session: Session, instance: ProcessInstance) -> None:
    """Raises BudgetExceeded when this instance is called too deep to call another."""
    depth, at = 1, instance
    while at.parent_id is not None:
        depth, at = depth + 1, session.get_one(ProcessInstance, at.parent_id)
    if depth > DEEPEST:
        raise engine.BudgetExceeded(what=sentence("the depth of called processes"), limit=DEEPEST)
