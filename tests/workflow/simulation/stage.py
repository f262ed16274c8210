"""Plays drawings in words and reads what is told."""

import json
from collections.abc import Mapping
from typing import Any

from tests.workflow.engine.drawing import bpmn
from workflow import simulation

NINE = "2026-07-01T09:00"
GROUPS = ("registry", "review")


def play(
    drawing: str | bytes,
    *steps: Mapping[str, Any],
    beside: Mapping[str, bytes] | None = None,
    strict: bool = False,
    **answers: Any,
) -> dict[str, Any]:
    """What a simulation of the drawing tells, at nine o'clock in Shanghai unless the answers say another time."""
    xml = bpmn(drawing) if isinstance(drawing, str) else drawing
    script = simulation.Script(xml, beside or {}, GROUPS, strict=strict)
    said = json.dumps({"now": NINE, "steps": list(steps), **answers}).encode()
    return simulation.simulate(script, said).as_json()


def passed(told: Mapping[str, Any], *elements: str) -> list[str]:
    """“element event” of the trace, of these elements only if any are named."""
    wanted = [each for each in told["trace"] if not elements or each["element"] in elements]
    return [f"{each['element']} {each['event']}" for each in wanted]


def hours(told: Mapping[str, Any], element: str, event: str) -> list[str]:
    """When this happened to the element: “MM-DD hh:mm” in UTC."""
    found = [each["at"] for each in told["trace"] if (each["element"], each["event"]) == (element, event)]
    return [f"{at[5:10]} {at[11:16]}" for at in found]


def waiting(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(element, kind) of what is open."""
    return [(each["element"], each["kind"]) for each in told["open"]]


def complete(element: str, **variables: Any) -> dict[str, Any]:
    return {"complete": element, "variables": variables}


def advance(time: str) -> dict[str, Any]:
    return {"advance": time}
