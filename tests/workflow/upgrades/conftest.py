"""One instance of the first version; topics whose work always succeeds."""

import pytest

from tests.workflow.world import REVIEW, begin, process
from workflow import registry


@pytest.fixture(autouse=True)
def topics(monkeypatch):
    for topic in ("old.topic", "new.topic", "wrong", "right", "a", "b"):
        monkeypatch.setitem(registry.service_tasks, topic, _work)


def _work(session, work):
    return {"done": True}


@pytest.fixture
def old(session):
    return process(session, REVIEW)


@pytest.fixture
def case(session, old):
    return begin(session, old)
