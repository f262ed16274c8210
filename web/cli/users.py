"""flask users create|list|password: accounts from the command line."""

import sys

import click
from flask import current_app
from flask.cli import AppGroup

from web.cli.output import json_option, office, refusals, say
from workflow import people

group = AppGroup("users", help="Accounts of people.")


@group.command()
@click.argument("name")
@click.option("--display", "display_name", required=True, help="The person's name.")
@click.option("--group", "groups", multiple=True, help="A group's key; may be given several times.")
@click.option("--password-stdin", is_flag=True, required=True, help="Read the first password from standard input.")
@refusals
def create(name: str, display_name: str, groups: tuple[str, ...], password_stdin: bool) -> None:
    """Make an account; its owner must change the password at the first sign-in."""
    with office().database.reading() as session:
        people.require_new(session, name, display_name)
    hashed = people.password_of(current_app.hasher, _first_line(), name)  # type: ignore[attr-defined]
    with office().database.transaction() as session:
        people.create(session, name, display_name, groups, hashed)
    click.echo(f"Account {name} is made.")


@group.command()
@click.argument("name")
@click.option("--password-stdin", is_flag=True, required=True, help="Read the first password from standard input.")
@refusals
def password(name: str, password_stdin: bool) -> None:
    """Set a first password anew; signs the account out everywhere."""
    hashed = people.password_of(current_app.hasher, _first_line(), name)  # type: ignore[attr-defined]
    with office().database.transaction() as session:
        people.reset_password(session, people.find(session, name), hashed)
    click.echo(f"Account {name} has a new first password.")


@group.command()
@click.argument("name")
@click.argument("head_name", metavar="HEAD", default="")
@refusals
def head(name: str, head_name: str) -> None:
    """Set who oversees a person's work; without HEAD nobody does."""
    with office().database.transaction() as session:
        people.set_head(session, people.find(session, name), head_name)
    click.echo(f"The head of {name} is {head_name or 'nobody'}.")


@group.command("list")
@json_option
def list_(as_json: bool) -> None:
    """All accounts with their groups."""
    with office().database.reading() as session:
        facts = [
            {
                "name": user.name,
                "display_name": user.display_name,
                "active": user.active,
                "groups": user.group_keys,
                "head": user.head,
            }
            for user in people.everyone(session)
        ]
    say(
        facts,
        as_json,
        lambda users: [
            f"{user['name']:<16} {user['display_name']}  [{', '.join(user['groups'])}]"
            + ("" if user["active"] else "  off")
            for user in users
        ],
    )


def _first_line() -> str:
    given = sys.stdin.readline().rstrip("\r\n")
    if not given:
        raise click.UsageError("No password came on standard input.")
    return given
