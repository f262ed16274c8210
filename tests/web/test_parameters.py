"""The pages of parameters: what holds, where it comes from, its history, the form that changes it."""

import pytest

from archive import parameters
from web.parameters import CHOICE_LABELS, SUBJECTS, UNIT_LABELS
from workflow.identity import Group

TYPED = {"value": "8", "valid_from": "2026-08-01", "reason": "党委会决定", "source": "云人社〔2026〕5号"}


@pytest.fixture
def dora(office, clock, signed_in):
    return signed_in("dora")


def held(office, key):
    with office.database.reading() as session:
        return [(row.value, str(row.valid_from)) for row in parameters.history(session, key)]


def test_every_parameter_is_listed_with_value_unit_and_source(dora):
    page = dora.get("/parameters").text

    assert [key for key in parameters.KNOWN if f'href="/parameters/{key}"' not in page] == []
    assert "10 个工作日" in page and "¥50,000.00" in page and "《干部人事档案工作条例》（2018）" in page


def test_the_page_speaks_english_too(dora):
    dora.post("/language", data={"language": "en", "next": "/parameters"})
    page = dora.get("/parameters").text
    assert "10 working days" in page and "Regulations on cadre personnel dossiers (2018)" in page
    assert "Political review, party membership" in dora.get("/parameters/reading_purposes").text


def test_a_change_is_told_and_stands_in_the_history_and_the_list(office, dora):
    told = dora.post("/parameters/loan_days", data=TYPED, follow_redirects=True).text

    assert "自 2026-08-01 起生效" in told
    assert "党委会决定" in told and "云人社〔2026〕5号" in told and "朵拉" in told and "未生效" in told
    assert "自 2026-08-01 起：8 个工作日" in dora.get("/parameters").text
    assert held(office, "loan_days") == [(8, "2026-08-01")]


def test_what_holds_now_what_is_past_and_what_was_replaced_are_told_apart(office, dora, clock):
    for value in ("8", "7"):
        dora.post("/parameters/loan_days", data={**TYPED, "value": value, "valid_from": "2026-07-01"})
    page = dora.get("/parameters/loan_days").text

    assert page.count("现行") == 1 and page.count("已被替换") == 1
    assert page.index("现行") < page.index("已被替换")


def test_a_bad_value_comes_back_with_the_form_as_it_was_typed(office, dora):
    answer = dora.post("/parameters/loan_days", data={**TYPED, "value": "十"})

    assert answer.status_code == 422
    assert "应为整数" in answer.text and 'value="十"' in answer.text and 'value="党委会决定"' in answer.text
    assert 'aria-invalid="true" aria-describedby="value-problem"' in answer.text
    assert held(office, "loan_days") == []


def test_a_list_is_edited_as_rows(office, dora):
    purposes = parameters.KNOWN["reading_purposes"].default
    page = dora.get("/parameters/reading_purposes").text
    assert page.count('<select id="value-') == len(purposes)

    more = dora.post("/parameters/reading_purposes", data={**TYPED, "value": purposes, "rearrange": "add"}).text
    assert more.count('<select id="value-') == len(purposes) + 1
    fewer = dora.post("/parameters/reading_purposes", data={**TYPED, "value": purposes, "rearrange": "0"}).text
    assert fewer.count('<select id="value-') == len(purposes) - 1 and 'value="党委会决定"' in fewer
    assert held(office, "reading_purposes") == []

    dora.post("/parameters/reading_purposes", data={**TYPED, "value": ["daily", "", "talent"]})
    assert held(office, "reading_purposes") == [(["daily", "talent"], "2026-08-01")]


def test_a_wrong_row_is_named(office, dora):
    answer = dora.post("/parameters/reading_purposes", data={**TYPED, "value": ["daily", "curiosity", "daily"]})
    assert answer.status_code == 422
    assert "第2行不在可选值之内" in answer.text and "第3行与前面的行重复" in answer.text


def test_everybody_may_look_but_only_the_role_changes(office, signed_in, clock):
    anna = signed_in("anna")
    assert "借" in anna.get("/parameters/loan_days").text
    assert 'name="valid_from"' not in anna.get("/parameters/loan_days").text
    assert anna.post("/parameters/loan_days", data=TYPED).status_code == 403
    assert 'href="/parameters"' not in anna.get("/inbox").text.split("</nav>")[0]
    assert held(office, "loan_days") == []


def test_the_security_role_keeps_what_is_its_own(office, signed_in, clock):
    with office.database.transaction() as session:
        session.get_one(Group, "registry").permissions = [parameters.SECURITY]
    anna = signed_in("anna")

    assert 'href="/parameters"' in anna.get("/parameters").text.split("</nav>")[0]
    assert anna.post("/parameters/log_keep", data={**TYPED, "value": "12"}).status_code == 303
    assert anna.post("/parameters/loan_days", data=TYPED).status_code == 403


def test_an_unknown_parameter_is_not_found(dora):
    assert dora.get("/parameters/colour").status_code == 404
    assert dora.post("/parameters/colour", data=TYPED).status_code == 404


def test_every_unit_and_choice_has_words():
    units = {known.unit for known in parameters.KNOWN.values()}
    assert sorted(units - set(UNIT_LABELS)) == ["%", "KB", "dpi", "°", "°C"]
    for key, labels in CHOICE_LABELS.items():
        assert set(parameters.KNOWN[key].default) <= set(labels), key
    of_the_office = {"log", "closing", "keeper", "dossier", "public"}
    assert {key.partition("_")[0] for key in parameters.KNOWN} - set(SUBJECTS) <= of_the_office
