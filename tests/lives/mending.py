"""What cannot go on as it is: what the watchdog finds after somebody has left is mended by a director, a pack whose
person has a dossier by now goes back to be looked up again. Whatever else the watchdog finds is a fault."""

from lxml import html
from sqlalchemy import select

from tests.lives.house import House
from tests.lives.knowing import Facts
from tests.lives.person import Person, problems
from workflow import returns
from workflow.identity import User
from workflow.models import Finding, UserTask
from workflow.statuses import FindingKind, ReturnMode

LEFT = (FindingKind.NOBODY, FindingKind.EXCLUDED)  # what a step comes to when people leave
BACK = {
    ("receipt", "register_dossier"): (("在管档案", "曾任干部"), "open_pack")
}  # what is said where, where it goes back to


def mend(house: House) -> None:
    """A director presses one of the repairs proposed for each finding."""
    with house.database.reading() as session:
        asked = select(Finding).where(Finding.ended_at.is_(None)).order_by(Finding.id)
        found = [(each.id, each.kind, str(each.said)) for each in session.scalars(asked)]
    left = any(what.startswith("leave ") for what, _ in house.seen)
    for finding, kind, said in found:
        assert left and kind in LEFT, said
        director = house.person("director")
        page = html.fromstring(director.open(f"/watchdog/{finding}").text)
        keys = page.xpath('//button[@name="repair"][not(@disabled)]/@value')
        assert keys, f"Nothing is proposed: {said}"
        chosen = {"repair": house.chance.choice(keys), "reason": "人员已调离"}
        answer = director.send(f"/watchdog/{finding}/repairs", chosen)
        house.seen["watchdog repair", "done" if answer.status_code == 303 else problems(answer)[:60]] += 1
        house.machine()


def send_back(house: House, who: Person, task_id: int, facts: Facts, said: str) -> bool:
    """Whether the step went back because what was refused can only be settled there."""
    words, step = BACK.get((facts.process, facts.activity), ((), ""))
    if not any(word in said for word in words):
        return False
    who.send(f"/tasks/{task_id}/claim")  # they may have given it up
    with house.database.reading() as session:
        user, task = session.get_one(User, who.login), session.get_one(UserTask, task_id)
        ways = [each for each in returns.targets(session, task, user) if each.activity.id == step]
    assert ways, f"{facts.activity} cannot go back to {step}"
    sent = {"to": ways[0].key, "mode": ReturnMode.REDO.value, "reason": "已有在管档案，重新查重"}
    answer = who.send(f"/tasks/{task_id}/returns", sent)
    house.seen[f"{facts.process}.{facts.activity} sent back", str(answer.status_code)] += 1
    return answer.status_code == 303
