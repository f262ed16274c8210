"""What others have is found by a mark: somebody has a task.

Follows 0008; 2026-11-23. Only PostgreSQL keeps marks and sketches of them.
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

HELD = "('x' || left(md5('!'), 8))::bit(32)::integer"
OF_HELD = "SELECT instance_id FROM user_tasks WHERE assignee IS NOT NULL AND ended_at IS NULL"
MARKED = f"""
    UPDATE instance_marks SET marks = ARRAY(SELECT DISTINCT unnest(marks || {HELD}) ORDER BY 1)
    WHERE instance_id IN ({OF_HELD})
"""
DRAWN = f"""
    UPDATE task_onlookers AS line SET sketch = sketch | (b'1'::bit(256) >> ({HELD} & 255))
    FROM user_tasks AS task
    WHERE line.task_id = task.id AND line.onlooker = 'everyone' AND task.ended_at IS NULL
    AND task.instance_id IN ({OF_HELD})
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(MARKED)
        op.execute(DRAWN)
