"""The processes of the house, begun and worked on over HTTP by people who see a part of the dossiers, naming in every
field that asks for it what somebody is known by."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from sqlalchemy import select

from archive import founding
from tests.lives import drawn
from tests.lives.drawn import Control
from tests.people import PASSWORD, SINCE
from tests.sight.typing import Known, blank
from workflow import definitions, jobs, timers
from workflow.clock import now
from workflow.identity import Group, User
from workflow.models import Job, UserTask
from workflow.settings import CHECKOUT
from workflow.statuses import JobStatus, TaskStatus

WORKERS = ("lina", "lena", "lisa")  # of one scope; no step is done by who did the one before
STEPS = 5  # of one case
BEFORE_WRITTEN = {"correction": 3}  # an ID number is one person's: a second is not written at the end (decision 0016)
NUMBER = "20260701-AAAAAA"  # of the case begun
KEYS = re.compile(r'name="request_key" value="[^"]*"|token=\w+')


def staff(session: Any) -> None:
    """Three people in every desk's group; what they may comes from the one group that is limited."""
    for group in founding.GROUPS:
        known = session.get(Group, group.key) or Group(key=group.key, name=group.name)
        known.permissions = []
        session.add(known)
    session.flush()
    secret = session.get_one(User, "dora").password_hash
    desks = [session.get_one(Group, group.key) for group in founding.GROUPS]
    for name in WORKERS:
        told = {"display_name": name, "password_hash": secret, "created_at": SINCE}
        user = session.get(User, name) or User(name=name, **told)
        user.groups = [*desks, session.get_one(Group, "part")]
        session.add(user)
    definitions.deploy_folder(session, CHECKOUT / "bpmn", CHECKOUT / "forms", "eve")


def worked(office: Any, browsers: Any, key: str, dossier: str, known: Known) -> list[tuple[str, int, str]]:
    """What is answered from the start form on: (where, status, page). `dossier`: whose number pickers are given."""
    first, where = browsers[WORKERS[0]], f"/processes/{key}/new"
    sent = _filled(first, where, where, known, dossier, WORKERS[1])
    got = _send(first, "POST", where, {**sent, "number": NUMBER})
    told = [(where, got.status_code, _read(got, known, dossier))]
    if got.status_code >= 400:
        return told
    case = int(got.headers["Location"].rpartition("/")[2])
    most = BEFORE_WRITTEN.get(key, STEPS)
    return [*told, *islice(_steps(office, browsers, case, dossier, known), most)]


def _steps(office: Any, browsers: Any, case: int, dossier: str, known: Known) -> Iterator[tuple[str, int, str]]:
    """The first steps of the case, each by whoever may; and what its page says then."""
    _machine(office)
    for _turn in range(STEPS):
        step = next(filter(None, (_step(office, browsers, case, name, known, dossier) for name in WORKERS)), None)
        if step is None:
            break
        yield step
        _machine(office)
    page = browsers[WORKERS[0]].get(f"/cases/{case}")
    yield "case", page.status_code, _read(page, known, dossier)


def _step(office: Any, browsers: Any, case: int, name: str, known: Known, dossier: str) -> tuple[str, int, str] | None:
    """The case's latest task, if this person may claim it: its form filled in and sent."""
    with office.database.reading() as session:
        asked = select(UserTask.id, UserTask.activity_id).where(UserTask.status == TaskStatus.OPEN)
        found = session.execute(asked.where(UserTask.case_id == case).order_by(UserTask.id.desc())).first()
    if found is None:
        return None
    task_id, activity = found
    browser, where = browsers[name], f"/tasks/{task_id}"
    if _send(browser, "POST", f"{where}/claim", {}).status_code >= 400:
        return None
    other = WORKERS[(WORKERS.index(name) + 1) % len(WORKERS)]
    sent = _filled(browser, where, f"{where}/draft?fields=1", known, dossier, other)
    got = _send(browser, "POST", f"{where}/completion", sent)
    return activity, got.status_code, _read(got, known, dossier)


def _filled(browser: Any, page: str, redraw: str, known: Known, dossier: str, other: str) -> dict[str, Any]:
    """What is sent of the form, drawn anew once for what the first choices bring about."""
    text = browser.get(page).text
    for _again in range(2):
        found = drawn.controls(text)
        sent = {name: _typed(each, known, dossier, other) for name, each in found.items() if each.kind != "file"}
        sent = {name: value for name, value in sent.items() if value is not None}
        text = _send(browser, "PUT", redraw, sent).text
    return sent


def _typed(control: Control, known: Known, dossier: str, other: str) -> Any:
    """By the name of the field; what is nobody's name or number is 1, which is a text, a number and an amount."""
    name = control.name.rpartition(".")[2]
    if control.kind in ("hidden", "submit", "button"):
        return control.value[-1:] or None
    if control.kind in ("radio", "checkbox"):
        return control.options[:1] if control.kind == "radio" else control.options
    if control.kind == "select":
        return other if other in control.options else next(iter(control.options), None)
    special = {"password": PASSWORD, "by": other, "scope": "K01", "certificate_no": known.certificate}
    special |= {"letter_no": known.letter, "scan_notice": known.tracking, "track_no": known.tracking}
    if name in special:
        return special[name]
    if name.endswith(("dossier_no", "scan_label")):
        return dossier
    if "id_no" in name:
        return known.id_no
    if name.endswith(("_date", "_on", "since", "formed")) or control.kind in ("date", "datetime-local"):
        return "2026-07-01"
    return known.name if name.endswith("name") else "1"


def _read(got: Any, known: Known, dossier: str) -> str:
    """As one reads it: without what is drawn by lot, and without what was typed."""
    typed = (dossier, known.id_no, known.name, known.letter, known.certificate, known.tracking)
    return KEYS.sub("", blank(got.text, typed))


def _send(browser: Any, method: str, path: str, sent: dict[str, Any]) -> Any:
    headers = {"X-CSRFToken": browser.kept_token}
    return browser.open(path, method=method, data=sent, headers=headers, csrf=False)


def _machine(office: Any) -> None:
    while timers.fire_due(office.database) + sum(jobs.perform(office.database, each) for each in _due(office)):
        pass


def _due(office: Any) -> list[int]:
    with office.database.reading() as session:
        waiting = (Job.status == JobStatus.WAITING, Job.due_at <= now())
        return list(session.scalars(select(Job.id).where(*waiting).order_by(Job.id)))
