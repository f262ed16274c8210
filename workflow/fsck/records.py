"""What was written stays as it was: histories without a gap, versions of definitions unchanged, one case for each."""

import hashlib
from collections.abc import Iterator

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from workflow import definitions
from workflow.fsck.running import PORTION
from workflow.models import (
    DefinitionResource,
    HistoryEvent,
    ProcessDefinition,
    ProcessInstance,
    ResourceContent,
    UserTask,
)
from workflow.registry import fsck_check


@fsck_check("histories")
def histories(session: Session) -> Iterator[str]:
    """The events of a case are numbered 1..n."""
    count, last = func.count(HistoryEvent.id), func.max(HistoryEvent.seq)
    query = select(HistoryEvent.case_id, count, last).group_by(HistoryEvent.case_id)
    for case_id, events, highest in session.execute(query.having(or_(count != last, func.min(HistoryEvent.seq) != 1))):
        yield f"Case {case_id} has {events} events, but the last is number {highest}."


@fsck_check("owners")
def owners(session: Session) -> Iterator[str]:
    """What belongs to an instance belongs to its case."""
    for table, named in ((UserTask, "Task"), (HistoryEvent, "Event")):
        query = select(table.id, table.instance_id).join(ProcessInstance, ProcessInstance.id == table.instance_id)
        for row in session.execute(query.where(table.case_id != ProcessInstance.case_id)):
            yield f"{named} {row.id} stands in another case than its process instance {row.instance_id}."


@fsck_check("definitions")
def versions(session: Session) -> Iterator[str]:
    """A version is what was deployed: its diagram and what is pinned with it have the hash that was kept."""
    for content in session.execute(
        select(ResourceContent.sha256, ResourceContent.content).execution_options(yield_per=20)
    ):
        if hashlib.sha256(content.content).hexdigest() != content.sha256:
            yield f"The form or table {content.sha256[:12]}… is not what was deployed: its bytes have changed."
    last = 0
    query = select(ProcessDefinition.id, ProcessDefinition.key, ProcessDefinition.version, ProcessDefinition.sha256)
    while found := session.execute(
        query.where(ProcessDefinition.id > last).order_by(ProcessDefinition.id).limit(PORTION)
    ).all():
        last = found[-1].id
        for row in found:
            if _digest(session, row.id) != row.sha256:
                yield f"Version {row.version} of “{row.key}” is not what was deployed: its diagram or a form differs."


def _digest(session: Session, definition_id: int) -> str:
    xml = session.scalars(select(ProcessDefinition.xml).where(ProcessDefinition.id == definition_id)).one()
    pins = (
        select(DefinitionResource.name, ResourceContent.content)
        .join(ResourceContent, ResourceContent.sha256 == DefinitionResource.sha256)
        .where(DefinitionResource.definition_id == definition_id)
    )
    return definitions.digest(xml, dict(session.execute(pins).all()))
