"""What a step moved is counted; scope of dossiers; the text layer of page images.

Follows 0007; 2026-11-23. Nobody is limited until a scope is kept; no image has text until it is read.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KEPT_ON_SQLITE = (
    "CREATE VIRTUAL TABLE image_texts_index USING fts5(words, content='image_texts', "
    "content_rowid='image_id', tokenize='unicode61')",
    "CREATE TRIGGER image_texts_added AFTER INSERT ON image_texts BEGIN INSERT INTO "
    "image_texts_index(rowid, words) VALUES (new.image_id, new.words); END",
    "CREATE TRIGGER image_texts_removed AFTER DELETE ON image_texts BEGIN INSERT INTO "
    "image_texts_index(image_texts_index, rowid, words) VALUES ('delete', old.image_id, old.words); END",
    "CREATE TRIGGER image_texts_changed AFTER UPDATE ON image_texts BEGIN INSERT INTO "
    "image_texts_index(image_texts_index, rowid, words) VALUES ('delete', old.image_id, old.words); "
    "INSERT INTO image_texts_index(rowid, words) VALUES (new.image_id, new.words); END",
)
KEPT_ON_POSTGRESQL = ("CREATE INDEX ix_image_texts_index ON image_texts USING gin (to_tsvector('simple', words))",)


def upgrade() -> None:
    op.create_table(
        "dossier_scopes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_key", sa.String(length=60), nullable=False),
        sa.Column(
            "keeper_code",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "cadre",
                "flow",
                "retired",
                name="dossierkind_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column("admin_level", sa.String(length=60), nullable=False),
        sa.Column("unit", sa.String(length=200), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.String(length=60), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=60), nullable=True),
        sa.Column("ended_why", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "keeper_code || admin_level || unit <> '' OR kind IS NOT NULL", name=op.f("ck_dossier_scopes_names_a_part")
        ),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name=op.f("ck_dossier_scopes_ended_by_someone")),
        sa.ForeignKeyConstraint(["group_key"], ["groups.key"], name=op.f("fk_dossier_scopes_group_key_groups")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier_scopes")),
    )
    with op.batch_alter_table("dossier_scopes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dossier_scopes_group_key"), ["group_key"], unique=False)
        batch_op.create_index(
            "ix_dossier_scopes_standing",
            ["group_key"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "image_texts",
        sa.Column("image_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("engine", sa.String(length=60), nullable=False),
        sa.Column("failed", sa.Boolean(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_image_texts_whole_hash")),
        sa.ForeignKeyConstraint(["image_id"], ["image_files.id"], name=op.f("fk_image_texts_image_id_image_files")),
        sa.PrimaryKeyConstraint("image_id", name=op.f("pk_image_texts")),
    )
    with op.batch_alter_table("image_texts", schema=None) as batch_op:
        batch_op.create_index("ix_image_texts_sha256", ["sha256"], unique=False)

    with op.batch_alter_table("footings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("moved", sa.Integer(), nullable=True))

    with op.batch_alter_table("groups", schema=None) as batch_op:
        batch_op.add_column(sa.Column("limited", sa.Boolean(), nullable=False, server_default=sa.false()))

    for statement in KEPT_ON_SQLITE if op.get_bind().dialect.name == "sqlite" else KEPT_ON_POSTGRESQL:
        op.execute(statement)
