"""A receiving office for the scenarios of this folder."""

import pytest

from tests.processes.receiving import Receiving
from tests.standing import standing
from workflow import clock as clocks
from workflow.office import Office


@pytest.fixture
def receiving(office: Office, clock: clocks.Hand) -> Receiving:
    """Deployed, staffed, with twenty free positions; the time is 09:00 on a working day."""
    return standing(Receiving, office)
