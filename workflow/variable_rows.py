"""The rows of an instance's variables: read in one question, written in one line of changes."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert  # both databases say "or else" in the same words
from sqlalchemy.orm import Session

from workflow import marks, rows, values
from workflow.models import ProcessInstance, Variable
from workflow.registry import fsck_check
from workflow.statements import Statement
from workflow.statuses import InstanceStatus

READ = Statement(
    select(Variable.name, Variable.value).where(
        Variable.instance_id == bindparam("instance_id"), Variable.revision >= bindparam("since")
    )
)
_INSERT = insert(Variable)
_WRITE = Statement(
    _INSERT.on_conflict_do_update(
        index_elements=["instance_id", "name"],
        set_={name: _INSERT.excluded[name] for name in ("value", "revision", "word", "number")},
    ),
    Variable.__table__.c.keys(),
    apart=("instance_id", "name"),
)


_LIVE = Statement(
    update(Variable).where(Variable.instance_id == bindparam("of_instance")).values(live=bindparam("is_live"))
)
_DROP = Statement(
    delete(Variable).where(Variable.instance_id == bindparam("of_instance"), Variable.name == bindparam("named"))
)


def read(session: Session, instance_id: int, since: int = 0) -> dict[str, Any]:
    """Name → value, as they are now; `since`: only those written at this revision or later."""
    (found,) = rows.ask(session, READ(instance_id=instance_id, since=since))
    return named(found)


def named(found: Iterable[Any]) -> dict[str, Any]:
    """The rows `READ` gives as name → value."""
    return {row.name: row.value for row in found}


def write(session: Session, instance_id: int, changes: Mapping[str, Any], revision: int, live: bool = True) -> None:
    """Write these values, new ones or over the old; `revision` is the instance's that wrote them, `live` whether it
    is not over."""
    said = (
        _WRITE(
            instance_id=instance_id,
            name=name,
            value=value,
            revision=revision,
            word=values.word(value),
            number=values.number(value),
            live=live,
        )
        for name, value in changes.items()
    )
    rows.write(session, *said)
    if changes and live:
        marks.keep(session, instance_id)


def keep_live(session: Session, instance_id: int, live: bool) -> None:
    """The instance is over, or goes on again: its variables are no longer searched, or are."""
    rows.write(session, _LIVE(of_instance=instance_id, is_live=live))
    (marks.keep if live else marks.forget)(session, instance_id)


def drop(session: Session, instance_id: int, names: Iterable[str]) -> None:
    """These are not known any more."""
    rows.write(session, *(_DROP(of_instance=instance_id, named=name) for name in names))
    marks.forget(session, instance_id)
    marks.keep(session, instance_id)


PORTION = 5_000  # rows looked at together


def refill(session: Session) -> int:
    """Write anew what lists search by, where it is not what the value and the instance say; how many rows."""
    wrong = list(_wrong(session))
    for row in wrong:
        said = {"word": values.word(row.value), "number": values.number(row.value), "live": row.is_live}
        of = (Variable.instance_id == row.instance_id, Variable.name == row.name)
        session.execute(update(Variable).where(*of).values(said).execution_options(synchronize_session=False))
    return len(wrong) + marks.refill(session)


@fsck_check("words")
def _searched_by_what_they_say(session: Session) -> Iterator[str]:
    """Variables are searched by what their values say, as long as their instance is not over."""
    for row in _wrong(session):
        yield f"Variable {row.name!r} of instance {row.instance_id} is not searched by what it says."


def _wrong(session: Session) -> Iterator[Any]:
    is_live = ProcessInstance.status.in_((InstanceStatus.RUNNING, InstanceStatus.SUSPENDED)).label("is_live")
    query = select(*Variable.__table__.c, is_live).join(ProcessInstance, ProcessInstance.id == Variable.instance_id)
    for row in session.execute(query.execution_options(yield_per=PORTION)):
        if (row.word, row.number, row.live) != (values.word(row.value), values.number(row.value), bool(row.is_live)):
            yield row
