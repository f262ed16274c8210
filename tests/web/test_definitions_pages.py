"""Definitions: list, diagram, findings, deployment from a file."""

import io

import pytest
from sqlalchemy import func, select

from tests.web import desk
from tests.workflow.decisions import asking
from tests.workflow.decisions.drawing import dmn
from tests.workflow.world import drawn
from workflow import definitions
from workflow.models import ProcessDefinition

TWICE = "start s\nuser look candidateGroups=registry\nend e\ns -> look -> e"


def upload(browser, xml, name="small.bpmn", **resources):
    files = [(io.BytesIO(content), key) for key, content in resources.items()]
    data = {"diagram": (io.BytesIO(xml), name), "resources": files}
    return browser.post("/definitions", data=data, content_type="multipart/form-data")


def versions(office):
    with office.database.reading() as session:
        return session.scalar(select(func.count()).select_from(ProcessDefinition))


@pytest.fixture
def eve(signed_in):
    return signed_in("eve")


def test_a_diagram_is_deployed_from_a_file(eve, office):
    answer = upload(eve, drawn(TWICE, "small"))
    assert answer.status_code == 303
    page = eve.get("/definitions").text
    assert "small" in page and "第 1 版已部署" in page


def test_the_same_file_twice_gives_one_version(eve, office):
    for _twice in range(2):
        upload(eve, drawn(TWICE, "small"))
    assert versions(office) == 1


def test_an_edited_diagram_that_keeps_people_less_apart_is_said_to(eve, office):
    two = "start s\nuser a candidateGroups=registry\nuser b candidateGroups=registry\nend e\ns -> a -> b -> e"
    upload(eve, drawn(two, "small", b={"differentFrom": "a"}))
    eve.get("/definitions")
    upload(eve, drawn(two, "small"))
    said = "上一版要求 b differentFrom=a；这一版中“b”的要求降低了。"
    assert f"b: {said}" in eve.get("/definitions").text
    assert said in eve.get("/definitions/small").text
    assert said not in eve.get("/definitions/small?version=1").text


def test_forms_may_come_along_and_are_kept_for_the_next_version(eve, office):
    first = drawn(desk.REVIEW, "desk")
    assert upload(eve, first, **desk.FORMS).status_code == 303
    second = drawn(
        desk.REVIEW.replace("candidateGroups=registry formKey=desk-look", "candidateGroups=director formKey=desk-look"),
        "desk",
    )
    assert upload(eve, second).status_code == 303
    assert versions(office) == 2


def test_a_table_may_come_along_and_another_file_takes_its_place(eve, office):
    assert upload(eve, asking.drawn(), **{"fees.dmn": dmn(fee=asking.FEE)}).status_code == 303
    assert upload(eve, asking.drawn()).status_code == 303
    assert versions(office) == 1
    assert upload(eve, asking.drawn(), **{"fees-2027.dmn": dmn(fee=asking.DEARER)}).status_code == 303
    with office.database.reading() as session:
        newest = definitions.latest(session, "p")
        assert (newest.version, list(definitions.resources(session, newest))) == (2, ["fees-2027.dmn"])


def test_a_table_with_a_cell_that_cannot_be_used_is_refused_with_its_place(eve, office):
    answer = upload(eve, asking.drawn(), **{"fees.dmn": dmn(fee="FIRST | amount || fee\n | many || 1")})
    assert answer.status_code == 422
    assert "决策“The fee”第 1 行“amount”列" in answer.text
    assert versions(office) == 0


@pytest.mark.parametrize(
    ("xml", "said"),
    [
        (b"", "empty"),
        (b"not xml", "well-formed"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "DOCTYPE"),
        (drawn(TWICE.replace("registry", "pirates"), "small"), "pirates"),
        (drawn(TWICE.replace("candidateGroups", "formKey=no-such-form candidateGroups"), "small"), "no-such-form"),
    ],
)
def test_a_bad_diagram_is_refused_with_sentences_and_nothing_is_deployed(eve, office, xml, said):
    eve.post("/language", data={"language": "en"})
    answer = upload(eve, xml)
    assert answer.status_code == 422
    assert said in answer.text
    assert versions(office) == 0


def test_something_else_than_a_diagram_is_refused(eve, office):
    answer = upload(eve, b"%PDF-1.7", "letter.pdf")
    assert answer.status_code == 422 and "letter.pdf 不是 BPMN 文件" in answer.text
    answer = eve.post("/definitions", data={}, content_type="multipart/form-data")
    assert answer.status_code == 422 and "请选择一个 BPMN 文件" in answer.text


@pytest.fixture
def deployed(office):
    with office.database.transaction() as session:
        desk.deploy(session)


def test_a_process_shows_its_diagram_steps_and_versions(eve, deployed):
    page = eve.get("/definitions/desk").text
    assert 'data-diagram="/definitions/desk/1/diagram"' in page
    assert "查看" in page and "desk-look" in page and "<td>档案室</td>" in page
    eve.post("/language", data={"language": "en"})
    assert "Look at it" in eve.get("/definitions/desk?version=1").text


def test_the_diagram_is_a_download(eve, deployed):
    answer = eve.get("/definitions/desk/1/diagram")
    assert answer.data.startswith(b"<")
    assert answer.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    "path",
    ["/definitions/none", "/definitions/desk?version=7", "/definitions/desk/7/diagram", "/definitions/none/1/diagram"],
)
def test_what_is_not_deployed_is_not_found(eve, deployed, path):
    assert eve.get(path).status_code == 404
