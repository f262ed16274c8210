"""The rows of an instance's variables: read in one query, written in one."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from workflow.models import Variable

_ALL = select(Variable.name, Variable.value).where(
    Variable.instance_id == bindparam("instance_id"), Variable.revision >= bindparam("since")
)


def read(session: Session, instance_id: int, since: int = 0) -> dict[str, Any]:
    """Name → value, as they are now; `since`: only those written at this revision or later."""
    return dict(session.execute(_ALL, {"instance_id": instance_id, "since": since}).all())


def write(session: Session, instance_id: int, changes: Mapping[str, Any], revision: int) -> None:
    """Write these values, new ones or over the old; `revision` is the instance's that wrote them."""
    if not changes:
        return
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    insert = dialect.insert(Variable)
    upsert = insert.on_conflict_do_update(
        index_elements=["instance_id", "name"],
        set_={"value": insert.excluded.value, "revision": insert.excluded.revision},
    )
    rows = [
        {"instance_id": instance_id, "name": name, "value": value, "revision": revision}
        for name, value in changes.items()
    ]
    session.execute(upsert, rows)
