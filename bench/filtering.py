"""How long a list takes that is filtered by five case variables among very many tasks: `python -m bench.filtering`.

The crowd of bench.crowd, each case knowing a dozen things more (FACTS). Looked for are the first 50 tasks with

    one person      an applicant of 50,000, and four that fit
    one amount      an amount within 1,000 of a million, and four that fit
    many            five filters that each let most through; sorted by due date, priority, amount, name
    far apart       five filters that each let a tenth or a fifth through, so that few of a million are left
    a quarter each  five filters that each let a fifth to a third through
    dates           a month, a beginning of the applicant's number, half of all amounts, two that are said in words
    most alike      what three of five have, and two that narrow it
    not there       what nobody has told, and four that fit
    two, none       a value that two of a million have; values that each many have and none together

and each look asks for other values. anna looks at what her group may claim, dora at all there is, carl, who is in
thirty groups, at what waits for others.
"""

import random
import sys
import time
from collections.abc import Iterator

from sqlalchemy import text

from bench import crowd, process
from bench.ground import office, quantile, show
from workflow import marks, sketches, views
from workflow.identity import Group, Membership, User
from workflow.office import Office

SIZES = {"SQLite": 100_000, "PostgreSQL": 1_000_000}
LOOKS = 20
GROUPS = 30
LOOKERS = (("anna", "groups"), ("dora", "all"), ("carl", "others"))
KINDS = ("transfer", "archive", "loan", "audit", "return")
BIG = "CAST(n AS BIGINT)"
FACTS = {  # of instance n, in numbers: what is said of it, and whether it is a number
    "kind": ("CASE n * 7 % 5 WHEN 0 THEN 'transfer' WHEN 1 THEN 'archive' WHEN 2 THEN 'loan' WHEN 3 THEN 'audit'"
             " ELSE 'return' END", False),
    "district": ("'district-' || (n * 13 % 10)", False),
    "region": (f"'region-' || ({BIG} * 7919 / 100 % 10)", False),
    "applicant": (f"'person-' || ({BIG} * 48271 % 50021)", False),
    "received": (f"'202' || ({BIG} * 31 / 7 % 7) || '-1' || ({BIG} * 17 / 11 % 3)"
                 f" || '-' || (10 + {BIG} * 29 / 13 % 18)", False),
    "origin": (f"CASE WHEN {BIG} * 41 / 10 % 5 < 3 THEN 'post' ELSE 'counter' END", False),
    "remark": ("CASE WHEN n IN (4711, 471100) THEN 'lost' ELSE 'fine' END", False),
    "desk": (f"{BIG} * 16807 / 1000 % 20", True),
    "amount": (f"{BIG} * 69621 % 1000003", True),
}  # fmt: skip
Asked = list[tuple[str, str, str]]
MIXES = {  # name of what is measured: the filters, what the list is sorted by
    "one person": ("one person", "due"),
    "one amount": ("one amount", "due"),
    "many": ("many", "due"),
    "many, by priority": ("many", "priority"),
    "many, by amount": ("many", "-var:amount"),
    "many, by applicant": ("many", "var:applicant"),
    "far apart": ("far apart", "due"),
    "far apart, by amount": ("far apart", "var:amount"),
    "a quarter each": ("a quarter each", "due"),
    "dates": ("dates", "due"),
    "most alike": ("most alike", "due"),
    "not there": ("not there", "due"),
    "two": ("two", "due"),
    "none": ("none", "due"),
}


def main() -> None:
    sizes = {"PostgreSQL": int(sys.argv[1])} if len(sys.argv) > 1 else SIZES
    rows = [row for kind, size in sizes.items() for row in measure(kind, size)]
    show(["", "open tasks", "filters", "p50 ms", "p95 ms"], rows)


def measure(kind: str, size: int) -> Iterator[tuple[str, ...]]:
    with office(kind, "filtering") as opened:
        process.deploy(opened)
        crowd.fill(opened, size)
        tell(opened)
        join(opened, "carl")
        for name in MIXES:
            times = [time_ for who, view in lookers(name) for time_ in look(opened, name, who, view)]
            yield kind, f"{size:,}", name, f"{quantile(times, 0.5):.1f}", f"{quantile(times, 0.95):.1f}"


def lookers(name: str) -> tuple[tuple[str, str], ...]:
    """By urgency there is a line of what one may claim only; other views sort all that matches, for seconds."""
    return LOOKERS[:1] if MIXES[name][1] == "priority" else LOOKERS


