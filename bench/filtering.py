"""How long a list takes that is filtered by five case variables among very many tasks: `python -m bench.filtering`.

The crowd of bench.crowd, each case knowing six things more: kind (5), district (10), region (10), desk (0 to 19),
amount (0 to 1,000,000) and applicant (50,000). Looked for are, as a clerk would, the first 50 tasks with

    one person    kind, district, region, desk from … to, and the applicant
    one amount    kind, district, region, desk from … to, and an amount within 1,000
    many          five filters that each let most through
    far apart     five filters that each let a tenth or a fifth through, so that few of a million are left

and each look asks for other values. anna looks at what her group may claim, dora at all there is.
"""

import random
import sys
import time
from collections.abc import Iterator

from sqlalchemy import text

from bench import crowd, process
from bench.ground import office, quantile, show
from workflow import views
from workflow.identity import User
from workflow.office import Office

SIZES = {"SQLite": 100_000, "PostgreSQL": 1_000_000}
LOOKS = 40
KINDS = ("transfer", "archive", "loan", "audit", "return")
FACTS = {  # of instance n, in numbers: what is said of it, and whether it is a number
    "kind": ("CASE n * 7 % 5 WHEN 0 THEN 'transfer' WHEN 1 THEN 'archive' WHEN 2 THEN 'loan' WHEN 3 THEN 'audit'"
             " ELSE 'return' END", False),
    "district": ("'district-' || (n * 13 % 10)", False),
    "region": ("'region-' || (CAST(n AS BIGINT) * 7919 / 100 % 10)", False),
    "applicant": ("'person-' || (CAST(n AS BIGINT) * 48271 % 50021)", False),
    "desk": ("CAST(n AS BIGINT) * 16807 / 1000 % 20", True),
    "amount": ("CAST(n AS BIGINT) * 69621 % 1000003", True),
}  # fmt: skip
Asked = list[tuple[str, str, str]]


def main() -> None:
    sizes = {"PostgreSQL": int(sys.argv[1])} if len(sys.argv) > 1 else SIZES
    rows = [row for kind, size in sizes.items() for row in measure(kind, size)]
    show(["", "open tasks", "filters", "p50 ms", "p95 ms"], rows)


def measure(kind: str, size: int) -> Iterator[tuple[str, ...]]:
    with office(kind, "filtering") as opened:
        process.deploy(opened)
        crowd.fill(opened, size)
        tell(opened)
        for name in ("one person", "one amount", "many", "far apart"):
            times = [
                time_ for who, view in (("anna", "groups"), ("dora", "all")) for time_ in look(opened, name, who, view)
            ]
            yield kind, f"{size:,}", name, f"{quantile(times, 0.5):.1f}", f"{quantile(times, 0.95):.1f}"


def tell(opened: Office) -> None:
    """Let every instance know its six things."""
    column = '"value"'
    with opened.database.engine.begin() as connection:
        json = "to_json" if connection.dialect.name == "postgresql" else "json_quote"
        for name, (said, is_number) in FACTS.items():
            number = said if is_number else "NULL"
            connection.execute(
                text(
                    f"INSERT INTO variables (instance_id, name, {column}, revision, word, number, live)"
                    f" SELECT n, '{name}', {json}({said}), 0, CAST({said} AS TEXT), {number}, "
                    f"{'true' if json == 'to_json' else '1'} FROM (SELECT id AS n FROM process_instances) AS numbers"
                )
            )
    with opened.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if json == "to_json" else "ANALYZE"))


def look(opened: Office, name: str, who: str, view: str) -> Iterator[float]:
    """Milliseconds of each look, in a session of its own as each request has."""
    luck = random.Random(name)
    for _ in range(LOOKS):
        asked = filters(name, luck.randrange(1, 1_000_000))
        began_at = time.perf_counter()
        with opened.database.reading() as session:
            list_, problems = views.asked_of(view, conditions=asked)
            assert not problems
            views.search(session, session.get_one(User, who), list_)
        yield (time.perf_counter() - began_at) * 1000


def filters(name: str, n: int) -> Asked:
    """Five filters that instance n fulfils."""
    kind, district, region = KINDS[n * 7 % 5], f"district-{n * 13 % 10}", f"region-{n * 7919 // 100 % 10}"
    desk, amount = n * 16807 // 1000 % 20, n * 69621 % 1000003
    if name == "many":
        most = [("kind", "oneof", f"{kind}, loan, archive, audit"), ("district", "starts", "district")]
        return [*most, ("region", "filled", ""), ("amount", "between", "..900000"), ("desk", "between", "1..18")]
    narrow = [("kind", "is", kind), ("district", "is", district), ("region", "is", region)]
    narrow.append(("desk", "between", f"{desk}..{desk + 3}"))
    if name == "one person":
        return [*narrow, ("applicant", "is", f"person-{n * 48271 % 50021}")]
    around = 500 if name == "one amount" else 50_000
    return [*narrow, ("amount", "between", f"{amount - around}..{amount + around}")]


if __name__ == "__main__":
    main()
