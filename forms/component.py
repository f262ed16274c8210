"""One component of a form file, read with suspicion: every value has the type its reader expects, or is refused."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from workflow.errors import Invalid, sentence
from workflow.expressions import Expression, ExpressionRefused
from workflow.expressions import compile as compile_expression

KEY = re.compile(r"[^\W\d]\w{0,63}")
OWN_NAMES = {"group": "group-picker"}  # a `properties.kind` that is also a `type` of form-js
OBJECTS = ("properties", "validate", "conditional", "layout", "appearance")
LONGEST_TEXT = 5_000  # characters of a label, description or expression


class Component:
    """A component as the file has it, and `place`: what a sentence about it calls it."""

    def __init__(self, raw: Mapping[str, Any], place: str) -> None:
        self.raw = raw
        self.key = self._key()
        self.place = self.key or place
        for name in OBJECTS:
            self.mapping(name)
        self.properties = self.mapping("properties")
        self.type = self.text("type")
        self.kind = OWN_NAMES.get(self.property("kind"), self.property("kind")) or self.type

    def _key(self) -> str:
        """A list's rows stand under `path`; everything else under `key`."""
        named = "path" if self.raw.get("type") == "dynamiclist" else "key"
        key = self.raw.get(named, "")
        return key if isinstance(key, str) else ""

    def require_key(self) -> str:
        """The name its answer gets among the variables; raises Invalid if it cannot be one."""
        if not KEY.fullmatch(self.key):
            raise self.wrong("A key is a letter and then letters, digits or _; “{key}” is not.", key=self.key)
        return self.key

    def wrong(self, template: str, **facts: Any) -> Invalid:
        """A refusal naming this component; to be raised by the caller."""
        return Invalid({self.place: [sentence(template, **facts)]})

    def read(self, name: str) -> Any:
        """The raw value at a dotted name such as `validate.min`; None if it is not there."""
        found: Any = self.raw
        for part in name.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
        return found

    def text(self, name: str, default: str = "") -> str:
        value = self.read(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise self.wrong("“{name}” must be text.", name=name)
        if len(str(value)) > LONGEST_TEXT:
            raise self.wrong("“{name}” is too long: at most {most} characters.", name=name, most=LONGEST_TEXT)
        return str(value)

    def property(self, name: str, default: str = "") -> str:
        """A text among the `properties`."""
        value = self.properties.get(name, default)
        if isinstance(value, bool):
            return "true" if value else ""
        if not isinstance(value, str | int | float):
            raise self.wrong("“{name}” must be text.", name=name)
        return str(value)

    def flag(self, name: str) -> bool:
        value = self.read(name)
        if value in (None, True, False, "true", "false", ""):
            return value in (True, "true")
        raise self.wrong("“{name}” must be true or false.", name=name)

    def whole(self, name: str, default: int | None = None, least: int = 0) -> int | None:
        """A whole number of at least `least`."""
        value = self.read(name)
        if value is None or value == "":
            return default
        try:
            number = int(str(value))
        except ValueError:
            raise self.wrong("“{name}” must be a whole number.", name=name) from None
        if number < least:
            raise self.wrong("“{name}” must be at least {least}.", name=name, least=least)
        return number

    def require_order(self, least: str, low: int | Decimal | None, most: str, high: int | Decimal | None) -> None:
        """Raises Invalid when nothing can be at least `low` (named `least`) and at most `high` (named `most`)."""
        if low is not None and high is not None and low > high:
            raise self.wrong("“{least}” is more than “{most}”: no answer can be right.", least=least, most=most)

    def mapping(self, name: str) -> Mapping[str, Any]:
        value = self.read(name)
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            raise self.wrong("“{name}” must be an object.", name=name)
        return value

    def list(self, name: str) -> list[Any]:
        value = self.read(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.wrong("“{name}” must be a list.", name=name)
        return value

    def expression(self, text: str, name: str) -> Expression:
        """`text` compiled; a refusal names the component and where in it the expression stands."""
        try:
            return compile_expression(text)
        except ExpressionRefused as refused:
            raise self.wrong("“{name}” is not an expression: {reason}", name=name, reason=refused.sentence) from None

    def condition(self, name: str) -> Expression | None:
        """The expression at `name`, if there is one."""
        text = self.text(name)
        return self.expression(text, name) if text.strip() else None

    def flag_or_condition(self, *names: str) -> bool | Expression:
        """The first of these names that is set: true, false, or an expression that decides."""
        for name in names:
            value = self.properties.get(name.removeprefix("properties.")) if "." in name else self.read(name)
            if isinstance(value, str) and value.strip().startswith("="):
                return self.expression(value, name)
            if value in (True, "true"):
                return True
        return False

    def labels(self, name: str) -> dict[str, str]:
        """A text in both languages: Chinese in the file's own place, English in the property `<name>:en`."""
        return {"zh": self.text(name), "en": self.property(f"{name}:en")}
