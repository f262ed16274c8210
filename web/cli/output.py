"""How a command answers: lines for people, JSON for programs, a refusal as one sentence and exit code 1."""

import functools
import json
from collections.abc import Callable
from typing import Any

import click
from flask import current_app

from workflow.errors import DefinitionRefused, Invalid, Refusal
from workflow.lint import Finding
from workflow.office import Office

json_option = click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for programs.")


def office() -> Office:
    """The office of the command's application."""
    return current_app.office  # type: ignore[attr-defined]


def say(facts: Any, as_json: bool, lines: Callable[[Any], list[str]]) -> None:
    """Print the facts as JSON, or as the lines made of them."""
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False, default=str, indent=1))
        return
    for line in lines(facts):
        click.echo(line)


def refusals(command: Callable[..., Any]) -> Callable[..., Any]:
    """A refusal ends the command with its sentences on stderr and exit code 1."""

    @functools.wraps(command)
    def run(*arguments: Any, **options: Any) -> Any:
        try:
            return command(*arguments, **options)
        except Refusal as refusal:
            for line in sentences(refusal):
                click.echo(line, err=True)
            raise SystemExit(1) from None

    return run


def sentences(refusal: Refusal) -> list[str]:
    """The refusal, and each single problem behind it."""
    lines = [str(refusal.sentence)]
    if isinstance(refusal, DefinitionRefused):
        lines += [f"  {finding_line(finding)}" for finding in refusal.findings]
    if isinstance(refusal, Invalid):
        lines += [f"  {name}: {each}" for name, said in refusal.problems.items() for each in said]
    return lines


def finding_line(finding: Finding, file: str = "") -> str:
    """A finding as a line: how grave, where, what is the case, what to do."""
    where = ": ".join(part for part in (file, finding.element) if part)
    said = f"{finding.message} {finding.fix or ''}".rstrip()
    return ": ".join(part for part in (str(finding.level), where, said) if part)
