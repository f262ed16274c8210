"""What every request passes: limits before parsing, CSRF and origin, and the headers of every answer."""

from typing import Any
from urllib.parse import urlsplit

from flask import Response, abort, current_app, request, session
from flask_wtf.csrf import CSRFError, CSRFProtect

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
FIELDS = 2000  # most form fields or parts of one request
FORM_MEMORY = 2 * 1024 * 1024  # bytes of all fields that are not files
ANONYMOUS_BODY = 64 * 1024  # nobody uploads before signing in
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
}

csrf = CSRFProtect()


def install(app: Any) -> None:
    settings = app.office.settings
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="__Host-juanliu" if settings.secure_cookies else "juanliu",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        TRUSTED_HOSTS=list(settings.hosts) or None,
        MAX_CONTENT_LENGTH=settings.upload_limit + FORM_MEMORY,
        MAX_FORM_MEMORY_SIZE=FORM_MEMORY,
        MAX_FORM_PARTS=FIELDS,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session lives
        WTF_CSRF_SSL_STRICT=False,  # the origin check below is stricter
    )
    app.before_request(_refuse_too_much)
    app.before_request(_refuse_other_sites)
    csrf.init_app(app)
    app.after_request(_protect)


def relaxed_styles(view: Any) -> Any:
    """Mark a view whose page needs style attributes (the diagram): the policy allows these alone."""
    view.relaxed_styles = True
    return view


def local_path(target: str | None, otherwise: str) -> str:
    """`target` when it is a path of this site, else `otherwise`; for "next" parameters."""
    if not target or not target.startswith("/") or target.startswith("//"):
        return otherwise
    if any(character in target for character in "\\\r\n\t\x00") or urlsplit(target).netloc:
        return otherwise
    return target


def _refuse_too_much() -> None:
    """Before anything is parsed: too long a body (413), too many fields (413)."""
    if request.method in SAFE_METHODS:
        return
    if "sign_in" not in session:
        request.max_content_length = ANONYMOUS_BODY
    limit = request.max_content_length
    if request.content_length is not None and limit is not None and request.content_length > limit:
        abort(413)
    if request.mimetype == "application/x-www-form-urlencoded":
        if (request.content_length or 0) > FORM_MEMORY:
            abort(413)
        if request.get_data(cache=True).count(b"&") >= FIELDS:
            abort(413)


def _refuse_other_sites() -> None:
    """A second wall behind the CSRF token: the browser says where an unsafe request comes from."""
    if request.method in SAFE_METHODS:
        return
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    elsewhere = origin is not None and origin != request.host_url.rstrip("/")
    if elsewhere or site not in (None, "same-origin", "none"):
        raise CSRFError("The request came from another site.")


def _protect(response: Response) -> Response:
    view = current_app.view_functions.get(request.endpoint or "")
    relaxed = getattr(view, "relaxed_styles", False)
    policy = POLICY + ("; style-src-attr 'unsafe-inline'" if relaxed else "")
    response.headers.setdefault("Content-Security-Policy", policy)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
        response.vary.update(("HX-Request", "HX-Request-Type"))
    return response
