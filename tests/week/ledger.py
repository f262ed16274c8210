"""The plain model of the week: what people were told has happened. In the end the office must say the same.

Each act is kept with who did it, about which case and task, the one word its reason holds (no other act has it), and for
whom it was done. What was refused is counted by act and status, with its sentence.
"""

import itertools
import json
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.week.person import Answer
from workflow.models import Case, Comment, HistoryEvent

BY_ROW = {"claimed", "released", "assigned", "delegated", "completed", "urged", "clock_paused", "clock_resumed"}


@dataclass(frozen=True)
class Act:
    """Something a person was told has happened. `kind`: what the history calls it; "" where it keeps nothing."""

    name: str
    kind: str
    who: str
    case_id: int | None
    task_id: int | None
    word: str
    for_whom: str
    to: str = ""


class Ledger:
    """Kept by all people at once."""

    def __init__(self) -> None:
        self.acts: list[Act] = []
        self.refused: Counter[tuple[str, int]] = Counter()
        self.sentences: dict[str, str] = {}
        self.last: dict[int | None, str] = {}  # case → what was refused there last
        self.amiss: list[str] = []
        self.begun: dict[str, str] = {}  # business key → who began the case
        self._lock = threading.Lock()
        self._words = itertools.count(1)
        self.broken: list[str] = []  # pages that said that something went wrong

    def number(self) -> int:
        """A number nobody else has."""
        with self._lock:
            return next(self._words)

    def word(self) -> str:
        """A word nobody else has said."""
        return f"缘由{self.number():06d}号"

    def note(self, act: Act, answer: Answer) -> bool:
        """Keep what was answered; whether it was done. What no person could understand is amiss."""
        with self._lock:
            if answer.done:
                self.acts.append(act)
                return True
            self.refused[act.name, answer.status] += 1
            self.last[act.case_id] = f"{act.who}, {act.name} of task {act.task_id}: {answer.said}"
            self.sentences.setdefault(f"{act.name} {answer.status}", answer.said)
            if answer.status >= 500 or answer.status < 400 or not answer.said:
                self.amiss.append(f"{act} was answered {answer.status} {answer.said!r}")
        return False

    def note_done(self, act: Act) -> None:
        """What a report has said was done."""
        with self._lock:
            self.acts.append(act)

    def blame(self, said: str) -> None:
        with self._lock:
            self.amiss.append(said)

    def counted(self) -> dict[str, tuple[int, int]]:
        """Act → (how often done, how often refused)."""
        found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for act in self.acts:
            found[act.name][0] += 1
        for (name, _status), number in self.refused.items():
            found[name][1] += number
        return {name: (done, refused) for name, (done, refused) in sorted(found.items())}

    def compared(self, session: Session, people: set[str]) -> list[str]:
        """All that the history and this model do not agree on, in sentences."""
        bodies = {row.id: row.body for row in session.execute(select(Comment.id, Comment.body))}
        found = session.scalars(select(HistoryEvent).where(HistoryEvent.actor.in_(people)))
        events = [Told.of(each, bodies) for each in found]
        acts = self._that_changed_something(events)
        return [
            *self.amiss,
            *self.broken,
            *self._cases(session),
            *self._words_told(acts, events),
            *self._rows_told(acts, events),
        ]

    def _that_changed_something(self, events: list["Told"]) -> list[Act]:
        """Without: somebody gave a task to who had just got it from somebody else. It is so, and nothing has happened."""
        words = {word for each in events for word in each.words}
        held = {(each.task_id, name) for each in events for name in (each.who, each.to)}
        return [
            act
            for act in self.acts
            if act.kind != "assigned" or not act.word or act.word in words or (act.task_id, act.to) not in held
        ]

    def _cases(self, session: Session) -> Iterator[str]:
        found = session.execute(select(Case.business_key, Case.opened_by))
        there = {row.business_key: row.opened_by for row in found}
        for key, who in self.begun.items():
            if there.get(key) != who:
                yield f"The case {key} begun by {who} is there as {there.get(key)}'s."
        for key, who in there.items():
            if key.startswith("week-") and not key.startswith("week-stamp") and self.begun.get(key) != who:
                yield f"There is a case {key} of {who} nobody has begun."

    def _words_told(self, acts: list[Act], events: list["Told"]) -> Iterator[str]:
        """Each word is found once, in an event of its kind, by who said it, in its case."""
        by_word: dict[str, list[Told]] = defaultdict(list)
        for event in events:
            for word in event.words:
                by_word[word].append(event)
        for act in acts:
            if not act.word or not act.kind:
                continue
            found = [each for each in by_word[act.word] if each.kind == act.kind]
            if len(found) != 1:
                yield f"{act} stands {len(found)} times in the history: {by_word[act.word]}"
            elif found[0].who != act.who or act.case_id not in (None, found[0].case_id):
                yield f"{act} stands in the history as {found[0]}"
            elif act.for_whom and found[0].for_whom != act.for_whom:
                yield f"{act} was for {act.for_whom}; the history says {found[0]}"
        known = {act.word for act in self.acts}
        for word in by_word.keys() - known:
            yield f"Nobody was told that {by_word[word]} has happened."

    def _rows_told(self, acts: list[Act], events: list["Told"]) -> Iterator[str]:
        """As often as it was said, and by whom; and nothing else. Answers put aside until others have signed are told
        as completed, and become so by themselves."""
        said = Counter((act.kind, act.task_id, act.who) for act in acts if act.kind in BY_ROW and act.task_id)
        told = Counter((event.does, event.task_id, event.who) for event in events if event.does in BY_ROW)
        aside = Counter(("completed", each.task_id, each.who) for each in events if each.kind == "set_aside")
        for what in said.keys() | told.keys():
            if max(told[what], aside[what]) <= said[what] <= told[what] + aside[what]:
                continue
            yield f"{what} was said {said[what]} times and told {told[what]} times."
        for_whom = {(each.kind, each.task_id, each.who): each.for_whom for each in events}
        for act in acts:
            key = (act.kind, act.task_id, act.who)
            if act.for_whom and act.kind in BY_ROW and for_whom.get(key) != act.for_whom:
                yield f"{act} was for {act.for_whom}; the history says for {for_whom.get(key)}."


@dataclass(frozen=True)
class Told:
    """An event as far as it is compared."""

    kind: str
    who: str
    case_id: int
    task_id: int | None
    for_whom: str
    words: tuple[str, ...]
    leaving: bool
    to: str

    @property
    def does(self) -> str:
        """What a person was told of it. What goes on with a leaver is told as one act."""
        return "left" if self.leaving else self.kind

    @classmethod
    def of(cls, event: HistoryEvent, bodies: Mapping[int, str]) -> "Told":
        """`bodies`: what was said in comments, which the history only names."""
        data = event.data or {}
        text = json.dumps(data, ensure_ascii=False) + bodies.get(data.get("comment", 0), "")
        words = tuple(dict.fromkeys(_words(text)))
        task_id = data.get("task") if isinstance(data.get("task"), int) else None
        return cls(
            event.kind,
            event.actor,
            event.case_id,
            task_id,
            data.get("on_behalf_of") or "",
            words,
            bool(data.get("leaving")),
            str(data.get("to")),
        )


def _words(text: str) -> Iterator[str]:
    parts = text.split("缘由")
    for part in parts[1:]:
        if part[6:7] == "号" and part[:6].isdecimal():
            yield f"缘由{part[:6]}号"
