"""What keeps pages quick however large the archive is: how often the database is asked, and by which index. The times
among 32,000 volumes are those of bench/volumes.py."""

import pytest
from sqlalchemy import event, text

from archive import dossiers, persons, search, storage
from archive.materials import catalogue
from archive.materials.rows import Row
from tests.archive.cards import facts
from workflow.identity import Group

ROWS = [Row("干部履历表", "1", "1998-07", "4"), Row("2018年度考核登记表", "3", "2018", "1")]


@pytest.fixture
def archive(sqlite_office, clock):
    """archive(n): so many more dossiers on shelves; the registry reads them."""
    serial = iter(range(1, 100))

    def grow(count: int) -> None:
        with sqlite_office.database.transaction() as session:
            session.get_one(Group, "registry").permissions = ["dossiers.read"]
            storage.furnish(session, "K01", "一号库房", storage.Shelves(rows=1, cabinets=1, layers=2, places=20))
            for number in [next(serial) for _ in range(count)]:
                person = persons.register(session, facts(number, "李明"), "anna")
                made = dossiers.register(session, person, {}, "anna")
                storage.shelve(session, made, storage.free_positions(session, limit=1)[0].code, "bob")
                catalogue.save(session, made, ROWS, "anna")

    return grow


@pytest.fixture
def office(sqlite_office):
    """The application stands on it."""
    return sqlite_office


def statements(office, act) -> list[tuple[str, tuple]]:
    """What the database is asked, with the values of each question."""
    said: list[tuple[str, tuple]] = []
    listener = lambda *given: said.append(given[2:4])  # noqa: E731
    event.listen(office.database.engine, "before_cursor_execute", listener)
    act()
    event.remove(office.database.engine, "before_cursor_execute", listener)
    return said


def asked(office, act) -> int:
    return len(statements(office, act))


@pytest.mark.parametrize("path", ["/dossiers", "/dossiers?text=李明", "/dossiers?text=考核", "/dossiers?text=lm"])
def test_a_longer_list_asks_the_database_no_more_often(archive, office, signed_in, path):
    anna = signed_in("anna")
    archive(2)
    anna.get(path)
    few = asked(office, lambda: anna.get(path))
    archive(14)

    assert asked(office, lambda: anna.get(path)) <= few


def test_a_dossier_s_page_asks_no_more_often_for_a_longer_catalogue(archive, office, signed_in):
    archive(1)
    anna = signed_in("anna")
    anna.get("/dossiers/1")
    few = asked(office, lambda: anna.get("/dossiers/1"))
    with office.database.transaction() as session:
        dossier = dossiers.by_no(session, session.execute(text("SELECT dossier_no FROM dossiers")).scalar_one())
        more = [Row(f"{year}年度考核登记表", "3", str(year), "1") for year in range(1990, 2018)]
        catalogue.save(
            session, dossier, [catalogue.row_of(each) for each in catalogue.rows(session, dossier)] + more, "anna"
        )

    assert asked(office, lambda: anna.get("/dossiers/1")) <= few


def test_a_name_leads_to_its_materials_by_an_index_in_their_order(office):
    plan = (
        "EXPLAIN QUERY PLAN SELECT m.id FROM materials m JOIN dossiers d ON d.id = m.dossier_id"
        " WHERE m.name = 'x' AND m.state <> 'struck' ORDER BY m.id DESC LIMIT 20"
    )
    with office.database.reading() as session:
        said = " ".join(str(row[3]) for row in session.execute(text(plan)))
    assert "ix_materials_name" in said and "TEMP B-TREE" not in said


@pytest.mark.parametrize("find", [search.people, search.dossiers])
def test_people_are_found_without_looking_at_every_one(office, find):
    with office.database.reading() as session:
        said, given = statements(office, lambda: find(session, "雄信"))[-1]
        rows = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {said}", given)
        told = " ".join(str(row[3]) for row in rows)
    assert "person_words_index" in told
    assert "SCAN persons" not in told and "SCAN dossiers" not in told
