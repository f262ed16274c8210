"""Seals by authority: who asked, by whose document, who agreed, and the same of lifting them.

Follows 0015; 2026-11-23.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

OPEN = sa.text("ended_at IS NULL")
RULES = {
    "by_a_document": "issuer <> '' AND number <> ''",
    "asked_and_agreed_by_two": "agreed_by <> asked_by",
    "sealed_when_agreed": "sealed_at IS NULL OR agreed_by IS NOT NULL",
    "sealed_by_someone": "(sealed_at IS NULL) = (sealed_by IS NULL)",
    "lifted_by_two": "lift_agreed_by <> lift_asked_by",
    "lifted_by_a_document": "lifted_at IS NULL OR (lift_agreed_by IS NOT NULL AND lift_issuer <> '' AND"
    " lift_number <> '')",
}


def upgrade() -> None:
    op.create_table(
        "seals",
        sa.Column("case_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("number", sa.String(length=100), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(length=60), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agreed_by", sa.String(length=60), nullable=True),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed_by", sa.String(length=60), nullable=True),
        sa.Column("lift_issuer", sa.String(length=200), nullable=False),
        sa.Column("lift_number", sa.String(length=100), nullable=False),
        sa.Column("lift_dated", sa.Date(), nullable=True),
        sa.Column("lift_asked_by", sa.String(length=60), nullable=True),
        sa.Column("lift_agreed_by", sa.String(length=60), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_seals_{name}")) for name, rule in RULES.items()),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_seals_case_id_cases")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_seals_dossier_id_dossiers")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_seals")),
    )
    op.create_index(op.f("ix_seals_dossier_id"), "seals", ["dossier_id"])
    op.create_index("uq_seals_open", "seals", ["dossier_id"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN)
