"""The tables of reading on the screen. The log is append-only: triggers on both databases keep it, whoever writes; a
view without a grant that covers the material cannot be written at all (Annex C 6)."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive import triggers
from archive.dossier_tables import Dossier
from archive.images.models import ImageFile
from archive.materials.models import Material
from archive.reading.models import ReadingRequest
from workflow.db import Base, status_column

GOING_ON = text("ended_at IS NULL")


class GrantStatus(StrEnum):
    OPEN = "open"
    USED_UP = "used_up"  # the minutes are over
    ENDED = "ended"  # the readers have said they are done
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


GRANT_LABELS = {
    GrantStatus.OPEN: "May be read",
    GrantStatus.USED_UP: "Minutes used up",
    GrantStatus.ENDED: "Read to the end",
    GrantStatus.EXPIRED: "Expired",
    GrantStatus.WITHDRAWN: "Withdrawn",
}


class Grant(Base):
    """What the two readers of a request may see on the screen: which materials, how many minutes, until when."""

    __tablename__ = "reading_grants"
    __table_args__ = (
        CheckConstraint("used_ms >= 0 AND used_ms <= minutes * 60000", name="no_longer_than_granted"),
        CheckConstraint("(status = 'open') = (closed_at IS NULL)", name="closed_at_a_moment"),
        CheckConstraint("status <> 'withdrawn' OR why <> ''", name="withdrawn_for_a_reason"),
        Index("ix_reading_grants_until", "valid_until", sqlite_where=text("closed_at IS NULL")),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("reading_requests.case_id"), unique=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossiers.id"), index=True)
    status: Mapped[GrantStatus] = status_column(GrantStatus, GrantStatus.OPEN)
    minutes: Mapped[int]
    used_ms: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime]
    valid_until: Mapped[datetime]
    may_print: Mapped[bool] = mapped_column(default=False)
    may_download: Mapped[bool] = mapped_column(default=False)
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None] = mapped_column(String(60))
    why: Mapped[str] = mapped_column(Text, default="")

    dossier: Mapped[Dossier] = relationship()
    request: Mapped[ReadingRequest] = relationship()


class GrantedMaterial(Base):
    """A material that a grant covers."""

    __tablename__ = "reading_granted"
    grant_id: Mapped[int] = mapped_column(ForeignKey("reading_grants.id"), primary_key=True)
    material_id: Mapped[int] = mapped_column(ForeignKey("materials.id"), primary_key=True)

    material: Mapped[Material] = relationship()


class Sitting(Base):
    """Two readers before one screen. `first` is signed in there, `second` has signed in beside by their own password;
    both sign-ins must hold. `asked_at`: when both were last asked; `seen_at`: the screen's last sign of life."""

    __tablename__ = "reading_sittings"
    __table_args__ = (
        CheckConstraint("first <> second", name="two_people"),
        CheckConstraint("first_sign_in_id <> second_sign_in_id", name="two_sign_ins"),
        UniqueConstraint("id", "grant_id"),
        Index(
            "uq_reading_sittings_going_on", "grant_id", unique=True, sqlite_where=GOING_ON, postgresql_where=GOING_ON
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    grant_id: Mapped[int] = mapped_column(ForeignKey("reading_grants.id"))
    first: Mapped[str] = mapped_column(ForeignKey("users.name"))
    second: Mapped[str] = mapped_column(ForeignKey("users.name"))
    first_sign_in_id: Mapped[int] = mapped_column(ForeignKey("sign_ins.id"))
    second_sign_in_id: Mapped[int] = mapped_column(ForeignKey("sign_ins.id"))
    address: Mapped[str] = mapped_column(String(60))
    begun_at: Mapped[datetime]
    asked_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    grant: Mapped[Grant] = relationship()


class PageView(Base):
    """A page that was on the screen: which, before whom, when, from where, for how long (`ms`, once it is gone)."""

    __tablename__ = "reading_views"
    __table_args__ = (
        ForeignKeyConstraint(["sitting_id", "grant_id"], ["reading_sittings.id", "reading_sittings.grant_id"]),
        ForeignKeyConstraint(
            ["grant_id", "material_id"],
            ["reading_granted.grant_id", "reading_granted.material_id"],
            name="granted_material",
        ),
        CheckConstraint("first <> second", name="two_people"),
        CheckConstraint("ms IS NULL OR ms >= 0", name="ms_not_negative"),
        Index("ix_reading_views_grant", "grant_id", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    sitting_id: Mapped[int]
    grant_id: Mapped[int]
    material_id: Mapped[int]
    page: Mapped[int]
    image_id: Mapped[int] = mapped_column(ForeignKey("image_files.id"))
    first: Mapped[str] = mapped_column(String(60))
    second: Mapped[str] = mapped_column(String(60))
    address: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    ms: Mapped[int | None]

    image: Mapped[ImageFile] = relationship()
    sitting: Mapped[Sitting] = relationship(viewonly=True)


GUARDS = ("reading_views_stay", "reading_views_fixed")
GONE = "a reading log is never deleted"
REWRITTEN = "a reading log is never rewritten"
_FIXED = ("sitting_id", "grant_id", "material_id", "page", "image_id", "first", "second", "address", "at")
_REWRITES = " OR ".join([*(f"OLD.{column} <> NEW.{column}" for column in _FIXED), "OLD.ms IS NOT NULL"])
_REFUSED = {"reading_views_stay": ("DELETE", GONE, ""), "reading_views_fixed": ("UPDATE", REWRITTEN, _REWRITES)}

for _guard in GUARDS:
    _verb, _said, _when = _REFUSED[_guard]
    triggers.create_with(
        PageView.__table__,
        [triggers.abort(_guard, _verb, PageView.__tablename__, _said, _when)],
        triggers.refuse_rows(_guard, _verb, PageView.__tablename__, _said, _when),
    )
