"""档案封存: every path of bpmn/seal.bpmn, through the real forms."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from archive import dossiers
from archive.dossiers import Dossier
from archive.reading.grant_tables import Grant, GrantStatus
from archive.reading.models import Mode
from archive.seals.models import Seal
from archive.statuses import DossierStatus
from tests.archive.reading import granted
from tests.processes.certifying import Certifiers
from tests.processes.receiving import deploy_only
from tests.processes.sorting import HOME
from tests.processes.table import covers
from workflow import operations
from workflow.errors import Conflict, Invalid, NotAllowed
from workflow.identity import User
from workflow.models import Case, ProcessInstance

ORDER = {"issuer": "云溪区人民法院", "number": "（2026）云0102执12号", "dated": "2026-06-30", "why": "协助执行"}
LIFT = {"lift_issuer": "云溪区人民法院", "lift_number": "（2026）云0102执12号之一", "lift_dated": "2026-07-01"}


class Sealers(Certifiers):
    """rosa brings the court's document, dora and dirk lead, stan keeps the store."""

    def deploy(self, session: Any) -> None:
        deploy_only(session, "seal")

    def ask(self, who: str = "rosa", key: str = "20260701-0000S1", **typed: Any) -> None:
        self.photograph("document_file")
        self.begin("seal", who, key, **{"dossier_no": self.no(), **ORDER, **typed})
        self.files.clear()

    def agree(self, who: str = "dora", decision: str = "agree", **typed: Any) -> None:
        self.step("agree", who, seal_decision=decision, **typed)

    def sealed(self) -> None:
        self.ask()
        self.agree()
        self.step("place", "stan", scan_label=self.no())

    def lift(self, who: str = "rosa", **typed: Any) -> None:
        self.files.clear()
        self.photograph("lift_file")
        self.step("lift", who, **{**LIFT, **typed})

    def agree_lift(self, who: str = "dora", decision: str = "agree", **typed: Any) -> None:
        self.step("agree_lift", who, lift_decision=decision, **typed)

    def row(self) -> Seal:
        with self.database.reading() as session:
            return session.scalars(select(Seal)).one()

    def stands(self) -> tuple[DossierStatus, bool]:
        """The dossier's status, and whether this case holds it."""
        dossier = self.dossier()
        return dossier.status, dossier.held_by_case_id == self.case


@pytest.fixture
def sealers(sqlite_office, clock) -> Sealers:
    return Sealers(sqlite_office)


@pytest.fixture
def everywhere(office, clock) -> Sealers:
    return Sealers(office)


def refused(act, *fields: str) -> None:
    with pytest.raises(Invalid) as said:
        act()
    assert set(said.value.problems) == set(fields)


@covers("order", "begun", "take_up")
@covers("agree", "agree")
@covers("seal", "place")
@covers("lift", "lift", "agree_lift", "open", "lifted")
def test_a_dossier_is_sealed_by_a_document_and_opened_by_another_two_people_each(everywhere):
    everywhere.ask()
    assert everywhere.stands() == (DossierStatus.IN_STORE, True)
    everywhere.agree()
    refused(lambda: everywhere.step("place", "stan", scan_label="YX209999999"), "scan_label")
    everywhere.step("place", "stan", scan_label=everywhere.no())
    assert everywhere.stands() == (DossierStatus.SEALED, True)
    assert everywhere.broken() == []
    everywhere.lift()
    everywhere.agree_lift()
    scans = {"scan_label": everywhere.no(), "scan_position": HOME.format(1)}
    refused(lambda: everywhere.step("open", "stan", **{**scans, "scan_position": HOME.format(2)}), "scan_position")
    everywhere.step("open", "stan", **scans)

    assert everywhere.ends() == ["lifted"]
    assert everywhere.stands() == (DossierStatus.IN_STORE, False)
    row = everywhere.row()
    assert (row.dated, row.asked_by, row.agreed_by, row.sealed_by) == (date(2026, 6, 30), "rosa", "dora", "stan")
    assert (row.lift_asked_by, row.lift_agreed_by, row.lift_number) == ("rosa", "dora", LIFT["lift_number"])
    assert everywhere.broken() == []


@covers("agree", "declined")
def test_a_document_that_is_not_right_seals_nothing(sealers):
    sealers.ask()
    refused(lambda: sealers.agree(decision="refuse"), "seal_note")
    sealers.agree(decision="refuse", seal_note="文书无印章")

    assert (sealers.ends(), sealers.stands()) == (["declined"], (DossierStatus.IN_STORE, False))
    sealers.ask(key="20260701-0000S2")
    assert sealers.stands() == (DossierStatus.IN_STORE, True)


