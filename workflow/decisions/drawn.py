"""Reads one decision table as it is drawn."""

from collections.abc import Collection, Iterator

from lxml import etree

from workflow.decisions.cells import Cells, Place
from workflow.decisions.names import child, children, text
from workflow.decisions.numbers import AGGREGATIONS
from workflow.decisions.tables import RANKED, Input, Output, Policy, Rule, Table
from workflow.errors import sentence
from workflow.expressions import Expression
from workflow.expressions.operators import same

RULES, COLUMNS = 2_000, 100
ONLY = "result"  # the name of a single output that has none


def table(element: etree._Element, place: Place, cells: Cells, names: Collection[str]) -> Table:
    """The table; what is wrong with it goes to `cells.findings`. `names`: what else its answers may read."""
    return _Drawn(element, place, cells).read(names)


class _Drawn:
    def __init__(self, element: etree._Element, place: Place, cells: Cells) -> None:
        self.element, self.place, self.cells = element, place.at(element.get("id")), cells

    def read(self, names: Collection[str]) -> Table:
        policy, aggregation = self._policy()
        inputs = tuple(map(self._input, children(self.element, "input")))
        readable = {*names, *(name for column in inputs for name in column.expression.names)}
        outputs = tuple(self._outputs(readable))
        self._check(policy, aggregation, outputs, len(inputs))
        drawn = children(self.element, "rule")[:RULES]
        rules = [self._rule(row, number, inputs, outputs, readable) for number, row in enumerate(drawn, 1)]
        return Table(inputs, outputs, tuple(filter(None, rules)), policy, aggregation)

    def _policy(self) -> tuple[Policy, str | None]:
        said, aggregation = self.element.get("hitPolicy") or Policy.UNIQUE, self.element.get("aggregation") or None
        if said not in list(Policy):
            self.cells.refuse(self.place, sentence("There is no hit policy “{policy}”.", policy=said[:40]))
            return Policy.UNIQUE, None
        if aggregation is not None and (aggregation not in AGGREGATIONS or said != Policy.COLLECT):
            said_ = sentence(
                "“{policy}” with “{aggregation}” has no meaning.", policy=said, aggregation=aggregation[:40]
            )
            self.cells.refuse(self.place, said_, sentence("Collect can be combined with sum, min, max or count."))
        return Policy(said), aggregation

    def _check(self, policy: Policy, aggregation: str | None, outputs: tuple[Output, ...], inputs: int) -> None:
        if not outputs:
            self.cells.refuse(self.place, sentence("The table has no output column."))
        if aggregation is not None and len(outputs) > 1:
            self.cells.refuse(self.place, sentence("Only one output column can be summed up or counted."))
        if policy in RANKED and not any(column.ranked for column in outputs):
            said = sentence("Under the hit policy “{policy}” an output column lists its values.", policy=policy)
            self.cells.refuse(self.place, said, sentence("List them in the column's head, the most important first."))
        if len(children(self.element, "rule")) > RULES or inputs + len(outputs) > COLUMNS:
            said = sentence("The table has more than {rows} rows or {columns} columns.", rows=RULES, columns=COLUMNS)
            self.cells.refuse(self.place, said)
        named = [column.name for column in outputs]
        for name in sorted({name for name in named if named.count(name) > 1}):
            self.cells.refuse(self.place, sentence("Two output columns are called “{name}”.", name=name))

    def _input(self, column: etree._Element) -> Input:
        asked = child(column, "inputExpression")
        label = column.get("label") or text(asked) or column.get("id") or ""
        place = self.place.at(column.get("id"), column=label)
        if any(key.endswith("}inputVariable") and value for key, value in column.attrib.items()):
            self.cells.refuse(place, sentence("The value of the column has no name of its own; write ? for it."))
        values = child(column, "inputValues")
        allowed = self.cells.test(values, place) if text(values) else None
        return Input(label, self.cells.expression(column if asked is None else asked, place), allowed)

    def _outputs(self, names: Collection[str]) -> Iterator[Output]:
        columns = children(self.element, "output")
        for number, column in enumerate(columns, 1):
            name = column.get("name") or ""
            label = column.get("label") or name or (column.get("id") or str(number))
            place = self.place.at(column.get("id"), column=label)
            if not name and len(columns) > 1:
                self.cells.refuse(place, sentence("The output column has no name."))
            values, otherwise = child(column, "outputValues"), child(column, "defaultOutputEntry")
            ranked = self.cells.constants(values, place) if text(values) else ()
            given = None if otherwise is None else self.cells.answer(otherwise, place, names)
            yield Output(name or ONLY, label, ranked, given)

    def _rule(
        self,
        row: etree._Element,
        number: int,
        inputs: tuple[Input, ...],
        outputs: tuple[Output, ...],
        names: Collection[str],
    ) -> Rule | None:
        asked, given = children(row, "inputEntry"), children(row, "outputEntry")
        if (len(asked), len(given)) != (len(inputs), len(outputs)):
            self.cells.refuse(
                self.place.at(row.get("id"), number), sentence("The row has not one cell in each column.")
            )
            return None
        tests = [
            self.cells.test(cell, self.place.at(cell.get("id"), number, column.label))
            for cell, column in zip(asked, inputs, strict=True)
        ]
        answers = [
            self._answer(cell, self.place.at(cell.get("id"), number, column.label), column, names)
            for cell, column in zip(given, outputs, strict=True)
        ]
        return Rule(number, row.get("id") or "", tuple(tests), tuple(answers))

    def _answer(self, cell: etree._Element, place: Place, column: Output, names: Collection[str]) -> Expression:
        answer = self.cells.answer(cell, place, names)
        for value in self.cells.constant(answer) if column.ranked else ():
            if value is not None and not any(same(value, each) for each in column.ranked):
                said = sentence("“{value}” is not among the values the column lists.", value=str(value)[:80])
                self.cells.refuse(place, said)
        return answer
