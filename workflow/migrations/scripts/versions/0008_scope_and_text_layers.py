"""What a step moved, counted; scope of dossiers; text layers of images.

Follows 0007; 2026-11-23.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("footings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("moved", sa.Integer(), nullable=True))
