"""flask definitions lint|simulate|deploy|list."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.exc import DBAPIError

from forms.lint import check_form
from web import deploying
from web.cli.output import finding_line, json_option, office, refusals, say
from web.cli.simulate import simulate, unreadable
from workflow import decisions, definitions, examination, lint, registry
from workflow.lint import Finding, Level
from workflow.models import ProcessDefinition

files_argument = click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))


group = AppGroup("definitions", help="Diagrams: judge them, try them out, make versions of them, list them.")
group.add_command(simulate)


@group.command("lint")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@json_option
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
def lint_(files: tuple[Path, ...], as_json: bool, strict: bool) -> None:
    """Judge BPMN files, forms and decision tables (default: the diagrams of bpmn/). Exit code 1 when one could not be
    deployed."""
    given, found = _readable(files or tuple(sorted(deploying.BPMN.glob("*.bpmn"))))
    with examination.here():
        found += [(name, each) for name in given for each in _findings(name, given)]
    if as_json:
        say([_facts_of(name, each) for name, each in found], as_json, list)
    else:
        lines = [finding_line(each, name) for name, each in found]
        say(lines, as_json, lambda said: said or [f"{len(given)} files: nothing to complain about."])
    if any(strict or each.level is Level.ERROR for _name, each in found):
        raise SystemExit(1)


@group.command()
@files_argument
@json_option
@click.option("--by", default="system", help="Who deploys, for the record.")
@refusals
def deploy(files: tuple[Path, ...], as_json: bool, by: str) -> None:
    """Make versions of BPMN files with their forms (default: all of bpmn/ and forms/). All or nothing."""
    with office().database.transaction() as session:
        versions = deploying.deploy(session, _given(files), by)
        deployed = [_facts(each) for each in versions]
        with examination.here():
            told = [finding_line(found, each.key) for each in versions for found in deploying.told(session, each)]
    for line in told:
        click.echo(line, err=True)
    say(deployed, as_json, _lines)


@group.command("list")
@json_option
def list_(as_json: bool) -> None:
    """The newest version of every process."""
    with office().database.reading() as session:
        facts = [_facts(each) for each in definitions.all_latest(session)]
    say(facts, as_json, _lines)


def _given(files: tuple[Path, ...]) -> dict[str, bytes]:
    return deploying.read_files(files or sorted(deploying.BPMN.glob("*.bpmn")))


def _readable(files: tuple[Path, ...]) -> tuple[dict[str, bytes], list[tuple[str, Finding]]]:
    """File name → content, and the findings about those that cannot be read."""
    given: dict[str, bytes] = {}
    found = []
    for path in files:
        name = path.name if path.name not in given else str(path)
        try:
            given[name] = path.read_bytes()
        except OSError as problem:
            found.append((name, unreadable(path, problem)))
    return given, found


def _findings(name: str, given: dict[str, bytes]) -> list[Finding]:
    """Of one of the files. A diagram is compared with the database; without one, with what the code and the folders
    offer."""
    if name.endswith(definitions.TABLE):
        return decisions.check(given[name], registry.functions)
    if name.endswith(definitions.FORM):
        return check_form(given[name])
    sent = {each: content for each, content in given.items() if each.endswith(deploying.RESOURCES)}
    diagrams = {each: content for each, content in given.items() if each not in sent}
    try:
        with office().database.reading() as session:
            return deploying.findings(session, given[name], sent, deploying.keys_together(diagrams))
    except DBAPIError:
        return lint.lint(given[name], definitions.offered(deploying.house_resources() | sent))


def _facts_of(file: str, found: Finding) -> dict[str, Any]:
    return {**asdict(found), "file": file, "message": str(found.message), "fix": str(found.fix or "")}


def _facts(definition: ProcessDefinition) -> dict[str, Any]:
    return {
        "key": definition.key,
        "version": definition.version,
        "name": definition.name,
        "sha256": definition.sha256,
        "deployed_at": definition.deployed_at.isoformat(),
        "deployed_by": definition.deployed_by,
    }


def _lines(facts: list[dict[str, Any]]) -> list[str]:
    return [f"{each['key']} v{each['version']}  {each['name']}" for each in facts]
