"""The close of a receiving day (bpmn/day-close.bpmn): the difference, two signatures, the statistics."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import days, documents
from archive.answers import need
from archive.days import DayFigures, DayRow, DayStatus
from archive.packs.exceptions import CODES
from archive.receipts.returns import CHANNELS
from archive.refusals import wrong
from archive.statuses import Channel
from workflow import history
from workflow.clock import now
from workflow.errors import BpmnError
from workflow.identity import User
from workflow.models import UserTask
from workflow.registry import Work, on_completion, service_task
from workflow.statuses import TaskStatus

LISTED = 300  # packs of a difference shown to the director


@service_task("days.compute")
def compute(session: Session, work: Work) -> Mapping[str, Any]:
    """Delivered − registered − exceptions, and the packs that make the difference."""
    figures = days.figures(session, _day(work))
    waiting = _waiting_at(session, figures.difference_rows[:LISTED])
    shown = [
        {"tracking_no": row.tracking_no, "name": row.name, "sender": row.sender, "task": waiting.get(row.case_id, "")}
        for row in figures.difference_rows[:LISTED]
    ]
    return {**figures.as_json(), "difference_list": shown}


@on_completion("days.settle", again=True)
def settle(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> None:
    """The director has seen to the difference; it is computed again."""
    need(answers, "difference_note", "Say what was done.")


@on_completion("days.sign", anew=True)
def sign(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """One of the two signatures under the day's figures; the person signs with their own password."""
    signed = answers.get("signature")
    if not isinstance(signed, Mapping) or signed["by"] != user.name:
        raise wrong("signature", "Sign with your own password.")
    which = "first" if task.activity_id == "sign_first" else "second"
    return {f"{which}_signed_by": user.display_name, f"{which}_signed_at": signed["at"], "signature": None}


@service_task("days.report")
def report(session: Session, work: Work) -> Mapping[str, Any]:
    """The day is closed with its figures, and the statistics are issued.

    Raises BpmnError `DIFFERENCE` when what held a pack up was resolved while the day was being signed, so that it is
    neither an exception any more nor registered yet."""
    day = days.find(session, _day(work))
    figures = days.figures(session, day.day)
    if figures.difference:
        raise BpmnError("DIFFERENCE", f"The difference of {day.day} is {figures.difference}, not zero.")
    paper = documents.issue(session, work.instance.case, "day", _report_facts(figures, work.variables), history.SYSTEM)
    day.status, day.closed_at, day.figures = DayStatus.CLOSED, now(), figures.as_json()
    return {"report_no": paper.number, "report_id": paper.id}


def _day(work: Work) -> date:
    return date.fromisoformat(work.variables["day"])


def _waiting_at(session: Session, rows: list[DayRow]) -> dict[int | None, str]:
    """case → the open task it waits at."""
    query = select(UserTask.case_id, UserTask.name).where(
        UserTask.case_id.in_([row.case_id for row in rows]), UserTask.status == TaskStatus.OPEN
    )
    return dict(session.execute(query.order_by(UserTask.id)).all())


def _report_facts(figures: DayFigures, known: Mapping[str, Any]) -> dict[str, Any]:
    excepted = [row for row in figures.rows if row.place == "exception"]
    by_code: dict[str, int] = {}
    for row in figures.rows:
        for code in row.codes:
            by_code[code] = by_code.get(code, 0) + 1
    return {
        "day": documents.chinese_day(figures.day),
        **figures.as_json(),
        "channels": [
            {"name": CHANNELS[Channel(channel)], "count": count} for channel, count in figures.by_channel.items()
        ],
        "codes": [{"code": code, "name": CODES[code].zh, "count": count} for code, count in sorted(by_code.items())],
        "excepted": [
            {
                "tracking_no": row.tracking_no,
                "name": row.name,
                "sender": row.sender,
                "codes": "、".join(row.codes) or PLACES.get(row.status, row.status),
            }
            for row in excepted
        ],
        "first_signed_by": known.get("first_signed_by") or "",
        "second_signed_by": known.get("second_signed_by") or "",
    }


PLACES = {"returned": "已退回", "forwarded": "已转寄", "loose": "转零散材料"}
