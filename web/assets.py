"""Static files: addressed by content, so that a browser may keep them for ever; vendor files may be absent."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, url_for
from markupsafe import Markup

FOLDER = Path(__file__).parent / "static"
ICONS = FOLDER / "icons"
YEAR = 365 * 24 * 3600


def install(app: Flask) -> None:
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = YEAR
    app.jinja_env.globals.update(asset=asset, has_asset=has_asset, icon=icon)


def asset(name: str) -> str:
    """The URL of a file below static/, e.g. asset("vendor/htmx.min.js"); changes when the content does."""
    path = FOLDER / name
    changed = path.stat().st_mtime_ns if path.exists() else 0
    return url_for("static", filename=name, v=_digest(path, changed))


def has_asset(name: str) -> bool:
    """Whether the file is there; vendor files are fetched at set-up and every page works without them."""
    return (FOLDER / name).is_file()


@cache
def icon(name: str) -> Markup:
    """An own SVG icon of static/icons, inlined; takes the colour of the text around it."""
    drawing = (ICONS / f"{name}.svg").read_text(encoding="utf-8").strip()
    return Markup(drawing.replace("<svg ", '<svg class="icon" aria-hidden="true" focusable="false" ', 1))


@cache
def _digest(path: Path, changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10] if changed else "absent"
