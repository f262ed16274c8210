"""flask cases why: what a case waits for and since when, and who can act."""

from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy import select
from sqlalchemy.orm import Session

from web.cli.output import json_option, office, refusals, say
from workflow import cases, why
from workflow.errors import NotFound
from workflow.models import Case, CaseKey

group = AppGroup("cases", help="Cases: what they wait for.")


@group.command("why")
@click.argument("case")
@json_option
@refusals
def why_(case: str, as_json: bool) -> None:
    """What CASE (its number, its business key, or any key it is found by) waits for, since when, and who can act."""
    with office().database.reading() as session:
        found = _find(session, case)
        facts = {
            "case": found.id,
            "business_key": found.business_key,
            "title": found.title,
            "closed_at": found.closed_at.isoformat() if found.closed_at else None,
            "waiting": [_said(each) for each in why.waiting(session, found)],
        }
    say(facts, as_json, _lines)


def _find(session: Session, text: str) -> Case:
    keyed = select(Case).join(CaseKey, CaseKey.case_id == Case.id).where(CaseKey.key == cases.normal(text))
    found = session.scalars(keyed.order_by(Case.closed_at.is_not(None), Case.id.desc()).limit(1)).first()
    if found is None and text.isascii() and text.isdecimal():
        found = session.get(Case, int(text))
    if found is None:
        raise NotFound("There is no case “{key}”.", key=text)
    return found


def _said(waiting: why.Waiting) -> dict[str, Any]:
    return {
        "kind": waiting.kind,
        "said": str(waiting.said),
        "process": waiting.process,
        "instance": waiting.instance_id,
        "element": waiting.activity_id,
        "name": waiting.name,
        "since": waiting.since.isoformat() if waiting.since else None,
        "until": waiting.until.isoformat() if waiting.until else None,
        "people": list(waiting.people),
        "task": waiting.task_id,
        "holds_up": waiting.holds_up,
    }


def _lines(facts: dict[str, Any]) -> list[str]:
    head = f"{facts['title']} ({facts['business_key']})"
    lines = [f"  {each['said']}" + (f", since {each['since']}" if each["since"] else "") for each in facts["waiting"]]
    return [head, *(lines or ["  waits for nothing: it is over."])]
