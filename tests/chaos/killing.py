"""kill -9 at any place of a command: a zygote forks a child for every try, which dies at the place it was told.

A place is a line of our code together with the number of statements that have gone to the database by then: the same
line between the same two statements is the same place. The zygote holds everything imported and read, and no connection.
"""

import gc
import os
import pickle
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import event

from workflow import clock
from workflow.errors import Refusal
from workflow.office import Office, open_office
from workflow.settings import Settings

CHECKOUT = Path(__file__).resolve().parents[2]
OURS = tuple(f"{CHECKOUT / folder}{os.sep}" for folder in ("workflow", "archive", "forms", "web"))
Act = Callable[[Office, Any], object]


@dataclass
class Places:
    """Counts the places a child comes by, and ends it with -9 at one of them (0: at none)."""

    kill_at: int = 0
    statements: int = 0
    count: int = 0
    seen: set[Any] = field(default_factory=set)

    def pass_by(self, *where: Any) -> None:
        place = (*where, self.statements)
        if place in self.seen:
            return
        self.seen.add(place)
        self.count += 1
        if self.count == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def state(self, *_: Any) -> None:
        """A statement goes out."""
        self.pass_by("before the statement")
        self.statements += 1
        self.pass_by("after the statement")

    def trace(self, frame: Any, happens: str, _argument: Any) -> Any:
        if happens == "line":
            self.pass_by(frame.f_code.co_filename, frame.f_lineno)
        return self.trace if frame.f_code.co_filename.startswith(OURS) else None


@dataclass(frozen=True)
class End:
    """How a child ended: `killed`, or what it said and how many places it came by."""

    killed: bool
    said: str = ""
    places: int = 0


class Zygote:
    """Runs commands in children. `acts`: name → what a child does with the office and what it was given; the zygote
    itself does each once, with its `warm_up`, so that its children find everything read and compiled."""

    def __init__(self, settings: Settings, acts: dict[str, Act], warm_up: dict[str, Any], at: datetime) -> None:
        asked, self._ask = os.pipe()
        self._hear, said = os.pipe()
        self.process = os.fork()
        if self.process == 0:
            os.close(self._ask)
            os.close(self._hear)
            with suppress(BaseException):
                _breed(settings, acts, (warm_up, at), asked, said)
            os._exit(0)
        os.close(asked)
        os.close(said)

    def run(self, act: str, given: Any, at: datetime, kill_at: int = 0) -> End:
        """Have a child do it at a held clock and, unless `kill_at` is 0, die at that place."""
        _send(self._ask, (act, given, at, kill_at))
        answer = _receive(self._hear)
        assert answer is not None, "the zygote has died"
        return answer

    def close(self) -> None:
        os.close(self._ask)
        os.close(self._hear)
        os.waitpid(self.process, 0)


def _breed(
    settings: Settings, acts: dict[str, Act], warm_up: tuple[dict[str, Any], datetime], asked: int, said: int
) -> None:
    office = open_office(settings)
    for name, given in warm_up[0].items():
        _live(office, acts[name], given, warm_up[1], None)
    office.database.engine.dispose()
    gc.freeze()  # a child need not look through what was there before it
    while (request := _receive(asked)) is not None:
        _send(said, _child(office, acts, *request))


def _child(office: Office, acts: dict[str, Act], act: str, given: Any, at: datetime, kill_at: int) -> End:
    hear, said = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(hear)
        places = Places(kill_at)
        answer = _live(office, acts[act], given, at, places)
        _send(said, End(False, answer, places.count))
        os._exit(0)
    os.close(said)
    end = _receive(hear)
    os.close(hear)
    _, status = os.waitpid(process, 0)
    return End(True) if os.WIFSIGNALED(status) or end is None else end


def _live(office: Office, act: Act, given: Any, at: datetime, places: Places | None) -> str:
    with clock.held(at):
        if places is not None:
            _attend(office, places)
            sys.settrace(places.trace)
        try:
            act(office, given)
            answer = "done"
        except Refusal as refused:
            answer = f"refused: {refused}"
        except BaseException as error:  # the parent shows it
            answer = f"failed: {type(error).__name__}: {error}"
        sys.settrace(None)
    return answer


def _attend(office: Office, places: Places) -> None:
    """Have every statement counted: those of SQLAlchemy and those that go straight to the driver."""
    engine = office.database.engine
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda driver, _: driver.set_trace_callback(places.state), insert=True)
        return
    event.listen(engine, "before_cursor_execute", places.state)
    event.listen(engine, "commit", places.state)
    straight = psycopg.Connection.execute

    def execute(connection: Any, *told: Any, **more: Any) -> Any:
        places.state()
        return straight(connection, *told, **more)

    psycopg.Connection.execute = execute  # in this child only


def _send(pipe: int, what: Any) -> None:
    content = pickle.dumps(what)
    os.write(pipe, len(content).to_bytes(4, "big") + content)


def _receive(pipe: int) -> Any:
    """None when the other end is gone."""
    head = os.read(pipe, 4)
    if len(head) < 4:
        return None
    wanted, content = int.from_bytes(head, "big"), b""
    while len(content) < wanted:
        content += os.read(pipe, wanted - len(content))
    return pickle.loads(content)
