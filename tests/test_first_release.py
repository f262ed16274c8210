"""A database of the first release is migrated while processes run; they go on as if nothing had been."""

import hashlib
from collections.abc import Iterator

import pytest
from alembic import command
from sqlalchemy import Connection, column, inspect, select, text, update
from sqlalchemy import table as sql_table

from tests import servers
from tests.conftest import SECRET, _lane
from tests.workflow.world import begin, do, open_tasks, process
from workflow import engine, fsck, instances, migrations, seals, tasks
from workflow.db import Base
from workflow.engine import sealing
from workflow.identity import User
from workflow.models import ProcessInstance
from workflow.office import Office, open_office
from workflow.settings import from_environment
from workflow.statuses import InstanceStatus

FIRST = "0001"
REVIEW = """
    start s
    user open candidateGroups=registry
    user check candidateGroups=registry
    boundary late on=check timer=PT2H quiet
    user remind candidateGroups=registry
    end e
    s -> open -> check -> e
    late -> remind
"""


@pytest.fixture
def bare(office, tmp_path) -> Iterator[Office]:
    """An office like `office`, with a database without any table."""
    url = f"sqlite:///{tmp_path / 'first.db'}"
    if office.database.engine.dialect.name == "postgresql":
        url = servers.postgresql_url(f"first{_lane()}")
    made = open_office(
        from_environment({"JUANLIU_DATA": str(tmp_path / "first"), "DATABASE_URL": url, "SECRET_KEY": SECRET})
    )
    if url.startswith("postgresql"):
        with made.database.engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    yield made
    made.database.engine.dispose()


@pytest.fixture
def first(office, bare, clock) -> Office:
    """An office as the first release left it: a process runs, at its second task, its draft half typed."""
    with office.database.transaction() as session:
        anna = session.get_one(User, "anna")
        instance = begin(session, process(session, REVIEW), pages=3)
        do(session, instance, "open", anna)
        tasks.claim(session, open_tasks(session, instance)["check"], anna)
        tasks.save_draft(session, open_tasks(session, instance)["check"], anna, {"note": ["half"]})
    with migrations._alone(bare.database) as connection:
        command.upgrade(migrations._config(connection), FIRST)
    with office.database.reading() as session, bare.database.engine.begin() as target:
        copy(session.connection(), target)
        for row in session.execute(select(ProcessInstance.id, ProcessInstance.revision)):
            state = instances.state(session.get_one(ProcessInstance, row.id))
            sealed = as_the_first_release_sealed(state, f"{row.id}:{row.revision}")
            target.execute(update(ProcessInstance.__table__).where(ProcessInstance.id == row.id).values(state=sealed))
    return bare


def copy(source: Connection, target: Connection) -> None:
    """Every row, as far as the target has tables and columns for it."""
    there = inspect(target)
    for table in Base.metadata.sorted_tables:
        if not there.has_table(table.name):
            continue
        columns = [table.c[each["name"]] for each in there.get_columns(table.name) if each["name"] in table.c]
        rows = [row._asdict() for row in source.execute(select(*columns))]
        if rows:
            as_it_was = sql_table(table.name, *(column(each.name, each.type) for each in columns))
            target.execute(as_it_was.insert(), rows)
        if target.dialect.name == "postgresql" and "id" in table.c and table.c.id.type.python_type is int:
            sequence = f"pg_get_serial_sequence('{table.name}', 'id')"
            target.execute(text(f"SELECT setval({sequence}, (SELECT coalesce(max(id), 0) + 1 FROM {table.name}))"))


def as_the_first_release_sealed(state: bytes, bound_to: str) -> bytes:
    checksum = hashlib.sha256(sealing._message(sealing.UNKEYED, state, bound_to)).digest()
    return sealing.MAGIC + bytes([sealing.UNKEYED]) + checksum + state


def test_what_the_first_release_began_goes_on_to_its_end(first, clock):
    migrations.upgrade(first.database)

    with first.database.reading() as session:
        assert fsck.run(session) == []
    with first.database.transaction() as session:
        anna, instance = session.get_one(User, "anna"), session.scalars(select(ProcessInstance)).one()
        check = open_tasks(session, instance)["check"]
        assert check.assignee == "anna"
        assert tasks.draft(session, check, anna).values == {"note": ["half"]}
        do(session, instance, "check", anna)
        assert instance.status is InstanceStatus.COMPLETED
        assert instances.variables(session, instance) == {"pages": 3}
    with first.database.reading() as session:
        assert fsck.run(session) == []
    assert migrations.differences(first.database) == []


def test_its_states_bear_the_installations_own_seal_afterwards(first):
    with first.database.engine.connect() as connection:
        before = connection.scalar(select(ProcessInstance.__table__.c.state))
    migrations.upgrade(first.database)

    with first.database.reading() as session:
        instance = session.scalars(select(ProcessInstance)).one()
        assert engine.open_unkeyed(before, f"{instance.id}:{instance.revision}") == seals.opened(instance)


def test_a_state_spoilt_before_stays_spoilt_and_the_others_go_on(first):
    with first.database.engine.begin() as connection:
        spoilt = connection.scalar(select(ProcessInstance.__table__.c.state))[:-1] + b"x"
        connection.execute(update(ProcessInstance.__table__).values(state=spoilt))
    migrations.upgrade(first.database)

    with first.database.reading() as session, pytest.raises(engine.StateCorrupt):
        instances.state(session.scalars(select(ProcessInstance)).one())
