"""Whom a list of signers may name: the members of a group."""

from sqlalchemy.orm import Session

from workflow import identity
from workflow.registry import expression_function


@expression_function("members")
def members(session: Session, *groups: str) -> list[str]:
    """The logins of the active people of these groups, each once, by display name; nobody for an unknown group."""
    return list(dict.fromkeys(person.name for person in identity.members(session, [str(each) for each in groups])))
