"""A loss is reported: the dossier stops wherever it is, those who lead are told in the same moment, and order the
search or repair."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from archive import calendar, dossiers, parameters
from archive.answers import text
from archive.dossier_tables import Dossier
from archive.losses.models import LOSS_KINDS, Loss, LossKind
from archive.losses.work import PROCESS, loss_of, may_return, open_of
from archive.statuses import ACCOUNTED_FOR, ENDED, MOVES, DossierStatus
from archive.steps import case_of
from workflow import cases, definitions, instances
from workflow.around import notices
from workflow.clock import now
from workflow.errors import NotFound, Refusal
from workflow.identity import Membership, User
from workflow.models import Case, UserTask
from workflow.registry import Work, on_completion, service_task
from workflow.statuses import NoticeKind

LEADERS = "director"  # the group that is told


def missed(session: Session, dossier: Dossier, origin: Case, said: str, by: str) -> None:
    """Nobody finds it on its shelf. What has left, is on its way or lost already stays so."""
    if dossier.status not in ACCOUNTED_FOR:
        come_upon(session, dossier, LossKind.MISSING, origin, said, by)


def come_upon(session: Session, dossier: Dossier, kind: LossKind, origin: Case, said: str, by: str) -> None:
    """The case that has a dossier in hand comes upon its loss: it lets go of it, and the matter of the loss has it from
    the same moment."""
    dossiers.let_go(session, dossier, origin)
    begin(session, dossier, kind, origin, said, by)


def begin(session: Session, dossier: Dossier, kind: LossKind, origin: Case, said: str, by: str) -> Case:
    """A case that came upon a loss begins its matter at once, which stops the dossier unless another case holds it.
    Returns the matter's case (the open one, when there is one)."""
    running = open_of(session, dossier)
    if running is not None:
        return running.case
    number = f"{PROCESS}-{origin.id}-{dossier.dossier_no}"
    case = cases.open_case(session, number, _title(dossier, kind), PROCESS, by)
    cases.add_key(session, case, dossier.dossier_no)
    told = {"dossier_no": dossier.dossier_no, "loss_kind": kind.value, "said": said}
    told |= {"origin_case_id": origin.id, "initiator": by}
    if dossier.held_by_case_id is None:
        _stop(session, dossier, kind, case, told)
    instances.start(session, definitions.latest(session, PROCESS), case, by, told)
    return case


@service_task("loss.take_up")
def take_up(session: Session, work: Work) -> Mapping[str, Any]:
    """The dossier stops: this case holds it, and what cannot be found is missing from now on. Who leads is told.

    Variables: dossier_no, loss_kind, said, origin_case_id?. Returns loss_refused: why the matter cannot be taken up
    ("" when it is)."""
    case, known = case_of(session, work), work.variables
    loss = session.get(Loss, case.id)
    if loss is None:
        try:
            dossier = dossiers.by_no(session, str(known["dossier_no"]))
        except NotFound as refused:
            return {"loss_refused": str(refused.sentence)}
        kind = LossKind(str(known["loss_kind"]))
        refused = _refused(session, dossier)
        if refused:
            return {"loss_refused": refused, "name": dossier.person.name}
        try:
            with session.begin_nested():
                loss = _stop(session, dossier, kind, case, known)
        except (Refusal, IntegrityError) as clash:
            said = str(clash.sentence) if isinstance(clash, Refusal) else "该档案已有遗失损毁事项在办。"
            return {"loss_refused": said, "name": dossier.person.name}
    dossier = loss.dossier
    _tell(session, loss)
    due = calendar.add_working_days(session, now(), parameters.value(session, "loss_search", case=case))
    told = {"dossier_id": dossier.id, "dossier_no": dossier.dossier_no, "name": dossier.person.name}
    told |= {"kind_said": LOSS_KINDS[loss.kind], "search_due": due.isoformat(), "may_return": may_return(dossier)}
    return {"loss_refused": "", "reported_by": loss.reported_by, **told}


@on_completion("loss.order", anew=True)
def order(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """Who leads orders search or repair: who does it, where to look."""
    loss = loss_of(session, task)
    loss.searcher = text(answers, "searcher")
    return {"searcher": loss.searcher}


@on_completion("loss.press")
def press(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> None:
    """The search takes too long; who leads has asked. The form needs what was answered."""


def _refused(session: Session, dossier: Dossier) -> str:
    running = open_of(session, dossier)
    if running is not None:
        return f"该档案已有遗失损毁事项在办：{running.case.title}。"
    if dossier.held_by_case_id is not None:
        title = session.get_one(Case, dossier.held_by_case_id).title
        return f"档案由另一事项持有：{title}。请在该事项中登记遗失或损毁，办结后再发起。"
    return "该档案已不在本单位保管。" if dossier.status in ENDED else ""


def _stop(session: Session, dossier: Dossier, kind: LossKind, case: Case, known: Mapping[str, Any]) -> Loss:
    """The row, the hold and, for what cannot be found, its status (Annex B). Conflict when somebody was faster."""
    by = str(known.get("initiator") or case.opened_by)
    told = {"kind": kind, "said": text(known, "said"), "origin_case_id": known.get("origin_case_id")}
    loss = Loss(case_id=case.id, dossier_id=dossier.id, reported_by=by, reported_at=now(), **told)
    session.add(loss)
    session.flush()  # its papers name it
    dossiers.hold(session, dossier, case)
    gone = kind is LossKind.MISSING and dossier.status not in (DossierStatus.MISSING, DossierStatus.DAMAGED)
    if gone and DossierStatus.MISSING in MOVES[dossier.status]:
        dossiers.change_status(session, dossier, DossierStatus.MISSING, by, case, loss.said)
    cases.add_key(session, case, dossier.dossier_no)
    cases.rename(session, case, _title(dossier, kind), by)
    return loss


def _tell(session: Session, loss: Loss) -> None:
    """Once, in the moment it is taken up."""
    members = select(Membership.user_name).where(Membership.group_key == LEADERS).order_by(Membership.user_name)
    said = f"{_title(loss.dossier, loss.kind)}：{loss.said}"
    leaders = session.scalars(members).all()
    notices.tell(session, leaders, NoticeKind.REMINDED, loss.case_id, said=said, key=f"loss:{loss.case_id}")


def _title(dossier: Dossier, kind: LossKind) -> str:
    return f"档案{LOSS_KINDS[kind]} {dossier.dossier_no} {dossier.person.name}"
