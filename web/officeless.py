"""The application of commands that need no office: they run without settings, database, secret or queue.

The whole application takes a second longer to load and asks for all of these.
"""

from collections.abc import Sequence

from flask import Flask
from flask.cli import AppGroup

from web.cli.simulate import simulate

COMMANDS = {("definitions", "simulate")}


def asked_for(arguments: Sequence[str]) -> bool:
    """Whether a command line (sys.argv) asks for such a command."""
    return not COMMANDS.isdisjoint(zip(arguments, arguments[1:], strict=False))


def create_app() -> Flask:
    """An application with these commands only."""
    app = Flask("web")
    group = AppGroup("definitions")
    group.add_command(simulate)
    app.cli.add_command(group)
    return app
