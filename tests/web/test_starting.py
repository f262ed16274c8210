"""A process whose start event carries a form is offered to the groups that may start it, and starts from a page."""

import re

import pytest
from sqlalchemy import select

from tests.web import desk
from tests.workflow.world import drawn
from workflow import definitions, instances
from workflow.models import Case, ProcessInstance, UserTask

STARTED = "start s formKey=errand-start\nuser look candidateGroups=registry\nend e\ns -> look -> e"
FORM = desk.form(
    desk.field("what", "何事", "What", validate={"required": True, "maxLength": 20}),
    desk.field("unit", "单位", "Unit", properties={"label:en": "Unit", "suggest": "units"}),
)
ANSWER = {"what": "盘点", "number": "20260701-0000AB"}


def diagram(key="errand", starters='camunda:candidateStarterGroups="registry, director"', drawing=STARTED):
    told = f'<process name="临时事项" {starters}'
    xml = drawn(drawing, key, s={"caseTitle": "临时事项 ${what}"}).decode()
    return re.sub(r"<process(?=\s)", told, xml, count=1).encode()


def deploy(office, xml, form=FORM):
    with office.database.transaction() as session:
        definitions.deploy(session, xml, {"errand-start.form": form}, "eve")


@pytest.fixture
def errand(office, clock):
    deploy(office, diagram())


def started(office):
    with office.database.reading() as session:
        return list(session.scalars(select(Case)))


def test_the_page_lists_what_the_reader_may_start(errand, signed_in):
    assert 'href="/processes/errand/new"' in signed_in("anna").get("/processes").text
    page = signed_in("carl").get("/processes").text
    assert "/processes/errand/new" not in page and "没有可由您发起的流程" in page


def test_the_navigation_leads_to_it(errand, signed_in):
    assert 'href="/processes"' in signed_in("anna").get("/inbox").text


def test_a_filled_in_start_form_becomes_a_case_with_its_first_task(errand, office, signed_in):
    answer = signed_in("anna").post("/processes/errand/new", data=ANSWER)

    [case] = started(office)
    assert (answer.status_code, answer.location) == (303, f"/cases/{case.id}")
    assert (case.business_key, case.title, case.opened_by) == ("errand-20260701-0000AB", "临时事项 盘点", "anna")
    with office.database.reading() as session:
        instance = session.scalars(select(ProcessInstance)).one()
        assert instances.variables(session, instance) == {"what": "盘点", "initiator": "anna"}
        assert [task.activity_id for task in session.scalars(select(UserTask))] == ["look"]
    assert signed_in("anna").get(answer.location).status_code == 200


def test_sent_twice_it_is_begun_once(errand, office, signed_in):
    anna = signed_in("anna")
    first, second = (anna.post("/processes/errand/new", data=ANSWER).location for _twice in range(2))
    assert first == second
    assert len(started(office)) == 1


def test_each_form_drawn_begins_a_case_of_its_own(errand, office, signed_in):
    anna = signed_in("anna")
    for _twice in range(2):
        number = re.search(r'name="number" value="([^"]+)"', anna.get("/processes/errand/new").text)[1]
        assert re.fullmatch(r"20260701-[0-9A-F]{6}", number)
        anna.post("/processes/errand/new", data={**ANSWER, "number": number})
    assert len(started(office)) == 2


def test_a_number_somebody_else_has_is_refused(errand, office, signed_in):
    signed_in("anna").post("/processes/errand/new", data=ANSWER)
    answer = signed_in("bob").post("/processes/errand/new", data=ANSWER)
    assert (answer.status_code, len(started(office))) == (409, 1)


@pytest.mark.parametrize("number", ["", "x", "../../etc", "20260701-zzzzzz", "9" * 500])
def test_a_number_that_is_none_is_replaced(errand, office, signed_in, number):
    assert signed_in("anna").post("/processes/errand/new", data={**ANSWER, "number": number}).status_code == 303
    assert re.fullmatch(r"errand-20260701-[0-9A-F]{6}", started(office)[0].business_key)


def test_a_wrong_answer_keeps_what_was_typed_and_starts_nothing(errand, office, signed_in):
    answer = signed_in("anna").post("/processes/errand/new", data={**ANSWER, "what": "长" * 21})
    assert answer.status_code == 422
    assert "长" * 20 in answer.text and 'value="20260701-0000AB"' in answer.text
    assert started(office) == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/processes/errand/new"),
        ("POST", "/processes/errand/new"),
        ("PUT", "/processes/errand/new"),
        ("GET", "/processes/errand/choices/units"),
        ("GET", "/processes/none/new"),
        ("POST", "/processes/none/new"),
    ],
)
def test_who_may_not_start_it_finds_nothing(errand, office, signed_in, method, path):
    assert signed_in("carl").open(path, method=method, data=ANSWER if method != "GET" else None).status_code == 404
    assert started(office) == []


@pytest.mark.parametrize(
    ("starters", "drawing"),
    [
        ("", STARTED),
        ('camunda:candidateStarterGroups="director"', STARTED),
        ('camunda:candidateStarterGroups="registry"', STARTED.replace(" formKey=errand-start", "")),
        ('camunda:candidateStarterGroups="registry"', STARTED.replace("start s", "start s message=come")),
    ],
)
def test_without_its_group_or_a_plain_start_with_a_form_a_process_is_not_offered(
    office, clock, signed_in, starters, drawing
):
    deploy(office, diagram(starters=starters, drawing=drawing))
    anna = signed_in("anna")
    assert "/processes/errand/new" not in anna.get("/processes").text
    assert anna.get("/processes/errand/new").status_code == 404


def test_a_running_case_keeps_its_version_and_the_next_starts_on_the_newest(errand, office, signed_in):
    anna = signed_in("anna")
    anna.post("/processes/errand/new", data=ANSWER)
    deploy(office, diagram(), desk.form(desk.field("what", "事由", "Why")))
    assert "事由" in anna.get("/processes/errand/new").text
    anna.post("/processes/errand/new", data={**ANSWER, "number": "20260701-0000AC"})
    with office.database.reading() as session:
        rows = session.scalars(select(ProcessInstance).order_by(ProcessInstance.id))
        assert [row.definition.version for row in rows] == [1, 2]


def test_the_form_is_drawn_anew_without_keeping_anything(errand, office, signed_in):
    answer = signed_in("anna").ask("/processes/errand/new?fields=1", "PUT", data={"what": "盘"})
    assert answer.status_code == 200 and 'value="盘"' in answer.text and "<html" not in answer.text
    assert started(office) == []


def test_suggestions_come_only_from_what_the_form_names(errand, signed_in):
    anna = signed_in("anna")
    assert anna.get("/processes/errand/choices/units?field=unit&unit=云").status_code == 200
    assert anna.get("/processes/errand/choices/dossiers").status_code == 404


def test_an_unknown_starter_group_is_refused_by_name(office, clock):
    with pytest.raises(definitions.DefinitionRefused, match="no group “registri”"):
        deploy(office, diagram(starters='camunda:candidateStarterGroups="registri"'))


def test_the_page_speaks_english(errand, signed_in):
    anna = signed_in("anna")
    anna.post("/language", data={"language": "en"})
    assert "Start a process" in anna.get("/processes").text
    assert "What" in anna.get("/processes/errand/new").text
