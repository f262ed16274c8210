"""Files: each is in the store as it was kept, nothing else lies there, and what an answer names is there."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import Text, cast, func, select
from sqlalchemy.orm import Session

from workflow import office
from workflow.errors import Unavailable
from workflow.files import SHELVES, unnamed
from workflow.models import StoredFile, Variable
from workflow.registry import fsck_check


@fsck_check("files")
def files(session: Session) -> Iterator[str]:
    """Each stored file is in the store with the bytes that were kept."""
    store = office.of(session).files
    said = {None: "is not in the store", False: "is not what was kept: its bytes have changed"}
    query = select(StoredFile.sha256, func.min(StoredFile.id)).group_by(StoredFile.sha256)
    for sha256, number in session.execute(query):
        try:
            whole = store.whole(sha256)
        except Unavailable as refused:
            yield f"File {number} and those after it were not looked at: {refused}"
            return
        if not whole:
            yield f"File {number} ({sha256[:12]}…) {said[whole]}."


@fsck_check("files_named")
def named(session: Session) -> Iterator[str]:
    """What no row names is swept away within a day."""
    store = office.of(session).files
    try:
        found = {name for shelf in range(SHELVES) for name in unnamed(session, store, shelf, timedelta(days=1))}
    except Unavailable as refused:
        yield f"What lies in the file store was not looked at: {refused}"
        return
    for name in sorted(found):
        yield f"{name[:80]} has lain in the file store for a day, though no row names it: it is not swept."


@fsck_check("file_answers")
def file_answers(session: Session) -> Iterator[str]:
    """Each file an answer names exists."""
    known = set(session.scalars(select(StoredFile.id)))
    query = select(Variable).where(cast(Variable.value, Text).contains('"sha256"'))
    for variable in session.scalars(query):
        for number in sorted(set(_file_numbers(variable.value)) - known):
            yield f"Process instance {variable.instance_id}: “{variable.name}” names file {number}, which is not there."


def _file_numbers(value: Any) -> Iterator[int]:
    """The ids of every answer {"file": id, "sha256": …} in a value."""
    if isinstance(value, dict):
        if "file" in value and "sha256" in value:
            yield value["file"]
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _file_numbers(each)
