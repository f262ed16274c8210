"""A whole day of graduation season over HTTP on a real installation, while its processes are killed.

`make test` plays a short list with every trouble once; `make season` the full morning of 300 packs.
"""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from functools import partial

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.custody import CustodyEvent
from archive.documents import Document
from archive.dossier_tables import Dossier
from archive.packs.models import OVER, Pack, PackException, PackStatus
from archive.storage import PositionSlot
from tests import servers
from tests.installation import Installation
from tests.season.browser import WAIT
from tests.season.clerk import Season
from tests.season.day import Shift, close_day, import_list, receive_unlisted
from tests.season.office import founded, season_at
from workflow.clock import now
from workflow.db import Database
from workflow.models import Job
from workflow.settings import from_environment
from workflow.statuses import JobStatus

LISTED = int(os.environ.get("JUANLIU_TEST_PACKS", "40"))
KILLED = ("web", "worker") * 3


@pytest.fixture(params=["sqlite", "postgresql"])
def installation(request, tmp_path) -> Iterator[Installation]:
    """A running demo office with a morning of LISTED packs."""
    extra = {"DATABASE_URL": servers.postgresql_url(f"season_{os.getpid()}")} if request.param == "postgresql" else {}
    made = founded(tmp_path / "data", LISTED, **extra).start()
    yield made
    made.stop(signal.SIGTERM)


@pytest.fixture
def database(installation) -> Iterator[Database]:
    """The installation's database, to look into."""
    made = Database(from_environment(installation.environment).database_url)
    yield made
    made.engine.dispose()


@pytest.fixture
def season(installation) -> Iterator[Season]:
    """What the clerks know of the morning the office was seeded with."""
    with closing(season_at(installation, LISTED)) as made:
        yield made


def test_the_day_ends_with_every_pack_in_its_place(installation, season, database):
    assert import_list(season, installation.data / "demo" / "courier-list.xlsx") == LISTED
    assert import_again(season, installation) == 0
    receive_unlisted(season)

    shift = Shift(season, partial(machine_rests, database))
    shift.start()
    for number, name in enumerate(KILLED, start=1):
        wait_for(shift, number * LISTED)
        installation.kill(name)
    shift.join()

    assert shift.completed > 5 * LISTED
    assert not season.refused, season.refused[:10]
    figures = close_day(season)
    assert figures["open"] == 0
    assert (
        figures[""]
        == figures["registered"] + figures["exception"]
        == sum(parcel.delivered for parcel in season.parcels.values())
    )
    assert installation.command("fsck").stdout.strip() == "Clean."
    check_rows(database, season)


def import_again(season, installation) -> int:
    """The same file once more: no pack is new."""
    return import_list(season, installation.data / "demo" / "courier-list.xlsx")


def wait_for(shift: Shift, completed: int) -> None:
    while shift.completed < completed and not shift.over:
        WAIT(0.05)


def machine_rests(database: Database) -> bool:
    """Whether no machine work is due or under way (a killed worker's is done again when its lease is over)."""
    with database.reading() as session:
        busy = (Job.status == JobStatus.RUNNING) | ((Job.status == JobStatus.WAITING) & (Job.due_at <= now()))
        return session.scalar(select(func.count()).where(busy)) == 0


def check_rows(database: Database, season: Season) -> None:
    """What the pages said, once more from the rows."""
    with database.reading() as session:
        packs = list(session.scalars(select(Pack)))
        assert len(packs) == len(season.parcels)
        excepted = set(session.scalars(select(PackException.pack_id)))
        assert all(pack.status in OVER or pack.id in excepted for pack in packs)
        assert all(pack.dossier_id for pack in packs if pack.status is PackStatus.STORED)
        no_position_holds_two(session)
        no_number_twice(session)
        every_move_is_known(session)


def no_position_holds_two(session: Session) -> None:
    homes = Counter(session.scalars(select(PositionSlot.position_id).where(PositionSlot.dossier_id.is_not(None))))
    assert max(homes.values()) == 1


def no_number_twice(session: Session) -> None:
    """A return's register and letter share one number; no number stands on two papers of one kind."""
    numbers = Counter((row.kind, row.number) for row in session.execute(select(Document.kind, Document.number)))
    assert max(numbers.values()) == 1


def every_move_is_known(session: Session) -> None:
    """A dossier's chain has its beginning at the desk and its place on the shelf."""
    counted = select(CustodyEvent.dossier_id, func.count()).where(CustodyEvent.dossier_id.is_not(None))
    moves = {row[0]: row[1] for row in session.execute(counted.group_by(CustodyEvent.dossier_id))}
    assert all(moves.get(dossier_id, 0) >= 2 for dossier_id in session.scalars(select(Dossier.id)))
