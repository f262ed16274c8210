"""The steps of workflow/migrations: complete, all or nothing, safe when two start at once."""

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import inspect, text

from tests import servers
from tests.conftest import _lane
from workflow import migrations
from workflow.db import Base, Database

STEP = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = {number!r}, {before!r}
branch_labels = depends_on = None
def upgrade():
    {does}
"""
SHELVES = 'op.create_table("shelves", sa.Column("code", sa.String(20), primary_key=True))'
BOXES = (
    'op.create_table("boxes", sa.Column("id", sa.Integer, primary_key=True),'
    ' sa.Column("shelf", sa.String(20), sa.ForeignKey("shelves.code")))'
)
FILL = "op.execute(\"INSERT INTO shelves VALUES ('A')\"); op.execute(\"INSERT INTO boxes VALUES (1, 'A')\")"
REBUILD = (
    'with op.batch_alter_table("shelves", recreate="always" if op.get_bind().dialect.name == "sqlite" else "never")'
    ' as shelves: shelves.add_column(sa.Column("name", sa.String(20)))'
)


@pytest.fixture(params=["sqlite", "postgresql"])
def bare(request, tmp_path) -> Iterator[Callable[[str], Database]]:
    """Call with a name: a database without any table."""
    made = []

    def make(name: str) -> Database:
        if request.param == "sqlite":
            made.append(Database(f"sqlite:///{tmp_path / name}.db"))
        else:
            made.append(Database(servers.postgresql_url(f"{name}{_lane()}")))
            with made[-1].engine.begin() as connection:
                connection.execute(text("DROP SCHEMA public CASCADE"))
                connection.execute(text("CREATE SCHEMA public"))
        return made[-1]

    yield make
    for database in made:
        database.engine.dispose()


@pytest.fixture
def empty(bare) -> Database:
    return bare("steps")


@pytest.fixture
def steps(tmp_path, monkeypatch):
    """Steps of the test's own: call with the bodies of their upgrade()."""
    folder = tmp_path / "scripts"
    shutil.copytree(migrations.SCRIPTS, folder, ignore=shutil.ignore_patterns("versions", "__pycache__"))
    (folder / "versions").mkdir()
    monkeypatch.setattr(migrations, "SCRIPTS", folder)

    def plant(*bodies: str) -> None:
        for number, does in enumerate(bodies, 1):
            before = f"{number - 1:04d}" if number > 1 else None
            step = STEP.format(number=f"{number:04d}", before=before, does=does)
            (folder / "versions" / f"{number:04d}.py").write_text(step)

    return plant


def tables(database: Database) -> set[str]:
    return set(inspect(database.engine).get_table_names()) - {"alembic_version"}


def constraints(database: Database) -> set[tuple[str, str]]:
    """Every check the database makes, by table and name."""
    seen = inspect(database.engine)
    return {(table, check["name"]) for table in tables(database) for check in seen.get_check_constraints(table)}


def test_the_steps_make_what_the_code_declares(empty, bare):
    migrations.upgrade(empty)
    declared = bare("declared")
    Base.metadata.create_all(declared.engine)

    assert migrations.differences(empty) == []
    assert tables(empty) == tables(declared) >= set(Base.metadata.tables)
    assert constraints(empty) == constraints(declared)


def test_a_migrated_database_is_at_the_newest_step(empty, steps):
    steps(SHELVES, BOXES)
    assert migrations.version(empty) is None

    migrations.upgrade(empty)

    assert migrations.version(empty) == migrations.newest() == "0002"


def test_migrating_again_changes_nothing(empty, steps):
    steps(SHELVES)
    migrations.upgrade(empty)
    migrations.upgrade(empty)

    assert tables(empty) == {"shelves"}


def test_a_step_that_fails_leaves_nothing_half_done(empty, steps):
    steps(SHELVES, BOXES, "op.create_table('more', sa.Column('id', sa.Integer)); raise ValueError('planted')")
    with pytest.raises(ValueError, match="planted"):
        migrations.upgrade(empty)

    assert tables(empty) == set()
    assert migrations.version(empty) is None


def test_rebuilding_a_table_keeps_the_rows_that_refer_to_it(empty, steps):
    steps(SHELVES, BOXES, FILL, REBUILD)
    migrations.upgrade(empty)

    with empty.engine.connect() as connection:
        assert connection.execute(text("SELECT id, shelf, name FROM boxes JOIN shelves ON code = shelf")).all() == [
            (1, "A", None)
        ]


def test_a_step_that_orphans_rows_is_refused_on_sqlite(tmp_path, steps):
    database = Database(f"sqlite:///{tmp_path / 'orphans.db'}")
    steps(SHELVES, BOXES, FILL, 'op.execute("DELETE FROM shelves")')
    with pytest.raises(RuntimeError, match="without what they refer to.*boxes"):
        migrations.upgrade(database)

    assert tables(database) == set()
    database.engine.dispose()


def test_foreign_keys_are_kept_again_after_migrating(empty, steps):
    steps(SHELVES, BOXES)
    migrations.upgrade(empty)

    with pytest.raises(Exception, match=r"(?i)foreign key"), empty.engine.begin() as connection:
        connection.execute(text("INSERT INTO boxes VALUES (2, 'nowhere')"))


def test_two_who_migrate_at_once_make_the_tables_once(empty, steps):
    steps(SHELVES, BOXES, FILL)
    assert migrations.version(empty) is None  # SQLite makes the file and its write-ahead log for one alone
    databases = [Database(empty.url) for _ in range(2)]
    with ThreadPoolExecutor(2) as both:
        list(both.map(migrations.upgrade, databases))
    for database in databases:
        database.engine.dispose()

    with empty.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM boxes")).scalar() == 1


def test_a_database_of_a_newer_program_is_refused(empty, steps):
    steps(SHELVES)
    migrations.upgrade(empty)
    with empty.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0900'"))

    with pytest.raises(migrations.SchemaTooNew, match="step 0900.*start the newer version"):
        migrations.upgrade(empty)


def test_the_next_step_is_written_from_what_the_code_declares(empty, steps):
    steps(SHELVES)
    migrations.upgrade(empty)
    written = migrations.write(empty, "everything else")

    assert written.name == "0002_everything_else.py"
    migrations.upgrade(empty)
    assert migrations.differences(empty) == []
    assert tables(empty) >= set(Base.metadata.tables) | {"shelves"}


def test_a_step_names_the_types_of_the_database_not_ours(empty, steps):
    steps(SHELVES)
    migrations.upgrade(empty)

    text_of_it = migrations.write(empty, "all").read_text()
    assert "sa.DateTime(timezone=True)" in text_of_it
    assert "workflow" not in text_of_it
