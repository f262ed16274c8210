"""How much work something is: calls counted, not seconds, so that a busy machine gives the same answer."""

import sys
from collections.abc import Callable
from typing import Any


def within(calls: int, act: Callable[[], Any]) -> Any:
    """What `act` returns or raises; AssertionError if it calls more functions than so many, Python's and C's."""
    made = 0

    def watch(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal made
        made += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        return act()
    finally:
        sys.setprofile(before)
        assert made <= calls, f"{made:,} calls, of {calls:,} allowed"
