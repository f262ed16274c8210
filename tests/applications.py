"""The application on a test's office, quickly: passwords are hashed cheaply, and what Jinja and werkzeug compile for one
application serves the next in the same process: more than the half of what a test of a page takes."""

from collections.abc import Callable
from typing import Any

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

from tests.people import QUICK
from web.app import Juanliu, create_app
from workflow.office import Office
from workflow.passwords import Hasher


class Compiled(BytecodeCache):
    """The templates of this process, by name and content."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


_templates = Compiled()
_builders: dict[Any, Callable[..., tuple[str, str]]] = {}
_compile_builder = Rule._compile_builder


def _compiled_once(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    """What builds the addresses of a rule: it knows the rule's words only, and is told the rule it builds for."""
    key = (rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown)
    if key not in _builders:
        _builders[key] = _compile_builder(rule, append_unknown)
    return _builders[key]


def application(office: Office) -> Juanliu:
    """As in use, but for the hasher."""
    Rule._compile_builder = _compiled_once  # type: ignore[method-assign]
    made = create_app(office=office, hasher=Hasher(QUICK))
    made.jinja_env.bytecode_cache = _templates
    return made
