"""What is due on the first days of a list is found by a mark: the day a task is due.

Follows 0009; 2026-11-23. Only PostgreSQL keeps marks and sketches of them.
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

DAY = "('x' || left(md5('@' || coalesce(to_char(due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD'), '')), 8))::bit(32)::integer"
DAYS = f"(SELECT instance_id, array_agg({DAY}) AS days FROM user_tasks WHERE ended_at IS NULL GROUP BY 1)"
MARKED = f"""
    UPDATE instance_marks AS known SET marks = ARRAY(SELECT DISTINCT unnest(known.marks || theirs.days) ORDER BY 1)
    FROM {DAYS} AS theirs WHERE theirs.instance_id = known.instance_id
"""
DRAWN = f"""
    UPDATE task_onlookers AS line
    SET sketch = sketch | (SELECT bit_or(b'1'::bit(256) >> (day & 255)) FROM unnest(theirs.days) AS day)
    FROM user_tasks AS task JOIN {DAYS} AS theirs USING (instance_id)
    WHERE line.task_id = task.id AND line.onlooker = 'everyone' AND task.ended_at IS NULL
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(MARKED)
        op.execute(DRAWN)
