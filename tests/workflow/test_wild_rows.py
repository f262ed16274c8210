"""Random processes in a database against the token game: after every step the rows say what a game says."""

import pytest
from sqlalchemy import func, select

from tests.workflow.engine import fuzzing
from tests.workflow.engine.walking import walk
from tests.workflow.stored import Stored
from workflow import fsck
from workflow.models import Incident


@pytest.mark.parametrize("seeds", fuzzing.portions("rows", 20))
def test_the_rows_are_what_the_token_game_allows(office, clock, anna, seeds):
    fuzzing.tally(office.database.engine.name, seeds, lambda seed: walk(seed, Stored(office, clock, anna), 25))
    with office.database.reading() as session:
        assert session.scalar(select(func.count(Incident.id))) == 0
        assert fsck.run(session) == []
