"""A file store of either kind, both real: a folder, and a bucket of an S3-compatible server."""

import itertools
import os

import pytest

from tests import servers
from workflow.files import FolderStore
from workflow.s3 import S3Store
from workflow.settings import Bucket

_numbers = itertools.count()


@pytest.fixture
def bucket() -> Bucket:
    """An empty bucket of its own."""
    address, name = servers.s3(), f"files-{os.getpid()}-{next(_numbers)}"
    servers.s3_client(address).create_bucket(Bucket=name)
    return Bucket(address, name, "kept/", servers.S3_KEY, servers.S3_SECRET, "us-east-1", 2**30)


@pytest.fixture
def s3(bucket, tmp_path) -> S3Store:
    return S3Store(bucket, tmp_path / "near")


@pytest.fixture(params=["folder", "s3"])
def store(request, tmp_path):
    """A store of either kind."""
    return FolderStore(tmp_path / "files") if request.param == "folder" else request.getfixturevalue("s3")


@pytest.fixture
def filed(sqlite_office, store):
    """An office whose files lie in it."""
    sqlite_office.files = store
    return sqlite_office
