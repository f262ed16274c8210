"""Identity numbers: the citizen's 18 characters (GB 11643-1999) and, lightly, the other papers people bring.

Nothing here ever puts a number into a sentence: a refusal says what is wrong, not what was typed.
"""

import re
from datetime import date
from enum import StrEnum

from archive.refusals import wrong
from archive.scans import normalise
from workflow.clock import now

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"


class IdKind(StrEnum):
    """What paper the number is from (证件类型)."""

    RESIDENT = "resident"  # 居民身份证, also 港澳台居民居住证
    PASSPORT = "passport"
    HK_MACAO = "hk_macao"  # 港澳居民来往内地通行证
    TAIWAN = "taiwan"  # 台湾居民来往大陆通行证
    MILITARY = "military"  # 军官证, 士兵证


LABELS = {
    IdKind.RESIDENT: "Resident ID card",
    IdKind.PASSPORT: "Passport",
    IdKind.HK_MACAO: "Permit of Hong Kong and Macao residents",
    IdKind.TAIWAN: "Permit of Taiwan residents",
    IdKind.MILITARY: "Military ID",
}

_OTHER_SHAPES = {
    IdKind.PASSPORT: re.compile(r"[A-Z0-9]{5,20}"),
    IdKind.HK_MACAO: re.compile(r"[HM](\d{8}|\d{10})"),
    IdKind.TAIWAN: re.compile(r"\d{8}|\d{10}[A-Z]?|[A-Z]\d{9}"),
    IdKind.MILITARY: re.compile(r"[\w-]{4,30}"),
}


def check(text: str, field: str = "id_no") -> str:
    """The number as it is stored: 18 characters, capital X. Old 15-digit numbers are upgraded.

    Full-width characters, a small x and blanks are mended. Raises Invalid beside `field` when the length, a
    character, the birth date or the check character is wrong (GB 11643-1999 §5).
    """
    number = normalise(text).replace("-", "")
    if re.fullmatch(r"\d{15}", number, re.ASCII):
        number = upgrade(number)
    if len(number) != 18:
        raise wrong(field, "An ID number has 18 characters; this one has {count}.", count=len(number))
    if not re.fullmatch(r"\d{17}[\dX]", number, re.ASCII):
        raise wrong(field, "An ID number is 17 digits and then a digit or X.")
    _check_birth(number, field)
    if check_digit(number) != number[17]:
        raise wrong(field, "The check character of this ID number does not agree: a digit was mistyped.")
    return number


def check_kind(kind: str | None, text: str, field: str = "id_no") -> str:
    """The number of a paper of this kind as it is stored; raises Invalid beside `field`, or beside `id_kind`."""
    try:
        paper = IdKind(kind or IdKind.RESIDENT)
    except ValueError:
        raise wrong("id_kind", "There is no such kind of identity paper: {kind}.", kind=kind) from None
    if paper is IdKind.RESIDENT:
        return check(text, field)
    number = normalise(text)
    if not _OTHER_SHAPES[paper].fullmatch(number):
        raise wrong(field, "This is not how a number of this kind of paper is written.")
    return number


def upgrade(old: str) -> str:
    """The 18-character form of a 15-digit number (GB 11643-1999, annex A: the century is 19)."""
    body = old[:6] + "19" + old[6:]
    return body + check_digit(body)


def check_digit(number: str) -> str:
    """The 18th character belonging to the first 17 digits (ISO 7064 MOD 11-2)."""
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, number[:17], strict=True))
    return CHECK_CHARACTERS[total % 11]


def birth(number: str) -> date:
    """The birth date of a checked 18-character number; ValueError when there is no such day."""
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def sex(number: str) -> str:
    """The sex of a checked number by its 17th digit, as GB/T 2261.1 writes it: "1" male, "2" female."""
    return "1" if int(number[16]) % 2 else "2"


def mask(text: str) -> str:
    """The number as lists show it: `110105********002X`; other papers keep their first and last two characters."""
    number = normalise(text)
    if len(number) == 18:
        return number[:6] + "*" * 8 + number[-4:]
    if len(number) <= 5:
        return "*" * len(number)
    return number[0] + "*" * (len(number) - 3) + number[-2:]


def _check_birth(number: str, field: str) -> None:
    try:
        day = birth(number)
    except ValueError:
        raise wrong(field, "The birth date inside this ID number does not exist.") from None
    if day.year < 1880 or day > now().date():
        raise wrong(field, "The birth date inside this ID number cannot be: it is in the future or too long ago.")
