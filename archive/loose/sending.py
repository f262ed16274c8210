"""A unit sends papers for a dossier, with a list: within a month after they were formed (SJ09; parameter mat_send)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from archive import calendar, dossiers, parameters, partial_dates
from archive.answers import text
from archive.dossier_tables import Dossier
from archive.loose.models import LooseList, LoosePaper, PaperState
from archive.loose.work import PROCESS, list_of, rows
from archive.refusals import wrong
from archive.statuses import ENDED
from archive.steps import case_of
from workflow import cases, definitions, instances, office
from workflow.errors import Conflict, Invalid, Sentence, sentence
from workflow.identity import User
from workflow.models import Case, UserTask
from workflow.registry import Work, on_completion, service_task

Row = Mapping[str, Any]


@service_task("loose.take_up")
def take_up(session: Session, work: Work) -> Mapping[str, Any]:
    """The list is written down. Variables: dossier_no, sender, hander, handed_on, papers ([{name, formed, pages, copy,
    note}]; none when the papers came without a list)."""
    case, known = case_of(session, work), work.variables
    dossier = dossiers.by_no(session, str(known["dossier_no"]))
    if dossier.status in ENDED:
        raise Conflict("Dossier {number} is no longer kept here.", number=dossier.dossier_no)
    sent = session.get(LooseList, case.id)
    if sent is None:
        day = date.fromisoformat(text(known, "handed_on") or office.of(session).today().isoformat())
        told = {"sender": text(known, "sender"), "hander": text(known, "hander"), "handed_on": day}
        sent = LooseList(case_id=case.id, dossier_id=dossier.id, receiver=case.opened_by, **told)
        session.add(sent)
        session.flush()  # its papers name it
        cases.add_key(session, case, dossier.dossier_no)
        cases.rename(session, case, f"零散材料 {dossier.dossier_no} {dossier.person.name}", case.opened_by)
    _write(session, sent, [row for row in known.get("papers") or [] if row.get("name")])
    return {"dossier_id": dossier.id, "dossier_no": dossier.dossier_no, "name": dossier.person.name, **shown(sent)}


@on_completion("loose.list", anew=True)
def list_papers(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """Papers that came without a list are written down here. Raises Invalid naming row and field."""
    sent, said = list_of(session, task), [row for row in answers.get("papers") or [] if any(row.values())]
    if not said:
        raise wrong("papers", "Write down at least one paper.")
    unnamed: dict[str, list[Sentence]] = {
        f"papers.{number}.name": [sentence("A material needs a name.")]
        for number, row in enumerate(said)
        if not text(row, "name")
    }
    if unnamed:
        raise Invalid(unnamed)
    _write(session, sent, said)
    return shown(sent)


def from_pack(session: Session, dossier: Dossier, pack_case: Case, sender: str, hander: str, by: str) -> Case:
    """What was in a pack for a dossier that is here already becomes a matter of its own; its list is yet to be
    written."""
    title = f"零散材料 {dossier.dossier_no} {dossier.person.name}"
    case = cases.open_case(session, f"{PROCESS}-{pack_case.id}", title, PROCESS, by)
    cases.add_key(session, case, dossier.dossier_no)
    told = {"dossier_no": dossier.dossier_no, "sender": sender, "hander": hander, "papers": []}
    told |= {"handed_on": office.of(session).today().isoformat(), "initiator": by}
    instances.start(session, definitions.latest(session, PROCESS), case, by, told)
    return case


def shown(sent: LooseList) -> dict[str, Any]:
    """What the forms say of the list: its papers, as rows and as choices."""
    return {
        "listed": rows(sent.papers),
        "listed_choices": [{"value": str(each.seq), "label": f"{each.seq} {each.name}"} for each in sent.papers],
        "is_listed": bool(sent.papers),
        "late": any(each.late_days for each in sent.papers),
    }


def _write(session: Session, sent: LooseList, said: Sequence[Row]) -> None:
    """The rows take the place of those written before; nothing is touched once a paper was judged."""
    if not said or any(each.state is not PaperState.SENT for each in sent.papers):
        return
    sent.papers.clear()
    session.flush()  # those make room
    months = parameters.value(session, "mat_send", case=sent.case_id)
    sent.papers.extend(_paper(session, sent, seq, row, months) for seq, row in enumerate(said, start=1))
    session.flush()  # a constraint speaks here, not at the commit


def _paper(session: Session, sent: LooseList, seq: int, row: Row, months: int) -> LoosePaper:
    formed = text(row, "formed")
    return LoosePaper(
        seq=seq,
        name=text(row, "name"),
        formed=formed,
        pages=int(row.get("pages") or 0),
        copy=bool(row.get("copy")),
        note=text(row, "note"),
        late_days=_late(session, formed, sent.handed_on, months),
    )


def _late(session: Session, formed: str, handed_on: date, months: int) -> int:
    """Days beyond the time allowed, counted from the last day the paper may have been formed on."""
    if not formed:
        return 0
    due = calendar.due_after_months(session, partial_dates.last_day(formed), months)
    return max(0, (handed_on - due).days)
