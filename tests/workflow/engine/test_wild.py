"""Random processes without structure against the token game: whatever the engine does, the standard allows it."""

from collections import Counter

import pytest

from tests.workflow.engine import fuzzing
from tests.workflow.engine.drawing import Run, bpmn
from tests.workflow.engine.walking import Open, walk
from tests.workflow.engine.wild import Wild
from workflow import engine
from workflow.engine import WaitKind
from workflow.lint import lint

WARNED = {"stuck": {"deadlock", "endless", "overrun"}, "endless": {"loop_without_wait", "endless"}}
WORK = (WaitKind.USER_TASK, WaitKind.JOB, WaitKind.CALL)


@pytest.mark.parametrize("seeds", fuzzing.portions("wild", 300))
def test_the_engine_does_what_the_token_game_allows(seeds):
    fuzzing.tally("wild", seeds, wander)


def wander(seed: int) -> str:
    """Lint has accepted it; where it stands still or turns without end all the same, lint has warned of that."""
    instance = Instance()
    end = walk(seed, instance)
    if end in ("stuck", "endless"):
        rules = {finding.rule for finding in lint(bpmn(instance.wild.drawing))}
        assert rules & WARNED[end], f"seed {seed}: {end}, and lint is silent\n{instance.wild.drawing}"
    return end


class Instance:
    """In the engine alone, sealed and opened again after every step."""

    runs_away = True
    sees = ("message", "signal", "escalation", "error")

    def begin(self, wild: Wild, start: str, variables: dict[str, int]) -> None:
        self.wild = wild
        self.run = Run(wild.model, start_id=start, **variables)

    def open(self) -> list[Open]:
        waits = self.run.step.waits
        return [
            Open(wait.kind, wait.activity_id, wait.variables.get("loopCounter", 0), wait.token_id) for wait in waits
        ]

    def finished(self) -> bool:
        return self.run.finished

    def thrown(self) -> Counter:
        return Counter((thrown.kind, thrown.name) for thrown in self.run.step.thrown)

    def foresee(self, what: Open | None, act: str, variables: dict[str, int]) -> dict[str, int]:
        return variables

    def instead(self, what: Open) -> Open:
        return what

    def come(self, what: Open, variables: dict[str, int]) -> None:
        alike = [wait.token_id for wait in self.run.step.waits if wait.activity_id == what.activity]
        verb = self.run.do if what.kind in WORK else self.run.happen
        verb(what.activity, alike.index(what.at), **variables)

    def fail(self, what: Open, code: str, variables: dict[str, int]) -> None:
        self._throw(engine.throw_error, what, code, variables)

    def refuse(self, what: Open, code: str, variables: dict[str, int]) -> None:
        before = self.run.state
        with pytest.raises(engine.UncaughtError):
            self.fail(what, code, variables)
        assert self.run.state == before

    def escalate(self, what: Open, code: str, variables: dict[str, int]) -> None:
        self._throw(engine.throw_escalation, what, code, variables)

    def change(self, variables: dict[str, int]) -> None:
        self.run.change(**variables)

    def cancel(self) -> None:
        self.run.cancel()

    def _throw(self, verb, what: Open, code: str, variables: dict[str, int]) -> None:
        self.run.variables.update(variables)
        self.run._take(verb(self.run.model, self.run.state, what.at, code, self.run.around))
