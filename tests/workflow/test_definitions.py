"""Deploying: versions never change, the same content is the same version, what it uses is pinned."""

import pytest
from sqlalchemy import func, select

from tests.workflow import made
from tests.workflow.world import REVIEW, drawn
from workflow import attachments, comments, definitions, history
from workflow.errors import DefinitionRefused, Invalid, NotFound
from workflow.models import ProcessDefinition, ResourceContent

pytestmark = pytest.mark.usefixtures("clock")
ONE, TWO = b'{"components": []}', b'{"components": [{"type": "text", "text": "2"}]}'
FORM = {"open": {"formKey": "review-open"}}


def deploy(session, forms=None, drawing=REVIEW, key="p", **said):
    return definitions.deploy(session, drawn(drawing, key, **said), forms or {}, "eve")


def test_the_same_content_is_the_same_version(session):
    assert deploy(session) is deploy(session)
    assert session.scalar(select(func.count()).select_from(ProcessDefinition)) == 1


def test_changed_content_is_a_new_version_and_the_old_stays(session):
    first, second = deploy(session), deploy(session, open={"priority": "80"})

    assert (first.version, second.version) == (1, 2)
    assert definitions.latest(session, "p") is second
    assert definitions.versions(session, "p") == [second, first]
    assert definitions.model(session, first).activities["open"].priority is None
    assert definitions.model(session, second).activities["open"].priority == "80"


def test_a_form_is_pinned_and_its_change_is_a_new_version(session):
    first = deploy(session, {"review-open.form": ONE, "other.form": ONE}, **FORM)
    second = deploy(session, {"review-open.form": TWO, "other.form": TWO}, **FORM)
    again = deploy(session, {"review-open.form": TWO}, **FORM)

    assert (first.version, second.version, again.version) == (1, 2, 2)
    assert definitions.resource(session, first, "review-open.form") == ONE
    assert definitions.resource(session, second, "review-open.form") == TWO
    assert list(definitions.resources(session, second)) == ["review-open.form"]
    assert session.scalar(select(func.count()).select_from(ResourceContent)) == 2
    with pytest.raises(NotFound, match="other.form"):
        definitions.resource(session, first, "other.form")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"open": {"candidateGroups": "registri"}}, "no group “registri”"),
        ({"open": {"formKey": "nowhere"}}, "no form “nowhere”"),
        ({"open": {"listener": "nothing.here"}}, "nothing.here"),
    ],
)
def test_what_the_house_does_not_have_is_refused_by_name(session, said, reason):
    with pytest.raises(DefinitionRefused, match=reason):
        deploy(session, **said)


def test_an_unknown_process_is_not_found(session):
    with pytest.raises(NotFound, match="no process “gone”"):
        definitions.latest(session, "gone")
    with pytest.raises(NotFound):
        definitions.versions(session, "gone")


def test_a_folder_is_deployed_once_and_its_processes_may_call_each_other(session, tmp_path):
    (tmp_path / "a.bpmn").write_bytes(drawn("start s\ncall c calls=b\nend e\ns -> c -> e", "a"))
    (tmp_path / "b.bpmn").write_bytes(drawn(REVIEW, "b", **FORM))
    (tmp_path / "review-open.form").write_bytes(ONE)

    first = definitions.deploy_folder(session, tmp_path, tmp_path, "eve")
    again = definitions.deploy_folder(session, tmp_path, tmp_path, "eve")

    assert [definition.key for definition in first] == ["a", "b"]
    assert again == first
    assert definitions.all_latest(session) == first


def test_a_file_holds_several_processes(session, tmp_path):
    two = drawn(REVIEW, "a").replace(b"</definitions>", b"")
    other = drawn("start s2\nend e2\ns2 -> e2", "b")
    process = other[other.index(b"<process") : other.index(b"</definitions>")]
    (tmp_path / "two.bpmn").write_bytes(two + process + b"</definitions>")

    assert [each.key for each in definitions.deploy_folder(session, tmp_path, tmp_path, "eve")] == ["a", "b"]


@pytest.mark.parametrize("content", [b"", b"<x", b"<!DOCTYPE a><a/>", b"<definitions/>"])
def test_a_file_that_is_none_is_refused_by_its_name(session, tmp_path, content):
    (tmp_path / "broken.bpmn").write_bytes(content)
    with pytest.raises(DefinitionRefused, match="broken.bpmn"):
        definitions.deploy_folder(session, tmp_path, tmp_path, "eve")


def test_a_comment_and_a_file_are_told_in_the_history(session, anna, tmp_path):
    case = made.case(session)
    comment = comments.add(session, case, anna, " 请补材料 ")
    (tmp_path / "a.txt").write_bytes(b"scan")
    with (tmp_path / "a.txt").open("rb") as source:
        attachment = attachments.add(session, case, anna, source, "a.txt", "text/plain")

    assert comments.of(session, case) == [comment] and comment.body == "请补材料"
    assert attachments.of(session, case) == [attachment] and attachment.file.size == 4
    assert [event.kind for event in history.timeline(session, case)] == ["opened", "commented", "attached"]


@pytest.mark.parametrize("body", ["", "  \n", "长" * 4001])
def test_a_comment_of_nothing_or_far_too_much_is_refused(session, anna, body):
    with pytest.raises(Invalid):
        comments.add(session, made.case(session), anna, body)
