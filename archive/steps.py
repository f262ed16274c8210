"""The case and the people of a step, whichever process it is."""

from typing import Any

from sqlalchemy.orm import Session

from workflow.errors import NotFound
from workflow.identity import User
from workflow.models import Case, UserTask
from workflow.registry import Work


def case_id(step: UserTask | Work) -> int:
    """The case of a step; 0 outside any."""
    return step.case_id if isinstance(step, UserTask) else step.instance.case_id if step.instance else 0


def case_of(session: Session, step: UserTask | Work) -> Case:
    """The case itself; raises NotFound outside any."""
    found = session.get(Case, case_id(step))
    if found is None:
        raise NotFound
    return found


def name_of(session: Session, login: Any) -> str:
    """Who this login is, as papers name them; "" for nobody."""
    user = session.get(User, str(login or ""))
    return user.display_name if user else ""
