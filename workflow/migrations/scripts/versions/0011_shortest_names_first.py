"""An index of the names of materials in the order in which a search takes them, the shortest first.

Follows 0010; 2026-11-23. On PostgreSQL; SQLite sorts the few it finds.
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE INDEX ix_material_names_nearest ON material_names (length(name), (name::text))")
