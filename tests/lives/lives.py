"""Random whole lives of dossiers: they come, are sorted, scanned, accepted, read, lent, added to, audited, certified and
sent away, many at once, by whoever the inbox offers each task."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import islice

from sqlalchemy import select

from archive import custody, storage
from archive.demo.invented import people as invented
from archive.dossier_tables import Dossier
from archive.persons import Person as Card
from archive.statuses import AuditStatus, DigitStatus, DossierStatus, SortStatus
from archive.transfer.letter_tables import Letter, LetterStatus
from tests.lives import beside, clerk, deeds, knowing, mending
from tests.lives.house import House
from tests.lives.knowing import Facts
from tests.lives.person import Person, problems
from workflow import fsck, tasks
from workflow.models import Incident, UserTask
from workflow.statuses import TaskStatus

MATTERS = 5  # of one dossier before it may leave
PACKS = 3  # that come for one person, when the first is sent back
TRIES = 4  # times it is to be sent away
WAYS = ("receipt", "receipt", "receipt", "flow", "cadre")
STILL = 25  # rounds in which nobody could do anything, however much time has passed: they are stuck
SENT_BACK = 6  # refusals of one task until somebody thinks of an earlier step
GIVEN_UP = 12  # refusals of one task until its matter is ended by hand
WAITED_FOR = ("settle_hold", "settle_difference")  # steps at which one looks from time to time
AGAIN = 60  # times one step of a case is done; beyond, it goes round and round


@dataclass
class Life:
    """One person's dossier. `left`: nothing more is begun with it."""

    name: str
    id_no: str
    way: str  # how it comes: receipt, flow, cadre
    begun: bool = False
    matters: int = 0
    left: bool = False


