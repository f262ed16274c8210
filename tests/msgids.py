"""Finds every English sentence a folder says to people: in code, in error classes, in templates."""

import ast
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, nodes

ROOT = Path(__file__).parent.parent
SAYING = {
    "_": 1,
    "sentence": 1,
    "Sentence": 1,
    "ngettext": 2,
    "N_": 1,
    "Entry": 1,
}  # how many first arguments are sentences
TABLES = ("LABELS", "SENTENCES", "WORDS")  # endings of names of tables whose texts are said


def said_in(folder: str) -> dict[str, str]:
    """English sentence → where it is said, of everything in the folder."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / folder).rglob("*")):
        if "node_modules" in path.parts or "static" in path.parts or not path.is_file():
            continue
        where = str(path.relative_to(ROOT))
        if path.suffix == ".py":
            found |= dict.fromkeys(_in_code(ast.parse(path.read_text("utf-8"))), where)
        elif path.suffix in (".html", ".jinja"):
            found |= dict.fromkeys(_in_template(path.read_text("utf-8")), where)
    return {text: where for text, where in found.items() if any(c.isalpha() for c in text)}


def texts_in(folder: str) -> Iterator[str]:
    """Every text constant of the folder's code, and its templates and scripts whole: whatever could be said."""
    for path in sorted((ROOT / folder).rglob("*")):
        if path.suffix == ".py":
            tree = ast.parse(path.read_text("utf-8"))
            yield from (n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str))
        elif path.suffix in (".html", ".jinja", ".js") and "vendor" not in path.parts:
            yield path.read_text("utf-8").replace('\\"', '"')


def _in_code(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _in_call(node)
        elif isinstance(node, ast.ClassDef):
            yield from _in_class(node)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            if any(name.endswith(TABLES) for name in names):
                yield from _texts(node.value.values)


def _in_call(node: ast.Call) -> Iterator[str]:
    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
    if name in SAYING:
        yield from _texts(node.args[: SAYING[name]])
    elif name in refusal_names():
        yield from _texts(node.args[:1])
    if name in refusal_names():
        yield from _texts([each.value for each in node.keywords if each.arg == "message"])


def _in_class(node: ast.ClassDef) -> Iterator[str]:
    if node.name not in refusal_names():
        return
    for each in node.body:
        if isinstance(each, ast.Assign) and any(getattr(target, "id", "") == "message" for target in each.targets):
            yield from _texts([each.value])


def _texts(values: list[ast.expr]) -> Iterator[str]:
    """The text constants among the values, also behind `a if b else c`."""
    for value in values:
        if isinstance(value, ast.IfExp):
            yield from _texts([value.body, value.orelse])
        elif isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield value.value


def _in_template(source: str) -> Iterator[str]:
    for call in Environment(extensions=["jinja2.ext.do"]).parse(source).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in ("_", "ngettext"):
            for argument in call.args[: SAYING[call.node.name]]:
                yield from (each.value for each in _constants(argument) if isinstance(each.value, str))


def _constants(node: nodes.Node) -> Iterator[nodes.Const]:
    if isinstance(node, nodes.Const):
        yield node
    elif isinstance(node, nodes.CondExpr):
        yield from _constants(node.expr1)
        if node.expr2:
            yield from _constants(node.expr2)


_refusals: set[str] = set()


def refusal_names() -> set[str]:
    """The names of every class of the tree of refusals, found in the code of all folders."""
    if not _refusals:
        bases = {"Refusal"}
        classes = [
            (node.name, [getattr(base, "id", getattr(base, "attr", "")) for base in node.bases])
            for folder in ("workflow", "archive", "forms", "web")
            for path in (ROOT / folder).rglob("*.py")
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.ClassDef)
        ]
        while found := {name for name, parents in classes if bases & set(parents)} - bases:
            bases |= found
        _refusals.update(bases)
    return _refusals
