"""Files in a bucket: what only a store beyond the network can do to us, and how the files come there."""

import contextlib
import hashlib
import io
import os
import socketserver
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from tests import servers
from tests.archive.images import parcelled, scanned
from web.app import create_app
from workflow import file_moves, files, fsck, jobs
from workflow.clock import now
from workflow.errors import Unavailable
from workflow.files import FolderStore
from workflow.models import Job
from workflow.s3 import S3Store
from workflow.settings import SettingsRefused, from_environment

BODY = b"%PDF-1.7 whatever"
SHA = hashlib.sha256(BODY).hexdigest()


@contextlib.contextmanager
def answering(answer: bytes, wait: threading.Event | None = None):
    """The address of a server that answers everything so, after having waited."""

    class Answer(socketserver.StreamRequestHandler):
        def handle(self):
            self.request.recv(65536)
            if wait is not None:
                wait.wait(30)
            self.wfile.write(answer)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Answer) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def told(status: str, body: bytes = b"", length: int | None = None) -> bytes:
    size = len(body) if length is None else length
    return f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {size}\r\n\r\n".encode() + body


def at(s3_store: S3Store, address: str) -> S3Store:
    """The same bucket, looked for elsewhere, without near copies."""
    return S3Store(replace(s3_store.bucket, address=address), s3_store.near.folder.with_name("other"))


def nowhere() -> str:
    return f"http://127.0.0.1:{servers.free_ports(1)[0]}"


def refused(store: S3Store) -> None:
    with pytest.raises(Unavailable, match="cannot be reached just now"):
        store.put(io.BytesIO(BODY))
    with pytest.raises(Unavailable):
        store.whole(SHA)
    assert store.path(SHA).read_bytes() == BODY  # what came near before is still read
    store.near.path(SHA).unlink()
    with pytest.raises(Unavailable):
        store.path(SHA)


def test_a_store_that_is_not_there_refuses_with_a_sentence(s3):
    refused(at(s3, nowhere()))


def test_a_store_that_answers_with_faults_refuses_with_a_sentence(s3):
    with answering(told("500 Internal Server Error")) as address:
        refused(at(s3, address))


def test_a_store_that_does_not_answer_refuses_in_time(s3, monkeypatch):
    monkeypatch.setattr("workflow.s3.ANSWERING", 0.3)
    done = threading.Event()
    with answering(b"", done) as address:
        refused(at(s3, address))
        done.set()


def test_an_answer_that_breaks_off_is_no_file(s3):
    with answering(told("200 OK", BODY[:5], len(BODY))) as address:
        broken = at(s3, address)
        with pytest.raises(Unavailable):
            broken.path(SHA)
        assert not any(place.is_file() for place in broken.near.folder.rglob("*"))


def test_other_bytes_than_were_kept_are_never_handed_out(s3):
    s3.put(io.BytesIO(BODY))
    s3.near.path(SHA).unlink()
    servers.s3_client(s3.bucket.address).put_object(Bucket=s3.bucket.name, Key=f"kept/{SHA[:2]}/{SHA}", Body=b"other")

    assert s3.whole(SHA) is False
    assert not s3.path(SHA).exists()

    s3.put(io.BytesIO(BODY))  # brought once more

    assert s3.whole(SHA)
    assert s3.path(SHA).read_bytes() == BODY


def test_who_may_not_come_in_is_told_which_settings_are_wrong(s3):
    for wrong in ({"secret": "another"}, {"key": "nobody"}):
        with pytest.raises(SettingsRefused, match="JUANLIU_S3_KEY, JUANLIU_S3_SECRET: the store does not let us in"):
            S3Store(replace(s3.bucket, **wrong), s3.near.folder).check()


def test_a_bucket_that_is_none_is_named(s3):
    with pytest.raises(SettingsRefused, match="JUANLIU_S3: there is no bucket “nothing-here” in that store"):
        S3Store(replace(s3.bucket, name="nothing-here"), s3.near.folder).check()


def test_a_bucket_that_vanishes_is_a_fault_and_not_a_missing_file(s3):
    gone = S3Store(replace(s3.bucket, name="nothing-here"), s3.near.folder)
    with pytest.raises(Unavailable):
        gone.whole(SHA)
    with pytest.raises(Unavailable):
        gone.path(SHA)


