"""tools/serve.py: a real installation starts, survives, stops, and says in a sentence why it cannot."""

import json
import os
import shutil
import signal
import socket
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import servers
from tests.conftest import _lane
from tests.installation import Installation, run_to_refusal
from tests.test_setup_children import gone


@pytest.fixture(scope="module")
def founded(tmp_path_factory) -> Path:
    """The data of an office without a demo that never ran."""
    made = Installation(tmp_path_factory.mktemp("founded") / "data", JUANLIU_DEMO="0")
    for words in (["migrate"], ["office", "found"]):
        assert made.command(*words).returncode == 0
    return made.data


@pytest.fixture
def installation(founded, tmp_path) -> Iterator[Installation]:
    """An office of its own like this, not running."""
    made = Installation(Path(shutil.copytree(founded, tmp_path / "data")), JUANLIU_DEMO="0")
    yield made
    made.stop(signal.SIGKILL)


@pytest.fixture(scope="module")
def running(tmp_path_factory) -> Iterator[Installation]:
    """One that runs, and goes on running."""
    made = Installation(tmp_path_factory.mktemp("running") / "data", JUANLIU_DEMO="0")
    yield made.start()
    made.stop()


def health(installation) -> dict:
    with urllib.request.urlopen(f"{installation.url}/healthz", timeout=10) as answer:
        return json.load(answer)


def everyone(installation) -> list[int]:
    return [installation.parent.pid, *installation.processes().values()]


def test_it_runs_web_worker_scheduler_and_valkey(running):
    assert set(running.processes()) == {"web", "worker", "scheduler", "valkey"}
    assert f"ready: {running.url}" in running.said()
    running.wait(lambda: health(running)["status"] == "ok", "a healthy running")


def test_nothing_is_left_when_the_parent_is_killed_and_it_starts_again_right_after(installation):
    pids = everyone(installation.start())
    installation.stop(signal.SIGKILL)
    installation.begin()

    assert all(gone(pid) for pid in pids)
    installation.hear("Juanliu is ready")
    assert health(installation)["database"] == "ok"


@pytest.mark.parametrize("name", ["web", "worker", "scheduler", "valkey"])
def test_whoever_is_killed_comes_back(running, name):
    running.kill(name)

    running.wait(lambda: health_or_none(running) == "ok", f"health after {name} was killed")


def health_or_none(installation) -> str | None:
    try:
        return health(installation)["status"]
    except OSError:
        return None


def test_a_second_start_keeps_what_was_there_and_each_stop_leaves_nothing(installation):
    stops_within_ten_seconds(installation.start(), signal.SIGINT)
    made = installation.command("users", "list", "--json")
    secret = (installation.data / "secret-key").read_text()
    installation.start()
    stops_within_ten_seconds(installation, signal.SIGTERM)

    assert installation.command("users", "list", "--json").stdout == made.stdout
    assert (installation.data / "secret-key").read_text() == secret


def stops_within_ten_seconds(installation: Installation, news: signal.Signals) -> None:
    """And every process of it is gone."""
    pids = everyone(installation)

    assert installation.stop(news) < 10
    assert installation.parent.returncode == 0
    assert all(gone(pid, seconds=0) for pid in pids)


def test_it_runs_on_postgresql_and_an_outside_valkey(tmp_path, valkey):
    url = servers.postgresql_url(f"served{_lane()}")
    made = Installation(tmp_path / "data", JUANLIU_DEMO="0", DATABASE_URL=url, REDIS_URL=valkey)
    try:
        made.start()
        assert set(made.processes()) == {"web", "worker", "scheduler"}
        made.wait(lambda: health(made)["status"] == "ok", "a healthy installation")
        assert not (made.data / "juanliu.db").exists()
    finally:
        made.stop()


def test_a_port_in_use_is_named(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = run_to_refusal(JUANLIU_DATA=str(tmp_path), PORT=port)

    assert refused.returncode == 2
    assert refused.stderr.strip().startswith(f"PORT={port} is in use on 127.0.0.1.")
    assert refused.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("PORT", "http", "PORT=http: must be a whole number from 1 to 65535."),
        ("HOST", "no.such.host.invalid", "HOST=no.such.host.invalid PORT=8000: cannot listen there"),
        ("HOST", "192.0.2.1", "HOST=192.0.2.1 PORT=8000: cannot listen there"),
        ("JUANLIU_ZONE", "Mars", "JUANLIU_ZONE=Mars: no such time zone."),
        ("DATABASE_URL", "mysql://x", "DATABASE_URL must begin with"),
        ("DATABASE_URL", "postgresql://u:hidden@127.0.0.1:1/none", "DATABASE_URL: the database cannot be used:"),
        ("REDIS_URL", "localhost", "REDIS_URL must begin with"),
        ("SECRET_KEY", "x", "SECRET_KEY is too short"),
    ],
)
def test_a_setting_that_cannot_be_used_ends_with_one_sentence(tmp_path, variable, value, says):
    refused = run_to_refusal(**{"JUANLIU_DATA": str(tmp_path / "data"), variable: value})

    assert refused.returncode == 2
    assert says in refused.stderr
    assert "Traceback" not in refused.stderr
    assert "hidden" not in refused.stderr


def test_a_data_folder_too_deep_for_a_socket_is_named(tmp_path):
    refused = run_to_refusal(JUANLIU_DATA=str(tmp_path / ("deep" * 25)))

    assert refused.returncode == 2
    assert "the path is too long for a socket; choose a shorter one, or set REDIS_URL" in refused.stderr


def test_one_data_folder_has_one_parent(running):
    refused = run_to_refusal(JUANLIU_DATA=str(running.data))

    assert refused.returncode == 2
    assert f"already runs with the data folder {running.data}" in refused.stderr


def test_the_socket_of_the_bundled_valkey_is_ours_alone(running):
    folder = running.data / "valkey"

    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / "valkey.sock").stat().st_mode & 0o077 == 0


def test_what_is_written_about_people_is_readable_by_this_account_alone(running):
    written = [file for file in running.data.rglob("*") if file.is_file()]

    assert running.data / "juanliu.db" in written
    assert [file for file in written if file.stat().st_mode & 0o077] == []


def test_a_body_far_beyond_the_limit_is_refused_before_it_is_read(running):
    with socket.create_connection(("127.0.0.1", running.port), timeout=10) as connection:
        connection.sendall(b"POST /packs/imports HTTP/1.1\r\nHost: x\r\nContent-Length: 1073741824\r\n\r\n")
        assert b" 413 " in connection.recv(200)


def test_started_by_make_it_ends_with_make(tmp_path, installation):
    installation.environment["MAKELEVEL"] = "1"
    pids = everyone(installation.start())
    os.kill(installation.parent.pid, signal.SIGTERM)

    assert all(gone(pid) for pid in pids)
