"""Run by Alembic, on the connection workflow.migrations hands over; never against a URL of its own."""

from typing import Any, Literal

from alembic import context
from sqlalchemy.types import TypeDecorator

from workflow.db import Base
from workflow.migrations import comparable, mine


def plainly(kind: str, thing: Any, _context: Any) -> str | Literal[False]:
    """A step is frozen: it names the database's types, not types of ours that may change."""
    if kind == "type" and isinstance(thing, TypeDecorator):
        return getattr(thing, "plain", f"sa.{thing.impl_instance!r}")
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    render_item=plainly,
    compare_type=True,
    include_name=mine,
    include_object=comparable,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
