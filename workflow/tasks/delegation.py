"""Delegate and get back (委派): another does the work, who delegated it completes it.

The delegate's entry is kept: it is what the delegator finds in the form. The delegate stays among the people behind
the act (user_tasks.prepared_by): rules of separation ask about both.
"""

from sqlalchemy.orm import Session

from workflow import history, separation
from workflow.clock import now
from workflow.errors import NotAllowed, Sentence, sentence
from workflow.identity import User
from workflow.kept_sentences import kept
from workflow.models import TaskDraft, UserTask
from workflow.tasks.hands import ASSIGN, give, require_open, tell
from workflow.tasks.standing_in import go_home


def delegate(session: Session, task: UserTask, user: User, to: User, reason: str = "") -> UserTask:
    """Let another person do the task, who need not be a candidate; it comes back when they are done.

    For who holds it. Raises TaskNotOpen, or NotAllowed: not theirs, delegated to them, or a rule of separation keeps
    the delegate or the delegator from it.
    """
    history.hold(session, task.case_id)
    session.refresh(task)
    require_open(task)
    if task.assignee != user.name:
        raise NotAllowed("Task “{task}” is not yours; claim it first.", task=task.name)
    if task.delegated_by is not None:
        raise NotAllowed("Task “{task}” was delegated; give it back instead.", task=task.name)
    refused = undelegable(session, task, user, to)
    if refused is not None:
        raise NotAllowed("This cannot go to {person}: {reason}", person=to.display_name, reason=refused)
    give(session, task, UserTask.assignee == user.name, to.name, task.on_behalf_of, delegated_by=user.name)
    tell(session, task, user.name, "delegated", to=to.name, reason=reason.strip())
    return task


def undelegable(session: Session, task: UserTask, user: User, to: User) -> Sentence | None:
    """Why the task cannot be delegated by this user to that person; None when it can."""
    if not to.active:
        return sentence("{person} is no longer active.", person=to.display_name)
    if to.name == user.name:
        return sentence("You have it already.")
    for person in (to, user):
        if (refused := separation.why_not(session, task, person, task.on_behalf_of)) is not None:
            return refused
    return None


def give_back(session: Session, task: UserTask, user: User, note: str = "") -> UserTask:
    """The delegate is done, or the delegator takes it back: it is the delegator's again, with the delegate's entry.

    For both, and who has the permission "tasks.assign". A delegator who has left does not get it: it is the delegate's
    own from now on, and the remark says so. Raises TaskNotOpen, NotAllowed.
    """
    history.hold(session, task.case_id)
    session.refresh(task)
    require_open(task)
    if task.delegated_by is None:
        raise NotAllowed("Task “{task}” was not delegated.", task=task.name)
    if user.name not in (task.assignee, task.delegated_by) and not user.may(ASSIGN):
        raise NotAllowed("Task “{task}” is not yours.", task=task.name)
    delegate_name, delegator = task.assignee, session.get_one(User, task.delegated_by)
    to = delegator.name if delegator.active else delegate_name
    _keep_entry(session, task, delegate_name or "", to or "")
    if to != delegate_name:
        task.prepared_by = list(dict.fromkeys([*task.prepared_by, delegate_name]))
    else:
        said = "{person}, who delegated this, is no longer here: it is yours now."
        task.remark = kept(sentence(said, person=delegator.display_name))
    session.flush()  # what follows is written past the session
    give(session, task, UserTask.assignee == delegate_name, to, task.on_behalf_of)
    kind = "recalled" if user.name == delegator.name else "handed_back"
    tell(session, task, user.name, kind, before=delegate_name, to=to, reason=note.strip())
    go_home(session, task)
    return task


def _keep_entry(session: Session, task: UserTask, delegate_name: str, to: str) -> None:
    """What the delegate has entered stands in the form of the delegator."""
    entered = session.get(TaskDraft, (task.id, delegate_name))
    if entered is None or to == delegate_name:
        return
    session.merge(TaskDraft(task_id=task.id, user_name=to, values=entered.values, saved_at=now()))
    session.delete(entered)
