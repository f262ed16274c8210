"""Judges a BPMN file: safe XML → lint → prepared → started on trial. Pure; bounded only by whoever runs it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workflow import engine, lint
from workflow.clock import now
from workflow.errors import DefinitionRefused
from workflow.expressions import BUILT_IN, Around
from workflow.lint import Finding, Level


@dataclass(frozen=True)
class Examined:
    """An accepted process as its deployment needs it."""

    key: str
    name: str
    names: Mapping[str, str]
    version_tag: str | None
    activities: Mapping[str, engine.Activity]
    starts: tuple[engine.Activity, ...]


@dataclass(frozen=True)
class Verdict:
    """Everything lint and the trial say; `examined` is None when an error is among it, or nothing was asked for."""

    findings: tuple[Finding, ...]
    examined: Examined | None = None


def judge(xml: bytes, known: lint.Known, key: str | None = None, deploy: bool = True) -> Verdict:
    """Judge the file and, to `deploy` it, make the process `key` (default: its first executable one) ready."""
    findings = tuple(lint.lint(xml, known))
    if not deploy or any(found.level is Level.ERROR for found in findings):
        return Verdict(findings)
    try:
        model = engine.prepare(xml, key)
    except DefinitionRefused as refused:
        return Verdict((*refused.findings, *findings))
    faults = tuple(_trial(model))
    if faults:
        return Verdict((*faults, *findings))
    return Verdict(findings, _examined(model))


def _examined(model: engine.Model) -> Examined:
    return Examined(model.key, model.name, model.names, model.version_tag, model.activities, model.starts)


class _Asked(dict[str, Any]):
    """Nothing, and whether anybody asked for something in it that is not `built_in`."""

    def __init__(self, built_in: Collection[str] = ()) -> None:
        super().__init__()
        self.built_in, self.asked = built_in, False

    def get(self, name: str, default: Any = None) -> Any:
        self.asked = self.asked or name not in self.built_in
        return default

    def keys(self) -> Any:
        self.asked = True
        return super().keys()


def _trial(model: engine.Model) -> Iterator[Finding]:
    """What goes wrong at each start without a variable, a function of the house or the time having been asked for: it
    would go wrong always."""
    for start in model.starts:
        variables, house = _Asked(), _Asked(BUILT_IN.keys() - {"now", "today"})
        try:
            step = engine.start(model, Around(variables, now(), house), start.id)
            if not step.finished and not step.waits:
                raise engine.EngineProblem("The process would stand still for ever: it waits for nothing.", start.id)
        except engine.EngineProblem as problem:
            if not (variables.asked or house.asked):
                yield lint.error("trial_start", problem.activity_id or start.id, problem.sentence)
