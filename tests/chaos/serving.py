"""A real web server (waitress, as in use) on a test's office, in a process of its own: `python -m tests.chaos.serving PORT`."""

import logging
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import waitress

from tests.installation import free_port
from tests.web.conftest import QUICK
from web.app import create_app
from workflow.office import Office, open_office
from workflow.settings import from_environment

CHECKOUT = Path(__file__).resolve().parents[2]
READY = "serving"
PATIENCE = 300.0  # seconds the server may take to answer on a busy machine


@contextmanager
def serving(office: Office) -> Iterator[str]:
    """The address of a server on this office, as long as the block runs."""
    port = free_port()
    settings = {
        "JUANLIU_DATA": str(office.settings.data),
        "DATABASE_URL": office.database.url,
        "SECRET_KEY": office.settings.secret_key,
    }
    command = [sys.executable, "-m", "tests.chaos.serving", str(port)]
    server = subprocess.Popen(command, env={**os.environ, **settings}, cwd=CHECKOUT, stdout=subprocess.PIPE)
    try:
        _until_ready(server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)
        server.stdout.close()


def _until_ready(server: subprocess.Popen) -> None:
    ends_at = time.monotonic() + PATIENCE
    while time.monotonic() < ends_at:
        if select.select([server.stdout], [], [], 1)[0]:
            assert server.stdout.readline().decode().strip() == READY, "the server did not start"
            return
    raise AssertionError("the server did not start in time")


def main() -> None:
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a long queue is what is wanted here
    app = create_app(office=open_office(from_environment()), hasher=QUICK)
    server = waitress.create_server(app, host="127.0.0.1", port=int(sys.argv[1]), threads=8, connection_limit=1000)
    print(READY, flush=True)
    server.run()


if __name__ == "__main__":
    main()
