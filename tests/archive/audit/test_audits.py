"""Special audits below the process: items, values that agree, what fsck finds."""

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from archive.audit.items import BY_KEY, BY_NAME, ITEMS
from archive.audit.models import Audit, AuditItem, Verdict
from archive.dossiers import Dossier
from archive.materials import catalogue
from archive.materials.rows import Row
from archive.persons import PLAIN, Person
from archive.statuses import AuditStatus
from tests.processes.auditing import Auditors
from tests.standing import standing
from workflow import fsck


def test_three_ages_two_histories_and_one_identity_are_audited():
    assert {"birth", "work_start", "party_date", "education", "later_education", "history", "identity"} <= set(BY_KEY)
    assert len(BY_KEY) == len(BY_NAME) == len(ITEMS)


def test_a_determination_goes_to_a_column_of_the_person():
    assert {item.field for item in ITEMS if item.field} <= set(PLAIN)


def test_the_birth_of_the_id_number_is_claimed_until_another_was_determined():
    birth = BY_KEY["birth"]
    assert birth.claim(Person(birth="1970-01-02", filed_birth="")) == "1970-01-02"
    assert birth.claim(Person(birth="1970-01-02", filed_birth="1969-12")) == "1969-12"
    assert BY_KEY["history"].claim(Person(birth="1970-01-02")) == ""


@pytest.mark.parametrize(
    ("key", "one", "other", "agree"),
    [
        ("birth", "1990-07", "1990-07-01", True),
        ("birth", "1990", "1990-07-01", True),
        ("birth", "1990-07", "1990-08-01", False),
        ("birth", "1990-07-01", "", False),
        ("education", "大学本科", "大学本科", True),
        ("education", "大学", "大学本科", False),
    ],
)
def test_vaguer_dates_agree_and_other_values_are_the_same_or_not(key, one, other, agree):
    assert BY_KEY[key].agrees(one, other) is agree
    assert BY_KEY[key].agrees(other, one) is agree


@pytest.mark.parametrize(
    ("said", "kept"), [("1998年7月", "1998-07"), ("199807", "1998-07"), ("１９９８．７．１", "1998-07-01"), ("", "")]
)
def test_dates_are_kept_in_their_one_form(said, kept):
    assert BY_KEY["work_start"].read(said) == kept


def test_what_is_no_date_is_none():
    with pytest.raises(ValueError, match="去年"):
        BY_KEY["work_start"].read("去年")
    assert BY_KEY["identity"].read(" 干部 ") == "干部"


@pytest.fixture
def filed(sqlite_office, clock) -> Auditors:
    auditors = standing(Auditors, sqlite_office, 2)
    auditors.doubted()
    auditors.supplement()
    auditors.determine()
    auditors.file()
    return auditors


def found(session) -> set[str]:
    return {problem.check for problem in fsck.run(session)}


def test_fsck_finds_a_stray_sheet_a_foreign_record_an_open_doubt_and_an_audit_nobody_does(filed):
    planted = (
        (update(Audit).values(dossier_id=2), {"audits_filed_to_class_5", "audits_of_own_records"}),
        (
            update(AuditItem).where(AuditItem.item == "work_start").values(determined="", basis=""),
            {"audits_filed_to_class_5"},
        ),
        (update(Dossier).where(Dossier.id == 2).values(audit_status=AuditStatus.AUDITING), {"audited_by_an_audit"}),
    )
    with filed.database.reading() as session:
        assert found(session) == set()
    for statement, checks in planted:
        with pytest.raises(Undone), filed.database.transaction() as session:
            session.execute(statement)
            assert found(session) == checks
            raise Undone


def test_fsck_finds_the_sheet_in_another_class(filed):
    with pytest.raises(Undone), filed.database.transaction() as session:
        dossier = session.get_one(Dossier, 1)
        rows = [catalogue.row_of(each) for each in catalogue.rows(session, dossier)]
        moved = [Row(**{**vars(row), "code": "10"}) if row.code == "5" else row for row in rows]
        catalogue.save(session, dossier, moved, "rosa")
        assert found(session) == {"audits_filed_to_class_5"}
        raise Undone


@pytest.mark.parametrize(
    "statement",
    [
        update(Audit).values(second_by="rosa"),
        update(Audit).values(decided_by=None),
        update(AuditItem).values(basis=""),
        update(AuditItem).where(AuditItem.item == "birth").values(verdict=Verdict.DOUBTFUL),
        update(AuditItem).where(AuditItem.item == "birth").values(material_id=None),
        update(AuditItem).where(AuditItem.item == "birth").values(item="height"),
    ],
)
def test_the_database_refuses_an_audit_that_cannot_be(filed, statement):
    with pytest.raises(IntegrityError), filed.database.transaction() as session:
        session.execute(statement)


class Undone(Exception):
    """What was planted goes."""
