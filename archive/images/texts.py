"""The text layer of accepted page images: what an engine read on each, beside the image, to be searched and looked at.

It is read by jobs in a confined child, page by page, once for the same bytes; people change nothing of it. It decides
nothing: archive.materials.suggestions makes proposals of it, which a person takes over or not (decision 0018).
"""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata, util
from typing import Any

import orjson
from sqlalchemy import DDL, JSON, CheckConstraint, ForeignKey, Index, Select, String, Text, event, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from archive import search_index
from archive.dossier_tables import Dossier
from archive.images.demands import ImageKind
from archive.images.models import ImageFile
from archive.materials.models import Material
from workflow import jobs, office
from workflow.clock import now
from workflow.confined import Broken, Confined, Overstepped
from workflow.db import Base, Database
from workflow.errors import Unavailable
from workflow.files import FileStore
from workflow.registry import Repeat, Work, fsck_check, prepares, service_task

ENGINE = "rapidocr"
TOPIC = "images.texts"
SECONDS = 60.0  # of the processor for one page; a full one takes five
PATIENCE = 300.0  # seconds by the wall clock, on a machine that has much else to do
MEMORY = 600 * 1024 * 1024  # of addresses above what the child has when it has read once; it uses a third
LONGEST = 15_000  # characters of a page that are kept; an index counts places up to 16,383
SQLITE_CREATE = (
    "CREATE VIRTUAL TABLE image_texts_index USING fts5"
    "(words, content='image_texts', content_rowid='image_id', tokenize='unicode61')",
    "CREATE TRIGGER image_texts_added AFTER INSERT ON image_texts BEGIN"
    " INSERT INTO image_texts_index(rowid, words) VALUES (new.image_id, new.words); END",
    "CREATE TRIGGER image_texts_removed AFTER DELETE ON image_texts BEGIN"
    " INSERT INTO image_texts_index(image_texts_index, rowid, words)"
    " VALUES ('delete', old.image_id, old.words); END",
    "CREATE TRIGGER image_texts_changed AFTER UPDATE ON image_texts BEGIN"
    " INSERT INTO image_texts_index(image_texts_index, rowid, words) VALUES ('delete', old.image_id, old.words);"
    " INSERT INTO image_texts_index(rowid, words) VALUES (new.image_id, new.words); END",
)
SQLITE_DROP = ("DROP TABLE IF EXISTS image_texts_index",)
POSTGRESQL_CREATE = ("CREATE INDEX ix_image_texts_index ON image_texts USING gin (to_tsvector('simple', words))",)

log = logging.getLogger(__name__)
reader = Confined("archive.images.letters", "prepare", seconds=SECONDS, memory=MEMORY, patience=PATIENCE)


