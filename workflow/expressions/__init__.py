"""The one expression language of the house: conditions, timers, attributes, forms, decision tables.

See docs/expressions.md for the language.
"""

from workflow.expressions.around import Around
from workflow.expressions.functions import BUILT_IN
from workflow.expressions.language import Expression, compile, compile_value  # noqa: A004 - the contract's name
from workflow.expressions.operators import holds
from workflow.expressions.problems import EvaluationFailed, ExpressionRefused
from workflow.expressions.unary import compile_test

__all__ = [
    "BUILT_IN",
    "Around",
    "EvaluationFailed",
    "Expression",
    "ExpressionRefused",
    "compile",
    "compile_test",
    "compile_value",
    "holds",
]
