"""A1, A2 and A8: the firm applies, a group (parameter accept_group) is formed, everybody of it signs."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import parameters
from archive.acceptance import papers, rounds
from archive.acceptance.looking import CHECK
from archive.acceptance.models import Acceptance, Subject
from archive.answers import text
from archive.refusals import wrong
from archive.scanning import batches
from workflow.identity import User
from workflow.models import UserTask
from workflow.registry import on_completion

OTHER_CHECK = {"checker_first": "check_second", "checker_second": "check_first"}  # whose step another person does
WORKED_ON = ("prepare", "compare_catalogue", "scan_pages", "quality_control", "deliver_batch")


@on_completion("acceptance.apply", anew=True)
def apply(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """A1: the application with its quantity; the group of an earlier round is proposed again."""
    opened = rounds.apply(session, batches.of_case(session, task.case_id), user.name)
    acceptance = opened.acceptance
    paper = papers.application(session, acceptance, opened, user, text(answers, "application_note"))
    proposed = {"group": list(acceptance.members), "group_head": acceptance.head} if acceptance.members else {}
    return {
        "acceptance_id": acceptance.id,
        "application_no": paper.number,
        "round": opened.number,
        "applied": acceptance.applied,
        **proposed,
    }


@on_completion("acceptance.form_group", anew=True)
def form_group(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """A2: who is in the group, who leads it, which two check, and when. Raises Invalid beside the field: the handler is
    not alone and checks nothing, checkers are two, of the group, and did not work on the batch."""
    acceptance = rounds.of_step(session, task)
    group = [str(each) for each in answers["group"]]
    if len(set(group) - {acceptance.handler}) < 2:
        raise wrong("group", "The group is not the handler alone: at least two others belong to it.")
    least = parameters.value(session, "accept_group", case=task.case_id)
    if len(set(group)) < least:
        raise wrong("group", "The group has at least {least} people.", least=least)
    if answers["group_head"] not in group or answers["group_head"] == acceptance.handler:
        raise wrong("group_head", "The head is of the group and not the handler.")
    if acceptance.subject == Subject.BATCH:
        _refuse_checkers(session, acceptance, group, answers)
    acceptance.head, acceptance.members = answers["group_head"], group
    acceptance.meets_on = date.fromisoformat(answers["meets_on"])
    return {"head": acceptance.head}


def _refuse_checkers(session: Session, acceptance: Acceptance, group: list[str], answers: dict[str, Any]) -> None:
    first, second = answers["checker_first"], answers["checker_second"]
    if first == second:
        raise wrong("checker_second", "Two different people check.")
    worked = _workers(session, acceptance.case_id, WORKED_ON) | {acceptance.handler}
    for field, login in (("checker_first", first), ("checker_second", second)):
        person = session.get_one(User, login)
        if login not in group:
            raise wrong(field, "{name} is not of the group.", name=person.display_name)
        if login in worked:
            raise wrong(field, "{name} has worked on this batch and does not check it.", name=person.display_name)
        if login in _workers(session, acceptance.case_id, (OTHER_CHECK[field],)):
            raise wrong(
                field,
                "{name} did the other check of an earlier round: let them do that again, or name somebody else.",
                name=person.display_name,
            )
        if not person.may(CHECK):
            raise wrong(field, "{name} may not look at page images.", name=person.display_name)


def _workers(session: Session, case_id: int, steps: Sequence[str]) -> set[str]:
    """Who stands behind what was done at these steps of the batch, in whatever round."""
    done = (UserTask.case_id == case_id, UserTask.activity_id.in_(steps))
    asked = select(UserTask.completed_by, UserTask.on_behalf_of).where(*done)
    return {name for people in session.execute(asked) for name in people if name}
