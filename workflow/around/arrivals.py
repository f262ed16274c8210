"""What a new task brings along by its diagram: reminders, a date to look again, a checklist, copies sent on arrival.

If its case's clock stands still, so does its own.
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import history
from workflow.around import case_clock, checklists, copies, ladder, reminders
from workflow.around.wording import ARRIVAL, COPY_TO
from workflow.engine import Activity, Around, Model, Wait
from workflow.models import ProcessInstance, UserTask
from workflow.offers import moment

_PROPERTIES = {ladder.PROPERTY, checklists.PROPERTY, COPY_TO}


def prepare(session: Session, instance: ProcessInstance, model: Model, waits: Sequence[Wait], around: Around) -> None:
    """Do so for the tasks of these waits, whose rows are there. Costs nothing where the diagram says nothing and the
    case's clock goes."""
    stands = history.clock(session, instance.case_id) is not None
    said = {wait.token_id: wait for wait in waits if stands or _says_more(model.activities[wait.activity_id])}
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
        if (at := moment(activity, activity.follow_up_date, here)) is not None:
            reminders.look_again(session, task, at)
        copies.follow(session, task, activity, here, ARRIVAL)
        case_clock.join(session, task)
    session.flush()  # who completes it in this transaction finds them


def _says_more(activity: Activity) -> bool:
    return activity.follow_up_date is not None or bool(_PROPERTIES & activity.properties.keys())
