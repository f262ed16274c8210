"""An office that accepts what was scanned: dirk leads the group, remy and rita check, rosa belongs to it."""

from typing import Any

from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from archive.acceptance import rounds
from archive.acceptance.models import Acceptance, AcceptanceRound
from archive.images.defect_tables import Defect, Stage
from archive.images.demands import ImageKind
from forms.context import FormContext
from forms.tasks import form_named
from tests.people import PASSWORD
from tests.processes.receiving import _sent
from tests.processes.scanning import Scanners
from workflow import starts
from workflow.identity import Group, User
from workflow.models import Case, UserTask
from workflow.office import Office
from workflow.statuses import TaskStatus

GROUP = ["dirk", "remy", "rita", "rosa"]
FORMED = {"group_head": "dirk", "checker_first": "remy", "checker_second": "rita", "meets_on": "2026-07-03"}


class Accepters(Scanners):
    """The same office; its checkers may look at images."""

    def __init__(self, office: Office, count: int = 1) -> None:
        super().__init__(office, count)
        with self.database.transaction() as session:
            review = session.get_one(Group, "review")
            review.permissions = ["dossiers.read", "images.check"]
            person = User(name="rita", display_name="钱复核", created_at=session.get_one(User, "remy").created_at)
            person.groups.append(review)
            session.add(person)
            session.flush()
            for login in GROUP:
                session.get_one(User, login).password_hash = session.get_one(User, "anna").password_hash

    # stretches of the way

    def handed_in(self) -> None:
        """Scanned, back in the store, handed in."""
        self.scanned()
        self.back()
        self.hand_in()

    def applied(self, **typed: Any) -> None:
        """Applied for, and a group formed."""
        self.step("apply", "vera", application_note="全部完成")
        self.form_group(**typed)

    def form_group(self, **typed: Any) -> None:
        self.step("form_group", "dora", **{"group": GROUP, **FORMED, **typed})

    def see(self, who: str) -> None:
        """This checker looks at every page of the sample."""
        self.look(*[each.dossier_id for each in self.sample()], who=who, stage=Stage.OWNER)

    def checked(self, first: str = "remy", second: str = "rita") -> None:
        """Both have looked at the sample and said so."""
        for who, activity in ((first, "check_first"), (second, "check_second")):
            self.see(who)
            self.step(activity, who, checked="true")

    def find(
        self, code: Defect, number: int | None = None, page: int = 1, kind: ImageKind = ImageKind.OPTIMISED
    ) -> None:
        """A checker marks a defect, in the first dossier of the sample when not said otherwise."""
        self.mark(code, number or self.sample()[0].dossier_id, page, "remy", kind)

    def signed(self, activity_id: str = "sign_acceptance") -> None:
        """Everybody of the group signs."""
        for who in GROUP:
            with self.database.transaction() as session:
                mine = (UserTask.activity_id == activity_id, UserTask.assignee == who)
                (task,) = session.scalars(select(UserTask).where(*mine, UserTask.status == TaskStatus.OPEN))
                self._complete(session, task, who, {"acceptance_signature.password": PASSWORD})
            self.machine()

    def notified(self, note: str = "整批复查") -> None:
        self.step("write_notice", "dirk", notice_note=note)

    def reworked(self, spoil: Any = lambda files: None) -> None:
        """The rework is planned; what goes out again is scanned anew, and the batch handed in once more."""
        self.step("plan_rework", "vera", whole_batch="true", rework_note="逐卷复查")
        self.out()
        self.prepare()
        self.scan(spoil=spoil)
        self.check_quality()
        self.back()
        self.hand_in()

    # looking

    def acceptance(self) -> Acceptance:
        with self.database.reading() as session:
            return session.scalars(select(Acceptance).order_by(Acceptance.id.desc())).first()

    def rounds(self) -> list[AcceptanceRound]:
        with self.database.reading() as session:
            return rounds.of(session, session.get_one(Acceptance, self.acceptance().id))

    def sample(self) -> list[Any]:
        with self.database.reading() as session:
            return rounds.dossiers(session, session.get_one(AcceptanceRound, self.rounds()[-1].id), sampled=True)

    def paper(self, kind: str) -> str:
        """The text of the last paper of a kind."""
        return next(text for name, _, text, _ in reversed(self.issued()) if name == kind)


class Buyers(Accepters):
    """The same office accepts equipment and services; rosa handles them."""

    processes = ("acceptance-goods",)

    def case_id(self, number: int = 1) -> int:
        with self.database.reading() as session:
            return session.scalars(select(Case.id).where(Case.process_key == "acceptance-goods")).one()

    def delivered(self, subject: str = "equipment", *articles: dict[str, str]) -> None:
        rows: dict[str, Any] = {"articles": ["", *map(str, range(len(articles)))]}
        for number, article in enumerate(articles):
            rows |= {f"articles.{number}.{field}": value for field, value in article.items()}
        typed = {"subject": subject, "goods": "温湿度监测系统", "supplier": "云溪科技", "contract_no": "HT-2026-011"}
        with self.database.transaction() as session:
            user = session.get_one(User, "dora")
            offer = starts.find(session, "acceptance-goods", user)
            context = FormContext(session, user)
            form = form_named(session, offer.definition, offer.event.form_key)
            sent = _sent(str(form.render(None, None, context)), {**typed, "handler": "rosa", **rows})
            starts.begin(session, offer, user, form.load(sent, MultiDict(), context), "20260701-00000A")
        self.machine()

    def on_trial(self) -> None:
        """Arrived whole and installed."""
        self.step("check_arrival", "rene", listed="true", serials="true", packing="true")
        self.step("install_goods", "rene", installed="true", install_note="六个探头")

    def grouped(self) -> None:
        typed = {"group": GROUP, "group_head": "dirk", "meets_on": "2026-08-03"}
        self.step("form_goods_group", "dora", **typed)

    def judged(self, *refused: tuple[int, str]) -> None:
        """The head judges, everybody signs."""
        rows: dict[str, Any] = {"refusals": ["", *map(str, range(len(refused)))]}
        for place, (number, why) in enumerate(refused):
            rows |= {f"refusals.{place}.number": str(number), f"refusals.{place}.why": why}
        self.step("judge_articles", "dirk", functions="true", judge_note="同意", **rows)
        self.signed("sign_goods")
