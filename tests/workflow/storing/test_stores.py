"""What both kinds of file store promise."""

import hashlib
import io
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from workflow import clock as office_clock
from workflow import files, fsck
from workflow.errors import Unavailable
from workflow.files import SHELVES, FolderStore
from workflow.models import StoredFile
from workflow.s3 import S3Store
from workflow.settings import CHECKOUT, Bucket

BODY = "干部履历表".encode()
SHA = hashlib.sha256(BODY).hexdigest()
AT_ONCE = timedelta(days=-1)  # whatever lies there is older than that
HOUR = timedelta(hours=1)


def lying(store, sha256: str = SHA) -> list[str]:
    """What lies on this file's shelf."""
    return sorted(store.names(int(sha256[:2], 16), AT_ONCE))


def swept(office) -> int:
    """What the scheduler removes in the second in which it sees this file's shelf."""
    moment = datetime.fromtimestamp(SHELVES * 7_000_000 + int(SHA[:2], 16), UTC)
    with office_clock.held(moment):
        return files.sweep(office.database)


def elsewhere(store, tmp_path):
    """The same store as another machine sees it."""
    return store if isinstance(store, FolderStore) else type(store)(store.bucket, tmp_path / "elsewhere")


class Broken(io.BytesIO):
    """A source that breaks off in the middle."""

    def read(self, *_):
        if self.tell():
            raise OSError(28, "No space left on device")
        return super().read(3)


def test_what_was_kept_is_read_again_anywhere(store, tmp_path):
    assert store.put(io.BytesIO(BODY)) == (SHA, len(BODY))

    assert elsewhere(store, tmp_path).path(SHA).read_bytes() == BODY
    assert store.whole(SHA)


def test_the_same_bytes_are_kept_once(store):
    assert store.put(io.BytesIO(BODY)) == store.put(io.BytesIO(BODY))
    assert lying(store) == [SHA]


def test_an_empty_file_is_a_file(store, tmp_path):
    sha256, size = store.put(io.BytesIO())
    assert (size, elsewhere(store, tmp_path).path(sha256).read_bytes()) == (0, b"")


def test_what_is_not_there_is_not_there(store):
    assert not store.path("0" * 64).exists()
    assert store.whole("0" * 64) is None


def test_a_source_that_breaks_off_leaves_nothing(store):
    with pytest.raises(Unavailable):
        store.put(Broken(BODY))
    halves = BODY[:3], BODY
    assert [name for half in halves for name in lying(store, hashlib.sha256(half).hexdigest())] == []


def test_two_who_keep_the_same_at_once_both_succeed(store):
    with ThreadPoolExecutor(8) as many:
        answers = set(many.map(lambda _: store.put(io.BytesIO(BODY)), range(16)))
    assert answers == {(SHA, len(BODY))}
    assert store.whole(SHA) and lying(store) == [SHA]


def test_only_what_is_old_is_removed(store):
    store.put(io.BytesIO(BODY))
    assert list(store.names(int(SHA[:2], 16), HOUR)) == []
    assert not store.remove(SHA, HOUR)
    assert store.whole(SHA)

    assert store.remove(SHA, AT_ONCE)
    assert store.whole(SHA) is None
    assert lying(store) == []


def test_a_store_keeps_large_files_without_holding_them_in_memory(store):
    """Three times the size of what the process may take more."""
    program = (
        "import io, resource, sys; sys.path.insert(0, sys.argv[1])\n"
        "from tests.workflow.storing.test_stores import Zeros, opened\n"
        "store = opened(sys.argv[2:]); store.put(io.BytesIO(b'1'))\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "sha256, size = store.put(Zeros(60 * 2**20)); assert store.whole(sha256) and size == 60 * 2**20\n"
        "assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20 * 1024\n"
    )
    subprocess.run([sys.executable, "-c", program, str(CHECKOUT), *told(store)], check=True, cwd=CHECKOUT)


