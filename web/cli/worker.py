"""flask worker: perform machine work until asked to stop."""

import click
from flask.cli import with_appcontext

from web.cli.output import office
from workflow import heartbeats, worker


@click.command("worker")
@with_appcontext
def group() -> None:
    """Take wake-ups from the queue and perform the jobs they name."""
    with heartbeats.beating(office().database, "worker"):
        worker.run(office())
