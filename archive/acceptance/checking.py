"""A5, A7 and A8: two people check the sample; what fails goes back with a notice, what passes is mended to the last
page."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from archive import calendar, parameters
from archive.acceptance import papers, rounds
from archive.acceptance.models import Acceptance, AcceptanceDossier, AcceptanceRound, AcceptanceStatus
from archive.acceptance.papers import LEVELS
from archive.answers import text
from archive.images import defects, pages
from archive.images.defect_tables import Stage
from archive.refusals import wrong
from archive.scanning import batches
from archive.scanning.models import ScanBatch
from archive.scanning.papers import DEFECTS
from workflow import office
from workflow.clock import now
from workflow.identity import User
from workflow.models import UserTask
from workflow.registry import on_completion

SAID_AT_MOST = 200  # rows of one notice


@on_completion("acceptance.check", anew=True)
def check(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> None:
    """A5: this checker has looked at every page of the sample: paper, catalogue, raw and optimised image."""
    for each in _sample(session, task):
        if left := defects.unchecked(session, each.dossier, Stage.OWNER, user.name):
            number = each.dossier.dossier_no
            raise wrong(
                "checked", "You have not looked at {count} images of dossier {number}.", count=left, number=number
            )


@on_completion("acceptance.notify", anew=True)
def notify(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """A7: the rectification notice; the whole batch is to be reworked until the day it names. `rounds_left`: whether
    the parameters allow another round."""
    acceptance = rounds.of_step(session, task)
    round_ = rounds.last(session, acceptance)
    due = calendar.add_working_days(session, now(), parameters.value(session, "defect_fix", case=acceptance.case_id))
    round_.rework_due = office.of(session).local(due).date()
    rows = _found(session, round_)[:SAID_AT_MOST]
    paper = papers.notice(session, acceptance, round_, rows, user, text(answers, "notice_note"))
    round_.notice_no = paper.number
    left = round_.number < parameters.value(session, "accept_rounds", case=acceptance.case_id)
    told = {"notice_no": paper.number, "rework_due": round_.rework_due.isoformat(), "rounds_left": left}
    if left:
        batches.reopen(session, _batch(session, acceptance))
    return {**told, "notice_note": "", "acceptance_result": "rework"}


@on_completion("acceptance.decide", anew=True)
def decide(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """The rounds are used up: once more with everything checked, or the batch is refused."""
    acceptance = rounds.of_step(session, task)
    batch = _batch(session, acceptance)
    if answers["decision"] == "again":
        batches.reopen(session, batch)
        return {"acceptance_result": "rework"}
    batches.give_up(session, batch, user.name)
    acceptance.status, acceptance.decided_at = AcceptanceStatus.REFUSED, now()
    return {"acceptance_result": "refused"}


@on_completion("acceptance.mend", anew=True)
def mend(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> None:
    """A8: the firm has mended every defect of the sample."""
    for each in _sample(session, task):
        if found := defects.open_defects(session, each.dossier):
            template = "{count} defects of dossier {number} are not mended yet."
            raise wrong("mended", template, count=len(found), number=each.dossier.dossier_no)


@on_completion("acceptance.recheck", anew=True)
def recheck(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """A8: every page of the sample is looked at once more where its image is new; until nothing is left."""
    clean = True
    for each in _sample(session, task):
        if left := defects.unchecked(session, each.dossier, Stage.OWNER, user.name):
            number = each.dossier.dossier_no
            raise wrong(
                "checked", "You have not looked at {count} images of dossier {number}.", count=left, number=number
            )
        clean = clean and not defects.open_defects(session, each.dossier)
    return {"clean": clean, "mended": False, "checked": False}


def _sample(session: Session, task: UserTask) -> list[AcceptanceDossier]:
    return rounds.dossiers(session, rounds.last(session, rounds.of_step(session, task)), sampled=True)


def _batch(session: Session, acceptance: Acceptance) -> ScanBatch:
    return session.get_one(ScanBatch, acceptance.batch_id)


def _found(session: Session, round_: AcceptanceRound) -> list[dict[str, Any]]:
    """What stands in the notice: the defects of every dossier the machine or the checkers found wanting."""
    rows = []
    for each in rounds.dossiers(session, round_):
        own = defects.open_defects(session, each.dossier) if each.faults or each.sampled else []
        rows += [_row(each, f"{pages.number(d.material)} 第{d.page}页", DEFECTS[d.code], d.fatal) for d in own]
        if len(each.faults) > len(own):
            rows.append(_row(each, "—", f"机检发现 {len(each.faults)} 处问题", True))
    return rows


def _row(each: AcceptanceDossier, place: str, said: str, fatal: bool) -> dict[str, Any]:
    return {"dossier_no": each.dossier.dossier_no, "place": place, "said": said, "level": LEVELS[fatal]}
