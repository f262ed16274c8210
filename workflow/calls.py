"""Call activities: which version of which process they call, and what passes between the two.

The called process is an instance of its own, in the same case. What is drawn to be passed is passed; where nothing is
drawn, all variables pass in, and what the called process changed passes back.
"""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workflow import definitions, engine, seals, sight, variable_rows
from workflow.diagram.activity import Passed
from workflow.engine import Activity, Around
from workflow.errors import Refusal, sentence
from workflow.expressions import compile  # noqa: A004 - the contract's name
from workflow.models import ProcessDefinition, ProcessInstance
from workflow.waits import LIVE_INSTANCES

DEEPEST = 10  # called processes within called processes
MOST = 500  # live processes of one case


def target(session: Session, caller: ProcessDefinition, call: Activity, key: str) -> ProcessDefinition:
    """The version of the process `key` the call names: the latest unless it says otherwise; `deployment`: the newest
    there was when the caller was deployed, or that came with it. Raises EngineProblem naming the call."""
    query = select(ProcessDefinition).where(ProcessDefinition.key == key).order_by(ProcessDefinition.version.desc())
    if call.called_binding == "deployment":
        query = query.where(ProcessDefinition.deployed_at <= caller.deployed_at)
    elif call.called_binding == "version":
        query = query.where(ProcessDefinition.version == int(call.called_version or 0))
    elif call.called_binding == "versionTag":
        query = query.where(ProcessDefinition.version_tag == call.called_version_tag)
    found = session.scalars(query.limit(1)).first()
    if found is not None:
        return found
    wanted = call.called_version if call.called_binding == "version" else call.called_version_tag
    if call.called_binding in ("version", "versionTag"):
        raise engine.EngineProblem(
            "“{activity}” calls version {version} of “{process}”, which is not deployed.",
            activity_id=call.id,
            process=key,
            version=wanted,
        )
    raise engine.EngineProblem(
        "“{activity}” calls “{process}”, which is not deployed.", activity_id=call.id, process=key
    )


def given(call: Activity, around: Around) -> dict[str, Any]:
    """The first variables of the called process, of what the call sees."""
    lines = (Passed(),) if call.passes_in is None else call.passes_in
    return _passed(call, lines, around)


def returned(session: Session, caller: ProcessInstance, child: ProcessInstance) -> dict[str, Any]:
    """What the caller takes over from a called process that has ended; raises ExpressionFailed naming the call."""
    call = _call_of(session, caller, child)
    if call is None or call.passes_out is None:
        return variable_rows.read(session, child.id, since=1)  # what it was not given, or has changed
    return _passed(call, call.passes_out, sight.around(session, variable_rows.read(session, child.id), child))


def _call_of(session: Session, caller: ProcessInstance, child: ProcessInstance) -> Activity | None:
    """The call activity that waits for this child, if any call of the process draws what passes back."""
    model = definitions.model(session, caller.definition)
    if all(activity.passes_out is None for activity in model.activities.values()):
        return None
    tokens = engine.live_tokens(model, seals.opened(caller))
    return model.activities.get(tokens.get(child.parent_token_id or "", ""))


def _passed(call: Activity, lines: tuple[Passed, ...], around: Around) -> dict[str, Any]:
    passed: dict[str, Any] = {}
    for line in lines:
        if line.target is None:
            passed.update(around.variables)
        elif line.variable:
            passed[line.target] = around.variables.get(line.variable)
        else:
            passed[line.target] = _value(call, line.expression or "", around)
    return passed


def _value(call: Activity, text: str, around: Around) -> Any:
    try:
        return compile(text).evaluate(around)
    except Refusal as refused:
        raise engine.ExpressionFailed(activity_id=call.id, expression=text, reason=refused.sentence) from refused


def check_bounds(session: Session, instance: ProcessInstance, more: int) -> None:
    """Raises BudgetExceeded when this instance is called too deep to call another, or when its case would have too many
    processes with so many `more`: processes that call many that call many grow beyond all bounds."""
    depth, at = 1, instance
    while at.parent_id is not None:
        depth, at = depth + 1, session.get_one(ProcessInstance, at.parent_id)
    if depth > DEEPEST:
        raise engine.BudgetExceeded(what=sentence("the depth of called processes"), limit=DEEPEST)
    live = (ProcessInstance.case_id == instance.case_id, ProcessInstance.status.in_(LIVE_INSTANCES))
    if (session.scalar(select(func.count()).where(*live)) or 0) + more > MOST:
        raise engine.BudgetExceeded(what=sentence("the number of processes of one case"), limit=MOST)
