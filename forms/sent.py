"""What a browser sent, or a draft kept: texts by input name, and files. Nothing here is trusted."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Protocol

from workflow.errors import Invalid

LONGEST = 20_000  # characters of one answer, unless the form says less
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069]")  # they make text read in another order than it is stored


class Upload(Protocol):
    """A file as werkzeug's FileStorage carries it."""

    filename: str | None
    stream: BinaryIO


@dataclass(frozen=True)
class Sent:
    """Texts by input name (each a list, as inputs repeat) and files by input name."""

    texts: Mapping[str, list[str]] = field(default_factory=dict)
    files: Mapping[str, list[Upload]] = field(default_factory=dict)

    @classmethod
    def of(cls, raw: Any, files: Any = None) -> "Sent":
        """From MultiDicts, or from a draft (a dict of text or lists of text)."""
        return cls(_lists(raw), {name: [f for f in sent if f.filename] for name, sent in _lists(files).items()})

    def __contains__(self, name: str) -> bool:
        return name in self.texts

    def many(self, name: str) -> list[str]:
        """Every text sent under this name that is not empty."""
        return [text for text in self.texts.get(name, []) if text]

    def one(self, name: str) -> str:
        """The last text sent under this name, "" if none."""
        return (self.many(name) or [""])[-1]


def _lists(raw: Any) -> dict[str, list[Any]]:
    if raw is None:
        return {}
    if hasattr(raw, "lists"):
        return dict(raw.lists())
    return {name: list(value) if isinstance(value, list | tuple) else [value] for name, value in raw.items()}


def clean(text: str, longest: int = LONGEST) -> str:
    """The text without blanks at its ends and with plain line ends; raises Invalid for what is no text."""
    if not isinstance(text, str):
        raise Invalid(message="This must be text.")
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(text) > longest:
        raise Invalid(message="This is too long: {count} characters, at most {most}.", count=len(text), most=longest)
    if _NOT_TEXT.search(text):
        raise Invalid(message="This holds characters that are not text (a control character). Please type it again.")
    if _OVERRIDES.search(text):
        raise Invalid(message="This holds invisible signs that turn the reading direction. Please type it again.")
    return text


def keepable(text: Any, longest: int = LONGEST) -> str:
    """What of a text a draft may keep: cut to length, what is no text replaced, so that both databases take it."""
    return _NOT_TEXT.sub("\ufffd", text[:longest]) if isinstance(text, str) else ""


def half(text: str) -> str:
    """Full-width digits, letters and signs as half-width ones."""
    return unicodedata.normalize("NFKC", text)


def first(texts: Iterable[str]) -> str:
    return next(iter(texts), "")
