"""`flask demo …`: the demo office."""

import json

import click
from flask import current_app
from flask.cli import AppGroup

from archive.demo import office as demo

group = AppGroup("demo", help="The demo office: invented people, dossiers and a morning of 300 packs.")


@group.command("seed")
@click.option(
    "--dossiers",
    type=click.IntRange(min=10),
    default=demo.STORED,
    show_default=True,
    help="How many dossiers stand on the shelves.",
)
@click.option(
    "--packs",
    type=click.IntRange(min=40),
    default=demo.LISTED,
    show_default=True,
    help="How many packs the morning's list has (from 40).",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was made as JSON.")
def seed(dossiers: int, packs: int, as_json: bool) -> None:
    """Make the demo office in an empty database."""
    office = current_app.office
    with office.database.transaction() as session:
        made = demo.seed(session, dossiers, packs)
    facts = {"people": made.people, "dossiers": made.dossiers, "packs": made.packs, "list": str(made.list_file)}
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False))
    else:
        click.echo(f"{made.people} people, {made.dossiers} dossiers; a list of {made.packs} packs: {made.list_file}")


@group.command("accounts")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def accounts(as_json: bool) -> None:
    """Print the demo accounts and their password."""
    known = demo.accounts(current_app.office)
    if as_json:
        click.echo(json.dumps(known, ensure_ascii=False))
        return
    for account in known:
        click.echo("{account:10} {password}   {name} · {group} / {group_en}".format(**account))
