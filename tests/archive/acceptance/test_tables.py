"""What must always hold of acceptances: the database refuses the rest."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from archive.acceptance import figures, rounds
from archive.acceptance.models import (
    ACCEPTANCE_LABELS,
    Acceptance,
    AcceptanceArticle,
    AcceptanceDossier,
    AcceptanceRound,
    AcceptanceStatus,
    ArticleStatus,
    Subject,
)
from archive.scanning.models import ScanBatch
from tests.archive.images import scanned
from workflow import cases
from workflow.clock import now

OVER = datetime(2026, 7, 1, 9, tzinfo=UTC)


@pytest.fixture
def office(sqlite_office):
    """On one database; the constraints are the same text on both."""
    return sqlite_office


@pytest.fixture
def acceptance(session, clock, anna):
    """Of a batch of 100 pages at 35 fen."""
    case = cases.open_case(session, "SM-1", "Scanning", "scanning", anna.name)
    terms = {"firm": "云溪", "unit": "page", "unit_price": 35, "profile": {}, "planned_at": now(), "planned_by": "anna"}
    batch = ScanBatch(number="SM2026-0001", case_id=case.id, **terms)
    session.add(batch)
    session.flush()
    facts = {
        "title": "x",
        "supplier": "云溪",
        "applied": 100,
        "applied_at": now(),
        "applied_by": "vera",
        "handler": "anna",
    }
    made = Acceptance(subject=Subject.BATCH, case_id=case.id, batch_id=batch.id, unit_price=35, **facts)
    session.add(made)
    session.flush()
    return made


@pytest.fixture
def opened(session, acceptance):
    made = AcceptanceRound(acceptance_id=acceptance.id, number=1, rate=5, pass_rate=95, opened_at=now())
    session.add(made)
    session.flush()
    return made


ACCEPTED = {"status": AcceptanceStatus.ACCEPTED, "quantity": 90, "amount": 90 * 35}


def refused(session, table, row, **values):
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(update(table).where(table.id == row.id).values(**values))


@pytest.mark.parametrize(
    "values",
    [
        {"status": AcceptanceStatus.ACCEPTED},
        {**ACCEPTED, "amount": None},
        {**ACCEPTED, "amount": 90 * 35 + 1},
        {**ACCEPTED, "quantity": 101, "amount": 101 * 35},
        {**ACCEPTED, "status": AcceptanceStatus.OPEN},
        {"batch_id": None},
        {"subject": Subject.SERVICE},
    ],
    ids=str,
)
def test_what_is_accepted_has_a_quantity_within_what_was_applied_for_and_its_price(session, acceptance, values):
    refused(session, Acceptance, acceptance, **values)


@pytest.mark.parametrize(
    "values",
    [
        {"rate": 0},
        {"rate": 101},
        {"drawn_at": None, "seed": "a"},
        {"population": 5, "sample": 6},
        {"pages": 10, "good": 11},
        {"passed": True, "closed_at": None},
        {"passed": True, "fatal": 1, "closed_at": OVER},
    ],
    ids=str,
)
def test_a_round_that_cannot_be_is_refused(session, opened, values):
    refused(session, AcceptanceRound, opened, **values)


def test_a_sample_that_is_not_what_its_seed_draws_is_found(session, acceptance, opened):
    made = [scanned.dossier(session, serial, name) for serial, name in ((1, "秦琼"), (3, "罗成"), (5, "程咬金"))]
    session.add_all(AcceptanceDossier(round_id=opened.id, dossier_id=each.id) for each in made)
    opened.population = 3
    session.flush()
    drawn = rounds.draw(session, opened)
    session.flush()
    assert [each.sampled for each in drawn] == [True] * 3  # of so few, all
    assert list(rounds._redrawn(session)) == []
    session.execute(update(AcceptanceDossier).where(AcceptanceDossier.id == drawn[0].id).values(sampled=False))
    session.expire_all()

    (said,) = rounds._redrawn(session)
    assert "is not what its seed draws" in said


def test_a_sample_is_drawn_once(session, opened):
    session.add(AcceptanceDossier(round_id=opened.id, dossier_id=scanned.dossier(session).id))
    opened.population = 1
    session.flush()
    rounds.draw(session, opened)
    seed = opened.seed
    rounds.draw(session, opened)
    assert opened.seed == seed


def test_the_figures_count_what_is_over(session, acceptance):
    assert figures.of(session).first_pass_rate is None
    acceptance.status, acceptance.quantity, acceptance.amount = AcceptanceStatus.ACCEPTED, 100, 3500
    acceptance.first_pass, acceptance.decided_at, acceptance.contract_no = True, now(), "HT-1"
    session.flush()

    counted = figures.of(session)
    assert (counted.decided, counted.first, counted.accepted, counted.amount) == (1, 1, 100, 3500)
    assert counted.first_pass_rate == 100
    assert figures.payable(session, "HT-1") == [acceptance]
    assert figures.payable(session, "HT-2") == []


@pytest.mark.parametrize("values", [{"count": 0}, {"price": -1}, {"status": ArticleStatus.REFUSED, "why": ""}], ids=str)
def test_an_article_is_counted_priced_and_refused_for_a_reason(session, acceptance, values):
    article = AcceptanceArticle(acceptance_id=acceptance.id, number=1, name="x", count=1, price=0)
    session.add(article)
    session.flush()
    refused(session, AcceptanceArticle, article, **values)


def test_every_status_has_its_words():
    assert set(ACCEPTANCE_LABELS) == {*map(str, Subject), *map(str, AcceptanceStatus), *map(str, ArticleStatus)}
