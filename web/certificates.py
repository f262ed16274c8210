"""The public page that says whether a certificate is genuine: number and check code, typed or brought by its QR code.

It tells the kind and the day of the paper, nothing of the person; guessing is slowed down as at the sign-in.
"""

from typing import Any

from flask import Blueprint, g, render_template, request

from archive.certificates import verifying
from archive.certificates.verifying import Answer, Verdict
from web import asked
from web.auth import public

blueprint = Blueprint("certificates", __name__, url_prefix="/certificates")
LONGEST = 80
STATUS = {Verdict.WAIT: 429, Verdict.NOT_GENUINE: 422}


@blueprint.get("/verification")
@public
def show() -> str:
    """The form; the QR code of a paper fills it in."""
    return _page(None)


@blueprint.post("/verification")
@public
def verify() -> Any:
    answer = verifying.verify(g.session, *_typed(), request.remote_addr or "")
    return _page(answer), STATUS.get(answer.verdict, 200)


def _typed() -> tuple[str, str]:
    return asked.text("number", LONGEST), asked.text("code", LONGEST)


def _page(answer: Answer | None) -> str:
    number, code = _typed()
    return render_template("certificate_verification.html", answer=answer, verdicts=Verdict, number=number, code=code)
