"""The file store: what no row names goes after an hour, everything else stays."""

import io
import os
from datetime import timedelta

import pytest

from workflow import clock as office_clock
from workflow import files
from workflow.clock import now
from workflow.errors import Unavailable
from workflow.files import SHELVES

LATER = timedelta(hours=2)


class Broken(io.BytesIO):
    """A source that breaks off, as a full disk or a lost connection does."""

    def read(self, *_):
        raise OSError(28, "No space left on device")


def swept(office) -> int:
    """What a scheduler removes once it has seen every shelf."""
    start, removed = now(), 0
    for second in range(SHELVES):
        with office_clock.held(start + timedelta(seconds=second)):
            removed += files.sweep(office.database)
    return removed


def aged(path) -> None:
    at = (now() - LATER).timestamp()
    os.utime(path, (at, at))


def kept(office, body: bytes, row: bool):
    if row:
        with office.database.transaction() as session:
            sha256 = files.store(session, office.files, io.BytesIO(body), "a.pdf", "application/pdf", "anna").sha256
    else:
        sha256, _ = office.files.put(io.BytesIO(body))
    return office.files.path(sha256)


def test_a_file_no_row_names_goes_after_an_hour(office):
    orphan, fresh, named = kept(office, b"orphan", False), kept(office, b"fresh", False), kept(office, b"named", True)
    aged(orphan)
    aged(named)

    assert swept(office) == 1

    assert (orphan.exists(), fresh.exists(), named.exists()) == (False, True, True)


def test_of_the_copies_only_what_was_half_written_goes(office):
    (first, _second) = office.backups
    sha256, _size = first.put(io.BytesIO(b"a copy"))
    left, fresh = first.folder / ".new-left", first.folder / ".new-fresh"
    for place in (left, fresh):
        place.write_bytes(b"a co")
    aged(left)
    aged(first.path(sha256))

    assert files.sweep(office.database) == 1

    assert (left.exists(), fresh.exists(), first.path(sha256).exists()) == (False, True, True)


def test_what_a_broken_off_write_left_goes_too(office):
    kept(office, b"named", True)
    left = office.files.folder / ".new-left"
    left.write_bytes(b"half")
    aged(left)

    swept(office)

    assert not left.exists()


def test_a_file_written_again_while_it_is_removed_stays(sqlite_office):
    place = kept(sqlite_office, b"again", False)

    assert not sqlite_office.files.remove(place.name, timedelta(hours=1))
    assert place.read_bytes() == b"again"


def test_the_clock_of_the_office_may_be_ahead_of_the_disks(office):
    fresh = kept(office, b"fresh", False)
    left = office.files.folder / ".new-being-written"
    left.write_bytes(b"half")

    with office_clock.held(now() + timedelta(days=7)):
        assert swept(office) == 0

    assert fresh.exists() and left.exists()


def test_a_write_that_fails_leaves_nothing(sqlite_office):
    with pytest.raises(Unavailable, match="disk is full"):
        sqlite_office.files.put(Broken())

    assert list(sqlite_office.files.folder.iterdir()) == []


def test_the_store_knows_its_own_bytes(sqlite_office):
    place = kept(sqlite_office, b"whole", False)
    assert sqlite_office.files.whole(place.name)
    place.write_bytes(b"hole")
    assert sqlite_office.files.whole(place.name) is False
    assert sqlite_office.files.whole("0" * 64) is None
