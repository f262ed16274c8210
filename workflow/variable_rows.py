"""The rows of an instance's variables: read in one question, written in one line of changes."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert  # both databases say "or else" in the same words
from sqlalchemy.orm import Session

from workflow import rows
from workflow.models import Variable
from workflow.statements import Statement

READ = Statement(
    select(Variable.name, Variable.value).where(
        Variable.instance_id == bindparam("instance_id"), Variable.revision >= bindparam("since")
    )
)
_INSERT = insert(Variable)
_WRITE = Statement(
    _INSERT.on_conflict_do_update(
        index_elements=["instance_id", "name"],
        set_={"value": _INSERT.excluded.value, "revision": _INSERT.excluded.revision},
    ),
    Variable.__table__.c.keys(),
    apart=("instance_id", "name"),
)


def read(session: Session, instance_id: int, since: int = 0) -> dict[str, Any]:
    """Name → value, as they are now; `since`: only those written at this revision or later."""
    (found,) = rows.ask(session, READ(instance_id=instance_id, since=since))
    return named(found)


def named(found: Iterable[Any]) -> dict[str, Any]:
    """The rows `READ` gives as name → value."""
    return {row.name: row.value for row in found}


def write(session: Session, instance_id: int, changes: Mapping[str, Any], revision: int) -> None:
    """Write these values, new ones or over the old; `revision` is the instance's that wrote them."""
    rows.write(
        session,
        *(
            _WRITE(instance_id=instance_id, name=name, value=value, revision=revision)
            for name, value in changes.items()
        ),
    )
