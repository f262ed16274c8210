"""The processes of a dossier's life: scanning, acceptance, reading and lending, transfer, certificates, loose papers, audit.

Follows 0005; 2026-11-22. Triggers keep what must never change or go.
"""

import sqlalchemy as sa
from alembic import op

from workflow.migrations import grants

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STATUSES = "status IN ('open', 'stopped', 'delivered', 'accepted', 'given_up')"

KEPT_ON_SQLITE = (
    "CREATE VIRTUAL TABLE material_names_index USING fts5(words, content='material_names', "
    "content_rowid='id', tokenize='unicode61')",
    "CREATE TRIGGER material_names_added AFTER INSERT ON material_names BEGIN INSERT INTO "
    "material_names_index(rowid, words) VALUES (new.id, new.words); END",
    "CREATE TRIGGER material_names_removed AFTER DELETE ON material_names BEGIN INSERT INTO "
    "material_names_index(material_names_index, rowid, words) VALUES ('delete', old.id, old.words); END",
    "CREATE TRIGGER dispatches_stay BEFORE DELETE ON dispatches BEGIN SELECT RAISE(ABORT, 'a dispatch "
    "is never deleted'); END",
    "CREATE TRIGGER dispatches_fixed BEFORE UPDATE ON dispatches WHEN OLD.case_id <> NEW.case_id OR "
    "OLD.seq <> NEW.seq OR OLD.notice_no <> NEW.notice_no OR OLD.channel <> NEW.channel OR OLD.guarded "
    "<> NEW.guarded OR OLD.track_no <> NEW.track_no OR OLD.carrier <> NEW.carrier OR OLD.carrier_card "
    "<> NEW.carrier_card OR OLD.second_carrier <> NEW.second_carrier OR OLD.second_carrier_card <> "
    "NEW.second_carrier_card OR OLD.place <> NEW.place OR OLD.sent_at <> NEW.sent_at OR OLD.sent_by <> "
    "NEW.sent_by BEGIN SELECT RAISE(ABORT, 'what was sent is never rewritten; correct the number in "
    "its case'); END",
    "CREATE TRIGGER dispatches_ended BEFORE UPDATE ON dispatches WHEN OLD.outcome IS NOT NULL AND "
    "(NEW.outcome IS NULL OR OLD.outcome <> NEW.outcome) BEGIN SELECT RAISE(ABORT, 'what was sent is "
    "never rewritten; correct the number in its case'); END",
    "CREATE TRIGGER reading_views_stay BEFORE DELETE ON reading_views BEGIN SELECT RAISE(ABORT, 'a "
    "reading log is never deleted'); END",
    "CREATE TRIGGER reading_views_fixed BEFORE UPDATE ON reading_views WHEN OLD.sitting_id <> "
    "NEW.sitting_id OR OLD.grant_id <> NEW.grant_id OR OLD.material_id <> NEW.material_id OR OLD.page "
    "<> NEW.page OR OLD.image_id <> NEW.image_id OR OLD.first <> NEW.first OR OLD.second <> NEW.second "
    "OR OLD.address <> NEW.address OR OLD.at <> NEW.at OR OLD.ms IS NOT NULL BEGIN SELECT RAISE(ABORT, "
    "'a reading log is never rewritten'); END",
)
KEPT_ON_POSTGRESQL = (
    "CREATE INDEX ix_material_names_index ON material_names USING gin (to_tsvector('simple', words))",
    "CREATE OR REPLACE FUNCTION dispatches_stay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE "
    "EXCEPTION 'a dispatch is never deleted' USING ERRCODE = 'restrict_violation'; END $$",
    "CREATE TRIGGER dispatches_stay BEFORE DELETE ON dispatches FOR EACH ROW EXECUTE FUNCTION dispatches_stay()",
    "CREATE OR REPLACE FUNCTION dispatches_fixed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE "
    "EXCEPTION 'what was sent is never rewritten; correct the number in its case' USING ERRCODE = "
    "'restrict_violation'; END $$",
    "CREATE TRIGGER dispatches_fixed BEFORE UPDATE ON dispatches FOR EACH ROW WHEN (OLD.case_id <> "
    "NEW.case_id OR OLD.seq <> NEW.seq OR OLD.notice_no <> NEW.notice_no OR OLD.channel <> NEW.channel "
    "OR OLD.guarded <> NEW.guarded OR OLD.track_no <> NEW.track_no OR OLD.carrier <> NEW.carrier OR "
    "OLD.carrier_card <> NEW.carrier_card OR OLD.second_carrier <> NEW.second_carrier OR "
    "OLD.second_carrier_card <> NEW.second_carrier_card OR OLD.place <> NEW.place OR OLD.sent_at <> "
    "NEW.sent_at OR OLD.sent_by <> NEW.sent_by) EXECUTE FUNCTION dispatches_fixed()",
    "CREATE OR REPLACE FUNCTION dispatches_ended() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE "
    "EXCEPTION 'what was sent is never rewritten; correct the number in its case' USING ERRCODE = "
    "'restrict_violation'; END $$",
    "CREATE TRIGGER dispatches_ended BEFORE UPDATE ON dispatches FOR EACH ROW WHEN (OLD.outcome IS NOT "
    "NULL AND (NEW.outcome IS NULL OR OLD.outcome <> NEW.outcome)) EXECUTE FUNCTION dispatches_ended()",
    "CREATE OR REPLACE FUNCTION reading_views_stay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "RAISE EXCEPTION 'a reading log is never deleted' USING ERRCODE = 'restrict_violation'; END $$",
    "CREATE TRIGGER reading_views_stay BEFORE DELETE ON reading_views FOR EACH ROW EXECUTE FUNCTION "
    "reading_views_stay()",
    "CREATE OR REPLACE FUNCTION reading_views_fixed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "RAISE EXCEPTION 'a reading log is never rewritten' USING ERRCODE = 'restrict_violation'; END $$",
    "CREATE TRIGGER reading_views_fixed BEFORE UPDATE ON reading_views FOR EACH ROW WHEN "
    "(OLD.sitting_id <> NEW.sitting_id OR OLD.grant_id <> NEW.grant_id OR OLD.material_id <> "
    "NEW.material_id OR OLD.page <> NEW.page OR OLD.image_id <> NEW.image_id OR OLD.first <> NEW.first "
    "OR OLD.second <> NEW.second OR OLD.address <> NEW.address OR OLD.at <> NEW.at OR OLD.ms IS NOT "
    "NULL) EXECUTE FUNCTION reading_views_fixed()",
)


