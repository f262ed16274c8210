"""Reads a DMN file into decisions that can be asked. What cannot be used is refused by its place, all of it at once.

Source: DMN 1.3 (OMG formal/21-02-02), chapters 6, 8 and 13; DMN 1.1 and 1.2 write the same in another namespace.
"""

from collections.abc import Collection, Iterator
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter

from lxml import etree

from workflow import lint, xmlsafe
from workflow.decisions.cells import RULE, Cells, Place
from workflow.decisions.deciding import Decision, Decisions, Literal
from workflow.decisions.drawn import table
from workflow.decisions.names import LOGIC, child, children, is_dmn, local
from workflow.decisions.tables import Table
from workflow.errors import Sentence, sentence
from workflow.lint.findings import Finding, did_you_mean, error

DECISIONS, WORDS = 100, 300_000  # decisions of one file; characters of its cells together


def read(content: bytes) -> Decisions:
    """The decisions of a file; raises DefinitionRefused with all findings."""
    file = _read(content)
    if file.findings:
        raise lint.refused(file.findings, "DMN")
    return file.decisions


def check(content: bytes, functions: Collection[str] | None = None) -> list[Finding]:
    """Every finding about a DMN file; never raises for bad content. `functions`: those of the house; None: not
    known."""
    file = _read(content)
    if functions is None:
        return list(file.findings)
    return [*file.findings, *(_no_function(*call, functions) for call in file.called if call[1] not in functions)]


def ids(content: bytes) -> tuple[str, ...]:
    """The ids of the decisions of a file, which is not judged; () when it cannot be read."""
    try:
        root = xmlsafe.read(content)
    except xmlsafe.XmlRefused:
        return ()
    return tuple(dict.fromkeys(each.get("id") or "" for each in children(root, "decision")))


def _no_function(place: Place, name: str, functions: Collection[str]) -> Finding:
    said = sentence("There is no function {name}().", name=name)
    return error(RULE, place.element, place.said(said), did_you_mean(name, functions))


@lru_cache(maxsize=16)
def _read(content: bytes) -> "_File":
    """A file is read once in each process of an installation."""
    try:
        return _File(xmlsafe.read(content))
    except xmlsafe.XmlRefused as problem:
        file = _File(etree.Element("unreadable"))
        file.findings[:] = [lint.unreadable(problem)]
        return file


class _File:
    """What stands in a file: `decisions` (complete when there are no `findings`), and the functions `called`."""

    def __init__(self, root: etree._Element) -> None:
        cells = self.cells = Cells()
        self.findings, self.called = cells.findings, cells.called
        self.drawn = {each.get("id") or "": each for each in children(root, "decision")}
        self.inputs = {each.get("name") or "" for each in children(root, "inputData")}
        self.decisions = Decisions({})
        self._check(root)
        if not self.findings:
            self.needs = {name: list(self._needed(name)) for name in self.drawn}
            order = self._order()
            self.decisions = Decisions({name: self._decision(name, order) for name in order})

    def _check(self, root: etree._Element) -> None:
        """Whether the decisions can be looked at one by one."""
        if not is_dmn(root) or local(root) != "definitions":
            self._refuse("", sentence("The file is not a DMN 1.1, 1.2 or 1.3 file."))
            return
        found = [each.get("id") or "" for each in children(root, "decision")]
        if not found:
            self._refuse("", sentence("There is no decision in the file."))
        if len(found) > DECISIONS:
            self._refuse("", sentence("The file has more than {limit} decisions.", limit=DECISIONS))
        if sum(len(each.text or "") for each in root.iter(etree.Element)) > WORDS:
            self._refuse("", sentence("The cells of the file have more than {limit} characters together.", limit=WORDS))
        for name in dict.fromkeys(found):
            if not name or found.count(name) > 1:
                self._refuse(name, sentence("Each decision needs an id of its own; “{id}” is none.", id=name[:80]))

    def _refuse(self, element: str, said: Sentence, fix: Sentence | None = None) -> None:
        self.findings.append(error(RULE, element, said, fix))

    def _needed(self, name: str) -> Iterator[str]:
        for requirement in children(self.drawn[name], "informationRequirement"):
            for required in children(requirement, "requiredDecision"):
                needed = (required.get("href") or "").removeprefix("#")
                if needed in self.drawn:
                    yield needed
                    continue
                said = sentence("Decision “{id}” needs “{name}”, which is not in the file.", id=name, name=needed[:80])
                self._refuse(name, said, did_you_mean(needed, self.drawn))
        if children(self.drawn[name], "knowledgeRequirement"):
            said = sentence("Business knowledge models are not used; write the expression into the table.")
            self._refuse(name, self._place(name).said(said))

    def _order(self) -> list[str]:
        """All decisions, each after those it needs; [] when they go in a circle."""
        try:
            return list(TopologicalSorter(self.needs).static_order())
        except CycleError as circle:
            around = ", ".join(dict.fromkeys(circle.args[1]))
            self._refuse(
                circle.args[1][0], sentence("These decisions need one another in a circle: {ids}.", ids=around)
            )
            return []

    def _decision(self, name: str, order: list[str]) -> Decision:
        below = self._below(name)
        seen = self.inputs.union(*map(self._names, below))
        needs = tuple(each for each in order if each in below)
        return Decision(name, self._place(name).decision, self._logic(name, seen), self._names(name), needs)

    def _below(self, name: str) -> set[str]:
        found, open_ = set(), list(self.needs[name])
        while open_:
            needed = open_.pop()
            if needed not in found:
                found.add(needed)
                open_ += self.needs[needed]
        return found

    def _names(self, name: str) -> tuple[str, ...]:
        """What others call the result: the decision's id, and the name of its variable."""
        variable = child(self.drawn[name], "variable")
        called = variable.get("name") if variable is not None else None
        return (name, called) if called and called != name else (name,)

    def _place(self, name: str) -> Place:
        return Place(name, self.drawn[name].get("name") or name)

    def _logic(self, name: str, seen: Collection[str]) -> Table | Literal:
        element, place = self.drawn[name], self._place(name)
        for logic in (each for each in element if local(each) in LOGIC):
            if local(logic) == "decisionTable":
                return table(logic, place, self.cells, seen)
            if local(logic) == "literalExpression":
                return Literal(name, self.cells.expression(logic, place.at(logic.get("id"))))
            self.cells.refuse(place, sentence("Only tables and expressions are used, not “{kind}”.", kind=local(logic)))
            return Table((), (), ())
        self.cells.refuse(place, sentence("It has neither a table nor an expression."))
        return Table((), (), ())
