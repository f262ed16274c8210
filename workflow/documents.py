"""Letters and slips: a .docx template an office edits in Word, filled with facts.

The template is a file from outside: it is checked before it is opened, and its placeholders run in a sandbox without
access to anything but the facts. (docxtpl's own environment would run any Python a template names.)
"""

import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml import etree

from workflow import xmlsafe
from workflow.confined import Broken, Confined, Overstepped
from workflow.errors import Invalid

REFUSED = b"refused: "  # no .docx begins like this
filler = Confined(__name__, "warm_up", seconds=1.0)  # templates are filled there
_FAULTS = (RecursionError, LookupError, AttributeError, NameError, SyntaxError, etree.XMLSyntaxError)
LARGEST_FILE = 5_000_000  # bytes of the template
LARGEST_CONTENT = 20_000_000  # bytes unpacked
MOST_PARTS = 500
LONGEST_RANGE = 2_000  # rounds of a range() in a template
BODY = "word/document.xml"
_LIMITS = xmlsafe.Limits(size=8_000_000, elements=60_000, depth=200, attribute=100_000)
MOST_REMEMBERED = 1_000  # templates known to be plain
_plain: set[bytes] = set()  # SHA-256 of each
_ACTIVE = ("vbaproject", "activex", "embeddings/", "oleobject")
_LINKS = ("hyperlink",)  # a link goes nowhere until a person clicks it


@dataclass(frozen=True)
class Picture:
    """A picture among the facts: the bytes of a PNG or JPEG, and how wide it stands on the page, in millimetres."""

    content: bytes
    width: int


class TemplateRefused(Invalid):
    """A template that cannot be used; the sentence says why."""

    message = "This template cannot be used."

    def __init__(self, message: str | None = None, **facts: Any) -> None:
        super().__init__(message=message, **facts)


def render(template: bytes, facts: Mapping[str, Any]) -> bytes:
    """The filled .docx. Placeholders are Jinja's: `{{ name }}`, `{%tr for row in rows %}`; text is escaped.

    Raises TemplateRefused for a file that is no plain .docx, or a placeholder nothing is known of.
    """
    _check_once(template)
    try:
        answer = filler.call("filled", template, dict(facts))
    except Overstepped:
        said = "The template takes more than {seconds} seconds or {megabytes} MB to fill."
        megabytes = filler.memory // 1024 // 1024
        raise TemplateRefused(said, seconds=filler.seconds, megabytes=megabytes) from None
    except Broken:
        raise TemplateRefused("The template cannot be filled: {reason}", reason="-") from None
    if answer.startswith(REFUSED):
        reason = answer.removeprefix(REFUSED).decode()
        raise TemplateRefused("The template cannot be filled: {reason}", reason=reason)
    return answer


def filled(template: bytes, facts: dict[str, Any]) -> bytes:
    """The filled .docx, or REFUSED and the reason. Only for the child: it may take any time and memory."""
    document = DocxTemplate(io.BytesIO(template))
    try:
        document.render(_placed(facts, document), jinja_env=_sandbox(), autoescape=True)
    except (TemplateError, TypeError, ValueError, OverflowError, ArithmeticError, *_FAULTS) as problem:
        return REFUSED + str(problem)[:300].encode(errors="replace")
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def _placed(facts: Any, document: DocxTemplate) -> Any:
    """The facts with their pictures as the document takes them."""
    if isinstance(facts, Picture):
        return InlineImage(document, io.BytesIO(facts.content), width=Mm(facts.width))
    if isinstance(facts, dict):
        return {name: _placed(each, document) for name, each in facts.items()}
    return [_placed(each, document) for each in facts] if isinstance(facts, list) else facts


def warm_up() -> None:
    """Nothing to prepare: importing this module is all."""


def check(template: bytes) -> None:
    """Refuse what is no plain Word document: too large, macros, embedded objects, parts loaded from elsewhere."""
    if len(template) > LARGEST_FILE:
        raise TemplateRefused("The template is larger than {limit} bytes.", limit=LARGEST_FILE)
    try:
        with zipfile.ZipFile(io.BytesIO(template)) as package:
            _check_parts(package)
            for name in package.namelist():
                if name.endswith((".xml", ".rels")):
                    _check_xml(name, _read(package, name))
    except zipfile.BadZipFile:
        raise TemplateRefused("The template is not a .docx file.") from None


def _check_once(template: bytes) -> None:
    """The same, but what was found plain is not looked through again: offices fill a few templates all day."""
    digest = hashlib.sha256(template).digest()
    if digest not in _plain:
        check(template)
        if len(_plain) >= MOST_REMEMBERED:
            _plain.clear()
        _plain.add(digest)


def _check_parts(package: zipfile.ZipFile) -> None:
    parts = package.infolist()
    if BODY not in package.namelist():
        raise TemplateRefused("The template is not a .docx file.")
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_CONTENT:
        raise TemplateRefused("The template is too large when unpacked.")
    for part in parts:
        if any(word in part.filename.lower() for word in _ACTIVE):
            raise TemplateRefused("The template holds macros or embedded objects ({part}).", part=part.filename[:80])


def _read(package: zipfile.ZipFile, name: str) -> bytes:
    """The part, however large it claims to be: never more than the limit is unpacked."""
    with package.open(name) as part:
        content = part.read(_LIMITS.size + 1)
    if len(content) > _LIMITS.size:
        raise TemplateRefused("The template is too large when unpacked.")
    return content


def _check_xml(name: str, content: bytes) -> None:
    try:
        root = xmlsafe.read(content, _LIMITS)
    except xmlsafe.XmlRefused as problem:
        raise TemplateRefused("The template is damaged: {part}: {reason}", part=name, reason=problem.sentence) from None
    if not name.endswith(".rels"):
        return
    for relation in root:
        kind = (relation.get("Type") or "").rsplit("/", 1)[-1].lower()
        if relation.get("TargetMode") == "External" and kind not in _LINKS:
            said = "The template loads something from elsewhere ({target})."
            raise TemplateRefused(said, target=(relation.get("Target") or "")[:200])


def _sandbox() -> ImmutableSandboxedEnvironment:
    sandbox = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=True)
    sandbox.globals = {"range": _short_range}
    return sandbox


def _short_range(*bounds: int) -> range:
    rounds = range(*bounds)
    if len(rounds) > LONGEST_RANGE:
        raise ValueError(f"range() goes up to {LONGEST_RANGE} rounds")
    return rounds
