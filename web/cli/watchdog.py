"""flask watchdog: look now at every running case, and say what is amiss; exit code 1 when something is."""

import click
from flask.cli import with_appcontext

from web.cli.output import json_option, office, say
from workflow import watchdog
from workflow.history import SYSTEM
from workflow.kept_sentences import spoken
from workflow.models import Finding, Watch


@click.command("watchdog")
@json_option
@with_appcontext
def group(as_json: bool) -> None:
    """Prove of every running case that it can end and that somebody is there to bring it on."""
    database = office().database
    watch_id = watchdog.look(database, SYSTEM)
    with database.reading() as session:
        watch = session.get_one(Watch, watch_id)
        found = [_said(each) for each in reversed(watchdog.findings(session))]
        facts = {"looked_at": watch.looked_at, "findings": found}
    say(facts, as_json, _lines)
    if found:
        raise SystemExit(1)


def _said(finding: Finding) -> dict[str, object]:
    return {
        "id": finding.id,
        "kind": finding.kind.value,
        "said": str(spoken(finding.said)),
        "case": finding.case_id,
        "instance": finding.instance_id,
        "element": finding.activity_id,
        "found_at": finding.found_at.isoformat(),
        "task_in_case": finding.task_case_id,
    }


def _lines(facts: dict) -> list[str]:
    looked = f"{facts['looked_at']} running processes looked at."
    found = [f"{each['kind']}: {each['said']}" + _where(each) for each in facts["findings"]]
    return [looked, *(found or ["All is well."])]


def _where(found: dict[str, object]) -> str:
    return f" (case {found['case']})" if found["case"] else ""
