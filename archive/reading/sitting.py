"""B7d: two readers before one screen. Both sign-ins hold, both are asked for their passwords again every few minutes;
each page is written down when it comes and how long it stayed, by the clock of the house.

A page is on the screen as long as the screen gives signs of life; after SILENCE it counts as gone, and both are asked
again. GET requests only look (`standing`); what it leads to is written by `settle`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from archive import parameters
from archive.images.models import ImageFile
from archive.reading import approval, grants
from archive.reading.grant_tables import Grant, GrantStatus, PageView, Sitting
from archive.refusals import wrong
from workflow import history, office, signins
from workflow.clock import now
from workflow.errors import Conflict, NotFound
from workflow.identity import User
from workflow.signins import SignIn

SILENCE = timedelta(seconds=60)
MS = timedelta(milliseconds=1)


class State(StrEnum):
    """How a sitting stands."""

    GOING_ON = "going_on"
    ASK_AGAIN = "ask_again"  # both must show that they are there
    USED_UP = "used_up"
    EXPIRED = "expired"
    LEFT = "left"  # one of the two is signed in no more
    OVER = "over"


@dataclass(frozen=True)
class Standing:
    """`left`: ms that may still be read, the page on the screen taken off; `again`: seconds until both are asked."""

    state: State
    left: int
    again: int
    view: PageView | None


def begin(session: Session, grant: Grant, first: SignIn, second: User, address: str, agent: str) -> Sitting:
    """The reader signed in by `first` and `second`, whose password was just right, sit down together.

    `second` gets a sign-in of their own for it, to be revoked like any other. Raises Invalid for the same person or no
    reader, Conflict when the grant is closed or read at another screen, when either is a relative meanwhile.
    """
    if second.name == first.user_name:
        raise wrong("second", "The second reader is somebody else: two people read together.")
    if not grants.is_reader(grant, second.name) or not grants.is_reader(grant, first.user_name):
        raise wrong("second", "{name} is none of the readers of this request.", name=second.display_name)
    if not grants.is_open(grant):
        raise Conflict("This reading is closed already.")
    refuse_kin(session, grant)
    beside = signins.find(session, signins.begin(session, second, address, agent))
    assert beside is not None
    times = dict.fromkeys(("begun_at", "asked_at", "seen_at"), now())
    who = {"first": first.user_name, "second": second.name}
    signed = {"first_sign_in_id": first.id, "second_sign_in_id": beside.id, "address": address[:60]}
    sitting = Sitting(grant_id=grant.id, **who, **signed, **times)
    try:
        with session.begin_nested():
            session.add(sitting)
    except IntegrityError:
        raise Conflict("This is being read at another screen. End that sitting first.") from None
    history.record(session, grant.request.case, first.user_name, "sitting_begun", second=second.name, address=address)
    return sitting


def of_browser(session: Session, grant: Grant, sign_in: SignIn) -> Sitting | None:
    """The sitting that goes on in this browser."""
    found = now_at(session, grant)
    return found if found is not None and found.first_sign_in_id == sign_in.id else None


def now_at(session: Session, grant: Grant) -> Sitting | None:
    """The sitting that goes on, wherever."""
    asked = select(Sitting).where(Sitting.grant_id == grant.id, Sitting.ended_at.is_(None))
    return session.scalars(asked).first()


def standing(session: Session, sitting: Sitting) -> Standing:
    """How it stands at this moment; nothing is written."""
    grant, view = sitting.grant, open_view(session, sitting)
    spent = _spent(view, sitting) if view else 0
    left = max(0, grants.left(grant) - spent)
    minutes = parameters.value(session, "reading_ask_again", case=grant.case_id)
    again = sitting.asked_at + timedelta(minutes=minutes) - now()
    state = _state(session, sitting, left, again)
    return Standing(state, left, max(0, int(again.total_seconds())), view)


def settle(session: Session, sitting: Sitting) -> Standing:
    """The same, and what follows from it is written: the page is gone, the sitting or the grant is over."""
    found = standing(session, sitting)
    if found.state is State.GOING_ON:
        sitting.seen_at = now()
        signins.touch(session, sitting.second_sign_in_id)
        return found
    _take_away(session, sitting)
    if found.state in (State.USED_UP, State.EXPIRED):
        end(session, sitting)
        ended = GrantStatus.USED_UP if found.state is State.USED_UP else GrantStatus.EXPIRED
        grants.end(session, sitting.grant, ended, history.SYSTEM)
    elif found.state is State.LEFT:
        end(session, sitting)
    session.flush()  # pages read it next
    return found


def turn(session: Session, sitting: Sitting, image: ImageFile, address: str) -> PageView:
    """Lay a page of the grant on the screen; the one before is gone. Raises NotFound for a page that is not granted and
    Conflict when nothing may be read now."""
    if settle(session, sitting).state is not State.GOING_ON:
        raise Conflict("Nothing can be read now. Open the reading again.")
    if image.id not in {each.id for each in grants.leaves(session, sitting.grant)}:
        raise NotFound
    _take_away(session, sitting)
    place = {"material_id": image.material_id, "page": image.page, "image_id": image.id}
    who = {"first": sitting.first, "second": sitting.second, "address": address[:60], "at": now()}
    view = PageView(sitting_id=sitting.id, grant_id=sitting.grant_id, **place, **who)
    session.add(view)
    session.flush()  # its number is the image's address
    return view


def ask_again(session: Session, sitting: Sitting) -> None:
    """Both have typed their passwords again. Raises Conflict when one of them is a relative meanwhile."""
    refuse_kin(session, sitting.grant)
    sitting.asked_at = sitting.seen_at = now()
    for sign_in in (sitting.first_sign_in_id, sitting.second_sign_in_id):
        signins.touch(session, sign_in)


def end(session: Session, sitting: Sitting) -> None:
    """The two get up; what is left of the grant may be read another time."""
    _take_away(session, sitting)
    _part(session, sitting)
    sitting.ended_at = now()


def open_view(session: Session, sitting: Sitting) -> PageView | None:
    """The page on the screen."""
    asked = select(PageView).where(PageView.sitting_id == sitting.id, PageView.ms.is_(None))
    return session.scalars(asked.order_by(PageView.id.desc())).first()


def log(session: Session, grant: Grant) -> list[PageView]:
    """Every page that was read by this grant, in order."""
    return list(session.scalars(select(PageView).where(PageView.grant_id == grant.id).order_by(PageView.id)))


def mark(session: Session, view: PageView) -> tuple[str, str]:
    """What lies across the page: both readers, the time, the address, the approval; and the same in plain letters."""
    at = office.of(session).local(now()).strftime("%Y-%m-%d %H:%M")
    names = " ".join(session.get_one(User, each).display_name for each in (view.first, view.second))
    number = view.sitting.grant.request.number or ""
    tail = f"{at}  {view.address}"
    return f"{names}  {tail}  {number}", f"{view.first} {view.second}  {tail}"


def refuse_kin(session: Session, grant: Grant) -> None:
    """Nobody of the family reads, also when that came out after the approval; raises Conflict naming the reader."""
    why = approval.why_not_readable(session, grant.request)
    if why is not None:
        raise Conflict(why.template, **why.facts)


def _state(session: Session, sitting: Sitting, left: int, again: timedelta) -> State:
    grant = sitting.grant
    if sitting.ended_at is not None or grant.status is not GrantStatus.OPEN:
        return State.OVER
    if now() >= grant.valid_until:
        return State.EXPIRED
    if left <= 0:
        return State.USED_UP
    if not all(_holds(session, each) for each in (sitting.first_sign_in_id, sitting.second_sign_in_id)):
        return State.LEFT
    silent = now() - sitting.seen_at > SILENCE
    return State.ASK_AGAIN if silent or again <= timedelta(0) else State.GOING_ON


def _holds(session: Session, sign_in_id: int) -> bool:
    """Whether this sign-in was not revoked and its user is still here; the asking looks after how long it is idle."""
    found = session.get_one(SignIn, sign_in_id)
    return found.revoked_at is None and now() < found.expires_at and found.user.active


def _spent(view: PageView, sitting: Sitting) -> int:
    """How long the page has been on the screen, in ms: until now, or until the screen fell silent."""
    until: datetime = min(now(), max(sitting.seen_at, view.at) + SILENCE)
    return max(0, int((until - view.at) / MS))


def _take_away(session: Session, sitting: Sitting) -> None:
    """The page leaves the screen: how long it stayed is written and taken off the minutes."""
    view = open_view(session, sitting)
    if view is None:
        return
    grant = sitting.grant
    view.ms = min(_spent(view, sitting), grants.left(grant))
    grant.used_ms += view.ms
    session.flush()  # the log is complete before anything else


def _part(session: Session, sitting: Sitting) -> None:
    """The sign-in of the second reader, made for this sitting, is over with it."""
    signins.revoke(session, session.get_one(SignIn, sitting.second_sign_in_id))
