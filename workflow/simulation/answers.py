"""The answers file of a simulation: what people, machines and time do, as JSON (docs/simulate.md)."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import Any

from workflow import values
from workflow.errors import DefinitionRefused, Invalid, Sentence, sentence
from workflow.expressions import times
from workflow.lint import Finding, error, warning
from workflow.lint.findings import did_you_mean

LARGEST = 5_000_000  # bytes
MOST_STEPS = 20_000
RULE = "answers"  # of the findings about the file
KEYS = ("process", "start", "now", "variables", "services", "steps")


class Verb(StrEnum):
    COMPLETE = "complete"  # the oldest open task of an element
    MESSAGE = "message"  # comes in, by its name
    SIGNAL = "signal"  # goes to all that wait for it
    ADVANCE = "advance"  # the clock, by a duration or to a moment


_MORE = {
    Verb.COMPLETE: ("variables", "outcome"),
    Verb.MESSAGE: ("key", "variables"),
    Verb.SIGNAL: ("variables",),
    Verb.ADVANCE: (),
}


class AnswersRefused(DefinitionRefused):
    """The answers cannot be used; `findings` say why, with the rule “answers”."""

    message = "The answers cannot be used: {reason}"


@dataclass(frozen=True)
class Outcome:
    """What a machine answers: variables for the process, or the code of a BPMN error."""

    variables: Mapping[str, Any]
    error: str | None = None


@dataclass(frozen=True)
class Step:
    """One thing that happens; `number` counts from 1, `target` is the element, name, or time."""

    number: int
    verb: Verb
    target: str
    variables: Mapping[str, Any]
    key: str = ""  # of a message
    outcome: str | None = None  # of a task: the button pressed


@dataclass(frozen=True)
class Answers:
    """The whole file. `services`: topic or element id → what it answers, one after the other; the last goes on."""

    process: str | None
    start: str | None
    now: datetime | None
    variables: Mapping[str, Any]
    services: Mapping[str, tuple[Outcome, ...]]
    steps: tuple[Step, ...]
    remarks: tuple[Finding, ...] = ()  # what was left aside


def wrong(said: Sentence, element: str = "", fix: Sentence | None = None) -> AnswersRefused:
    """The refusal for one mistake."""
    return AnswersRefused([error(RULE, element, said, fix)], reason=said)


def read(content: bytes, zone: tzinfo) -> Answers:
    """The answers; `zone` is where moments without offset are. Raises AnswersRefused naming step and key."""
    found = _content(content)
    return Answers(
        process=_text(found, "process"),
        start=_text(found, "start"),
        now=_moment(_text(found, "now"), zone),
        variables=_variables(found.get("variables"), "variables"),
        services=_services(found.get("services")),
        steps=tuple(_steps(found.get("steps"))),
        remarks=tuple(_remarks(found)),
    )


def _content(content: bytes) -> dict[str, Any]:
    if len(content) > LARGEST:
        raise wrong(sentence("The answers are larger than {limit} bytes.", limit=LARGEST))
    try:
        found = json.loads(content.decode("utf-8-sig"), parse_constant=_no_number)
    except UnicodeDecodeError:
        raise wrong(sentence("The answers are not in UTF-8; save them as UTF-8.")) from None
    except json.JSONDecodeError as problem:
        said = sentence(
            "The answers are not JSON: line {line}, column {column}.", line=problem.lineno, column=problem.colno
        )
        raise wrong(said) from None
    except (ValueError, RecursionError):
        raise wrong(sentence("The answers are nested too deep, or hold a number that cannot be kept.")) from None
    if not isinstance(found, dict):
        raise wrong(sentence("The answers must be one JSON object: {example}", example='{"steps": []}'))
    return found


def _no_number(text: str) -> Any:
    raise ValueError(text)


def _text(found: Mapping[str, Any], key: str) -> str | None:
    value = found.get(key)
    if value is not None and not isinstance(value, str):
        raise wrong(sentence("“{key}” must be a text.", key=key))
    return value or None


def _moment(text: str | None, zone: tzinfo) -> datetime | None:
    if text is None:
        return None
    day, moment = times.parse_day(text), times.parse_moment(text, zone)
    if day is None and moment is None:
        raise wrong(sentence("“now” must be a moment such as {example}.", example="2026-07-01T09:00"))
    return moment or times.at_start_of(day, zone)


def _variables(found: Any, where: str) -> dict[str, Any]:
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise wrong(sentence("“{key}” must be an object: {example}", key=where, example='{"amount": 5}'))
    try:
        values.check(found)
    except Invalid as problem:
        said = next(each for problems in problem.problems.values() for each in problems)
        raise wrong(sentence("{where}: {reason}", where=where, reason=said)) from None
    return found


def _services(found: Any) -> dict[str, tuple[Outcome, ...]]:
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise wrong(sentence("“{key}” must be an object: {example}", key="services", example='{"topic": {}}'))
    return {name: tuple(_outcomes(name, said)) for name, said in found.items()}


def _outcomes(name: str, found: Any) -> Iterator[Outcome]:
    for said in found if isinstance(found, list) and found else [found]:
        if not isinstance(said, dict) or not set(said) <= {"variables", "error"}:
            example = '{"variables": {…}} or {"error": "code"}'
            raise wrong(sentence("Service “{name}” must answer with {example}.", name=name, example=example))
        code = said.get("error")
        if code is not None and not (isinstance(code, str | int) and str(code)):
            raise wrong(sentence("The error of service “{name}” must be its code.", name=name))
        yield Outcome(_variables(said.get("variables"), f"services.{name}"), None if code is None else str(code))


def _steps(found: Any) -> Iterator[Step]:
    if found is None:
        return
    if not isinstance(found, list):
        raise wrong(sentence("“steps” must be a list: {example}", example='[{"complete": "task"}]'))
    if len(found) > MOST_STEPS:
        raise wrong(sentence("There are more than {limit} steps.", limit=MOST_STEPS))
    for number, said in enumerate(found, 1):
        yield _step(number, said)


def _step(number: int, said: Any) -> Step:
    verbs = [verb for verb in Verb if isinstance(said, dict) and verb in said]
    if len(verbs) != 1:
        words = ", ".join(Verb)
        raise wrong(sentence("Step {number} must say just one of: {verbs}.", number=number, verbs=words))
    verb = verbs[0]
    target, outcome = said[verb], said.get("outcome")
    if not isinstance(target, str) or not target:
        raise wrong(sentence("Step {number}: “{key}” must be a text.", number=number, key=verb.value))
    if not isinstance(outcome, str | None):
        raise wrong(sentence("Step {number}: “{key}” must be a text.", number=number, key="outcome"))
    if isinstance(said.get("key"), dict | list):
        raise wrong(sentence("Step {number}: “{key}” must be a text.", number=number, key="key"))
    key = "" if said.get("key") is None else str(said["key"])
    return Step(number, verb, target, _variables(said.get("variables"), f"steps.{number}"), key, outcome)


def _remarks(found: Mapping[str, Any]) -> Iterator[Finding]:
    for name in sorted(found.keys() - set(KEYS)):
        said = sentence("“{key}” says nothing to a simulation and was left aside.", key=name[:80])
        yield warning(RULE, "", said, did_you_mean(name, KEYS))
    for number, step in enumerate(found.get("steps") or (), 1):
        verb = next(verb for verb in Verb if verb in step)
        for name in sorted(step.keys() - {verb.value, *_MORE[verb]}):
            said = sentence("Step {number}: “{key}” was left aside.", number=number, key=name[:80])
            yield warning(RULE, "", said, did_you_mean(name, _MORE[verb]))


def no_such_process(key: str, existing: Collection[str]) -> AnswersRefused:
    """“process” names none of those there are."""
    said = sentence("There is no executable process “{key}”: {existing}.", key=key, existing=", ".join(existing))
    return wrong(said, key, did_you_mean(key, existing))
