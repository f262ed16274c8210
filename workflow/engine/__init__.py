"""The engine: moves the tokens of one process instance. Pure: no database, no clock, no session.

A process is read once (`parse` → `Model`, shareable between threads) and then driven by commands, each taking the saved
state and giving the next one (`Step`). Any exception means: nothing happened; throw away what you have and keep the old
state. The state is bytes; keep it sealed (`seal`, `open_`).
"""

from workflow.diagram.activity import Activity
from workflow.engine.commands import (
    cancel,
    complete,
    deliver,
    fire,
    live_tokens,
    start,
    state_problems,
    throw_error,
    waits_of,
)
from workflow.engine.elements import DECISION
from workflow.engine.model import Model, parse, prepare
from workflow.engine.problems import (
    BudgetExceeded,
    EngineProblem,
    ExpressionFailed,
    NoWayOut,
    StateCorrupt,
    TokenGone,
    UncaughtError,
)
from workflow.engine.sealing import open_, open_unkeyed, seal
from workflow.engine.shapes import Happening, Step, Thrown, Wait, WaitKind
from workflow.expressions import Around

__all__ = [
    "DECISION",
    "Activity",
    "Around",
    "BudgetExceeded",
    "EngineProblem",
    "ExpressionFailed",
    "Happening",
    "Model",
    "NoWayOut",
    "StateCorrupt",
    "Step",
    "Thrown",
    "TokenGone",
    "UncaughtError",
    "Wait",
    "WaitKind",
    "cancel",
    "complete",
    "deliver",
    "fire",
    "live_tokens",
    "open_",
    "open_unkeyed",
    "parse",
    "prepare",
    "seal",
    "start",
    "state_problems",
    "throw_error",
    "waits_of",
]
