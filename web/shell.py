"""What the layout asks: the reader, the theme, the office's name, whether a page exists."""

import re

from flask import Flask, current_app

from web.reader import theme, viewer


def install(app: Flask) -> None:
    app.jinja_env.globals.update(
        viewer=viewer, theme=theme, office_name=office_name, has_endpoint=has_endpoint, browser_name=browser_name
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def office_name() -> str:
    return current_app.office.settings.office_name  # type: ignore[attr-defined]


def has_endpoint(endpoint: str) -> bool:
    """Whether a page with this endpoint is installed."""
    return endpoint in current_app.view_functions


def browser_name(agent: str) -> str:
    """`Chrome 126 · Windows` out of a user-agent header; the header's beginning when it is unlike any known."""
    own = re.search(r"(Edg|OPR)/(\d+)", agent)  # these also call themselves Chrome
    browser = own or re.search(r"(Firefox|Chrome|Version)/(\d+)", agent)
    system = re.search(r"Windows|Android|iPhone|iPad|Mac OS|Linux|CrOS|HarmonyOS", agent)
    if browser is None:
        return agent[:40] or "?"
    name = {"Edg": "Edge", "OPR": "Opera", "Version": "Safari"}.get(browser[1], browser[1])
    return f"{name} {browser[2]}" + (f" · {system[0]}" if system else "")
