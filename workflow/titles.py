"""What a case is called, as its process learns more: the property `caseTitle` of an activity."""

from sqlalchemy.orm import Session

from workflow import cases, engine, history
from workflow.errors import Refusal
from workflow.expressions import compile_value
from workflow.models import Case, ProcessInstance

PROPERTY = "caseTitle"  # text with places, `Dossier of ${name}`: the title once the activity is done


def follow(
    session: Session, instance: ProcessInstance, model: engine.Model, step: engine.Step, around: engine.Around
) -> None:
    """Rename the case as the activities completed in this step say; raises ExpressionFailed naming the activity."""
    for happening in step.happenings:
        activity = model.activities.get(happening.activity_id)
        text = activity.properties.get(PROPERTY) if activity and happening.kind == "completed" else None
        if text:
            title = _title(happening.activity_id, text, around)
            cases.rename(session, session.get_one(Case, instance.case_id), title, history.SYSTEM)


def _title(activity_id: str, text: str, around: engine.Around) -> str:
    try:
        return str(compile_value(text).evaluate(around) or "")
    except Refusal as refused:
        raise engine.ExpressionFailed(activity_id=activity_id, expression=text, reason=refused.sentence) from refused
