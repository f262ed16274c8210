"""The index by which names are found: words any full-text engine splits alike, so both databases answer the same.

See docs/decisions/0003-search.md. Each Chinese character becomes one word (`单` → `u5355`), so any part of a name is a
phrase; each way to read the name becomes its endings (`shanxiongxin xiongxin xin`, `sxx xx x`), so any syllable on
is the beginning of a word. A lone `0` stands between name and former name, so that no phrase runs across.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import DDL, ForeignKey, Text, event
from sqlalchemy.orm import Mapped, Session, mapped_column

from archive import names
from workflow.db import Base

BREAK = "0"
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
POSTGRESQL_CREATE = (
    "CREATE INDEX ix_person_words_index ON person_words USING gin (to_tsvector('simple', words))",
)


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


def words_of(*called: str | None) -> str:
    """The words to index for somebody called so."""
    present = [name for name in called if name]
    phrases = f" {BREAK} ".join(" ".join(characters(name)) for name in present)
    sounds = dict.fromkeys(sound for name in present for sound in _sounds(name))
    return " ".join([phrases, BREAK, *sounds])


def characters(text: str) -> list[str]:
    """One word for each Chinese character; letters and digits stay words; other signs only part them."""
    return "".join(map(_spread, text.lower())).split()


def _spread(sign: str) -> str:
    if names.is_chinese(sign):
        return f" u{ord(sign):x} "
    return sign if sign.isalnum() else " "


def _sounds(name: str) -> list[str]:
    """Every ending, from each syllable on, of every reading and of its initials."""
    found = []
    for way in names.readings(name):
        for start in range(len(way)):
            found += ["".join(way[start:]), "".join(part[0] for part in way[start:])]
    return found
