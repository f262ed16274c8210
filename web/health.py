"""GET /healthz: whether the installation can serve (200) or not yet (503), and what of it is degraded.

Says nothing about the data, so that a monitor may ask without signing in.
"""

import logging
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from flask import Blueprint, current_app, g, jsonify
from sqlalchemy.exc import SQLAlchemyError

from archive.images import texts
from web.auth import public
from workflow import heartbeats, migrations
from workflow.office import Office

log = logging.getLogger(__name__)
blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def show() -> Any:
    office: Office = current_app.office  # type: ignore[attr-defined]
    database = _database(office)
    facts = {"database": database, "version": program_version()}
    if database != "ok":
        return jsonify({"status": "unavailable"} | facts), 503
    facts |= {"queue": _queue(office), "worker": _process("worker"), "scheduler": _process("scheduler")}
    facts |= {"texts": _texts(office)}
    degraded = [name for name in ("queue", "worker", "scheduler") if facts[name]["state"] != "ok"]
    return jsonify({"status": "degraded" if degraded else "ok", "degraded": degraded} | facts)


def program_version() -> str:
    try:
        return version("juanliu")
    except PackageNotFoundError:
        return "source"


def _database(office: Office) -> str:
    """ "ok", or why not: out of reach, or its tables are not those of this program."""
    try:
        found = migrations.version(office.database)
    except SQLAlchemyError:
        log.exception("database_unreachable")
        return "unreachable"
    return "ok" if found == migrations.newest() else "not migrated"


def _texts(office: Office) -> dict[str, str]:
    """Whether this machine can read the text on page images, if the office wants that; without it all else works."""
    if not office.settings.page_texts:
        return {"state": "off"}
    return {"state": "ok" if texts.installed() else "not installed"}


def _queue(office: Office) -> dict[str, str]:
    """The queue only wakes workers: without it work goes on slower, by the sweep."""
    if office.queue is None:
        return {"state": "off"}
    return {"state": "ok" if office.queue.length() is not None else "unreachable"}


def _process(name: str) -> dict[str, str | None]:
    at: datetime | None = heartbeats.last(g.session, name)
    return {"state": "ok" if heartbeats.alive(at) else "silent", "last_seen": at.isoformat() if at else None}
