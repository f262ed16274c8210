"""Human tasks: in whose place, beside the process, signed together, sent back, separated, around a task, searched.

Follows 0002; 2026-11-22. Open tasks are as urgent as their priority until they are looked at next; lists find what is
already known of running cases.
"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from workflow import values
from workflow.clock import now

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "watches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("night", sa.String(length=10), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_by", sa.String(length=60), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_instance", sa.Integer(), nullable=False),
        sa.Column("looked_at", sa.Integer(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watches")),
        sa.UniqueConstraint("night", name=op.f("uq_watches_night")),
    )
    op.create_table(
        "hand_overs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=60), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["users.name"], name=op.f("fk_hand_overs_person_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_overs")),
    )
    with op.batch_alter_table("hand_overs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hand_overs_person"), ["person"], unique=False)

    op.create_table(
        "opinion_phrases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_name", sa.String(length=60), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["user_name"], ["users.name"], name=op.f("fk_opinion_phrases_user_name_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion_phrases")),
        sa.UniqueConstraint("user_name", "text", name=op.f("uq_opinion_phrases_user_name_text")),
    )
    op.create_table(
        "relations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_name", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("subject_name", sa.String(length=200), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "self",
                "spouse",
                "blood",
                "in_law",
                "interest",
                name="relationkind_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "declared",
                "confirmed",
                "ended",
                name="relationstatus_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("declared_by", sa.String(length=60), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(["user_name"], ["users.name"], name=op.f("fk_relations_user_name_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relations")),
    )
    with op.batch_alter_table("relations", schema=None) as batch_op:
        batch_op.create_index("ix_relations_subject", ["subject", "status"], unique=False)
        batch_op.create_index("ix_relations_user", ["user_name", "status"], unique=False)

    op.create_table(
        "saved_views",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("owner", sa.String(length=60), nullable=False),
        sa.Column("group_key", sa.String(length=60), nullable=True),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["group_key"], ["groups.key"], name=op.f("fk_saved_views_group_key_groups")),
        sa.ForeignKeyConstraint(["owner"], ["users.name"], name=op.f("fk_saved_views_owner_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
    )
    with op.batch_alter_table("saved_views", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_views_group_key"), ["group_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_saved_views_owner"), ["owner"], unique=False)

    op.create_table(
        "substitutions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("principal", sa.String(length=60), nullable=False),
        sa.Column("substitute", sa.String(length=60), nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("granted_by", sa.String(length=60), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=60), nullable=True),
        sa.Column("ended_reason", sa.String(length=500), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.CheckConstraint("begins_at < ends_at", name=op.f("ck_substitutions_begins_before_it_ends")),
        sa.CheckConstraint("principal <> substitute", name=op.f("ck_substitutions_of_another")),
        sa.ForeignKeyConstraint(["principal"], ["users.name"], name=op.f("fk_substitutions_principal_users")),
        sa.ForeignKeyConstraint(["substitute"], ["users.name"], name=op.f("fk_substitutions_substitute_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_substitutions")),
    )
    with op.batch_alter_table("substitutions", schema=None) as batch_op:
        batch_op.create_index("ix_substitutions_principal", ["principal", "ends_at"], unique=False)
        batch_op.create_index("ix_substitutions_settled", ["settled", "ends_at"], unique=False)
        batch_op.create_index("ix_substitutions_substitute", ["substitute", "ends_at"], unique=False)

    op.create_table(
        "agreements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "move",
                "skip",
                "drop_policy",
                "change_policy",
                name="agreementkind_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "asked",
                "agreed",
                "refused",
                "withdrawn",
                name="agreementstatus_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("instance_id", sa.Integer(), nullable=True),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=60), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(length=60), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(status IN ('agreed', 'refused')) = (answered_by IS NOT NULL)",
            name=op.f("ck_agreements_answered_by_somebody"),
        ),
        sa.CheckConstraint("answered_by IS NULL OR answered_by <> asked_by", name=op.f("ck_agreements_two_people")),
        sa.ForeignKeyConstraint(["answered_by"], ["users.name"], name=op.f("fk_agreements_answered_by_users")),
        sa.ForeignKeyConstraint(["asked_by"], ["users.name"], name=op.f("fk_agreements_asked_by_users")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_agreements_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instances.id"], name=op.f("fk_agreements_instance_id_process_instances")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreements")),
    )
    with op.batch_alter_table("agreements", schema=None) as batch_op:
        batch_op.create_index("ix_agreements_case", ["case_id"], unique=False)
        batch_op.create_index("ix_agreements_status", ["status", "id"], unique=False)

    op.create_table(
        "findings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "nobody",
                "excluded",
                "incident",
                "timer",
                "job",
                "lost",
                "state",
                "stuck",
                "suspended",
                "called",
                "sender",
                name="findingkind_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("instance_id", sa.Integer(), nullable=True),
        sa.Column("activity_id", sa.String(length=200), nullable=True),
        sa.Column("token_id", sa.String(length=60), nullable=True),
        sa.Column("row_id", sa.Integer(), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_by", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("task_case_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_findings_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instances.id"], name=op.f("fk_findings_instance_id_process_instances")
        ),
        sa.ForeignKeyConstraint(["seen_by"], ["watches.id"], name=op.f("fk_findings_seen_by_watches")),
        sa.ForeignKeyConstraint(["task_case_id"], ["cases.id"], name=op.f("fk_findings_task_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_findings")),
    )
    with op.batch_alter_table("findings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_findings_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_findings_ended_at"), ["ended_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_findings_instance_id"), ["instance_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_findings_task_case_id"), ["task_case_id"], unique=False)
        batch_op.create_index(
            "uq_findings_open",
            ["kind", "subject"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "start_pages",
        sa.Column("user_name", sa.String(length=60), nullable=False),
        sa.Column("view_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_name"], ["users.name"], name=op.f("fk_start_pages_user_name_users")),
        sa.ForeignKeyConstraint(
            ["view_id"], ["saved_views.id"], name=op.f("fk_start_pages_view_id_saved_views"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_name", name=op.f("pk_start_pages")),
    )
    op.create_table(
        "answers_aside",
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("user_name", sa.String(length=60), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(length=120), nullable=True),
        sa.Column("request_digest", sa.String(length=64), nullable=True),
        sa.Column("set_aside_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["user_tasks.id"], name=op.f("fk_answers_aside_task_id_user_tasks")),
        sa.ForeignKeyConstraint(["user_name"], ["users.name"], name=op.f("fk_answers_aside_user_name_users")),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_answers_aside")),
    )
    op.create_table(
        "asked_signers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=60), nullable=False),
        sa.Column(
            "place",
            sa.Enum(
                "before",
                "after",
                "beside",
                name="signerplace_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("asked_by", sa.String(length=60), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("signer_task_id", sa.Integer(), nullable=True),
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["asked_by"], ["users.name"], name=op.f("fk_asked_signers_asked_by_users")),
        sa.ForeignKeyConstraint(["person"], ["users.name"], name=op.f("fk_asked_signers_person_users")),
        sa.ForeignKeyConstraint(
            ["signer_task_id"], ["user_tasks.id"], name=op.f("fk_asked_signers_signer_task_id_user_tasks")
        ),
        sa.ForeignKeyConstraint(["task_id"], ["user_tasks.id"], name=op.f("fk_asked_signers_task_id_user_tasks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asked_signers")),
    )
    with op.batch_alter_table("asked_signers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_asked_signers_signer_task_id"), ["signer_task_id"], unique=False)
        batch_op.create_index("ix_asked_signers_task", ["task_id", "person"], unique=True)

    op.create_table(
        "asked_tasks",
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.String(length=60), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("awaited", sa.Boolean(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["asked_by"], ["users.name"], name=op.f("fk_asked_tasks_asked_by_users")),
        sa.ForeignKeyConstraint(["task_id"], ["user_tasks.id"], name=op.f("fk_asked_tasks_task_id_user_tasks")),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_asked_tasks")),
    )
    op.create_table(
        "bulk_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "act",
            sa.Enum(
                "claim",
                "release",
                "assign",
                "complete",
                name="bulkact_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("user_name", sa.String(length=60), nullable=False),
        sa.Column("request_key", sa.String(length=64), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("like_id", sa.Integer(), nullable=True),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("sent", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("to_name", sa.String(length=60), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undo_reason", sa.Text(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["like_id"], ["user_tasks.id"], name=op.f("fk_bulk_runs_like_id_user_tasks")),
        sa.ForeignKeyConstraint(["to_name"], ["users.name"], name=op.f("fk_bulk_runs_to_name_users")),
        sa.ForeignKeyConstraint(["user_name"], ["users.name"], name=op.f("fk_bulk_runs_user_name_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_runs")),
        sa.UniqueConstraint("request_key", name=op.f("uq_bulk_runs_request_key")),
    )
    with op.batch_alter_table("bulk_runs", schema=None) as batch_op:
        batch_op.create_index("ix_bulk_runs_person", ["user_name", "id"], unique=False)

    op.create_table(
        "case_copies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("user_name", sa.String(length=60), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("copied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_copies_case_id_cases")),
        sa.ForeignKeyConstraint(["task_id"], ["user_tasks.id"], name=op.f("fk_case_copies_task_id_user_tasks")),
        sa.ForeignKeyConstraint(["user_name"], ["users.name"], name=op.f("fk_case_copies_user_name_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_copies")),
        sa.UniqueConstraint("case_id", "user_name", "seq", name=op.f("uq_case_copies_case_id_user_name_seq")),
    )
    with op.batch_alter_table("case_copies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_copies_task_id"), ["task_id"], unique=False)
        batch_op.create_index("ix_case_copies_unread", ["user_name", "read_at", "id"], unique=False)

    op.create_table(
        "checklist_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("added_by", sa.String(length=60), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.String(length=60), nullable=True),
        sa.CheckConstraint("(done_at IS NULL) = (done_by IS NULL)", name=op.f("ck_checklist_items_done_by_someone")),
        sa.ForeignKeyConstraint(["done_by"], ["users.name"], name=op.f("fk_checklist_items_done_by_users")),
        sa.ForeignKeyConstraint(["task_id"], ["user_tasks.id"], name=op.f("fk_checklist_items_task_id_user_tasks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist_items")),
    )
    with op.batch_alter_table("checklist_items", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_checklist_items_task_id"), ["task_id"], unique=False)

    op.create_table(
        "clock_pauses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("began_by", sa.String(length=60), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=60), nullable=True),
        sa.Column("due_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_after", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name=op.f("ck_clock_pauses_ended_by_someone")),
        sa.ForeignKeyConstraint(["began_by"], ["users.name"], name=op.f("fk_clock_pauses_began_by_users")),
        sa.ForeignKeyConstraint(["task_id"], ["user_tasks.id"], name=op.f("fk_clock_pauses_task_id_user_tasks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_pauses")),
    )
    with op.batch_alter_table("clock_pauses", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_clock_pauses_task_id"), ["task_id"], unique=False)

    op.create_table(
        "follow_ups",
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("user_name", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["user_tasks.id"], name=op.f("fk_follow_ups_task_id_user_tasks")),
        sa.ForeignKeyConstraint(["user_name"], ["users.name"], name=op.f("fk_follow_ups_user_name_users")),
        sa.PrimaryKeyConstraint("task_id", "user_name", name=op.f("pk_follow_ups")),
    )
    with op.batch_alter_table("follow_ups", schema=None) as batch_op:
        batch_op.create_index("ix_follow_ups_due", ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_follow_ups_user_name"), ["user_name"], unique=False)

    op.create_table(
        "footings",
        sa.Column("instance_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("revision_before", sa.Integer(), nullable=False),
        sa.Column("revision_after", sa.Integer(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=True),
        sa.Column("variables", sa.JSON(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instances.id"], name=op.f("fk_footings_instance_id_process_instances")
        ),
        sa.ForeignKeyConstraint(["task_id"], ["user_tasks.id"], name=op.f("fk_footings_task_id_user_tasks")),
        sa.PrimaryKeyConstraint("instance_id", name=op.f("pk_footings")),
    )
    with op.batch_alter_table("footings", schema=None) as batch_op:
        batch_op.create_index("ix_footings_kept", ["kept_at"], unique=False)
        batch_op.create_index("ix_footings_task", ["task_id"], unique=False)

    op.create_table(
        "personal_notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_name", sa.String(length=60), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "mentioned",
                "copied",
                "urged",
                "supervised",
                "answered",
                "reminded",
                "follow_up",
                "asked",
                "replied",
                name="noticekind_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_personal_notices_case_id_cases")),
        sa.ForeignKeyConstraint(["task_id"], ["user_tasks.id"], name=op.f("fk_personal_notices_task_id_user_tasks")),
        sa.ForeignKeyConstraint(["user_name"], ["users.name"], name=op.f("fk_personal_notices_user_name_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_notices")),
        sa.UniqueConstraint("user_name", "key", name=op.f("uq_personal_notices_user_name_key")),
    )
    with op.batch_alter_table("personal_notices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_personal_notices_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_personal_notices_task_id"), ["task_id"], unique=False)
        batch_op.create_index("ix_personal_notices_unread", ["user_name", "read_at", "id"], unique=False)

    op.create_table(
        "policies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("process_key", sa.String(length=200), nullable=False),
        sa.Column("element", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(length=60), nullable=False),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dropped_by", sa.String(length=60), nullable=True),
        sa.Column("agreement_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(dropped_at IS NULL) = (dropped_by IS NULL)", name=op.f("ck_policies_dropped_by_somebody")),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreements.id"], name=op.f("fk_policies_agreement_id_agreements")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policies")),
    )
    with op.batch_alter_table("policies", schema=None) as batch_op:
        batch_op.create_index("ix_policies_process", ["process_key", "dropped_at"], unique=False)

    op.create_table(
        "returns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column(
            "mode",
            sa.Enum(
                "straight",
                "redo",
                "taken_back",
                "reopened",
                name="returnmode_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("instance_id", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.String(length=200), nullable=False),
        sa.Column("tokens", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_returns_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instances.id"], name=op.f("fk_returns_instance_id_process_instances")
        ),
        sa.ForeignKeyConstraint(["task_id"], ["user_tasks.id"], name=op.f("fk_returns_task_id_user_tasks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_returns")),
    )
    with op.batch_alter_table("returns", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_returns_case_id"), ["case_id"], unique=False)
        batch_op.create_index("ix_returns_place", ["instance_id", "activity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_returns_task_id"), ["task_id"], unique=False)

    op.create_table(
        "stranded_tasks",
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("gone", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["user_tasks.id"], name=op.f("fk_stranded_tasks_task_id_user_tasks")),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_stranded_tasks")),
    )
    op.create_table(
        "supervisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(length=60), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answered_by IS NULL)", name=op.f("ck_supervisions_answered_by_someone")
        ),
        sa.ForeignKeyConstraint(["answered_by"], ["users.name"], name=op.f("fk_supervisions_answered_by_users")),
        sa.ForeignKeyConstraint(["by"], ["users.name"], name=op.f("fk_supervisions_by_users")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_supervisions_case_id_cases")),
        sa.ForeignKeyConstraint(["task_id"], ["user_tasks.id"], name=op.f("fk_supervisions_task_id_user_tasks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervisions")),
    )
    with op.batch_alter_table("supervisions", schema=None) as batch_op:
        batch_op.create_index("ix_supervisions_case", ["case_id", "closed_at"], unique=False)
        batch_op.create_index("ix_supervisions_list", ["by", "closed_at", "answer_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_supervisions_task_id"), ["task_id"], unique=False)

    op.create_table(
        "task_reminders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("rung", sa.String(length=40), nullable=False),
        sa.Column("receivers", sa.String(length=500), nullable=False),
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
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["task_id"], ["user_tasks.id"], name=op.f("fk_task_reminders_task_id_user_tasks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_reminders")),
        sa.UniqueConstraint("task_id", "rung", name=op.f("uq_task_reminders_task_id_rung")),
    )
    with op.batch_alter_table("task_reminders", schema=None) as batch_op:
        batch_op.create_index("ix_task_reminders_due", ["status", "at"], unique=False)

    op.create_table(
        "urges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("urged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["users.name"], name=op.f("fk_urges_by_users")),
        sa.ForeignKeyConstraint(["task_id"], ["user_tasks.id"], name=op.f("fk_urges_task_id_user_tasks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_urges")),
    )
    with op.batch_alter_table("urges", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_urges_task_id"), ["task_id"], unique=False)

    op.create_table(
        "bulk_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "unchecked",
                "will",
                "will_not",
                "done",
                "refused",
                "undoing",
                "undone",
                name="bulkitemstatus_known",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("refused", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("was", sa.JSON(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_bulk_items_job_id_jobs")),
        sa.ForeignKeyConstraint(["run_id"], ["bulk_runs.id"], name=op.f("fk_bulk_items_run_id_bulk_runs")),
        sa.ForeignKeyConstraint(["task_id"], ["user_tasks.id"], name=op.f("fk_bulk_items_task_id_user_tasks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_items")),
        sa.UniqueConstraint("run_id", "task_id", name=op.f("uq_bulk_items_run_id_task_id")),
    )
    with op.batch_alter_table("bulk_items", schema=None) as batch_op:
        batch_op.create_index("ix_bulk_items_status", ["run_id", "status", "id"], unique=False)

    op.create_table(
        "superseded_tasks",
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("return_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["return_id"], ["returns.id"], name=op.f("fk_superseded_tasks_return_id_returns")),
        sa.ForeignKeyConstraint(["task_id"], ["user_tasks.id"], name=op.f("fk_superseded_tasks_task_id_user_tasks")),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_superseded_tasks")),
    )
    with op.batch_alter_table("superseded_tasks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_superseded_tasks_return_id"), ["return_id"], unique=False)

    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(sa.Column("taken_over_by", sa.String(length=60), nullable=True))

    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("superseded_by", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_documents_superseded_by_documents"), "documents", ["superseded_by"], ["id"]
        )

    with op.batch_alter_table("process_definitions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("policy_digest", sa.String(length=64), nullable=False, server_default=""))

    with op.batch_alter_table("task_candidates", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rank", sa.Integer(), nullable=False, server_default="0"))
        batch_op.create_index("ix_task_candidates_urgent", ["candidate", "claimed", "rank", "task_id"], unique=False)

    with op.batch_alter_table("user_tasks", schema=None) as batch_op:
        batch_op.add_column(sa.Column("priority_set", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("urgency", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("urgency_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column(
                "kind",
                sa.Enum(
                    "step",
                    "correction",
                    "adhoc",
                    "signer",
                    name="taskkind_known",
                    native_enum=False,
                    create_constraint=True,
                    length=30,
                ),
                nullable=False,
                server_default="step",
            )
        )
        batch_op.add_column(sa.Column("parent_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("on_behalf_of", sa.String(length=60), nullable=True))
        batch_op.add_column(sa.Column("delegated_by", sa.String(length=60), nullable=True))
        batch_op.add_column(sa.Column("prepared_by", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("passed_over", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("remark", sa.JSON(), nullable=True))
        batch_op.create_index("ix_user_tasks_aging", ["status", "urgency_until"], unique=False)
        batch_op.create_index(batch_op.f("ix_user_tasks_parent_id"), ["parent_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_user_tasks_on_behalf_of_users"), "users", ["on_behalf_of"], ["name"])
        batch_op.create_foreign_key(batch_op.f("fk_user_tasks_delegated_by_users"), "users", ["delegated_by"], ["name"])
        batch_op.create_foreign_key(
            batch_op.f("fk_user_tasks_parent_id_user_tasks"), "user_tasks", ["parent_id"], ["id"]
        )

    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.add_column(sa.Column("head", sa.String(length=60), nullable=True))
        batch_op.add_column(sa.Column("stands_in_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_users_head"), ["head"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_users_head_users"), "users", ["head"], ["name"])

    with op.batch_alter_table("variables", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "word",
                sa.String(length=200).with_variant(sa.String(length=200, collation="C"), "postgresql"),
                nullable=True,
            )
        )
        batch_op.add_column(sa.Column("number", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("live", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.create_index(
            "ix_variables_number",
            ["name", "number", "instance_id"],
            unique=False,
            postgresql_where=sa.text("live AND number IS NOT NULL"),
            sqlite_where=sa.text("live = 1 AND number IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_variables_word",
            ["name", "word", "instance_id"],
            unique=False,
            postgresql_where=sa.text("live AND word IS NOT NULL"),
            sqlite_where=sa.text("live = 1 AND word IS NOT NULL"),
        )

    _fill()
    for table, columns in ONCE_GIVEN.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name in columns:
                batch_op.alter_column(name, server_default=None)


ONCE_GIVEN = {  # what rows of before were given; new ones are always told
    "process_definitions": ("policy_digest",),
    "task_candidates": ("rank",),
    "user_tasks": ("urgency", "kind", "prepared_by", "passed_over"),
    "variables": ("live",),
}
TASKS = sa.table(
    "user_tasks",
    *(sa.column(name) for name in ("id", "status", "priority", "urgency")),
    sa.column("urgency_until", sa.DateTime(timezone=True)),
)
CANDIDATES = sa.table("task_candidates", sa.column("task_id"), sa.column("rank"))
INSTANCES = sa.table("process_instances", sa.column("id"), sa.column("status", sa.String()))
VARIABLES = sa.table(
    "variables",
    *(sa.column(name) for name in ("instance_id", "name", "word", "number", "live")),
    sa.column("value", sa.JSON()),
)
PORTION = 5_000


def _fill() -> None:
    bind = op.get_bind()
    bind.execute(sa.update(TASKS).values(urgency=TASKS.c.priority))
    bind.execute(sa.update(TASKS).where(TASKS.c.status == "open").values(urgency_until=now()))
    urgency = sa.select(TASKS.c.urgency).where(TASKS.c.id == CANDIDATES.c.task_id).scalar_subquery()
    bind.execute(sa.update(CANDIDATES).values(rank=-urgency))
    over = sa.select(INSTANCES.c.id).where(INSTANCES.c.status.in_(("completed", "cancelled")))
    bind.execute(sa.update(VARIABLES).where(VARIABLES.c.instance_id.in_(over)).values(live=False))
    here = (VARIABLES.c.instance_id == sa.bindparam("of_instance"), VARIABLES.c.name == sa.bindparam("of_name"))
    said = sa.update(VARIABLES).where(*here).values(word=sa.bindparam("new_word"), number=sa.bindparam("new_number"))
    for portion in _portions(bind):
        bind.execute(said, portion)


def _portions(bind: sa.Connection) -> Iterator[list[dict[str, Any]]]:
    """What lists search each variable by, so many at once, in the order of their key."""
    key = sa.tuple_(VARIABLES.c.instance_id, VARIABLES.c.name)
    query = sa.select(VARIABLES.c.instance_id, VARIABLES.c.name, VARIABLES.c.value)
    query = query.order_by(VARIABLES.c.instance_id, VARIABLES.c.name).limit(PORTION)
    rows = bind.execute(query).all()
    while rows:
        yield [
            {
                "of_instance": row.instance_id,
                "of_name": row.name,
                "new_word": values.word(row.value),
                "new_number": values.number(row.value),
            }
            for row in rows
        ]
        rows = bind.execute(query.where(key > sa.tuple_(*rows[-1][:2]))).all()
