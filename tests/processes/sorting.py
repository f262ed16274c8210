"""An office that sorts: dossiers in the store, papers typed into their catalogues, people at their steps."""

import io
from collections.abc import Iterable
from typing import Any

from PIL import Image
from sqlalchemy import select
from werkzeug.datastructures import FileStorage, MultiDict

from archive import custody, documents, dossiers, persons, storage
from archive.dossiers import Dossier
from archive.losses.models import Loss
from archive.materials import catalogue, editing
from archive.materials.rows import Row
from archive.sorting.models import Sorting
from archive.statuses import SortStatus
from forms.context import FormContext
from forms.tasks import form_for, form_named
from tests.archive.cards import facts
from tests.people import PASSWORD
from tests.processes.receiving import Receiving, _sent
from workflow import fsck, history, instances, starts, tasks
from workflow.identity import User
from workflow.models import Case, ProcessInstance, UserTask
from workflow.office import Office
from workflow.statuses import InstanceStatus, TaskStatus

HOME = "K01-01-01-A-1-0{}"
PAPERS = (
    Row("干部履历表", "1", "1998-07", "4"),
    Row("2018年度考核登记表", "3", "2018", "1"),
    Row("2019年度考核登记表", "3", "2019", "1"),
    Row("高中毕业生学籍表", "4-1", "1990-07", "2"),
)
SELF_CHECK = ("self_own", "self_class", "self_order", "self_pages", "self_catalogue", "self_clean")


