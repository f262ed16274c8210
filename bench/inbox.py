"""How long a page of the inbox takes among very many open tasks: `python -m bench.inbox`.

A page is what the browser asks for: 50 tasks of a view, sorted by their due dates, with their cases, and the counts of
all views. Six groups share the tasks (bench.crowd); anna of the registry looks; of the groups' view also one group.
"""

import time
from collections.abc import Iterator

from bench import crowd, process
from bench.ground import office, quantile, show
from workflow import tasks
from workflow.identity import User
from workflow.office import Office

SIZES = {"SQLite": 100_000, "PostgreSQL": 1_000_000}
VIEWS = {"groups": {}, "groups, one": {"group": "registry"}, "mine": {}, "others": {}, "done": {}}
LOOKS = 100


def main() -> None:
    show(
        ["", "open tasks", "view", "p50 ms", "p95 ms"],
        [row for kind, size in SIZES.items() for row in measure(kind, size)],
    )


def measure(kind: str, size: int) -> Iterator[tuple[str, ...]]:
    with office(kind, "inbox") as opened:
        process.deploy(opened)
        crowd.fill(opened, size)
        yield from views(opened, kind, size)


def views(opened: Office, kind: str, size: int) -> Iterator[tuple[str, ...]]:
    for view, filters in VIEWS.items():
        name = view.partition(",")[0]
        times = [look(opened, name, filters) for _ in range(LOOKS)]
        yield kind, f"{size:,}", view, f"{quantile(times, 0.5):.1f}", f"{quantile(times, 0.95):.1f}"


def look(opened: Office, view: str, filters: dict[str, str]) -> float:
    """Milliseconds for one page, in a session of its own as each request has."""
    began_at = time.perf_counter()
    with opened.database.reading() as session:
        anna = session.get_one(User, "anna")
        tasks.inbox(session, anna, view, filters)
        tasks.counts(session, anna)
    return (time.perf_counter() - began_at) * 1000


if __name__ == "__main__":
    main()
