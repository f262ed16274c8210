"""The eight points (SJ09): a paper is refused with the reason, or accepted, registered and due in folder and volume."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from archive import calendar, documents, parameters
from archive.answers import text
from archive.loose.models import POINTS, LooseList, LoosePaper, PaperState, Point
from archive.loose.work import list_of, paper, rows
from archive.refusals import wrong
from archive.steps import name_of
from workflow import history
from workflow.clock import now
from workflow.errors import Invalid, Sentence, sentence
from workflow.identity import User
from workflow.models import UserTask
from workflow.registry import Work, on_completion, service_task

Row = Mapping[str, Any]


@on_completion("loose.check")
def check(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """Every paper is looked at for the eight points. `refusals` names those that do not pass, with point and reason;
    the forming unit does them again. Raises Invalid naming the row (`refusals.1.reason`)."""
    sent = list_of(session, task)
    by_seq = {str(each.seq): each for each in sent.papers}
    said = [row for row in answers.get("refusals") or [] if any(row.values())]
    _refuse_bad(said, by_seq)
    if len(said) < len(sent.papers) and set(answers.get("points") or []) != {each.value for each in Point}:
        raise wrong("points", "A paper is accepted when all eight points are checked.")
    for row in said:
        refused = by_seq[str(row["paper"])]
        refused.state, refused.point, refused.why = PaperState.REFUSED, Point(row["point"]), text(row, "reason")
    session.flush()  # a constraint speaks here, not at the commit
    return {"checker": user.name, "any_refused": bool(said), "any_accepted": len(said) < len(sent.papers)}


@service_task("loose.refuse", only_once=True)
def refuse(session: Session, work: Work) -> Mapping[str, Any]:
    """The refused papers go back to the unit, each with its reason; all that are left when the dossier has left."""
    sent = list_of(session, work)
    refused = [each for each in sent.papers if each.state is PaperState.REFUSED]
    has_left = work.variables.get("fetching") == "has_left"
    gone = [each for each in refused if bool(each.point) is not has_left]  # those with a point went before
    said = [POINTS[each.point] if each.point else "" for each in gone]
    listed = [row | {"point": point} for row, point in zip(rows(gone), said, strict=True)]
    told = paper(sent) | {"rows": listed, "count": len(listed)}
    issued = documents.issue(session, sent.case, "loose_refusal", told, str(work.variables["checker"]))
    if len(refused) == len(sent.papers) or has_left:
        sent.ended_at = now()
    return {"refusal_no": issued.number}


@service_task("loose.register", only_once=True)
def register(session: Session, work: Work) -> Mapping[str, Any]:
    """The accepted papers are registered, the unit gets a receipt. Due in the folder in mat_folder months, bound in
    mat_bind years."""
    sent, checker = list_of(session, work), str(work.variables["checker"])
    accepted = [each for each in sent.papers if each.state is PaperState.SENT]
    for each in accepted:
        each.state = PaperState.REGISTERED
    _set_due(session, sent)
    told = paper(sent) | {"rows": rows(accepted), "count": len(accepted), "receiver": name_of(session, checker)}
    issued = documents.issue(session, sent.case, "loose_receipt", told, history.SYSTEM)
    due = {
        "folder_due": calendar.closing(session, sent.folder_due),
        "bind_due": calendar.closing(session, sent.bind_due),
    }
    return {"receipt_no": issued.number, **{key: day.isoformat() for key, day in due.items()}, **_registered(accepted)}


def _set_due(session: Session, sent: LooseList) -> None:
    folder, bind = (parameters.value(session, key, case=sent.case_id) for key in ("mat_folder", "mat_bind"))
    sent.folder_due = calendar.due_after_months(session, sent.handed_on, folder)
    sent.bind_due = calendar.due_after_months(session, sent.handed_on, 12 * bind)
    session.flush()  # a constraint speaks here, not at the commit


def _registered(accepted: Sequence[LoosePaper]) -> dict[str, Any]:
    return {"registered": rows(accepted), "registered_count": len(accepted)}


def _refuse_bad(said: Sequence[Row], by_seq: Mapping[str, LoosePaper]) -> None:
    problems: dict[str, list[Sentence]] = {}
    seen: set[str] = set()
    for number, row in enumerate(said):
        place, which = f"refusals.{number}", str(row.get("paper") or "")
        if which not in by_seq:
            problems[f"{place}.paper"] = [sentence("Choose a paper of the list.")]
        elif which in seen:
            problems[f"{place}.paper"] = [sentence("This paper stands among the refused already.")]
        if not row.get("point"):
            problems[f"{place}.point"] = [sentence("Say which of the eight points it fails.")]
        if not text(row, "reason"):
            problems[f"{place}.reason"] = [sentence("Say why the paper is refused.")]
        seen.add(which)
    if problems:
        raise Invalid(problems)
