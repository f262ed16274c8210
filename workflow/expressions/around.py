"""What an expression sees while it is evaluated."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

OFFICE_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Around:
    """The world of one evaluation: JSON variables, the present moment (aware), and named functions of the host.

    A host function is called with the evaluated arguments only and answers a JSON value; text in ISO 8601 for moments
    and days. It stands before a built-in one of the same name. `zone` is where `today()` and days without offset are.
    """

    variables: Mapping[str, Any]
    now: datetime
    functions: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    zone: tzinfo = OFFICE_ZONE
