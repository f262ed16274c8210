"""C2, C3, C4 and C9 of digitising: what goes out in one go is counted and signed for, prepared, compared with its
catalogue, and comes back counted. The counting itself is archive.scanning.desk, dossier by dossier."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from archive.answers import text
from archive.losses.models import LossKind
from archive.refusals import wrong
from archive.scanning import desk, papers
from archive.scanning.models import BatchStatus, ScanBatch, ScanDossier, ScanStatus
from archive.scanning.work import at, batch_of, dossier_rows, entry_named, known, refuse
from archive.scans import normalise
from workflow.identity import User
from workflow.models import UserTask
from workflow.registry import on_completion

MENDED = {"mend": "修裱后扫描", "skip": "原样扫描并注明"}  # as the worksheet says it
AFRESH = {  # what is ticked and noted each time something goes out
    **dict.fromkeys(("handed", "prepared", "compared", "self_checked", "looked", "counted"), False),
    **dict.fromkeys(("hand_note", "back_note", "scan_note", "quality_note"), ""),
    **{field: [] for field in ("papers", "decisions", "differences", "wanting")},
}


@on_completion("scanning.hand_out", anew=True)
def hand_out(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """C2: all that was scanned out at the desk goes to the firm, with one slip. `going`: out, deliver (nothing more is
    to go, something is back) or nothing."""
    batch = batch_of(session, task)
    out = at(session, batch, ScanStatus.OUT)
    if not out:
        refuse("handed", "Hand out at least one dossier, or leave them out: {numbers}.", _planned(session, batch))
        back = at(session, batch, ScanStatus.BACK)
        batch.status = batch.status if back else BatchStatus.GIVEN_UP
        return {"going": "deliver" if back else "nothing"}
    papers.hand_over(session, batch, "出库数字化", out, user, text(answers, "hand_note"))
    due = min(each.due_at for each in out if each.due_at)
    out_now = {"out_count": len(out), "out_due": due.isoformat(), "wave": [each.id for each in out]}
    return {**AFRESH, **out_now, "going": "out"}


@on_completion("scanning.prepare", anew=True)
def prepare(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """C3: unbound, looked through; what is torn, stuck or faded stands on the worksheet and is decided on."""
    batch = batch_of(session, task)
    rows = dossier_rows(answers, "papers", "note")
    for number, row in enumerate(rows):
        entry = entry_named(session, batch, str(row.get("dossier_no") or ""), f"papers.{number}.dossier_no")
        desk.note_paper(session, entry, str(row["note"]), user.name)
    return {"damages": rows, "damaged": bool(rows)}


@on_completion("scanning.decide_damage", anew=True)
def decide_damage(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """C3b: the archive says what becomes of damaged paper: mended first, or scanned as it is with a mark."""
    batch = batch_of(session, task)
    rows = dossier_rows(answers, "decisions", "decision")
    for number, row in enumerate(rows):
        entry = entry_named(session, batch, str(row.get("dossier_no") or ""), f"decisions.{number}.dossier_no")
        said = f"{MENDED[row['decision']]}：{text(row, 'decision_note')}"
        desk.note_paper(session, entry, said.rstrip("："), user.name)
    decided = {normalise(str(row.get("dossier_no"))) for row in rows}
    noted = {normalise(str(row.get("dossier_no"))) for row in known(session, task).get("damages") or []}
    if missing := sorted(noted - decided):
        raise wrong("decisions", "Say what becomes of {numbers}.", numbers="、".join(missing))
    return {"damages": [], "damaged": False}


@on_completion("scanning.compare", anew=True)
def compare(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """C4: paper and sorted catalogue agree one to one; where they do not, the catalogue is amended first (S6)."""
    batch = batch_of(session, task)
    rows = dossier_rows(answers, "differences", "difference")
    for number, row in enumerate(rows):
        entry_named(session, batch, str(row.get("dossier_no") or ""), f"differences.{number}.dossier_no")
    differing = {"catalogue_differs": bool(rows), "catalogue_differences": rows}
    return {**differing, "differences": [], "compared": not rows}


@on_completion("scanning.take_back", anew=True)
def take_back(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """C9: everything that went out this time is back on its shelf, or its difference is reported. One slip."""
    batch = batch_of(session, task)
    refuse("counted", "Still out: {numbers}.", at(session, batch, ScanStatus.OUT))
    wave = set(known(session, task).get("wave") or [])
    back = [each for each in at(session, batch, ScanStatus.BACK) if each.id in wave]
    differing = at(session, batch, ScanStatus.DIFFERS)
    if not differing:
        papers.hand_over(session, batch, "数字化归还", back, user, text(answers, "back_note"))
    more = bool(_planned(session, batch))
    return {"pages_differ": bool(differing), "differing": list(map(_differing, differing)), "more": more}


@on_completion("scanning.settle_loss", anew=True)
def settle_loss(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """Pages or a dossier are missing: the batch stands still until they are found, or the loss is established."""
    batch = batch_of(session, task)
    if answers["loss"] == "lost":
        for entry in at(session, batch, ScanStatus.DIFFERS):
            desk.lose(session, entry, LossKind(answers["lost_as"]), user.name, text(answers, "loss_note"))
    return {"differing": [], "pages_differ": False}


def _planned(session: Session, batch: ScanBatch) -> list[ScanDossier]:
    return at(session, batch, ScanStatus.PLANNED)


def _differing(entry: ScanDossier) -> dict[str, Any]:
    pages = f"{entry.pages_out} → {entry.pages_back}"
    return {"dossier_no": entry.dossier.dossier_no, "name": entry.dossier.person.name, "pages": pages, "why": entry.why}
