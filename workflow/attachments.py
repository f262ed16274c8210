"""Files people hang on a case."""

from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from workflow import files, history, office
from workflow.identity import User
from workflow.models import Attachment, Case


def add(session: Session, case: Case, user: User, source: BinaryIO, name: str, media_type: str) -> Attachment:
    """Keep a file (already checked by who took it in) with the case."""
    stored = files.store(session, office.of(session).files, source, name, media_type, user.name)
    attachment = Attachment(case_id=case.id, file=stored)
    session.add(attachment)
    session.flush()  # the history names it
    history.record(session, case, user.name, "attached", attachment=attachment.id, file=stored.id, name=stored.name)
    return attachment


def of(session: Session, case: Case) -> list[Attachment]:
    """The files of the case with their rows, oldest first."""
    query = select(Attachment).where(Attachment.case_id == case.id).options(joinedload(Attachment.file))
    return list(session.scalars(query.order_by(Attachment.id)))
