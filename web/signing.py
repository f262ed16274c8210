"""Signers of a task: ask one more to sign, take one out, take back what waits for others."""

from flask import Blueprint, Response, g, request

from web import asked
from web.i18n import _
from web.naming import person_name
from web.reader import current_user
from web.tasks import after
from workflow import signing, tasks
from workflow.errors import Invalid, sentence
from workflow.identity import User
from workflow.statuses import SignerPlace

blueprint = Blueprint("signing", __name__, url_prefix="/tasks/<int:task_id>")


@blueprint.post("/signers")
def add(task_id: int) -> Response:
    """Ask a person (`to`) to sign before, after or beside me (`where`), with a reason."""
    user = current_user()
    task = tasks.find(g.session, task_id, user)
    to = g.session.get(User, asked.text("to"))
    if to is None:
        raise Invalid(message="Choose the person who shall sign too.")
    signing.add(g.session, task, user, to, _where(), asked.text("reason", 501), _weight())
    return after(task, _("{person} signs too.", person=to.display_name), f"/tasks/{task_id}")


@blueprint.post("/signers/<name>/removal")
def remove(task_id: int, name: str) -> Response:
    user = current_user()
    task = tasks.find(g.session, task_id, user)
    signing.remove(g.session, task, user, asked.text("reason", 501), name)
    return after(task, _("{person} need not sign any more.", person=person_name(name)), f"/tasks/{task_id}")


@blueprint.post("/taking-back")
def take_back(task_id: int) -> Response:
    """Answer otherwise than I did, while others still sign."""
    user = current_user()
    task = tasks.find(g.session, task_id, user)
    signing.take_back(g.session, task, user)
    return after(task, _("It is yours again."), f"/tasks/{task_id}")


def _where() -> SignerPlace:
    try:
        return SignerPlace(request.form.get("where", ""))
    except ValueError:
        raise Invalid(message="Choose when they shall sign.") from None


def _weight() -> int | None:
    text = asked.text("weight", 8)
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise Invalid({"weight": [sentence("A weight is a whole number from 0 to {most}.", most=1_000_000)]})
    return int(text)
