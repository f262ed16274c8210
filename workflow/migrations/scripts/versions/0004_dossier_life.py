"""Dossier life: papers and their catalogue, sorting, page images, scanning; a case's clock stands for what comes, too.

Follows 0003; 2026-11-22. Triggers keep what must never go: materials and their moves, page images. An office that was
there before gets the permissions that human tasks, catalogues and page images came with.
"""

import sqlalchemy as sa
from alembic import op

from workflow.migrations import grants

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KEPT_ON_SQLITE = (
    "CREATE TRIGGER materials_stay BEFORE DELETE ON materials BEGIN SELECT RAISE(ABORT, 'a material is "
    "never deleted'); END",
    "CREATE TRIGGER material_moves_stay BEFORE DELETE ON material_moves BEGIN SELECT RAISE(ABORT, 'a "
    "material is never deleted'); END",
    "CREATE TRIGGER image_files_stay BEFORE DELETE ON image_files BEGIN SELECT RAISE(ABORT, 'a page "
    "image is never deleted'); END",
    "CREATE TRIGGER image_files_fixed BEFORE UPDATE ON image_files WHEN OLD.material_id <> "
    "NEW.material_id OR OLD.page <> NEW.page OR OLD.kind <> NEW.kind OR OLD.file_id <> NEW.file_id OR "
    "OLD.sha256 <> NEW.sha256 OR OLD.name <> NEW.name OR OLD.bytes <> NEW.bytes OR OLD.format <> "
    "NEW.format OR OLD.width <> NEW.width OR OLD.height <> NEW.height OR OLD.added_at <> NEW.added_at "
    "BEGIN SELECT RAISE(ABORT, 'a page image is never rewritten; another takes its place'); END",
    "CREATE TRIGGER image_files_accepted BEFORE UPDATE ON image_files WHEN OLD.accepted_at IS NOT NULL "
    "AND OLD.kind = 'raw' BEGIN SELECT RAISE(ABORT, 'an accepted raw image does not change'); END",
)
KEPT_ON_POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION refuse_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE "
    "EXCEPTION 'a material is never deleted' USING ERRCODE = 'restrict_violation'; END $$",
    "CREATE TRIGGER materials_stay BEFORE DELETE OR TRUNCATE ON materials FOR EACH STATEMENT EXECUTE "
    "FUNCTION refuse_delete()",
    "CREATE TRIGGER material_moves_stay BEFORE DELETE OR TRUNCATE ON material_moves FOR EACH STATEMENT "
    "EXECUTE FUNCTION refuse_delete()",
    "CREATE OR REPLACE FUNCTION image_files_stay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE "
    "EXCEPTION 'a page image is never deleted' USING ERRCODE = 'restrict_violation'; END $$",
    "CREATE TRIGGER image_files_stay BEFORE DELETE ON image_files FOR EACH ROW EXECUTE FUNCTION image_files_stay()",
    "CREATE OR REPLACE FUNCTION image_files_fixed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE "
    "EXCEPTION 'a page image is never rewritten; another takes its place' USING ERRCODE = "
    "'restrict_violation'; END $$",
    "CREATE TRIGGER image_files_fixed BEFORE UPDATE ON image_files FOR EACH ROW WHEN (OLD.material_id <> "
    "NEW.material_id OR OLD.page <> NEW.page OR OLD.kind <> NEW.kind OR OLD.file_id <> NEW.file_id OR "
    "OLD.sha256 <> NEW.sha256 OR OLD.name <> NEW.name OR OLD.bytes <> NEW.bytes OR OLD.format <> "
    "NEW.format OR OLD.width <> NEW.width OR OLD.height <> NEW.height OR OLD.added_at <> NEW.added_at) "
    "EXECUTE FUNCTION image_files_fixed()",
    "CREATE OR REPLACE FUNCTION image_files_accepted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "RAISE EXCEPTION 'an accepted raw image does not change' USING ERRCODE = 'restrict_violation'; END $$",
    "CREATE TRIGGER image_files_accepted BEFORE UPDATE ON image_files FOR EACH ROW WHEN (OLD.accepted_at "
    "IS NOT NULL AND OLD.kind = 'raw') EXECUTE FUNCTION image_files_accepted()",
)


