"""flask scheduler: timers, sweeps, expired messages, until asked to stop."""

import signal
from threading import Event

import click
from flask.cli import with_appcontext

from web.cli.output import office
from workflow import heartbeats, scheduler


@click.command("scheduler")
@with_appcontext
def group() -> None:
    """Keep time: fire due timers and find what was lost."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_signal: stop.set())
    with heartbeats.beating(office().database, "scheduler"):
        scheduler.run(office(), stop)
