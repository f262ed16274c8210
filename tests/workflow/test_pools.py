"""Several pools in one file, one executable process each: deployed together, their messages correlated by key."""

import pytest
from lxml import etree
from sqlalchemy import select

from tests.workflow.engine.drawing import bpmn
from tests.workflow.world import begin, do, open_tasks, work
from workflow import definitions, event_starts, fsck, history, instances
from workflow.errors import DefinitionRefused
from workflow.models import Case, Message, ProcessDefinition, ProcessInstance
from workflow.statuses import InstanceStatus, MessageStatus

pytestmark = pytest.mark.usefixtures("clock")
MODEL = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
READER = """
    start rs
    user order candidateGroups=registry
    send ask message=wanted key=number payload=book
    catch answer message=answered key=number
    user read candidateGroups=registry
    end re
    rs -> order -> ask -> answer -> read -> re
"""
STORE = """
    start ss message=wanted
    user fetch candidateGroups=registry
    end se message=answered key=number payload=shelf
    ss -> fetch -> se
"""


def pools(**drawings):
    """One file: the processes side by side, what they refer to once, and a collaboration with a pool for each."""
    whole = None
    for key, drawing in drawings.items():
        root = etree.fromstring(bpmn(drawing, key))
        if whole is None:
            whole = root
            continue
        there = {element.get("id") for element in whole}
        whole.extend(element for element in list(root) if element.get("id") not in there)
    collaboration = etree.SubElement(whole, MODEL + "collaboration", id="all")
    for key in drawings:
        etree.SubElement(collaboration, MODEL + "participant", id=f"pool-{key}", processRef=key)
    etree.SubElement(collaboration, MODEL + "messageFlow", id="m", sourceRef="ask", targetRef="ss")
    return etree.tostring(whole)


def deployed(office, tmp_path, content):
    (tmp_path / "both.bpmn").write_bytes(content)
    with office.database.transaction() as session:
        return [each.key for each in definitions.deploy_folder(session, tmp_path, tmp_path, "eve")]


def of(session, key):
    query = select(ProcessInstance).join(ProcessDefinition).where(ProcessDefinition.key == key)
    return list(session.scalars(query.order_by(ProcessInstance.id)))


def test_two_pools_talk_by_messages_from_start_to_end(office, tmp_path, anna):
    assert deployed(office, tmp_path, pools(reader=READER, store=STORE)) == ["reader", "store"]
    with office.database.transaction() as session:
        for number in ("A1", "A2"):
            asking = begin(session, definitions.latest(session, "reader"), number=number, book=f"卷 {number}")
            do(session, asking, "order", anna)
    work(office)

    with office.database.transaction() as session:
        assert [case.business_key for case in session.scalars(select(Case).order_by(Case.id))][2:] == [
            "store-A1",
            "store-A2",
        ]
        first, second = of(session, "store")
        assert instances.variables(session, second) == {"book": "卷 A2"}
        do(session, second, "fetch", anna, number="A2", shelf="B-7")
    work(office)

    with office.database.reading() as session:
        first, second = of(session, "reader")
        assert (list(open_tasks(session, first)), list(open_tasks(session, second))) == ([], ["read"])
        assert instances.variables(session, second)["shelf"] == "B-7"
        assert [each.status for each in of(session, "store")] == [InstanceStatus.RUNNING, InstanceStatus.COMPLETED]
        assert [problem.sentence for problem in fsck.run(session)] == []


def test_an_answer_before_the_question_is_heard_is_kept(office, tmp_path, anna):
    """The store answers while the reader is still at a task before its catch event."""
    late = READER.replace("rs -> order -> ask -> answer", "rs -> ask -> order -> answer")
    deployed(office, tmp_path, pools(reader=late, store=STORE))
    with office.database.transaction() as session:
        begin(session, definitions.latest(session, "reader"), number="A1", book="卷一")
    work(office)
    with office.database.transaction() as session:
        do(session, of(session, "store")[0], "fetch", anna, number="A1", shelf="B-7")
    work(office)
    with office.database.reading() as session:
        assert session.scalars(select(Message.status).order_by(Message.id.desc())).first() is MessageStatus.WAITING

    with office.database.transaction() as session:
        do(session, of(session, "reader")[0], "order", anna)
    work(office)
    with office.database.reading() as session:
        assert list(open_tasks(session, of(session, "reader")[0])) == ["read"]


def test_a_second_question_of_a_key_begins_again_in_its_case(sqlite_office, tmp_path, anna):
    deployed(sqlite_office, tmp_path, pools(reader=READER, store=STORE))
    with sqlite_office.database.transaction() as session:
        for _twice in range(2):
            do(session, begin(session, definitions.latest(session, "reader"), number="A1", book="x"), "order", anna)
    work(sqlite_office)
    with sqlite_office.database.transaction() as session:
        (only,) = of(session, "store")
        do(session, only, "fetch", anna, number="A1", shelf="B-7")
    assert event_starts.sweep(sqlite_office.database) == 1
    with sqlite_office.database.reading() as session:
        first, second = of(session, "store")
        assert first.case_id == second.case_id
        assert (first.status, second.status) == (InstanceStatus.COMPLETED, InstanceStatus.RUNNING)
        kinds = [event.kind for event in history.timeline(session, second.case)]
        assert [kinds.count(kind) for kind in ("opened", "started", "closed")] == [1, 2, 1]


def test_a_fault_in_one_pool_deploys_none(sqlite_office, tmp_path):
    with pytest.raises(DefinitionRefused, match="both.bpmn"):
        deployed(sqlite_office, tmp_path, pools(reader=READER, store=STORE.replace("=registry", "=nobody")))
    with sqlite_office.database.reading() as session:
        assert definitions.all_latest(session) == []
