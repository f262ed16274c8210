"""Two copies of accepted page images: which images have them, and since when a batch has them all.

Follows 0016; 2026-11-24. Batches accepted before have none, and say so by an empty `backed_up_at`.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "image_backups",
        sa.Column("image_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("copied_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["image_id"], ["image_files.id"], name=op.f("fk_image_backups_image_id_image_files")),
        sa.PrimaryKeyConstraint("image_id", name=op.f("pk_image_backups")),
    )
    op.add_column("acceptances", sa.Column("backed_up_at", sa.DateTime(timezone=True), nullable=True))
