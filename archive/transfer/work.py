"""The transfer a step is about, and what its papers say of it."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from archive import documents, persons
from archive.relations import SUBJECT
from archive.statuses import Channel, DossierKind
from archive.steps import case_id
from archive.transfer.keepers import Keeper
from archive.transfer.models import Transfer
from workflow.errors import NotFound
from workflow.models import UserTask
from workflow.registry import Work, subjects_of_case

PROCESS = "transfer-out"
CHANNELS = {Channel.CONFIDENTIAL: "机要", Channel.EMS: "邮政特快专递（EMS）", Channel.BY_HAND: "专人送取"}


def transfer_of(session: Session, step: UserTask | Work) -> Transfer:
    """The transfer of the step's case; raises NotFound when it is none."""
    found = session.get(Transfer, case_id(step))
    if found is None:
        raise NotFound
    return found


def is_cadre(transfer: Transfer) -> bool:
    """Whether the rules for cadre dossiers say how it leaves and until when; `guarded` says more: once a cadre."""
    return transfer.dossier.kind is DossierKind.CADRE


def facts(session: Session, transfer: Transfer) -> dict[str, Any]:
    """What every paper of a transfer says."""
    dossier, person, keeper = transfer.dossier, transfer.dossier.person, transfer.keeper
    here = session.get(Keeper, dossier.keeper_code)
    return {
        **({"signing_office": here.name} if here else {}),  # an office of this house signs for itself
        "dossier_no": dossier.dossier_no,
        "name": person.name,
        "id_masked": persons.masked(session, person),
        "person_unit": f"{person.unit} {person.post}".strip(),
        "kind": "干部人事档案" if is_cadre(transfer) else "流动人员人事档案",
        "version": "副本" if dossier.version.value == "duplicate" else "正本",
        "volumes": dossier.volumes,
        "materials": transfer.materials,
        "pages": transfer.pages,
        "to": keeper.name if keeper else "",
        "address": keeper.address if keeper else "",
        "post_code": keeper.post_code if keeper else "",
        "phone": keeper.phone if keeper else "",
        "letter_no": transfer.letter_no,
        "reason": transfer.reason,
        "notice_no": transfer.notice_no or "",
        "channel": CHANNELS[transfer.channel] if transfer.channel else "",
        "audit_note": transfer.audit_note,
    }


def issue(
    session: Session, transfer: Transfer, kind: str, by: str, number: str | None = None, **more: Any
) -> documents.Document:
    """A paper of the transfer's case."""
    return documents.issue(session, transfer.case, kind, {**facts(session, transfer), **more}, by, number)


@subjects_of_case("transfer")
def person_of(session: Session, case_id: int) -> Iterator[str]:
    """Whose dossier leaves: neither they nor their relatives take part."""
    transfer = session.get(Transfer, case_id)
    if transfer is not None:
        yield SUBJECT + transfer.dossier.person.id_fingerprint