def upgrade() -> None:
    op.create_table(
        "image_parcels",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("package", "scan", name="parcelkind_known", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("folder", sa.String(length=255), nullable=True),
        sa.Column("part", sa.Boolean(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "waiting",
                "running",
                "done",
                "refused",
                name="parcelstatus_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_by", sa.String(length=60), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(file_id IS NULL) <> (folder IS NULL)", name=op.f("ck_image_parcels_one_source")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_image_parcels_case_id_cases")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("fk_image_parcels_file_id_stored_files")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_image_parcels")),
    )
    with op.batch_alter_table("image_parcels", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_image_parcels_case_id"), ["case_id"], unique=False)

    op.create_table(
        "scan_batches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "number",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("firm", sa.String(length=120), nullable=False),
        sa.Column("contract_no", sa.String(length=60), nullable=False),
        sa.Column(
            "unit",
            sa.Enum("page", "volume", name="unit_known", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column("unit_price", sa.Integer(), nullable=False),
        sa.Column("profile", sa.JSON(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "open",
                "stopped",
                "delivered",
                "accepted",
                name="batchstatus_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("planned_by", sa.String(length=60), nullable=False),
        sa.CheckConstraint("unit_price >= 0", name=op.f("ck_scan_batches_price_not_negative")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_scan_batches_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_batches")),
        sa.UniqueConstraint("case_id", name=op.f("uq_scan_batches_case_id")),
        sa.UniqueConstraint("number", name=op.f("uq_scan_batches_number")),
    )
    op.create_table(
        "image_parcel_folders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("parcel_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("called", sa.String(length=200), nullable=False),
        sa.Column("place_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "waiting",
                "accepted",
                "rejected",
                name="folderstatus_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossiers.id"], name=op.f("fk_image_parcel_folders_dossier_id_dossiers")
        ),
        sa.ForeignKeyConstraint(
            ["parcel_id"], ["image_parcels.id"], name=op.f("fk_image_parcel_folders_parcel_id_image_parcels")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_image_parcel_folders")),
        sa.UniqueConstraint("parcel_id", "number", name=op.f("uq_image_parcel_folders_parcel_id_number")),
    )
    with op.batch_alter_table("image_parcel_folders", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_image_parcel_folders_dossier_id"), ["dossier_id"], unique=False)

    op.create_table(
        "materials",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "loose",
                "kept",
                "returned",
                "transferred",
                "to_person",
                "destroyed",
                "frozen",
                "struck",
                name="materialstate_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column(
            "code", sa.String(length=4).with_variant(sa.String(length=4, collation="C"), "postgresql"), nullable=True
        ),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column(
            "formed",
            sa.String(length=10).with_variant(sa.String(length=10, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("copy", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=60), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'kept') = (seq IS NOT NULL)", name=op.f("ck_materials_kept_in_order")),
        sa.CheckConstraint(
            "code IS NULL OR code IN ('1', '2', '3', '4-1', '4-2', '4-3', '4-4', '5', '6', '7', '8', '9-1', '9-2', '9-3', '9-4', '10')",
            name=op.f("ck_materials_leaf_code"),
        ),
        sa.CheckConstraint("length(formed) IN (0, 4, 7, 10)", name=op.f("ck_materials_formed_is_partial_date")),
        sa.CheckConstraint("pages >= 0", name=op.f("ck_materials_pages_not_negative")),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_materials_counts_from_one")),
        sa.CheckConstraint("seq IS NULL OR code IS NOT NULL", name=op.f("ck_materials_order_in_a_class")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_materials_case_id_cases")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_materials_dossier_id_dossiers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_materials")),
        sa.UniqueConstraint("dossier_id", "code", "seq", name="uq_materials_order"),
    )
    with op.batch_alter_table("materials", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_materials_case_id"), ["case_id"], unique=False)
        batch_op.create_index("ix_materials_dossier", ["dossier_id", "state"], unique=False)

    op.create_table(
        "scan_dossiers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "planned",
                "out",
                "differs",
                "back",
                "fell_out",
                name="scanstatus_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("volumes_out", sa.Integer(), nullable=True),
        sa.Column("pages_out", sa.Integer(), nullable=True),
        sa.Column("out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("out_by", sa.String(length=60), nullable=True),
        sa.Column("out_to", sa.String(length=60), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pages_back", sa.Integer(), nullable=True),
        sa.Column("back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("back_by", sa.String(length=60), nullable=True),
        sa.Column("paper", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.CheckConstraint("status <> 'back' OR pages_back = pages_out", name=op.f("ck_scan_dossiers_all_pages_back")),
        sa.CheckConstraint("status <> 'fell_out' OR why <> ''", name=op.f("ck_scan_dossiers_fell_out_for_a_reason")),
        sa.ForeignKeyConstraint(["batch_id"], ["scan_batches.id"], name=op.f("fk_scan_dossiers_batch_id_scan_batches")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_scan_dossiers_dossier_id_dossiers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_dossiers")),
        sa.UniqueConstraint("batch_id", "dossier_id", name=op.f("uq_scan_dossiers_batch_id_dossier_id")),
    )
    with op.batch_alter_table("scan_dossiers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scan_dossiers_dossier_id"), ["dossier_id"], unique=False)
        batch_op.create_index(
            "ix_scan_dossiers_running",
            ["dossier_id"],
            unique=True,
            sqlite_where=sa.text("status IN ('differs', 'out', 'planned')"),
            postgresql_where=sa.text("status IN ('differs', 'out', 'planned')"),
        )

    op.create_table(
        "sortings",
        sa.Column("case_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("batch_case_id", sa.Integer(), nullable=False),
        sa.Column(
            "batch_no",
            sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("sorter", sa.String(length=60), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=True),
        sa.Column("handed_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("volumes_out", sa.Integer(), nullable=True),
        sa.Column("pages_out", sa.Integer(), nullable=True),
        sa.Column("returns", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pages_in", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(pages_out IS NULL) = (handed_out_at IS NULL)", name=op.f("ck_sortings_handed_out_counted")
        ),
        sa.CheckConstraint("pages_in IS NULL OR ended_at IS NOT NULL", name=op.f("ck_sortings_taken_back_is_over")),
        sa.CheckConstraint("returns >= 0", name=op.f("ck_sortings_returns_not_negative")),
        sa.ForeignKeyConstraint(["batch_case_id"], ["cases.id"], name=op.f("fk_sortings_batch_case_id_cases")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_sortings_case_id_cases")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_sortings_dossier_id_dossiers")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_sortings")),
    )
    with op.batch_alter_table("sortings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sortings_batch_case_id"), ["batch_case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sortings_dossier_id"), ["dossier_id"], unique=False)
        batch_op.create_index(
            "ix_sortings_sorter",
            ["sorter"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_index(
            "uq_sortings_running",
            ["dossier_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "image_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("material_id", sa.Integer(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("raw", "opt", name="imagekind_known", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("format", sa.String(length=10), nullable=False),
        sa.Column("dpi_x", sa.Integer(), nullable=False),
        sa.Column("dpi_y", sa.Integer(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("colours", sa.String(length=10), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("turned", sa.Integer(), nullable=False),
        sa.Column("skew", sa.Double(), nullable=True),
        sa.Column("sharpness", sa.Double(), nullable=True),
        sa.Column("blank", sa.Boolean(), nullable=False),
        sa.Column("border", sa.Double(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(length=60), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_by", sa.String(length=60), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("superseded_by", sa.String(length=60), nullable=True),
        sa.Column("superseded_why", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(accepted_at IS NULL) = (accepted_by IS NULL)", name=op.f("ck_image_files_accepted_by_someone")
        ),
        sa.CheckConstraint(
            "(superseded_at IS NULL) = (superseded_by IS NULL)", name=op.f("ck_image_files_superseded_by_someone")
        ),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_image_files_whole_hash")),
        sa.CheckConstraint("page >= 1", name=op.f("ck_image_files_pages_from_one")),
        sa.CheckConstraint(
            "width >= 1 AND height >= 1 AND bytes >= 1 AND depth >= 1", name=op.f("ck_image_files_a_picture")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_image_files_case_id_cases")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_files.id"], name=op.f("fk_image_files_file_id_stored_files")),
        sa.ForeignKeyConstraint(["material_id"], ["materials.id"], name=op.f("fk_image_files_material_id_materials")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_image_files")),
    )
    with op.batch_alter_table("image_files", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_image_files_case_id"), ["case_id"], unique=False)
        batch_op.create_index(
            "ix_image_files_current",
            ["material_id", "kind", "page"],
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_image_files_file_id"), ["file_id"], unique=False)
        batch_op.create_index("ix_image_files_material", ["material_id", "kind", "page"], unique=False)
        batch_op.create_index(batch_op.f("ix_image_files_sha256"), ["sha256"], unique=False)

    op.create_table(
        "material_moves",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("material_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("from_state", sa.String(length=30), nullable=True),
        sa.Column("to_state", sa.String(length=30), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "from_state IS NULL OR from_state || '>' || to_state IN ('frozen>destroyed', 'frozen>loose', 'frozen>returned', 'frozen>to_person', 'frozen>transferred', 'kept>destroyed', 'kept>frozen', 'kept>loose', 'kept>returned', 'kept>struck', 'kept>to_person', 'kept>transferred', 'loose>destroyed', 'loose>frozen', 'loose>kept', 'loose>returned', 'loose>struck', 'loose>to_person', 'loose>transferred', 'returned>loose')",
            name=op.f("ck_material_moves_legal_move"),
        ),
        sa.CheckConstraint("(seq = 1) = (from_state IS NULL)", name=op.f("ck_material_moves_first_from_nothing")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_material_moves_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["material_id"], ["materials.id"], name=op.f("fk_material_moves_material_id_materials")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material_moves")),
        sa.UniqueConstraint("material_id", "seq", name=op.f("uq_material_moves_material_id_seq")),
    )
    with op.batch_alter_table("material_moves", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_material_moves_case_id"), ["case_id"], unique=False)

    op.create_table(
        "image_checks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum("self", "firm", "owner", name="stage_known", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_by", sa.String(length=60), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_image_checks_case_id_cases")),
        sa.ForeignKeyConstraint(["image_id"], ["image_files.id"], name=op.f("fk_image_checks_image_id_image_files")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_image_checks")),
        sa.UniqueConstraint("image_id", "stage", "checked_by", name=op.f("uq_image_checks_image_id_stage_checked_by")),
    )
    with op.batch_alter_table("image_checks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_image_checks_case_id"), ["case_id"], unique=False)

    op.create_table(
        "image_defects",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("material_id", sa.Integer(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("raw", "opt", name="imagekind_known", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column("image_id", sa.Integer(), nullable=True),
        sa.Column(
            "code",
            sa.Enum(
                "wrong_person",
                "missing_page",
                "missing_material",
                "wrong_order",
                "unreadable",
                "catalogue",
                "original",
                "altered",
                "format",
                "dpi",
                "depth",
                "size",
                "turned",
                "skew",
                "blur",
                "blank",
                "border",
                "remark",
                name="defect_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found_by", sa.String(length=60), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.String(length=60), nullable=True),
        sa.Column("settled_why", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (settled_by IS NULL)", name=op.f("ck_image_defects_settled_by_someone")
        ),
        sa.CheckConstraint("page >= 1", name=op.f("ck_image_defects_pages_from_one")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_image_defects_case_id_cases")),
        sa.ForeignKeyConstraint(["image_id"], ["image_files.id"], name=op.f("fk_image_defects_image_id_image_files")),
        sa.ForeignKeyConstraint(["material_id"], ["materials.id"], name=op.f("fk_image_defects_material_id_materials")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_image_defects")),
        sa.UniqueConstraint("image_id", "code", name="uq_image_defects_once"),
    )
    with op.batch_alter_table("image_defects", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_image_defects_case_id"), ["case_id"], unique=False)
        batch_op.create_index("ix_image_defects_material", ["material_id", "page"], unique=False)

    op.create_table(
        "image_parcel_pages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("parcel_id", sa.Integer(), nullable=False),
        sa.Column("folder_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("raw", "opt", name="imagekind_known", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column("material_id", sa.Integer(), nullable=True),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("sm3", sa.String(length=64), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "waiting",
                "read",
                "attached",
                "unchanged",
                "rejected",
                "slip",
                "dropped",
                "queued",
                name="pagestatus_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.JSON(), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("reading", sa.JSON(), nullable=True),
        sa.Column("image_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(status = 'attached') = (image_id IS NOT NULL)", name=op.f("ck_image_parcel_pages_attached_to_an_image")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_files.id"], name=op.f("fk_image_parcel_pages_file_id_stored_files")
        ),
        sa.ForeignKeyConstraint(
            ["folder_id"],
            ["image_parcel_folders.id"],
            name=op.f("fk_image_parcel_pages_folder_id_image_parcel_folders"),
        ),
        sa.ForeignKeyConstraint(
            ["image_id"], ["image_files.id"], name=op.f("fk_image_parcel_pages_image_id_image_files")
        ),
        sa.ForeignKeyConstraint(
            ["material_id"], ["materials.id"], name=op.f("fk_image_parcel_pages_material_id_materials")
        ),
        sa.ForeignKeyConstraint(
            ["parcel_id"], ["image_parcels.id"], name=op.f("fk_image_parcel_pages_parcel_id_image_parcels")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_image_parcel_pages")),
        sa.UniqueConstraint("parcel_id", "number", name=op.f("uq_image_parcel_pages_parcel_id_number")),
    )
    with op.batch_alter_table("image_parcel_pages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_image_parcel_pages_folder_id"), ["folder_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_image_parcel_pages_image_id"), ["image_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_image_parcel_pages_material_id"), ["material_id"], unique=False)
        batch_op.create_index("ix_image_parcel_pages_status", ["parcel_id", "status", "number"], unique=False)

    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(sa.Column("clock_stopped_by", sa.String(length=60), nullable=True))
        batch_op.add_column(sa.Column("clock_reason", sa.String(length=500), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_cases_clock_stopped_by_users"), "users", ["clock_stopped_by"], ["name"]
        )

    for statement in KEPT_ON_SQLITE if op.get_bind().dialect.name == "sqlite" else KEPT_ON_POSTGRESQL:
        op.execute(statement)
    grants.of_human_tasks(op.get_bind())
    grants.of_dossier_life(op.get_bind())
