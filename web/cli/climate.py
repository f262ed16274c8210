"""`flask climate …`: instruments of the storerooms, and the gateways that post what they read."""

import click
from flask.cli import AppGroup

from archive.climate import sensors
from archive.climate.models import Measure
from web.cli.output import office, refusals

group = AppGroup("climate", help="Instruments of the storerooms and their gateways.")


@group.command()
@click.argument("code")
@click.argument("room")
@click.argument("measure", type=click.Choice([each.value for each in Measure]))
@refusals
def sensor(code: str, room: str, measure: str) -> None:
    """Install an instrument: CODE (K01-T1) in ROOM (K01)."""
    with office().database.transaction() as session:
        made = sensors.install(session, code, room, Measure(measure))
        said = f"Instrument {made.code} in room {made.room_code}."
    click.echo(said)


@group.command()
@click.argument("name")
@refusals
def gateway(name: str) -> None:
    """Listen to a gateway; prints its secret, this once. For a known one: another secret."""
    with office().database.transaction() as session:
        secret = sensors.admit(session, name)
    click.echo(secret)


@group.command()
@click.argument("name")
@refusals
def withdraw(name: str) -> None:
    """Listen to a gateway no more."""
    with office().database.transaction() as session:
        sensors.withdraw(session, name)
    click.echo("It is not listened to any more.")
