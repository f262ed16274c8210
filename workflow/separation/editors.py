"""Who has last changed what a task is drawn and asked by."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import history
from workflow.definitions import FORM
from workflow.models import DefinitionResource, ProcessDefinition, UserTask


def editors(session: Session, task: UserTask) -> set[str]:
    """Who deployed the version the task runs on, and who first deployed its form as it is."""
    found = {task.definition.deployed_by}
    if task.form_key:
        found |= _of_form(session, task.definition, task.form_key + FORM)
    return found - {history.SYSTEM}


def _of_form(session: Session, definition: ProcessDefinition, name: str) -> set[str]:
    pinned = (DefinitionResource.definition_id == definition.id, DefinitionResource.name == name)
    content = select(DefinitionResource.sha256).where(*pinned).scalar_subquery()
    query = (
        select(ProcessDefinition.deployed_by)
        .join(DefinitionResource, DefinitionResource.definition_id == ProcessDefinition.id)
        .where(DefinitionResource.sha256 == content, ProcessDefinition.key == definition.key)
        .order_by(ProcessDefinition.version)
    )
    return set(session.scalars(query.limit(1)))
