"""One element of a diagram as people and the host see it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Passed:
    """One line of what passes between a call activity and the process it calls: a variable, or the value of an
    expression, to the variable `target`. Without target: all variables, under their names."""

    target: str | None = None
    variable: str | None = None
    expression: str | None = None


@dataclass(frozen=True)
class Activity:
    """An element of the process, its attributes raw, as in the file (text or None; expressions not evaluated).

    `kind` is the BPMN element name (`userTask`, `serviceTask`, `callActivity`, `startEvent`, `boundaryEvent`, …).
    `names` maps a language to a name beside the drawn one (`{"en": "Open the pack"}`).
    """

    id: str
    kind: str
    name: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    lane: str | None = None
    form_key: str | None = None
    assignee: str | None = None
    candidate_groups: str | None = None  # comma separated, or an expression
    candidate_users: str | None = None
    due_date: str | None = None
    follow_up_date: str | None = None
    priority: str | None = None
    topic: str | None = None  # service, send and business rule tasks
    listeners: tuple[str, ...] = ()  # topics of complete listeners, in the order of the file
    called_element: str | None = None
    called_binding: str | None = None  # of call activities: latest (also None) deployment version versionTag
    called_version: str | None = None
    called_version_tag: str | None = None
    passes_in: tuple[Passed, ...] | None = None  # of call activities; None: everything
    passes_out: tuple[Passed, ...] | None = None
    decision_ref: str | None = None  # of business rule tasks: the key of the decision, or an expression
    decision_binding: str | None = None  # as called_binding
    decision_version: str | None = None
    decision_version_tag: str | None = None
    result_variable: str | None = None  # gets the decision's result
    map_decision_result: str | None = None  # singleEntry singleResult collectEntries resultList (also None)
    event: str | None = None  # of events and receive tasks: none message signal timer error escalation conditional …
    message: str | None = None  # name of the message or signal waited for, started by, or thrown
    condition: str | None = None  # of conditional events
    correlation_key: str | None = None  # of message events and receive tasks: an expression
    timer: str | None = None  # of timer events: the text of its date, duration or cycle
    properties: Mapping[str, str] = field(default_factory=dict)
    documentation: str | None = None
