"""Engine: starts by events, moves to another version, onlookers of tasks, states sealed with a key.

Follows 0001; 2026-11-22. Running processes go on: what they wait for stays, their states are sealed anew.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import context, op

from workflow import seals

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "process_starts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("definition_id", sa.Integer(), nullable=False),
        sa.Column("process_key", sa.String(length=200), nullable=False),
        sa.Column("activity_id", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("memory", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["definition_id"],
            ["process_definitions.id"],
            name=op.f("fk_process_starts_definition_id_process_definitions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_starts")),
        sa.UniqueConstraint("process_key", "activity_id", name=op.f("uq_process_starts_process_key_activity_id")),
    )
    with op.batch_alter_table("process_starts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_process_starts_definition_id"), ["definition_id"], unique=False)
        batch_op.create_index("ix_process_starts_due", ["due_at"], unique=False)
        batch_op.create_index("ix_process_starts_news", ["kind", "name"], unique=False)

    op.create_table(
        "upgrade_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_by", sa.String(length=60), nullable=False),
        sa.Column("undo_reason", sa.Text(), nullable=True),
        sa.Column("undone_by", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(
            ["from_id"], ["process_definitions.id"], name=op.f("fk_upgrade_runs_from_id_process_definitions")
        ),
        sa.ForeignKeyConstraint(
            ["to_id"], ["process_definitions.id"], name=op.f("fk_upgrade_runs_to_id_process_definitions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upgrade_runs")),
    )
    with op.batch_alter_table("upgrade_runs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_upgrade_runs_from_id"), ["from_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_upgrade_runs_to_id"), ["to_id"], unique=False)

    op.create_table(
        "task_onlookers",
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("onlooker", sa.String(length=66), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["user_tasks.id"], name=op.f("fk_task_onlookers_task_id_user_tasks")),
        sa.PrimaryKeyConstraint("task_id", "onlooker", name=op.f("pk_task_onlookers")),
    )
    with op.batch_alter_table("task_onlookers", schema=None) as batch_op:
        batch_op.create_index("ix_task_onlookers_queue", ["onlooker", "due_at", "task_id"], unique=False)

    op.create_table(
        "upgrades",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("instance_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "waiting",
                "done",
                "refused",
                "undoing",
                "undone",
                name="upgradestatus_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("refused", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state_before", sa.LargeBinary(), nullable=True),
        sa.Column("rows_before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("revision_before", sa.Integer(), nullable=True),
        sa.Column("revision_after", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_upgrades_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instances.id"], name=op.f("fk_upgrades_instance_id_process_instances")
        ),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_upgrades_job_id_jobs")),
        sa.ForeignKeyConstraint(["run_id"], ["upgrade_runs.id"], name=op.f("fk_upgrades_run_id_upgrade_runs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upgrades")),
        sa.UniqueConstraint("run_id", "instance_id", name=op.f("uq_upgrades_run_id_instance_id")),
    )
    with op.batch_alter_table("upgrades", schema=None) as batch_op:
        batch_op.create_index("ix_upgrades_case", ["case_id", "status"], unique=False)
        batch_op.create_index("ix_upgrades_instance", ["instance_id", "id"], unique=False)

    with op.batch_alter_table("process_definitions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("version_tag", sa.String(length=200), nullable=True))

    for onlookers in LOOKED_ON:
        op.execute(onlookers)
    _seal_states_anew()


FAR = datetime(9000, 1, 1, tzinfo=UTC)
TASKS = sa.table("user_tasks", *(sa.column(name) for name in ("id", "case_id", "status")), sa.column("due_at"))
CANDIDATES = sa.table("task_candidates", sa.column("task_id"), sa.column("candidate", sa.String()))
ONLOOKERS = sa.table("task_onlookers", sa.column("task_id"), sa.column("onlooker"), sa.column("due_at"))
DUE = sa.func.coalesce(TASKS.c.due_at, sa.literal(FAR, sa.DateTime(timezone=True)))


def _looked_on(name: sa.ColumnElement[str], seen_by: sa.TableClause | None = None) -> sa.Insert:
    """Who may see an open task without being offered it."""
    offered = sa.exists().where(CANDIDATES.c.task_id == TASKS.c.id, CANDIDATES.c.candidate == name)
    query = sa.select(TASKS.c.id, name, DUE).where(TASKS.c.status == "open", ~offered)
    if seen_by is not None:
        query = query.where(seen_by.c.case_id == TASKS.c.case_id)
    return sa.insert(ONLOOKERS).from_select(["task_id", "onlooker", "due_at"], query)


def _named(table: str, prefix: str, column: str) -> sa.Insert:
    seen_by = sa.table(table, sa.column("case_id"), sa.column(column, sa.String()))
    return _looked_on(sa.literal(prefix, sa.String()) + seen_by.c[column], seen_by)


LOOKED_ON = [
    _looked_on(sa.literal("everyone", sa.String())),
    _named("case_groups", "group:", "group_key"),
    _named("case_people", "user:", "user_name"),
]


def _seal_states_anew() -> None:
    """What 0001 sealed without a key. Without an office there are no secrets, and nothing it could have sealed."""
    office = context.config.attributes.get("office")
    if office is not None:
        seals.reseal_all(op.get_bind(), seals.keys(office.settings))
