"""Acceptances over HTTP: the sample and how far one is with it, the rounds, what is to be paid."""

import pytest

from archive.images.defect_tables import Defect
from archive.images.demands import ImageKind
from tests.processes.accepting import Accepters
from tests.standing import standing
from workflow.identity import Group


@pytest.fixture
def office(sqlite_office):
    """On one database; the pages ask nothing a database could answer otherwise."""
    return sqlite_office


@pytest.fixture
def accepters(office, clock) -> Accepters:
    """A batch whose sample is being checked."""
    made = standing(Accepters, office)
    with made.database.transaction() as session:
        session.get_one(Group, "review").permissions = ["dossiers.read", "images.check", "scanning.read"]
        session.get_one(Group, "registry").permissions = ["scanning.read"]
    made.handed_in()
    made.applied()
    return made


def test_a_checker_sees_the_sample_and_what_is_left_to_look_at(accepters, signed_in):
    remy = signed_in("remy")
    shown = remy.get("/acceptances/1").text
    assert "/dossiers/1/images?stage=owner" in shown and accepters.no() in shown
    assert '<td class="num">6</td>' in shown
    accepters.see("rita")
    assert '<td class="num">6</td>' in remy.get("/acceptances/1").text  # each looks for oneself
    assert "已查看0/3页" in remy.get("/dossiers/1/images?stage=owner").text
    accepters.see("remy")
    assert '<td class="num">0</td>' in remy.get("/acceptances/1").text
    assert "已查看3/3页" in remy.get("/dossiers/1/images?stage=owner").text


def test_the_rounds_and_what_is_to_be_paid_stand_on_the_page(accepters, signed_in):
    accepters.find(Defect.UNREADABLE, kind=ImageKind.RAW)
    accepters.checked()
    accepters.notified()
    shown = signed_in("remy").get("/acceptances/1").text
    assert "不合格" in shown and "〔2026〕验字0002号" in shown and "2 / 3" in shown


def test_what_was_accepted_is_counted_on_the_list(accepters, signed_in):
    accepters.checked()
    accepters.signed()
    remy = signed_in("remy")
    shown = remy.get("/acceptances").text
    assert "一次验收合格1/1（100.0%）" in shown and "验收合格3/3" in shown and "1.05" in shown
    assert "应付1.05元" in remy.get("/acceptances/1").text


def test_who_has_nothing_to_do_with_it_does_not_find_it(accepters, signed_in):
    assert signed_in("bob").get("/acceptances/99").status_code == 404
    assert signed_in("carl").get("/acceptances").status_code == 403
    assert signed_in("carl").get("/acceptances/1").status_code == 403
