"""Each difference is searched for and closed with a decision, which is carried out at once."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from archive import dossiers, storage
from archive.inventory.models import Decision, Inventory, InventoryLine, Result
from archive.inventory.work import differences, inventory_of, need_in_hand
from archive.losses import reporting
from archive.losses.models import LossKind
from archive.refusals import wrong
from archive.statuses import DossierStatus
from workflow import history
from workflow.clock import now
from workflow.errors import Conflict, Invalid, Sentence, sentence
from workflow.identity import User
from workflow.models import UserTask
from workflow.registry import on_completion

_SEARCHED = (Decision.FOUND, Decision.LOST, Decision.NOTED)
_STRAY = (Decision.FOUND, Decision.REHOMED, Decision.NOTED)
ALLOWED: Mapping[Result, tuple[Decision, ...]] = {
    Result.MISSING: _SEARCHED,
    Result.DISPUTED: _SEARCHED,
    Result.MISPLACED: _STRAY,
    Result.UNEXPECTED: _STRAY,
    Result.DAMAGED: (Decision.HARMED, Decision.NOTED),
}
MOVABLE = (DossierStatus.IN_STORE, DossierStatus.STOCKTAKING)


def allowed(line: InventoryLine) -> tuple[Decision, ...]:
    """How this difference may be closed. Nothing is moved that is no dossier of ours, or that the records say is out:
    the case that has it in hand brings it back."""
    if line.result is None:
        return ()
    ours = line.dossier is not None and line.dossier.status in MOVABLE and line.dossier.held_by_case_id is None
    return tuple(
        each
        for each in ALLOWED.get(line.result, ())
        if each is Decision.NOTED or (ours and (each is not Decision.REHOMED or line.found_at))
    )


def note_findings(session: Session, inventory: Inventory, user: User, said: Mapping[int, str]) -> None:
    """What the search has shown, by line; raises NotAllowed for who has not the search in hand."""
    need_in_hand(session, inventory, user, "search")
    for line in differences(session, inventory):
        if said.get(line.id, "").strip() and line.decision is None:
            line.finding = said[line.id].strip()[:300]
    session.flush()  # lists ask for it


def decide(session: Session, inventory: Inventory, user: User, line: InventoryLine, to: Decision, note: str) -> None:
    """Close a difference and carry it out: the dossier is free again, has another home, or a matter of loss begins.

    Raises NotAllowed, Conflict when it is decided already, Invalid beside `note` or `decision`.
    """
    need_in_hand(session, inventory, user, "decide")
    if line.decision is not None:
        raise Conflict("This difference is decided already.")
    if to not in allowed(line):
        raise wrong("decision", "{label} cannot be closed in this way.", label=line.label)
    if to is Decision.NOTED and not note.strip():
        raise wrong("note", "Say why nothing is done about {label}.", label=line.label)
    line.decision, line.note, line.decided_by, line.decided_at = to, note.strip(), user.name, now()
    session.flush()  # a constraint speaks here, not at the commit
    _carry_out(session, inventory, line, user)
    told = {"label": line.label, "result": line.result, "decision": to, "note": line.note}
    history.record(session, inventory.case, user.name, "difference_decided", **told)


@on_completion("inventory.searched", anew=True)
def searched(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> None:
    """The search is over when something is said of every difference."""
    left = [each.label for each in differences(session, inventory_of(session, task)) if not each.finding]
    _refuse(left, "searched", "Nothing is said yet of {labels}.")


@on_completion("inventory.decided", anew=True)
def decided(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> None:
    """Every difference is closed."""
    left = [each.label for each in differences(session, inventory_of(session, task)) if each.decision is None]
    _refuse(left, "decided", "There is no decision yet on {labels}.")


@on_completion("inventory.press")
def press(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> None:
    """Counting or searching takes too long; the director has asked. The form needs what was answered."""


def _carry_out(session: Session, inventory: Inventory, line: InventoryLine, user: User) -> None:
    dossier, why = line.dossier, f"inventory: {line.decision}"
    if dossier is None:
        return
    if line.decision is Decision.REHOMED:
        storage.shelve(session, dossier, line.found_at, user.name, inventory.case, why)
    elif line.decision is not Decision.LOST and dossier.status is DossierStatus.STOCKTAKING and line.frozen:
        dossiers.change_status(session, dossier, DossierStatus.IN_STORE, user.name, inventory.case, why)
    if line.decision in (Decision.LOST, Decision.HARMED):
        kind = LossKind.MISSING if line.decision is Decision.LOST else LossKind.DAMAGED
        said = line.damage or line.note or line.finding
        reporting.begin(session, dossier, kind, inventory.case, f"清点发现：{said}", user.name)


def _refuse(left: list[str], field: str, template: str) -> None:
    if left:
        shown = "、".join(left[:5]) + ("…" if len(left) > 5 else "")
        said: list[Sentence] = [sentence(template, labels=shown)]
        raise Invalid({field: said})
