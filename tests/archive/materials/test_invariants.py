"""fsck sees every planted breach of what must hold of materials, and nothing where all is well."""

import pytest
from sqlalchemy import text

from tests.archive.materials.conftest import row
from workflow import fsck

UNGUARDED = {
    "sqlite": ["DROP TRIGGER materials_stay", "DROP TRIGGER material_moves_stay", "PRAGMA defer_foreign_keys = ON"],
    "postgresql": ["SET LOCAL session_replication_role = replica"],
}


@pytest.fixture
def plant(session, dossier, listed):
    """Two materials in order; call with statements that break it: what fsck says then."""
    listed(row("甲"), row("乙"), row("丙", "2"))

    def run(*statements: str) -> dict[str, list[str]]:
        for statement in statements:
            session.execute(text(statement))
        session.expire_all()
        said: dict[str, list[str]] = {}
        for problem in fsck.run(session):
            said.setdefault(problem.check, []).append(str(problem.sentence))
        return said

    return run


def unguarded(session) -> list[str]:
    return UNGUARDED[session.get_bind().dialect.name]


def test_a_catalogue_as_saved_keeps_every_rule(plant):
    assert plant() == {}


def test_a_deleted_material_is_seen_annex_c_16(session, plant):
    said = plant(*unguarded(session), "DELETE FROM materials WHERE name = '丙'")
    assert "Material 3 was deleted: its way is known, but not the material." in said["materials_stay"]


def test_a_missing_guard_is_seen(session, plant):
    table = "" if session.get_bind().dialect.name == "sqlite" else " ON materials"
    [said] = plant(f"DROP TRIGGER materials_stay{table}")["materials_stay"]
    assert "the trigger materials_stay is missing" in said


def test_a_way_with_a_hole_is_seen(session, plant):
    said = plant(*unguarded(session), "DELETE FROM material_moves WHERE material_id = 1 AND seq = 1")
    assert "The way of material 1 is broken at move 2." in said["materials_stay"]


def test_a_state_without_its_move_is_seen(session, plant):
    said = plant("UPDATE materials SET state = 'destroyed', seq = NULL WHERE id = 3")
    assert said["materials_stay"] == ["Material 3 is destroyed, but its way ends otherwise."]


def test_a_gap_in_a_class_is_seen_annex_c_20(session, plant):
    said = plant("UPDATE materials SET seq = 3 WHERE name = '乙'")
    assert said == {"catalogue_gapless": ["Class 1 of dossier 1 counts to 3, but holds 2 materials."]}


def test_a_wrong_count_on_the_dossier_is_seen(session, plant):
    said = plant("UPDATE dossiers SET page_count = 7")
    assert said == {"catalogue_counts": ["Dossier YX202600001 says 3 materials, 7 pages; it holds 3 and 6."]}


def test_a_date_that_is_none_is_seen(session, plant):
    said = plant("UPDATE materials SET formed = '1998-13' WHERE id = 2")
    assert said == {"materials_dated": ["Material 2 is dated 1998-13."]}
