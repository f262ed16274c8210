"""Lists of one's own: tasks filtered by any case variable, sorted by several things, kept under a name."""

from workflow.views.asking import Asked, State, View, asked_of
from workflow.views.conditions import Condition, Operator
from workflow.views.searching import COUNTED_TO, count, every, search

__all__ = ["COUNTED_TO", "Asked", "Condition", "Operator", "State", "View", "asked_of", "count", "every", "search"]
