"""The file store in an S3-compatible bucket: the same promises as the folder's, kept with what S3 has.

A file is an object named by its hash (`ab/ab12…`), put whole or not at all, checked by the store against its SHA-256,
and made only if there is none (`If-None-Match: *`). What is read comes to this machine first, as a near copy whose hash
was checked; the near copies are bounded, and those used last stay. See docs/decisions/0017-files-in-s3.md.

An orphan is removed under a mark (`leaving/ab12…`), so that who keeps the same bytes meanwhile does not lose them: the
one removes only what is old while the mark stands, the other looks for the mark after having written.
"""

import base64
import contextlib
import hashlib
import importlib
import logging
import os
from collections.abc import Iterator
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, BinaryIO

from workflow.errors import Unavailable
from workflow.files import FolderStore
from workflow.settings import Bucket, SettingsRefused

log = logging.getLogger(__name__)

CONNECTING, ANSWERING, TRIES = 5, 30, 2  # seconds, seconds, times
LEAVING = "leaving/"
IN_USE = timedelta(minutes=10)  # longer than anybody reads a near copy whose path was asked for
OFTEN = 20  # near copies are counted when a twentieth of their bound has come
AWAY = "The file store cannot be reached just now. Nothing was lost; please try again."
_NO_ENTRY = frozenset({"AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "403", "401"})


class S3Store:
    """Files in a bucket. Safe for threads and for processes that fork."""

    def __init__(self, bucket: Bucket, near: Path) -> None:
        self.bucket, self.near = bucket, FolderStore(near)
        self._come = 0  # bytes of near copies since they were counted
        self._connected: tuple[int, Any] = (0, None)
        self._boto3 = _program("boto3")
        self._faults = _program("botocore.exceptions")

    def check(self) -> None:
        try:
            self._client.list_objects_v2(Bucket=self.bucket.name, MaxKeys=1)
        except self._faults.ClientError as error:
            code = _code(error)
            if code == "NoSuchBucket":
                raise SettingsRefused(f"JUANLIU_S3: there is no bucket “{self.bucket.name}” in that store.") from None
            if code in _NO_ENTRY:
                said = f"the store does not let us in ({code})"
                raise SettingsRefused(f"JUANLIU_S3_KEY, JUANLIU_S3_SECRET: {said}.") from None
            log.warning("file_store_unwell", extra={"error": str(error)})
        except self._faults.BotoCoreError as error:
            log.warning("file_store_away", extra={"error": str(error)})

    def path(self, sha256: str) -> Path:
        near = self.near.path(sha256)
        with contextlib.suppress(FileNotFoundError):
            os.utime(near)  # used now
            return near
        with self._asking(), contextlib.suppress(self._client.exceptions.NoSuchKey):
            body = self._client.get_object(Bucket=self.bucket.name, Key=self._key(sha256))["Body"]
            with contextlib.closing(body):
                self._come_near(self.near.put(body)[1])  # under its own hash: altered bytes are never handed out
        return near

    def whole(self, sha256: str) -> bool | None:
        digest = hashlib.sha256()
        with self._asking():
            try:
                body = self._client.get_object(Bucket=self.bucket.name, Key=self._key(sha256))["Body"]
            except self._client.exceptions.NoSuchKey:
                return None
            with contextlib.closing(body):
                for chunk in body.iter_chunks(1 << 20):
                    digest.update(chunk)
        return digest.hexdigest() == sha256

    def names(self, shelf: int, age: timedelta) -> Iterator[str]:
        for begins in (f"{shelf:02x}/", f"{LEAVING}{shelf:02x}"):
            for key, lain in self._listed(begins):
                if lain > age:
                    yield key if key.startswith(LEAVING) else key.rpartition("/")[2]

    def remove(self, name: str, age: timedelta) -> bool:
        if name.startswith(LEAVING):  # of somebody who was stopped
            self._delete(self.bucket.folder + name)
            return True
        mark = f"{self.bucket.folder}{LEAVING}{name}"
        if not self._made(mark, hashlib.sha256(), b""):
            return False  # somebody else is at it
        try:
            lain = self._lain(name)
            if lain is not None and lain <= age:
                return False
            self._delete(self._key(name))
            return True
        finally:
            self._delete(mark)

    def put(self, source: BinaryIO) -> tuple[str, int]:
        sha256, size = self.near.put(source)
        self.send(self.near.path(sha256), sha256)
        self._come_near(size)
        return sha256, size

    def send(self, place: Path, sha256: str) -> None:
        """Keep the file at `place`, known to have this hash. When this returns it is in the bucket, and nobody is about
        to remove it."""
        key = self._key(sha256)
        for _again in range(TRIES):
            if self._sent(place, key, new=True):
                return
            self._sent(place, key, new=False)  # dated anew, and whole again if it was not
            if any(self._listed(f"{LEAVING}{sha256}")):
                raise Unavailable("This very file is just being tidied away. Please try again in a moment.")
            if self._lain(sha256) is not None:
                return
        raise Unavailable(AWAY)

    def _sent(self, place: Path, key: str, new: bool) -> bool:
        with place.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256")
            opened.seek(0)
            return self._made(key, digest, opened, new)

    def _made(self, key: str, digest: Any, body: Any, new: bool = True) -> bool:
        """Put an object; False when it must be new and is not. The store compares the bytes with their hash."""
        told = {"ChecksumSHA256": base64.b64encode(digest.digest()).decode()} | ({"IfNoneMatch": "*"} if new else {})
        with self._asking():
            try:
                self._client.put_object(Bucket=self.bucket.name, Key=key, Body=body, **told)
            except self._faults.ClientError as error:
                if _code(error) in ("PreconditionFailed", "ConditionalRequestConflict"):
                    return False
                raise
        return True

    def _delete(self, key: str) -> None:
        with self._asking():
            self._client.delete_object(Bucket=self.bucket.name, Key=key)

    def _lain(self, sha256: str) -> timedelta | None:
        """How long ago the object was written; None when there is none."""
        return next((lain for _key, lain in self._listed(f"{sha256[:2]}/{sha256}")), None)

    def _listed(self, begins: str) -> Iterator[tuple[str, timedelta]]:
        """(key within the store's folder, how long ago it was written by the store's own clock)."""
        asked = {"Bucket": self.bucket.name, "Prefix": self.bucket.folder + begins}
        with self._asking():
            for answer in self._client.get_paginator("list_objects_v2").paginate(**asked):
                present = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
                for each in answer.get("Contents", ()):
                    yield each["Key"].removeprefix(self.bucket.folder), present - each["LastModified"]

    def _key(self, sha256: str) -> str:
        return f"{self.bucket.folder}{sha256[:2]}/{sha256}"

    def _come_near(self, size: int) -> None:
        """A near copy has come: when many have, those used longest ago go."""
        self._come += size
        if self._come * OFTEN < self.bucket.near:
            return
        self._come, held = 0, 0
        for place in _by_use(self.near.folder):
            with contextlib.suppress(FileNotFoundError):
                held += place.stat().st_size
                if held > self.bucket.near and self.near.age(place) > IN_USE:
                    place.unlink()

    @property
    def _client(self) -> Any:
        pid, client = self._connected
        if pid != os.getpid():  # a connection is not shared with a process that forked
            client = self._boto3.client(
                "s3",
                endpoint_url=self.bucket.address,
                region_name=self.bucket.region,
                aws_access_key_id=self.bucket.key,
                aws_secret_access_key=self.bucket.secret,
                config=_program("botocore.config").Config(
                    s3={"addressing_style": "path"},
                    connect_timeout=CONNECTING,
                    read_timeout=ANSWERING,
                    retries={"total_max_attempts": TRIES, "mode": "standard"},
                    request_checksum_calculation="when_required",
                    response_checksum_validation="when_required",
                ),
            )
            self._connected = (os.getpid(), client)
        return client

    @contextlib.contextmanager
    def _asking(self) -> Iterator[None]:
        """What the store refuses or does not answer is Unavailable, and written down."""
        try:
            yield
        except (self._faults.ClientError, self._faults.BotoCoreError) as error:
            log.error("file_store_failed", extra={"error": str(error)})
            raise Unavailable(AWAY) from error


def _program(name: str) -> Any:
    """A module of the optional extra; it is not loaded where no bucket is set."""
    try:
        return importlib.import_module(name)
    except ImportError:
        raise SettingsRefused("JUANLIU_S3 needs more: pip install -r requirements-s3.txt") from None


def _code(error: Any) -> str:
    return error.response.get("Error", {}).get("Code", "")


def _by_use(folder: Path) -> list[Path]:
    """The near copies, the one used last first."""
    return sorted(folder.glob("??/*"), key=lambda place: -_used(place))


def _used(place: Path) -> float:
    try:
        return place.stat().st_mtime
    except FileNotFoundError:  # another process counted, too
        return 0.0
