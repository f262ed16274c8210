"""Somebody does a task: claims it, fills its form by what they know, sends it; is refused and does better."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.test import TestResponse

from tests.lives import answers, deeds, drawn, filling
from tests.lives.answers import Asking
from tests.lives.filling import Mood
from tests.lives.house import House
from tests.lives.knowing import Facts
from tests.lives.person import Person, problems
from tests.people import PASSWORD

DONE = (302, 303)
SWAPPED = {"HX-Request": "true", "HX-Target": "section#task"}  # the task's page puts the answer in its place
LOOKS_AGAIN = 0.1  # how often a task is opened as a page of its own all the same
WRONG = 0.06  # how often a form is sent with something wrong in it

SIGNERS = {"receiver": "sorter", "first_signature": "first_counter", "second_signature": "second_counter"}


@dataclass(frozen=True)
class Outcome:
    """`said`: why it was refused; "" when it was done."""

    done: bool
    said: str = ""


def do(house: House, who: Person, task_id: int, facts: Facts, tries: int) -> Outcome:
    """One attempt at the task; `tries`: how often it was refused before. What stands there after the claim is filled,
    unless something was done beside it since."""
    page = who.send(f"/tasks/{task_id}/claim", headers=SWAPPED)
    if page.status_code != 200:
        return _told(house, facts, "claim", page)
    if deeds.before(house, who, facts) or house.chance.random() < LOOKS_AGAIN:
        page = who.open(f"/tasks/{task_id}")
    if page.status_code != 200 or "/completion" not in page.text:
        return Outcome(False, f"no form: {page.status_code} {problems(page)[:100]}")
    sent = filled(house, who, facts, page.text, f"/tasks/{task_id}", Mood.after(tries))
    wrong = ""
    if Mood.after(tries) is Mood.PLAYFUL and house.chance.random() < WRONG:
        sent, wrong = filling.spoilt(sent, house.chance)
    answer = who.send(f"/tasks/{task_id}/completion", sent, content_type="multipart/form-data")
    told = _told(house, facts, f"wrong {wrong}" if wrong else "completion", answer)
    if not told.done and house.chance.random() < 0.3:
        who.send(f"/tasks/{task_id}/release")
    return told


def send_back(house: House, who: Person, task_id: int, facts: Facts) -> bool:
    """Who cannot go on sends it back to any earlier step, from where all is done anew; whether there was one."""
    page = who.open(f"/tasks/{task_id}/returns/new")
    steps = drawn.controls(page.text).get("to") if page.status_code == 200 else None
    if steps is None or not steps.options:
        return False
    told = {"to": house.chance.choice(steps.options), "mode": "redo", "reason": "无法继续办理，请重新办理"}
    answer = who.send(f"/tasks/{task_id}/returns", told)
    house.seen[f"{facts.process}.{facts.activity}", "sent back" if answer.status_code in DONE else "not sent back"] += 1
    return answer.status_code in DONE


def begin(house: House, who: Person, process: str, facts: Facts, **typed: Any) -> int | None:
    """A process is started by its form; its case."""
    page = who.open(f"/processes/{process}/new")
    assert page.status_code == 200, f"{who.login} may not start {process}: {problems(page)}"
    sent = {**filled(house, who, facts, page.text, f"/processes/{process}/new", Mood.TIRED), **typed}
    answer = who.send(f"/processes/{process}/new", sent, content_type="multipart/form-data")
    if answer.status_code not in DONE:
        _told(house, facts, f"begin {process}", answer)
        return None
    house.seen[f"begin {process}", "done"] += 1
    return int(answer.headers["Location"].rpartition("/")[2])


def filled(house: House, who: Person, facts: Facts, page: str, path: str, mood: Mood) -> filling.Sent:
    """What is sent: first what changes the form, drawn anew, then the rest."""
    found = drawn.controls(page)
    form = filling.schema(facts.form)
    sent: filling.Sent = {name: value for name, value in drawn.untouched(found).items() if value}
    turned = {name: value for name, value in _chosen(house, who, facts, found, form, mood).items() if value is not None}
    sent |= turned
    if any(each.redraws for each in found.values()):
        again = who.send(f"{path}/draft?fields=1" if path.startswith("/tasks") else path, sent, "PUT")
        anew = drawn.controls(again.text) if again.status_code == 200 else {}
        fresh = {name: each for name, each in anew.items() if name not in found}
        found |= fresh
        sent |= {name: value for name, value in drawn.untouched(fresh).items() if value}
        sent |= _rest(house, who, facts, fresh, form, mood)
    sent |= _rest(house, who, facts, {n: c for n, c in found.items() if n not in turned and not c.redraws}, form, mood)
    sent |= _rows(house, who, facts, form, mood)
    if "outcome" in found and found["outcome"].kind == "submit":
        sent["outcome"] = filling.one_of(found["outcome"], True, house.chance, mood)
    return sent


def _chosen(house: House, who: Person, facts: Facts, found: Mapping[str, Any], form: Any, mood: Mood) -> filling.Sent:
    """The controls by which the form changes."""
    switches = {each.name: each for each in filling.switches(found) if "." not in each.name}
    return _rest(house, who, facts, switches, form, mood)


def _rest(house: House, who: Person, facts: Facts, found: Mapping[str, Any], form: Any, mood: Mood) -> dict[str, Any]:
    values = {}
    for name, control in found.items():
        if name in filling.SILENT or control.kind == "submit" or name.partition(".")[2].partition(".")[0].isdigit():
            continue
        value = _value(house, who, facts, control, form.get(name.partition(".")[0], {}), mood)
        if value is not None:
            values[name] = value
    return values


def _value(house: House, who: Person, facts: Facts, control: Any, field: Mapping[str, Any], mood: Mood) -> Any:
    key = control.name.partition(".")[0]
    if control.name.endswith(".by"):
        if signer := facts.variables.get(SIGNERS.get(key, "")):
            return signer
        others = [each for each in control.options if each in house.people and each != who.login]
        return house.chance.choice(others) if others else answers.Asking(house, who.login, [], "", mood).other("review")
    if control.name.endswith(".password"):
        return PASSWORD
    if field.get("type") == "dynamiclist":
        return None
    asking = Asking(house, who.login, [o for o in control.options if o], "".join(control.value), mood)
    if field.get("type") == "checklist" and key in ("papers", "present", "points", "checks"):
        return asking.options if not asking.seldom(0.1) else asking.options[:-1]
    known = answers.of(facts, key, asking)
    if known is not None and control.kind != "file":
        return known
    return filling.anything(control, field, house.chance, mood, asking.today.isoformat())


def _rows(house: House, who: Person, facts: Facts, form: Mapping[str, Any], mood: Mood) -> filling.Sent:
    """The rows of the form's lists, as its page sends them."""
    sent: filling.Sent = {}
    for key, field in form.items():
        if field.get("type") != "dynamiclist":
            continue
        rows = answers.of(facts, key, Asking(house, who.login, [], "", mood))
        if isinstance(rows, list):
            sent[key] = ["", *map(str, range(len(rows)))]
            sent |= {f"{key}.{place}.{name}": value for place, row in enumerate(rows) for name, value in row.items()}
    return sent


def _told(house: House, facts: Facts, act: str, answer: TestResponse) -> Outcome:
    """Counted and, when refused, with its sentence."""
    if answer.status_code in DONE:
        house.seen[f"{facts.process}.{facts.activity}", "wrong, taken" if act.startswith("wrong") else "done"] += 1
        return Outcome(True)
    kind = "refused, wrong" if act.startswith("wrong") else "refused"
    house.seen[f"{facts.process}.{facts.activity}", kind] += 1
    return Outcome(False, f"{act} {answer.status_code}: {problems(answer)}")
