"""What is asked of the process that judges, and verdicts as JSON on their way back."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import orjson

from workflow import registry
from workflow.engine import Activity
from workflow.errors import Sentence
from workflow.examination.judging import Examined, Verdict, judge
from workflow.lint import Finding, Level

_TEMPLATE = "\0template"  # no fact has such a key


def prepare(*folders: str) -> None:
    """Know the rules and functions of these packages."""
    registry.discover(*folders)


def judged(*question: Any) -> bytes:
    """What `judge` says, as `load` reads it."""
    return dump(judge(*question))


def dump(verdict: Verdict) -> bytes:
    """The verdict as JSON."""
    said = {"findings": [_finding(each) for each in verdict.findings], "examined": _plain(verdict.examined)}
    return orjson.dumps(said, default=str)


def load(said: bytes) -> Verdict:
    """The verdict again; raises ValueError, KeyError or TypeError for anything else."""
    found = orjson.loads(said)
    return Verdict(tuple(map(_found, found["findings"])), _examined(found["examined"]))


def _finding(found: Finding) -> dict[str, Any]:
    fix = None if found.fix is None else _fact(found.fix)
    return {"at": [found.element, found.rule, found.level.value], "message": _fact(found.message), "fix": fix}


def _found(said: Mapping[str, Any]) -> Finding:
    element, rule, level = said["at"]
    return Finding(element, rule, _read(said["message"]), _read(said["fix"]), Level(level))


def _fact(value: Any) -> Any:
    if isinstance(value, Sentence):
        return {_TEMPLATE: value.template, "facts": {name: _fact(each) for name, each in value.facts.items()}}
    return value


def _read(value: Any) -> Any:
    if isinstance(value, dict) and _TEMPLATE in value:
        return Sentence(value[_TEMPLATE], {name: _read(each) for name, each in value["facts"].items()})
    return value


def _plain(examined: Examined | None) -> dict[str, Any] | None:
    return None if examined is None else asdict(examined)


def _examined(said: dict[str, Any] | None) -> Examined | None:
    if said is None:
        return None
    activities = {name: Activity(**_tuples(each)) for name, each in said["activities"].items()}
    starts = tuple(Activity(**_tuples(each)) for each in said["starts"])
    return Examined(**{**said, "activities": activities, "starts": starts})


def _tuples(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in said.items()}
