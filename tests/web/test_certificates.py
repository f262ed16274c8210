"""The public page that verifies certificates."""

import pytest

from tests.processes.certifying import Certifiers
from tests.standing import standing


@pytest.fixture
def office(sqlite_office):
    """On one database; tests/processes/test_certificate.py asks the other."""
    return sqlite_office


@pytest.fixture
def paper(office, clock) -> dict[str, str]:
    """Number and check code of a sealed certificate, as its QR code says them."""
    certifiers = standing(Certifiers, office)
    certifiers.sealed()
    number, code = certifiers.code().split()
    return {"number": number, "code": code}


def test_anybody_may_ask_and_learns_nothing_of_the_person(browser, paper):
    answer = browser.post("/certificates/verification", data=paper)
    assert answer.status_code == 200
    assert paper["number"] in answer.text and "2026-07-01" in answer.text and 'role="status"' in answer.text
    assert [part for part in ("李明1", "110105", "YX2026", "1990") if part in answer.text] == []


def test_the_address_of_the_qr_code_fills_the_form_in_and_answers_nothing_yet(browser, paper):
    answer = browser.get("/certificates/verification", query_string=paper)
    assert answer.status_code == 200
    assert f'value="{paper["code"]}"' in answer.text and 'class="notice' not in answer.text


def test_whatever_is_wrong_the_answer_is_the_same(browser, paper, clock):
    said = set()
    for wrong in ({"code": "AAAAAAAA"}, {"number": "〔2026〕证字0002号"}, {"number": "x", "code": "é\x00"}):
        answer = browser.post("/certificates/verification", data={**paper, **wrong})
        said.add((answer.status_code, answer.text.split('role="alert">')[1].split("</p>")[0]))
        clock.move(hours=1)
    assert len(said) == 1 and said.pop()[0] == 422


def test_guessing_is_slowed_down_and_the_right_code_is_not_counted(browser, paper, clock):
    for _ in range(5):
        assert browser.post("/certificates/verification", data=paper).status_code == 200
    wrong = {**paper, "code": "AAAAAAAA"}
    told = [browser.post("/certificates/verification", data=wrong).status_code for _ in range(4)]
    assert told == [422, 422, 422, 429]
    assert browser.post("/certificates/verification", data=paper).status_code == 429
    clock.move(seconds=4)
    assert browser.post("/certificates/verification", data=paper).status_code == 200


def test_guessing_certificates_does_not_keep_anybody_from_signing_in(browser, paper):
    for _ in range(4):
        browser.post("/certificates/verification", data={**paper, "code": "AAAAAAAA"})
    assert browser.sign_in("anna").status_code == 302
