"""Sorted dossiers on their shelves, ready to be scanned, and what was agreed with the firm."""

from dataclasses import asdict

from archive import dossiers, storage
from archive.images import demands
from archive.scanning.batches import Terms
from archive.scanning.models import ScanBatch, ScanDossier, ScanStatus, Unit
from tests.archive.images import scanned
from tests.workflow.engine.drawing import bpmn
from workflow import cases, definitions, instances
from workflow.clock import now

TERMS = Terms("云溪档案服务公司", "HT-2026-007", Unit.PAGE, 35)
PAGES = 4


def shelved(session, serial, name, **facts):
    """One dossier of four pages on a free place."""
    made = scanned.dossier(session, serial, name)
    dossiers.update_facts(session, made, {"sort_status": "sorted", "volumes": 1, **facts}, "anna")
    storage.shelve(session, made, storage.free_positions(session)[0].code, "stan")
    return made


def offered(session, made, group="registry"):
    """A batch under way with this dossier out, whose only step is offered to the group."""
    drawing = f"start s\nuser scan_pages candidateGroups={group}\nend e\ns -> scan_pages -> e"
    case = cases.open_case(session, f"SM-{made.id}", "Scanning", "scanning", "anna")
    version = definitions.deploy(session, bpmn(drawing, "scanning"), {}, "eve")
    told = {**asdict(TERMS), "profile": asdict(demands.of(session))}
    batch = ScanBatch(number=f"SM-{made.id}", case_id=case.id, planned_at=now(), planned_by="anna", **told)
    session.add(batch)
    session.flush()
    session.add(ScanDossier(batch_id=batch.id, dossier_id=made.id, status=ScanStatus.OUT))
    instances.start(session, version, case, "anna", {})
    return batch
