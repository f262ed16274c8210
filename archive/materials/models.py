"""The tables of materials. A material once written down is never deleted (Annex C 16): triggers on both databases
refuse it, and a material's way from state to state is kept move by move."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive import columns, triggers
from archive.dossier_tables import Dossier
from archive.materials.categories import LEAVES
from workflow.db import Base, status_column


class MaterialState(StrEnum):
    """What became of a material."""

    LOOSE = "loose"  # in the dossier, not yet classed
    KEPT = "kept"  # stands in the catalogue
    RETURNED = "returned"  # sent back for missing formalities
    TRANSFERRED = "transferred"  # to another archive
    TO_PERSON = "to_person"  # given back to the person
    DESTROYED = "destroyed"
    FROZEN = "frozen"  # suspicious: neither filed nor thrown away
    STRUCK = "struck"  # written down in error: there is no such paper


MATERIAL_STATE_LABELS = {
    MaterialState.LOOSE: "Not yet classed",
    MaterialState.KEPT: "In the catalogue",
    MaterialState.RETURNED: "Returned for formalities",
    MaterialState.TRANSFERRED: "Transferred to another archive",
    MaterialState.TO_PERSON: "Given back to the person",
    MaterialState.DESTROYED: "Destroyed",
    MaterialState.FROZEN: "Frozen as suspicious",
    MaterialState.STRUCK: "Written in error",
}

_M = MaterialState
_OUT = frozenset({_M.RETURNED, _M.TRANSFERRED, _M.TO_PERSON, _M.DESTROYED})
MATERIAL_MOVES: dict[MaterialState, frozenset[MaterialState]] = {
    _M.LOOSE: _OUT | {_M.KEPT, _M.FROZEN, _M.STRUCK},
    _M.KEPT: _OUT | {_M.LOOSE, _M.FROZEN, _M.STRUCK},
    _M.RETURNED: frozenset({_M.LOOSE}),  # it comes back mended
    _M.FROZEN: _OUT | {_M.LOOSE},  # cleared, or decided by an audit
    _M.TRANSFERRED: frozenset(),
    _M.TO_PERSON: frozenset(),
    _M.DESTROYED: frozenset(),
    _M.STRUCK: frozenset(),
}
PRESENT = frozenset({_M.LOOSE, _M.KEPT, _M.FROZEN})  # the paper lies in the dossier
_LEGAL = ", ".join(sorted(f"'{start}>{end}'" for start, ends in MATERIAL_MOVES.items() for end in ends))
_CODES = ", ".join(f"'{code}'" for code in LEAVES)


class Material(Base):
    """A paper of a dossier: a row of its catalogue once it is classed. `formed` is YYYY, YYYY-MM or YYYY-MM-DD;
    `seq` counts within the class; `revision` counts the changes of what the row says, not of its place."""

    __tablename__ = "materials"
    __table_args__ = (
        UniqueConstraint("dossier_id", "code", "seq", name="uq_materials_order"),
        Index("ix_materials_dossier", "dossier_id", "state"),
        Index("ix_materials_name", "name", "id"),
        CheckConstraint(f"code IS NULL OR code IN ({_CODES})", name="leaf_code"),
        CheckConstraint(f"(state = '{MaterialState.KEPT}') = (seq IS NOT NULL)", name="kept_in_order"),
        CheckConstraint("seq IS NULL OR code IS NOT NULL", name="order_in_a_class"),
        CheckConstraint("seq >= 1", name="counts_from_one"),
        CheckConstraint("pages >= 0", name="pages_not_negative"),
        CheckConstraint("length(formed) IN (0, 4, 7, 10)", name="formed_is_partial_date"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossiers.id"))
    state: Mapped[MaterialState] = status_column(MaterialState, MaterialState.LOOSE)
    code: Mapped[str | None] = mapped_column(columns.code(4))
    seq: Mapped[int | None]
    name: Mapped[str] = mapped_column(String(300))
    formed: Mapped[str] = mapped_column(columns.code(10), default="")
    pages: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(String(300), default="")
    copy: Mapped[bool] = mapped_column(default=False)  # a copy, not the original
    received_at: Mapped[date]  # the day it came into the dossier
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(60))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)  # the case it came with
    revision: Mapped[int] = mapped_column(default=1)

    dossier: Mapped[Dossier] = relationship(viewonly=True)


class MaterialMove(Base):
    """One legal move of a material from state to state: who, when, for which case, why."""

    __tablename__ = "material_moves"
    __table_args__ = (
        UniqueConstraint("material_id", "seq"),
        CheckConstraint(f"from_state IS NULL OR from_state || '>' || to_state IN ({_LEGAL})", name="legal_move"),
        CheckConstraint("(seq = 1) = (from_state IS NULL)", name="first_from_nothing"),
        CheckConstraint('agreed_by <> "by"', name="agreed_by_another"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    material_id: Mapped[int] = mapped_column(ForeignKey("materials.id"))
    seq: Mapped[int]
    from_state: Mapped[str | None] = mapped_column(String(30))
    to_state: Mapped[str] = mapped_column(String(30))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(60))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    why: Mapped[str] = mapped_column(Text, default="")
    agreed_by: Mapped[str | None] = mapped_column(String(60))  # the second person, where it takes two


NEVER = "a material is never deleted"
GUARDED = ("materials", "material_moves")
SQLITE_GUARDS = tuple(triggers.abort(f"{table}_stay", "DELETE", table, NEVER) for table in GUARDED)
POSTGRESQL_REFUSAL = triggers.refusal("refuse_delete", NEVER)
POSTGRESQL_GUARDS = tuple(
    f"CREATE TRIGGER {table}_stay BEFORE DELETE OR TRUNCATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION refuse_delete()"
    for table in GUARDED
)
for _table, _sqlite, _postgresql in zip(
    (Material.__table__, MaterialMove.__table__), SQLITE_GUARDS, POSTGRESQL_GUARDS, strict=True
):
    triggers.create_with(_table, [_sqlite], [POSTGRESQL_REFUSAL, _postgresql])
