"""Materials whose number of pages stands for ever: whoever keeps something page by page beside them says which."""

from collections.abc import Callable, Collection

from sqlalchemy.orm import Session

Fixes = Callable[[Session, Collection[int]], Collection[int]]
_FIXING: list[Fixes] = []


def fixes_pages(of: Fixes) -> Fixes:
    """Register who says which of these materials keep their pages: f(session, material ids) → ids."""
    _FIXING.append(of)
    return of


def among(session: Session, ids: Collection[int]) -> set[int]:
    """Those of these materials whose pages do not change any more."""
    return {each for fixing in _FIXING for each in fixing(session, ids)} if ids else set()
