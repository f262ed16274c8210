"""A receiving office at work: packs arrive, people fill in the real forms, the machine does its part.

Nothing goes round the forms: `do` draws the task's form, reads what the browser would send, types the answers over it
and completes the task with what the form makes of them.
"""

import io
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from docx import Document as WordFile
from lxml import html
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from archive import documents, scopes, storage
from archive.dossiers import Dossier
from archive.packs import desk, imports
from archive.packs.models import CourierList, Pack
from forms.context import FormContext
from forms.tasks import form_for
from tests import people as cast
from workflow import definitions, history, instances, jobs, tasks, timers
from workflow.clock import now
from workflow.identity import Group, Membership, User
from workflow.models import Job, ProcessInstance, UserTask
from workflow.office import Office
from workflow.statuses import InstanceStatus, JobStatus, TaskStatus

CHECKOUT = Path(__file__).parents[2]
ID_NO = "11010519491231002X"
OTHER_ID_NO = "440301200001010018"
STAFF = {  # login: (display name, group); rosa and remy may both stand beside an opening
    "wang": ("王窗口", "window"),
    "rosa": ("李登记", "registry"),
    "rene": ("吴登记", "registry"),
    "remy": ("赵复核", "review"),
    "stan": ("陈库房", "store"),
    "dora": ("朵拉", "director"),
    "dirk": ("周副主任", "director"),
}
DESKS = {"window": "窗口", "review": "复核", "store": "库房", "scanning": "数字化加工"}


def deploy_only(session: Session, *keys: str) -> None:
    """Of the house's processes only these, with their forms and tables: many tests begin with it."""
    kinds = {key.partition("-")[0] for key in keys}
    files = [*(CHECKOUT / "forms").glob("*.form"), *(CHECKOUT / "bpmn").glob("*.dmn")]
    resources = {path.name: path.read_bytes() for path in files if path.name.partition("-")[0] in kinds}
    for key in keys:
        definitions.deploy(session, (CHECKOUT / "bpmn" / f"{key}.bpmn").read_bytes(), resources, "dora", key, keys)


