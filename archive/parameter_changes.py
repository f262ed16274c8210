"""Changing a parameter: by whom, with which reason, from which day. What people type is read by the parameter's unit.

What held stays: a row is added, for today or a later day, and cases that run keep what they began with.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from archive import parameters
from archive.parameters import Known, ParameterValue
from archive.refusals import wrong
from archive.scans import halved
from workflow import office
from workflow.errors import Invalid, NotAllowed, sentence
from workflow.identity import User

LONGEST_REASON = 500
LONGEST_SOURCE = 200
LONGEST_WORD = 20
WORD_ENDS = re.compile(r"[\s、，,；;]+")
CODE = re.compile(r"[A-Z0-9]{1,20}")
ADDRESS = re.compile(r"https?://[\w.:\[\]-]+(/[\w./~-]*)?", re.ASCII)
TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
FORMATS = ("JPEG", "PNG", "TIFF")
MOST = {  # of a unit: what is surely a slip of the hand above
    "working day": 1000,
    "day": 3660,
    "month": 120,
    "year": 50,
    "minute": 1440,
    "hour": 168,
    "%": 100,
    "dossier": 1000,
    "time": 20,
    "person": 20,
    "dpi": 1200,
    "bit": 48,
    "°": 45,
    "°C": 60,
    "KB": 102_400,
    "per day": 24,
    "per year": 12,
    "fen": 10**12,
}
MOVEMENTS = ("refused", "recorded")
BELOW = (("temperature_low", "temperature_high"), ("humidity_low", "humidity_high"))


def ask(
    session: Session, user: User, key: str, typed: Sequence[str], valid_from: str, reason: str, source: str = ""
) -> ParameterValue:
    """Let what was typed hold from a day on (`typed`: the rows of a list, one text of everything else).

    Raises NotFound for an unknown key, NotAllowed, and Invalid beside `value`, `value.3` (a row, from 0), `valid_from`
    or `reason` with all that is wrong.
    """
    known = parameters.find(key)
    if not user.may(known.by):
        raise NotAllowed("You may not change this parameter.")
    problems: dict[str, Any] = {}
    new = _tried(problems, lambda: read(key, typed))
    day = _tried(problems, lambda: _day(session, valid_from))
    said = _tried(problems, lambda: _reason(reason))
    if day is not None and new is not None:
        _tried(problems, lambda: _refuse_useless(session, key, new, day))
    if problems:
        raise Invalid(problems)
    assert new is not None and day is not None and said is not None
    return parameters.change(session, key, new, day, user.name, said, source.strip()[:LONGEST_SOURCE])


def read(key: str, typed: Sequence[str]) -> Any:
    """The value people mean, of the parameter's type; raises Invalid beside `value` (or the row of a list)."""
    known = parameters.find(key)
    texts = [halved(each) for each in typed]
    if isinstance(known.default, list):
        return _rows(choices(known), texts)
    text = texts[0] if texts else ""
    if isinstance(known.default, int):
        return _number(known, text)
    return TEXTS[known.unit](text)


def choices(known: Known) -> list[str]:
    """What a list may hold: the items of its default, the list of the regulation; [] for what is no list."""
    return list(known.default) if isinstance(known.default, list) else []


def bounds(known: Known) -> tuple[int, int]:
    """The least and the most a number may be."""
    return known.least or 0, known.most if known.most is not None else MOST[known.unit]


def _number(known: Known, text: str) -> int:
    least, most = bounds(known)
    if not re.fullmatch(r"\d{1,15}", text, re.ASCII):
        raise wrong("value", "“{title}” is a whole number, like {example}.", **_about(known))
    if not least <= int(text) <= most:
        template = "“{title}” lies between {least} and {most}; you typed {typed}."
        raise wrong("value", template, title=sentence(known.title), least=least, most=most, typed=int(text))
    return int(text)


def _rows(known_values: Sequence[str], texts: Sequence[str]) -> list[str]:
    """The rows of a list; empty ones are left out."""
    problems: dict[str, Any] = {}
    kept: list[str] = []
    for number, text in enumerate(texts):
        if text in kept:
            problems[f"value.{number}"] = [sentence("Row {row} stands in the list already.", row=number + 1)]
        elif text and text not in known_values:
            problems[f"value.{number}"] = [sentence("Row {row} is not one of the known values.", row=number + 1)]
        elif text:
            kept.append(text)
    if problems:
        raise Invalid(problems)
    if not kept:
        raise wrong("value", "A list needs at least one row.")
    return kept


def _time(text: str) -> str:
    found = TIME.fullmatch(text)
    if found is None:
        raise wrong("value", "A time of day is written like 17:30.")
    return f"{int(found[1]):02d}:{found[2]}"


def _code(text: str) -> str:
    if not CODE.fullmatch(text.upper()):
        raise wrong("value", "A code has 1 to 20 letters A to Z and digits.")
    return text.upper()


def _formats(text: str) -> str:
    named = dict.fromkeys(re.split(r"[\s,、/]+", text.upper().strip()))
    if not set(named) <= set(FORMATS):
        raise wrong("value", "Formats are {known}, with blanks between.", known=" ".join(FORMATS))
    return " ".join(named)


def _address(text: str) -> str:
    if text and not (len(text) <= LONGEST_SOURCE and ADDRESS.fullmatch(text)):
        raise wrong("value", "An address begins with https:// and has no blanks; leave it empty where there is none.")
    return text


def _movements(text: str) -> str:
    if text.lower() not in MOVEMENTS:
        raise wrong("value", "Movements are “refused” or “recorded”.")
    return text.lower()


def _words(text: str) -> str:
    words = dict.fromkeys(filter(None, WORD_ENDS.split(text)))
    if not words or max(map(len, words)) > LONGEST_WORD:
        raise wrong(
            "value", "Words have up to {most} characters each, “、” between them; one at least.", most=LONGEST_WORD
        )
    return "、".join(words)


TEXTS: Mapping[str, Callable[[str], str]] = {
    "time of day": _time,
    "text": _code,
    "words": _words,
    "format": _formats,
    "address": _address,
    "refused or recorded": _movements,
}


def _day(session: Session, text: str) -> date:
    today = office.of(session).today()
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise wrong("valid_from", "Write the day as 2026-07-01.") from None
    if day < today:
        raise wrong("valid_from", "A change holds from {today} at the earliest: past days stay.", today=str(today))
    if day.year > today.year + 5:
        raise wrong("valid_from", "This day is more than five years away.")
    return day


def _reason(text: str) -> str:
    if not text.strip():
        raise wrong("reason", "Say why it is changed.")
    if len(text) > LONGEST_REASON:
        raise wrong("reason", "A reason has at most {most} characters.", most=LONGEST_REASON)
    return text.strip()


def _refuse_useless(session: Session, key: str, new: Any, day: date) -> None:
    """What holds anyhow is no change; a lower bound stays below its upper one."""
    if parameters.value(session, key, day) == new:
        raise wrong("value", "This is what holds on {day} anyhow.", day=str(day))
    for low, high in BELOW:
        if key in (low, high):
            least, most = (new if each == key else parameters.value(session, each, day) for each in (low, high))
            if least >= most:
                raise wrong("value", "The lowest ({least}) must be below the highest ({most}).", least=least, most=most)


def _tried(problems: dict[str, Any], act: Callable[[], Any]) -> Any:
    """What `act` returns; None when it refuses, and its problems are kept."""
    try:
        return act()
    except Invalid as refused:
        problems.update(refused.problems)
        return None


def _about(known: Known) -> dict[str, Any]:
    return {"title": sentence(known.title), "example": known.default}