def upgrade() -> None:
    op.create_table(
        "material_names",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material_names")),
        sa.UniqueConstraint("name", name=op.f("uq_material_names_name")),
    )
    op.create_table(
        "transfer_keepers",
        sa.Column(
            "code", sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("post_code", sa.String(length=10), nullable=False),
        sa.Column("phone", sa.String(length=60), nullable=False),
        sa.Column("inside", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_transfer_keepers")),
        sa.UniqueConstraint("name", name=op.f("uq_transfer_keepers_name")),
    )
    op.create_table(
        "person_relatives",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("id_fingerprint", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_person_relatives_person_id_persons")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_relatives")),
        sa.UniqueConstraint("person_id", "id_fingerprint", name=op.f("uq_person_relatives_person_id_id_fingerprint")),
    )
    with op.batch_alter_table("person_relatives", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_relatives_id_fingerprint"), ["id_fingerprint"], unique=False)

    op.create_table(
        "acceptances",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "subject",
            sa.Enum(
                "batch",
                "equipment",
                "service",
                name="subject_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("supplier", sa.String(length=120), nullable=False),
        sa.Column("contract_no", sa.String(length=60), nullable=False),
        sa.Column("unit_price", sa.Integer(), nullable=False),
        sa.Column("applied", sa.Integer(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_by", sa.String(length=60), nullable=False),
        sa.Column("handler", sa.String(length=60), nullable=False),
        sa.Column("head", sa.String(length=60), nullable=True),
        sa.Column("members", sa.JSON(), nullable=False),
        sa.Column("meets_on", sa.Date(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "accepted",
                "partly",
                "refused",
                name="acceptancestatus_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("first_pass", sa.Boolean(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=True),
        sa.Column("amount", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(batch_id IS NOT NULL) = (subject = 'batch')", name=op.f("ck_acceptances_of_a_batch")),
        sa.CheckConstraint(
            "(status IN ('accepted', 'partly')) = (quantity IS NOT NULL)",
            name=op.f("ck_acceptances_accepted_has_a_quantity"),
        ),
        sa.CheckConstraint("(quantity IS NULL) = (amount IS NULL)", name=op.f("ck_acceptances_quantity_has_an_amount")),
        sa.CheckConstraint(
            "batch_id IS NULL OR amount IS NULL OR amount = quantity * unit_price",
            name=op.f("ck_acceptances_amount_is_quantity_by_price"),
        ),
        sa.CheckConstraint(
            "quantity IS NULL OR quantity BETWEEN 0 AND applied", name=op.f("ck_acceptances_no_more_than_applied")
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["scan_batches.id"], name=op.f("fk_acceptances_batch_id_scan_batches")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_acceptances_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acceptances")),
        sa.UniqueConstraint("batch_id", name=op.f("uq_acceptances_batch_id")),
        sa.UniqueConstraint("case_id", name=op.f("uq_acceptances_case_id")),
    )
    with op.batch_alter_table("acceptances", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_acceptances_contract_no"), ["contract_no"], unique=False)

    op.create_table(
        "certificates",
        sa.Column("case_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "asked",
                "numbered",
                "sealed",
                "refused",
                "void",
                name="certificatestatus_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "kept",
                "inquiry",
                "experience",
                "kin",
                "education",
                "political",
                name="certificatekind_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column(
            "asker",
            sa.Enum("self", "agent", "unit", name="asker_known", native_enum=False, create_constraint=True, length=30),
            nullable=True,
        ),
        sa.Column("applicant", sa.String(length=300), nullable=False),
        sa.Column("unit", sa.String(length=200), nullable=False),
        sa.Column(
            "letter_no",
            sa.String(length=80).with_variant(sa.String(length=80, collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.Column("purpose", sa.String(length=300), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=60), nullable=False),
        sa.Column(
            "number",
            sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.Column("check_mark", sa.String(length=64), nullable=True),
        sa.Column("numbered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed_by", sa.String(length=60), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind <> 'political' OR asker = 'unit'", name=op.f("ck_certificates_political_review_for_a_unit")
        ),
        sa.CheckConstraint("status <> 'refused' OR why <> ''", name=op.f("ck_certificates_refused_for_a_reason")),
        sa.CheckConstraint(
            "status NOT IN ('numbered', 'sealed', 'void') OR number IS NOT NULL",
            name=op.f("ck_certificates_out_with_number"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('sealed', 'void') OR sealed_at IS NOT NULL", name=op.f("ck_certificates_out_when_sealed")
        ),
        sa.CheckConstraint(
            "(number IS NULL) = (check_mark IS NULL)", name=op.f("ck_certificates_number_with_check_code")
        ),
        sa.CheckConstraint("(sealed_at IS NULL) = (sealed_by IS NULL)", name=op.f("ck_certificates_sealed_by_someone")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_certificates_case_id_cases")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_certificates_dossier_id_dossiers")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_certificates")),
        sa.UniqueConstraint("number", name=op.f("uq_certificates_number")),
    )
    with op.batch_alter_table("certificates", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_certificates_dossier_id"), ["dossier_id"], unique=False)
        batch_op.create_index(
            "uq_certificates_letter",
            ["unit", "letter_no", "dossier_id"],
            unique=True,
            sqlite_where=sa.text("status <> 'refused'"),
            postgresql_where=sa.text("status <> 'refused'"),
        )

    op.create_table(
        "chased_materials",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column(
            "letter_no",
            sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("chased_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("obtained_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_chased_materials_case_id_cases")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_chased_materials_dossier_id_dossiers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chased_materials")),
        sa.UniqueConstraint("case_id", "dossier_id", "name", name=op.f("uq_chased_materials_case_id_dossier_id_name")),
    )
    with op.batch_alter_table("chased_materials", schema=None) as batch_op:
        batch_op.create_index(
            "ix_chased_materials_lacking",
            ["dossier_id"],
            unique=False,
            sqlite_where=sa.text("obtained_at IS NULL"),
            postgresql_where=sa.text("obtained_at IS NULL"),
        )

    op.create_table(
        "loose_lists",
        sa.Column("case_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("sender", sa.String(length=200), nullable=False),
        sa.Column("hander", sa.String(length=120), nullable=False),
        sa.Column("handed_on", sa.Date(), nullable=False),
        sa.Column("receiver", sa.String(length=60), nullable=False),
        sa.Column("folder_due", sa.Date(), nullable=True),
        sa.Column("bind_due", sa.Date(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "folder_due IS NULL OR folder_due >= handed_on", name=op.f("ck_loose_lists_due_after_handing")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_loose_lists_case_id_cases")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_loose_lists_dossier_id_dossiers")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_loose_lists")),
    )
    with op.batch_alter_table("loose_lists", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_loose_lists_dossier_id"), ["dossier_id"], unique=False)

    op.create_table(
        "reading_requests",
        sa.Column("case_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "asked",
                "approved",
                "refused",
                "lapsed",
                "over",
                name="requeststatus_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("unit", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "political",
                "cadre_work",
                "talent",
                "discipline",
                "history",
                "daily",
                "other",
                name="purpose_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "mode",
            sa.Enum(
                "digital",
                "room",
                "lend",
                "copy",
                name="mode_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column("materials", sa.JSON(), nullable=False),
        sa.Column("shielded", sa.Boolean(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=60), nullable=False),
        sa.Column(
            "number",
            sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.String(length=60), nullable=True),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "status NOT IN ('approved', 'over') OR approved_at IS NOT NULL",
            name=op.f("ck_reading_requests_read_when_approved"),
        ),
        sa.CheckConstraint(
            "(approved_at IS NULL) = (approved_by IS NULL)", name=op.f("ck_reading_requests_approved_by_someone")
        ),
        sa.CheckConstraint(
            "(approved_at IS NULL) = (valid_until IS NULL)", name=op.f("ck_reading_requests_approved_for_a_time")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_reading_requests_case_id_cases")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_reading_requests_dossier_id_dossiers")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_reading_requests")),
        sa.UniqueConstraint("number", name=op.f("uq_reading_requests_number")),
    )
    with op.batch_alter_table("reading_requests", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reading_requests_dossier_id"), ["dossier_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reading_requests_unit"), ["unit"], unique=False)

    op.create_table(
        "transfers",
        sa.Column("case_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "asked",
                "accepted",
                "ready",
                "sent",
                "confirmed",
                "back",
                "lost",
                "cancelled",
                "refused",
                name="transferstatus_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("guarded", sa.Boolean(), nullable=False),
        sa.Column(
            "applicant",
            sa.Enum(
                "person",
                "agent",
                "unit",
                "authority",
                name="applicant_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column(
            "keeper_code",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.Column(
            "letter_no",
            sa.String(length=80).with_variant(sa.String(length=80, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("letter_date", sa.Date(), nullable=True),
        sa.Column("letter_persons", sa.Integer(), nullable=False),
        sa.Column("letter_use", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=60), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("materials", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("audit_note", sa.Text(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.String(length=60), nullable=True),
        sa.Column(
            "notice_no",
            sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql"),
            nullable=True,
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
            nullable=True,
        ),
        sa.Column("seal_no", sa.String(length=60), nullable=False),
        sa.Column("packed_by", sa.String(length=60), nullable=True),
        sa.Column("witnessed_by", sa.String(length=60), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("batch_case_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "channel IS NULL OR channel IN ('by_hand', 'confidential') OR (NOT guarded AND channel = 'ems')",
            name=op.f("ck_transfers_by_an_allowed_channel"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('sent', 'confirmed', 'lost') OR (approved_at IS NOT NULL AND notice_no IS NOT NULL)",
            name=op.f("ck_transfers_sent_with_approval_and_notice"),
        ),
        sa.CheckConstraint(
            "(approved_at IS NULL) = (approved_by IS NULL)", name=op.f("ck_transfers_approved_by_someone")
        ),
        sa.CheckConstraint("(due_at IS NULL) = (accepted_at IS NULL)", name=op.f("ck_transfers_clock_from_acceptance")),
        sa.CheckConstraint(
            "letter_use >= 1 AND letter_use <= letter_persons", name=op.f("ck_transfers_letter_as_often_as_named")
        ),
        sa.CheckConstraint("packed_by IS NULL OR packed_by <> witnessed_by", name=op.f("ck_transfers_packed_by_two")),
        sa.ForeignKeyConstraint(["batch_case_id"], ["cases.id"], name=op.f("fk_transfers_batch_case_id_cases")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_transfers_case_id_cases")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_transfers_dossier_id_dossiers")),
        sa.ForeignKeyConstraint(
            ["keeper_code"], ["transfer_keepers.code"], name=op.f("fk_transfers_keeper_code_transfer_keepers")
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_transfers")),
        sa.UniqueConstraint("notice_no", name=op.f("uq_transfers_notice_no")),
    )
    with op.batch_alter_table("transfers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_transfers_batch_case_id"), ["batch_case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_transfers_dossier_id"), ["dossier_id"], unique=False)
        batch_op.create_index(
            "uq_transfers_letter",
            ["keeper_code", "letter_no", "letter_use"],
            unique=True,
            sqlite_where=sa.text("letter_no <> '' AND status NOT IN ('cancelled', 'refused')"),
            postgresql_where=sa.text("letter_no <> '' AND status NOT IN ('cancelled', 'refused')"),
        )
        batch_op.create_index(
            "uq_transfers_running",
            ["dossier_id"],
            unique=True,
            sqlite_where=sa.text("status IN ('accepted', 'ready', 'sent')"),
            postgresql_where=sa.text("status IN ('accepted', 'ready', 'sent')"),
        )

    op.create_table(
        "acceptance_articles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("acceptance_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("model", sa.String(length=120), nullable=False),
        sa.Column("serial", sa.String(length=120), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("price", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "accepted",
                "refused",
                name="articlestatus_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "status <> 'refused' OR why <> ''", name=op.f("ck_acceptance_articles_refused_for_a_reason")
        ),
        sa.CheckConstraint("count >= 1 AND price >= 0", name=op.f("ck_acceptance_articles_counted_and_priced")),
        sa.ForeignKeyConstraint(
            ["acceptance_id"], ["acceptances.id"], name=op.f("fk_acceptance_articles_acceptance_id_acceptances")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acceptance_articles")),
        sa.UniqueConstraint("acceptance_id", "number", name=op.f("uq_acceptance_articles_acceptance_id_number")),
    )
    with op.batch_alter_table("acceptance_articles", schema=None) as batch_op:
        batch_op.create_index("ix_acceptance_articles_serial", ["serial"], unique=False)

    op.create_table(
        "acceptance_rounds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("acceptance_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("rate", sa.Integer(), nullable=False),
        sa.Column("pass_rate", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=True),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("sample", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("good", sa.Integer(), nullable=True),
        sa.Column("fatal", sa.Integer(), nullable=True),
        sa.Column("minor", sa.Integer(), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "notice_no",
            sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.Column("rework_due", sa.Date(), nullable=True),
        sa.CheckConstraint("(drawn_at IS NULL) = (seed IS NULL)", name=op.f("ck_acceptance_rounds_drawn_with_a_seed")),
        sa.CheckConstraint(
            "(passed IS NULL) = (closed_at IS NULL)", name=op.f("ck_acceptance_rounds_closed_with_a_result")
        ),
        sa.CheckConstraint("NOT passed OR fatal = 0", name=op.f("ck_acceptance_rounds_nothing_fatal_passes")),
        sa.CheckConstraint("good IS NULL OR good <= pages", name=op.f("ck_acceptance_rounds_good_ones_of_the_pages")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_acceptance_rounds_counts_from_one")),
        sa.CheckConstraint("rate BETWEEN 1 AND 100", name=op.f("ck_acceptance_rounds_a_share")),
        sa.CheckConstraint("sample <= population", name=op.f("ck_acceptance_rounds_sample_of_the_population")),
        sa.ForeignKeyConstraint(
            ["acceptance_id"], ["acceptances.id"], name=op.f("fk_acceptance_rounds_acceptance_id_acceptances")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acceptance_rounds")),
        sa.UniqueConstraint("acceptance_id", "number", name=op.f("uq_acceptance_rounds_acceptance_id_number")),
    )
    op.create_table(
        "audits",
        sa.Column("case_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "promotion",
                "entry",
                "transfer",
                "doubt",
                name="auditreason_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_by", sa.String(length=60), nullable=True),
        sa.Column("second_by", sa.String(length=60), nullable=True),
        sa.Column("serious", sa.Boolean(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=60), nullable=True),
        sa.Column(
            "number",
            sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.Column("material_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name=op.f("ck_audits_decided_by_someone")),
        sa.CheckConstraint(
            "ended_at IS NULL OR material_id IS NOT NULL OR decided_at IS NULL",
            name=op.f("ck_audits_filed_when_decided"),
        ),
        sa.CheckConstraint("second_by IS NULL OR second_by <> first_by", name=op.f("ck_audits_reviewed_by_two")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_audits_case_id_cases")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_audits_dossier_id_dossiers")),
        sa.ForeignKeyConstraint(["material_id"], ["materials.id"], name=op.f("fk_audits_material_id_materials")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_audits")),
        sa.UniqueConstraint("number", name=op.f("uq_audits_number")),
    )
    with op.batch_alter_table("audits", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audits_dossier_id"), ["dossier_id"], unique=False)
        batch_op.create_index(
            "uq_audits_running",
            ["dossier_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "certified_facts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("material_id", sa.Integer(), nullable=False),
        sa.Column(
            "place",
            sa.String(length=20).with_variant(sa.String(length=20, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column(
            "formed",
            sa.String(length=10).with_variant(sa.String(length=10, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.CheckConstraint("said <> ''", name=op.f("ck_certified_facts_says_something")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["certificates.case_id"], name=op.f("fk_certified_facts_case_id_certificates")
        ),
        sa.ForeignKeyConstraint(
            ["material_id"], ["materials.id"], name=op.f("fk_certified_facts_material_id_materials")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certified_facts")),
        sa.UniqueConstraint("case_id", "seq", name=op.f("uq_certified_facts_case_id_seq")),
    )
    with op.batch_alter_table("certified_facts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_certified_facts_material_id"), ["material_id"], unique=False)

    op.create_table(
        "dispatches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column(
            "notice_no",
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
        sa.Column("guarded", sa.Boolean(), nullable=False),
        sa.Column(
            "track_no",
            sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("carrier", sa.String(length=60), nullable=False),
        sa.Column("carrier_card", sa.String(length=60), nullable=False),
        sa.Column("second_carrier", sa.String(length=60), nullable=False),
        sa.Column("second_carrier_card", sa.String(length=60), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.String(length=60), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "confirmed",
                "returned",
                "lost",
                name="dispatchoutcome_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("received_by", sa.String(length=60), nullable=False),
        sa.Column("receipt_file_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "channel <> 'by_hand' OR (carrier <> '' AND second_carrier <> '' AND carrier <> second_carrier AND carrier_card <> '' AND second_carrier_card <> '')",
            name=op.f("ck_dispatches_carried_by_two"),
        ),
        sa.CheckConstraint("channel = 'by_hand' OR track_no <> ''", name=op.f("ck_dispatches_numbered_by_the_courier")),
        sa.CheckConstraint(
            "channel IN ('by_hand', 'confidential') OR (NOT guarded AND channel = 'ems')",
            name=op.f("ck_dispatches_by_an_allowed_channel"),
        ),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome <> 'confirmed' OR (received_on IS NOT NULL AND received_by <> '')",
            name=op.f("ck_dispatches_confirmed_by_a_receipt"),
        ),
        sa.CheckConstraint("(outcome IS NULL) = (ended_at IS NULL)", name=op.f("ck_dispatches_ended_somehow")),
        sa.ForeignKeyConstraint(["case_id"], ["transfers.case_id"], name=op.f("fk_dispatches_case_id_transfers")),
        sa.ForeignKeyConstraint(
            ["receipt_file_id"], ["stored_files.id"], name=op.f("fk_dispatches_receipt_file_id_stored_files")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatches")),
        sa.UniqueConstraint("case_id", "seq", name=op.f("uq_dispatches_case_id_seq")),
        sa.UniqueConstraint("notice_no", name=op.f("uq_dispatches_notice_no")),
    )
    with op.batch_alter_table("dispatches", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dispatches_track_no"), ["track_no"], unique=False)
        batch_op.create_index(
            "uq_dispatches_open",
            ["case_id"],
            unique=True,
            sqlite_where=sa.text("outcome IS NULL"),
            postgresql_where=sa.text("outcome IS NULL"),
        )

    op.create_table(
        "loans",
        sa.Column("case_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("away", sa.Boolean(), nullable=False),
        sa.Column("borrower", sa.String(length=200), nullable=False),
        sa.Column("out_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("out_by", sa.String(length=60), nullable=False),
        sa.Column("volumes_out", sa.Integer(), nullable=False),
        sa.Column("pages_out", sa.Integer(), nullable=False),
        sa.Column("seal_no", sa.String(length=60), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("extensions", sa.Integer(), nullable=False),
        sa.Column("recalled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pages_back", sa.Integer(), nullable=True),
        sa.Column("differs", sa.Boolean(), nullable=False),
        sa.Column("lost", sa.Boolean(), nullable=False),
        sa.Column("given_up", sa.Boolean(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("away = (due_at IS NOT NULL)", name=op.f("ck_loans_lent_until_a_day")),
        sa.CheckConstraint(
            "ended_at IS NULL OR lost OR given_up OR pages_back = pages_out", name=op.f("ck_loans_home_is_whole")
        ),
        sa.CheckConstraint("extensions IN (0, 1)", name=op.f("ck_loans_extended_once")),
        sa.CheckConstraint(
            "pages_back IS NULL OR pages_back <= pages_out OR differs", name=op.f("ck_loans_no_more_than_lent")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["reading_requests.case_id"], name=op.f("fk_loans_case_id_reading_requests")
        ),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_loans_dossier_id_dossiers")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_loans")),
    )
    with op.batch_alter_table("loans", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_loans_dossier_id"), ["dossier_id"], unique=False)
        batch_op.create_index(
            "ix_loans_due",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_index(
            "uq_loans_out",
            ["dossier_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "loose_papers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "sent",
                "refused",
                "registered",
                "filed",
                name="paperstate_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column(
            "formed",
            sa.String(length=10).with_variant(sa.String(length=10, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("copy", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("late_days", sa.Integer(), nullable=False),
        sa.Column(
            "point",
            sa.Enum(
                "finished",
                "person",
                "complete",
                "legible",
                "true",
                "filled",
                "formalities",
                "original",
                name="point_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("material_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(state = 'refused') = (why <> '')", name=op.f("ck_loose_papers_refused_for_a_reason")),
        sa.CheckConstraint(
            "material_id IS NULL OR state IN ('registered', 'filed')",
            name=op.f("ck_loose_papers_material_when_accepted"),
        ),
        sa.CheckConstraint(
            "state <> 'filed' OR material_id IS NOT NULL", name=op.f("ck_loose_papers_filed_as_material")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["loose_lists.case_id"], name=op.f("fk_loose_papers_case_id_loose_lists")),
        sa.ForeignKeyConstraint(["material_id"], ["materials.id"], name=op.f("fk_loose_papers_material_id_materials")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loose_papers")),
        sa.UniqueConstraint("case_id", "seq", name=op.f("uq_loose_papers_case_id_seq")),
        sa.UniqueConstraint("material_id", name=op.f("uq_loose_papers_material_id")),
    )
    op.create_table(
        "reading_copies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "number",
            sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("material_id", sa.Integer(), nullable=False),
        sa.Column("extract", sa.Boolean(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("last_page", sa.Integer(), nullable=False),
        sa.Column("sheets", sa.Integer(), nullable=False),
        sa.Column("stamped_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stamped_by", sa.String(length=60), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("page >= 1 AND last_page >= page", name=op.f("ck_reading_copies_pages_from_to")),
        sa.CheckConstraint("sheets >= 1", name=op.f("ck_reading_copies_one_sheet_at_least")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["reading_requests.case_id"], name=op.f("fk_reading_copies_case_id_reading_requests")
        ),
        sa.ForeignKeyConstraint(
            ["material_id"], ["materials.id"], name=op.f("fk_reading_copies_material_id_materials")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading_copies")),
        sa.UniqueConstraint("number", name=op.f("uq_reading_copies_number")),
    )
    with op.batch_alter_table("reading_copies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reading_copies_case_id"), ["case_id"], unique=False)

    op.create_table(
        "reading_grants",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "used_up",
                "ended",
                "expired",
                "withdrawn",
                name="grantstatus_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("used_ms", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("may_print", sa.Boolean(), nullable=False),
        sa.Column("may_download", sa.Boolean(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(length=60), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(status = 'open') = (closed_at IS NULL)", name=op.f("ck_reading_grants_closed_at_a_moment")
        ),
        sa.CheckConstraint("status <> 'withdrawn' OR why <> ''", name=op.f("ck_reading_grants_withdrawn_for_a_reason")),
        sa.CheckConstraint(
            "used_ms >= 0 AND used_ms <= minutes * 60000", name=op.f("ck_reading_grants_no_longer_than_granted")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["reading_requests.case_id"], name=op.f("fk_reading_grants_case_id_reading_requests")
        ),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_reading_grants_dossier_id_dossiers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading_grants")),
        sa.UniqueConstraint("case_id", name=op.f("uq_reading_grants_case_id")),
    )
    with op.batch_alter_table("reading_grants", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reading_grants_dossier_id"), ["dossier_id"], unique=False)
        batch_op.create_index(
            "ix_reading_grants_until", ["valid_until"], unique=False, sqlite_where=sa.text("closed_at IS NULL")
        )

    op.create_table(
        "reading_letters",
        sa.Column("case_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit", sa.String(length=200), nullable=False),
        sa.Column(
            "number",
            sa.String(length=80).with_variant(sa.String(length=80, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("use", sa.Integer(), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.CheckConstraint("use >= 1 AND use <= persons", name=op.f("ck_reading_letters_as_many_as_named")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["reading_requests.case_id"], name=op.f("fk_reading_letters_case_id_reading_requests")
        ),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_reading_letters_dossier_id_dossiers")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_reading_letters")),
        sa.UniqueConstraint("unit", "number", "dossier_id", name="uq_reading_letters_once_each"),
        sa.UniqueConstraint("unit", "number", "use", name=op.f("uq_reading_letters_unit_number_use")),
    )
    op.create_table(
        "reading_readers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("post", sa.String(length=120), nullable=False),
        sa.Column("party_member", sa.Boolean(), nullable=False),
        sa.Column("id_fingerprint", sa.String(length=64), nullable=False),
        sa.Column("id_masked", sa.String(length=20), nullable=False),
        sa.Column("credential", sa.String(length=80), nullable=False),
        sa.Column("login", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["reading_requests.case_id"], name=op.f("fk_reading_readers_case_id_reading_requests")
        ),
        sa.ForeignKeyConstraint(["login"], ["users.name"], name=op.f("fk_reading_readers_login_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading_readers")),
        sa.UniqueConstraint("case_id", "id_fingerprint", name="uq_reading_readers_two_people"),
        sa.UniqueConstraint("case_id", "login", name="uq_reading_readers_two_logins"),
        sa.UniqueConstraint("case_id", "seq", name=op.f("uq_reading_readers_case_id_seq")),
    )
    with op.batch_alter_table("reading_readers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reading_readers_login"), ["login"], unique=False)

    op.create_table(
        "reading_shut_units",
        sa.Column("case_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit", sa.String(length=200), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("shut_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.String(length=60), nullable=True),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_by IS NULL)", name=op.f("ck_reading_shut_units_lifted_by_someone")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["reading_requests.case_id"], name=op.f("fk_reading_shut_units_case_id_reading_requests")
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_reading_shut_units")),
    )
    with op.batch_alter_table("reading_shut_units", schema=None) as batch_op:
        batch_op.create_index(
            "ix_reading_shut_units_unit",
            ["unit"],
            unique=False,
            sqlite_where=sa.text("lifted_at IS NULL"),
            postgresql_where=sa.text("lifted_at IS NULL"),
        )

    op.create_table(
        "transfer_pauses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.String(length=60), nullable=True),
        sa.CheckConstraint("why <> ''", name=op.f("ck_transfer_pauses_for_a_reason")),
        sa.CheckConstraint(
            "(until IS NULL) = (released_by IS NULL)", name=op.f("ck_transfer_pauses_released_by_someone")
        ),
        sa.CheckConstraint("until IS NULL OR until >= since", name=op.f("ck_transfer_pauses_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["case_id"], ["transfers.case_id"], name=op.f("fk_transfer_pauses_case_id_transfers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_pauses")),
    )
    with op.batch_alter_table("transfer_pauses", schema=None) as batch_op:
        batch_op.create_index(
            "uq_transfer_pauses_open",
            ["case_id"],
            unique=True,
            sqlite_where=sa.text("until IS NULL"),
            postgresql_where=sa.text("until IS NULL"),
        )

    op.create_table(
        "acceptance_dossiers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("examined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("faults", sa.JSON(), nullable=False),
        sa.Column("sampled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossiers.id"], name=op.f("fk_acceptance_dossiers_dossier_id_dossiers")
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["acceptance_rounds.id"], name=op.f("fk_acceptance_dossiers_round_id_acceptance_rounds")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acceptance_dossiers")),
        sa.UniqueConstraint("round_id", "dossier_id", name=op.f("uq_acceptance_dossiers_round_id_dossier_id")),
    )
    with op.batch_alter_table("acceptance_dossiers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_acceptance_dossiers_dossier_id"), ["dossier_id"], unique=False)

    op.create_table(
        "audit_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column(
            "item", sa.String(length=30).with_variant(sa.String(length=30, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("claim", sa.Text(), nullable=False),
        sa.Column("earliest", sa.Text(), nullable=False),
        sa.Column("material_id", sa.Integer(), nullable=True),
        sa.Column(
            "place",
            sa.String(length=20).with_variant(sa.String(length=20, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "consistent",
                "doubtful",
                "none",
                name="verdict_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("supplement", sa.Text(), nullable=False),
        sa.Column("determined", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.CheckConstraint("determined = '' OR basis <> ''", name=op.f("ck_audit_items_determined_on_a_ground")),
        sa.CheckConstraint(
            "item IN ('birth', 'work_start', 'party_date', 'education', 'later_education', 'degree', 'history', 'identity', 'family', 'awards', 'title')",
            name=op.f("ck_audit_items_known_item"),
        ),
        sa.CheckConstraint(
            "verdict IS NULL OR verdict <> 'consistent' OR material_id IS NOT NULL",
            name=op.f("ck_audit_items_recorded"),
        ),
        sa.CheckConstraint(
            "verdict IS NULL OR verdict <> 'doubtful' OR problem <> ''", name=op.f("ck_audit_items_doubt_has_a_problem")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["audits.case_id"], name=op.f("fk_audit_items_case_id_audits")),
        sa.ForeignKeyConstraint(["material_id"], ["materials.id"], name=op.f("fk_audit_items_material_id_materials")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_items")),
        sa.UniqueConstraint("case_id", "item", name=op.f("uq_audit_items_case_id_item")),
    )
    op.create_table(
        "dispatch_corrections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dispatch_id", sa.Integer(), nullable=False),
        sa.Column(
            "track_no",
            sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("witnessed_by", sa.String(length=60), nullable=False),
        sa.CheckConstraint(
            "track_no <> '' AND why <> ''", name=op.f("ck_dispatch_corrections_to_a_number_for_a_reason")
        ),
        sa.CheckConstraint("by <> witnessed_by", name=op.f("ck_dispatch_corrections_by_two")),
        sa.ForeignKeyConstraint(
            ["dispatch_id"], ["dispatches.id"], name=op.f("fk_dispatch_corrections_dispatch_id_dispatches")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch_corrections")),
    )
    with op.batch_alter_table("dispatch_corrections", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dispatch_corrections_dispatch_id"), ["dispatch_id"], unique=False)

    op.create_table(
        "reading_granted",
        sa.Column("grant_id", sa.Integer(), nullable=False),
        sa.Column("material_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["reading_grants.id"], name=op.f("fk_reading_granted_grant_id_reading_grants")
        ),
        sa.ForeignKeyConstraint(
            ["material_id"], ["materials.id"], name=op.f("fk_reading_granted_material_id_materials")
        ),
        sa.PrimaryKeyConstraint("grant_id", "material_id", name=op.f("pk_reading_granted")),
    )
    op.create_table(
        "reading_sittings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("grant_id", sa.Integer(), nullable=False),
        sa.Column("first", sa.String(length=60), nullable=False),
        sa.Column("second", sa.String(length=60), nullable=False),
        sa.Column("first_sign_in_id", sa.Integer(), nullable=False),
        sa.Column("second_sign_in_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=60), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("first <> second", name=op.f("ck_reading_sittings_two_people")),
        sa.CheckConstraint("first_sign_in_id <> second_sign_in_id", name=op.f("ck_reading_sittings_two_sign_ins")),
        sa.ForeignKeyConstraint(["first"], ["users.name"], name=op.f("fk_reading_sittings_first_users")),
        sa.ForeignKeyConstraint(
            ["first_sign_in_id"], ["sign_ins.id"], name=op.f("fk_reading_sittings_first_sign_in_id_sign_ins")
        ),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["reading_grants.id"], name=op.f("fk_reading_sittings_grant_id_reading_grants")
        ),
        sa.ForeignKeyConstraint(["second"], ["users.name"], name=op.f("fk_reading_sittings_second_users")),
        sa.ForeignKeyConstraint(
            ["second_sign_in_id"], ["sign_ins.id"], name=op.f("fk_reading_sittings_second_sign_in_id_sign_ins")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading_sittings")),
        sa.UniqueConstraint("id", "grant_id", name=op.f("uq_reading_sittings_id_grant_id")),
    )
    with op.batch_alter_table("reading_sittings", schema=None) as batch_op:
        batch_op.create_index(
            "uq_reading_sittings_going_on",
            ["grant_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "reading_views",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("grant_id", sa.Integer(), nullable=False),
        sa.Column("material_id", sa.Integer(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.Column("first", sa.String(length=60), nullable=False),
        sa.Column("second", sa.String(length=60), nullable=False),
        sa.Column("address", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ms", sa.Integer(), nullable=True),
        sa.CheckConstraint("first <> second", name=op.f("ck_reading_views_two_people")),
        sa.CheckConstraint("ms IS NULL OR ms >= 0", name=op.f("ck_reading_views_ms_not_negative")),
        sa.ForeignKeyConstraint(
            ["grant_id", "material_id"],
            ["reading_granted.grant_id", "reading_granted.material_id"],
            name="granted_material",
        ),
        sa.ForeignKeyConstraint(["image_id"], ["image_files.id"], name=op.f("fk_reading_views_image_id_image_files")),
        sa.ForeignKeyConstraint(
            ["sitting_id", "grant_id"],
            ["reading_sittings.id", "reading_sittings.grant_id"],
            name=op.f("fk_reading_views_sitting_id_reading_sittings"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading_views")),
    )
    with op.batch_alter_table("reading_views", schema=None) as batch_op:
        batch_op.create_index("ix_reading_views_grant", ["grant_id", "id"], unique=False)

    op.create_table(
        "transfer_letters",
        sa.Column("case_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "number",
            sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "asked",
                "issued",
                "sent",
                "arrived",
                "closed",
                "expired",
                "cancelled",
                "refused",
                name="letterstatus_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("cadre", sa.Boolean(), nullable=False),
        sa.Column("guarded", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("id_fingerprint", sa.String(length=64), nullable=False),
        sa.Column("id_sealed", sa.LargeBinary(), nullable=False),
        sa.Column(
            "keeper_code",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "receiver_code",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=60), nullable=False),
        sa.Column("approved_by", sa.String(length=60), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_by", sa.String(length=60), nullable=True),
        sa.Column("witnessed_by", sa.String(length=60), nullable=True),
        sa.Column(
            "notice_no",
            sa.String(length=80).with_variant(sa.String(length=80, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("differences", sa.JSON(), nullable=False),
        sa.Column("receipt_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pack_id", sa.Integer(), nullable=True),
        sa.Column("dossier_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "status <> 'closed' OR dossier_id IS NOT NULL", name=op.f("ck_transfer_letters_closed_with_a_dossier")
        ),
        sa.CheckConstraint(
            "status NOT IN ('arrived', 'closed') OR arrived_at IS NOT NULL",
            name=op.f("ck_transfer_letters_here_since_a_moment"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('arrived', 'issued', 'sent', 'closed') OR number IS NOT NULL",
            name=op.f("ck_transfer_letters_issued_with_a_number"),
        ),
        sa.CheckConstraint(
            "received_by IS NULL OR received_by <> witnessed_by", name=op.f("ck_transfer_letters_received_by_two")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_transfer_letters_case_id_cases")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_transfer_letters_dossier_id_dossiers")),
        sa.ForeignKeyConstraint(
            ["keeper_code"], ["transfer_keepers.code"], name=op.f("fk_transfer_letters_keeper_code_transfer_keepers")
        ),
        sa.ForeignKeyConstraint(["pack_id"], ["packs.id"], name=op.f("fk_transfer_letters_pack_id_packs")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_transfer_letters")),
        sa.UniqueConstraint("dossier_id", name=op.f("uq_transfer_letters_dossier_id")),
        sa.UniqueConstraint("number", name=op.f("uq_transfer_letters_number")),
        sa.UniqueConstraint("pack_id", name=op.f("uq_transfer_letters_pack_id")),
    )
    with op.batch_alter_table("transfer_letters", schema=None) as batch_op:
        batch_op.create_index(
            "uq_transfer_letters_open",
            ["id_fingerprint"],
            unique=True,
            sqlite_where=sa.text("status IN ('arrived', 'issued', 'sent')"),
            postgresql_where=sa.text("status IN ('arrived', 'issued', 'sent')"),
        )

    with op.batch_alter_table("materials", schema=None) as batch_op:
        batch_op.create_index("ix_materials_name", ["name", "id"], unique=False)

    with op.batch_alter_table("scan_dossiers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("examined_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("scan_batches") as batch:
        batch.drop_constraint(op.f("ck_scan_batches_batchstatus_known"), type_="check")
        batch.create_check_constraint(op.f("ck_scan_batches_batchstatus_known"), STATUSES)
    for statement in KEPT_ON_SQLITE if op.get_bind().dialect.name == "sqlite" else KEPT_ON_POSTGRESQL:
        op.execute(statement)
    grants.of_dossier_processes(op.get_bind())
    _name_materials(op.get_bind())
    _let_go(op.get_bind())


def _name_materials(connection: sa.Connection) -> None:
    """Materials that are there are found by their names."""
    found = [
        row[0]
        for row in connection.execute(sa.text("SELECT DISTINCT name FROM materials WHERE name <> '' ORDER BY name"))
    ]
    rows = [
        {"name": name, "words": " ".join(f"u{ord(sign):x}" for sign in name.lower() if sign.isalnum())}
        for name in found
    ]
    if rows:
        connection.execute(sa.text("INSERT INTO material_names (name, words) VALUES (:name, :words)"), rows)


def _let_go(connection: sa.Connection) -> None:
    """A case that is over holds no dossier, and sorts none."""
    over = "(SELECT id FROM cases WHERE closed_at IS NOT NULL)"
    connection.execute(sa.text(f"UPDATE dossiers SET held_by_case_id = NULL WHERE held_by_case_id IN {over}"))
    ended = "(SELECT closed_at FROM cases WHERE cases.id = case_id)"
    connection.execute(sa.text(f"UPDATE sortings SET ended_at = {ended} WHERE ended_at IS NULL AND case_id IN {over}"))
