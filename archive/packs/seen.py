"""Which packs a reader sees: those that became no dossier yet, and those whose dossier they see (archive.sight)."""

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from archive import sight
from archive.packs.models import CourierList, CourierRow, Pack
from workflow.errors import NotFound
from workflow.identity import User


def seen_by(session: Session, user: User) -> ColumnElement[bool]:
    """The condition on Pack."""
    if not user.may(sight.READ):  # at the desk a pack is seen by the permission of the desk
        return sight.EVERYTHING
    return sight.through(Pack.dossier_id, sight.seen_by(session, user))


def rows_seen_by(session: Session, user: User) -> ColumnElement[bool]:
    """The condition on CourierRow: those that became no pack, and those whose pack the user sees."""
    if not sight.is_limited(user):
        return sight.EVERYTHING
    mine = select(Pack.id).where(seen_by(session, user))
    return or_(CourierRow.pack_id.is_(None), CourierRow.pack_id.in_(mine))


def lists_seen_by(session: Session, user: User) -> ColumnElement[bool]:
    """The condition on CourierList: those with a row the user sees; to who is limited a list of others' packs only is
    none."""
    if not sight.is_limited(user):
        return sight.EVERYTHING
    mine = select(CourierRow.list_id).where(rows_seen_by(session, user))
    return CourierList.id.in_(mine)


def find(session: Session, user: User, pack_id: int) -> Pack:
    """The pack; NotFound alike when there is none and when its dossier is not the user's to see."""
    found = session.scalars(select(Pack).where(Pack.id == pack_id, seen_by(session, user))).first()
    if found is None:
        raise NotFound
    return found
