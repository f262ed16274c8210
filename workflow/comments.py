"""What people say about a case."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import history
from workflow.around import mentions, notices
from workflow.clock import now
from workflow.errors import Invalid, sentence
from workflow.identity import User
from workflow.models import Case, Comment
from workflow.statuses import NoticeKind

LONGEST = 4000


def add(session: Session, case: Case, user: User, body: str) -> Comment:
    """Say something about a case the user may see; colleagues named in it with “@” are told.

    Raises Invalid for nothing or far too much, and for a mention of somebody who may not see the case."""
    body = body.strip().replace("\x00", "")
    if not body:
        raise Invalid({"body": [sentence("Please write something.")]})
    if len(body) > LONGEST:
        raise Invalid({"body": [sentence("A comment has at most {most} characters.", most=LONGEST)]})
    named = mentions.mentioned(session, case, body)
    comment = Comment(case_id=case.id, author=user.name, body=body, written_at=now())
    session.add(comment)
    session.flush()  # the history names it
    told = notices.tell(session, named, NoticeKind.MENTIONED, case.id, by=user.name, said=body, comment=comment.id)
    history.record(session, case, user.name, "commented", comment=comment.id, **({"told": told} if told else {}))
    return comment


def of(session: Session, case: Case) -> list[Comment]:
    """What was said about the case, oldest first."""
    return list(session.scalars(select(Comment).where(Comment.case_id == case.id).order_by(Comment.id)))