class Sorters(Receiving):
    """The store holds 李明1 … ; rosa sorts, remy checks, stan keeps the store, dora and dirk lead."""

    def __init__(self, office: Office, count: int = 1) -> None:
        super().__init__(office)
        self.files: MultiDict = MultiDict()
        with self.database.transaction() as session:
            for number in range(1, count + 1):
                person = persons.register(session, facts(number, f"李明{number}"), "rosa")
                kept = dossiers.register(session, person, {"sort_status": SortStatus.QUEUED}, "rosa")
                storage.shelve(session, kept, HOME.format(number), "stan")

    # the batch

    def plan(self, number: str = "20260701-00000A", who: str = "dora", **typed: Any) -> dict[str, Any]:
        """Begin a batch of the whole queue for rosa unless typed otherwise; what became of it."""
        asked = {"sorter": "rosa", "due_date": "2026-07-08", "from_queue": "9", **typed}
        with self.database.transaction() as session:
            user = session.get_one(User, who)
            offer = starts.find(session, "sorting-batch", user)
            context = FormContext(session, user)
            form = form_named(session, offer.definition, offer.event.form_key)
            answers = form.load(_sent(str(form.render(None, None, context)), asked), MultiDict(), context)
            case_id = starts.begin(session, offer, user, answers, number).id
        self.machine()
        with self.database.reading() as session:
            return self._facts(session, case_id)

    def settle_refused(self, who: str) -> None:
        """Somebody has looked at what a batch could not take."""
        with self.database.transaction() as session:
            waiting = (UserTask.activity_id == "look_at_refused", UserTask.status == TaskStatus.OPEN)
            self._complete(session, session.scalars(select(UserTask).where(*waiting)).one(), who, {})
        self.machine()

    def batches_over(self) -> int:
        with self.database.reading() as session:
            over = (Case.process_key == "sorting-batch", ProcessInstance.status == InstanceStatus.COMPLETED)
            return len(session.scalars(select(ProcessInstance.id).join(Case).where(*over)).all())

    # one dossier

    def case_id(self, number: int = 1) -> int:
        with self.database.reading() as session:
            asked = select(Sorting.case_id).where(Sorting.dossier_id == number)
            return session.scalars(asked.order_by(Sorting.case_id.desc())).first()

    def step(self, activity_id: str, who: str, number: int = 1, **typed: Any) -> None:
        """Somebody does a step of the sorting of dossier `number`, through its form."""
        with self.database.transaction() as session:
            self._complete(session, self._task(session, self.case_id(number), activity_id), who, typed)
        self.machine()

    def write(self, *rows: Row, number: int = 1, who: str = "rosa") -> None:
        """The catalogue is written as on its page: only by who has the papers in hand."""
        with self.database.transaction() as session:
            dossier = session.get_one(Dossier, number)
            case = editing.case_of(session, dossier, session.get_one(User, who))
            standing = [catalogue.row_of(each) for each in catalogue.rows(session, dossier)]
            catalogue.save(session, dossier, [*standing, *rows], who, case)

    def rewrite(self, change: Any, number: int = 1, who: str = "rosa") -> None:
        """The rows that stand there, changed by `change`."""
        with self.database.transaction() as session:
            dossier = session.get_one(Dossier, number)
            case = editing.case_of(session, dossier, session.get_one(User, who))
            standing = [catalogue.row_of(each) for each in catalogue.rows(session, dossier)]
            catalogue.save(session, dossier, change(standing), who, case)

    # stretches of the way

    def hand_out(self, pages: int = 8, number: int = 1, **typed: Any) -> None:
        given = {"handing": "handed_out", "scan_label": self.no(number), "volumes_out": "1", "pages_out": str(pages)}
        signed = {"receiver.by": "rosa", "receiver.password": PASSWORD}
        self.step("hand_out", "stan", number, **{**given, **signed, **typed})

    def planned(self, pages: int = 8) -> None:
        """Planned, handed out, its papers typed in."""
        self.plan()
        self.hand_out(pages)
        self.write(*PAPERS)

    def appraise(self, *removals: dict[str, str], **typed: Any) -> None:
        rows: dict[str, Any] = {"removals": ["", *map(str, range(len(removals)))]}
        for number, removal in enumerate(removals):
            rows |= {f"removals.{number}.{field}": value for field, value in removal.items()}
        self.step("appraise", "rosa", **{"appraised": "true", "condition": "good", **rows, **typed})

    def compile(self, **explained: str) -> None:
        """Arranged, numbered, the catalogue compiled."""
        self.step("arrange", "rosa", arranged="true")
        self.step("number_pages", "rosa", numbered="true", pins="true")
        self.step("compile_catalogue", "rosa", **explained)

    def finish(self) -> None:
        """Bound and checked by rosa herself."""
        self.step("bind", "rosa", bound="true", labelled="true", boxed="true")
        self.step("self_check", "rosa", **dict.fromkeys(SELF_CHECK, "true"))

    def find_defects(self, *defects: str) -> None:
        rows: dict[str, Any] = {"defects": ["", *map(str, range(len(defects)))]}
        rows |= {f"defects.{number}.defect": defect for number, defect in enumerate(defects)}
        self.step("second_check", "remy", check_result="back", **rows)

    def take_back(self, pages: int = 8, **typed: Any) -> None:
        scans = {"scan_label": self.no(), "scan_position": HOME.format(1), "pages_in": str(pages)}
        self.step("take_back", "stan", **{**scans, **typed})

    def photograph(self, field: str) -> None:
        """Lay a picture into this field of the next form."""
        made = io.BytesIO()
        Image.new("RGB", (8, 8)).save(made, "PNG")
        made.seek(0)
        self.files.add(field, FileStorage(made, "damage.png", content_type="image/png"))

    def _complete(self, session: Any, task: UserTask, who: str, typed: dict[str, Any]) -> dict[str, Any]:
        user = session.get_one(User, who)
        if task.assignee is None:
            tasks.claim(session, task, user)
        known = {**instances.variables(session, task.instance), **task.local_variables}
        context = FormContext(session, user, known, task=task, check_password=lambda _, given: given == PASSWORD)
        form = form_for(session, task)
        answers = form.load(_sent(str(form.render(None, None, context)), typed), self.files, context)
        tasks.complete(session, task, user, answers)
        self.files = MultiDict()
        return answers

    # looking

    def no(self, number: int = 1) -> str:
        return self.dossier(number).dossier_no

    def dossier(self, number: int = 1) -> Dossier:
        with self.database.reading() as session:
            return session.get_one(Dossier, number)

    def lost(self, number: int = 1) -> tuple[str, int]:
        """The dossier's open matter of loss, begun by the case the test is about: its kind and its case."""
        with self.database.reading() as session:
            found = session.scalars(select(Loss).where(Loss.dossier_id == number, Loss.ended_at.is_(None))).one()
            assert found.origin_case_id == self.case_id(number)
            return found.kind.value, found.case_id

    def row(self, number: int = 1) -> Sorting:
        with self.database.reading() as session:
            return session.get_one(Sorting, self.case_id(number))

    def open_steps(self, number: int = 1) -> list[tuple[str, str | None]]:
        with self.database.reading() as session:
            asked = select(UserTask.activity_id, UserTask.assignee)
            asked = asked.where(UserTask.case_id == self.case_id(number), UserTask.status == TaskStatus.OPEN)
            return sorted((activity, who) for activity, who in session.execute(asked))

    def known(self, number: int = 1) -> dict[str, Any]:
        with self.database.reading() as session:
            return self._facts(session, self.case_id(number))

    def ends(self, number: int = 1) -> list[str]:
        with self.database.reading() as session:
            told = history.timeline(session, session.get_one(Case, self.case_id(number)))
            return [e.activity_id for e in told if e.activity_kind == "endEvent" and e.kind == "completed"]

    def finished(self, number: int = 1) -> bool:
        with self.database.reading() as session:
            asked = select(ProcessInstance.status).where(ProcessInstance.case_id == self.case_id(number))
            return set(session.scalars(asked)) == {InstanceStatus.COMPLETED}

    def drawn(self, activity_id: str, who: str) -> str:
        """The form of the step as somebody sees it."""
        with self.database.reading() as session:
            task = self._task(session, self.case_id(), activity_id)
            context = FormContext(session, session.get_one(User, who), self.known(), task=task)
            return str(form_for(session, task).render(None, None, context))

    def states(self) -> dict[str, str]:
        with self.database.reading() as session:
            listed = catalogue.of(session, session.get_one(Dossier, 1), *catalogue.MaterialState)
            return {each.name: str(each.state) for each in listed}

    def material(self, name: str) -> str:
        with self.database.reading() as session:
            found = catalogue.rows(session, session.get_one(Dossier, 1))
            return next(str(each.id) for each in found if each.name == name)

    def issued(self, number: int = 1) -> list[tuple[str, str | None, str, bool]]:
        """(kind, number, text, still holds) of every paper of the sorting."""
        with self.database.reading() as session:
            papers = documents.of_case(session, session.get_one(Case, self.case_id(number)))
            return [(p.kind, p.number, self.text_of(p), p.superseded_by is None) for p in papers]

    def places(self) -> list[str]:
        with self.database.reading() as session:
            return [event.to_place for event in custody.chain(session, session.get_one(Dossier, 1))]

    def broken(self) -> Iterable[str]:
        with self.database.reading() as session:
            return [f"{problem.check}: {problem.sentence}" for problem in fsck.run(session)]

    def _facts(self, session: Any, case_id: int) -> dict[str, Any]:
        found = session.scalars(select(ProcessInstance).where(ProcessInstance.case_id == case_id)).one()
        return instances.variables(session, found)
