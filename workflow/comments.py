"""What people say about a case."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import history
from workflow.clock import now
from workflow.errors import Invalid, sentence
from workflow.identity import User
from workflow.models import Case, Comment

LONGEST = 4000


def add(session: Session, case: Case, user: User, body: str) -> Comment:
    """Say something about a case the user may see; raises Invalid for nothing or far too much."""
    body = body.strip().replace("\x00", "")
    if not body:
        raise Invalid({"body": [sentence("Please write something.")]})
    if len(body) > LONGEST:
        raise Invalid({"body": [sentence("A comment has at most {most} characters.", most=LONGEST)]})
    comment = Comment(case_id=case.id, author=user.name, body=body, written_at=now())
    session.add(comment)
    session.flush()  # the history names it
    history.record(session, case, user.name, "commented", comment=comment.id)
    return comment


def of(session: Session, case: Case) -> list[Comment]:
    """What was said about the case, oldest first."""
    return list(session.scalars(select(Comment).where(Comment.case_id == case.id).order_by(Comment.id)))
