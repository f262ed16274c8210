"""Drafts and repeated requests: nothing lies open, nothing is done twice, nothing refused leaves a trace."""

import base64
import io
import json

import pytest
from PIL import Image
from sqlalchemy import func, select, text

from tests.people import PASSWORD
from tests.web import desk
from tests.workflow.world import drawn
from workflow import cases, definitions, instances, registry, tasks
from workflow.errors import Invalid
from workflow.identity import User
from workflow.models import StoredFile, UserTask
from workflow.statuses import TaskStatus

CANARY = "11010519491231002X"
SIGNED = desk.form(
    {"type": "textfield", "key": "seen", "label": "所见", "properties": {"label:en": "What is seen"}},
    {"type": "textfield", "key": "sign", "label": "签名", "properties": {"kind": "signature", "label:en": "Signature"}},
    {"type": "filepicker", "key": "scan", "label": "扫描件", "properties": {"label:en": "Scan"}},
)
DRAWING = """
    start s
    user look candidateGroups=registry formKey=signed
    end e
    s -> look -> e
"""


@pytest.fixture
def signing(office) -> int:
    """A task of anna's that asks for a signature and a file; its listener refuses when it is told to."""
    with office.database.transaction() as session:
        xml = drawn(DRAWING, "signing", look={"name:en": "Look"})
        definition = definitions.deploy(session, xml, {"signed.form": SIGNED}, "eve")
        case = cases.open_case(session, "S-1", "张三", "signing", "system")
        instance = instances.start(session, definition, case, "system", {})
        task = desk.waiting(session, instance.id)[0]
        tasks.claim(session, task, session.get_one(User, "anna"))
        return task.id


def answers(**more):
    picture = io.BytesIO()
    Image.new("RGB", (4, 4)).save(picture, "PNG")
    picture.seek(0)
    return {"seen": "完好", "sign.password": PASSWORD, "request_key": "one", "scan": (picture, "a.png"), **more}


def stored(office) -> int:
    with office.database.reading() as session:
        return session.scalar(select(func.count()).select_from(StoredFile))


def test_a_draft_lies_sealed_and_comes_back(office, clock, signed_in):
    task_id = desk.put(office, claimed_by="anna")[0]
    anna = signed_in("anna")

    assert anna.put(f"/tasks/{task_id}/draft", data={"seen": CANARY}).status_code == 200

    with office.database.reading() as session:
        kept = json.dumps(session.execute(text("SELECT * FROM task_drafts")).mappings().one()["values"])
    assert CANARY not in kept
    assert base64.b64encode(CANARY.encode()).decode()[:16] not in kept
    assert CANARY in anna.get(f"/tasks/{task_id}").text


def test_a_draft_that_cannot_be_opened_is_as_if_there_were_none(office, clock, signed_in):
    task_id = desk.put(office, claimed_by="anna")[0]
    anna = signed_in("anna")
    anna.put(f"/tasks/{task_id}/draft", data={"seen": CANARY})

    for broken in ({"sealed": "AAAA"}, {"sealed": "?"}, {"seen": CANARY}):
        with office.database.transaction() as session:
            tasks.save_draft(session, session.get_one(UserTask, task_id), session.get_one(User, "anna"), broken)
        page = anna.get(f"/tasks/{task_id}")
        assert page.status_code == 200
        assert CANARY not in page.text


def test_a_signed_request_with_a_file_sent_twice_is_done_once_and_answered_twice(office, clock, signed_in, signing):
    anna = signed_in("anna")

    first = anna.post(f"/tasks/{signing}/completion", data=answers(), follow_redirects=False)
    clock.move(seconds=1)
    second = anna.post(f"/tasks/{signing}/completion", data=answers())

    assert (first.status_code, second.status_code) == (303, 303)
    assert stored(office) == 1
    assert anna.post(f"/tasks/{signing}/completion", data=answers(seen="另一答案")).status_code == 422
    later = answers(seen="另一答案", request_key="two")
    assert anna.post(f"/tasks/{signing}/completion", data=later).status_code == 409
    assert stored(office) == 1


def test_a_refused_completion_keeps_no_file(office, clock, signed_in, signing, monkeypatch):
    def refuse(*_):
        raise Invalid({"seen": []}, message="Not so.")

    monkeypatch.setitem(registry.listeners, "test.refuse", refuse)
    with office.database.transaction() as session:
        xml = drawn(DRAWING, "refusing", look={"name:en": "Look"}).replace(
            b"</extensionElements>",
            b'<camunda:taskListener event="complete" delegateExpression="test.refuse"/></extensionElements>',
            1,
        )
        definition = definitions.deploy(session, xml, {"signed.form": SIGNED}, "eve")
        case = cases.open_case(session, "S-2", "李四", "refusing", "system")
        task = desk.waiting(session, instances.start(session, definition, case, "system", {}).id)[0]
        tasks.claim(session, task, session.get_one(User, "anna"))

    answer = signed_in("anna").post(f"/tasks/{task.id}/completion", data=answers())

    assert answer.status_code == 422
    assert stored(office) == 0
    assert desk.stand(office, task.id).status is TaskStatus.OPEN
