"""One URL, page or fragment: a page for a browser, the piece that changed for htmx, 304 while nothing did."""

import hashlib
from typing import Any

from flask import Response, make_response, redirect, render_template, request

from web.errors import is_fragment


def page(name: str, fragment: str, **facts: Any) -> Response:
    """The page `name`, or its `fragment` for htmx; an unchanged fragment answers 304 by its ETag."""
    if not is_fragment():
        return make_response(render_template(name, **facts))
    body = render_template(fragment, **facts)
    answer = make_response(body)
    answer.set_etag(hashlib.sha256(body.encode()).hexdigest()[:24])
    return answer.make_conditional(request)


def toast(said: str, then: str, event: str | None = None) -> Response:
    """Something small was done: a toast and an event of the page for htmx, 303 to `then` for a plain form."""
    if not is_fragment():
        return make_response(redirect(then, 303))
    answer = make_response(render_template("_toast.html", said=said, lines=[], kind="ok"))
    answer.headers.update({"HX-Retarget": "#toasts", "HX-Reswap": "beforeend"})
    if event:
        answer.headers["HX-Trigger"] = event
    return answer
