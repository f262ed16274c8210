"""Business rule tasks: what a process asks of a decision table is answered at once, in the same step.

No worker and no second transaction: a table reads variables and gives values, nothing else. The answer goes into the
variable the task names; what was asked, which rows hit and what came out stands in the history as `decided`.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from workflow import decisions, definitions, engine
from workflow.engine import Activity, Around, Happening, Step, Wait, WaitKind
from workflow.errors import Refusal, sentence
from workflow.expressions import compile_value
from workflow.models import ProcessInstance

AT_ONCE = 1_000  # decisions asked in one step

Look = Callable[[Session, Mapping[str, Any]], Around]  # what expressions see with these variables


def answer(session: Session, instance: ProcessInstance, step: Step, known: Mapping[str, Any], around: Look) -> Step:
    """The step, gone on past every decision it waits for; the answers are among its `variables`.

    Raises EngineProblem naming the task when a decision gives no usable answer.
    """
    asked = 0
    while (wait := _first(step)) is not None:
        asked += 1
        if asked > AT_ONCE:
            limit = sentence("the number of decisions in one step")
            raise engine.BudgetExceeded(what=limit, limit=AT_ONCE, activity_id=wait.activity_id)
        model = definitions.model(session, instance.definition)
        activity, seen = model.activities[wait.activity_id], {**known, **step.variables}
        given, happened = _asked(session, instance, activity, wait, around(session, {**seen, **wait.variables}))
        following = engine.complete(model, step.state, wait.token_id, around(session, {**seen, **given}))
        step = _joined(step, given, happened, following)
    return step


def _first(step: Step) -> Wait | None:
    return next((wait for wait in step.waits if wait.kind is WaitKind.JOB and wait.name == engine.DECISION), None)


def _asked(
    session: Session, instance: ProcessInstance, activity: Activity, wait: Wait, around: Around
) -> tuple[dict[str, Any], Happening]:
    try:
        name = str(compile_value(activity.decision_ref or "").evaluate(around))
        outcomes = definitions.decision_file(session, instance.definition, name).decide(name, around)
        value = decisions.mapped(outcomes[name], activity.map_decision_result)
    except Refusal as refused:
        raise engine.EngineProblem(
            "“{activity}” gets no answer: {reason}", activity_id=wait.activity_id, reason=refused.sentence
        ) from refused
    told = {"decision": name, "result": value, "asked": {each: _told(outcomes[each]) for each in outcomes}}
    given = {activity.result_variable: value} if activity.result_variable else {}
    return given, Happening("decided", wait.activity_id, wait.token_id, told)


def _told(outcome: decisions.Outcome) -> dict[str, Any]:
    rows = [{"row": hit.row, "rule": hit.rule, "outputs": dict(hit.outputs)} for hit in outcome.hits]
    return {"inputs": dict(outcome.inputs), "rows": rows, "result": outcome.value}


def _joined(before: Step, given: Mapping[str, Any], happened: Happening, after: Step) -> Step:
    return replace(
        after,
        happenings=(*before.happenings, happened, *after.happenings),
        thrown=(*before.thrown, *after.thrown),
        variables={**before.variables, **given, **after.variables},
    )
