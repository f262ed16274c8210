"""A second person may be asked to agree that a case is opened again behind protected work.

Follows 0011; 2026-11-23.
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KINDS = "kind IN ('move', 'skip', 'reopen', 'drop_policy', 'change_policy')"


def upgrade() -> None:
    with op.batch_alter_table("agreements") as batch:
        batch.drop_constraint(op.f("ck_agreements_agreementkind_known"), type_="check")
        batch.create_check_constraint(op.f("ck_agreements_agreementkind_known"), KINDS)
