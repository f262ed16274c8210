"""What must always hold of counts, losses and the climate: each violation planted is refused or found by fsck."""

import pytest
from sqlalchemy import delete, insert, text, update
from sqlalchemy.exc import IntegrityError

from archive.climate.models import ClimateAlarm, ClimateReading, Outcome
from archive.dossier_tables import Dossier
from archive.inventory.models import Inventory, InventoryLine, InventoryScan
from archive.losses.models import Loss, LossKind, Resolution
from archive.statuses import DossierStatus
from tests.processes.keeping import Keepers
from workflow import fsck
from workflow.clock import now
from workflow.models import Case


@pytest.fixture
def running(sqlite_office, clock) -> Keepers:
    """A count of K01 in which nothing was scanned yet, but for stan's dossier 1; dossier 4 is lost; it is too warm."""
    keepers = Keepers(sqlite_office, 4)
    keepers.report(4)
    keepers.install()
    keepers.read(275)
    keepers.plan()
    keepers.scan("stan", keepers.no(1))
    return keepers


class Undone(Exception):
    """What was planted goes."""


def found(keepers: Keepers, *planted) -> set[str]:
    """The checks that find what these statements plant."""
    with keepers.database.reading() as session:
        assert [str(each) for each in fsck.run(session)] == []
    seen: set[str] = set()
    with pytest.raises(Undone), keepers.database.transaction() as session:
        for each in planted:
            session.execute(each)
        session.expire_all()
        seen |= {problem.check for problem in fsck.run(session)}
        raise Undone
    return seen


def test_fsck_finds_a_dossier_being_counted_that_no_count_has(running):
    assert "counted_while_a_count_runs" in found(running, update(InventoryLine).values(frozen=False))


def test_fsck_finds_a_dossier_left_frozen_by_a_count_that_is_over(running):
    shut = update(Case).where(Case.id == running.case).values(closed_at=now())
    assert "counted_while_a_count_runs" in found(running, shut)


def test_fsck_finds_a_reported_count_with_a_difference_nobody_decided(running):
    missing = update(InventoryLine).where(InventoryLine.dossier_id == 2).values(result="missing")
    assert found(running, missing, update(Inventory).values(reported_at=now())) == {"differences_decided"}


def test_fsck_finds_one_person_in_both_lists(running):
    told = {"case_id": running.case, "counter": 2, "label": "YX1", "at": now(), "by": "stan"}
    assert found(running, insert(InventoryScan).values(**told, position="", damage="")) == {"two_people_counted"}


def test_fsck_finds_a_running_loss_that_does_not_hold_its_dossier(running):
    free = update(Dossier).where(Dossier.id == 4).values(held_by_case_id=None)
    assert found(running, free) == {"losses_hold_their_dossiers"}


def test_fsck_finds_what_was_settled_otherwise_than_it_says(running):
    rebuilt = update(Loss).values(resolution=Resolution.REBUILT, ended_at=now())
    assert "losses_settled_as_they_say" in found(running, rebuilt)
    proved = {"resolution": Resolution.PROVED, "ended_at": now(), "permitted_by": "dora", "kind": LossKind.DAMAGED}
    assert "losses_settled_as_they_say" in found(running, update(Loss).values(**proved))


def test_fsck_finds_an_alarm_without_an_open_case_or_closed_unconfirmed(running):
    shut = update(Case).where(Case.process_key == "climate-alarm").values(closed_at=now())
    assert "alarms_and_cases" in found(running, shut)
    assert "alarms_and_cases" in found(running, update(ClimateAlarm).values(outcome=Outcome.NORMAL, ended_at=now()))


def test_fsck_finds_a_reading_of_another_instrument(running):
    assert found(running, update(ClimateReading).values(sensor_code="K01-H1")) == {"readings_of_their_instrument"}


@pytest.mark.parametrize(
    ("planted", "constraint"),
    [
        ("UPDATE inventories SET second_counter = first_counter", "two_counters"),
        ("UPDATE inventories SET compared_at = '2020-01-01 00:00:00'", "compared_after_freezing"),
        ("UPDATE inventory_lines SET decision = 'found'", "decided_by_someone"),
        ("UPDATE inventory_lines SET decision = 'found', decided_by = 'dora'", "decided_after_comparing"),
        (
            "UPDATE inventory_lines SET result = 'missing', decision = 'noted', decided_by = 'dora'",
            "noted_with_a_reason",
        ),
        ("UPDATE inventory_scans SET counter = 3", "first_or_second"),
        ("UPDATE losses SET ended_at = '2026-07-01 09:00:00'", "over_with_a_resolution"),
        ("UPDATE climate_alarms SET outcome = 'normal'", "over_with_an_outcome"),
        ("UPDATE climate_alarms SET confirmed_by = 'stan'", "confirmed_by_someone"),
        ("UPDATE climate_readings SET minutes = -1", "minutes_not_negative"),
    ],
)
def test_the_database_refuses_what_cannot_be(running, planted, constraint):
    with pytest.raises(IntegrityError, match=constraint), running.database.transaction() as session:
        session.execute(text(planted))


def test_the_database_refuses_a_second_loss_or_alarm_of_the_same_thing(running):
    told = {"dossier_id": 4, "kind": LossKind.MISSING, "said": "", "reported_by": "rosa", "reported_at": now()}
    with pytest.raises(IntegrityError), running.database.transaction() as session:
        session.execute(insert(Loss).values(case_id=running.case, search_note="", responsibility="", **told))
    told = {"sensor_code": "K01-T1", "tenths": 1, "last_tenths": 1, "raised_at": now(), "minutes": 0, "action": ""}
    with pytest.raises(IntegrityError), running.database.transaction() as session:
        session.execute(insert(ClimateAlarm).values(case_id=running.case, **told))


def test_the_database_takes_a_message_and_a_label_once(running):
    told = {
        "sensor_code": "K01-T1",
        "tenths": 1,
        "outside": False,
        "at": now(),
        "source": "GW1",
        "minutes": 0,
        "by": "",
    }
    with pytest.raises(IntegrityError), running.database.transaction() as session:
        for _ in range(2):
            session.execute(insert(ClimateReading).values(message_id="g1", **told))
    with pytest.raises(IntegrityError), running.database.transaction() as session:
        same = {"case_id": running.case, "label": running.no(1), "frozen": False, "home": "", "found_at": ""}
        session.execute(insert(InventoryLine).values(damage="", finding="", note="", **same))


def test_a_count_freezes_what_nobody_has_in_hand_only(running):
    with running.database.reading() as session:
        statuses = [session.get_one(Dossier, number).status for number in (1, 2, 3, 4)]
    assert statuses == [*[DossierStatus.STOCKTAKING] * 3, DossierStatus.MISSING]
    with running.database.transaction() as session:
        assert session.execute(delete(InventoryScan)).rowcount == 1
