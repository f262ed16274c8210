"""Unified social credit codes of units (GB 32100-2015): 18 characters with a check character."""

from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError

from archive.refusals import wrong
from archive.scans import normalise


def check(text: str, field: str = "credit_code") -> str:
    """The code as it is stored; raises Invalid beside `field`."""
    code = normalise(text).replace("-", "")
    try:
        return uscc.validate(code)
    except InvalidLength:
        raise wrong(field, "A credit code has 18 characters; this one has {count}.", count=len(code)) from None
    except InvalidChecksum:
        raise wrong(field, "The check character of this credit code does not agree: it was mistyped.") from None
    except ValidationError:
        raise wrong(field, "This is not a credit code: it holds a character that none may hold.") from None
