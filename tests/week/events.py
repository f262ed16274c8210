"""What happens beside the daily work: people are away, leave, change their group; a version comes; much is done at once."""

import re
from collections import Counter
from datetime import timedelta

from sqlalchemy import select

from tests.season.browser import WAIT
from tests.week import processes
from tests.week.desk import Desk
from tests.week.ledger import Act
from tests.week.office import Office
from workflow.identity import User
from workflow.models import BulkItem, Upgrade, UserTask
from workflow.statuses import BulkItemStatus, TaskStatus, UpgradeStatus

HISTORY = {"claim": "claimed", "assign": "assigned", "complete": "completed"}
PATIENCE = 400


def absences(office: Office, day: int) -> None:
    """A tenth is away today; each has named a substitute the day before (the manager names one for a third)."""
    office.away = set()
    here = office.clerks()
    away = office.chance.sample(here, max(1, len(here) // 10))
    at = (office.monday + timedelta(days=day)).isoformat()
    for name in away:
        substitute = office.chance.choice([each for each in here if each not in away])
        facts = {"substitute": substitute, "begins": at, "ends": at}
        if office.chance.random() < 0.33:
            office.manager.post("/substitutes", "", "name a substitute", why="reason", principal=name, **facts)
        else:
            office.people[name].sign_in()
            office.desks[name].post("/substitutes", "", "name a substitute", why="reason", **facts)
    office.away = set(away)


def leave(office: Office, handed_over: bool) -> str:
    """Somebody leaves for good: with a hand-over of everything, or at once with all in hand."""
    name = office.chance.choice(spare(office))
    heir = office.chance.choice([each for each in office.clerks() if each != name])
    if handed_over:
        receivers = {f"to:{kind}": heir for kind in ("task", "offer", "delegation", "case", "head", "standing_in")}
        office.manager.post(f"/people/{name}/leaving", "", "hand over a leaver", why="reason", **receivers)
    office.administrator.post(f"/people/{name}/activity", "", "switch off an account", active="0", anyway="1")
    office.gone.add(name)
    return name


def regroup(office: Office) -> None:
    """Somebody changes the desk: out of one group, into another."""
    name = office.chance.choice(spare(office))
    groups = office.staff.groups[name]
    mine = [each for each in groups if each in ("loans", "files", "front")]
    if mine:
        others = [each for each in ("loans", "files", "front") if each not in mine] or ["loans"]
        groups[:] = [each for each in groups if each != mine[0]] + [others[0]]
        with office.database.reading() as session:
            facts = {"display_name": session.get_one(User, name).display_name, "head": office.staff.head.get(name, "")}
        office.administrator.post(f"/people/{name}", "", "change groups", groups=list(dict.fromkeys(groups)), **facts)


def spare(office: Office) -> list[str]:
    """Clerks without whom each of their groups still has three people at work."""
    here = office.clerks()
    members = Counter(group for name in here for group in set(office.staff.groups[name]))
    clerks = [name for name in here if name in office.staff.clerks]
    return [name for name in clerks if all(members[group] > 3 for group in office.staff.groups[name])] or clerks[:1]


def new_version(office: Office) -> None:
    """The loans get a new version, and what runs follows it."""
    desk = office.administrator
    answer = desk.person.upload("/definitions", "week-loan.bpmn", processes.diagram("week-loan", 2))
    office.ledger.note(Act("deploy a version", "", desk.login, None, None, "", ""), answer)
    desk.post("/definitions/week-loan/1/upgrades", "", "upgrade what runs", why="reason", to="2")
    office.rest()
    with office.database.reading() as session:
        left = session.scalars(select(Upgrade).where(Upgrade.status == UpgradeStatus.WAITING)).all()
        refused = session.scalars(select(Upgrade).where(Upgrade.status == UpgradeStatus.REFUSED)).all()
        silent = [each.id for each in refused if not each.refused]
    if left or silent:
        office.ledger.blame(f"The upgrade left {len(left)} cases waiting and {len(silent)} without a reason.")


def bulk(office: Office, desk: Desk, act: str, most: int = 40) -> None:
    """Choose, have it checked, begin, look at the report: what it calls done is taken for told."""
    view = "groups" if act != "assign" else "mine"
    chosen = office.eye.listed(desk.login, view, desk.chance, most)
    same = [str(each.id) for each in chosen if act != "complete" or each.activity == chosen[0].activity]
    if not same:
        return
    word = office.ledger.word()
    facts = {"act": act, "task": same, "asked": "", "reason": word, "to": desk.colleague(), "opinion": "批量"}
    facts["request_key"] = f"bulk{office.ledger.number()}"
    answer = desk.person.send(
        "/bulk", **facts, **({"outcome": "agree"} if chosen[0].activity in processes.DECIDED else {})
    )
    if not office.ledger.note(Act(f"bulk {act}", "", desk.login, None, None, word, ""), answer):
        return
    ready = _phase(office, desk, answer.place, "ready")
    if ready and desk.answer(f"{answer.place}/beginning", "", f"begin bulk {act}").done:
        _phase(office, desk, answer.place, "over")
    _take_report(office, desk, int(answer.place.rpartition("/")[2]), act)


def _phase(office: Office, desk: Desk, place: str, wanted: str) -> bool:
    """Wait for the page to say so."""
    for _ in range(PATIENCE):
        office.machine.go_on()
        found = re.search(r'data-phase="(\w+)"', desk.person.open(place).text)
        if found and found[1] in (wanted, "over"):
            return found[1] == wanted
        WAIT(0.05)
    office.ledger.blame(f"The run {place} never came to be {wanted}.")
    return False


def _take_report(office: Office, desk: Desk, run_id: int, act: str) -> None:
    with office.database.reading() as session:
        items = session.execute(select(BulkItem, UserTask).join(UserTask).where(BulkItem.run_id == run_id)).all()
        for item, task in items:
            if item.status is BulkItemStatus.DONE:
                of = (desk.login, task.case_id, task.id, "", "")
                office.ledger.note_done(Act(f"item of bulk {act}", HISTORY[act], *of))
                if act == "complete" and item.was["assignee"] is None:
                    office.ledger.note_done(Act("claimed by bulk complete", "claimed", *of))
            elif item.status is not BulkItemStatus.WILL and not item.refused:
                office.ledger.blame(f"Item {item.task_id} of run {run_id} is left {item.status} without a reason.")


def most_offered(office: Office) -> Desk:
    """Who has the longest queue of their groups."""
    with office.database.reading() as session:
        free = select(UserTask.activity_id).where(UserTask.status == TaskStatus.OPEN, UserTask.assignee.is_(None))
        waiting = list(session.scalars(free.order_by(UserTask.id).limit(50)))
    group = "loans" if waiting.count("check") >= waiting.count("fetch") else "files"
    return office.desks[office.chance.choice([each for each in office.clerks() if group in office.staff.groups[each]])]
