"""The index by which names are found: words any full-text engine splits alike, so both databases answer the same.

See docs/decisions/0003-search.md. Each Chinese character becomes one word (`单` → `u5355`), so any part of a name is a
phrase; each way to read the name becomes its endings (`pshanxiongxin pxiongxin pxin`, `psxx pxx px`), so whatever
begins at a syllable is the beginning of a word. Every word is one small letter and then letters and digits of ASCII.
`break` stands between name and former name, so that no phrase runs across.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import DDL, ColumnElement, ForeignKey, Text, and_, event, func, inspect, literal_column, select, table
from sqlalchemy.orm import Mapped, Session, mapped_column

from archive import names
from workflow.db import Base

BREAK = "break"
SOUND = "p"  # begins every word that is a way to say something, not to write it
SQLITE_CREATE = (
    "CREATE VIRTUAL TABLE person_words_index USING fts5"
    "(words, content='person_words', content_rowid='person_id', tokenize='unicode61')",
    "CREATE TRIGGER person_words_added AFTER INSERT ON person_words BEGIN"
    " INSERT INTO person_words_index(rowid, words) VALUES (new.person_id, new.words); END",
    "CREATE TRIGGER person_words_removed AFTER DELETE ON person_words BEGIN"
    " INSERT INTO person_words_index(person_words_index, rowid, words)"
    " VALUES ('delete', old.person_id, old.words); END",
    "CREATE TRIGGER person_words_changed AFTER UPDATE ON person_words BEGIN"
    " INSERT INTO person_words_index(person_words_index, rowid, words) VALUES ('delete', old.person_id, old.words);"
    " INSERT INTO person_words_index(rowid, words) VALUES (new.person_id, new.words); END",
)
SQLITE_DROP = ("DROP TABLE IF EXISTS person_words_index",)
POSTGRESQL_CREATE = ("CREATE INDEX ix_person_words_index ON person_words USING gin (to_tsvector('simple', words))",)


class PersonWords(Base):
    """The words a person is found by; the full-text index stands over this table."""

    __tablename__ = "person_words"
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), primary_key=True, autoincrement=False)
    words: Mapped[str] = mapped_column(Text)


def _listen(moment: str, statements: Iterable[str], dialect: str) -> None:
    for statement in statements:
        event.listen(PersonWords.__table__, moment, DDL(statement).execute_if(dialect=dialect))


_listen("after_create", SQLITE_CREATE, "sqlite")
_listen("before_drop", SQLITE_DROP, "sqlite")
_listen("after_create", POSTGRESQL_CREATE, "postgresql")


def write(session: Session, person: Any) -> None:
    """Index a person (with id, name and former_name) anew."""
    words = words_of(person.name, person.former_name)
    kept = session.get(PersonWords, person.id)
    if kept is None:
        session.add(PersonWords(person_id=person.id, words=words))
    elif kept.words != words:
        kept.words = words
    session.flush()  # a search in this transaction finds the person


def in_a_row(session: Session, indexed: type[Base], row: Sequence[str]) -> ColumnElement[bool]:
    """That these words (at least one) stand one behind the other in `words` of a table that has such an index.

    PostgreSQL's index knows which words are in a text, not where; the place is looked up in the text itself, as its own
    phrase search (`<->`) would split every text anew and counts places to 16,383 only.
    """
    if session.get_bind().dialect.name == "sqlite":
        return _match(indexed, f'"{" ".join(row)}"')
    words: ColumnElement[str] = indexed.__table__.c.words
    return and_(_holds(words, " & ".join(row)), func.strpos(" " + words + " ", f" {' '.join(row)} ") > 0)


def begun(session: Session, indexed: type[Base], beginning: str) -> ColumnElement[bool]:
    """That a word of `words` begins so."""
    if session.get_bind().dialect.name == "sqlite":
        return _match(indexed, f'"{beginning}" *')
    return _holds(indexed.__table__.c.words, f"{beginning}:*")


def _match(indexed: type[Base], term: str) -> ColumnElement[bool]:
    index = f"{indexed.__tablename__}_index"
    (key,) = inspect(indexed).primary_key
    return key.in_(
        select(literal_column("rowid")).select_from(table(index)).where(literal_column(index).bool_op("MATCH")(term))
    )


def _holds(words: ColumnElement[str], term: str) -> ColumnElement[bool]:
    simple = literal_column("'simple'")
    return func.to_tsvector(simple, words).bool_op("@@")(func.to_tsquery(simple, term))


def words_of(*called: str | None) -> str:
    """The words to index for somebody called so."""
    present = [name for name in called if name]
    phrases = f" {BREAK} ".join(" ".join(characters(name)) for name in present)
    sounds = dict.fromkeys(sound for name in present for sound in _sounds(name))
    return " ".join([phrases, BREAK, *sounds])


def characters(text: str) -> list[str]:
    """The letters, digits and characters of a name, one word each: `单A` → ["u5355", "u61"]."""
    return [f"u{ord(sign):x}" for sign in text.lower() if sign.isalnum()]


def sound(text: str) -> str:
    """A typed reading as the index writes it: `Shan Xiong` → "pshanxiong"."""
    return SOUND + "".join(sign for sign in text.lower() if sign.isascii() and sign.isalnum())


def _sounds(name: str) -> list[str]:
    """Every ending, from each syllable on, of every reading and of its initials."""
    found = []
    for way in names.readings(name):
        for start in range(len(way)):
            found += [sound("".join(way[start:])), sound("".join(part[0] for part in way[start:]))]
    return [word for word in found if word != SOUND]
