"""S3 and S3b: what does not stay in the dossier. Proposed by who sorts, agreed by the director, destruction seen by two
witnesses; only then does a paper leave, on a list. Nothing leaves silently (ZL91)."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from archive import documents, dossiers
from archive.answers import need, text
from archive.materials import catalogue, states
from archive.materials.models import PRESENT, Material, MaterialState
from archive.materials.states import Act
from archive.refusals import wrong
from archive.sorting.models import Sorting
from archive.sorting.work import sorting_of
from archive.statuses import AuditStatus
from workflow.errors import Invalid, Sentence, sentence
from workflow.identity import User
from workflow.models import UserTask
from workflow.registry import Work, on_completion, service_task

OUTCOMES = {  # what is proposed: the state it leads to, and how the list says it
    "return": (MaterialState.RETURNED, "退回补办手续"),
    "transfer": (MaterialState.TRANSFERRED, "转递应存单位"),
    "person": (MaterialState.TO_PERSON, "退还本人"),
    "destroy": (MaterialState.DESTROYED, "销毁"),
    "freeze": (MaterialState.FROZEN, "存疑封存，转专项审核"),
}
ADDRESSED = ("return", "transfer")  # these need an addressee
SIGNERS = ("removal_leader", "witness_first", "witness_second")
Removal = dict[str, Any]


@on_completion("sorting.appraise")
def appraise(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """S3: every paper is written down and looked at; `removals` names those that do not stay, and why."""
    sorting = sorting_of(session, task)
    within = {str(material.id): material for material in catalogue.of(session, sorting.dossier, *PRESENT)}
    if not within:
        raise wrong("appraised", "No material is written down yet. Open the catalogue first.")
    removals = [_read(row, within) for row in answers.get("removals") or []]
    _refuse_bad(removals, within)
    outcomes = {row["outcome"] for row in removals}
    removing = "destroy" if "destroy" in outcomes else "other" if outcomes else "none"
    damaged = answers.get("condition") == "damaged"
    return {"removals": removals, "removing": removing, "damaged": damaged, "removal_note": ""}


@on_completion("sorting.agree")
def agree(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """S3b: the director agrees to the list, or gives it back with a reason."""
    if answers.get("removal_decision") != "agree":
        note = need(answers, "removal_note", "Say what is to be changed.")
        return {"removal_decision": "back", "removal_note": note}
    return {"removal_decision": "agree", "removal_leader": user.name}


@on_completion("sorting.witness")
def witness(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """A witness has seen the papers of the list destroyed. The diagram makes the two different people."""
    return {task.activity_id: user.name}


@service_task("sorting.remove")
def remove(session: Session, work: Work) -> Mapping[str, Any]:
    """What was agreed is done: papers leave, each on its list; suspicious ones are frozen for the special audit."""
    sorting = sorting_of(session, work)
    removals: list[Removal] = list(work.variables.get("removals") or [])
    leader = str(work.variables["removal_leader"])
    for row in removals:
        _move(session, sorting, row, leader)
    rest = [catalogue.row_of(material) for material in catalogue.rows(session, sorting.dossier)]
    catalogue.save(session, sorting.dossier, rest, leader, sorting.case, "papers taken out")
    if any(row["outcome"] == "freeze" for row in removals):
        queued = {"audit_status": AuditStatus.QUEUED}
        dossiers.update_facts(session, sorting.dossier, queued, leader, sorting.case, "suspicious paper")
    gone = sum(row["pages"] for row in removals if row["outcome"] != "freeze")
    return {"removed_pages": gone, **_lists(session, sorting, work, removals)}


def _read(row: Mapping[str, Any], within: Mapping[str, Material]) -> Removal:
    material = within.get(str(row.get("material") or ""))
    outcome = str(row.get("outcome") or "")
    return {
        "material": str(row.get("material") or ""),
        "outcome": outcome,
        "said": OUTCOMES[outcome][1] if outcome in OUTCOMES else "",
        "reason": text(row, "reason"),
        "addressee": text(row, "addressee"),
        "name": material.name if material else "",
        "formed": material.formed if material else "",
        "pages": material.pages if material else 0,
    }


def _refuse_bad(removals: Sequence[Removal], within: Mapping[str, Material]) -> None:
    problems: dict[str, list[Sentence]] = {}
    seen: set[str] = set()
    for number, row in enumerate(removals):
        place = f"removals.{number}"
        if row["material"] not in within:
            problems[f"{place}.material"] = [sentence("Choose a material of this dossier.")]
        elif row["material"] in seen:
            problems[f"{place}.material"] = [sentence("This material stands on the list already.")]
        if row["outcome"] not in OUTCOMES:
            problems[f"{place}.outcome"] = [sentence("Say what becomes of it.")]
        if not row["reason"]:
            problems[f"{place}.reason"] = [sentence("Nothing leaves a dossier without a reason.")]
        if row["outcome"] in ADDRESSED and not row["addressee"]:
            problems[f"{place}.addressee"] = [sentence("Say to whom it goes.")]
        seen.add(row["material"])
    if problems:
        raise Invalid(problems)


def _move(session: Session, sorting: Sorting, row: Removal, leader: str) -> None:
    """Bring the paper into its state; done before (the work is repeated), it stays."""
    material = session.get_one(Material, int(row["material"]))
    state, said = OUTCOMES[row["outcome"]]
    if material.state is not state:
        why = f"{said}：{row['reason']} {row['addressee']}".strip()
        states.move(session, material, state, Act(leader, sorting.case, why))


def _lists(session: Session, sorting: Sorting, work: Work, removals: Sequence[Removal]) -> dict[str, Any]:
    """The papers: a list of what leaves, one of what was destroyed, a transfer notice for each addressee."""
    told: dict[str, Any] = {}
    leader = str(work.variables["removal_leader"])
    destroyed = [row for row in removals if row["outcome"] == "destroy"]
    others = [row for row in removals if row["outcome"] != "destroy"]
    signed = {key: _name(session, work.variables.get(key)) for key in SIGNERS}
    facts = {"dossier_no": sorting.dossier.dossier_no, "name": sorting.dossier.person.name, **signed}
    if others:
        listed = {**facts, "rows": others, "count": len(others)}
        told["removal_no"] = documents.issue(session, sorting.case, "removal_list", listed, leader).number
    if destroyed:
        listed = {**facts, "rows": destroyed, "count": len(destroyed)}
        told["destruction_no"] = documents.issue(session, sorting.case, "destruction_list", listed, leader).number
    for addressee in dict.fromkeys(row["addressee"] for row in removals if row["outcome"] == "transfer"):
        rows = [row for row in removals if row["outcome"] == "transfer" and row["addressee"] == addressee]
        listed = {**facts, "rows": rows, "count": len(rows), "addressee": addressee}
        documents.issue(session, sorting.case, "material_notice", listed, leader)
    return told


def _name(session: Session, login: Any) -> str:
    user = session.get(User, str(login or ""))
    return user.display_name if user else ""
