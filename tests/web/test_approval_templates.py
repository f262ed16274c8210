"""A manager takes the template of an approval form from the process's page, and deploys a changed one."""

import io

import pytest
from docx import Document

from tests.web.test_definitions_pages import TWICE, upload
from tests.workflow.around.test_sheets import template
from tests.workflow.world import drawn

PLACE = "/definitions/small/{}/approval.docx"


@pytest.fixture
def office(sqlite_office):
    """What a version pins is read alike on either database."""
    return sqlite_office


@pytest.fixture
def eve(signed_in):
    return signed_in("eve")


def first_line(answer):
    return Document(io.BytesIO(answer.data)).paragraphs[0].text


def test_the_shipped_one_is_taken_and_a_changed_one_deployed(eve):
    upload(eve, drawn(TWICE, "small"))
    assert PLACE.format(1) in eve.get("/definitions/small").text
    assert first_line(eve.get(PLACE.format(1))) != "本单位"
    answer = upload(eve, drawn(TWICE, "small"), **{"approval-small.docx": template("本单位")})

    assert answer.status_code == 303
    assert first_line(eve.get(PLACE.format(2))) == "本单位"
    assert first_line(eve.get(PLACE.format(1))) != "本单位"
    assert eve.get(PLACE.format(3)).status_code == 404


def test_a_diagram_sent_again_alone_keeps_the_template(eve):
    upload(eve, drawn(TWICE, "small"), **{"approval-small.docx": template("本单位")})
    upload(eve, drawn(TWICE.replace("look", "see"), "small"))
    assert first_line(eve.get(PLACE.format(2))) == "本单位"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [("approval-other.docx", template("x"), "不属于这些流程图中的任何流程"), ("approval-small.docx", b"x", "模板")],
)
def test_what_belongs_nowhere_or_cannot_be_used_is_refused(eve, name, content, said):
    answer = upload(eve, drawn(TWICE, "small"), **{name: content})
    assert answer.status_code == 422 and said in answer.text
    assert eve.get("/definitions/small").status_code == 404


def test_who_may_not_deploy_does_not_get_it(eve, signed_in):
    upload(eve, drawn(TWICE, "small"))
    assert signed_in("anna").get(PLACE.format(1)).status_code == 403
