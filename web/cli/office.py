"""`flask office …`: what an office needs before its first day."""

import click
from flask.cli import AppGroup

from archive import founding, storage
from web.cli.output import office, refusals

group = AppGroup("office", help="What an office needs before its first day: groups, processes, calendar, shelves.")


@group.command()
@refusals
def found() -> None:
    """Make the standard groups, deploy the shipped processes, fill the calendar; what is there stays."""
    with office().database.transaction() as session:
        made = founding.found(session)
    click.echo(f"The office is ready; groups made: {', '.join(made) or 'none'}.")


@group.command()
@click.argument("room")
@click.argument("name")
@click.option("--rows", type=click.IntRange(1, 99), required=True, help="Rows of cabinets.")
@click.option("--cabinets", type=click.IntRange(1, 99), required=True, help="Cabinets in a row.")
@click.option("--layers", type=click.IntRange(1, 9), required=True, help="Layers on each side of a cabinet.")
@click.option("--places", type=click.IntRange(1, 99), required=True, help="Places on a layer.")
@click.option("--capacity", type=click.IntRange(1, 99), default=1, show_default=True, help="Dossiers in a place.")
@refusals
def furnish(room: str, name: str, rows: int, cabinets: int, layers: int, places: int, capacity: int) -> None:
    """Make a storeroom and its positions: ROOM is its code (K01), NAME what people call it."""
    shelves = storage.Shelves(rows=rows, cabinets=cabinets, layers=layers, places=places, capacity=capacity)
    with office().database.transaction() as session:
        made = storage.furnish(session, room, name, shelves)
    click.echo(f"Room {room}: {made} new positions.")
