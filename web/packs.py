"""Packs: the register, the courier's lists (preview, import, result), a pack without a list, one pack."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from urllib.parse import urlencode

from flask import Blueprint, Response, g, make_response, redirect, render_template, request
from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session, selectinload

from archive import custody
from archive.packs import desk, exceptions, seen
from archive.packs.models import Pack, PackException, PackStatus
from archive.statuses import Channel
from web.asked import text as asked_text
from web.asked import whole
from web.auth import needs
from web.fragments import page
from web.navigation import Entry
from web.reader import current_user
from workflow import cases
from workflow.errors import Conflict, Invalid, NotFound, Sentence, sentence
from workflow.models import Case

blueprint = Blueprint("packs", __name__, url_prefix="/packs")

PAGE = 100
READ, RECEIVE = "dossiers.read", "packs.receive"
ON_COVER = ("tracking_no", "channel", "sender", "sender_city", "name", "id_no")
CHOOSE = sentence("Please choose one.")


@dataclass(frozen=True)
class Asked:
    """What the URL of the register asks for."""

    text: str = ""
    status: str = ""
    code: str = ""
    list_id: int | None = None
    before: int | None = None

    def url(self, **changes: object) -> str:
        asked = {name: value for name, value in {**asdict(self), **changes}.items() if value}
        return "/packs?" + urlencode(asked)


@blueprint.get("")
@needs(READ)
def register() -> Response:
    asked = Asked(
        text=asked_text("text"),
        status=request.args.get("status", "") if request.args.get("status") in set(PackStatus) else "",
        code=request.args.get("code", "") if request.args.get("code") in {*exceptions.CODES, "any"} else "",
        list_id=whole("list_id"),
        before=whole("before"),
    )
    found = list(g.session.scalars(_wanted(asked).limit(PAGE + 1)))
    return page(
        "packs.html",
        "_packs.html",
        asked=asked,
        packs=found[:PAGE],
        older=asked.url(before=found[PAGE - 1].id) if len(found) > PAGE else None,
        visible_cases=visible_cases(g.session, [pack.case_id for pack in found]),
    )


def _wanted(asked: Asked) -> Select[tuple[Pack]]:
    mine = seen.seen_by(g.session, current_user())
    query = select(Pack).where(mine).options(selectinload(Pack.exceptions)).order_by(Pack.id.desc())
    if asked.text:
        columns = (Pack.tracking_no, Pack.listed_name, Pack.sender)
        query = query.where(or_(*(column.icontains(asked.text, autoescape=True) for column in columns)))
    if asked.status:
        query = query.where(Pack.status == PackStatus(asked.status))
    if asked.code:
        raised = exists().where(PackException.pack_id == Pack.id, PackException.resolved_at.is_(None))
        query = query.where(raised if asked.code == "any" else raised.where(PackException.code == asked.code))
    if asked.list_id:
        query = query.where(Pack.list_id == asked.list_id)
    return query.where(Pack.id < asked.before) if asked.before else query


def visible_cases(session: Session, case_ids: list[int | None]) -> set[int]:
    """Which of these cases the reader may see, and so gets a link to."""
    wanted = [case_id for case_id in case_ids if case_id is not None]
    query = cases.visible(session, current_user()).where(Case.id.in_(wanted)).with_only_columns(Case.id)
    return set(session.scalars(query))


@blueprint.get("/<int:pack_id>")
@needs(READ)
def show(pack_id: int) -> str:
    pack = seen.find(g.session, current_user(), pack_id)
    return render_template(
        "pack.html",
        pack=pack,
        moves=custody.chain(g.session, pack),
        case_visible=bool(visible_cases(g.session, [pack.case_id])),
    )


@blueprint.get("/unlisted/new")
@needs(RECEIVE)
def unlisted() -> str:
    typed = {"tracking_no": request.args.get("tracking_no", "")[:60]}
    return render_template("pack_unlisted.html", typed=typed, problems={}, channels=list(Channel))


@blueprint.post("/unlisted")
@needs(RECEIVE)
def receive_unlisted() -> Response:
    """A pack at the desk that stands on no list starts its process; the window then finds its first task."""
    typed = {name: asked_text(name, 200) for name in ON_COVER}
    try:
        with g.session.begin_nested():
            _require_channel(typed["channel"])
            pack = desk.receive_unlisted(g.session, typed, current_user().name)
    except Invalid as wrong:
        return _typed_again(typed, wrong.problems, 422)
    except Conflict as known:
        return _typed_again(typed, {"tracking_no": [_as_far_as_seen(known)]}, 409)
    return make_response(redirect(f"/cases/{pack.case_id}", 303))


def _as_far_as_seen(known: Conflict) -> Sentence:
    """Why the pack is refused; whose pack bears its number already only to who sees that one."""
    if not isinstance(known, desk.AlreadyKnown):
        return known.sentence
    try:
        seen.find(g.session, current_user(), known.pack.id)
    except NotFound:
        return sentence("This tracking number is in use already.")
    return known.sentence


def _typed_again(typed: dict[str, str], problems: Mapping[str, Sequence[Sentence]], status: int) -> Response:
    """The form with what was typed and what is wrong with it."""
    facts = {"typed": typed, "problems": problems, "channels": list(Channel)}
    return make_response(render_template("pack_unlisted.html", **facts), status)


def _require_channel(text: str) -> None:
    if text not in set(Channel):
        raise Invalid({"channel": [CHOOSE]})


NAVIGATION = (Entry("Packs", "packs.register", order=30, permission=READ),)
