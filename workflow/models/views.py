"""Lists kept under a name."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from workflow.db import Base


class SavedView(Base):
    """A list somebody keeps: theirs, or shared with a group. `asked` is what it asks, as its page's address says it:
    name → values."""

    __tablename__ = "saved_views"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    owner: Mapped[str] = mapped_column(ForeignKey("users.name"), index=True)
    group_key: Mapped[str | None] = mapped_column(ForeignKey("groups.key"), index=True)
    asked: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]


class StartPage(Base):
    """The list a person's day begins with."""

    __tablename__ = "start_pages"
    user_name: Mapped[str] = mapped_column(ForeignKey("users.name"), primary_key=True)
    view_id: Mapped[int] = mapped_column(ForeignKey("saved_views.id", ondelete="CASCADE"))
