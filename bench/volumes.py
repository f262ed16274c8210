"""An archive of 32,000 volumes with 20 to 60 materials each: how long its pages take through the web, on both
databases, for who sees all of it and for who sees a part.

The rows are made by the database itself: people and dossiers as bench.searching makes them, materials and their way,
custody, statuses, catalogues' names, a thousand loans. Run: `python -m bench.volumes`, `python -m bench.volumes 2000`.
"""

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import timedelta
from urllib.parse import quote

from sqlalchemy import Connection, insert, select, text, update
from sqlalchemy.orm import Session

from archive import calendar
from archive.dossier_tables import Dossier
from archive.materials import titles
from archive.materials.categories import LEAVES
from archive.materials.models import Material
from archive.persons import Person
from archive.reading.loan_tables import Loan
from archive.reading.models import ReadingRequest, RequestStatus
from archive.scopes import DossierScope
from archive.statuses import DossierStatus
from bench import ground, searching
from bench.over_http import PARTIAL, Browser, serving
from workflow import people
from workflow.clock import now
from workflow.identity import Group, Membership
from workflow.models import Case
from workflow.office import Office

LEAST, SPREAD = 20, 41  # materials of a dossier: 20 … 60
LOANS, ASKED = 1000, 60
GOAL = "p95 ≤ 100 ms"
PARTS = {
    "carl": ("a fortieth", "县管", 40),
    "eve": ("a third", "市管", 3),
}  # who sees so much, its level, every so many
PORTION = 2000  # names written at once
SEARCHES = ("two characters of a name", "a surname", "a material", "a person's material", "register of dossiers")
KINDS = (  # of a paper: its name, # the year, @ whose it is; one after the other over the classes
    *(
        "干部履历表",
        "自传",
        "#年度考核登记表",
        "学历学位认定表",
        "专业技术职务任职资格评审表",
        "科研工作情况表",
        "培训结业登记表",
    ),
    *("出生日期认定材料", "入党志愿书", "#年度嘉奖审批表", "个人有关事项报告", "#年工资变动审批表", "关于@任职的通知"),
    *("出国（境）审批表", "代表大会代表登记表", "#年体检表", "干部简历", "思想汇报", "学籍材料", "聘任合同书"),
)


def main() -> None:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else searching.DOSSIERS
    rows = [(kind, *row) for kind in ground.KINDS for row in measure(kind, size)]
    ground.show(("", "page", "p50 ms", "p95 ms"), rows)


def measure(kind: str, size: int = searching.DOSSIERS) -> Iterator[tuple[str, str, str]]:
    """(page, p50, p95 in ms) of each page, asked for by one person over one open connection."""
    with ground.office(kind, "volumes") as office:
        fill(office, size)
        with serving(office) as ports:
            yield from _looked_at(Browser(ports[0]), questions(size))
            for name, (part, _, _) in PARTS.items():
                own = {f"{page}, seeing {part}": asked for page, asked in questions(size).items() if page in SEARCHES}
                yield from _looked_at(Browser(ports[0], name), own)


def _looked_at(browser: Browser, asked: Mapping[str, list[str]]) -> Iterator[tuple[str, str, str]]:
    with closing(browser.line):
        for page, paths in asked.items():
            times = [_asked(browser, path) for path in ["/dossiers", *paths]][1:]
            yield page, f"{ground.quantile(times, 0.5):.0f}", f"{ground.quantile(times, 0.95):.0f}"


def questions(size: int) -> dict[str, list[str]]:
    """What is asked for, ASKED times each, never twice the same where there is more than one of it."""
    some = [1 + number * 7919 % size for number in range(ASKED)]
    given, surnames = searching.GIVEN, searching.SURNAMES
    pairs = [given[number % 28] + given[number * 5 % 28] for number in range(ASKED)]
    initials = [one + two + three for one in "zwlqs" for two in "wmjyc" for three in "xlg"][:ASKED]
    return {
        "a dossier": [f"/dossiers/{each}" for each in some],
        "its chain of custody": [f"/dossiers/{each}/custody" for each in some],
        "two characters of a name": [_found(each) for each in pairs],
        "a surname": [_found(surnames[number % 14]) for number in range(ASKED)],
        "pinyin initials": [_found(each) for each in initials],
        "end of an ID number": [_found(f"{each % 10000:04d}") for each in some],
        "number of a dossier": [_found(f"YX{each:09d}") for each in some],
        "a material": [_found(("年度考核", "学籍", "任职", "工资变动", "志愿")[number % 5]) for number in range(ASKED)],
        "a person's material": [_found(f"{each} 考核") for each in pairs],
        "register of dossiers": ["/dossiers"] * ASKED,
        "register of loans": ["/loans?view=out"] * ASKED,
        "loans overdue": ["/loans?view=overdue"] * ASKED,
    }


def _found(asked: str) -> str:
    return f"/dossiers?text={quote(asked)}"


def _asked(browser: Browser, path: str) -> float:
    begun = time.perf_counter()
    status, body = browser._ask("GET", path, headers=PARTIAL if "?text=" in path else None)
    assert status == 200, f"{path}: {status} {body[:200]}"
    return (time.perf_counter() - begun) * 1000


