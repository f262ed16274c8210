"""Legal holds: what alone stops the clocks of processes whose deadlines are the law's.

Follows 0012; 2026-11-23.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0012"
branch_labels = None
depends_on = None

KINDS = "kind IN ('move', 'skip', 'reopen', 'drop_policy', 'change_policy', 'legal_hold')"
OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "legal_holds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("number", sa.String(length=100), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.String(length=60), nullable=False),
        sa.Column("agreed_by", sa.String(length=60), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=60), nullable=True),
        sa.CheckConstraint("agreed_by <> recorded_by", name=op.f("ck_legal_holds_two_people")),
        sa.CheckConstraint("issuer <> '' AND number <> ''", name=op.f("ck_legal_holds_by_a_document")),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name=op.f("ck_legal_holds_ended_by_someone")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_legal_holds_case_id_cases")),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.name"], name=op.f("fk_legal_holds_recorded_by_users")),
        sa.ForeignKeyConstraint(["agreed_by"], ["users.name"], name=op.f("fk_legal_holds_agreed_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_holds")),
    )
    op.create_index(op.f("ix_legal_holds_case_id"), "legal_holds", ["case_id"])
    op.create_index(
        "uq_legal_holds_open", "legal_holds", ["case_id"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    )
    with op.batch_alter_table("clock_pauses") as batch:
        batch.add_column(sa.Column("hold_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_clock_pauses_hold_id_legal_holds"), "legal_holds", ["hold_id"], ["id"])
    with op.batch_alter_table("agreements") as batch:
        batch.drop_constraint(op.f("ck_agreements_agreementkind_known"), type_="check")
        batch.create_check_constraint(op.f("ck_agreements_agreementkind_known"), KINDS)
