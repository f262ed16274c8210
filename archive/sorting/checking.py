"""S9 and S10: another person compares catalogue and paper; what is lacking is written down."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from archive import dossiers, parameters
from archive.answers import need
from archive.materials import catalogue
from archive.refusals import wrong
from archive.sorting.work import sorting_of
from workflow import history
from workflow.identity import User
from workflow.models import UserTask
from workflow.registry import Work, on_completion, service_task

AGAIN = (  # ticks of the steps that are done again after defects
    *("arranged", "numbered", "pins", "bound", "labelled", "boxed"),
    *("self_own", "self_class", "self_order", "self_pages", "self_catalogue", "self_clean"),
)


@on_completion("sorting.check")
def check(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """S9: pass, or back with a list of defects. The third return goes to the director (parameter sort_returns)."""
    sorting = sorting_of(session, task)
    if answers.get("check_result") == "pass":
        return {"check_result": "pass", "defects": []}
    defects = [row for row in answers.get("defects") or [] if row.get("defect")]
    if not defects:
        raise wrong("defects", "Name at least one defect.")
    sorting.returns += 1
    too_often = sorting.returns >= parameters.value(session, "sort_returns", case=sorting.case)
    told = {"check_result": "escalate" if too_often else "back", "defects": defects, "returns": sorting.returns}
    return told | dict.fromkeys(AGAIN, False)


@on_completion("sorting.escalate")
def escalate(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """Returned too often: the director says what is to be done, and who goes on."""
    need(answers, "escalate_note", "Say what is to be done.")
    sorting = sorting_of(session, task)
    sorting.returns = 0
    return {"sorter": sorting.sorter, "returns": 0}


@on_completion("sorting.press")
def press(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> None:
    """The dossier is out of the store for too long; the director has asked."""
    need(answers, "press_note", "Say what was answered.")


@service_task("sorting.settle")
def settle(session: Session, work: Work) -> Mapping[str, Any]:
    """S10: what is lacking stands on the dossier, to be chased; papers in doubt are queued for the special audit."""
    sorting = sorting_of(session, work)
    counts = catalogue.completeness(session, sorting.dossier)
    lacking = [f"{code}类缺{gap}" for code, count in counts.items() for gap in count.gaps]
    missing = list(dict.fromkeys([*sorting.dossier.missing, *lacking]))
    dossiers.update_facts(session, sorting.dossier, {"missing": missing}, history.SYSTEM, sorting.case, "sorted")
    return {"lacking": missing}
