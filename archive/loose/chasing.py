"""What is lacking is registered and asked for (缺少材料登记), once a quarter, by a letter to each unit."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import calendar, documents, parameters
from archive.dossier_tables import Dossier
from archive.loose.models import ChasedMaterial
from archive.statuses import ENDED, Completeness
from archive.steps import case_of
from workflow import history, office
from workflow.clock import now
from workflow.models import Case
from workflow.registry import Work, service_task

Lacking = list[tuple[Dossier, list[str]]]


@service_task("loose.chase", only_once=True)
def chase(session: Session, work: Work) -> Mapping[str, Any]:
    """A letter to every unit whose people's dossiers lack something; what was asked for not long ago (parameter
    missing_chase) is not asked for again. Returns letters: [{unit, dossiers, materials, number}]."""
    case = case_of(session, work)
    letters = [_letter(session, case, unit, lacking) for unit, lacking in sorted(_lacking(session).items())]
    return {"letters": letters, "any_letters": bool(letters)}


def of(session: Session, dossier: Dossier) -> list[ChasedMaterial]:
    """What this dossier's unit was asked for, oldest first."""
    asked = select(ChasedMaterial).where(ChasedMaterial.dossier_id == dossier.id)
    return list(session.scalars(asked.order_by(ChasedMaterial.id)))


def _lacking(session: Session) -> dict[str, Lacking]:
    """By unit, the dossiers that lack something and what."""
    found: dict[str, Lacking] = defaultdict(list)
    asked = select(Dossier).where(Dossier.completeness == Completeness.MISSING, Dossier.status.not_in(ENDED))
    for dossier in session.scalars(asked.order_by(Dossier.id)):
        recent = _asked_lately(session, dossier)
        names = [name for name in dict.fromkeys(dossier.missing) if name not in recent]
        if names:
            found[_unit(dossier)].append((dossier, names))
    return found


def _asked_lately(session: Session, dossier: Dossier) -> set[str]:
    pause, today = parameters.value(session, "missing_chase"), office.of(session).today()
    asked = select(ChasedMaterial.name, ChasedMaterial.chased_at).where(ChasedMaterial.dossier_id == dossier.id)
    return {
        name
        for name, at in session.execute(asked.where(ChasedMaterial.obtained_at.is_(None)))
        if calendar.working_days_between(session, office.of(session).local(at).date(), today) < pause
    }


def _unit(dossier: Dossier) -> str:
    """Who is asked: the person's unit, else who entrusted or sent the dossier, else the person."""
    person = dossier.person
    return person.unit or dossier.entrust_unit or dossier.source_unit or f"{person.name}（本人）"


def _letter(session: Session, case: Case, unit: str, lacking: Lacking) -> dict[str, Any]:
    rows = [
        {"dossier_no": dossier.dossier_no, "name": dossier.person.name, "missing": "、".join(names)}
        for dossier, names in lacking
    ]
    issued = documents.issue(session, case, "chase_letter", {"unit": unit, "rows": rows}, history.SYSTEM)
    number = issued.number or ""
    session.add_all(
        ChasedMaterial(case_id=case.id, dossier_id=dossier.id, unit=unit, name=name, letter_no=number, chased_at=now())
        for dossier, names in lacking
        for name in names
    )
    session.flush()  # the next question sees them
    return {"unit": unit, "dossiers": len(rows), "materials": sum(len(names) for _, names in lacking), "number": number}
