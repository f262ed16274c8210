"""What people do with tasks of their own: each picks one it can be tried with, sends the form, and tells the ledger.

A move answers whether anything was tried. Refusals are part of the week: somebody was faster, a rule forbids it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from tests.week.desk import Desk
from tests.week.eye import Seen
from tests.week.processes import DECIDED
from workflow.statuses import TaskKind

OPEN = {TaskKind.STEP, TaskKind.CORRECTION, TaskKind.SIGNER, TaskKind.ADHOC}
Move = Callable[[Desk], bool]


@dataclass(frozen=True)
class Weighted:
    move: Move
    weight: float


def claim(desk: Desk) -> bool:
    """Take something from the queue, for oneself or in the place of who is away."""
    free = [each for each in desk.listed("groups") if each.assignee is None or each.places]
    return bool(free) and take(desk, free[0])


def take(desk: Desk, task: Seen) -> bool:
    place = desk.chance.choice(task.places) if task.places else ""
    return desk.on_task(task, "claim", "claimed", "claim", for_whom=place, **({"for": place} if place else {}))


def complete(desk: Desk) -> bool:
    """Do what is in hand; with empty hands take something first."""
    mine = [each for each in desk.listed("mine") if each.assignee == desk.login]
    if not mine and not claim(desk):
        return False
    mine = mine or [each for each in desk.listed("mine") if each.assignee == desk.login]
    return bool(mine) and finish(desk, mine[0])


def finish(desk: Desk, task: Seen, outcome: str = "") -> bool:
    """Tick off what must be, fill in the form, press its button. A delegate gives the task back by it."""
    for item in desk.eye.to_tick(task.id):
        desk.on_task(task, f"checklist/{item}", "item_done", "tick", done="1")
    facts = desk.eye.facts(task.instance_id) if task.activity == "s" else {}
    answers = {
        **facts,
        "opinion": f"{desk.login}：已办",
        "request_key": f"key{desk.ledger.number()}",
        "answer": "见附件",
    }
    if task.activity in DECIDED or task.kind is TaskKind.SIGNER:
        answers["outcome"] = outcome or ("agree" if desk.chance.random() < 0.85 else "refuse")
    kind = "handed_back" if task.delegated_by else "completed"
    return desk.on_task(task, "completion", kind, kind, **answers)


def release(desk: Desk) -> bool:
    mine = desk.mine(lambda each: each.kind is TaskKind.STEP and each.delegated_by is None)
    return mine is not None and desk.on_task(mine, "release", "released", "release")


def hand_over(desk: Desk) -> bool:
    """To a colleague who may not be fit for it."""
    mine = desk.mine()
    return mine is not None and desk.on_task(
        mine, "assignment", "assigned", "hand over", why="reason", to=desk.colleague()
    )


def delegate(desk: Desk) -> bool:
    mine = desk.mine(lambda each: each.delegated_by is None)
    to = desk.colleague()
    return mine is not None and desk.on_task(mine, "delegation", "delegated", "delegate", why="reason", to=to)


def give_back(desk: Desk) -> bool:
    mine = desk.mine(lambda each: each.delegated_by is not None)
    return mine is not None and desk.on_task(mine, "return", "handed_back", "give back", why="reason")


def send_back(desk: Desk) -> bool:
    mine = desk.mine()
    ways = desk.eye.ways_back(desk.login, mine.id) if mine is not None else []
    if mine is None or not ways:
        return False
    way = desk.chance.choice(ways)
    answers = {"to": way.key, "mode": way.mode.value, "mark": "opinion"}
    return desk.on_task(mine, "returns", "sent_back", f"send back {way.mode.value}", why="reason", **answers)


def recall(desk: Desk) -> bool:
    """What was asked to be corrected is not needed any more."""
    found = desk.eye.corrections_of(desk.login, desk.chance)
    return found is not None and desk.post(f"/tasks/{found[0]}/recall", "", "recall", found[1], why="reason")


def take_back(desk: Desk) -> bool:
    """One's own completed step."""
    found = desk.eye.done_by(desk.login, desk.chance)
    return found is not None and desk.post(
        f"/tasks/{found[0]}/withdrawal", "taken_back", "take back", found[1], why="reason"
    )


def add_signer(desk: Desk) -> bool:
    mine = desk.mine(lambda each: each.kind is TaskKind.STEP)
    answers = {"to": desk.colleague(), "where": desk.chance.choice(("before", "after", "beside"))}
    return mine is not None and desk.on_task(mine, "signers", "signer_added", "add signer", why="reason", **answers)


def ask(desk: Desk) -> bool:
    """A colleague something, now and then so that one cannot go on without the answer."""
    mine = desk.mine(lambda each: each.kind is TaskKind.STEP)
    awaited = {"awaited": "1"} if desk.chance.random() < 0.3 else {}
    answers = {"to": desk.colleague(), **awaited}
    return mine is not None and desk.on_task(mine, "questions", "asked", "ask", why="question", **answers)


def pause(desk: Desk) -> bool:
    mine = desk.mine()
    return mine is not None and desk.on_task(mine, "pause", "clock_paused", "pause", why="reason")


def resume(desk: Desk) -> bool:
    mine = desk.mine()
    return mine is not None and desk.on_task(mine, "resumption", "clock_resumed", "resume the clock")


def note_item(desk: Desk) -> bool:
    mine = desk.mine()
    return mine is not None and desk.on_task(mine, "checklist", "item_added", "add item", why="text")


def put_off(desk: Desk) -> bool:
    """Come back to it in a while; half of the time it is out of sight until then."""
    mine = desk.mine()
    at = f"{desk.now() + timedelta(hours=desk.chance.choice((1, 3, 20))):%Y-%m-%dT%H:%M}"
    hidden = {"hidden": "1"} if desk.chance.random() < 0.5 else {}
    return mine is not None and desk.on_task(mine, "follow-up", "", "put off", why="note", at=at, **hidden)


def look_about(desk: Desk) -> bool:
    """Open pages, change nothing."""
    pages = ("/inbox?view=mine", "/inbox?view=groups", "/day", "/load", "/notices", "/copies", "/substitutes", "/cases")
    mine = desk.mine()
    more = (
        (f"/tasks/{mine.id}", f"/tasks/{mine.id}/why", f"/cases/{mine.case_id}", f"/cases/{mine.case_id}/why")
        if mine
        else ()
    )
    desk.look(desk.chance.choice((*pages, *more)))
    return True


OWN = (
    Weighted(complete, 46),
    Weighted(claim, 7),
    Weighted(release, 2.5),
    Weighted(hand_over, 3),
    Weighted(delegate, 3),
    Weighted(give_back, 3),
    Weighted(send_back, 5),
    Weighted(recall, 1.5),
    Weighted(take_back, 3),
    Weighted(add_signer, 2.5),
    Weighted(ask, 2),
    Weighted(pause, 1.5),
    Weighted(resume, 1.5),
    Weighted(note_item, 1.5),
    Weighted(put_off, 2),
    Weighted(look_about, 4),
)
