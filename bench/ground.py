"""Where measurements stand: an office on SQLite and one on PostgreSQL, both writing to disk as one in use does."""

import statistics
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests import people, servers
from workflow import registry
from workflow.db import Base
from workflow.office import Office, open_office
from workflow.settings import from_environment

KINDS = ("SQLite", "PostgreSQL")


@contextmanager
def office(kind: str, name: str) -> Iterator[Office]:
    """An office with the people of the tests and no work yet. `name` tells one PostgreSQL database from another."""
    registry.discover("archive", "forms", "web")
    with tempfile.TemporaryDirectory(prefix="juanliu-bench-") as folder:
        url = f"sqlite:///{folder}/juanliu.db" if kind == "SQLite" else servers.postgresql_url(name, durable=True)
        opened = open_office(from_environment({"JUANLIU_DATA": str(Path(folder) / "data"), "DATABASE_URL": url}))
        Base.metadata.create_all(opened.database.engine)
        with opened.database.transaction() as session:
            people.add_all(session)
        yield opened
        opened.database.engine.dispose()


def quantile(times: Sequence[float], part: float) -> float:
    """E.g. quantile(times, 0.95): the time 95 % stay under."""
    return statistics.quantiles(times, n=100, method="inclusive")[round(part * 100) - 1]


def show(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table, its first column to the left, the others to the right."""
    lines = [list(head), *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        cells = [cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)]
        print("  ".join([line[0].ljust(widths[0]), *cells]))
