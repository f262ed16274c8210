"""Saves and loads the tokens of an instance. State only: the process itself comes from its definition.

Layout: version (1 byte) · JSON {"names": [element], "tokens": [[id, parent, element, state, memory, local]]}, parents
before children, parent and element as index (-1: none), memory and local 0 when empty or as in the parent.
User data stands in `memory` and `local` as plain JSON; nothing in it is ever read as an instruction.
"""

from typing import Any

import orjson
from SpiffWorkflow.util.task import TaskState

from workflow.engine.instance import Instance
from workflow.engine.problems import BudgetExceeded, EngineProblem, StateCorrupt
from workflow.engine.specification import Specification
from workflow.engine.token import LIVE, Token
from workflow.errors import sentence
from workflow.expressions import Around

VERSION = 1
SIZE_LIMIT = 256 * 1024


def dump(instance: Instance) -> bytes:
    """The state as bytes; raises BudgetExceeded above 256 KB."""
    rows: list[Any] = []
    names: dict[str, int] = {}
    _dump(instance.task_tree, -1, rows, names)
    try:
        text = orjson.dumps({"names": list(names), "tokens": rows})
    except TypeError:
        raise EngineProblem("An item of a multi-instance is not a JSON value.") from None
    if len(text) > SIZE_LIMIT:
        raise BudgetExceeded(what=sentence("the size of the saved state"), limit=SIZE_LIMIT)
    return bytes([VERSION]) + text


def _dump(token: Token, parent: int, rows: list[Any], names: dict[str, int]) -> None:
    spec = names.setdefault(token.task_spec.name, len(names))
    local = token.data if parent >= 0 and token.data is not token.parent.data else 0
    rows.append([token.id, parent, spec, token.state, token.internal_data or 0, local])
    number = len(rows) - 1
    for child in token.children:
        _dump(child, number, rows, names)


def load(state: bytes, specification: Specification, around: Around | None = None) -> Instance:
    """The instance as it was saved; without `around` only to look at.

    Raises StateCorrupt when the bytes are not a state of this process."""
    content = _content(state)
    instance = Instance(specification, around)
    tokens: list[Token] = []
    try:
        specs = [specification[name] for name in content["names"]]
        for token_id, parent, spec, status, memory, local in content["tokens"]:
            token = Token(instance, specs[spec], tokens[parent] if parent >= 0 else None, status, token_id)
            token.internal_data = memory or {}
            if local:
                token.data = local
            tokens.append(token)
    except (KeyError, IndexError, TypeError, ValueError):
        raise StateCorrupt from None
    if not tokens or tokens[0].task_spec is not specification.start:
        raise StateCorrupt
    instance.task_tree = tokens[0]
    return instance


def new(specification: Specification, around: Around | None = None) -> Instance:
    """An instance without any token yet; without `around` only to look at."""
    instance = Instance(specification, around)
    instance.task_tree = Token(instance, specification.start, None, TaskState.STARTED)
    return instance


def _content(state: bytes) -> dict[str, Any]:
    if not state or state[0] != VERSION:
        raise StateCorrupt
    try:
        content = orjson.loads(state[1:])
    except orjson.JSONDecodeError:
        raise StateCorrupt from None
    if not isinstance(content, dict) or not all(isinstance(content.get(part), list) for part in ("names", "tokens")):
        raise StateCorrupt
    return content


def token_ids(state: bytes) -> list[str]:
    """The ids of all saved tokens; raises StateCorrupt."""
    return [token[0] for token in _content(state)["tokens"]]


def problems(state: bytes, specification: Specification) -> list[str]:
    """What is wrong with a saved state, in sentences."""
    try:
        content = _content(state)
        missing = [name for name in content["names"] if name not in specification.task_specs]
        said = [f"Element “{name}” is not in the process." for name in missing]
        seen: set[str] = set()
        for number, row in enumerate(content["tokens"]):
            said += _row_problems(number, row, seen, len(content["names"]))
        if not said and dump(load(state, specification)) != state:
            said.append("The state is not what would be saved of its tokens.")
    except StateCorrupt as problem:
        return [str(problem)]
    return said


def _row_problems(number: int, row: Any, seen: set[str], names: int) -> list[str]:
    if not isinstance(row, list) or len(row) != 6:
        return [f"Token {number} is not readable."]
    token_id, parent, spec, status = row[:4]
    said = []
    if token_id in seen:
        said.append(f"Token {token_id} is there twice.")
    seen.add(token_id)
    if not (-1 <= parent < number) or (parent == -1) != (number == 0) or not 0 <= spec < names:
        said.append(f"Token {token_id} has no place in the tree.")
    if not status & LIVE:
        said.append(f"Token {token_id} is kept although it is finished.")
    return said
