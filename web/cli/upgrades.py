"""flask upgrades plan|begin|show: running cases move to another version of their process."""

from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from web.cli.output import json_option, office, refusals, say
from workflow import definitions, upgrades
from workflow.errors import NotFound
from workflow.identity import User
from workflow.kept_sentences import spoken
from workflow.statuses import UpgradeStatus

group = AppGroup("upgrades", help="Running cases: move them to another version of their process.")

DECISION = "OLD=NEW"
decisions = click.option("--move", "moves", multiple=True, metavar=DECISION, help="Where work at an element goes on.")
to_version = click.option("--to", "to", type=int, help="The version to move to; default: the newest.")


@group.command("plan")
@click.argument("key")
@click.argument("version", type=int)
@to_version
@decisions
@json_option
@refusals
def plan_(key: str, version: int, to: int | None, moves: tuple[str, ...], as_json: bool) -> None:
    """What would become of the cases that run on a version, and a trial on all of them. Nothing is changed."""
    with office().database.reading() as session:
        plan = _plan(session, key, version, to, moves)
        facts = _facts(plan, upgrades.try_all(session, plan))
    say(facts, as_json, _lines)


@group.command()
@click.argument("key")
@click.argument("version", type=int)
@to_version
@decisions
@click.option("--by", required=True, help="Who moves them: a login that may deploy.")
@click.option("--reason", required=True, help="Why, for the history of every case.")
@json_option
@refusals
def begin(key: str, version: int, to: int | None, moves: tuple[str, ...], by: str, reason: str, as_json: bool) -> None:
    """Have the cases that run on a version moved by the workers. What cannot be moved stays as it is."""
    with office().database.transaction() as session:
        user = session.get(User, by)
        if user is None:
            raise NotFound("There is no person “{name}”.", name=by)
        run = upgrades.begin(session, _plan(session, key, version, to, moves), user, reason)
        facts = {"run": run.id, "cases": upgrades.progress(session, run).total}
    say(facts, as_json, lambda said: [f"Run {said['run']}: {said['cases']} cases are being moved."])


@group.command()
@click.argument("run", type=int)
@json_option
@refusals
def show(run: int, as_json: bool) -> None:
    """How far a run is, and who stayed."""
    with office().database.reading() as session:
        found = upgrades.find(session, run)
        progress = upgrades.progress(session, found)
        stayed = [
            {"case": case.id, "reason": str(spoken(upgrade.refused or ["", {}]))}
            for upgrade, case in upgrades.results(session, found, UpgradeStatus.REFUSED)
        ]
    facts = {name: getattr(progress, name) for name in ("total", "done", "refused", "undone", "working", "failed")}
    say({**facts, "stayed": stayed}, as_json, _run_lines)


def _plan(session: Session, key: str, version: int, to: int | None, moves: tuple[str, ...]) -> upgrades.Plan:
    versions = {each.version: each for each in definitions.versions(session, key)}
    wanted = max(versions) if to is None else to
    for each in (version, wanted):
        if each not in versions:
            raise NotFound("The process “{key}” has no version {version}.", key=key, version=each)
    given = dict(move.partition("=")[::2] for move in moves)
    return upgrades.plan(session, versions[version], versions[wanted], given)


def _facts(plan: upgrades.Plan, trial: upgrades.Trial) -> dict[str, Any]:
    return {
        "running": plan.running,
        "tried": trial.tried,
        "would_move": trial.would_move,
        "mapping": dict(plan.mapping),
        "problems": [
            {"element": each.element, "blocks": each.blocks, "cases": each.instances, "message": str(each.message)}
            for each in plan.problems
        ],
        "stays": [{"reason": str(stay.reason), "cases": stay.number} for stay in trial.stays],
    }


def _lines(facts: dict[str, Any]) -> list[str]:
    lines = [f"{facts['running']} cases run; of {facts['tried']} tried {facts['would_move']} would be moved."]
    lines += [f"stays ({stay['cases']}): {stay['reason']}" for stay in facts["stays"]]
    return lines + [f"{each['element']}: {each['message']}" for each in facts["problems"] if not each["blocks"]]


def _run_lines(facts: dict[str, Any]) -> list[str]:
    counted = ", ".join(f"{facts[name]} {name}" for name in ("total", "done", "refused", "undone", "working", "failed"))
    return [counted, *(f"case {each['case']}: {each['reason']}" for each in facts["stayed"])]
