"""What materials are found by: every name that stands in a catalogue, once, with its words for the full-text index.

A hundred thousand dossiers share a few thousand names (“2018年度考核登记表”); the index stands over the names, and
`ix_materials_name` leads from a name to its materials. Words as archive.search_index makes them.
"""

from collections.abc import Iterable, Iterator

from sqlalchemy import DDL, String, Text, event, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from archive import search_index
from archive.materials.models import Material
from workflow.db import Base
from workflow.registry import fsck_check

SQLITE_CREATE = (
    "CREATE VIRTUAL TABLE material_names_index USING fts5"
    "(words, content='material_names', content_rowid='id', tokenize='unicode61')",
    "CREATE TRIGGER material_names_added AFTER INSERT ON material_names BEGIN"
    " INSERT INTO material_names_index(rowid, words) VALUES (new.id, new.words); END",
    "CREATE TRIGGER material_names_removed AFTER DELETE ON material_names BEGIN"
    " INSERT INTO material_names_index(material_names_index, rowid, words)"
    " VALUES ('delete', old.id, old.words); END",
)
SQLITE_DROP = ("DROP TABLE IF EXISTS material_names_index",)
POSTGRESQL_CREATE = (
    "CREATE INDEX ix_material_names_index ON material_names USING gin (to_tsvector('simple', words))",
    "CREATE INDEX ix_material_names_nearest ON material_names (length(name), (name::text))",
)


class MaterialName(Base):
    """A name that some material bears or bore. Rows are added, never changed."""

    __tablename__ = "material_names"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(300), unique=True)
    words: Mapped[str] = mapped_column(Text)


for _moment, _statements, _dialect in (
    ("after_create", SQLITE_CREATE, "sqlite"),
    ("before_drop", SQLITE_DROP, "sqlite"),
    ("after_create", POSTGRESQL_CREATE, "postgresql"),
):
    for _statement in _statements:
        event.listen(MaterialName.__table__, _moment, DDL(_statement).execute_if(dialect=_dialect))


def write(session: Session, names: Iterable[str]) -> None:
    """Let these names be found; those that are already stay as they are."""
    wanted = {name for name in names if name}
    known = set(session.scalars(select(MaterialName.name).where(MaterialName.name.in_(wanted)))) if wanted else set()
    fresh = [{"name": name, "words": words_of(name)} for name in sorted(wanted - known)]
    if fresh:
        session.execute(insert(MaterialName).values(fresh).on_conflict_do_nothing())


def words_of(name: str) -> str:
    """The words of a name for the index, one for each letter, digit and character."""
    return " ".join(search_index.characters(name))


@fsck_check("materials_found")
def _unfound(session: Session) -> Iterator[str]:
    """Every material is found by its name."""
    asked = select(Material.name, func.min(Material.id)).outerjoin(MaterialName, MaterialName.name == Material.name)
    for name, material in session.execute(asked.where(MaterialName.id.is_(None)).group_by(Material.name)):
        yield f"Material {material} ({name}) is not found by its name."
