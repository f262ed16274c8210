"""The count a step is about, who has it in hand, and what its forms and papers say."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from archive import sight
from archive.inventory.models import DECISIONS, DIFFERENCES, RESULTS, Inventory, InventoryLine, Result
from archive.steps import case_id
from workflow import cases
from workflow.errors import NotAllowed, NotFound
from workflow.identity import User
from workflow.models import Case, UserTask
from workflow.registry import Work
from workflow.statuses import TaskStatus

PROCESS = "inventory"
COUNTING = ("count_first", "count_second")  # the step of the first and of the second counter


def inventory_of(session: Session, step: UserTask | Work) -> Inventory:
    """The count of the step's case; raises NotFound when it is none."""
    return find(session, case_id(step))


def find(session: Session, case: int) -> Inventory:
    """The count of this case; raises NotFound."""
    found = session.get(Inventory, case)
    if found is None:
        raise NotFound
    return found


def seen_by(session: Session, user: User) -> ColumnElement[bool]:
    """The condition on Inventory that the user sees it whole: its case and, unless at work on it, each of its dossiers
    (archive.sight.together)."""
    listed = select(InventoryLine.dossier_id).where(InventoryLine.case_id == Inventory.case_id).correlate(Inventory)
    visible = cases.visible(session, user).with_only_columns(Case.id)
    return Inventory.case_id.in_(visible) & sight.together(session, user, Inventory.case_id, listed)


def in_hand(session: Session, inventory: Inventory, user: User, *activities: str) -> UserTask | None:
    """The task of the count at one of these steps that the user has in hand; None without one."""
    mine = select(UserTask).where(UserTask.case_id == inventory.case_id, UserTask.assignee == user.name)
    mine = mine.where(UserTask.status == TaskStatus.OPEN, UserTask.activity_id.in_(activities))
    return session.scalars(mine.order_by(UserTask.id)).first()


def need_in_hand(session: Session, inventory: Inventory, user: User, *activities: str) -> UserTask:
    """The same; raises NotAllowed without one."""
    task = in_hand(session, inventory, user, *activities)
    if task is None:
        raise NotAllowed("Only who has this step of the count in hand may do this. Claim its task first.")
    return task


def lines(session: Session, inventory: Inventory, *results: Result) -> list[InventoryLine]:
    """The lines with these results, by position and number."""
    asked = select(InventoryLine).where(InventoryLine.case_id == inventory.case_id, InventoryLine.result.in_(results))
    return list(session.scalars(asked.order_by(InventoryLine.home, InventoryLine.label)))


def differences(session: Session, inventory: Inventory) -> list[InventoryLine]:
    """What the comparison found different, decided or not."""
    return lines(session, inventory, *DIFFERENCES)


def counts(session: Session, inventory: Inventory) -> dict[Result, int]:
    """How many lines have each result, in the order of the results."""
    asked = select(InventoryLine.result, func.count()).where(InventoryLine.case_id == inventory.case_id)
    found = dict(session.execute(asked.where(InventoryLine.result.is_not(None)).group_by(InventoryLine.result)).all())
    return {result: found.get(result, 0) for result in Result}


def rows(found: Iterable[InventoryLine]) -> list[dict[str, Any]]:
    """Lines as forms and the report list them."""
    return [
        {
            "label": each.label,
            "name": each.dossier.person.name if each.dossier else "",
            "home": each.home,
            "found_at": each.found_at,
            "result": RESULTS[each.result][0] if each.result else "",
            "damage": each.damage,
            "finding": each.finding,
            "decision": DECISIONS[each.decision][0] if each.decision else "",
            "note": each.note,
        }
        for each in found
    ]


def scope_said(scope: str) -> str:
    """The scope as papers say it."""
    return scope or "全部库房"
