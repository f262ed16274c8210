"""Column types of the archive."""

from enum import StrEnum
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from workflow.db import by_value


def code(length: int) -> String:
    """Text ordered and compared byte by byte on both databases: codes, numbers, pinyin."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def choice(kind: type[StrEnum], **options: Any) -> Mapped[Any]:
    """A column holding one value of an enum, checked by the database; unlike a status it may be empty."""
    return mapped_column(by_value(kind), **options)


def listed(values: "list[StrEnum] | frozenset[StrEnum]") -> str:
    """The values as SQL writes a list, sorted, e.g. `'lent', 'sorting'`; for constraints and partial indexes."""
    return ", ".join(f"'{value}'" for value in sorted(values))
