"""A move of a material says who agreed to it beside who made it: a row accepted into a catalogue is struck by two.

Follows 0014; 2026-11-23.
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """In one column, so that the table and what guards it stay as they are."""
    name = op.f("ck_material_moves_agreed_by_another")
    op.execute(
        f'ALTER TABLE material_moves ADD COLUMN agreed_by VARCHAR(60) CONSTRAINT {name} CHECK (agreed_by <> "by")'
    )
