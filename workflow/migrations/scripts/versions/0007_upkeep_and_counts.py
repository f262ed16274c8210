"""The storeroom counted, loss and damage, climate; upkeep of persons, units and offices; sketches beside open tasks.

Follows 0006; 2026-11-22. On PostgreSQL the sketch of each open task is drawn and stands in the index of who looks on.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from workflow.migrations import grants

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

DRAW = """
    UPDATE task_onlookers AS line SET sketch = (SELECT bit_or(b'1'::bit(256) >> (mark & 255)) FROM unnest(marks) AS mark)
    FROM user_tasks AS task JOIN instance_marks USING (instance_id)
    WHERE task.id IN (SELECT id FROM user_tasks WHERE ended_at IS NULL)
    AND line.task_id = task.id AND line.onlooker = 'everyone'
    AND line.sketch IS DISTINCT FROM (SELECT bit_or(b'1'::bit(256) >> (mark & 255)) FROM unnest(marks) AS mark)
"""


def upgrade() -> None:
    op.create_table(
        "climate_gateways",
        sa.Column(
            "name", sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_climate_gateways")),
    )
    op.create_table(
        "directory_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "directory",
            sa.Enum(
                "unit",
                "keeper",
                "room",
                "position",
                "day",
                name="directory_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column(
            "code", sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_changes")),
    )
    with op.batch_alter_table("directory_changes", schema=None) as batch_op:
        batch_op.create_index("ix_directory_changes_entry", ["directory", "code", "id"], unique=False)

    op.create_table(
        "climate_sensors",
        sa.Column(
            "code", sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "room_code",
            sa.String(length=10).with_variant(sa.String(length=10, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "measure",
            sa.Enum(
                "temperature",
                "humidity",
                "water",
                "fire",
                name="measure_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["room_code"], ["rooms.code"], name=op.f("fk_climate_sensors_room_code_rooms")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_climate_sensors")),
    )
    with op.batch_alter_table("climate_sensors", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_climate_sensors_room_code"), ["room_code"], unique=False)

    op.create_table(
        "post_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "since",
            sa.String(length=10).with_variant(sa.String(length=10, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("unit", sa.String(length=200), nullable=False),
        sa.Column("post", sa.String(length=120), nullable=False),
        sa.Column("rank", sa.String(length=120), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by", sa.String(length=60), nullable=False),
        sa.Column("struck_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("struck_by", sa.String(length=60), nullable=True),
        sa.Column("struck_why", sa.String(length=500), nullable=False),
        sa.CheckConstraint("struck_at IS NULL OR struck_why <> ''", name=op.f("ck_post_changes_struck_for_a_reason")),
        sa.CheckConstraint("(struck_at IS NULL) = (struck_by IS NULL)", name=op.f("ck_post_changes_struck_by_someone")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_post_changes_person_id_persons")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_changes")),
    )
    with op.batch_alter_table("post_changes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_post_changes_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_post_changes_standing",
            ["person_id", "since", "unit", "post"],
            unique=True,
            sqlite_where=sa.text("struck_at IS NULL"),
            postgresql_where=sa.text("struck_at IS NULL"),
        )

    op.create_table(
        "climate_alarms",
        sa.Column("case_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "sensor_code",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("tenths", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("last_tenths", sa.Integer(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.String(length=60), nullable=True),
        sa.Column("normal_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "normal",
                "false",
                "emergency",
                "stopped",
                name="outcome_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(confirmed_at IS NULL) = (confirmed_by IS NULL)", name=op.f("ck_climate_alarms_confirmed_by_someone")
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (outcome IS NULL)", name=op.f("ck_climate_alarms_over_with_an_outcome")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_climate_alarms_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["sensor_code"], ["climate_sensors.code"], name=op.f("fk_climate_alarms_sensor_code_climate_sensors")
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_climate_alarms")),
    )
    with op.batch_alter_table("climate_alarms", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_climate_alarms_sensor_code"), ["sensor_code"], unique=False)
        batch_op.create_index(
            "uq_climate_alarms_open",
            ["sensor_code"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "inventories",
        sa.Column("case_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "scope",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("first_counter", sa.String(length=60), nullable=False),
        sa.Column("second_counter", sa.String(length=60), nullable=False),
        sa.Column("strict", sa.Boolean(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("compared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "compared_at IS NULL OR compared_at >= frozen_at", name=op.f("ck_inventories_compared_after_freezing")
        ),
        sa.CheckConstraint("first_counter <> second_counter", name=op.f("ck_inventories_two_counters")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_inventories_case_id_cases")),
        sa.ForeignKeyConstraint(["first_counter"], ["users.name"], name=op.f("fk_inventories_first_counter_users")),
        sa.ForeignKeyConstraint(["second_counter"], ["users.name"], name=op.f("fk_inventories_second_counter_users")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_inventories")),
    )
    op.create_table(
        "climate_readings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "sensor_code",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("tenths", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("outside", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "source",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "message_id",
            sa.String(length=80).with_variant(sa.String(length=80, collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("alarm_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("minutes >= 0", name=op.f("ck_climate_readings_minutes_not_negative")),
        sa.ForeignKeyConstraint(
            ["alarm_id"], ["climate_alarms.case_id"], name=op.f("fk_climate_readings_alarm_id_climate_alarms")
        ),
        sa.ForeignKeyConstraint(
            ["sensor_code"], ["climate_sensors.code"], name=op.f("fk_climate_readings_sensor_code_climate_sensors")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_climate_readings")),
        sa.UniqueConstraint("source", "message_id", name=op.f("uq_climate_readings_source_message_id")),
    )
    with op.batch_alter_table("climate_readings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_climate_readings_alarm_id"), ["alarm_id"], unique=False)
        batch_op.create_index("ix_climate_readings_sensor", ["sensor_code", "at"], unique=False)

    op.create_table(
        "inventory_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column(
            "label",
            sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("dossier_id", sa.Integer(), nullable=True),
        sa.Column(
            "home", sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "was",
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
            nullable=True,
        ),
        sa.Column("frozen", sa.Boolean(), nullable=False),
        sa.Column(
            "found_at",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "result",
            sa.Enum(
                "present",
                "on_loan",
                "scanning",
                "away",
                "missing",
                "misplaced",
                "unexpected",
                "damaged",
                "disputed",
                name="result_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column("damage", sa.String(length=200), nullable=False),
        sa.Column("finding", sa.String(length=300), nullable=False),
        sa.Column(
            "decision",
            sa.Enum(
                "found",
                "rehomed",
                "lost",
                "harmed",
                "noted",
                name="decision_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.String(length=60), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("decision <> 'noted' OR note <> ''", name=op.f("ck_inventory_lines_noted_with_a_reason")),
        sa.CheckConstraint(
            "(decision IS NULL) = (decided_by IS NULL)", name=op.f("ck_inventory_lines_decided_by_someone")
        ),
        sa.CheckConstraint(
            "decision IS NULL OR result IS NOT NULL", name=op.f("ck_inventory_lines_decided_after_comparing")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["inventories.case_id"], name=op.f("fk_inventory_lines_case_id_inventories")
        ),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_inventory_lines_dossier_id_dossiers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inventory_lines")),
        sa.UniqueConstraint("case_id", "label", name=op.f("uq_inventory_lines_case_id_label")),
    )
    with op.batch_alter_table("inventory_lines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inventory_lines_dossier_id"), ["dossier_id"], unique=False)

    op.create_table(
        "inventory_scans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("counter", sa.Integer(), nullable=False),
        sa.Column(
            "label",
            sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "position",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("damage", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.CheckConstraint("counter IN (1, 2)", name=op.f("ck_inventory_scans_first_or_second")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["inventories.case_id"], name=op.f("fk_inventory_scans_case_id_inventories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inventory_scans")),
        sa.UniqueConstraint("case_id", "counter", "label", name=op.f("uq_inventory_scans_case_id_counter_label")),
    )
    op.create_table(
        "losses",
        sa.Column("case_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("missing", "damaged", name="losskind_known", native_enum=False, create_constraint=True, length=30),
            nullable=False,
        ),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("origin_case_id", sa.Integer(), nullable=True),
        sa.Column("reported_by", sa.String(length=60), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("searcher", sa.String(length=60), nullable=True),
        sa.Column("search_note", sa.Text(), nullable=False),
        sa.Column("permitted_by", sa.String(length=60), nullable=True),
        sa.Column("responsibility", sa.Text(), nullable=False),
        sa.Column(
            "resolution",
            sa.Enum(
                "found",
                "rebuilt",
                "proved",
                "stopped",
                name="resolution_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=True,
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(ended_at IS NULL) = (resolution IS NULL)", name=op.f("ck_losses_over_with_a_resolution")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_losses_case_id_cases")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_losses_dossier_id_dossiers")),
        sa.ForeignKeyConstraint(["origin_case_id"], ["cases.id"], name=op.f("fk_losses_origin_case_id_cases")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_losses")),
    )
    with op.batch_alter_table("losses", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_losses_dossier_id"), ["dossier_id"], unique=False)
        batch_op.create_index(
            "uq_losses_open",
            ["dossier_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "rectifications",
        sa.Column("case_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column(
            "asker",
            sa.Enum(
                "person", "unit", "office", name="asker_known", native_enum=False, create_constraint=True, length=30
            ),
            nullable=False,
        ),
        sa.Column("asker_name", sa.String(length=200), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=60), nullable=False),
        sa.Column("grave", sa.Boolean(), nullable=False),
        sa.Column("proposed_by", sa.String(length=60), nullable=True),
        sa.Column("checked_by", sa.String(length=60), nullable=True),
        sa.Column("decided_by", sa.String(length=60), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "applied_at IS NULL OR NOT grave OR decided_by IS NOT NULL", name=op.f("ck_rectifications_grave_by_three")
        ),
        sa.CheckConstraint(
            "applied_at IS NULL OR checked_by IS NOT NULL", name=op.f("ck_rectifications_applied_by_two")
        ),
        sa.CheckConstraint(
            "checked_by IS NULL OR checked_by <> asked_by", name=op.f("ck_rectifications_not_checked_by_who_asked")
        ),
        sa.CheckConstraint(
            "checked_by IS NULL OR checked_by <> proposed_by", name=op.f("ck_rectifications_checked_by_another")
        ),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> asked_by", name=op.f("ck_rectifications_not_decided_by_who_asked")
        ),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by NOT IN (proposed_by, checked_by)",
            name=op.f("ck_rectifications_decided_by_another"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_rectifications_case_id_cases")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossiers.id"], name=op.f("fk_rectifications_dossier_id_dossiers")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_rectifications_person_id_persons")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_rectifications")),
    )
    with op.batch_alter_table("rectifications", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rectifications_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_rectifications_running",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "rectified_facts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column(
            "field",
            sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("old_value", sa.Text(), nullable=False),
        sa.Column("new_value", sa.Text(), nullable=False),
        sa.Column("old_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("new_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("basis", sa.String(length=500), nullable=False),
        sa.Column("material_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(field = 'id_no') = (new_sealed IS NOT NULL)", name=op.f("ck_rectified_facts_id_number_sealed")
        ),
        sa.CheckConstraint("basis <> ''", name=op.f("ck_rectified_facts_on_evidence")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["rectifications.case_id"], name=op.f("fk_rectified_facts_case_id_rectifications")
        ),
        sa.ForeignKeyConstraint(
            ["material_id"], ["materials.id"], name=op.f("fk_rectified_facts_material_id_materials")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rectified_facts")),
        sa.UniqueConstraint("case_id", "field", name=op.f("uq_rectified_facts_case_id_field")),
    )
    with op.batch_alter_table("person_relatives", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("ended_by", sa.String(length=60), nullable=True))
        batch_op.add_column(sa.Column("ended_why", sa.String(length=500), nullable=False, server_default=""))
        batch_op.create_check_constraint(
            batch_op.f("ck_person_relatives_ended_by_someone"), "(ended_at IS NULL) = (ended_by IS NULL)"
        )
        batch_op.drop_constraint(batch_op.f("uq_person_relatives_person_id_id_fingerprint"), type_="unique")
        batch_op.create_index(batch_op.f("ix_person_relatives_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_person_relatives_counting",
            ["person_id", "id_fingerprint"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
    with op.batch_alter_table("person_relatives", schema=None) as batch_op:
        batch_op.alter_column("ended_why", server_default=None)

    with op.batch_alter_table("task_onlookers", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "sketch", sa.String(length=256).with_variant(postgresql.BIT(length=256), "postgresql"), nullable=True
            )
        )

    with op.batch_alter_table("units", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "parent_code",
                sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
                nullable=True,
            )
        )
        batch_op.add_column(sa.Column("closed_on", sa.Date(), nullable=True))
        batch_op.create_index(batch_op.f("ix_units_parent_code"), ["parent_code"], unique=False)
        batch_op.create_check_constraint(batch_op.f("ck_units_not_under_itself"), "parent_code <> code")
        batch_op.create_check_constraint(batch_op.f("ck_units_closed_is_not_active"), "closed_on IS NULL OR NOT active")
        batch_op.create_foreign_key(batch_op.f("fk_units_parent_code_units"), "units", ["parent_code"], ["code"])

    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_task_onlookers_queue", table_name="task_onlookers")
        op.execute(DRAW)
        columns, beside = ["onlooker", "due_at", "task_id"], ["sketch"]
        op.create_index("ix_task_onlookers_queue", "task_onlookers", columns, postgresql_include=beside)
    grants.of_upkeep(op.get_bind())