class Receiving:
    """The office and its people."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.database = office.database
        with self.database.transaction() as session:
            _staff(session)
            session.flush()
            self.deploy(session)
            storage.furnish(session, "K01", "一号库房", storage.Shelves(rows=1, cabinets=1, layers=2, places=5))

    def deploy(self, session: Any) -> None:
        """The processes of the house."""
        definitions.deploy_folder(session, CHECKOUT / "bpmn", CHECKOUT / "forms", "dora")

    def limit(self, *groups: str, **row: str) -> None:
        """From now on these groups reach this part of the dossiers only."""
        with self.database.transaction() as session:
            admin = session.get_one(Group, "admin")
            admin.permissions = [*admin.permissions, "policies.manage"]
            for key in groups:
                scopes.add(session, session.get_one(Group, key), row, session.get_one(User, "eve"), "分工文件")

    # packs come

    def list_of(self, *rows: str, head: str = "运单号,姓名,身份证号,寄件单位,寄件城市,渠道") -> CourierList:
        """Import a list of these rows, to the end."""
        content = "\n".join([head, *rows]).encode()
        with self.database.transaction() as session:
            courier_list = imports.begin(session, content, "list.csv", "wang")
        self.machine()
        return courier_list

    def pack(self, tracking_no: str = "1012345678901", name: str = "李明", id_no: str = ID_NO) -> str:
        """One listed pack, expected at the desk; its tracking number."""
        self.list_of(f"{tracking_no},{name},{id_no},云溪大学,云溪,EMS")
        return tracking_no

    def unlisted(self, tracking_no: str = "1099999999901", **facts: Any) -> str:
        told = {"tracking_no": tracking_no, "channel": "ems", "sender": "云溪大学", "name": "李明", **facts}
        with self.database.transaction() as session:
            desk.receive_unlisted(session, told, "wang")
        self.machine()
        return tracking_no

    # people and the machine work

    def do(self, tracking_no: str, activity_id: str, who: str, **typed: Any) -> dict[str, Any]:
        """Claim the pack's task, fill in its form and complete it; then the machine works. Returns the answers."""
        with self.database.transaction() as session:
            task = self._task(session, self._case_id(session, tracking_no), activity_id)
            answers = self._complete(session, task, who, typed)
        self.machine()
        return answers

    def close_step(self, activity_id: str, who: str, **typed: Any) -> None:
        """The same for the task of a day's close."""
        with self.database.transaction() as session:
            query = select(UserTask).where(
                UserTask.process_key == "day-close",
                UserTask.activity_id == activity_id,
                UserTask.status == TaskStatus.OPEN,
            )
            self._complete(session, session.scalars(query).one(), who, typed)
        self.machine()

    def machine(self) -> None:
        """Fire what is due and do every due job, until nothing is left to do."""
        while timers.fire_due(self.database) + sum(jobs.perform(self.database, id_) for id_ in self._due()):
            pass

    def join(self, session: Any, who: str, group: str) -> None:
        """Let somebody belong to one more group."""
        session.add(Membership(user_name=who, group_key=group))

    # looking

    def waits_at(self, tracking_no: str) -> list[str]:
        """The activities the pack's case waits at, by id."""
        with self.database.reading() as session:
            case_id = self._case_id(session, tracking_no)
            query = select(UserTask.activity_id).where(UserTask.case_id == case_id, UserTask.status == TaskStatus.OPEN)
            return sorted(session.scalars(query))

    def ended_at(self, tracking_no: str) -> list[str]:
        """The end events the case has reached, in order."""
        with self.database.reading() as session:
            pack = desk.by_tracking_no(session, tracking_no)
            events = history.timeline(session, pack.case)
            return [
                event.activity_id for event in events if event.activity_kind == "endEvent" and event.kind == "completed"
            ]

    def is_over(self, tracking_no: str) -> bool:
        with self.database.reading() as session:
            query = select(ProcessInstance.status).where(ProcessInstance.case_id == self._case_id(session, tracking_no))
            return set(session.scalars(query)) == {InstanceStatus.COMPLETED}

    def seen(self, tracking_no: str, look: Any) -> Any:
        """What `look(session, pack)` gives."""
        with self.database.reading() as session:
            return look(session, desk.by_tracking_no(session, tracking_no))

    def variables(self, tracking_no: str) -> dict[str, Any]:
        def look(session: Any, pack: Pack) -> dict[str, Any]:
            query = select(ProcessInstance).where(ProcessInstance.case_id == pack.case_id)
            return instances.variables(session, session.scalars(query).one())

        return self.seen(tracking_no, look)

    def known(self, session: Any, task: UserTask) -> dict[str, Any]:
        return instances.variables(session, task.instance)

    def exceptions(self, tracking_no: str, still_open: bool = False) -> list[str]:
        return self.seen(
            tracking_no,
            lambda session, pack: sorted(
                each.code for each in pack.exceptions if not (still_open and each.resolved_at)
            ),
        )

    def status(self, tracking_no: str) -> str:
        return self.seen(tracking_no, lambda session, pack: str(pack.status))

    def dossier_no(self, tracking_no: str) -> str:
        return self.seen(tracking_no, lambda session, pack: session.get_one(Dossier, pack.dossier_id).dossier_no)

    def papers(self, tracking_no: str) -> dict[str, str]:
        """kind → text of the papers issued in the case."""

        def look(session: Any, pack: Pack) -> dict[str, str]:
            return {paper.kind: self.text_of(paper) for paper in documents.of_case(session, pack.case)}

        return self.seen(tracking_no, look)

    def text_of(self, paper: documents.Document) -> str:
        content = self.office.files.path(paper.file.sha256).read_bytes()
        word = WordFile(io.BytesIO(content))
        cells = (cell.text for table in word.tables for row in table.rows for cell in row.cells)
        return "\n".join([*(paragraph.text for paragraph in word.paragraphs), *cells])

    # inside

    def _complete(self, session: Any, task: UserTask, who: str, typed: dict[str, Any]) -> dict[str, Any]:
        user = session.get_one(User, who)
        if task.assignee is None:
            tasks.claim(session, task, user)
        known = {**instances.variables(session, task.instance), **task.local_variables}
        context = FormContext(session, user, known, task=task, check_password=lambda _, given: given == cast.PASSWORD)
        form = form_for(session, task)
        answers = form.load(_sent(str(form.render(None, None, context)), typed), MultiDict(), context)
        tasks.complete(session, task, user, answers)
        return answers

    def _task(self, session: Any, case_id: int, activity_id: str) -> UserTask:
        query = select(UserTask).where(
            UserTask.case_id == case_id, UserTask.activity_id == activity_id, UserTask.status == TaskStatus.OPEN
        )
        found = session.scalars(query).first()
        assert found is not None, f"the case does not wait at {activity_id}"
        return found

    def _case_id(self, session: Any, tracking_no: str) -> int:
        return desk.by_tracking_no(session, tracking_no).case_id

    def _due(self) -> Iterable[int]:
        with self.database.reading() as session:
            query = select(Job.id).where(Job.status == JobStatus.WAITING, Job.due_at <= now())
            return list(session.scalars(query.order_by(Job.id)))


def _sent(drawn: str, typed: dict[str, Any]) -> MultiDict:
    """What a browser would send: what stands in the drawn form, with the typed over it."""
    form = html.fromstring(f"<div><form>{drawn}</form></div>").forms[0]
    sent = MultiDict(form.form_values())
    for name, value in typed.items():
        sent.setlist(name, list(value) if isinstance(value, list | tuple) else [str(value)])
    return sent


def _staff(session: Any) -> None:
    for key, name in DESKS.items():
        session.add(Group(key=key, name=name, permissions=["dossiers.read"]))
    session.get_one(Group, "registry").permissions = ["dossiers.read"]
    session.flush()
    for login, (display_name, group) in STAFF.items():
        if session.get(User, login) is None:
            session.add(User(name=login, display_name=display_name, created_at=datetime(2026, 1, 1, tzinfo=UTC)))
            session.flush()
            session.add(Membership(user_name=login, group_key=group))


def signed_by(login: str) -> dict[str, str]:
    """What is typed into a signature of somebody else."""
    return {"witness.by": login, "witness.password": cast.PASSWORD}


OPEN = {"name": "李明", "id_no": ID_NO, **signed_by("remy")}
GOOD_OUTSIDE = {"checks": ["channel", "seal", "seam", "addressee"]}
EVERYTHING = ["graduation", "marks", "senior", "entrance", "enrolment", "appraisals", "degree", "awards", "league"]

__all__ = ["EVERYTHING", "GOOD_OUTSIDE", "ID_NO", "OPEN", "OTHER_ID_NO", "Receiving", "signed_by"]
