"""flask packs: import a courier's list from the command line."""

from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.packs import imports
from archive.packs.models import ListStatus, RowStatus
from web.cli.output import json_option, office, refusals, say
from workflow import jobs
from workflow.errors import NotFound
from workflow.identity import User
from workflow.kept_sentences import spoken

IMPORT = "packs.import"  # the permission
group = AppGroup("packs", help="Packs and couriers' lists.")


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--by", help="The login of who imports the list (default: the first who may).")
@click.option("--queue", "queued", is_flag=True, help="Leave the rows to the workers instead of importing them now.")
@json_option
@refusals
def import_list(file: Path, by: str | None, queued: bool, as_json: bool) -> None:
    """Import FILE (.xlsx or .csv): one pack for each row. The same list again brings nothing new."""
    database = office().database
    with database.transaction() as session:
        courier_list = imports.begin(session, file.read_bytes(), file.name, _importer(session, by))
    if not queued:
        _finish(courier_list.id)
    with database.reading() as session:
        facts = _facts(session, courier_list.id)
    say(facts, as_json, _lines)


def _importer(session: Session, name: str | None) -> str:
    """The login named, or that of the first person who may import lists."""
    people = session.scalars(select(User).where(User.active).order_by(User.name)).unique()
    may = [user.name for user in people if (user.name == name if name else user.may(IMPORT))]
    if not may:
        raise NotFound("There is nobody who may import lists: say who does it with --by.")
    return may[0]


def _finish(list_id: int) -> None:
    """Do the import's portions here, unless a worker is already at them."""
    database = office().database
    while True:
        with database.reading() as session:
            courier_list = imports.find(session, list_id)
        if courier_list.status is ListStatus.DONE or not jobs.perform(database, courier_list.job_id):
            return


def _facts(session: Session, list_id: int) -> dict[str, Any]:
    courier_list = imports.find(session, list_id)
    counted = imports.progress(session, courier_list)
    rejected = imports.rows(session, courier_list, RowStatus.REJECTED)
    return {
        "list": courier_list.id,
        "status": courier_list.status.value,
        "rows": counted.rows,
        "accepted": counted.accepted,
        "rejected": counted.rejected,
        "waiting": counted.waiting,
        "reasons": [{"row": row.number, "reason": str(spoken(row.reason))} for row in rejected],
    }


def _lines(facts: dict[str, Any]) -> list[str]:
    head = "List {list}: {rows} rows, {accepted} accepted, {rejected} rejected, {waiting} waiting.".format(**facts)
    return [head, *(f"  row {each['row']}: {each['reason']}" for each in facts["reasons"])]
