"""What a new task brings along by its diagram: reminders, a checklist, copies to be sent on its arrival."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.around import checklists, copies, ladder, reminders
from workflow.around.wording import ARRIVAL, COPY_TO
from workflow.engine import Around, Model, Wait
from workflow.models import ProcessInstance, UserTask

_PROPERTIES = {ladder.PROPERTY, checklists.PROPERTY, COPY_TO}


def prepare(session: Session, instance: ProcessInstance, model: Model, waits: Sequence[Wait], around: Around) -> None:
    """Do so for the tasks of these waits, whose rows are there. Costs nothing where the diagram says nothing."""
    said = {wait.token_id: wait for wait in waits if _PROPERTIES & model.activities[wait.activity_id].properties.keys()}
    if not said:
        return
    query = select(UserTask).where(UserTask.instance_id == instance.id, UserTask.token_id.in_(said))
    for task in session.scalars(query.order_by(UserTask.id)):
        activity, wait = model.activities[task.activity_id], said[task.token_id]
        if text := activity.properties.get(ladder.PROPERTY):
            reminders.set_up(session, task, text)
        if text := activity.properties.get(checklists.PROPERTY):
            checklists.set_up(session, task, text)
        here = Around({**around.variables, **wait.variables}, around.now, around.functions, around.zone)
        copies.follow(session, task, activity, here, ARRIVAL)
    session.flush()  # who completes it in this transaction finds them
