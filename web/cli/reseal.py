"""flask reseal: after a change of JUANLIU_SEALS, seal the state of every process with the first of them."""

import click
from flask.cli import with_appcontext

from web.cli.output import office
from workflow import seals


@click.command("reseal")
@with_appcontext
def group() -> None:
    """Seal the states of all processes with the first secret of JUANLIU_SEALS. Run it while nothing else runs."""
    with office().database.transaction() as session:
        broken = seals.reseal_all(session.connection(), seals.keys(office().settings))
    click.echo("Every state is sealed with the first secret." if not broken else f"These do not open: {broken}")
    if broken:
        raise SystemExit(1)