@covers("agree", "agree")
def test_nobody_agrees_to_a_seal_of_their_own_asking(sealers):
    sealers.ask("dora")
    with pytest.raises(NotAllowed, match="who began the case"):
        sealers.agree("dora")
    sealers.agree("dirk")
    assert sealers.row().agreed_by == "dirk"


@covers("lift", "agree_lift")
def test_nobody_agrees_to_their_own_document_and_a_refused_one_leaves_the_seal_on(sealers):
    sealers.sealed()
    refused(lambda: sealers.lift(lift_dated="2026-06-29"), "lift_dated")
    refused(lambda: sealers.lift(lift_dated="2026-07-02"), "lift_dated")
    sealers.lift("dora")
    with pytest.raises(NotAllowed):
        sealers.agree_lift("dora")
    refused(lambda: sealers.agree_lift("dirk", "refuse"), "lift_note")
    sealers.agree_lift("dirk", "refuse", lift_note="非原制发机关")

    assert sealers.stands() == (DossierStatus.SEALED, True)
    sealers.lift("dora")
    sealers.agree_lift("dirk")
    assert sealers.row().lift_agreed_by == "dirk"


@covers("order", "look_at_refused", "not_taken")
@pytest.mark.parametrize("typed", [{"dossier_no": "YX202600999"}, {"dated": "2026-07-02"}, {"issuer": "　"}])
def test_what_cannot_be_sealed_is_said(sealers, typed):
    try:
        sealers.ask(**typed)
    except Invalid:
        return  # the form says so already
    sealers.step("look_at_refused", "rosa")
    assert (sealers.ends(), sealers.dossier().held_by_case_id) == (["not_taken"], None)


@covers("order", "look_at_refused", "not_taken")
def test_what_another_case_has_in_hand_is_taken_back_first(sealers):
    sealers.ask()
    first = sealers.case
    sealers.ask(key="20260701-0000S2")
    assert "由另一事项持有" in sealers.known()["seal_refused"]
    sealers.step("look_at_refused", "rosa")

    assert sealers.ends() == ["not_taken"] and sealers.dossier().held_by_case_id == first


@covers("effect", "place")
def test_what_is_sealed_is_neither_moved_nor_read(sealers):
    with sealers.database.transaction() as session:
        asked = granted.request(session, session.get_one(Dossier, 1), ("wang", "rene"), 1, mode=Mode.DIGITAL)
        granted.grant(session, asked)
        reading = asked.case_id
    sealers.sealed()

    with sealers.database.transaction() as session:
        grant = session.scalars(select(Grant)).one()
        assert grant.status is GrantStatus.WITHDRAWN
        other = session.get_one(Dossier, 1)
        for status in set(DossierStatus) - {DossierStatus.IN_STORE}:
            with pytest.raises(Conflict):
                dossiers.change_status(session, other, status, "stan", session.get_one(Case, reading))


@covers("effect", "place")
def test_the_case_of_a_seal_is_not_ended_while_it_is_on(sealers):
    def end() -> None:
        with sealers.database.transaction() as session:
            instance = session.scalars(select(ProcessInstance).where(ProcessInstance.case_id == sealers.case)).one()
            operations.cancel(session, instance, session.get_one(User, "dora"), "误建")

    sealers.sealed()
    with pytest.raises(Conflict, match="lifted first"):
        end()
    assert sealers.stands() == (DossierStatus.SEALED, True)


@covers("effect", "place")
def test_a_request_that_is_ended_frees_the_dossier(sealers):
    sealers.ask()
    with sealers.database.transaction() as session:
        instance = session.scalars(select(ProcessInstance).where(ProcessInstance.case_id == sealers.case)).one()
        operations.cancel(session, instance, session.get_one(User, "dora"), "误建")

    assert sealers.stands() == (DossierStatus.IN_STORE, False)
    assert sealers.row().ended_at is not None and sealers.broken() == []


@pytest.mark.parametrize(
    "planted",
    ["agreed_by = asked_by", "lift_asked_by = 'dora', lift_agreed_by = 'dora'", "issuer = ''", "sealed_by = NULL"],
)
def test_the_database_refuses_a_seal_of_one_person_or_without_a_document(everywhere, planted):
    everywhere.sealed()
    with pytest.raises(IntegrityError), everywhere.database.transaction() as session:
        session.execute(text(f"UPDATE seals SET {planted}"))


def test_a_sealed_dossier_without_its_seal_is_found(everywhere):
    everywhere.sealed()
    with everywhere.database.transaction() as session:
        session.execute(
            text(
                "UPDATE seals SET lifted_at = sealed_at, lift_agreed_by = 'dirk', lift_issuer = 'x', lift_number = 'x'"
            )
        )
    assert any("is sealed" in said for said in everywhere.broken())