@dataclass
class Lives:
    """A batch of lives in one office."""

    house: House
    lives: list[Life] = field(default_factory=list)
    tries: Counter[int] = field(default_factory=Counter)
    done: Counter[tuple[int, str]] = field(default_factory=Counter)
    back: set[tuple[int, str]] = field(default_factory=set)  # case and step that were sent back
    sent: Counter[str] = field(default_factory=Counter)  # whose packs have come for a letter
    given_up: list[str] = field(default_factory=list)
    said: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def invented(cls, house: House, count: int, seed: int) -> "Lives":
        known = islice(invented(seed, range(1965, 2003)), count)
        return cls(house, [Life(f"{p.name}{n}", p.id_no, house.chance.choice(WAYS)) for n, p in enumerate(known)])

    @property
    def cards(self) -> dict[str, str]:
        return {each.name: each.id_no for each in self.lives}

    def play(self) -> None:
        """Until every life is over and nothing waits for anybody."""
        still = 0
        while still < STILL:
            self._begin_some()
            did = self._work(patient=still < STILL // 2)
            deeds.readings(self.house)
            beside.happen(self.house)
            self.house.machine()
            self._packs_for_letters()
            self._refuse_incidents()
            still = 0 if did else still + 1
            if did and self.house.chance.random() < 0.8:
                self.house.hand.move(minutes=self.house.chance.randint(1, 45))
                continue
            if self._is_over() and not did:
                return
            self._wait(did)
        raise AssertionError("Nobody can go on: " + "\n".join(self.waiting()))

    def _wait(self, did: int) -> None:
        """Nothing could be done: a night passes, or all the time to the next thing that is due."""
        coming = self.house.next_moment()
        if not did and coming is not None:
            self.house.until(coming)
        else:
            self.house.pass_time(hours=self.house.chance.choice((4, 16, 30)))

    def _refuse_incidents(self) -> None:
        """The machine asks nobody for help."""
        with self.house.database.reading() as session:
            found = [f"{i.activity_id}: {i.message}" for i in session.scalars(select(Incident))]
        assert not found, "; ".join(found)

    # beginning

    def _begin_some(self) -> None:
        held = self._standing()
        for life in self.lives:
            if not life.begun:
                life.begun = True
                if life.way == "receipt":
                    self._pack(life.name)
                else:
                    self._ask_for(life, life.way)
            elif (dossier := held.get(life.name)) and self.house.chance.random() < 0.5:
                self._next_matter(life, dossier)

    def _standing(self) -> dict[str, Dossier]:
        """Who has a dossier in store that no case holds or is about."""
        with self.house.database.reading() as session:
            asked = select(Dossier, Card.name).join(Card, Card.id == Dossier.person_id)
            asked = asked.where(Dossier.status == DossierStatus.IN_STORE, Dossier.held_by_case_id.is_(None))
            asked = asked.order_by(Dossier.id)
            found = {name: dossier for dossier, name in session.execute(asked)}
            session.expunge_all()
        return found

    def _ask_for(self, life: Life, regime: str) -> None:
        facts = Facts(process="transfer-in", form="transfer-in-start", name=life.name, id_no=life.id_no)
        who = self.house.person("window", "registry")
        clerk.begin(self.house, who, "transfer-in", facts, person_name=life.name, regime=regime)

    def _pack(self, name: str) -> None:
        told = {"tracking_no": f"EA{self.house.number():012d}CN", "channel": "ems", "sender": "云溪大学", "name": name}
        answer = self.house.person("window").send("/packs/unlisted", told)
        assert answer.status_code in clerk.DONE, problems(answer)

    def _packs_for_letters(self) -> None:
        """What was asked for of keepers elsewhere comes, mostly."""
        with self.house.database.reading() as session:
            asked = select(Letter).where(Letter.status == LetterStatus.SENT, Letter.cadre.is_(False))
            asked = asked.where(Letter.pack_id.is_(None), Letter.keeper_code.like("LC%"))
            asked = asked.order_by(Letter.case_id)
            names = [each.name for each in session.scalars(asked)]
        for name in names:
            if self.house.chance.random() < 0.1 and self.sent[name] < PACKS:
                self.sent[name] += 1
                self._pack(name)

    # matters

    def _next_matter(self, life: Life, dossier: Dossier) -> None:
        life.matters += 1
        kinds = [self._read, self._read, self._add_papers, self._certify, self._audit]
        if dossier.sort_status is not SortStatus.SORTED:
            kinds = [self._sort, self._sort, self._sort, self._add_papers]
        elif dossier.digit_status is not DigitStatus.ACCEPTED:
            kinds += [self._scan] * 3
        if life.matters > MATTERS:
            kinds = [self._send_away] if life.matters <= MATTERS + TRIES else []
            life.left |= not kinds
        if kinds:
            self.house.chance.choice(kinds)(life, dossier)

    def _facts(self, life: Life, dossier: Dossier, process: str, form: str) -> Facts:
        who = {"name": life.name, "id_no": life.id_no, "dossier_no": dossier.dossier_no, "dossier_id": dossier.id}
        return Facts(process=process, form=form, pages=dossier.page_count, **who)

    def _begin(self, life: Life, dossier: Dossier, process: str, form: str, groups: tuple[str, ...], **typed) -> None:
        facts = self._facts(life, dossier, process, form)
        clerk.begin(self.house, self.house.person(*groups), process, facts, **typed)

    def _sort(self, life: Life, dossier: Dossier) -> None:
        rows = {"dossiers": ["", "0"], "dossiers.0.dossier_no": dossier.dossier_no}
        self._begin(life, dossier, "sorting-batch", "sorting-batch-plan", ("director",), **rows)

    def _scan(self, life: Life, dossier: Dossier) -> None:
        terms = {"firm": "云溪档案服务公司", "contract_no": "HT-2026-007", "unit": "page", "unit_price": "0.35"}
        asked = {**terms, "papers_valid": "true", "from_queue": "", "dossier_nos": dossier.dossier_no}
        self._begin(life, dossier, "scanning", "scanning-plan", ("director",), **asked)

    def _read(self, life: Life, dossier: Dossier) -> None:
        self._begin(life, dossier, "reading", "reading-start", ("window",), dossier_no=dossier.dossier_no)

    def _certify(self, life: Life, dossier: Dossier) -> None:
        self._begin(life, dossier, "certificate", "certificate-start", ("window",), dossier_no=dossier.dossier_no)

    def _audit(self, life: Life, dossier: Dossier) -> None:
        if dossier.audit_status is not AuditStatus.AUDITING:
            typed = {"dossier_no": dossier.dossier_no, "audit_reason": "transfer"}
            self._begin(life, dossier, "special-audit", "audit-start", ("registry",), **typed)

    def _add_papers(self, life: Life, dossier: Dossier) -> None:
        today = self.house.office.today().isoformat()
        typed = {"dossier_no": dossier.dossier_no, "sender": "云溪市人事局", "hander": "孙移", "handed_on": today}
        self._begin(life, dossier, "loose-materials", "loose-list", ("window",), **typed)

    def _send_away(self, life: Life, dossier: Dossier) -> None:
        """To a keeper elsewhere, or asked for by the other office of this house; nobody asks twice."""
        with self.house.database.reading() as session:
            if knowing.leaves(session, dossier.id, life.name):
                life.matters -= 1
                return
        if self.house.chance.random() < 0.4 and dossier.keeper_code == "YX":
            self._ask_for(life, "cadre")
        else:
            self._begin(life, dossier, "transfer-out", "transfer-start", ("window",), dossier_no=dossier.dossier_no)

    # tasks

    def _work(self, patient: bool) -> int:
        """Every open task is tried once, in any order; how many were done. `patient`: not what is left lying."""
        with self.house.database.reading() as session:
            asked = select(UserTask.id).where(UserTask.status == TaskStatus.OPEN).order_by(UserTask.id)
            waiting = list(session.scalars(asked))
        self.house.chance.shuffle(waiting)
        mending.mend(self.house)
        return sum(self._try(each, patient) for each in waiting)

    def _try(self, task_id: int, patient: bool) -> bool:
        with self.house.database.reading() as session:
            task = session.get(UserTask, task_id)
            patience = 0.1 if patient and self._is_slow(task_id, task.activity_id) else 2 / (2 + self.tries[task_id])
            if task.status is not TaskStatus.OPEN or self.house.chance.random() > patience:
                return False
            if not task.form_key:  # the watchdog's: mending.mend
                return False
            facts = knowing.of_task(session, task, self.cards)
            facts.variables["free_place"] = self._free_place(session, facts)
            who = self._offered(session, task)
        if facts.void:
            beside.cancel(self.house, facts.case_id, "已无可移交的档案")
        if who is None or facts.awaits or facts.void:
            return False
        self.house.at = f"{facts.process}.{facts.activity} of case {facts.case_id}, {facts.name}, by {who.login}"
        outcome = clerk.do(self.house, who, task_id, facts, self.tries[task_id])
        if outcome.done:
            self.house.machine()
            self.done[facts.case_id, facts.activity] += 1
            assert self.done[facts.case_id, facts.activity] < AGAIN, (
                f"{facts.activity} of case {facts.case_id} is endless"
            )
        else:
            self.tries[task_id] += 1
            self.said[task_id].append(f"{facts.process}.{facts.activity} {who.login}: {outcome.said}")
            if not mending.send_back(self.house, who, task_id, facts, outcome.said):
                self._give_up(task_id, facts, who)
        return outcome.done

    def _give_up(self, task_id: int, facts: Facts, who: Person) -> None:
        """What is refused again and again is sent back, once; then only the director can end it, and it is told."""
        tries, step = self.tries[task_id], (facts.case_id, facts.activity)
        if tries % SENT_BACK == 0 and step not in self.back:
            self.back.add(step)
            if clerk.send_back(self.house, who, task_id, facts):
                return
        if tries % GIVEN_UP == 0:
            self.given_up.append(self.said[task_id][-1])
            beside.cancel(self.house, facts.case_id, "无法继续办理")

    def _is_slow(self, task_id: int, activity: str) -> bool:
        """Now and then something is left lying, until its time is over."""
        return activity in WAITED_FOR or (task_id * 2654435761) % 97 < 6

    def _free_place(self, session, facts: Facts) -> str:
        if facts.home:
            return facts.home
        free = storage.free_positions(session, limit=30)
        return self.house.chance.choice(free).code if free else ""

    def _offered(self, session, task: UserTask) -> Person | None:
        """Whoever may do it; who has it in hand."""
        if task.assignee:
            return self.house.people.get(task.assignee)
        able = [each.name for each in tasks.possible_performers(session, task) if each.name in self.house.people]
        return self.house.people[self.house.chance.choice(able)] if able else None

    def _is_over(self) -> bool:
        with self.house.database.reading() as session:
            open_tasks = session.scalars(select(UserTask.id).where(UserTask.status == TaskStatus.OPEN).limit(1)).first()
        return open_tasks is None and self.house.next_moment() is None and not self._may_go_on()

    def _may_go_on(self) -> bool:
        held = self._standing()
        return any(not life.begun or (life.name in held and not life.left) for life in self.lives)

    def waiting(self) -> list[str]:
        """What waits for whom, and what was said there last."""
        with self.house.database.reading() as session:
            found = session.scalars(select(UserTask).where(UserTask.status == TaskStatus.OPEN)).all()
            return [f"{t.id} {t.process_key}.{t.activity_id} {t.assignee} {self.said[t.id][-2:]}" for t in found]

    def wrong(self) -> list[str]:
        """What is not sound in the end: rows, and chains of custody with a gap."""
        with self.house.database.reading() as session:
            found = [f"{each.check}: {each.sentence}" for each in fsck.run(session)]
            for dossier in session.scalars(select(Dossier).order_by(Dossier.id)):
                moves = [(each.from_place, each.to_place) for each in custody.chain(session, dossier)]
                before = [None, *(to for _, to in moves[:-1])]
                if not moves or [start for start, _ in moves] != before:
                    found.append(f"The chain of {dossier.dossier_no} has a gap: {moves}")
        return found

    def told(self) -> list[str]:
        """How often each step was done and refused, and what was said most often."""
        steps = [f"{count} {step} {how}" for (step, how), count in sorted(self.house.seen.items())]
        said = Counter(each.partition(": ")[2] for told in self.said.values() for each in told)
        ended = [f"ENDED BY HAND {each}" for each in self.given_up]
        return [
            *steps,
            *ended,
            *(f"REFUSED {count} {each[:300]}" for each, count in said.most_common(25)),
            *self.waiting(),
        ]