class ImageText(Base):
    """What was read on one image. `lines`: [text, confidence, [left, top, right, bottom] in thousandths], from the top;
    `words`: what it is found by. An image that could not be read has no lines and says so (`failed`)."""

    __tablename__ = "image_texts"
    __table_args__ = (
        CheckConstraint("length(sha256) = 64", name="whole_hash"),
        Index("ix_image_texts_sha256", "sha256"),
    )
    image_id: Mapped[int] = mapped_column(ForeignKey("image_files.id"), primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(String(64))  # of the bytes that were read
    text: Mapped[str] = mapped_column(Text)
    lines: Mapped[list[Any]] = mapped_column(JSON)
    words: Mapped[str] = mapped_column(Text)
    engine: Mapped[str] = mapped_column(String(60))
    failed: Mapped[bool] = mapped_column(default=False)
    read_at: Mapped[datetime]

    image: Mapped[ImageFile] = relationship()


for _moment, _statements, _dialect in (
    ("after_create", SQLITE_CREATE, "sqlite"),
    ("before_drop", SQLITE_DROP, "sqlite"),
    ("after_create", POSTGRESQL_CREATE, "postgresql"),
):
    for _statement in _statements:
        event.listen(ImageText.__table__, _moment, DDL(_statement).execute_if(dialect=_dialect))


def installed() -> bool:
    """Whether this machine can read text."""
    return all(util.find_spec(each) for each in (ENGINE, "onnxruntime", "cv2"))


def begin(session: Session, dossier: Dossier) -> bool:
    """Have the accepted images of the dossier read, where the office wants that; whether it does."""
    if not (_is_wanted(session) and installed()):
        return False
    if session.scalar(_waiting().where(Material.dossier_id == dossier.id).limit(1)) is not None:
        jobs.add(session, TOPIC, {"dossier_id": dossier.id})
    return True


def begin_all(session: Session) -> int:
    """The same for every dossier with accepted images that were not read, as when the office begins to want it; how
    many are begun. Safe to repeat: who finds nothing left to read is done at once."""
    if not (_is_wanted(session) and installed()):
        return 0
    waiting = list(session.scalars(_waiting().with_only_columns(Material.dossier_id).distinct()))
    for dossier_id in sorted(waiting):
        jobs.add(session, TOPIC, {"dossier_id": dossier_id})
    return len(waiting)


@dataclass(frozen=True)
class Read:
    """What an engine read in these bytes: lines as ImageText keeps them."""

    sha256: str
    lines: list[Any]
    engine: str
    failed: bool


@prepares(TOPIC)
def read_ahead(database: Database, work: Work) -> Read | None:
    """Read the next page of a dossier: seconds in which nobody waits for this."""
    with database.reading() as session:
        image = _next(session, work)
        if image is None or not _is_wanted(session) or _known(session, image) is not None:
            return None
        session.expunge(image)
    return _read(database.info["office"].files, image)


@service_task(TOPIC)
def read_portion(session: Session, work: Work) -> Mapping[str, Any] | Repeat:
    """Keep what was read on the next page of a dossier; repeats until every accepted page has its text, or the office
    does not want it any more (begin_all takes it up again)."""
    image = _next(session, work)
    if image is None or not _is_wanted(session):
        return {}
    found = _known(session, image) or work.prepared  # the same page may lie beside the dossier's next record
    if found is not None and found.sha256 == image.sha256:
        _keep(session, image, found.lines, found.engine, found.failed)
    return Repeat()


def of(session: Session, dossier: Dossier) -> dict[int, list[list[Any]]]:
    """The lines of each material's current pages, page by page, by the material's id; only where all pages are read."""
    asked = select(ImageFile.material_id, ImageText.lines).join(ImageText, ImageText.image_id == ImageFile.id)
    asked = asked.join(Material, Material.id == ImageFile.material_id).where(Material.dossier_id == dossier.id)
    found: dict[int, list[list[Any]]] = {}
    for material, lines in session.execute(asked.where(CURRENT).order_by(ImageFile.material_id, ImageFile.page)):
        found.setdefault(material, []).append(lines)
    return found


CURRENT = ImageFile.superseded_at.is_(None)


def _waiting() -> Select[tuple[ImageFile]]:
    """The images for reading that are accepted and have no text yet."""
    asked = select(ImageFile).join(Material, Material.id == ImageFile.material_id)
    asked = asked.outerjoin(ImageText, ImageText.image_id == ImageFile.id).where(ImageText.image_id.is_(None))
    accepted = (ImageFile.kind == ImageKind.OPTIMISED, ImageFile.accepted_at.is_not(None), CURRENT)
    return asked.where(*accepted)


def _is_wanted(session: Session) -> bool:
    return office.of(session).settings.page_texts


def _next(session: Session, work: Work) -> ImageFile | None:
    mine = Material.dossier_id == work.payload["dossier_id"]
    return session.scalar(_waiting().where(mine).order_by(ImageFile.id).limit(1))


def _known(session: Session, image: ImageFile) -> ImageText | None:
    return session.scalar(select(ImageText).where(ImageText.sha256 == image.sha256).limit(1))


def _read(files: FileStore, image: ImageFile) -> Read:
    if not installed():
        raise Unavailable("The text reader is not installed on this machine; another worker may have it.")
    place, engine = files.path(image.sha256), f"{ENGINE} {metadata.version(ENGINE)}"
    if not place.exists():
        raise Unavailable("The file {name} is missing in the store.", name=image.name)
    for _twice in range(2):  # the second time in a child of its own: the first may have been worn, or the machine slow
        try:
            return Read(image.sha256, orjson.loads(reader.call("lines", str(place))), engine, False)
        except (Overstepped, Broken) as fault:
            log.warning("text_not_read", extra={"image": image.id, "fault": type(fault).__name__})
    return Read(image.sha256, [], engine, True)


def _keep(session: Session, image: ImageFile, lines: list[Any], engine: str, failed: bool) -> None:
    text = "\n".join(line[0] for line in lines)[:LONGEST]
    row = ImageText(
        image_id=image.id,
        sha256=image.sha256,
        text=text,
        lines=lines,
        words=" ".join(search_index.characters(text)),
        engine=engine,
        failed=failed,
        read_at=now(),
    )
    session.add(row)
    session.flush()  # the next page is asked for


@fsck_check("texts_of_images")
def _strange(session: Session) -> Iterator[str]:
    """Every text layer is of an image there is, and of the very bytes that lie beside its page."""
    asked = select(ImageText.image_id, ImageFile.sha256).outerjoin(ImageFile, ImageFile.id == ImageText.image_id)
    differs = ImageFile.id.is_(None) | (ImageFile.sha256 != ImageText.sha256)
    for image, sha256 in session.execute(asked.where(differs).order_by(ImageText.image_id)):
        gone = "is of no image that is here" if sha256 is None else "was read from other bytes than the image's"
        yield f"The text of image {image} {gone}."
