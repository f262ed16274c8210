"""flask policies list: what the security role demands of processes, outside their diagrams."""

from typing import Any

from flask.cli import AppGroup

from web.cli.output import json_option, office, say
from workflow.models import Policy
from workflow.separation import policies

group = AppGroup("policies", help="Policies of separation of duty.")


@group.command("list")
@json_option
def list_(as_json: bool) -> None:
    """Every policy in force, by process."""
    with office().database.reading() as session:
        facts = [_facts(each) for each in policies.everything(session)]
    say(facts, as_json, lambda found: [_line(each) for each in found] or ["There are no policies."])


def _facts(policy: Policy) -> dict[str, Any]:
    return {
        "id": policy.id,
        "process": policy.process_key,
        "element": policy.element,
        "rule": policy.kind,
        "value": policy.value,
        "reason": policy.reason,
        "since": policy.since.isoformat(),
        "by": policy.added_by,
    }


def _line(facts: dict[str, Any]) -> str:
    demanded = f"{facts['process']} {facts['element'] or '*'}: {facts['rule']}={facts['value']}"
    return f"{demanded}  ({facts['by']}: {facts['reason']})"
