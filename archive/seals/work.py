"""The seal a step is about."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from archive.relations import SUBJECT
from archive.seals.models import Seal
from archive.steps import case_id
from workflow.clock import now
from workflow.errors import NotFound, Sentence, sentence
from workflow.models import UserTask
from workflow.registry import Work, before_ending, on_case_over, subjects_of_case


def seal_of(session: Session, step: UserTask | Work) -> Seal:
    """The seal of the step's case; raises NotFound when it is none."""
    found = session.get(Seal, case_id(step))
    if found is None:
        raise NotFound
    return found


def is_on(seal: Seal) -> bool:
    """Whether the dossier lies under this seal now."""
    return seal.sealed_at is not None and seal.lifted_at is None


@subjects_of_case("seals")
def person_of(session: Session, case: int) -> Iterator[str]:
    """Whose dossier is sealed: neither they nor their relatives take part."""
    seal = session.get(Seal, case)
    if seal is not None:
        yield SUBJECT + seal.dossier.person.id_fingerprint


@before_ending("seals")
def lift_first(session: Session, case: int) -> Sentence | None:
    """A seal is lifted by a document of the authority, not by ending its case."""
    seal = session.get(Seal, case)
    return sentence("The dossier is sealed: the seal is lifted first.") if seal is not None and is_on(seal) else None


@on_case_over("seals")
def end(session: Session, case: int) -> None:
    """A request that came to nothing frees the dossier for the next one."""
    seal = session.get(Seal, case)
    if seal is not None and seal.ended_at is None and not is_on(seal):
        seal.ended_at = now()
