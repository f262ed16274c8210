"""flask definitions simulate: try a process out in an office that is thrown away (docs/simulate.md)."""

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click

from archive.founding import GROUPS
from web import deploying
from web.cli.output import finding_line, json_option
from workflow import definitions, lint, registry, settings, simulation
from workflow.errors import sentence
from workflow.settings import SettingsRefused
from workflow.simulation import Ended, Script, Told

EXIT = {Ended.COMPLETED: 0, Ended.WAITING: 0, Ended.REFUSED: 1, Ended.INCIDENT: 2}
MOST_NEIGHBOURS = 200  # files of the diagram's folder looked at

path_type = click.Path(path_type=Path)


class _Unreadable(Exception):
    """A file that cannot be read, with the finding that says so."""

    def __init__(self, path: Path, problem: OSError) -> None:
        super().__init__(str(path))
        self.finding = unreadable(path, problem)


@click.command("simulate")
@click.argument("file", type=path_type)
@click.option("--answers", type=path_type, help="What people, machines and time do: a JSON file.")
@click.option("--with", "beside", multiple=True, type=path_type, help="A called process, a table or a form.")
@click.option("--strict", is_flag=True, help="Groups and forms that do not exist are errors.")
@json_option
def simulate(file: Path, answers: Path | None, beside: tuple[Path, ...], strict: bool, as_json: bool) -> None:
    """Try the process of FILE out in an office that is thrown away.

    Exit code 0: completed or waiting; 1: refused; 2: incident.
    """
    with _unlogged():
        told = _told(file, answers, beside, strict)
    click.echo(json.dumps(told.as_json(), ensure_ascii=False, indent=1) if as_json else "\n".join(_lines(told)))
    raise SystemExit(EXIT[told.state])


@contextmanager
def _unlogged() -> Iterator[None]:
    """What goes wrong meanwhile is told, not logged."""
    log = logging.getLogger("workflow")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(level)


def unreadable(path: Path, problem: OSError) -> lint.Finding:
    """The finding about a file that is not there, or cannot be read."""
    said = sentence("{file} cannot be read: {reason}.", file=str(path), reason=problem.strerror or str(problem))
    return lint.error("file", "", said)


def _told(file: Path, answers: Path | None, beside: tuple[Path, ...], strict: bool) -> Told:
    try:
        said = b"{}" if answers is None else _content(answers)
        script = _script(file, {path.name: _content(path) for path in beside}, strict)
    except _Unreadable as problem:
        return simulation.refused([problem.finding])
    except SettingsRefused:
        return simulation.refused([lint.error("settings", "", sentence("JUANLIU_ZONE names no time zone."))])
    if simulation.needs_house(script):
        registry.discover("workflow", "archive", "forms")
    return simulation.simulate(script, said)


def _script(file: Path, given: Mapping[str, bytes], strict: bool) -> Script:
    """The diagram with the forms and tables of the house, of its folder, of its own name, and those given, later ones
    over earlier; and what it calls."""
    xml, zone = _content(file), settings.zone()
    neighbours = _neighbours(file, *deploying.RESOURCES)
    namesakes = {name: content for name, content in neighbours.items() if Path(name).stem == file.stem}
    beside = definitions.laid_over(deploying.house_resources(), neighbours, namesakes, given)
    script = Script(xml, beside, [group.key for group in GROUPS], zone, strict)
    return simulation.with_called(script, _neighbours(file, deploying.DIAGRAM))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise _Unreadable(path, problem) from None


def _neighbours(file: Path, *suffixes: str) -> dict[str, bytes]:
    """The other files of the folder with these endings."""
    found = (path for path in sorted(file.parent.glob("*")) if path.suffix in suffixes and path.name != file.name)
    return {path.name: _content(path) for path in list(found)[:MOST_NEIGHBOURS] if path.is_file()}


def _lines(told: Told) -> list[str]:
    """The same for people."""
    names = {each["element"]: each["name"] for each in told.trace}
    return [
        f"The process is {told.state.value}." if told.state is not Ended.INCIDENT else "The process cannot go on.",
        *(finding_line(each) for each in told.problems),
        *(f"  {each['at']}  {each['event']:9}  {_called(each['element'], names)}" for each in told.trace),
        *(f"  open: {each['kind']}  {_called(each['element'], names)}{_due(each['due'])}" for each in told.open),
        *(f"  {name} = {json.dumps(value, ensure_ascii=False)}" for name, value in sorted(told.variables.items())),
    ]


def _called(element: str, names: Mapping[str, str]) -> str:
    name = names.get(element) or ""
    return element if name in ("", element) else f"{element} “{name}”"


def _due(due: str | None) -> str:
    return f"  due {due}" if due else ""
