"""Lists of one's own: tasks filtered by any case variable, sorted by several things, kept under a name."""

from workflow.views import saved
from workflow.views.asking import Asked, State, View, asked_of
from workflow.views.columns import MOST_COLUMNS, values
from workflow.views.conditions import Condition, Operator, is_there
from workflow.views.searching import COUNTED_TO, count, every, search
from workflow.views.sorting import OF_VARIABLE

__all__ = [
    "COUNTED_TO",
    "MOST_COLUMNS",
    "OF_VARIABLE",
    "Asked",
    "Condition",
    "Operator",
    "State",
    "View",
    "asked_of",
    "count",
    "every",
    "is_there",
    "saved",
    "search",
    "values",
]
