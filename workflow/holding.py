"""An instance, held: read as it is once nobody else can change its case. Everything in one question."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from workflow import history, rows, variable_rows, waits
from workflow.errors import NotFound
from workflow.models import ProcessDefinition, ProcessInstance
from workflow.statements import Filled, Statement, columns

_CASE_OF = Statement(select(ProcessInstance.case_id).where(ProcessInstance.id == bindparam("instance_id")))
_INSTANCE = Statement(
    select(*columns(ProcessInstance), *columns(ProcessDefinition))
    .join_from(ProcessInstance, ProcessInstance.definition)
    .where(ProcessInstance.id == bindparam("instance_id"))
)


@dataclass(frozen=True)
class Held:
    """An instance and what belongs to it: its variables, the rows of its waits, the answers to what else was asked."""

    instance: ProcessInstance
    variables: dict[str, Any]
    standing: dict[waits.Key, int]
    answers: list[list[Any]]


def take(session: Session, instance_id: int, case_id: int | None = None, *questions: Filled) -> Held:
    """The instance as it is now, held with its whole case until the transaction ends; NotFound when there is none."""
    found, variables, standing, *answers = history.hold(
        session,
        _case_of(session, instance_id) if case_id is None else case_id,
        _INSTANCE(instance_id=instance_id),
        variable_rows.READ(instance_id=instance_id, since=0),
        waits.LIVE(instance_id=instance_id),
        *questions,
    )
    if not found:
        raise NotFound
    instance, definition = rows.objects(session, found[0], ProcessInstance, ProcessDefinition)
    set_committed_value(instance, "definition", definition)
    return Held(instance, variable_rows.named(variables), waits.standing_rows(standing), answers)


def _case_of(session: Session, instance_id: int) -> int:
    (found,) = rows.ask(session, _CASE_OF(instance_id=instance_id))
    if not found:
        raise NotFound
    return found[0].case_id
