"""Runs every registered check."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from workflow import registry

PORTION = 500  # rows of instances and definitions looked at together


@dataclass(frozen=True)
class Problem:
    """One breach: the name of the check and what is wrong where."""

    check: str
    sentence: str


def run(session: Session) -> list[Problem]:
    """Every breach of every registered check; nothing when all is well."""
    return list(breaches(session))


def breaches(session: Session) -> Iterator[Problem]:
    """The same, each as soon as it is found."""
    for name, check in registry.checks.items():
        for said in check(session):
            yield Problem(name, said)
