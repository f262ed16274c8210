"""Column types of the archive."""

from enum import StrEnum
from typing import Any

from sqlalchemy import Enum, String
from sqlalchemy.orm import Mapped, mapped_column


def code(length: int) -> String:
    """Text ordered and compared byte by byte on both databases: codes, numbers, pinyin."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def choice(kind: type[StrEnum], **options: Any) -> Mapped[Any]:
    """A column holding one value of an enum, checked by the database; unlike a status it may be empty."""
    stored = Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=30,
        values_callable=lambda members: [member.value for member in members],
        name=f"{kind.__name__.lower()}_known",
    )
    return mapped_column(stored, **options)


def listed(values: "list[StrEnum] | frozenset[StrEnum]") -> str:
    """The values as SQL writes a list, sorted, e.g. `'lent', 'sorting'`; for constraints and partial indexes."""
    return ", ".join(f"'{value}'" for value in sorted(values))
