"""flask reseal: states follow a change of secrets; what opens with none of them is named."""

from dataclasses import replace

import pytest
from sqlalchemy import select, update

from tests.web import desk
from workflow import engine, instances
from workflow.models import ProcessInstance


@pytest.fixture
def reseal(app):
    return lambda: app.test_cli_runner().invoke(args=["reseal"])


def with_secrets(office, *secrets):
    office.settings = replace(office.settings, seals=secrets)


def states(office):
    with office.database.reading() as session:
        return [instances.state(each) for each in session.scalars(select(ProcessInstance).order_by(ProcessInstance.id))]


def test_states_are_sealed_with_the_first_secret(office, reseal):
    desk.put(office, 3)
    before, new = states(office), "a new secret, long enough as well: 98765"
    with_secrets(office, new, office.settings.secret_key)

    answer = reseal()

    assert (answer.exit_code, answer.output) == (0, "Every state is sealed with the first secret.\n")
    with_secrets(office, new)
    assert states(office) == before


def test_sealing_again_changes_nothing(office, reseal):
    desk.put(office)
    assert reseal().exit_code == reseal().exit_code == 0
    assert states(office)


def test_what_opens_with_no_secret_is_named_and_left(office, reseal):
    desk.put(office, 2)
    with office.database.transaction() as session:
        broken = session.scalars(select(ProcessInstance.id).order_by(ProcessInstance.id)).first()
        session.execute(update(ProcessInstance).where(ProcessInstance.id == broken).values(state=b"broken"))

    answer = reseal()

    assert (answer.exit_code, answer.output) == (1, f"These do not open: [{broken}]\n")
    with pytest.raises(engine.StateCorrupt):
        states(office)