def test_a_store_that_is_away_does_not_stop_the_start(s3):
    s3.check()
    at(s3, nowhere()).check()
    with answering(told("503 Service Unavailable")) as address:
        at(s3, address).check()


def environment(bucket, data, **more):
    place = {"JUANLIU_DATA": str(data), "JUANLIU_S3": f"{bucket.address}/{bucket.name}/{bucket.folder}"}
    return {**place, "JUANLIU_S3_KEY": bucket.key, "JUANLIU_S3_SECRET": bucket.secret, **more}


def test_the_program_opens_the_bucket_its_settings_name_or_does_not_start(bucket, tmp_path):
    settings = from_environment(environment(bucket, tmp_path, JUANLIU_S3_NEAR_MB="1024"))
    assert settings.s3 == bucket
    assert "secret=" not in repr(settings.s3)
    assert isinstance(create_app(settings).office.files, S3Store)

    with pytest.raises(SettingsRefused, match="does not let us in"):
        create_app(from_environment(environment(bucket, tmp_path, JUANLIU_S3_SECRET="another")))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"JUANLIU_S3": "bucket"}, "must be like https"),
        ({"JUANLIU_S3": "https://host"}, "must be like https"),
        ({"JUANLIU_S3": "https://me:it@host/bucket"}, "must be like https"),
        ({"JUANLIU_S3_SECRET": ""}, "needs JUANLIU_S3_KEY and JUANLIU_S3_SECRET"),
        ({"JUANLIU_S3_NEAR_MB": "5"}, "JUANLIU_S3_NEAR_MB=5: must be a whole number from 100"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(tmp_path, given, said):
    usual = {"JUANLIU_S3": "https://host/bucket", "JUANLIU_S3_KEY": "k", "JUANLIU_S3_SECRET": "s"}
    with pytest.raises(SettingsRefused, match=said):
        from_environment({"JUANLIU_DATA": str(tmp_path), **usual, **given})


def test_without_the_extra_the_setting_says_what_to_install(s3, monkeypatch):
    monkeypatch.setattr("workflow.s3.importlib.import_module", _missing)
    with pytest.raises(SettingsRefused, match=r"pip install -r requirements-s3\.txt"):
        S3Store(s3.bucket, s3.near.folder)


def _missing(name):
    raise ModuleNotFoundError(name)


def test_near_copies_are_bounded_and_those_used_last_stay(s3, bucket, monkeypatch):
    small = S3Store(replace(bucket, near=10_000), s3.near.folder)
    bodies = [bytes([number]) * 2_000 for number in range(10)]
    for body in bodies:
        small.put(io.BytesIO(body))
    names = [hashlib.sha256(body).hexdigest() for body in bodies]
    for age, name in enumerate(reversed(names), 1):
        at_ = now().timestamp() - 3600 * age
        os.utime(small.near.path(name), (at_, at_))
    assert small.path(names[0]).exists()  # used now

    small.put(io.BytesIO(b"one more"))
    small.put(io.BytesIO(b"x" * 2_000))

    near = {name for name in names if small.near.path(name).exists()}
    assert {names[0], names[9]} <= near and len(near) <= 4
    assert all(small.path(name).exists() for name in names)  # the others come again


def test_a_mark_left_by_who_was_killed_goes_and_bars_nobody_for_long(s3):
    s3.put(io.BytesIO(BODY))
    client = servers.s3_client(s3.bucket.address)
    client.put_object(Bucket=s3.bucket.name, Key=f"kept/leaving/{SHA}", Body=b"")
    with pytest.raises(Unavailable, match="tidied away"):
        s3.put(io.BytesIO(BODY))
    assert not s3.remove(SHA, timedelta(days=-1))  # somebody else is at it, it seems

    (mark,) = [name for name in s3.names(int(SHA[:2], 16), timedelta(days=-1)) if name != SHA]
    assert s3.remove(mark, timedelta(days=-1))

    assert s3.put(io.BytesIO(BODY)) == (SHA, len(BODY))


def test_a_package_waits_for_a_store_that_is_away_and_is_taken_in_later(sqlite_office, s3, clock):
    sqlite_office.files = s3
    with sqlite_office.database.transaction() as session:
        dossier = scanned.dossier(session, 1, "单雄信")
        packed = parcelled.of(session, dossier)
        parcel = parcelled.parcels.begin(session, io.BytesIO(packed), "batch.zip", "anna")
    s3.near.path(hashlib.sha256(packed).hexdigest()).unlink()
    sqlite_office.files = at(s3, nowhere())
    jobs.sweep(sqlite_office.database)
    with sqlite_office.database.reading() as session:
        job = session.get_one(Job, parcel.job_id)
        assert job.attempts == 1 and "cannot be reached" in job.error

    sqlite_office.files = s3
    clock.move(hours=1)
    parcelled.run(sqlite_office)

    with sqlite_office.database.reading() as session:
        told = parcelled.parcels.progress(session, parcelled.parcels.find(session, parcel.id))
        assert told.percent == 100 and told.waiting == 0
        assert [each.sentence for each in fsck.run(session) if each.check.startswith("files")] == []


def test_fsck_says_when_the_store_cannot_be_looked_into(sqlite_office, s3):
    sqlite_office.files = s3
    with sqlite_office.database.transaction() as session:
        files.store(session, s3, io.BytesIO(BODY), "a.pdf", "application/pdf", "anna")
    sqlite_office.files = at(s3, nowhere())
    with sqlite_office.database.reading() as session:
        said = [each.sentence for each in fsck.run(session) if each.check.startswith("files")]
    assert len(said) == 2 and all("cannot be reached" in each for each in said)


@pytest.fixture
def full(sqlite_office):
    """An office with twelve files in its folder, one altered, one lost; their hashes."""
    with sqlite_office.database.transaction() as session:
        rows = [
            files.store(session, sqlite_office.files, io.BytesIO(b"%d" % each), f"{each}", "text/plain", "anna").sha256
            for each in range(12)
        ]
    sqlite_office.files.path(rows[0]).write_bytes(b"hole")
    sqlite_office.files.path(rows[1]).unlink()
    return rows


def test_files_move_into_a_bucket_and_what_cannot_is_named(sqlite_office, s3, full):
    moved = file_moves.move(sqlite_office.database, sqlite_office.files, s3)

    assert (moved.brought, moved.there, moved.altered, moved.lacking) == (10, 0, [full[0]], [full[1]])
    assert all(s3.whole(each) for each in full[2:])
    assert s3.whole(full[0]) is None


def test_a_move_that_is_stopped_goes_on_where_it_was(sqlite_office, s3, full):
    class Stopped(Exception):
        pass

    def stop(shelf):
        if shelf == 128:
            raise Stopped

    with pytest.raises(Stopped):
        file_moves.move(sqlite_office.database, sqlite_office.files, s3, stop)
    before = sum(s3.whole(each) is True for each in full)
    again = file_moves.move(sqlite_office.database, sqlite_office.files, s3)

    assert 0 < before < 10
    assert (again.there, again.brought) == (before, 10 - before)


def test_the_command_moves_and_says_what_it_did(bucket, s3, full, sqlite_office):
    data = sqlite_office.settings.data
    url = sqlite_office.database.url
    runner = create_app(from_environment(environment(bucket, data, DATABASE_URL=str(url)))).test_cli_runner()

    first, second = (runner.invoke(args=["files", "move"]) for _ in range(2))

    assert "Brought 10 files; 0 were there already." in first.output and first.exit_code == 1
    assert f"{full[0]} is not what was kept" in first.output
    assert f"{full[1]} is neither in the folder nor in the bucket." in first.output
    assert "Brought 0 files; 10 were there already." in second.output


def test_without_a_bucket_there_is_nowhere_to_move_to(sqlite_office):
    answer = create_app(office=sqlite_office).test_cli_runner().invoke(args=["files", "move"])
    assert "Set JUANLIU_S3" in answer.output and answer.exit_code == 1


def test_what_moved_is_read_from_there(sqlite_office, s3, full):
    file_moves.move(sqlite_office.database, FolderStore(sqlite_office.settings.data / "files"), s3)
    sqlite_office.files = s3
    assert s3.path(full[2]).read_bytes() == b"2"
    assert s3.near.path(full[2]).exists()
