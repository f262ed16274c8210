"""A signature drawn with finger, pen or mouse; where there are no scripts to draw with, the password instead."""

import base64
import binascii
import io
from collections.abc import Mapping
from typing import Any

from PIL import Image

from forms.context import FormContext
from forms.element import UNSENT, kind
from forms.kinds.people import Signature
from forms.sent import Sent
from workflow import files, office
from workflow.clock import now
from workflow.errors import Invalid

PREFIX = "data:image/png;base64,"
LARGEST = 200_000  # bytes of the picture
MOST_PIXELS = 2_000_000
LEAST_INK = 40  # pixels that are not blank: less is a dot, not a name
_BROKEN = (OSError, ValueError, SyntaxError, ArithmeticError, LookupError, MemoryError)


@kind("drawn-signature")
class DrawnSignature(Signature):
    """Who fills in the form draws their name: {"by": login, "at": moment in UTC, "file": id, "name", "sha256"}.

    Or types their password, and then it is as of the kind `signature`. The picture is a PNG, kept as a file."""

    template = "drawn"

    def gather(self, sent: Sent, name: str, context: FormContext, asked: Any) -> Any:
        """(login, password as typed, picture as sent)."""
        if f"{name}.drawn" not in sent and f"{name}.password" not in sent:
            return UNSENT
        password = (sent.texts.get(f"{name}.password") or [""])[-1]
        drawn = (sent.texts.get(f"{name}.drawn") or [""])[-1]
        return (context.user.name, password, drawn) if password or drawn else None

    def convert(self, given: tuple[str, str, str]) -> Any:
        by, password, drawn = given
        if not drawn:
            return (*super().convert((by, password)), None)
        return (by, "", _picture(drawn))

    def confirm(self, value: Any, context: FormContext) -> Any:
        by, password, picture = value
        if picture is None:
            return super().confirm((by, password), context)
        return {"by": by, "at": now().isoformat(), "picture": picture}

    def settle(self, value: Any, context: FormContext) -> Any:
        if not isinstance(value, Mapping) or "picture" not in value:
            return value
        kept = {name: each for name, each in value.items() if name != "picture"}
        name, store = f"{value['by']}.png", office.of(context.session).files
        row = files.store(context.session, store, io.BytesIO(value["picture"]), name, "image/png", value["by"])
        return {**kept, "file": row.id, "name": row.name, "sha256": row.sha256}


def _picture(drawn: str) -> bytes:
    """The PNG of a data URL, looked at and made anew; raises Invalid for anything else, and for an empty page."""
    if not drawn.startswith(PREFIX) or len(drawn) > LARGEST * 4 // 3 + len(PREFIX):
        raise Invalid(message="The drawn signature cannot be read. Please draw it again.")
    try:
        content = base64.b64decode(drawn[len(PREFIX) :], validate=True)
        with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
            if image.width * image.height > MOST_PIXELS:
                raise ValueError("too large")
            image.load()
            alpha = image.convert("RGBA").getchannel("A")
            made = io.BytesIO()
            image.convert("RGBA").save(made, "PNG")
    except (binascii.Error, Image.DecompressionBombError, *_BROKEN):
        raise Invalid(message="The drawn signature cannot be read. Please draw it again.") from None
    if sum(alpha.histogram()[64:]) < LEAST_INK:
        raise Invalid(message="Please draw your signature.")
    return made.getvalue()