class Zeros(io.RawIOBase):
    """So many bytes without holding them."""

    def __init__(self, left):
        self.left = left

    def read(self, most=-1):
        taken = min(most, self.left)
        self.left -= taken
        return bytes(taken)


def told(store) -> list[str]:
    """What another process must know to open the store."""
    if isinstance(store, FolderStore):
        return [str(store.folder)]
    return [str(store.near.folder), *map(str, vars(store.bucket).values())]


def opened(said):
    """The store told so."""
    near, *parts = said
    return S3Store(Bucket(*parts[:-1], int(parts[-1])), Path(near)) if parts else FolderStore(Path(near))


def test_who_is_killed_between_file_and_row_leaves_an_orphan_that_is_swept(filed, monkeypatch):
    program = (
        "import io, os, signal, sys; sys.path.insert(0, sys.argv[1])\n"
        "from tests.workflow.storing.test_stores import BODY, opened\n"
        "opened(sys.argv[2:]).put(io.BytesIO(BODY)); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program, str(CHECKOUT), *told(filed.files)], cwd=CHECKOUT)
    assert ended.returncode == -signal.SIGKILL
    assert filed.files.whole(SHA)

    monkeypatch.setattr(files, "ORPHANED", AT_ONCE)
    assert swept(filed) == 1

    assert lying(filed.files) == []


def test_what_a_row_names_is_never_swept(filed, monkeypatch):
    with filed.database.transaction() as session:
        files.store(session, filed.files, io.BytesIO(BODY), "a.pdf", "application/pdf", "anna")
    monkeypatch.setattr(files, "ORPHANED", AT_ONCE)

    assert swept(filed) == 0
    assert filed.files.whole(SHA)


def test_who_keeps_what_is_being_swept_has_it_or_is_told(store):
    """Writers and a sweeper of one content, over and over: whoever was not refused finds the bytes."""
    lost, stop = [], threading.Event()

    def sweep():
        while not stop.is_set():
            for name in store.names(int(SHA[:2], 16), HOUR):
                store.remove(name, HOUR)

    with ThreadPoolExecutor(1) as other:
        sweeping = other.submit(sweep)
        for _ in range(20):
            store.put(io.BytesIO(BODY))
            if not store.whole(SHA):
                lost.append(_)
        stop.set()
        sweeping.result()
    assert lost == []


def problems(office) -> list[str]:
    with office.database.reading() as session:
        return [str(each.sentence) for each in fsck.run(session) if each.check in ("files", "files_named")]


def test_fsck_names_what_the_store_lacks_and_what_no_row_names(filed, monkeypatch):
    with filed.database.transaction() as session:
        kept = files.store(session, filed.files, io.BytesIO(BODY), "a.pdf", "application/pdf", "anna").id
    orphan, _ = filed.files.put(io.BytesIO(b"nobody's"))
    assert problems(filed) == []

    filed.files.remove(SHA, AT_ONCE)
    fresh = filed.files.names
    monkeypatch.setattr(filed.files, "names", lambda shelf, age: fresh(shelf, AT_ONCE))

    assert problems(filed) == [
        f"File {kept} ({SHA[:12]}…) is not in the store.",
        f"{orphan} has lain in the file store for a day, though no row names it: it is not swept.",
    ]


def test_files_can_be_told_apart_from_each_other(store, tmp_path):
    many = [os.urandom(50) for _ in range(20)]
    for body in many:
        store.put(io.BytesIO(body))
    there = elsewhere(store, tmp_path)
    assert all(there.path(hashlib.sha256(body).hexdigest()).read_bytes() == body for body in many)


def test_no_file_is_kept_twice_in_the_rows_and_once_less_in_the_store(filed):
    with filed.database.transaction() as session:
        for name in ("a.pdf", "b.pdf"):
            files.store(session, filed.files, io.BytesIO(BODY), name, "application/pdf", "anna")
    with filed.database.reading() as session:
        assert session.scalars(select(StoredFile.sha256)).all() == [SHA, SHA]
    assert lying(filed.files) == [SHA]