def tell(opened: Office) -> None:
    """Let every instance know its things, one beside the other as a beginning process writes them."""
    postgresql = opened.database.engine.dialect.name == "postgresql"
    json, true = ("to_json", "true") if postgresql else ("json_quote", "1")
    names = " UNION ALL ".join(f"SELECT '{name}' AS name" for name in FACTS)
    told = _each({name: f"{json}({said})" for name, (said, _) in FACTS.items()})
    word = _each({name: f"CAST({said} AS TEXT)" for name, (said, _) in FACTS.items()})
    number = _each({name: said for name, (said, is_number) in FACTS.items() if is_number})
    with opened.database.engine.begin() as connection:
        connection.execute(
            text(
                'INSERT INTO variables (instance_id, name, "value", revision, word, number, live)'
                f" SELECT n, name, {told}, 0, {word}, {number}, {true}"
                f" FROM (SELECT id AS n FROM process_instances) AS numbers CROSS JOIN ({names}) AS names"
            )
        )
        if postgresql:
            connection.execute(text("TRUNCATE instance_marks"))
            connection.execute(text(marks.FILL))
            connection.execute(text(sketches.FILL))
    with opened.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if postgresql else "ANALYZE"))


def _each(said: dict[str, str]) -> str:
    cases = " ".join(f"WHEN '{name}' THEN {each}" for name, each in said.items())
    return f"CASE name {cases} END"


def join(opened: Office, name: str) -> None:
    """Let somebody be in very many groups."""
    with opened.database.transaction() as session:
        keys = [f"circle-{number}" for number in range(GROUPS - len(crowd.GROUPS))]
        session.add_all(Group(key=key, name=key) for key in keys)
        session.flush()
        session.add_all(Membership(user_name=name, group_key=key) for key in (*crowd.GROUPS, *keys))


def look(opened: Office, name: str, who: str, view: str) -> Iterator[float]:
    """Milliseconds of each look, in a session of its own as each request has."""
    luck, (mix, sort) = random.Random(name), MIXES[name]
    for _ in range(LOOKS):
        asked = filters(mix, luck.randrange(1, 1_000_000))
        began_at = time.perf_counter()
        with opened.database.reading() as session:
            list_, problems = views.asked_of(view, conditions=asked, sorts=[sort])
            assert not problems
            views.search(session, session.get_one(User, who), list_)
        yield (time.perf_counter() - began_at) * 1000


def filters(mix: str, n: int) -> Asked:
    """Five filters that instance n fulfils; of "none" that no instance does."""
    kind, district, region = KINDS[n * 7 % 5], f"district-{n * 13 % 10}", f"region-{n * 7919 // 100 % 10}"
    desk, amount = n * 16807 // 1000 % 20, n * 69621 % 1000003
    said = [("kind", "is", kind), ("district", "is", district), ("region", "is", region)]
    about = ("desk", "between", f"{desk}..{desk + 3}")
    near = {"one amount": 500, "a quarter each": 125_000, "dates": 250_000}.get(mix, 50_000)
    worth = ("amount", "between", f"{amount - near}..{amount + near}")
    day = f"202{n * 31 // 7 % 7}-1{n * 17 // 11 % 3}"
    origin = "post" if n * 41 // 10 % 5 < 3 else "counter"
    match mix:
        case "one person":
            return [*said, about, ("applicant", "is", f"person-{n * 48271 % 50021}")]
        case "many":
            most = [("kind", "oneof", f"{kind}, loan, archive, audit"), ("district", "starts", "district")]
            return [*most, ("region", "filled", ""), ("amount", "between", "..900000"), ("desk", "between", "1..18")]
        case "a quarter each":
            few = [("kind", "is", kind), ("district", "oneof", f"{district}, district-{n % 10}, district-{n % 7}")]
            few.append(("region", "oneof", f"{region}, region-{n % 9}, region-{n % 4}"))
            return [*few, ("desk", "between", f"{desk}..{desk + 4}"), worth]
        case "dates":
            starts = ("applicant", "starts", f"person-{str(n * 48271 % 50021)[0]}")
            return [("kind", "is", kind), ("region", "is", region), ("received", "between", day), starts, worth]
        case "most alike":
            return [("origin", "is", origin), ("remark", "is", "fine"), said[0], said[1], about]
        case "not there":
            return [("refused", "empty", ""), *said, worth]
        case "two":
            return [("remark", "is", "lost"), *said[:2], about, worth]
        case "none":
            other = ("district", "is", f"district-{(n * 13 + 1) % 10}")
            return [said[0], other, about, ("origin", "is", origin), worth]
    return [*said, about, worth]


if __name__ == "__main__":
    main()
