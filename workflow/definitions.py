"""Process definitions: immutable versions of diagrams with the forms and tables they use."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from threading import Lock
from typing import Any, Generic, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.errors import NotFound
from workflow.models import DefinitionResource, ProcessDefinition, ResourceContent

Activities = Mapping[str, Mapping[str, Any]]
Kept = TypeVar("Kept")


class Recent(Generic[Kept]):
    """The values made last, by key; what is in it never changes."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()
        self._lock = Lock()

    def find(self, key: Hashable, make: Callable[[], Kept]) -> Kept:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = make()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > self.size:
                self._kept.popitem(last=False)
        return made


_activities: Recent[Activities] = Recent(200)


def latest(session: Session, key: str) -> ProcessDefinition:
    """The newest version of a process; NotFound when there is none."""
    query = select(ProcessDefinition).where(ProcessDefinition.key == key).order_by(ProcessDefinition.version.desc())
    found = session.scalars(query.limit(1)).first()
    if found is None:
        raise NotFound("There is no process “{key}”.", key=key)
    return found


def activities(session: Session, definition: ProcessDefinition) -> Activities:
    """element id → what the diagram says of it (engine.Activity as a dict), of this version."""
    return _activities.find((definition.key, definition.sha256), lambda: definition.activities)


def resource(session: Session, definition: ProcessDefinition, name: str) -> bytes:
    """A form or table as pinned with this version, e.g. "receipt-open.form"; NotFound when it has none such."""
    query = (
        select(ResourceContent.content)
        .join(DefinitionResource, DefinitionResource.sha256 == ResourceContent.sha256)
        .where(DefinitionResource.definition_id == definition.id, DefinitionResource.name == name)
    )
    content = session.scalar(query)
    if content is None:
        raise NotFound("The process “{key}” has no form or table “{name}”.", key=definition.key, name=name)
    return content
