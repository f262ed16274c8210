"""Keeping a mobile person's dossier and every service around it costs the person nothing (人社部发〔2014〕90号), so
nothing here has a place to write an amount in (Annex C 17). What the office itself buys (scanning, goods) has."""

import json
import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from workflow.models import DefinitionResource, ProcessDefinition, ResourceContent
from workflow.registry import fsck_check

SERVICES = (
    "audit", "certif", "courier", "custody", "dispatch", "dossier", "key-handover", "loan", "loose", "material",
    "pack", "person", "reading", "receipt", "sorting", "special-audit", "transfer",
)  # fmt: skip
MONEY = re.compile(r"(^|_)(amount|fees?|price|charges|payments?|paid|costs?|money)(_|$)|收费|费用|金额|价款|应收|缴费")
COLUMNS = {
    "sqlite": "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'",
    "postgresql": "SELECT table_name, column_name FROM information_schema.columns"
    " WHERE table_schema = current_schema()",
}


@fsck_check("services_free_of_charge")
def _amounts(session: Session) -> Iterator[str]:
    """No table of a service has a column for an amount, no form of a service a field for one (Annex C 17)."""
    for table, column in session.execute(text(COLUMNS[session.get_bind().dialect.name])):
        if table.startswith(SERVICES) and MONEY.search(column):
            yield f"The table {table} has a column for an amount: {column}."
    for process, form, field in sorted(_fields(session)):
        if MONEY.search(field):
            yield f"The form {form} of the process {process} has a field for an amount: {field}."


def _fields(session: Session) -> set[tuple[str, str, str]]:
    """(process, form, key or label of a field) of every service deployed."""
    pinned = (DefinitionResource.definition_id == ProcessDefinition.id) & DefinitionResource.name.endswith(".form")
    asked = select(ProcessDefinition.key, DefinitionResource.name, DefinitionResource.sha256).join(
        DefinitionResource, pinned
    )
    found: dict[str, set[tuple[str, str]]] = {}
    for process, name, sha256 in session.execute(asked.distinct()):
        if process.startswith(SERVICES):
            found.setdefault(sha256, set()).add((process, name))
    said = set()
    contents = select(ResourceContent.sha256, ResourceContent.content).where(ResourceContent.sha256.in_(found))
    for sha256, content in session.execute(contents):
        words = set(_words(json.loads(content)))
        said |= {(process, name, word) for process, name in found[sha256] for word in words}
    return said


def _words(component: dict[str, Any]) -> Iterator[str]:
    """The keys and labels of a form's fields, however deep."""
    for each in component.get("components", ()):
        yield from (str(each[name]) for name in ("key", "path", "label") if each.get(name))
        yield from _words(each)
