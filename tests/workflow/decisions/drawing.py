"""Decision tables for tests, drawn as text. `||` stands between what is asked and what is given:

    UNIQUE | amount   | status      || fee
           | < 5      | "a", "b"    || 1
           | -        | not("a")    || amount * 2

`fee="high","low"` in the head lists the values of an output; `dmn(a=…, b=(…, "a"))`: b needs the decision a.
"""

from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from workflow import decisions
from workflow.expressions import Around

DMN_1_3 = "https://www.omg.org/spec/DMN/20191111/MODEL/"
NOW = datetime(2026, 7, 1, 1, 0, tzinfo=UTC)


def dmn(*, namespace: str = DMN_1_3, more: str = "", **drawings: str | tuple[str, ...]) -> bytes:
    """A file with a decision for each drawing."""
    body = "".join(_decision(name, drawn) for name, drawn in drawings.items())
    return f'<definitions xmlns="{namespace}" id="file" name="file">{more}{body}</definitions>'.encode()


def _decision(name: str, drawn: str | tuple[str, ...]) -> str:
    drawing, *needed = (drawn,) if isinstance(drawn, str) else drawn
    needs = "".join(
        f'<informationRequirement><requiredDecision href="#{each}"/></informationRequirement>' for each in needed
    )
    logic = table(drawing) if "||" in drawing else f"<literalExpression>{text(drawing)}</literalExpression>"
    return f'<decision id="{name}" name="The {name}">{needs}{logic}</decision>'


def table(drawing: str) -> str:
    head, *rows = (line for line in drawing.splitlines() if line.strip())
    policy, _, columns = head.strip().partition("|")
    asked, given = columns.split("||")
    name, _, aggregation = policy.strip().partition("+")
    said = f' aggregation="{aggregation}"' if aggregation else ""
    inputs = "".join(_input(number, cell) for number, cell in enumerate(cells(asked), 1))
    outputs = "".join(_output(number, cell) for number, cell in enumerate(cells(given), 1))
    written = "".join(_rule(number, row) for number, row in enumerate(rows, 1))
    return f'<decisionTable id="table" hitPolicy="{name}"{said}>{inputs}{outputs}{written}</decisionTable>'


def cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.split("|")] if row.strip() else []


def text(cell: str) -> str:
    return f"<text>{escape(cell)}</text>"


def _input(number: int, cell: str) -> str:
    asked, _, allowed = cell.partition(" among ")
    values = f"<inputValues>{text(allowed)}</inputValues>" if allowed else ""
    expression = f'<inputExpression id="in-{number}-expression">{text(asked)}</inputExpression>'
    return f'<input id="in-{number}" label={quoteattr(asked)}>{expression}{values}</input>'


def _output(number: int, cell: str) -> str:
    name, _, values = cell.partition("=")
    listed = f"<outputValues>{text(values)}</outputValues>" if values else ""
    return f'<output id="out-{number}" name={quoteattr(name)}>{listed}</output>'


def _rule(number: int, row: str) -> str:
    asked, given = row.strip().removeprefix("|").split("||")
    tests = "".join(
        f'<inputEntry id="c-{number}-{at}">{text(cell)}</inputEntry>' for at, cell in enumerate(cells(asked), 1)
    )
    answers = "".join(
        f'<outputEntry id="a-{number}-{at}">{text(cell)}</outputEntry>' for at, cell in enumerate(cells(given), 1)
    )
    return f'<rule id="row-{number}">{tests}{answers}</rule>'


def decided(content: bytes | str, name: str = "fee", **variables: Any) -> decisions.Outcome:
    """What the decision comes to; a text is drawn as the decision `fee`."""
    content = dmn(fee=content) if isinstance(content, str) else content
    return decisions.read(content).decide(name, Around(variables, NOW))[name]


def refused(content: bytes | str) -> list[str]:
    """What is said against the file."""
    content = dmn(fee=content) if isinstance(content, str) else content
    return [str(found.message) for found in decisions.check(content)]
