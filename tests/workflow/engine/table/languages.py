"""Expressions: where they stand and in which language."""

from tests.workflow.engine.table.case import LINE, Case

DOT = '“.” is not used here; write field(object, "name") instead.'
CHOICE = "start s\nxor x\nuser a\nuser b\nend e\ns -> x\nx -> a if {}\nx -> b default\na -> e\nb -> e"


def _condition(about: str, text: str, **more) -> Case:
    return Case(
        "expression",
        about,
        drawing=CHOICE.format(text),
        variables={"n": 3, "who": "anna"},
        plays="a; do a: end",
        **more,
    )


def _refused(about: str, text: str, reason: str) -> Case:
    return Case(
        "expression",
        about,
        drawing=CHOICE.format(text),
        where="x-a",
        refused=f"“{text}” is not an expression we can use: {reason}",
    )


def _language(language: str, text: str, sentence: str) -> Case:
    swap = {"<conditionExpression>": f'<conditionExpression language="{language}">'}
    return Case(
        "expression", f"language {language}", drawing=CHOICE.format(text), swap=swap, where="x-a", refused=sentence
    )


CASES = [
    _condition("plain", "n > 2 and who = 'anna'", says="docs/expressions.md"),
    _condition("in ${…}", "${n > 2 && who == 'anna'}"),
    _condition("behind =", "= n > 2"),
    Case(
        "expression",
        "empty condition",
        drawing=CHOICE.format("n > 2"),
        swap={"<![CDATA[n > 2]]>": ""},
        where="x-a",
        refused="The condition is empty; write it, or delete it.",
    ),
    Case(
        "expression",
        "language feel",
        drawing=CHOICE.format("n > 2"),
        variables={"n": 3},
        swap={"<conditionExpression>": '<conditionExpression language="https://www.omg.org/spec/DMN/20191111/FEEL/">'},
        plays="a; do a: end",
    ),
    _language("groovy", "n > 2", "Expressions in “groovy” are not run."),
    _language("python", "n > 2", "Expressions in “python” are not run."),
    _language("http://www.w3.org/1999/XPath", "n > 2", "Expressions in “http://www.w3.org/1999/XPath” are not run."),
    _refused("a field of an object", "who.name = 'anna'", DOT),
    Case(
        "expression",
        "a function nobody knows",
        drawing=CHOICE.format("length(who) > 2"),
        where="x-a",
        refused="There is no function length().",
    ),
    _refused("a method", "who.startsWith('a')", DOT),
    Case(
        "expression",
        "number of a multi-instance",
        drawing=LINE.format(x="user x times=${n}"),
        variables={"n": 2},
        plays="x x; do x: x; do x: a; do a: end",
    ),
    Case(
        "expression",
        "time of a timer",
        drawing=LINE.format(x="catch x timer=${wait}"),
        variables={"wait": "PT1H"},
        plays="x; happen x: a; do a: end",
    ),
    Case(
        "expression",
        "correlation key",
        drawing=LINE.format(x="catch x message=m key=n"),
        variables={"n": 2},
        plays="x; happen x: a; do a: end",
    ),
    Case(
        "expression",
        "called process",
        drawing=LINE.format(x="call x calls=${which}"),
        variables={"which": "q"},
        plays="x; do x: a; do a: end",
    ),
]
