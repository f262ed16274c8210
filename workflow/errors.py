"""Refusals are sentences for people, in one tree.

    Refusal
    ├── NotFound            what you may not see does not exist
    ├── NotAllowed          you may see it, but this is not yours to do
    ├── Conflict            someone was faster, or the state no longer allows it
    │   ├── TaskNotOpen
    │   └── TaskAlreadyClaimed
    ├── Invalid             what was typed or uploaded is wrong; says where
    │   └── DefinitionRefused
    └── Unavailable         a service of ours is down or full; try again later

A message is an English template and its facts, kept apart so that `web` can say it in the reader's
language. No HTTP codes here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Sentence:
    """An English template with named places and the facts to fill them; translatable by its template."""

    template: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template.format(**self.facts)


def sentence(template: str, **facts: Any) -> Sentence:
    return Sentence(template, facts)


class Refusal(Exception):
    """Something the house will not do, with a sentence a person understands."""

    message = "This cannot be done."

    def __init__(self, message: str | None = None, **facts: Any) -> None:
        self.sentence = Sentence(message or self.message, facts)
        super().__init__(str(self.sentence))


class NotFound(Refusal):
    message = "There is nothing here that you may see."


class NotAllowed(Refusal):
    message = "You may not do this."


class Conflict(Refusal):
    message = "Someone was faster: this has changed meanwhile."


class TaskNotOpen(Conflict):
    message = "Task “{task}” is no longer open."


class TaskAlreadyClaimed(Conflict):
    message = "Task “{task}” is already claimed by {assignee}."


class Unavailable(Refusal):
    message = "The service is not available just now. Nothing was lost; please try again."


class Invalid(Refusal):
    """Bad input. `problems` maps a field (or "" for the whole) to its sentences."""

    message = "Please correct what is marked."

    def __init__(
        self, problems: Mapping[str, Sequence[Sentence]] | None = None, message: str | None = None, **facts: Any
    ) -> None:
        super().__init__(message, **facts)
        self.problems = {name: list(said) for name, said in (problems or {}).items()}


class DefinitionRefused(Invalid):
    """A BPMN, DMN or form file that cannot be deployed. `findings` is the list of lint findings."""

    message = "The file {file} was refused: {reason}"

    def __init__(self, findings: Sequence[Any], **facts: Any) -> None:
        super().__init__(message=self.message, **facts)
        self.findings = list(findings)


class BpmnError(Exception):
    """Raised by a service-task handler to be caught by an error boundary event with this code."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code
