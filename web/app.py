"""The application: one transaction per request, every blueprint found by itself."""

import importlib
import pkgutil
from functools import cache
from types import ModuleType
from typing import Any

import click
from flask import Blueprint, Flask, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

import web
from web import assets, auth, errors, i18n, live, navigation, security, shell
from workflow import jobs, registry
from workflow.office import Office, open_office
from workflow.passwords import STANDARD, Hasher
from workflow.settings import Settings, from_environment

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Juanliu(Flask):
    """Flask, with the request's transaction around the view."""

    office: Office
    hasher: Hasher

    def dispatch_request(self) -> Any:
        """Run the view in one transaction (unsafe methods) or a reading session (GET, HEAD).

        Returning keeps the work, raising undoes it; an error of the commit reaches the error handlers too.
        """
        database = self.office.database
        view = self.view_functions.get(request.endpoint or "")
        reading = request.method in SAFE_METHODS or getattr(view, "own_transactions", False)
        with database.reading() if reading else database.transaction() as g.session:
            return auth.guard(view) or super().dispatch_request()


def create_app(settings: Settings | None = None, office: Office | None = None, hasher: Hasher = STANDARD) -> Juanliu:
    """The application on an office (tests give one) or on the settings (default: the environment's).

    `hasher` is weakened in tests only. Touches no table.
    """
    registry.discover("workflow", "archive", "forms")
    app = Juanliu("web")
    app.office = office or open_office(settings or from_environment())
    app.hasher = hasher
    if office is None:
        app.office.files.check()
    if app.office.queue is None and office is None:
        app.office.queue = jobs.Queue(app.office.settings.queue_url)
    if app.office.settings.secure_cookies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)
    modules = _modules()
    for part in (security, auth, i18n, errors, navigation, assets, shell, live):
        part.install(app)
    for module in modules:
        _register(app, module)
    return app


@cache
def _modules() -> list[ModuleType]:
    found = pkgutil.walk_packages(web.__path__, "web.")
    return [importlib.import_module(module.name) for module in found]


def _register(app: Juanliu, module: ModuleType) -> None:
    """What a module of `web` may carry: a `blueprint`, a command line (`group`), `navigation` entries."""
    blueprint, group = getattr(module, "blueprint", None), getattr(module, "group", None)
    if isinstance(blueprint, Blueprint) and blueprint.import_name == module.__name__:
        app.register_blueprint(blueprint)
    if isinstance(group, click.Command) and module.__name__.startswith("web.cli."):
        app.cli.add_command(group)
    for entry in getattr(module, "NAVIGATION", ()):
        navigation.add(app, entry)
