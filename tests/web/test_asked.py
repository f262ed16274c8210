"""A URL may say anything: no page answers it with a failure."""

import pytest

from tests.web import desk
from workflow.identity import Group

HUGE = "9" * 30
IDS = (
    "/tasks/{}",
    "/cases/{}",
    "/cases/{}/diagram.bpmn",
    "/packs/{}",
    "/packs/imports/{}",
    "/dossiers/{}",
    "/documents/{}",
    "/files/{}",
)
QUERIES = (
    "/inbox?view=groups&text=%00&process=%00&activity=%00&group=%00",
    "/inbox?due=%00&sort=%00&view=%00",
    "/cases?text=%00%25_&process=%00&before={}",
    "/packs?text=%00&before={}&list_id={}&status=%00&code=%00",
    "/dossiers?text=%00",
    "/scan?code=%00",
    "/days?x={}",
    "/cases/1/diagram.bpmn?instance={}",
    "/tasks/1/next?try=-{}",
)


@pytest.fixture
def reader(office, clock, signed_in):
    """anna may read everything of the desk; one case is hers to see."""
    desk.put(office)
    with office.database.transaction() as session:
        session.get_one(Group, "registry").permissions = ["dossiers.read", "packs.import", "packs.receive"]
    return signed_in("anna")


@pytest.mark.parametrize("path", IDS)
def test_an_id_no_row_can_have_is_not_found(reader, path):
    assert reader.get(path.format(HUGE)).status_code == 404
    assert reader.get(path.format(987654)).status_code == 404


@pytest.mark.parametrize("path", QUERIES)
def test_a_strange_question_is_answered(reader, path):
    assert reader.get(path.format(HUGE, HUGE)).status_code in (200, 404)


def test_strange_choices_are_no_choice(reader):
    assert reader.post("/inbox/claims", data={"task": [HUGE, "-1", "x"]}).status_code == 422
    assert reader.get(f"/inbox/completions/new?task={HUGE}").status_code == 422
    assert reader.post("/scan", data={"code": "\x00" * 5}).status_code == 200


def test_text_with_a_nul_is_refused_or_cleaned_never_a_failure(reader):
    facts = {"tracking_no": "10\x0012345678999", "channel": "ems", "sender": "云\x00溪"}
    assert reader.post("/packs/unlisted", data={**facts, "id_no": "1\x00"}).status_code == 422
    task = {"seen": "a\x00b", "request_key": "\x00"}
    assert reader.post("/tasks/1/claim").status_code == 303
    assert reader.put("/tasks/1/draft", data=task).status_code == 200
    assert reader.post("/tasks/1/completion", data=task).status_code == 422
