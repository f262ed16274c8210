"""How somebody fills a drawn form: what they know where they know it, anything that may be chosen elsewhere; sometimes
wrongly."""

import io
import json
import random
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Any

from PIL import Image

from tests.lives.drawn import Control
from tests.people import PASSWORD
from workflow.settings import CHECKOUT

WORDS = ("已核对", "情况属实", "按规定办理", "另行说明", "同意", "经手人已确认", "见附件", "电话核实")
NONSENSE = ("", "   ", "-1", "0", "99999999999", "2026-13-45", "ＡＢＣ１２３", "<b>x</b>", "'; DROP TABLE x; --", "\x00\x07", "长" * 5000,
            "🙂", "${7*7}", "../../etc/passwd", "null", "1e9", "٣")  # fmt: skip
STEADY = 0.86  # how often the first choice is taken where nothing is known
SILENT = frozenset({"csrf_token", "request_key", "number"})
Sent = dict[str, Any]


class Mood(StrEnum):
    """How somebody fills a form."""

    PLAYFUL = "playful"
    TIRED = "tired"  # only what is right
    LOST = "lost"  # what is right was refused: what else may be chosen?

    @classmethod
    def after(cls, refusals: int) -> "Mood":
        return cls.PLAYFUL if refusals < 2 else cls.LOST if refusals > 3 and refusals % 2 else cls.TIRED


@cache
def schema(form_key: str) -> dict[str, Mapping[str, Any]]:
    """The fields of a form of the house by key; those of rows under "list.field"."""
    told = json.loads((CHECKOUT / "forms" / f"{form_key}.form").read_text("utf-8"))
    found: dict[str, Mapping[str, Any]] = {}
    for each in told["components"]:
        if key := each.get("key") or each.get("path"):
            found[key] = each
            found |= {f"{key}.{cell['key']}": cell for cell in each.get("components", ()) if cell.get("key")}
    return found


def picture(seed: int = 0) -> tuple[io.BytesIO, str]:
    """A small photograph, as a file field takes it."""
    made = io.BytesIO()
    Image.new("RGB", (8, 8), (seed % 255, 90, 90)).save(made, "PNG")
    made.seek(0)
    return made, "photo.png"


def switches(found: Mapping[str, Control]) -> list[Control]:
    """The controls that change what is drawn."""
    return [each for each in found.values() if each.redraws]


def anything(control: Control, field: Mapping[str, Any], chance: random.Random, mood: Mood, today: str) -> Any:
    """A value somebody might give who knows nothing of it. None: left as it is drawn."""
    kind = (field.get("properties") or {}).get("kind", "")
    required = control.required or bool((field.get("validate") or {}).get("required"))
    if control.kind == "file":
        return picture(chance.randrange(9)) if required or chance.random() < 0.05 else None
    if control.name.endswith(".password"):
        return PASSWORD
    if field.get("type") == "checkbox":
        return "true" if required or chance.random() < 0.15 else None
    if control.kind in ("radio", "select"):
        return one_of(control, required, chance, mood)
    if control.kind == "checkbox":
        some = [each for each in control.options if each and chance.random() < 0.7]
        return some or (control.options[-1:] if required else None)
    if any(control.value) and control.value[0].strip():
        return None
    if field.get("type") == "datetime":
        return today if required else None
    if not required:
        often = 0.3 if mood is Mood.PLAYFUL else 0.8  # who was refused says more
        return chance.choice(WORDS) if field.get("type") == "textarea" and chance.random() < often else None
    return "1" if field.get("type") == "number" or kind == "money" else chance.choice(WORDS) + str(chance.randrange(99))


def one_of(control: Control, required: bool, chance: random.Random, mood: Mood) -> str | None:
    options = [each for each in control.options if each]
    if not options or (not required and chance.random() < 0.5):
        return None
    if mood is Mood.LOST:
        return chance.choice(options)
    return options[0] if mood is Mood.TIRED or chance.random() < STEADY else chance.choice(options)


def spoilt(sent: Sent, chance: random.Random) -> tuple[Sent, str]:
    """One field of what would be sent is nonsense, or missing; and what was done."""
    names = sorted(name for name in sent if name not in SILENT)
    if not names:
        return sent, ""
    name = chance.choice(names)
    if chance.random() < 0.2:
        return {key: value for key, value in sent.items() if key != name}, f"{name} left out"
    wrong = chance.choice(NONSENSE)
    return {**sent, name: wrong}, f"{name}={wrong[:30]!r}"
