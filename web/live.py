"""News for open pages as server-sent events: `GET /inbox/events`.

One thread of the process hears the news (workflow.news) and hands it to the readers' lines; a reader's line waits in a
thread of the web server and asks no database. There is room for READERS lines; who finds none, or a line without its
source, is told so (204) and asks by itself (docs/decisions/0008-live-pages.md). WORKERS requests are worked on at once
beside them.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import orjson
import redis
from flask import Blueprint, Flask, Response, current_app

from web.reader import current_user
from web.room import READERS, WORKERS
from workflow import news
from workflow.news import News
from workflow.tasks.rules import tickets

log = logging.getLogger(__name__)
blueprint = Blueprint("live", __name__)

BEAT = 5.0  # seconds; after twice as much without a word the page knows that the line is dead or held back
LONGEST = 300.0  # seconds of one answer; then the page comes again, and is let in again or not
PATH = "/inbox/events"
ENDED = None  # put into a line that is over

Line = queue.SimpleQueue[News | None]


class Hearing:
    """All lines of this process, and the thread that hears the news for them while there is at least one."""

    def __init__(self, listen: Callable[[], Any]) -> None:
        """`listen` opens a subscription; raises redis.RedisError when there is none to be had."""
        self._listen = listen
        self._lines: set[Line] = set()
        self._lock = threading.Lock()
        self._hears = False

    def join(self) -> Line | None:
        """A line of one's own, until one leaves; None when there is no room or no source."""
        with self._lock:
            if len(self._lines) >= READERS or not (self._hears or self._begin()):
                return None
            line: Line = queue.SimpleQueue()
            self._lines.add(line)
            return line

    def leave(self, line: Line) -> None:
        with self._lock:
            self._lines.discard(line)

    def _begin(self) -> bool:
        try:
            source = self._listen()
        except redis.RedisError:
            return False
        self._hears = True
        threading.Thread(target=self._hear, args=(source,), daemon=True, name="news").start()
        return True

    def _hear(self, source: Any) -> None:
        """Hand on what comes until nobody listens any more or the source is gone; then every line is over."""
        try:
            while self._anybody():
                told = source.get_message(timeout=BEAT)
                found = news.read(told["data"]) if told else None
                for line in tuple(self._lines) if found else ():
                    line.put(found)
        except redis.RedisError as error:
            log.warning("news_lost", extra={"error": str(error)})
        finally:
            source.close()
            self._end()

    def _anybody(self) -> bool:
        with self._lock:
            self._hears = bool(self._lines)
            return self._hears

    def _end(self) -> None:
        with self._lock:
            self._hears = False
            for line in self._lines:
                line.put(ENDED)
            self._lines.clear()


class Turns:
    """As many requests at once as there are WORKERS; readers of news wait in threads beside them."""

    def __init__(self, application: Any) -> None:
        self._application, self._turns = application, threading.BoundedSemaphore(WORKERS)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ.get("PATH_INFO") == PATH:
            return self._application(environ, start_response)
        with self._turns:
            return self._application(environ, start_response)


def install(app: Flask) -> None:
    app.wsgi_app = Turns(app.wsgi_app)  # type: ignore[method-assign]
    app.hearing = Hearing(lambda: _source(app))  # type: ignore[attr-defined]


def _source(app: Any) -> Any:
    line = app.office.queue
    if not hasattr(line, "subscription"):
        raise redis.ConnectionError("nobody tells news here")
    return news.listening(line)


@blueprint.get(PATH)
def events() -> Response:
    """What may concern the reader, as it happens: `event: news`, data {"mine": bool, "cases": [ids], "all": bool};
    `event: beat` so that silence means something. 204 when the page had better ask by itself."""
    mine = frozenset(tickets(current_user()))
    hearing: Hearing = current_app.hearing  # type: ignore[attr-defined]
    line = hearing.join()
    if line is None:
        return Response(status=204)
    answer = Response(_said(line, mine), mimetype="text/event-stream")
    answer.call_on_close(lambda: hearing.leave(line))
    answer.headers["Cache-Control"] = "no-store, no-transform"
    answer.headers["X-Accel-Buffering"] = "no"
    return answer


def _said(line: Line, mine: frozenset[str]) -> Iterator[bytes]:
    yield b"retry: 2000\n" + _event("beat", {})
    over_at = time.monotonic() + LONGEST
    while time.monotonic() < over_at:
        try:
            told = line.get(timeout=BEAT)
        except queue.Empty:
            yield _event("beat", {})
            continue
        if told is ENDED:
            return
        yield _event("news", {"mine": bool(told.to & mine), "cases": sorted(told.cases), "all": told.all})


def _event(name: str, data: dict[str, Any]) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + orjson.dumps(data) + b"\n\n"
