"""Names that modellers and administrators gave, in the reader's language inside a sentence too.

A sentence (workflow.errors) names steps, processes and groups as the diagram and the office do: in Chinese. For an
English reader the facts of these places are said in English where the name has it; whatever else stands in a sentence
(reasons, people, cases) stays as it was written.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from flask import current_app, g, has_request_context
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workflow.identity import Group
from workflow.models import ProcessDefinition

PLACES = frozenset(
    ("task", "step", "steps", "what", "process", "group", "groups", "activity", "name", "people")
)  # of sentences
BETWEEN = "、"  # the Chinese comma of lists


def in_english(place: str, value: Any) -> Any:
    """What a place of a sentence is filled with, for an English reader; a list of names one by one."""
    if isinstance(value, list):
        return [in_english(place, each) for each in value]
    if place not in PLACES or not isinstance(value, str) or not has_request_context():
        return value
    if "english_names" not in g:
        g.english_names = _read()
    return ", ".join(g.english_names.get(each, each) for each in value.split(BETWEEN))


def _read() -> dict[str, str]:
    """Read once per request; on an error's page, where the request's session is over, in a session of its own."""
    if "session" in g and g.session.in_transaction():
        return dict(_given(g.session))
    with current_app.office.database.reading() as session:  # type: ignore[attr-defined]
        return dict(_given(session))


def _given(session: Session) -> Iterator[tuple[str, str]]:
    """(Chinese, English) of groups, of processes and of their steps; of the newest version of each process."""
    newest = select(func.max(ProcessDefinition.id)).group_by(ProcessDefinition.key)
    query = select(ProcessDefinition.name, ProcessDefinition.names, ProcessDefinition.activities)
    for name, names, activities in session.execute(query.where(ProcessDefinition.id.in_(newest))):
        for each in activities.values():
            yield from _pair(each.get("name"), each.get("names"))
        yield from _pair(name, names)
    for group in session.execute(select(Group.name, Group.name_en)):
        yield from _pair(group.name, {"en": group.name_en})


def _pair(name: str | None, names: Mapping[str, str] | None) -> Iterator[tuple[str, str]]:
    if name and (english := (names or {}).get("en")):
        yield name, english