def fill(office: Office, size: int) -> None:
    """The archive, its catalogues, ways and loans."""
    searching.fill(office, size)
    with office.database.transaction() as session:
        for year in (now().year, now().year + 1):
            calendar.seed(session, year)
        session.get_one(Group, "registry").permissions = list(people.PERMISSIONS)
        _share(session)
        connection = session.connection()
        for statement in _statements(connection):
            connection.execute(text(statement), {"moment": now()})
        _name(session)
        _lend(session, min(LOANS, size // 4))
    with office.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        postgresql = connection.dialect.name == "postgresql"
        if postgresql:
            _count_on(connection)
        connection.execute(text("VACUUM ANALYZE" if postgresql else "ANALYZE"))


def _statements(connection: Connection) -> list[str]:
    """Materials, their first move and that into the catalogue; custody and statuses from the desk to the shelf."""
    postgresql = connection.dialect.name == "postgresql"
    most = LEAST + SPREAD - 1
    papers = ", ".join(f"({k}, '{LEAVES[k % 16]}', {k // 16 + 1}, '{KINDS[k % len(KINDS)]}')" for k in range(most))
    year = "CAST(1985 + (d.id + p.k * 7) % 40 AS VARCHAR)"
    name = f"replace(replace(p.name, '#', {year}), '@', w.name)"
    head = f"WITH papers(k, code, seq, name) AS (VALUES {papers})"
    said = (
        "dossier_id, state, code, seq, name, formed, pages, note, copy, received_at, created_at, created_by, revision"
    )
    day, no = ("DATE '2020-01-01'", "false") if postgresql else ("'2020-01-01'", "0")
    materials = (
        f"INSERT INTO materials ({said}) {head} SELECT d.id, 'kept', p.code, p.seq, {name}, {year},"
        f" 1 + (d.id + p.k) % 6, '', {no}, {day}, :moment, 'anna', 1"
        f" FROM dossiers d JOIN persons w ON w.id = d.person_id JOIN papers p ON p.k < {LEAST} + d.id * 7 % {SPREAD}"
    )
    moves = "INSERT INTO material_moves (material_id, seq, from_state, to_state, at, by, why)".replace(" by,", ' "by",')
    custody = 'INSERT INTO custody_events (dossier_id, seq, previous_seq, from_place, to_place, at, "by", why)'
    statuses = 'INSERT INTO dossier_status_changes (dossier_id, seq, from_status, to_status, at, "by", why)'
    shelf = "'position:K' || id"
    counted = "(SELECT {0} FROM materials m WHERE m.dossier_id = dossiers.id)"
    return [
        materials,
        f"{moves} SELECT id, 1, NULL, 'loose', :moment, 'anna', 'catalogue' FROM materials",
        f"{moves} SELECT id, 2, 'loose', 'kept', :moment, 'anna', 'catalogue' FROM materials",
        f"{custody} SELECT id, 1, NULL, NULL, 'desk:receipt', :moment, 'anna', 'registered' FROM dossiers",
        f"{custody} SELECT id, 2, 1, 'desk:receipt', {shelf}, :moment, 'bob', 'shelved' FROM dossiers",
        f"{statuses} SELECT id, 1, NULL, 'to_shelve', :moment, 'anna', 'registered' FROM dossiers",
        f"{statuses} SELECT id, 2, 'to_shelve', 'in_store', :moment, 'bob', 'shelved' FROM dossiers",
        f"UPDATE dossiers SET material_count = {counted.format('count(*)')},"
        f" page_count = {counted.format('sum(pages)')}",
    ]


def _share(session: Session) -> None:
    """Groups that see the dossiers of one level of administration only, with one person each."""
    for name, (part, level, every) in PARTS.items():
        session.execute(update(Person).where(Person.id % every == 1).values(admin_level=level))
        session.add(Group(key=f"part-{name}", name=part, permissions=["dossiers.read"]))
        session.flush()
        session.add(Membership(user_name=name, group_key=f"part-{name}"))
        said = {"set_at": now(), "set_by": "dora", "why": "bench"}
        session.add(DossierScope(group_key=f"part-{name}", admin_level=level, **said))
    session.flush()


def _name(session: Session) -> None:
    """Every name is found."""
    names: Sequence[str] = session.scalars(select(Material.name).distinct().order_by(Material.name)).all()
    for first in range(0, len(names), PORTION):
        titles.write(session, names[first : first + PORTION])


def _lend(session: Session, loans: int) -> None:
    """Loans: every third is overdue, every fourth of the dossiers of the first thousands is out."""
    numbers, moment = range(1, loans + 1), now()
    day = timedelta(days=1)
    titled = [
        {"id": n, "business_key": f"查字{n:05d}", "title": f"借阅 {n}", "process_key": "reading"} for n in numbers
    ]
    session.execute(insert(Case), [{**each, "opened_at": moment, "opened_by": "anna"} for each in titled])
    asked = {"unit": "市委组织部", "asked_at": moment, "asked_by": "anna", "status": RequestStatus.APPROVED}
    approved = {"approved_at": moment, "approved_by": "dora", "valid_until": moment + 15 * day}
    requests = [{"case_id": n, "dossier_id": n * 4, **asked, **approved} for n in numbers]
    session.execute(insert(ReadingRequest), requests)
    out = {"away": True, "borrower": "陈九", "out_at": moment, "out_by": "bob", "volumes_out": 1, "pages_out": 90}
    loans_ = [{"case_id": n, "dossier_id": n * 4, "due_at": moment + (n % 3 * 5 - 4) * day, **out} for n in numbers]
    session.execute(insert(Loan), loans_)
    session.execute(
        Dossier.__table__.update().where(Dossier.id.in_([n * 4 for n in numbers])).values(status=DossierStatus.LENT)
    )


def _count_on(connection: Connection) -> None:
    """PostgreSQL counts ids on from the rows written with theirs."""
    for table in ("persons", "dossiers", "cases"):
        highest = f"(SELECT max(id) FROM {table})"
        connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {highest})"))


if __name__ == "__main__":
    main()
