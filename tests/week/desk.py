"""A person's desk in the week: what they see, whom they know, and the forms they send, each told to the ledger."""

import random
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from tests.week.eye import Eye, Seen
from tests.week.ledger import Act, Ledger
from tests.week.person import Answer, Person
from workflow import clock

ZONE = ZoneInfo("Asia/Shanghai")


class Desk:
    """`colleagues()`: who is here, by login."""

    def __init__(
        self, person: Person, eye: Eye, ledger: Ledger, chance: random.Random, colleagues: Callable[[], Sequence[str]]
    ) -> None:
        self.person, self.eye, self.ledger, self.chance, self.colleagues = person, eye, ledger, chance, colleagues
        self.login, self.lock = person.login, threading.Lock()

    # Looking

    def now(self) -> datetime:
        """By the office's clock."""
        return clock.now().astimezone(ZONE)

    def listed(self, view: str) -> list[Seen]:
        return self.eye.listed(self.login, view, self.chance)

    def mine(self, fit: Callable[[Seen], bool] = lambda each: True) -> Seen | None:
        """Something in hand that fits."""
        return next((each for each in self.listed("mine") if each.assignee == self.login and fit(each)), None)

    def colleague(self) -> str:
        return self.chance.choice([each for each in self.colleagues() if each != self.login])

    def look(self, path: str) -> None:
        """Open a page: it is there, or it says why it is not for this reader."""
        page = self.person.open(path)
        if page.status not in (200, 403, 404):
            self.ledger.blame(f"{self.login} opened {path}: {page.status} {page.words()[:200]}")

    # Acting

    def on_task(
        self, task: Seen, act: str, kind: str, name: str, /, why: str = "", for_whom: str = "", **answers: str
    ) -> bool:
        """POST /tasks/…/act; see `post`."""
        return self.post(f"/tasks/{task.id}/{act}", kind, name, task.case_id, task.id, why, for_whom, **answers)

    def post(
        self,
        path: str,
        kind: str,
        name: str,
        /,
        case_id: int | None = None,
        task_id: int | None = None,
        why: str = "",
        for_whom: str = "",
        **answers: str | list[str],
    ) -> bool:
        """Send the form. `why`: the field a reason goes into. True: it was tried (and counted), not that it was done."""
        self.answer(path, kind, name, case_id, task_id, why, for_whom, **answers)
        return True

    def answer(
        self,
        path: str,
        kind: str,
        name: str,
        /,
        case_id: int | None = None,
        task_id: int | None = None,
        why: str = "",
        for_whom: str = "",
        **answers: str | list[str],
    ) -> Answer:
        word = self.ledger.word() if why else ""
        if why:
            answers[why] = f"{answers.get(why, '')}{word}"
        answer = self.person.send(path, **answers)
        self.ledger.note(
            Act(name, kind, self.login, case_id, task_id, word, for_whom, str(answers.get("to", ""))), answer
        )
        return answer
