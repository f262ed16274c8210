"""Deployed diagrams and what they use."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from workflow.db import Base
from workflow.models.columns import ElementId, Person


class ResourceContent(Base):
    """A form or decision table, kept once by its hash."""

    __tablename__ = "resource_contents"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ProcessDefinition(Base):
    """A deployed diagram. A version never changes; the same content gives the same version."""

    __tablename__ = "process_definitions"
    __table_args__ = (UniqueConstraint("key", "version"), UniqueConstraint("key", "sha256"))
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(ElementId)
    version: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    names: Mapped[dict[str, Any]] = mapped_column(default=dict)  # language → name
    xml: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    sha256: Mapped[str] = mapped_column(String(64))  # over the diagram and every pinned resource
    activities: Mapped[dict[str, Any]] = mapped_column(deferred=True)  # element id → engine.Activity as a dict
    version_tag: Mapped[str | None] = mapped_column(String(200))  # the modeller's name of this version
    deployed_at: Mapped[datetime]  # one moment for all that is deployed together
    deployed_by: Mapped[str] = mapped_column(Person)
    policy_digest: Mapped[str] = mapped_column(String(64), default="")  # of what stands outside it


class DefinitionResource(Base):
    """Pins the forms and tables a version uses, e.g. name "receipt-open.form"."""

    __tablename__ = "definition_resources"
    definition_id: Mapped[int] = mapped_column(ForeignKey("process_definitions.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("resource_contents.sha256"))
