"""Foundation.

The tables of the first release, and the full-text index.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


# The full-text index over person_words (docs/decisions/0003-search.md); a migration keeps its own copy.
SQLITE_INDEX = (
    "CREATE VIRTUAL TABLE person_words_index USING fts5(words, content='person_words', content_rowid='person_id', tokenize='unicode61')",
    "CREATE TRIGGER person_words_added AFTER INSERT ON person_words BEGIN INSERT INTO person_words_index(rowid, words) VALUES (new.person_id, new.words); END",
    "CREATE TRIGGER person_words_removed AFTER DELETE ON person_words BEGIN INSERT INTO person_words_index(person_words_index, rowid, words) VALUES ('delete', old.person_id, old.words); END",
    "CREATE TRIGGER person_words_changed AFTER UPDATE ON person_words BEGIN INSERT INTO person_words_index(person_words_index, rowid, words) VALUES ('delete', old.person_id, old.words); INSERT INTO person_words_index(rowid, words) VALUES (new.person_id, new.words); END",
)
POSTGRESQL_INDEX = ("CREATE INDEX ix_person_words_index ON person_words USING gin (to_tsvector('simple', words))",)


def upgrade() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("business_key", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("process_key", sa.String(length=200), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.String(length=60), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("business_key", name=op.f("uq_cases_business_key")),
    )
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cases_opened_at"), ["opened_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_cases_process_key"), ["process_key"], unique=False)

    op.create_table(
        "groups",
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("permissions", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_groups")),
    )
    op.create_table(
        "heartbeats",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeats")),
    )
    op.create_table(
        "kept_elsewhere",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("id_fingerprint", sa.String(length=64), nullable=False),
        sa.Column("id_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("birth", sa.String(length=10), nullable=False),
        sa.Column(
            "keeper_code",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("keeper_name", sa.String(length=200), nullable=False),
        sa.Column(
            "dossier_no",
            sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("since", sa.String(length=10), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_elsewhere")),
        sa.UniqueConstraint("id_fingerprint", "keeper_code", name=op.f("uq_kept_elsewhere_id_fingerprint_keeper_code")),
    )
    with op.batch_alter_table("kept_elsewhere", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kept_elsewhere_name"), ["name"], unique=False)

    op.create_table(
        "messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("correlation_key", sa.String(length=200), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "waiting",
                "delivered",
                "expired",
                name="messagestatus_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("message_id", name=op.f("uq_messages_message_id")),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index("ix_messages_waiting", ["status", "name", "correlation_key"], unique=False)

    op.create_table(
        "number_series",
        sa.Column("series", sa.String(length=30), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.CheckConstraint("last >= 1", name=op.f("ck_number_series_counts_from_one")),
        sa.PrimaryKeyConstraint("series", "year", name=op.f("pk_number_series")),
    )
    op.create_table(
        "office_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("working", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_office_days")),
    )
    op.create_table(
        "office_years",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_office_years")),
    )
    op.create_table(
        "parameter_values",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parameter_values")),
    )
    with op.batch_alter_table("parameter_values", schema=None) as batch_op:
        batch_op.create_index("ix_parameter_values_key", ["key", "valid_from", "id"], unique=False)

    op.create_table(
        "persons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("former_name", sa.String(length=120), nullable=False),
        sa.Column(
            "pinyin",
            sa.String(length=400).with_variant(sa.String(length=400, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "id_kind",
            sa.Enum(
                "resident",
                "passport",
                "hk_macao",
                "taiwan",
                "military",
                name="idkind_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("id_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("id_fingerprint", sa.String(length=64), nullable=False),
        sa.Column(
            "id_tail",
            sa.String(length=4).with_variant(sa.String(length=4, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("sex", sa.String(length=1), nullable=False),
        sa.Column("birth", sa.String(length=10), nullable=False),
        sa.Column("filed_birth", sa.String(length=10), nullable=False),
        sa.Column("nation", sa.String(length=60), nullable=False),
        sa.Column("native_place", sa.String(length=120), nullable=False),
        sa.Column("birth_place", sa.String(length=120), nullable=False),
        sa.Column("household", sa.String(length=200), nullable=False),
        sa.Column("political", sa.String(length=60), nullable=False),
        sa.Column("party_date", sa.String(length=10), nullable=False),
        sa.Column("party_relation", sa.String(length=200), nullable=False),
        sa.Column("work_start", sa.String(length=10), nullable=False),
        sa.Column("education", sa.String(length=60), nullable=False),
        sa.Column("later_education", sa.String(length=60), nullable=False),
        sa.Column("degree", sa.String(length=60), nullable=False),
        sa.Column("school", sa.String(length=200), nullable=False),
        sa.Column("major", sa.String(length=200), nullable=False),
        sa.Column("grad_date", sa.String(length=10), nullable=False),
        sa.Column("prof_title", sa.String(length=120), nullable=False),
        sa.Column("unit", sa.String(length=200), nullable=False),
        sa.Column("post", sa.String(length=120), nullable=False),
        sa.Column("rank", sa.String(length=120), nullable=False),
        sa.Column("identity", sa.String(length=60), nullable=False),
        sa.Column("admin_level", sa.String(length=60), nullable=False),
        sa.Column("person_status", sa.String(length=60), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("mail", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("social_insurance", sa.String(length=120), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=60), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("sex IN ('0', '1', '2', '9')", name=op.f("ck_persons_sex_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_persons")),
        sa.UniqueConstraint("id_kind", "id_fingerprint", name=op.f("uq_persons_id_kind_id_fingerprint")),
    )
    with op.batch_alter_table("persons", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_persons_birth"), ["birth"], unique=False)
        batch_op.create_index(batch_op.f("ix_persons_id_tail"), ["id_tail"], unique=False)
        batch_op.create_index(batch_op.f("ix_persons_name"), ["name"], unique=False)

    op.create_table(
        "process_definitions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("xml", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("activities", sa.JSON(), nullable=False),
        sa.Column("deployed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deployed_by", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_definitions")),
        sa.UniqueConstraint("key", "sha256", name=op.f("uq_process_definitions_key_sha256")),
        sa.UniqueConstraint("key", "version", name=op.f("uq_process_definitions_key_version")),
    )
    op.create_table(
        "resource_contents",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_resource_contents")),
    )
    op.create_table(
        "rooms",
        sa.Column(
            "code", sa.String(length=10).with_variant(sa.String(length=10, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_rooms")),
    )
    op.create_table(
        "sign_in_attempts",
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_sign_in_attempts")),
    )
    op.create_table(
        "stored_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stored_by", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_files")),
    )
    with op.batch_alter_table("stored_files", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stored_files_sha256"), ["sha256"], unique=False)

    op.create_table(
        "units",
        sa.Column(
            "code", sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "credit_code",
            sa.String(length=18).with_variant(sa.String(length=18, collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("phone", sa.String(length=60), nullable=False),
        sa.Column(
            "pinyin",
            sa.String(length=1000).with_variant(sa.String(length=1000, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_units")),
        sa.UniqueConstraint("credit_code", name=op.f("uq_units_credit_code")),
    )
    with op.batch_alter_table("units", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_units_name"), ["name"], unique=False)

    op.create_table(
        "users",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("display_name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("theme", sa.String(length=10), nullable=False),
        sa.Column("password_initial", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_users")),
    )
    op.create_table(
        "attachments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_attachments_case_id_cases")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("fk_attachments_file_id_stored_files")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
    )
    with op.batch_alter_table("attachments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachments_case_id"), ["case_id"], unique=False)

    op.create_table(
        "case_groups",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("group_key", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_groups_case_id_cases")),
        sa.PrimaryKeyConstraint("case_id", "group_key", name=op.f("pk_case_groups")),
    )
    with op.batch_alter_table("case_groups", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_groups_group_key"), ["group_key"], unique=False)

    op.create_table(
        "case_keys",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_keys_case_id_cases")),
        sa.PrimaryKeyConstraint("case_id", "key", name=op.f("pk_case_keys")),
    )
    with op.batch_alter_table("case_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_keys_key"), ["key"], unique=False)

    op.create_table(
        "case_people",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("user_name", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_people_case_id_cases")),
        sa.PrimaryKeyConstraint("case_id", "user_name", name=op.f("pk_case_people")),
    )
    with op.batch_alter_table("case_people", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_people_user_name"), ["user_name"], unique=False)

    op.create_table(
        "comments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(length=60), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author"], ["users.name"], name=op.f("fk_comments_author_users")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_comments_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comments")),
    )
    with op.batch_alter_table("comments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_comments_case_id"), ["case_id"], unique=False)

    op.create_table(
        "definition_resources",
        sa.Column("definition_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["definition_id"],
            ["process_definitions.id"],
            name=op.f("fk_definition_resources_definition_id_process_definitions"),
        ),
        sa.ForeignKeyConstraint(
            ["sha256"], ["resource_contents.sha256"], name=op.f("fk_definition_resources_sha256_resource_contents")
        ),
        sa.PrimaryKeyConstraint("definition_id", "name", name=op.f("pk_definition_resources")),
    )
    op.create_table(
        "delivery_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("open", "closed", name="daystatus_known", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.String(length=60), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "(status = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_delivery_days_closed_at_a_moment")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_delivery_days_case_id_cases")),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_delivery_days")),
    )
    op.create_table(
        "documents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column(
            "number",
            sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("template_sha256", sa.String(length=64), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_documents_case_id_cases")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("fk_documents_file_id_stored_files")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
        sa.UniqueConstraint("kind", "number", name=op.f("uq_documents_kind_number")),
    )
    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_documents_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_documents_number"), ["number"], unique=False)

    op.create_table(
        "dossiers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "dossier_no",
            sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "keeper_code",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("previous_id", sa.Integer(), nullable=True),
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
            nullable=False,
        ),
        sa.Column(
            "version",
            sa.Enum(
                "original",
                "duplicate",
                name="dossierversion_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("volumes", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "expected",
                "to_register",
                "to_shelve",
                "in_store",
                "sorting",
                "scanning",
                "lent",
                "stocktaking",
                "leaving",
                "on_the_way",
                "transferred",
                "sealed",
                "missing",
                "damaged",
                "returned",
                "archived",
                "cancelled",
                name="dossierstatus_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column(
            "sort_status",
            sa.Enum(
                "none",
                "queued",
                "sorting",
                "sorted",
                name="sortstatus_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column(
            "digit_status",
            sa.Enum(
                "none",
                "queued",
                "scanning",
                "checking",
                "accepted",
                name="digitstatus_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column(
            "audit_status",
            sa.Enum(
                "none",
                "queued",
                "auditing",
                "audited",
                name="auditstatus_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column(
            "completeness",
            sa.Enum(
                "complete", "missing", name="completeness_known", native_enum=False, create_constraint=True, length=30
            ),
            nullable=False,
        ),
        sa.Column("missing", sa.JSON(), nullable=False),
        sa.Column(
            "secret_level",
            sa.Enum(
                "none",
                "confidential",
                "secret",
                "top_secret",
                name="secretlevel_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("ex_cadre", sa.Boolean(), nullable=False),
        sa.Column("source_unit", sa.String(length=200), nullable=False),
        sa.Column("source_place", sa.String(length=120), nullable=False),
        sa.Column(
            "entrust_kind",
            sa.Enum(
                "person",
                "unit",
                "graduate",
                name="entrustkind_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column("entrust_unit", sa.String(length=200), nullable=False),
        sa.Column("recall_no", sa.String(length=60), nullable=False),
        sa.Column("notice_no", sa.String(length=60), nullable=False),
        sa.Column("receive_date", sa.Date(), nullable=True),
        sa.Column(
            "channel",
            sa.Enum(
                "confidential",
                "ems",
                "by_hand",
                "other",
                name="channel_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column(
            "track_no",
            sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("page_count", sa.Integer(), nullable=False),
        sa.Column("material_count", sa.Integer(), nullable=False),
        sa.Column("condition", sa.String(length=200), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_by", sa.String(length=60), nullable=False),
        sa.Column("checked_by", sa.String(length=60), nullable=True),
        sa.Column("kept_by", sa.String(length=60), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("held_by_case_id", sa.Integer(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "channel IS NULL OR channel IN ('by_hand', 'confidential') OR (kind <> 'cadre' AND NOT ex_cadre)",
            name=op.f("ck_dossiers_cadres_by_guarded_channel"),
        ),
        sa.CheckConstraint("page_count >= 0 AND material_count >= 0", name=op.f("ck_dossiers_counts_not_negative")),
        sa.CheckConstraint("volumes >= 1", name=op.f("ck_dossiers_one_volume_at_least")),
        sa.ForeignKeyConstraint(["held_by_case_id"], ["cases.id"], name=op.f("fk_dossiers_held_by_case_id_cases")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_dossiers_person_id_persons")),
        sa.ForeignKeyConstraint(["previous_id"], ["dossiers.id"], name=op.f("fk_dossiers_previous_id_dossiers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossiers")),
        sa.UniqueConstraint("dossier_no", name=op.f("uq_dossiers_dossier_no")),
    )
    with op.batch_alter_table("dossiers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dossiers_held_by_case_id"), ["held_by_case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_dossiers_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_dossiers_receive_date"), ["receive_date"], unique=False)
        batch_op.create_index(batch_op.f("ix_dossiers_registered_at"), ["registered_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_dossiers_track_no"), ["track_no"], unique=False)
        batch_op.create_index(
            "uq_dossiers_active",
            ["keeper_code", "person_id", "version"],
            unique=True,
            sqlite_where=sa.text("status NOT IN ('archived', 'cancelled', 'returned', 'transferred')"),
            postgresql_where=sa.text("status NOT IN ('archived', 'cancelled', 'returned', 'transferred')"),
        )

    op.create_table(
        "issued_numbers",
        sa.Column(
            "text", sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("series", sa.String(length=30), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_by", sa.String(length=60), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(voided_at IS NULL) = (void_reason IS NULL)", name=op.f("ck_issued_numbers_void_with_reason")
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_issued_numbers_counts_from_one")),
        sa.ForeignKeyConstraint(
            ["series", "year"],
            ["number_series.series", "number_series.year"],
            name=op.f("fk_issued_numbers_series_number_series"),
        ),
        sa.PrimaryKeyConstraint("text", name=op.f("pk_issued_numbers")),
        sa.UniqueConstraint("series", "year", "number", name=op.f("uq_issued_numbers_series_year_number")),
    )
    op.create_table(
        "memberships",
        sa.Column("user_name", sa.String(length=60), nullable=False),
        sa.Column("group_key", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["group_key"], ["groups.key"], name=op.f("fk_memberships_group_key_groups")),
        sa.ForeignKeyConstraint(["user_name"], ["users.name"], name=op.f("fk_memberships_user_name_users")),
        sa.PrimaryKeyConstraint("user_name", "group_key", name=op.f("pk_memberships")),
    )
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_memberships_group_key"), ["group_key"], unique=False)

    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column(
            "channel",
            sa.Enum("sms", "mail", name="noticechannel_known", native_enum=False, create_constraint=True, length=30),
            nullable=True,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "waiting",
                "sent",
                "unreachable",
                name="noticestatus_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(status = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_notices_sent_at_a_moment")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_notices_case_id_cases")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_notices_person_id_persons")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("key", name=op.f("uq_notices_key")),
    )
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notices_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notices_person_id"), ["person_id"], unique=False)

    op.create_table(
        "person_words",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_person_words_person_id_persons")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person_words")),
    )
    op.create_table(
        "positions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "code", sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "room_code",
            sa.String(length=10).with_variant(sa.String(length=10, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("usable", sa.Boolean(), nullable=False),
        sa.CheckConstraint("capacity >= 1", name=op.f("ck_positions_holds_one_at_least")),
        sa.ForeignKeyConstraint(["room_code"], ["rooms.code"], name=op.f("fk_positions_room_code_rooms")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_positions")),
        sa.UniqueConstraint("code", name=op.f("uq_positions_code")),
    )
    with op.batch_alter_table("positions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_positions_room_code"), ["room_code"], unique=False)

    op.create_table(
        "process_instances",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("definition_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("parent_token_id", sa.String(length=60), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "running",
                "suspended",
                "completed",
                "cancelled",
                name="instancestatus_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by", sa.String(length=60), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(status IN ('completed', 'cancelled')) = (ended_at IS NOT NULL)",
            name=op.f("ck_process_instances_ended_when_over"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_process_instances_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["definition_id"],
            ["process_definitions.id"],
            name=op.f("fk_process_instances_definition_id_process_definitions"),
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["process_instances.id"], name=op.f("fk_process_instances_parent_id_process_instances")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_instances")),
    )
    with op.batch_alter_table("process_instances", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_process_instances_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_process_instances_definition_id"), ["definition_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_process_instances_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_name", sa.String(length=60), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("address", sa.String(length=60), nullable=False),
        sa.Column("agent", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["user_name"], ["users.name"], name=op.f("fk_sign_ins_user_name_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_ins_token_hash")),
    )
    with op.batch_alter_table("sign_ins", schema=None) as batch_op:
        batch_op.create_index("ix_sign_ins_user", ["user_name", "revoked_at"], unique=False)

    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("dossier_id", sa.Integer(), nullable=True),
        sa.Column("field", sa.String(length=60), nullable=False),
        sa.Column("old_value", sa.Text(), nullable=True),
        sa.Column("old_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("corrected_by", sa.String(length=60), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.CheckConstraint("(person_id IS NULL) <> (dossier_id IS NULL)", name=op.f("ck_corrections_one_subject")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_corrections_case_id_cases")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_corrections_dossier_id_dossiers")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_corrections_person_id_persons")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
    )
    with op.batch_alter_table("corrections", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_corrections_dossier_id"), ["dossier_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_corrections_person_id"), ["person_id"], unique=False)

    op.create_table(
        "dossier_status_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("from_status", sa.String(length=30), nullable=True),
        sa.Column("to_status", sa.String(length=30), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "from_status IS NULL OR from_status || '>' || to_status IN ('expected>returned', 'expected>to_register', 'in_store>damaged', 'in_store>leaving', 'in_store>lent', 'in_store>missing', 'in_store>scanning', 'in_store>sealed', 'in_store>sorting', 'in_store>stocktaking', 'leaving>in_store', 'leaving>on_the_way', 'lent>damaged', 'lent>in_store', 'lent>missing', 'missing>in_store', 'on_the_way>in_store', 'on_the_way>missing', 'on_the_way>transferred', 'scanning>damaged', 'scanning>in_store', 'scanning>missing', 'sealed>in_store', 'sorting>damaged', 'sorting>in_store', 'sorting>missing', 'stocktaking>damaged', 'stocktaking>in_store', 'stocktaking>missing', 'to_register>cancelled', 'to_register>returned', 'to_register>to_shelve', 'to_shelve>in_store')",
            name=op.f("ck_dossier_status_changes_legal_move"),
        ),
        sa.CheckConstraint(
            "(seq = 1) = (from_status IS NULL)", name=op.f("ck_dossier_status_changes_first_from_nothing")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_dossier_status_changes_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossiers.id"], name=op.f("fk_dossier_status_changes_dossier_id_dossiers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier_status_changes")),
        sa.UniqueConstraint("dossier_id", "seq", name=op.f("uq_dossier_status_changes_dossier_id_seq")),
    )
    with op.batch_alter_table("dossier_status_changes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dossier_status_changes_case_id"), ["case_id"], unique=False)

    op.create_table(
        "history_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("instance_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("activity_id", sa.String(length=200), nullable=True),
        sa.Column("token_id", sa.String(length=60), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_history_events_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instances.id"], name=op.f("fk_history_events_instance_id_process_instances")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history_events")),
        sa.UniqueConstraint("case_id", "seq", name=op.f("uq_history_events_case_id_seq")),
    )
    with op.batch_alter_table("history_events", schema=None) as batch_op:
        batch_op.create_index("ix_history_events_instance", ["instance_id", "id"], unique=False)

    op.create_table(
        "jobs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instance_id", sa.Integer(), nullable=True),
        sa.Column("token_id", sa.String(length=60), nullable=True),
        sa.Column("activity_id", sa.String(length=200), nullable=True),
        sa.Column("topic", sa.String(length=120), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "waiting",
                "running",
                "done",
                "failed",
                "cancelled",
                name="jobstatus_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instances.id"], name=op.f("fk_jobs_instance_id_process_instances")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("instance_id", "token_id", name=op.f("uq_jobs_instance_id_token_id")),
    )
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.create_index("ix_jobs_due", ["status", "due_at"], unique=False)

    op.create_table(
        "position_slots",
        sa.Column("position_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("slot >= 1", name=op.f("ck_position_slots_counts_from_one")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_position_slots_dossier_id_dossiers")),
        sa.ForeignKeyConstraint(
            ["position_id"], ["positions.id"], name=op.f("fk_position_slots_position_id_positions")
        ),
        sa.PrimaryKeyConstraint("position_id", "slot", name=op.f("pk_position_slots")),
        sa.UniqueConstraint("dossier_id", name=op.f("uq_position_slots_dossier_id")),
    )
    with op.batch_alter_table("position_slots", schema=None) as batch_op:
        batch_op.create_index(
            "ix_position_slots_free",
            ["position_id"],
            unique=False,
            sqlite_where=sa.text("dossier_id IS NULL"),
            postgresql_where=sa.text("dossier_id IS NULL"),
        )

    op.create_table(
        "province_pushes",
        sa.Column(
            "keeper_code",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "dossier_no",
            sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("province_id", sa.String(length=200), nullable=False),
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_province_pushes_dossier_id_dossiers")),
        sa.PrimaryKeyConstraint("keeper_code", "dossier_no", name=op.f("pk_province_pushes")),
        sa.UniqueConstraint("dossier_id", name=op.f("uq_province_pushes_dossier_id")),
    )
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instance_id", sa.Integer(), nullable=False),
        sa.Column("token_id", sa.String(length=60), nullable=False),
        sa.Column("activity_id", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("correlation_key", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instances.id"], name=op.f("fk_subscriptions_instance_id_process_instances")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriptions")),
        sa.UniqueConstraint(
            "instance_id", "token_id", "kind", "name", name=op.f("uq_subscriptions_instance_id_token_id_kind_name")
        ),
    )
    with op.batch_alter_table("subscriptions", schema=None) as batch_op:
        batch_op.create_index("ix_subscriptions_news", ["kind", "name", "correlation_key"], unique=False)

    op.create_table(
        "timers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instance_id", sa.Integer(), nullable=False),
        sa.Column("token_id", sa.String(length=60), nullable=False),
        sa.Column("activity_id", sa.String(length=200), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "waiting",
                "fired",
                "cancelled",
                name="timerstatus_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("fired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instances.id"], name=op.f("fk_timers_instance_id_process_instances")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timers")),
        sa.UniqueConstraint("instance_id", "token_id", "due_at", name=op.f("uq_timers_instance_id_token_id_due_at")),
    )
    with op.batch_alter_table("timers", schema=None) as batch_op:
        batch_op.create_index("ix_timers_due", ["status", "due_at"], unique=False)

    op.create_table(
        "user_tasks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instance_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("definition_id", sa.Integer(), nullable=False),
        sa.Column("process_key", sa.String(length=200), nullable=False),
        sa.Column("token_id", sa.String(length=60), nullable=False),
        sa.Column("activity_id", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("form_key", sa.String(length=200), nullable=True),
        sa.Column("local_variables", sa.JSON(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "completed",
                "cancelled",
                name="taskstatus_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("assignee", sa.String(length=60), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_by", sa.String(length=60), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=120), nullable=True),
        sa.Column("request_digest", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "(status = 'completed') = (completed_by IS NOT NULL)", name=op.f("ck_user_tasks_completed_by_someone")
        ),
        sa.CheckConstraint("(status = 'open') = (ended_at IS NULL)", name=op.f("ck_user_tasks_ended_unless_open")),
        sa.ForeignKeyConstraint(["assignee"], ["users.name"], name=op.f("fk_user_tasks_assignee_users")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_user_tasks_case_id_cases")),
        sa.ForeignKeyConstraint(["completed_by"], ["users.name"], name=op.f("fk_user_tasks_completed_by_users")),
        sa.ForeignKeyConstraint(
            ["definition_id"], ["process_definitions.id"], name=op.f("fk_user_tasks_definition_id_process_definitions")
        ),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instances.id"], name=op.f("fk_user_tasks_instance_id_process_instances")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_tasks")),
        sa.UniqueConstraint("instance_id", "token_id", name=op.f("uq_user_tasks_instance_id_token_id")),
    )
    with op.batch_alter_table("user_tasks", schema=None) as batch_op:
        batch_op.create_index("ix_user_tasks_assignee", ["assignee", "status", "due_at", "id"], unique=False)
        batch_op.create_index("ix_user_tasks_case", ["case_id", "status"], unique=False)
        batch_op.create_index("ix_user_tasks_done", ["completed_by", "ended_at", "id"], unique=False)
        batch_op.create_index("ix_user_tasks_open", ["status", "due_at", "id"], unique=False)

    op.create_table(
        "variables",
        sa.Column("instance_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instances.id"], name=op.f("fk_variables_instance_id_process_instances")
        ),
        sa.PrimaryKeyConstraint("instance_id", "name", name=op.f("pk_variables")),
    )
    op.create_table(
        "courier_lists",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "waiting",
                "running",
                "done",
                name="liststatus_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_by", sa.String(length=60), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["imported_by"], ["users.name"], name=op.f("fk_courier_lists_imported_by_users")),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_courier_lists_job_id_jobs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courier_lists")),
    )
    with op.batch_alter_table("courier_lists", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_courier_lists_imported_at"), ["imported_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_courier_lists_sha256"), ["sha256"], unique=False)

    op.create_table(
        "incidents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instance_id", sa.Integer(), nullable=True),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("activity_id", sa.String(length=200), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "open", "resolved", name="incidentstatus_known", native_enum=False, create_constraint=True, length=30
            ),
            nullable=False,
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instances.id"], name=op.f("fk_incidents_instance_id_process_instances")
        ),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_incidents_job_id_jobs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
    )
    with op.batch_alter_table("incidents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_incidents_instance_id"), ["instance_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_incidents_job_id"), ["job_id"], unique=False)

    op.create_table(
        "task_candidates",
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("candidate", sa.String(length=66), nullable=False),
        sa.Column("claimed", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["user_tasks.id"], name=op.f("fk_task_candidates_task_id_user_tasks")),
        sa.PrimaryKeyConstraint("task_id", "candidate", name=op.f("pk_task_candidates")),
    )
    with op.batch_alter_table("task_candidates", schema=None) as batch_op:
        batch_op.create_index("ix_task_candidates_queue", ["candidate", "claimed", "due_at", "task_id"], unique=False)

    op.create_table(
        "task_drafts",
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("user_name", sa.String(length=60), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["user_tasks.id"], name=op.f("fk_task_drafts_task_id_user_tasks")),
        sa.ForeignKeyConstraint(["user_name"], ["users.name"], name=op.f("fk_task_drafts_user_name_users")),
        sa.PrimaryKeyConstraint("task_id", "user_name", name=op.f("pk_task_drafts")),
    )
    op.create_table(
        "packs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "tracking_no",
            sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "channel",
            sa.Enum(
                "confidential",
                "ems",
                "by_hand",
                "other",
                name="channel_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("courier", sa.String(length=60), nullable=False),
        sa.Column("sender", sa.String(length=200), nullable=False),
        sa.Column("sender_city", sa.String(length=100), nullable=False),
        sa.Column("addressee", sa.String(length=200), nullable=False),
        sa.Column("listed_name", sa.String(length=100), nullable=False),
        sa.Column("id_no_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("id_no_hash", sa.String(length=64), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("listed", sa.JSON(), nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "expected",
                "signed",
                "in_work",
                "stored",
                "returned",
                "forwarded",
                "loose",
                "missing",
                name="packstatus_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("expected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivery_day", sa.Date(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_by", sa.String(length=60), nullable=True),
        sa.Column("seal_intact", sa.Boolean(), nullable=True),
        sa.Column("seam_seal", sa.Boolean(), nullable=True),
        sa.Column("cover", sa.String(length=30), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_by", sa.String(length=60), nullable=True),
        sa.Column("witnessed_by", sa.String(length=60), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("dossier_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(received_at IS NULL) = (status IN ('expected', 'missing'))",
            name=op.f("ck_packs_received_unless_expected"),
        ),
        sa.CheckConstraint("(received_at IS NULL) = (delivery_day IS NULL)", name=op.f("ck_packs_received_on_a_day")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_packs_case_id_cases")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_packs_dossier_id_dossiers")),
        sa.ForeignKeyConstraint(["list_id"], ["courier_lists.id"], name=op.f("fk_packs_list_id_courier_lists")),
        sa.ForeignKeyConstraint(["opened_by"], ["users.name"], name=op.f("fk_packs_opened_by_users")),
        sa.ForeignKeyConstraint(["received_by"], ["users.name"], name=op.f("fk_packs_received_by_users")),
        sa.ForeignKeyConstraint(["witnessed_by"], ["users.name"], name=op.f("fk_packs_witnessed_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_packs")),
        sa.UniqueConstraint("tracking_no", name=op.f("uq_packs_tracking_no")),
    )
    with op.batch_alter_table("packs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_packs_case_id"), ["case_id"], unique=False)
        batch_op.create_index("ix_packs_day", ["delivery_day", "status"], unique=False)
        batch_op.create_index(batch_op.f("ix_packs_dossier_id"), ["dossier_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_packs_id_no_hash"), ["id_no_hash"], unique=False)
        batch_op.create_index(batch_op.f("ix_packs_list_id"), ["list_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_packs_listed_name"), ["listed_name"], unique=False)
        batch_op.create_index("ix_packs_status", ["status", "id"], unique=False)

    op.create_table(
        "courier_rows",
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("id_no_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "waiting",
                "accepted",
                "rejected",
                name="rowstatus_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("pack_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(status = 'accepted') = (pack_id IS NOT NULL)", name=op.f("ck_courier_rows_accepted_as_a_pack")
        ),
        sa.CheckConstraint(
            "(status = 'rejected') = (reason IS NOT NULL)", name=op.f("ck_courier_rows_rejected_for_a_reason")
        ),
        sa.ForeignKeyConstraint(["list_id"], ["courier_lists.id"], name=op.f("fk_courier_rows_list_id_courier_lists")),
        sa.ForeignKeyConstraint(["pack_id"], ["packs.id"], name=op.f("fk_courier_rows_pack_id_packs")),
        sa.PrimaryKeyConstraint("list_id", "number", name=op.f("pk_courier_rows")),
    )
    with op.batch_alter_table("courier_rows", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_courier_rows_pack_id"), ["pack_id"], unique=False)
        batch_op.create_index("ix_courier_rows_waiting", ["list_id", "status", "number"], unique=False)

    op.create_table(
        "custody_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=True),
        sa.Column("pack_id", sa.Integer(), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("previous_seq", sa.Integer(), nullable=True),
        sa.Column("from_place", sa.String(length=200), nullable=True),
        sa.Column("to_place", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.CheckConstraint("(dossier_id IS NULL) <> (pack_id IS NULL)", name=op.f("ck_custody_events_one_item")),
        sa.CheckConstraint("(seq = 1) = (from_place IS NULL)", name=op.f("ck_custody_events_first_from_nowhere")),
        sa.CheckConstraint("(seq = 1) = (previous_seq IS NULL)", name=op.f("ck_custody_events_first_has_no_previous")),
        sa.CheckConstraint("previous_seq = seq - 1", name=op.f("ck_custody_events_no_gap")),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_custody_events_counts_from_one")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_custody_events_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["dossier_id", "previous_seq", "from_place"],
            ["custody_events.dossier_id", "custody_events.seq", "custody_events.to_place"],
            name="dossier_path",
        ),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_custody_events_dossier_id_dossiers")),
        sa.ForeignKeyConstraint(
            ["pack_id", "previous_seq", "from_place"],
            ["custody_events.pack_id", "custody_events.seq", "custody_events.to_place"],
            name="pack_path",
        ),
        sa.ForeignKeyConstraint(["pack_id"], ["packs.id"], name=op.f("fk_custody_events_pack_id_packs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custody_events")),
        sa.UniqueConstraint("dossier_id", "seq", "to_place", name=op.f("uq_custody_events_dossier_id_seq_to_place")),
        sa.UniqueConstraint("dossier_id", "seq", name=op.f("uq_custody_events_dossier_id_seq")),
        sa.UniqueConstraint("pack_id", "seq", "to_place", name=op.f("uq_custody_events_pack_id_seq_to_place")),
        sa.UniqueConstraint("pack_id", "seq", name=op.f("uq_custody_events_pack_id_seq")),
    )
    with op.batch_alter_table("custody_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_custody_events_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_custody_events_to_place"), ["to_place"], unique=False)

    op.create_table(
        "pack_exceptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pack_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=3), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raised_by", sa.String(length=60), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.String(length=60), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(resolved_at IS NULL) = (resolved_by IS NULL)", name=op.f("ck_pack_exceptions_resolved_by_someone")
        ),
        sa.ForeignKeyConstraint(["pack_id"], ["packs.id"], name=op.f("fk_pack_exceptions_pack_id_packs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pack_exceptions")),
    )
    with op.batch_alter_table("pack_exceptions", schema=None) as batch_op:
        batch_op.create_index("ix_pack_exceptions_open", ["resolved_at", "code"], unique=False)
        batch_op.create_index(batch_op.f("ix_pack_exceptions_pack_id"), ["pack_id"], unique=False)

    op.create_table(
        "pack_photos",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pack_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("taken_at_step", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("fk_pack_photos_file_id_stored_files")),
        sa.ForeignKeyConstraint(["pack_id"], ["packs.id"], name=op.f("fk_pack_photos_pack_id_packs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pack_photos")),
    )
    with op.batch_alter_table("pack_photos", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pack_photos_pack_id"), ["pack_id"], unique=False)
    for statement in SQLITE_INDEX if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_INDEX:
        op.execute(statement)
