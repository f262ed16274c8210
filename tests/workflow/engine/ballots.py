"""What a signing does, a second time and simply: everybody is one line in a list. For random sequences.

`Ballot` knows the words of docs/human-tasks.md only: who may sign now, who waits for whom, what has been said.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product

FOR, AGAINST, ABSTAIN = "for", "against", "abstain"


@dataclass
class Line:
    name: str
    status: str = "later"  # later, asked, said, out
    follows: str | None = None  # begins when this one is said or out
    waits_for: set[str] = field(default_factory=set)
    side: str | None = None


@dataclass
class Ballot:
    kind: str  # all any vote inTurn
    names: list[str]
    sequential: bool = False
    stops: bool = False
    share: Fraction = Fraction(2, 3)
    quorum: int = 0

    def __post_init__(self) -> None:
        self.lines = [Line(name) for name in self.names]
        self.votes: list[tuple[str, str]] = []
        self.closed = False
        self._ask()

    def line(self, name: str) -> Line:
        return next(line for line in self.lines if line.name == name and line.status != "out")

    @property
    def there(self) -> list[Line]:
        return [line for line in self.lines if line.status != "out"]

    @property
    def asked(self) -> list[str]:
        return sorted(line.name for line in self.there if line.status == "asked")

    @property
    def free(self) -> list[str]:
        return sorted(line.name for line in self.there if line.status == "asked" and not line.waits_for)

    @property
    def later(self) -> list[str]:
        return sorted(line.name for line in self.there if line.status == "later")

    def _ask(self) -> None:
        """Everybody whose turn it is."""
        due = [line for line in self.there if line.status == "later" and line.follows is None]
        if self.sequential:
            due = due[:1] if not self.asked else []
        for line in due:
            line.status = "asked"

    def _over(self, name: str) -> None:
        """Who waited for this one waits no more; in turn, who follows takes the place behind."""
        following = [line for line in self.there if line.follows == name and line.status == "later"]
        for line in self.lines:
            line.waits_for.discard(name)
        for line in following:
            line.follows = None
            if self.sequential:
                self.lines.remove(line)
        if self.sequential:
            first = next(
                (at for at, line in enumerate(self.lines) if line.status == "later" and not line.follows), None
            )
            at = len(self.lines) if first is None else first
            self.lines[at:at] = following

    def say(self, name: str, side: str) -> None:
        line = self.line(name)
        assert line.status == "asked" and not line.waits_for
        line.status, line.side = "said", side
        self.votes.append((name, side))
        self._over(name)
        self._close_or_ask()

    def add(self, name: str, seen_from: str, where: str) -> None:
        line = Line(name, status="later" if where == "after" else "asked")
        line.follows = seen_from if where == "after" else None
        self.lines.append(line)
        if where == "before":
            self.line(seen_from).waits_for.add(name)

    def out(self, name: str) -> None:
        assert len(self.there) > 1
        line = self.line(name)
        running = line.status == "asked"
        line.status = "out"
        if running:
            self._over(name)
        self._close_or_ask()

    def _close_or_ask(self) -> None:
        missing = [line for line in self.there if line.status != "said"]
        if not missing or (self.votes and self.stops and len(self.possible()) == 1):
            self.closed = True
        else:
            self._ask()

    def possible(self) -> set[str]:
        """Every result there may still be."""
        missing = sum(line.status != "said" for line in self.there)
        return {self._result([*(side for _, side in self.votes), *rest]) for rest in product("fax", repeat=missing)}

    @property
    def result(self) -> str:
        missing = sum(line.status != "said" for line in self.there)
        return self._result([*(side for _, side in self.votes), *("x" * missing)])

    def _result(self, sides: list[str]) -> str:
        yes, no = (sum(side[0] == first for side in sides if side != ABSTAIN) for first in "fa")
        if yes + no == 0 or yes + no < self.quorum:
            return "undecided"
        agreed = {"any": yes > 0, "vote": Fraction(yes, len(sides)) >= self.share}.get(self.kind, no == 0)
        return "agreed" if agreed else "refused"
