"""A small office full of tasks whose cases differ in all that lists are filtered by."""

import random
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from tests.workflow import made
from workflow import variable_rows, views
from workflow.clock import now
from workflow.models import UserTask

KINDS = ("transfer", "archive", "loan")


def task(session: Session, *groups: str, of: Any = None, **variables: Any) -> UserTask:
    """An open task of a process with these variables."""
    found = made.task(session, groups=groups or ("registry",), of=of)
    variable_rows.write(session, found.instance_id, variables, 1)
    return found


def many(session: Session, number: int = 60, seed: int = 1) -> list[UserTask]:
    """Tasks of two groups and four people, some claimed, some done, their variables as luck has it."""
    luck, definition = random.Random(seed), made.definition(session)
    return [_one(session, luck, definition) for _ in range(number)]


def _one(session: Session, luck: random.Random, definition: Any) -> UserTask:
    found = made.task(
        session,
        groups=luck.choice([("registry",), ("director",), ("registry", "director")]),
        due=luck.choice([None, now() + timedelta(hours=luck.randrange(-40, 40))]),
        activity=luck.choice(["check", "sort"]),
        assignee=luck.choice([None, None, None, "anna", "bob"]),
        completed_by=luck.choice([None, None, None, None, "anna"]),
        of=definition,
        priority=luck.choice([20, 50, 80]),
    )
    values = {
        "kind": luck.choice(KINDS),
        "district": f"District {luck.randrange(3)}",
        "amount": luck.randrange(20),
        "day": f"2026-07-{luck.randrange(1, 28):02}",
        "note": luck.choice(["", None, "Seal broken", "100% _sure_"]),
        "tags": luck.choice([[], ["old", "Thick"], ["new"]]),
    }
    kept = {name: value for name, value in values.items() if luck.random() < 0.9}
    variable_rows.write(session, found.instance_id, kept, 1)
    return found


def turned_over(session: Session, user: Any, asked: views.Asked) -> None:
    """Turn the pages to the last and back: each shows what comes next in the whole list."""
    whole = views.every(session, user, asked, 1000)
    pages, page = [], None
    while page is None or page.next:
        page = views.search(session, user, asked, page and page.next, limit=4)
        pages.append([task.id for task in page.rows])
    assert [task_id for each in pages for task_id in each] == whole and len(whole) > 12
    for expected in reversed(pages[:-1]):
        page = views.search(session, user, asked, page.previous, limit=4)
        assert [task.id for task in page.rows] == expected
    assert page.previous is None
