"""What must always hold of instances that were moved to another version."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from workflow import definitions
from workflow.models import ProcessDefinition, ProcessInstance, Upgrade, UserTask
from workflow.registry import fsck_check
from workflow.statuses import TaskKind, TaskStatus, UpgradeStatus


@fsck_check("versions")
def versions(session: Session) -> Iterator[str]:
    """An open task is of the version its process runs on, and of an element that is in it."""
    query = select(UserTask).join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
    wrong = UserTask.definition_id != ProcessInstance.definition_id
    for task in session.scalars(query.where(UserTask.status == TaskStatus.OPEN, wrong)):
        yield f"Task {task.id} “{task.name}” is of another version than its process instance {task.instance_id}."
    drawn = (UserTask.status == TaskStatus.OPEN, UserTask.kind != TaskKind.ADHOC)
    found = select(UserTask.definition_id, UserTask.activity_id).where(*drawn).distinct()
    of_version: dict[int, set[str]] = {}
    for definition_id, activity_id in session.execute(found):
        of_version.setdefault(definition_id, set()).add(activity_id)
    for definition_id, waited in of_version.items():
        definition = session.get_one(ProcessDefinition, definition_id)
        for activity_id in sorted(waited - definitions.activities(session, definition).keys()):
            yield f"Tasks wait at “{activity_id}”, which version {definition.version} of “{definition.key}” has not."


@fsck_check("upgrades")
def upgrades(session: Session) -> Iterator[str]:
    """What was moved and has not gone on since runs on the version it was moved to, and can go back."""
    query = (
        select(Upgrade)
        .join(ProcessInstance, ProcessInstance.id == Upgrade.instance_id)
        .where(Upgrade.status == UpgradeStatus.DONE, Upgrade.revision_after == ProcessInstance.revision)
        .options(joinedload(Upgrade.run), joinedload(Upgrade.instance))
    )
    for upgrade in session.scalars(query):
        if upgrade.instance.definition_id != upgrade.run.to_id:
            yield f"Process instance {upgrade.instance_id} was moved by upgrade {upgrade.id}, but is not there."
        if upgrade.state_before is None or upgrade.rows_before is None:
            yield f"Upgrade {upgrade.id} has not kept what process instance {upgrade.instance_id} was."
