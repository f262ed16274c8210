"""The rules of the house, as code. A rule takes a module and yields what breaks it, a sentence each."""

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
LAYERS = ("workflow", "archive", "forms", "web")  # each may import those before it
PRODUCT = (*LAYERS, "wsgi.py")
BESIDE = ("tools", "bench", "tests")  # may import the product, never the other way round
HOMES = {
    "SpiffWorkflow": ("workflow/engine/",),
    "rq": ("workflow/queues.py", "workflow/worker.py"),
    "flask": ("web/", "wsgi.py"),
    "flask_login": ("web/",),
    "flask_wtf": ("web/",),
    "marshmallow": ("forms/",),
    "docxtpl": ("workflow/documents.py", "workflow/documents/"),
    "alembic": ("workflow/migrations/",),
}
MAY_CATCH_ALL = (
    "workflow/db.py",
    "workflow/jobs.py",
    "workflow/worker.py",
    "workflow/scheduler.py",
    "workflow/timers.py",
    "workflow/messages.py",
    "workflow/event_starts.py",
)
LONGEST_MODULE, LONGEST_FUNCTION = 300, 40
BANNED_CLASS = re.compile(r"Manager|Service(?!s?Task)|Helper|Util|^Base[A-Z]")
BANNED_MODULE = re.compile(r"manager|service(?!_?task)|helper|util|misc|common")
BANNED_FUNCTION = re.compile(r"^_?(get|do|handle)_")
ASKED_BY_FRAMEWORKS = {"get_id"}  # Flask-Login calls it

Breach = str
Rule = Callable[["Module"], Iterator[Breach]]
rules: list[Rule] = []


