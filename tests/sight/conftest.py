"""The office of tests/sight/world.py, with a browser of lina, who is limited, and one of dora, who is not."""

import pytest

from tests.sight import world
from tests.web.conftest import app, browser, signed_in  # noqa: F401  (fixtures)


@pytest.fixture
def begun(office, clock):
    """The matter A is there."""
    with office.database.transaction() as session:
        world.begin(session)
    return office
