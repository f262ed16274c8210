"""A count is planned and its scope freezes: what stands there is expected, and what nobody has in hand stays there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, exists, func, insert, literal, or_, select, update
from sqlalchemy.orm import Session

from archive import calendar, parameters
from archive.answers import text
from archive.dossier_tables import Dossier, StatusChange
from archive.inventory.models import Inventory, InventoryLine
from archive.inventory.work import scope_said
from archive.scans import normalise
from archive.statuses import ENDED, DossierStatus
from archive.steps import case_of, name_of
from archive.storage import Position, PositionSlot, Room
from workflow import cases, history, office
from workflow.clock import now
from workflow.errors import Invalid, Sentence, sentence
from workflow.identity import User
from workflow.models import Case, UserTask
from workflow.registry import Work, on_completion, service_task

ALL = "全部"
EVERYTHING = ("", "ALL", ALL)  # how people write: all rooms
SCOPE = re.compile(r"[A-Z]\d{2}(-\d{2}(-\d{2})?)?")  # a room, a row, a cabinet


@dataclass(frozen=True)
class Plan:
    """What is counted: a prefix of position codes ("": all rooms), when, by whom."""

    scope: str
    counted_on: date
    first: str
    second: str


@service_task("inventory.plan")
def plan(session: Session, work: Work) -> Mapping[str, Any]:
    """Look at the plan of the start form. Returns plan_refused: why it cannot be carried out, "" when it can."""
    if not work.variables.get("first_counter"):
        return {"plan_refused": "请制定清点计划。"}
    try:
        _read(session, work.variables)
    except Invalid as refused:
        return {"plan_refused": "；".join(str(each) for said in refused.problems.values() for each in said)}
    return {"plan_refused": ""}


@on_completion("inventory.amend", anew=True)
def amend(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """The plan is amended, or the count given up. Raises Invalid naming the fields."""
    if answers.get("plan_outcome") == "give_up":
        return {"plan_outcome": "give_up"}
    _read(session, answers)
    return {"plan_outcome": "count", "plan_refused": ""}


@service_task("inventory.freeze")
def freeze(session: Session, work: Work) -> Mapping[str, Any]:
    """The scope freezes: every dossier whose home lies in it is expected, with the status it has now. By the parameter
    inventory_freeze what stands there in nobody's hand becomes being counted, so that no other process takes it
    out; what a case has in hand is moved by that case, and each move has its time in the chain of custody."""
    case = case_of(session, work)
    inventory = session.get(Inventory, case.id)
    if inventory is None:
        wanted = _read(session, work.variables)
        strict = parameters.value(session, "inventory_freeze", case=case) == "refused"
        inventory = Inventory(case_id=case.id, strict=strict, frozen_at=now(), **_columns(wanted))
        session.add(inventory)
        session.flush()  # its lines name it
        _expect(session, inventory)
        if strict:
            _set_counting(session, inventory)
        cases.rename(session, case, f"库房清点 {scope_said(wanted.scope)} {wanted.counted_on}", case.opened_by)
    expected = select(func.count()).where(InventoryLine.case_id == case.id)
    return {
        "inventory_id": case.id,
        "scope_said": scope_said(inventory.scope),
        "expected": session.scalar(expected) or 0,
        "first_counter": inventory.first_counter,
        "second_counter": inventory.second_counter,
        "first_name": name_of(session, inventory.first_counter),
        "second_name": name_of(session, inventory.second_counter),
        "counting_due": _counting_due(session, inventory, case).isoformat(),
    }


@service_task("inventory.due")
def due(session: Session, work: Work) -> Mapping[str, Any]:
    """Which rooms are due for a full count: due_rooms (text), any_due."""
    rooms = due_rooms(session)
    said = "、".join(rooms)
    refused = f"下列库房应进行年度全面清点：{said}。" if rooms else ""
    return {"due_rooms": said, "any_due": bool(rooms), "plan_refused": refused, "scope": rooms[0] if rooms else ""}


def due_rooms(session: Session) -> list[str]:
    """The rooms with dossiers that were not counted whole within the time the parameter inventory leaves."""
    months = 12 // max(1, parameters.value(session, "inventory"))
    since = calendar.months_later(office.of(session).today(), -months)
    done = and_(Inventory.reported_at.is_not(None), Inventory.counted_on > since)
    counted = set(session.scalars(select(Inventory.scope).where(or_(_running(), done))))
    used = exists().where(Position.room_code == Room.code, PositionSlot.position_id == Position.id)
    rooms = select(Room.code).where(used.where(PositionSlot.dossier_id.is_not(None))).order_by(Room.code)
    return [] if "" in counted else [code for code in session.scalars(rooms) if code not in counted]


def within(scope: str) -> Any:
    """The condition that a position lies in the scope."""
    return Position.code.startswith(f"{scope}-", autoescape=True) if scope else literal(True)


def _read(session: Session, answers: Mapping[str, Any]) -> Plan:
    """The plan as typed; raises Invalid with all that is wrong."""
    problems: dict[str, list[Sentence]] = {}
    scope = normalise(text(answers, "scope"))
    scope = "" if scope in EVERYTHING else scope
    first, second = text(answers, "first_counter"), text(answers, "second_counter")
    for field, who in (("first_counter", first), ("second_counter", second)):
        if not who:
            problems[field] = [sentence("Say who counts.")]
    if first and first == second:
        problems["second_counter"] = [sentence("Two different people count.")]
    if refused := _scope_refused(session, scope):
        problems["scope"] = [refused]
    if problems:
        raise Invalid(problems)
    day = text(answers, "counted_on") or office.of(session).today().isoformat()
    return Plan(scope, date.fromisoformat(day), first, second)


def _scope_refused(session: Session, scope: str) -> Sentence | None:
    if scope and not SCOPE.fullmatch(scope):
        return sentence("A scope is ALL, a room (K01), a row (K01-03) or a cabinet (K01-03-12).")
    if session.scalar(select(Position.id).where(within(scope)).limit(1)) is None:
        return sentence("There are no shelf positions in {scope}.", scope=scope or ALL)
    for other in session.scalars(select(Inventory.scope).where(_running())):
        if f"{scope}-".startswith(f"{other}-") or f"{other}-".startswith(f"{scope}-") or "" in (scope, other):
            return sentence("{scope} is being counted already.", scope=other or ALL)
    return None


def _running() -> Any:
    return Inventory.ended_at.is_(None)


def _columns(wanted: Plan) -> dict[str, Any]:
    people = {"first_counter": wanted.first, "second_counter": wanted.second}
    return {"scope": wanted.scope, "counted_on": wanted.counted_on, **people}


def _expect(session: Session, inventory: Inventory) -> None:
    """A line for each dossier whose home lies in the scope."""
    free = and_(Dossier.status == DossierStatus.IN_STORE, Dossier.held_by_case_id.is_(None))
    frozen = free if inventory.strict else literal(False)
    blank = literal("")
    asked = (
        select(literal(inventory.case_id), Dossier.dossier_no, Dossier.id, Position.code, Dossier.status, frozen)
        .add_columns(blank, blank, blank, blank)
        .join(PositionSlot, PositionSlot.dossier_id == Dossier.id)
        .join(Position, Position.id == PositionSlot.position_id)
        .where(within(inventory.scope), Dossier.status.not_in(ENDED))
    )
    names = ["case_id", "label", "dossier_id", "home", "was", "frozen", "found_at", "damage", "finding", "note"]
    session.execute(insert(InventoryLine).from_select(names, asked))


def _set_counting(session: Session, inventory: Inventory) -> None:
    """What is frozen bears the status being counted, each by a move of its own, in a few statements."""
    move_frozen(session, inventory, DossierStatus.IN_STORE, DossierStatus.STOCKTAKING, "counted")


def move_frozen(
    session: Session, inventory: Inventory, before: DossierStatus, to: DossierStatus, why: str, *lines: Any
) -> None:
    """Every dossier of the count that is frozen and has status `before` gets status `to`, as Annex B allows; `lines`:
    conditions on the lines."""
    asked = select(InventoryLine.dossier_id).where(InventoryLine.case_id == inventory.case_id, InventoryLine.frozen)
    which = and_(Dossier.id.in_(asked.where(*lines)), Dossier.status == before)
    last = select(func.max(StatusChange.seq)).where(StatusChange.dossier_id == Dossier.id).scalar_subquery()
    told = {"from_status": before, "to_status": to, "at": now(), "by": history.SYSTEM}
    told |= {"case_id": inventory.case_id, "why": why}
    values = [literal(value, StatusChange.__table__.c[name].type) for name, value in told.items()]
    session.execute(
        insert(StatusChange).from_select(
            ["dossier_id", "seq", *told], select(Dossier.id, func.coalesce(last, 0) + 1, *values).where(which)
        )
    )
    changed = update(Dossier).where(which).values(status=to, updated_at=now(), revision=Dossier.revision + 1)
    session.execute(changed.execution_options(synchronize_session=False))
    session.expire_all()


def _counting_due(session: Session, inventory: Inventory, case: Case) -> datetime:
    days = parameters.value(session, "inventory_days", case=case)
    begin = calendar.closing(session, inventory.counted_on)
    return max(begin, calendar.add_working_days(session, now(), days))
