"""What an instance is searched by, all in one row: lists of several filters are met at once on PostgreSQL.

Follows 0004; 2026-11-22. There the rows of all instances that are not over are filled in, and what orders the open tasks
of an instance stands in an index.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

FILL = r"""
    INSERT INTO instance_marks
    SELECT instance_id, array_agg(DISTINCT ('x' || left(md5(said), 8))::bit(32)::integer) AS marks
    FROM (
        SELECT instance_id, unnest(ARRAY[
            CASE WHEN word <> '' THEN name || '=' || word END,
            CASE WHEN day THEN name || '~' || left(word, 4) WHEN digit THEN name || '~' END,
            CASE WHEN day THEN name || '~' || left(word, 7) END,
            name || '#' || length(whole) || left(whole, 1),
            name || '#' || length(whole) || left(whole, 2),
            name || '#' || length(whole) || left(whole, 3)
        ]) AS said
        FROM (
            SELECT instance_id, name, word,
                regexp_replace(
                    trunc(least(greatest(number, -1e20), 1e20)::numeric)::text, '^([0-9])', '+\1') AS whole,
                number IS NULL AND word ~ '^[0-9]' AS digit,
                number IS NULL AND word ~ '^[0-9]{4}-(0[1-9]|1[0-2])(-[0-9]{2}|$)' AS day
            FROM variables WHERE live AND true
        ) AS known
        UNION ALL
        SELECT instance_id, said FROM user_tasks AS task CROSS JOIN LATERAL (
            SELECT '+' || candidate AS said FROM task_candidates WHERE task_id = task.id
            UNION ALL
            SELECT '?' || onlooker FROM task_onlookers WHERE task_id = task.id
            AND onlooker <> 'everyone' AND (task.assignee IS NULL OR onlooker <> 'user:' || task.assignee)
        ) AS seen
        WHERE ended_at IS NULL AND true AND (SELECT status FROM process_instances WHERE id = instance_id) IN ('running', 'suspended')
    ) AS marked WHERE said IS NOT NULL GROUP BY instance_id
"""


def upgrade() -> None:
    op.create_table(
        "instance_marks",
        sa.Column("instance_id", sa.Integer(), nullable=False),
        sa.Column("marks", sa.JSON().with_variant(postgresql.ARRAY(sa.Integer()), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instances.id"], name=op.f("fk_instance_marks_instance_id_process_instances")
        ),
        sa.PrimaryKeyConstraint("instance_id", name=op.f("pk_instance_marks")),
    )
    op.create_index(
        "ix_user_tasks_line",
        "user_tasks",
        ["instance_id"],
        unique=False,
        postgresql_include=["id", "due_at", "urgency", "assignee"],
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(FILL)
    op.create_index("ix_instance_marks_marks", "instance_marks", ["marks"], unique=False, postgresql_using="gin")
