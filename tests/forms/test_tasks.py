"""A task's form is the one pinned with its process's version."""

import hashlib

import pytest

from forms.tasks import form_for
from tests.forms.samples import content, text
from workflow.clock import now
from workflow.errors import NotFound
from workflow.models import DefinitionResource, ProcessDefinition, ResourceContent, UserTask


def version(session, number, *components):
    made = content(*components)
    sha = hashlib.sha256(made).hexdigest()
    definition = ProcessDefinition(
        key="p",
        version=number,
        name="p",
        names={},
        xml=b"",
        sha256=str(number),
        activities={},
        deployed_at=now(),
        deployed_by="anna",
    )
    session.add_all([definition, ResourceContent(sha256=sha, content=made)])
    session.flush()
    session.add(DefinitionResource(definition_id=definition.id, name="register.form", sha256=sha))
    session.flush()
    return definition


def test_each_version_keeps_its_own_form(session, clock):
    first, second = version(session, 1, text("a")), version(session, 2, text("b"))
    assert list(form_for(session, UserTask(definition=first, form_key="register")).fields) == ["a"]
    assert list(form_for(session, UserTask(definition=second, form_key="register.form")).fields) == ["b"]


def test_a_task_without_a_form_has_an_empty_one(session):
    assert form_for(session, UserTask(form_key=None)).fields == {}


def test_a_form_that_was_not_deployed_is_not_found(session, clock):
    with pytest.raises(NotFound):
        form_for(session, UserTask(definition=version(session, 1), form_key="other"))