@dataclass(frozen=True)
class Module:
    """A source file: its path from the checkout, with slashes, and its text."""

    path: str
    source: str
    tree: ast.Module = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tree", ast.parse(self.source, self.path))

    @property
    def folder(self) -> str:
        return self.path.partition("/")[0]

    @property
    def is_product(self) -> bool:
        return self.folder in PRODUCT

    @property
    def is_test(self) -> bool:
        return self.folder == "tests"

    @property
    def is_step(self) -> bool:
        """A migration step: written by a program, never changed."""
        return self.path.startswith("workflow/migrations/scripts/")

    def imported(self) -> Iterator[tuple[int, str]]:
        """Every import, as (line, "package.module")."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield node.lineno, "." * node.level + (node.module or "")

    def nodes(self, kind: type[ast.AST] | tuple[type[ast.AST], ...]) -> Iterator[ast.AST]:
        return (node for node in ast.walk(self.tree) if isinstance(node, kind))


FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def rule(check: Rule) -> Rule:
    rules.append(check)
    return check


def breaches(module: Module) -> list[Breach]:
    return [f"{module.path}:{said}" for check in rules for said in check(module)]


def modules() -> Iterator[Module]:
    """Every Python source of the checkout."""
    for place in (*PRODUCT, *BESIDE):
        files = [CHECKOUT / place] if place.endswith(".py") else sorted((CHECKOUT / place).rglob("*.py"))
        for file in files:
            yield Module(file.relative_to(CHECKOUT).as_posix(), file.read_text())


@rule
def imports_go_down(module: Module) -> Iterator[Breach]:
    """web → forms → archive → workflow, and never from the product into tools, bench or tests."""
    if not module.is_product:
        return
    allowed = LAYERS if module.folder not in LAYERS else LAYERS[: LAYERS.index(module.folder) + 1]
    for line, name in module.imported():
        package = name.partition(".")[0]
        if package in (*LAYERS, *BESIDE) and package not in allowed:
            yield f"{line}: {module.folder} may not import {package}"
        if name.startswith("."):
            yield f"{line}: say where it is imported from: no relative imports"


@rule
def every_framework_has_one_home(module: Module) -> Iterator[Breach]:
    for line, name in module.imported():
        package = name.partition(".")[0]
        home = HOMES.get(package, ())
        if module.is_product and home and not module.path.startswith(home):
            yield f"{line}: {package} is imported in {', '.join(home)} only"


@rule
def imports_stand_at_the_top(module: Module) -> Iterator[Breach]:
    for function in module.nodes((*FUNCTIONS, ast.Lambda)):
        for node in ast.walk(function):
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield f"{node.lineno}: an import inside a function"


@rule
def only_the_database_module_commits(module: Module) -> Iterator[Breach]:
    if not module.is_product or module.path == "workflow/db.py":
        return
    for call in module.nodes(ast.Call):
        if isinstance(call.func, ast.Attribute) and call.func.attr == "commit":
            yield f"{call.lineno}: only workflow/db.py commits"


@rule
def a_status_is_an_enum(module: Module) -> Iterator[Breach]:
    """Compared, assigned or passed as text, it would outlive a renaming unnoticed."""
    if not module.is_product or module.is_step:
        return
    for node in ast.walk(module.tree):
        match node:
            case ast.Compare(left=left, comparators=[right]) if _status_and_text(left, right):
                yield f"{node.lineno}: a status compared with text"
            case ast.Assign(targets=[target], value=value) if _status_and_text(target, value):
                yield f"{node.lineno}: a status written as text"
            case ast.keyword(arg="status", value=ast.Constant(value=str())):
                yield f"{node.value.lineno}: a status passed as text"


def _status_and_text(one: ast.expr, other: ast.expr) -> bool:
    named = {_last_name(one), _last_name(other)}
    texts = (one, *_members(one), other, *_members(other))
    return "status" in named and any(isinstance(part, ast.Constant) and isinstance(part.value, str) for part in texts)


def _members(node: ast.expr) -> list[ast.expr]:
    return node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else []


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


@rule
def modules_fit_in_a_head(module: Module) -> Iterator[Breach]:
    lines = len(module.source.splitlines())
    if not module.is_step and not module.is_test and lines > LONGEST_MODULE:
        yield f"1: {lines} lines; stop at {LONGEST_MODULE}"


@rule
def functions_fit_on_half_a_screen(module: Module) -> Iterator[Breach]:
    """The docstring is not counted."""
    if module.is_step:
        return
    for function in module.nodes(FUNCTIONS):
        first = function.body[0]
        said = first.end_lineno - first.lineno + 1 if ast.get_docstring(function) else 0
        lines = function.end_lineno - function.lineno + 1 - said
        if lines > LONGEST_FUNCTION:
            yield f"{function.lineno}: {function.name} has {lines} lines; stop at {LONGEST_FUNCTION}"


@rule
def names_say_what_a_thing_is(module: Module) -> Iterator[Breach]:
    if BANNED_MODULE.search(Path(module.path).stem):
        yield f"1: the module's name {Path(module.path).stem!r} says nothing"
    for thing in module.nodes(ast.ClassDef):
        if BANNED_CLASS.search(thing.name):
            yield f"{thing.lineno}: the class name {thing.name} says nothing"
    for function in module.nodes(FUNCTIONS):
        if BANNED_FUNCTION.search(function.name) and function.name not in ASKED_BY_FRAMEWORKS:
            yield f"{function.lineno}: {function.name}: name what it returns or does"


@rule
def there_is_one_clock(module: Module) -> Iterator[Breach]:
    if not module.is_product or module.path == "workflow/clock.py":
        return
    for call in module.nodes(ast.Call):
        if re.search(r"\b(datetime\.(now|utcnow|today)|date\.today|time\.time)$", ast.unparse(call.func)):
            yield f"{call.lineno}: workflow.clock.now() is the only clock"


@rule
def few_catch_everything(module: Module) -> Iterator[Breach]:
    """Who turns whatever a library meets in a broken file into a refusal of ours may."""
    if not module.is_product or module.path in MAY_CATCH_ALL:
        return
    for caught in module.nodes(ast.ExceptHandler):
        everything = caught.type is None or _last_name(caught.type) in {"Exception", "BaseException"}
        if everything and not isinstance(caught.body[-1], ast.Raise):
            yield f"{caught.lineno}: catches everything; catch what it can answer"


@rule
def nothing_is_left_for_later(module: Module) -> Iterator[Breach]:
    for token in tokenize.generate_tokens(io.StringIO(module.source).readline):
        if token.type == tokenize.COMMENT and re.search(r"\b(TODO|FIXME|XXX|HACK)\b", token.string):
            yield f"{token.start[0]}: something is left for later"


@rule
def tests_run_and_do_not_sleep(module: Module) -> Iterator[Breach]:
    if not module.is_test:
        return
    for node in module.nodes((ast.Attribute, ast.Name)):
        said = ast.unparse(node)
        if re.fullmatch(r"(pytest\.(mark\.)?(skip|skipif|xfail|importorskip)|time\.sleep|sleep)", said):
            yield f"{node.lineno}: {said}: every test runs, and waits for what happens, not for time"
    for line, name in module.imported():
        if name.startswith(("unittest.mock", "mock")):
            yield f"{line}: no mocks of our own code"
