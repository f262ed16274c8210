"""The written result of the search, permission to make the dossier anew or to prove the loss, who is responsible."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from archive import documents, dossiers, storage
from archive.answers import check_label, need, text
from archive.losses.models import Loss, LossKind, Resolution
from archive.losses.work import loss_of, may_return, paper
from archive.refusals import wrong
from archive.statuses import MOVES, DossierStatus
from archive.steps import name_of
from workflow import history
from workflow.clock import now
from workflow.errors import Invalid, Sentence, sentence
from workflow.identity import User
from workflow.models import UserTask
from workflow.registry import Work, on_completion, service_task

RESULTS = {"found": "已找到", "repaired": "已修复", "not_found": "未能找到", "not_repaired": "无法修复"}


@on_completion("loss.searched", anew=True)
def searched(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """What search or repair has come to, with where and how."""
    loss = loss_of(session, task)
    field = "search_result" if loss.kind is LossKind.MISSING else "repair_result"
    result = text(answers, field)
    loss.search_note = need(answers, "search_note", "Say where it was looked for, or how it was repaired.")
    good = result in ("found", "repaired")
    if good and not may_return(loss.dossier):
        raise wrong(field, "A dossier established as damaged does not come back into the store.")
    return {"search_result": result, "search_good": good, "search_note": loss.search_note}


@service_task("loss.result")
def result(session: Session, work: Work) -> Mapping[str, Any]:
    """The written result is issued; a later search supersedes nothing, its result is another paper."""
    loss = loss_of(session, work)
    facts = paper(session, loss) | {"result": RESULTS[str(work.variables["search_result"])]}
    return {"result_no": documents.issue(session, loss.case, "loss_result", facts, history.SYSTEM).number}


@on_completion("loss.put_back", anew=True)
def put_back(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """Found, repaired or made anew: its label and position are scanned, it stands in the store."""
    loss = loss_of(session, task)
    check_label(loss.dossier, answers)
    code = storage.code_of(need(answers, "scan_position", "Scan the barcode of the position."), "scan_position")
    home = storage.home(session, loss.dossier)
    if home is not None and code != home:
        raise wrong("scan_position", "The dossier's place is {home}, you scanned {code}.", home=home, code=code)
    storage.shelve(session, loss.dossier, code, user.name, loss.case, "back after a loss")
    return {"scan_label": None, "scan_position": None}


@on_completion("loss.permit", anew=True)
def permit(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """Who leads permits to make the dossier anew, has the loss proved, or has it searched for once more."""
    loss, permitted = loss_of(session, task), text(answers, "permission")
    need(answers, "permission_note", "Say on which ground.")
    if permitted == "rebuild" and not may_return(loss.dossier):
        raise wrong("permission", "A dossier established as damaged does not come back into the store.")
    loss.permitted_by = None if permitted == "search" else user.name
    return {"permission": permitted}


@on_completion("loss.rebuild", anew=True)
def rebuild(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """What the dossier is made anew from: every paper with where its copy comes from. Raises Invalid naming the row."""
    rows = [row for row in answers.get("rebuilt") or [] if any(row.values())]
    if not rows:
        raise wrong("rebuilt", "Name at least one paper and where it comes from.")
    problems: dict[str, list[Sentence]] = {}
    for number, row in enumerate(rows):
        if not text(row, "name"):
            problems[f"rebuilt.{number}.name"] = [sentence("A material needs a name.")]
        if not text(row, "source"):
            problems[f"rebuilt.{number}.source"] = [sentence("Say where the copy comes from and who proves it.")]
    if problems:
        raise Invalid(problems)
    return {"rebuilt": rows, "rebuilt_by": user.name}


@service_task("loss.prove", only_once=True)
def prove(session: Session, work: Work) -> Mapping[str, Any]:
    """The paper that says what was made anew, or that the dossier is lost for good; kept damage is established."""
    loss = loss_of(session, work)
    rebuilt = work.variables.get("permission") == "rebuild"
    rows = [{"name": text(row, "name"), "source": text(row, "source")} for row in work.variables.get("rebuilt") or []]
    facts = paper(session, loss) | {
        "outcome": "经批准重新建立" if rebuilt else "无法重新建立，特此证明",
        "rows": rows if rebuilt else [],
        "permitted_by": name_of(session, loss.permitted_by),
        "ground": text(work.variables, "permission_note"),
    }
    number = documents.issue(session, loss.case, "loss_proof", facts, history.SYSTEM).number
    if not rebuilt:
        _establish(session, loss)
    return {"proof_no": number}


@on_completion("loss.responsibility", anew=True)
def responsibility(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """Who is responsible, and what follows from it."""
    loss = loss_of(session, task)
    loss.responsibility = need(answers, "responsibility_note", "Say who is responsible and what follows.")
    return {"responsibility": text(answers, "responsibility")}


@service_task("loss.close")
def close(session: Session, work: Work) -> None:
    """The matter is over: found, made anew, or proved; the dossier is free for other cases."""
    loss, known = loss_of(session, work), work.variables
    if loss.ended_at is not None:
        return
    otherwise = Resolution.REBUILT if known.get("permission") == "rebuild" else Resolution.PROVED
    loss.resolution = Resolution.FOUND if known.get("search_good") else otherwise
    loss.ended_at = now()
    session.flush()  # a constraint speaks here, not at the commit
    dossiers.let_go(session, loss.dossier, loss.case)


def _establish(session: Session, loss: Loss) -> None:
    """Damage that is not mended is the dossier's status for good (Annex B)."""
    dossier = loss.dossier
    if loss.kind is LossKind.DAMAGED and DossierStatus.DAMAGED in MOVES[dossier.status]:
        by = loss.permitted_by or history.SYSTEM
        dossiers.change_status(session, dossier, DossierStatus.DAMAGED, by, loss.case, loss.search_note)
