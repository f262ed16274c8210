"""Every refusal and failure as a page, or as a toast for htmx, in the reader's language; nothing inside leaks.

A page answers its own 422 (messages beside the fields) itself; what arrives here was not answered there.
"""

import logging
import secrets
from typing import Any

from flask import Flask, Response, g, jsonify, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, SecurityError

from web.auth import SignInNeeded
from web.i18n import _, say
from workflow.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal, Unavailable

log = logging.getLogger(__name__)

STATUS = {NotFound: 404, NotAllowed: 403, Conflict: 409, Invalid: 422, Unavailable: 503}
SERIALIZATION_FAILURES = {"40001", "40P01", "55P03"}  # PostgreSQL: serialization, deadlock, lock not available


def install(app: Flask) -> None:
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(SignInNeeded, _sign_in)
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(StaleDataError, lambda _error: _refused(Conflict()))
    app.register_error_handler(IntegrityError, _collided)
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(NoConnectionFree, _database)
    app.register_error_handler(Exception, _failed)


def is_fragment() -> bool:
    """Whether htmx asks for a part of the page and not for a whole one."""
    return "HX-Request" in request.headers and request.headers.get("HX-Request-Type", "partial") != "full"


def problems_of(refusal: Invalid) -> list[str]:
    """Every single problem as a line: field, then what is wrong."""
    lines = []
    for name, sentences in refusal.problems.items():
        lines += [(f"{name}: " if name else "") + say(each) for each in sentences]
    return lines


def _refused(refusal: Refusal) -> Response:
    status = next((code for kind, code in STATUS.items() if isinstance(refusal, kind)), 409)
    lines = problems_of(refusal) if isinstance(refusal, Invalid) else []
    return _answer(status, say(refusal), lines)


def _sign_in(_error: SignInNeeded) -> Response:
    """To the sign-in page, and back here afterwards when this was a page to look at."""
    back = request.full_path.rstrip("?") if request.method == "GET" and not is_fragment() else None
    target = url_for("signing_in.show", next=back)
    if "HX-Request" in request.headers:
        return _plain(401, {"HX-Redirect": target})
    return make_response(redirect(target))


def _forged(_error: CSRFError) -> Response:
    return _answer(400, _("This page was open for too long or was opened elsewhere. Load it again and repeat."))


def _http(error: HTTPException) -> Response:
    if error.response is not None or (error.code or 500) < 400:
        return error.get_response()  # type: ignore[return-value]
    code = error.code or 500
    if isinstance(error, SecurityError):  # a host that is not ours: no URL can be made for it
        return make_response("This host name is not served here.", code, {"Content-Type": "text/plain"})
    sentences = {
        404: _("There is nothing here that you may see."),
        405: _("This address does not know that action."),
        413: _("That is too large: too big a file or too many fields."),
    }
    answer = _answer(code, sentences.get(code) or _("The request could not be understood."))
    if code == 405 and error.get_headers():
        answer.headers["Allow"] = ", ".join(getattr(error, "valid_methods", None) or ())
    return answer


def _collided(error: IntegrityError) -> Response:
    """Two did the same at once and the database let one through."""
    log.warning("integrity_conflict", extra={"path": request.path, "error": _first_line(error.orig)})
    return _refused(Conflict())


def _database(error: DBAPIError | NoConnectionFree) -> Response:
    cause = getattr(error, "orig", None)
    state = getattr(cause, "sqlstate", None)
    if state in SERIALIZATION_FAILURES:
        return _refused(Conflict())
    if isinstance(error, DataError):
        log.warning("value_not_kept", extra={"path": request.path, "error": _first_line(cause)})
        return _refused(Invalid(message="A value is too large, or holds characters that are not text."))
    if isinstance(error, OperationalError | NoConnectionFree):
        log.error("database_unavailable", extra={"path": request.path, "error": _first_line(cause or error)})
        return _refused(Unavailable("The database is busy or out of reach. Nothing was lost; please try again."))
    return _failed(error)


def _first_line(error: object) -> str:
    """What follows in a database's words may be a whole row of values."""
    return str(error).partition("\n")[0]


def _failed(_error: Exception) -> Response:
    reference = secrets.token_hex(4)
    log.exception("request_failed", extra={"reference": reference, "path": request.path, "method": request.method})
    said = _(
        "Something went wrong on our side. Nothing of this step was kept. Reference: {reference}", reference=reference
    )
    return _answer(500, said)


def _answer(status: int, said: str, lines: list[str] | None = None) -> Response:
    """A toast for htmx, JSON for programs, a page for people. The transaction is gone: the page reads nothing."""
    g.failed = True
    headers = {}
    if status == 503:
        headers["Retry-After"] = "5"
    if _wants_json():
        return make_response(jsonify(status=status, message=said, problems=lines or []), status, headers)
    if is_fragment():
        headers |= {"HX-Retarget": "#toasts", "HX-Reswap": "beforeend", "HX-Push-Url": "false"}
        body = render_template("_toast.html", said=said, lines=lines or [], kind="bad")
    else:
        body = render_template("error.html", status=status, said=said, lines=lines or [])
    return make_response(body, status, headers)


def _wants_json() -> bool:
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], default="text/html")
    return best == "application/json" and "HX-Request" not in request.headers


def _plain(status: int, headers: dict[str, Any]) -> Response:
    return make_response("", status, headers)
