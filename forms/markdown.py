"""The little Markdown that a form's words may use; everything else is shown as it was written.

Headings (`#` to `###`), lists (`-`, `1.`), **strong**, *emphasis*, `code`, [links](https://…) and paragraphs.
"""

import re
from collections.abc import Iterator
from typing import Any

from markupsafe import Markup, escape

_PLACE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_SIGNS = re.compile(r"([\\`*_\[\]()#<>&\"'.-])")
_INLINE = (
    (re.compile(r"`([^`\n]+)`"), r"<code>\1</code>"),
    (re.compile(r"\*\*([^*\n]+)\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"\*([^*\n]+)\*"), r"<em>\1</em>"),
    (re.compile(r"\[([^\]\n]+)\]\(((?:https?://|/(?!/))[^\s)]+)\)"), r'<a href="\2">\1</a>'),
)


def places(text: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces, and whether each is an expression: `=…` is one as a whole, `{{ … }}` is one inside."""
    if text.startswith("="):
        yield text, True
        return
    for index, piece in enumerate(_PLACE.split(text)):
        if piece:
            yield piece, index % 2 == 1


def literal(value: Any) -> str:
    """A value to stand in the text as it is, whatever signs it holds."""
    text = "" if value is None else "、".join(map(str, value)) if isinstance(value, list) else str(value)
    return _SIGNS.sub(lambda sign: f"&#{ord(sign[1])};", " ".join(text.split()))


def render(text: str) -> Markup:
    """The text as HTML. `&#…;` of `literal` stays; every other sign of HTML is escaped."""
    blocks = re.split(r"\n\s*\n", text.strip())
    return Markup("\n").join(Markup(_block(block)) for block in blocks if block.strip())


def _block(block: str) -> str:
    lines = [_inline(line.strip()) for line in block.splitlines()]
    heading = re.match(r"(#{1,3}) +(.+)", lines[0])
    if heading:
        rest = _block("\n".join(block.splitlines()[1:])) if len(lines) > 1 else ""
        level = len(heading[1]) + 2
        return f"<h{level}>{heading[2]}</h{level}>{rest}"
    for mark, tag in ((r"[-*] +", "ul"), (r"\d+[.)] +", "ol")):
        if all(re.match(mark, line) for line in lines):
            return f"<{tag}>" + "".join(f"<li>{re.sub(mark, '', line, count=1)}</li>" for line in lines) + f"</{tag}>"
    return "<p>" + "<br>".join(lines) + "</p>"


def _inline(line: str) -> str:
    html = re.sub(r"&amp;(#\d{2,3};)", r"&\1", str(escape(line)))
    for pattern, replacement in _INLINE:
        html = pattern.sub(replacement, html)
    return html
