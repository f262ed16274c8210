"""Certificates below the process: kinds, QR codes, what fsck finds, what the database refuses."""

import io

import pytest
import zxingcpp
from PIL import Image
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from archive import documents, qr_codes
from archive.certificates import kinds
from archive.certificates.kinds import KIND_LABELS, RULES, Asker, CertificateKind
from archive.certificates.models import CERTIFICATE_LABELS, Certificate, CertificateStatus, CertifiedFact
from archive.materials import catalogue
from archive.materials.rows import Row
from archive.numbers import IssuedNumber
from tests.processes.certifying import Certifiers
from tests.standing import standing
from workflow import fsck


def test_every_kind_has_a_rule_and_a_label():
    assert set(RULES) == set(KIND_LABELS) == set(CertificateKind)
    assert set(CERTIFICATE_LABELS) == set(CertificateStatus)


def test_political_review_alone_is_for_units_only_and_by_two():
    for_units = {kind for kind, rule in RULES.items() if rule.askers == {Asker.UNIT}}
    assert for_units == {CertificateKind.POLITICAL}
    assert {kind for kind, rule in RULES.items() if rule.investigators > 1} == for_units


def test_present_conduct_is_no_kind_of_certificate():
    assert not any("表现" in rule.title for rule in RULES.values())


def test_all_kinds_are_issued_until_the_office_says_otherwise(session):
    assert kinds.offered(session) == list(CertificateKind)


@pytest.mark.parametrize("said", ["A", "〔2026〕证字0001号 ABCD2345", "https://da.example/" + "x" * 150])
def test_a_qr_code_says_what_was_put_into_it(said):
    picture = Image.open(io.BytesIO(qr_codes.png(said)))
    assert picture.format == "PNG"
    assert zxingcpp.read_barcode(picture.convert("L")).text == said


def test_the_papers_of_certificates_stand_in_the_series_of_certificates():
    assert documents.KINDS["certificate"].series == "certificate"
    assert documents.KINDS["certificate_refusal"].series is None


# planted


@pytest.fixture
def sealed(sqlite_office, clock) -> Certifiers:
    certifiers = standing(Certifiers, sqlite_office, 2)
    certifiers.sealed()
    return certifiers


def found(session) -> set[str]:
    return {problem.check for problem in fsck.run(session)}


def test_fsck_finds_facts_of_another_dossier_none_at_all_and_a_number_that_is_not_void(sealed):
    database = sealed.database
    with database.reading() as session:
        assert found(session) == set()
    with pytest.raises(Undone), database.transaction() as session:
        second = session.merge(sealed.dossier(2))
        [foreign] = catalogue.save(session, second, [Row("学籍表", "4-1", "1990-07", "1")], "rosa")
        session.execute(update(CertifiedFact).values(material_id=foreign.id))
        assert found(session) == {"certified_as_recorded"}
        raise Undone
    with pytest.raises(Undone), database.transaction() as session:
        session.execute(CertifiedFact.__table__.delete())
        assert found(session) == {"certified_as_recorded"}
        raise Undone
    with pytest.raises(Undone), database.transaction() as session:
        session.execute(update(Certificate).values(status=CertificateStatus.VOID))
        assert found(session) == {"certificates_void_with_their_number"}
        raise Undone
    with database.reading() as session:
        assert session.get_one(IssuedNumber, sealed.certificate().number).voided_at is None


@pytest.mark.parametrize(
    "planted",
    [
        {"kind": CertificateKind.POLITICAL},
        {"number": None},
        {"check_mark": None},
        {"sealed_at": None},
        {"status": CertificateStatus.REFUSED},
    ],
)
def test_the_database_refuses_a_certificate_that_cannot_be(sealed, planted):
    with pytest.raises(IntegrityError), sealed.database.transaction() as session:
        session.execute(update(Certificate).values(**planted))


class Undone(Exception):
    """What was planted goes."""
