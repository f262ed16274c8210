"""Lists kept under a name: mine, or shared with a group I belong to; one of them may be where my day begins."""

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects.postgresql import insert  # both databases say "or else" in the same words
from sqlalchemy.orm import Session

from workflow.clock import now
from workflow.errors import Invalid, NotAllowed, NotFound, sentence
from workflow.identity import User
from workflow.models import SavedView, StartPage

LONGEST_NAME = 60
MOST = 50  # of one person
SHARE = "views.share"  # the permission to share with any group; with one's own groups everybody may


def save(
    session: Session, user: User, name: str, asked: Mapping[str, Sequence[str]], group_key: str | None = None
) -> SavedView:
    """Keep what a list asks under a name; over the user's own of that name. Raises Invalid, NotAllowed."""
    name = name.strip()
    if not 0 < len(name) <= LONGEST_NAME or "\x00" in name:
        raise Invalid({"name": [sentence("A view needs a name of at most {most} characters.", most=LONGEST_NAME)]})
    if group_key and group_key not in user.group_keys and not user.may(SHARE):
        raise NotAllowed("You can share a view with your own groups only.")
    mine = list(session.scalars(select(SavedView).where(SavedView.owner == user.name)))
    found = next((each for each in mine if each.name == name), None)
    if found is None:
        if len(mine) >= MOST:
            raise Invalid({"name": [sentence("You keep {most} views already; delete one first.", most=MOST)]})
        found = SavedView(name=name, owner=user.name)
        session.add(found)
    found.asked = {key: list(values) for key, values in asked.items()}
    found.group_key, found.saved_at = group_key or None, now()
    session.flush()  # callers name its id
    return found


def offered(session: Session, user: User) -> list[SavedView]:
    """The user's own views and those shared with their groups, by name."""
    seen = or_(SavedView.owner == user.name, SavedView.group_key.in_(user.group_keys))
    return list(session.scalars(select(SavedView).where(seen).order_by(SavedView.name, SavedView.id)))


def find(session: Session, view_id: int, user: User) -> SavedView:
    """One of the views offered; raises NotFound."""
    found = session.get(SavedView, view_id)
    if found is None or (found.owner != user.name and found.group_key not in user.group_keys):
        raise NotFound
    return found


def remove(session: Session, view: SavedView, user: User) -> None:
    """Delete one's own view; whoever began their day with it begins with the plain list again."""
    if view.owner != user.name:
        raise NotAllowed("Only who has saved a view can delete it.")
    session.execute(delete(StartPage).where(StartPage.view_id == view.id))
    session.delete(view)


def begin_with(session: Session, user: User, view: SavedView | None) -> None:
    """The user's day begins with this view; with None, with the plain list."""
    session.execute(delete(StartPage).where(StartPage.user_name == user.name))
    if view is not None:
        session.execute(insert(StartPage).values(user_name=user.name, view_id=view.id))


def start(session: Session, user: User) -> SavedView | None:
    """The view the user's day begins with, as long as it is offered to them."""
    query = select(SavedView).join(StartPage, StartPage.view_id == SavedView.id)
    found = session.scalar(query.where(StartPage.user_name == user.name))
    usable = found is not None and (found.owner == user.name or found.group_key in user.group_keys)
    return found if usable else None
