"""flask texts begin: have the text read on images that were accepted before the office wanted that."""

import click
from flask.cli import with_appcontext

from archive.images import texts
from web.cli.output import office


@click.group("texts")
def group() -> None:
    """The text on page images."""


@group.command("begin")
@with_appcontext
def begin() -> None:
    """Leave to the workers every dossier with accepted images whose text was not read."""
    if not office().settings.page_texts:
        raise SystemExit("Set JUANLIU_OCR=1 if text shall be read.")
    if not texts.installed():
        raise SystemExit("The text reader is not installed: pip install -r requirements-ocr.txt")
    with office().database.transaction() as session:
        begun = texts.begin_all(session)
    click.echo(f"{begun} dossiers are left to the workers.")
