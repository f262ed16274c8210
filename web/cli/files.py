"""flask files move: bring the files of the data folder into the bucket that JUANLIU_S3 names."""

import click
from flask.cli import with_appcontext

from web.cli.output import office, refusals
from workflow import file_moves
from workflow.file_moves import Moved
from workflow.files import SHELVES, FolderStore
from workflow.s3 import S3Store


@click.group("files")
def group() -> None:
    """The file store."""


@group.command("move")
@with_appcontext
@refusals
def move() -> None:
    """Bring every file from the data folder into the bucket of JUANLIU_S3; safe to stop and to repeat.

    Exit code 1 when some could not be brought. Nothing in the folder is changed.
    """
    bucket = office().files
    if not isinstance(bucket, S3Store):
        raise SystemExit("Set JUANLIU_S3 to where the files shall lie.")
    folder = FolderStore(office().settings.data / "files")
    with click.progressbar(length=SHELVES, label="Files") as bar:
        moved = file_moves.move(office().database, folder, bucket, lambda done: bar.update(done - bar.pos))
    _say(moved)
    if moved.lacking or moved.altered:
        raise SystemExit(1)


def _say(moved: Moved) -> None:
    click.echo(f"Brought {moved.brought} files; {moved.there} were there already.")
    for sha256 in moved.lacking:
        click.echo(f"{sha256} is neither in the folder nor in the bucket.", err=True)
    for sha256 in moved.altered:
        click.echo(f"{sha256} is not what was kept: its bytes have changed; it was not brought.", err=True)
