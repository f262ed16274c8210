"""Completions through HTTP: `python -m bench.over_http`.

Two web processes as `make run` starts one, on PostgreSQL; four people's browsers at each, signed in, send the form of a
task with its CSRF token as htmx does and get the page's part that says what comes next.
"""

import contextlib
import http.client
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

from bench import process
from bench.ground import office, quantile, show
from tests.people import PASSWORD
from workflow.office import Office

WEB, BROWSERS, ROUNDS, PORTION = 2, 4, 5, 300
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "section#task"}


def main() -> None:
    rate, half, late = measure()
    show(["PostgreSQL, 2 web processes", "per second", "p50 ms", "p99 ms"], [line(rate, half, late)])


def line(rate: float, half: float, late: float) -> tuple[str, ...]:
    return "completions through HTTP", f"{rate:.0f}", f"{half * 1000:.0f}", f"{late * 1000:.0f}"


def measure(rounds: int = ROUNDS, portion: int = PORTION) -> tuple[float, float, float]:
    """Completions per second, and the seconds half and 99 % of them stay under."""
    rates, times = [], []
    with office("PostgreSQL", "over_http") as opened, serving(opened) as ports:
        process.deploy(opened)
        browsers = [Browser(port) for port in ports for _ in range(BROWSERS)]
        for number in range(rounds + 1):
            found, took = send(opened, browsers, portion)
            if number:  # the first is for warming up
                rates.append(portion / took)
                times += found
    return statistics.median(rates), quantile(times, 0.5), quantile(times, 0.99)


def send(opened: Office, browsers: Sequence["Browser"], portion: int) -> tuple[list[float], float]:
    anna = process.person(opened)
    work = [process.claimed(opened, each, "receive", anna) for each in process.begun(opened, portion)]
    parts = [work[first :: len(browsers)] for first in range(len(browsers))]
    with ThreadPoolExecutor(len(browsers)) as pool:
        began_at = time.perf_counter()
        found = list(pool.map(Browser.complete_all, browsers, parts))
        took = time.perf_counter() - began_at
    return [each for times in found for each in times], took


class Browser:
    """Somebody signed in at one of the web processes, with one connection kept open."""

    def __init__(self, port: int, name: str = "anna") -> None:
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookie = ""
        self.token = self._token("/login")
        self._ask("POST", "/login", {"name": name, "password": PASSWORD, "csrf_token": self.token})
        self.token = self._token("/profile")

    def complete_all(self, task_ids: Sequence[int]) -> list[float]:
        times = []
        for task_id in task_ids:
            began_at = time.perf_counter()
            fields = {"remark": "齐全", "outcome": "pass", "request_key": f"bench-{task_id}"}
            status, _ = self._ask("POST", f"/tasks/{task_id}/completion", fields, PARTIAL)
            assert status == 200, f"task {task_id}: {status}"
            times.append(time.perf_counter() - began_at)
        return times

    def _token(self, path: str) -> str:
        return self._ask("GET", path)[1].split('"X-CSRFToken": "')[1].split('"')[0]

    def _ask(
        self, method: str, path: str, fields: dict[str, str] | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, str]:
        sent = {"Cookie": self.cookie, **(headers or {}), **(FORM if fields else {})}
        if method == "POST":
            sent["X-CSRFToken"] = self.token if hasattr(self, "token") else ""
        self.line.request(method, path, urlencode(fields) if fields else None, sent)
        answer = self.line.getresponse()
        text = answer.read().decode()
        if cookie := answer.headers.get("Set-Cookie"):
            self.cookie = cookie.split(";")[0]
        return answer.status, text


@contextlib.contextmanager
def serving(opened: Office) -> Iterator[list[int]]:
    """The ports of the web processes, once they answer."""
    settings = opened.settings
    environment = {**os.environ, "JUANLIU_DATA": str(settings.data), "DATABASE_URL": settings.database_url}
    ports = [_free_port() for _ in range(WEB)]
    command = [sys.executable, "-m", "waitress", "--threads=4", "--connection-limit=100"]
    servers = [
        subprocess.Popen(
            [*command, f"--listen=127.0.0.1:{port}", "wsgi:app"], env=environment, stderr=subprocess.DEVNULL
        )
        for port in ports
    ]
    try:
        for port in ports:
            _until_it_answers(port)
        yield ports
    finally:
        for server in servers:
            server.terminate()
            server.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]


def _until_it_answers(port: int, patience: float = 60) -> None:
    ends_at = time.monotonic() + patience
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > ends_at:
                raise
            time.sleep(0.1)


if __name__ == "__main__":
    main()
