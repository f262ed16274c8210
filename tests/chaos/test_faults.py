"""A real installation under attack: bodies without end."""

import contextlib
import http.client
import itertools
import os
import signal

import pytest

from tests.installation import Installation

MEGABYTE = b"x" * (1 << 20)


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    made = Installation(tmp_path_factory.mktemp("attacked") / "data", JUANLIU_DEMO="0")
    yield made.start()
    made.stop(signal.SIGTERM)


def memory(process_id: int) -> int:
    """Resident megabytes."""
    with open(f"/proc/{process_id}/statm") as told:
        return int(told.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20


@pytest.mark.parametrize("declared", [True, False])
def test_a_gigabyte_is_refused_unread(installation, declared):
    before = memory(installation.processes()["web"])
    connection = http.client.HTTPConnection("127.0.0.1", installation.port, timeout=30)
    headers = {"Content-Type": "multipart/form-data; boundary=m"}
    headers |= {"Content-Length": str(1 << 30)} if declared else {"Transfer-Encoding": "chunked"}
    with contextlib.suppress(OSError):  # the server closes the line: it has read enough
        connection.request("POST", "/login", itertools.repeat(MEGABYTE, 1024), headers, encode_chunked=not declared)
    assert connection.sock is None or connection.getresponse().status == 413
    assert memory(installation.processes()["web"]) - before < 50
