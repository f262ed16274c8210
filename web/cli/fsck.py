"""flask fsck: check every invariant of the data; exit code 1 when one is broken."""

from dataclasses import asdict

import click
from flask.cli import with_appcontext

from web.cli.output import json_option, office, say
from workflow import fsck


@click.command("fsck")
@json_option
@with_appcontext
def group(as_json: bool) -> None:
    """Check every invariant of the data and name each broken row."""
    with office().database.reading() as session:
        found = [asdict(problem) for problem in fsck.run(session)]
    say(found, as_json, lambda problems: [f"{each['check']}: {each['sentence']}" for each in problems] or ["Clean."])
    if found:
        raise SystemExit(1)
