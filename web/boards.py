"""The board of a signing beside its task: words for it, and what the reader may do with it."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, g

from web.i18n import _
from web.naming import N_, person_name
from web.reader import everybody
from workflow import ballots, signing
from workflow.identity import User
from workflow.models import UserTask
from workflow.signing import Board, Place
from workflow.statuses import SignerPlace, TaskKind, TaskStatus
from workflow.voting import Kind, Result, Share, Side

blueprint = Blueprint("boards", __name__)

KINDS = {
    Kind.ALL: N_("Countersigned: all must agree"),
    Kind.ANY: N_("One agreement is enough"),
    Kind.VOTE: N_("Put to the vote"),
    Kind.IN_TURN: N_("Signed in turn"),
}
PLACES = {
    Place.SIGNED: N_("has signed"),
    Place.ASKED: N_("is asked"),
    Place.WAITS: N_("waits for one asked before"),
    Place.LATER: N_("not yet asked"),
}
SIDES = {Side.FOR: N_("for"), Side.AGAINST: N_("against"), Side.ABSTAIN: N_("abstains")}
TONES = {Side.FOR: "ok", Side.AGAINST: "bad", Side.ABSTAIN: "quiet"}
RESULTS = {Result.AGREED: N_("agreed"), Result.REFUSED: N_("refused"), Result.UNDECIDED: N_("undecided")}
WHERES = {
    SignerPlace.BEFORE: N_("before me: I wait until they have signed"),
    SignerPlace.AFTER: N_("after me: they are asked when I am done"),
    SignerPlace.BESIDE: N_("beside me: both at the same time"),
}
ADDED = {SignerPlace.BEFORE: N_("added before"), SignerPlace.AFTER: N_("added after"), SignerPlace.BESIDE: N_("added")}


def facts(task: UserTask, user: User) -> dict[str, Any]:
    """What the page of a task shows of its signing."""
    board = signing.board(g.session, task, user)
    may_add = signing.why_not_add(g.session, task, user) is None
    open_ = task.status is TaskStatus.OPEN
    return {
        "board": board,
        "may_add": may_add,
        "removable": signing.removable(g.session, task, user) if board and open_ else frozenset(),
        "not_yet_signers": _others(board, task) if may_add else [],
        "signing_waits": ballots.why_not(g.session, task, user) if open_ and task.assignee == user.name else None,
        "aside": _is_aside(board, task, user),
    }


def _is_aside(board: Board | None, task: UserTask, user: User) -> bool:
    """Whether the reader is done with the step, which waits for others."""
    waits = board is not None and board.aside_since is not None and task.kind is TaskKind.STEP
    return waits and task.assignee == user.name


def _others(board: Board | None, task: UserTask) -> list[User]:
    """Everybody who might be asked, by display name."""
    there = {task.assignee, *(line.signer for line in board.lines)} if board else {task.assignee}
    return [person for person in everybody() if person.name not in there]


def share_text(share: Share) -> str:
    """2/3, or: more than 1/2."""
    return _("more than {share}", share=str(share.part)) if share.more else str(share.part)


def quorum_text(quorum: int | Share) -> str:
    return str(quorum) if isinstance(quorum, int) else share_text(quorum)


def names_of(logins: Iterable[str]) -> list[str]:
    return [person_name(login) for login in logins]


@blueprint.app_context_processor
def _globals() -> dict[str, object]:
    words = {
        "signing_kinds": KINDS,
        "signing_places": PLACES,
        "signing_sides": SIDES,
        "signing_tones": TONES,
        "signing_results": RESULTS,
        "signing_wheres": WHERES,
        "signing_added": ADDED,
    }
    return {**words, "share_text": share_text, "quorum_text": quorum_text, "names_of": names_of}
