"""People relative to a case: who started it, somebody's head, who did an earlier step. Functions for expressions.

    assignee="${starter()}"  candidateUsers="${head(starter(), 2)}"  assignee="${performer('check')}"

All give a login, or null when there is none; whoever is not here any more is left out when the task is offered.
"""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import history
from workflow.expressions import EvaluationFailed
from workflow.identity import User, above
from workflow.models import Case, ProcessInstance, Upgrade, UpgradeRun, UserTask
from workflow.registry import case_function, expression_function
from workflow.statuses import TaskStatus, UpgradeStatus

HIGHEST = 20  # levels of heads; also where a ring of heads is left


def heads(session: Session, name: str | None, levels: int = 1) -> User | None:
    """The head of the person with this login, so many levels up; None when there is none so high.

    A head who is not here any more is stepped over: the next one up counts for them.
    """
    if levels <= 0:
        return session.get(User, name) if name else None
    return next(islice((head for head in above(session, name) if head.active), levels - 1, None), None)


def is_head_of(session: Session, user: User, name: str | None, even_gone: bool = False) -> bool:
    """Whether the user stands above the person with this login, on whatever level; `even_gone`: also one who left."""
    return (user.active or even_gone) and any(head.name == user.name for head in above(session, name))


def starter(session: Session, case_id: int) -> str | None:
    """The login of who started the case, or of who has taken it over from them; None when the machine did."""
    opened = session.get_one(Case, case_id).starter
    return None if opened == history.SYSTEM else opened


@case_function("starter")
def _starter(session: Session, instance: ProcessInstance | None = None) -> str | None:
    return starter(session, _inside("starter", instance).case_id)


@expression_function("head")
def _head(session: Session, name: Any = None, levels: Any = 1) -> str | None:
    if type(levels) is not int or not 1 <= levels <= HIGHEST:
        raise EvaluationFailed("{function}() goes 1 to {highest} levels up.", function="head", highest=HIGHEST)
    found = heads(session, str(name), levels) if name else None
    return found.name if found else None


@case_function("performer")
def _performer(session: Session, step: Any = None, instance: ProcessInstance | None = None) -> str | None:
    """Who did this step last; who had a substitute is meant, not the substitute."""
    return next(iter(_who_did(session, step, _inside("performer", instance))), None)


@case_function("performers")
def _performers(session: Session, step: Any = None, instance: ProcessInstance | None = None) -> list[str]:
    """Everybody who did this step, the last one first."""
    return list(dict.fromkeys(_who_did(session, step, _inside("performers", instance))))


def _inside(function: str, instance: ProcessInstance | None) -> ProcessInstance:
    if instance is None:
        raise EvaluationFailed("{function}() is known only inside a running process.", function=function)
    return instance


def _who_did(session: Session, step: Any, instance: ProcessInstance) -> Iterable[str]:
    query = select(UserTask.completed_by, UserTask.on_behalf_of).where(
        UserTask.instance_id == instance.id,
        UserTask.activity_id.in_(_former_names(session, str(step), instance)),
        UserTask.status == TaskStatus.COMPLETED,
    )
    found = session.execute(query.order_by(UserTask.ended_at.desc(), UserTask.id.desc()))
    return [row.on_behalf_of or row.completed_by for row in found]


def _former_names(session: Session, step: str, instance: ProcessInstance) -> set[str]:
    """The ids the step has had in the versions the instance ran on before."""
    names = {step}
    moves = (
        select(UpgradeRun.mapping)
        .join(Upgrade, Upgrade.run_id == UpgradeRun.id)
        .where(Upgrade.instance_id == instance.id, Upgrade.status == UpgradeStatus.DONE)
    )
    for mapping in session.scalars(moves.order_by(Upgrade.id.desc())):
        names |= {old for old, new in mapping.items() if new in names}
    return names
