"""One row of the table of docs/bpmn.md: an element at a place, and how the real engine and lint prove what it says."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.workflow.engine.drawing import HEAD, Run, bpmn
from workflow.lint import Finding, Known, Level, lint

LINE = "start s\n{x}\nuser a\nend e\ns -> x -> a -> e"  # an element x and a task behind it


@dataclass(frozen=True)
class Case:
    """`of` the element (or what the row is about) and `at` its place are the row's name, `variant` tells rows apart.

    A case that runs has `plays`, what happens and what is open then, step for step, separated by `;`:
        "a b; do a: b; do b x=1: end"
    the activities open after the start, then a verb, its activity, values that come with it, and what is open after
    it: `do` completes, `happen` brings the timer, message or signal, `fail` throws the error named, `set` changes
    variables, `wait` lets time pass (minutes=5); `end`: the process has ended. `completed` and `cancelled` say more
    of what happened: the elements in order; `thrown`: kind and name of what left the process.

    A case that is refused has `refused`, the very sentence, said at the element `where`.
    """

    of: str
    at: str = ""
    variant: str = ""
    drawing: str = ""
    extra: str = ""  # XML in the process
    beside: str = ""  # XML beside the process
    swap: Mapping[str, str] = field(default_factory=dict)  # in the XML: text → other text
    xml: bytes | None = None  # instead of all these
    plays: str = ""
    start: str | None = None  # the start event to begin at
    variables: Mapping[str, object] = field(default_factory=dict)
    completed: str | None = None
    cancelled: str | None = None
    thrown: tuple[str, ...] | None = None
    says: str = ""
    refused: str = ""
    where: str = "x"
    known: Known = Known(functions=())
    warned: str = ""  # it runs, and lint says this

    @property
    def name(self) -> str:
        """The name of its test: words and hyphens."""
        words = re.sub(r"[^\w]+", "-", f"{self.of} {self.at} {self.variant}".strip())
        return words.strip("-")

    @property
    def file(self) -> bytes:
        if self.xml is not None:
            return self.xml
        text = bpmn(self.drawing, extra=self.extra).decode().replace(HEAD, HEAD + self.beside)
        for old, new in self.swap.items():
            assert old in text, f"{self.name}: {old} is not in {text}"
            text = text.replace(old, new)
        return text.encode()

    def findings(self, level: Level = Level.ERROR) -> list[Finding]:
        return [finding for finding in lint(self.file, self.known) if finding.level is level]

    def play(self) -> Run:
        """Run it as `plays` says; every step is sealed and opened again on the way."""
        first, *steps = [step.strip() for step in self.plays.split(";")]
        given = {**self.variables, **({"start_id": self.start} if self.start else {})}
        run = Run(self.file, **given)
        assert _open(run) == first, f"{self.name}: {_open(run)} is open at the beginning"
        for step in steps:
            verb, _, then = step.rpartition(":")
            _act(run, *shlex.split(verb))
            assert _open(run) == then.strip(), f"{self.name}: {_open(run)} is open after {verb}"
        return run


def _open(run: Run) -> str:
    return "end" if run.finished else " ".join(run.open) or "-"


def _act(run: Run, verb: str, *words: str) -> None:
    values = dict(word.split("=", 1) for word in words if "=" in word)
    given = {name: int(value) if value.lstrip("-").isdecimal() else value for name, value in values.items()}
    names = [word for word in words if "=" not in word]
    match verb:
        case "do":
            run.do(*names, **given)
        case "happen":
            run.happen(*names, **given)
        case "fail":
            run.fail(*names)
        case "set":
            run.change(**given)
        case "wait":
            run.pass_time(**given)
        case _:
            raise ValueError(f"no such verb: {verb}")
