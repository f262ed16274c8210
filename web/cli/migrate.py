"""flask migrate: bring the database to the newest step."""

import click
from flask.cli import with_appcontext

from web.cli.output import office
from workflow import migrations


@click.command("migrate")
@with_appcontext
def group() -> None:
    """Bring the database's tables to this program's."""
    try:
        migrations.upgrade(office().database)
    except migrations.SchemaTooNew as refused:
        raise click.ClickException(str(refused)) from None
    click.echo(f"The database is at step {migrations.newest()}.")
