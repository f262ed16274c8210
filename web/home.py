"""The front door: to the first page the reader may open."""

from typing import Any

from flask import Blueprint, redirect, url_for

from web import navigation

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def show() -> Any:
    entries = navigation.entries()
    return redirect(url_for(entries[0].endpoint if entries else "profile.show"))
