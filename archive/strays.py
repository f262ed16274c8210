"""Dossiers whose case is over: nothing holds them any more, and what is still out is told and put back.

A process that ends in its own way has let its dossiers go before. One that is cancelled, or fails, has not: the dossier
is free for other cases, and lies where its custody says until somebody puts it back on its shelf.
"""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import custody, dossiers, storage
from archive.dossier_tables import Dossier
from archive.refusals import wrong
from archive.scans import normalise
from archive.statuses import DossierStatus
from workflow import history
from workflow.around import notices
from workflow.errors import Conflict, NotAllowed
from workflow.identity import Group, User
from workflow.models import Case
from workflow.registry import fsck_check, on_case_over
from workflow.statuses import NoticeKind

PERMISSION = "dossiers.shelve"
OUT = frozenset({DossierStatus.SORTING, DossierStatus.SCANNING, DossierStatus.LENT, DossierStatus.LEAVING})


@on_case_over("holds")
def let_all_go(session: Session, case_id: int) -> None:
    """The hold of a case ends with it. Who keeps the store is told what is still out and where it is."""
    held = select(Dossier).where(Dossier.held_by_case_id == case_id).order_by(Dossier.id)
    for dossier in session.scalars(held).all():
        case = session.get_one(Case, case_id)
        dossiers.let_go(session, dossier, case)
        place = custody.where(session, dossier) or ""
        history.record(session, case, history.SYSTEM, "let_go", dossier_no=dossier.dossier_no, to=place)
        if is_stray(dossier):
            said = f"事项已结束，档案 {dossier.dossier_no} {dossier.person.name} 尚未归架，请收回入库。"
            notices.tell(session, keepers(session), NoticeKind.REMINDED, case_id, said=said)


def is_stray(dossier: Dossier) -> bool:
    """Whether it is out of the store though no case holds it."""
    return dossier.held_by_case_id is None and dossier.status in OUT


def keepers(session: Session) -> list[str]:
    """The logins of those who put dossiers back."""
    groups = select(Group).order_by(Group.key)
    permitting = [group.key for group in session.scalars(groups) if {PERMISSION, "*"} & set(group.permissions)]
    return list(
        session.scalars(select(User.name).where(User.groups.any(Group.key.in_(permitting))).order_by(User.name))
    )


def put_back(session: Session, dossier: Dossier, label: str, position: str, user: User) -> None:
    """A stray stands on its shelf again: its label and its own position are scanned.

    Raises NotAllowed, Conflict when it is no stray, Invalid beside `label` or `position`.
    """
    if not user.may(PERMISSION):
        raise NotAllowed("You may not put dossiers back on their shelves.")
    if not is_stray(dossier):
        raise Conflict("Dossier {number} is in the store, or a case has it in hand.", number=dossier.dossier_no)
    if _bare(label) != _bare(dossier.dossier_no):
        raise wrong("label", "This label is not of dossier {number}.", number=dossier.dossier_no)
    code, home = storage.code_of(position), storage.home(session, dossier)
    if home is not None and code != home:
        raise wrong("position", "The dossier's place is {home}, you scanned {code}.", home=home, code=code)
    storage.shelve(session, dossier, code, user.name, None, "put back after its case was over")


def _bare(code: str) -> str:
    return normalise(code).replace("-", "")


@fsck_check("holds_of_closed_cases")
def _forgotten_holds(session: Session) -> Iterator[str]:
    """A closed case holds no dossier."""
    asked = select(Dossier.dossier_no, Case.business_key).join(Case, Case.id == Dossier.held_by_case_id)
    for number, key in session.execute(asked.where(Case.closed_at.is_not(None)).order_by(Dossier.id)):
        yield f"Dossier {number} is held by case {key}, which is closed."
