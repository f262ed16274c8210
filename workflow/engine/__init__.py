"""The engine: moves the tokens of one process instance. Pure: no database, no clock, no session.

A process is read once (`parse` → `Model`, shareable between threads) and then driven by commands, each taking the saved
state and giving the next one (`Step`). Any exception means: nothing happened; throw away what you have and keep the old
state. The state is bytes; keep it sealed (`seal`, `open_`).
"""

from workflow.diagram.activity import Activity
from workflow.engine.beginning import Beginning
from workflow.engine.commands import (
    cancel,
    catches_error,
    complete,
    deliver,
    fire,
    live_tokens,
    reconsider,
    start,
    state_problems,
    throw_error,
    throw_escalation,
    waits_of,
)
from workflow.engine.elements import DECISION
from workflow.engine.ending import stuck
from workflow.engine.joining import add_run, gatherings, remove_run
from workflow.engine.likeness import How, Match, edges, fitting, flows, matches, resting
from workflow.engine.migrating import Outline, migrate, outline, why_not_migrate
from workflow.engine.model import Model, parse, prepare
from workflow.engine.moving import Standing, Target, move, skip, standing, targets
from workflow.engine.order import done_again
from workflow.engine.problems import (
    BudgetExceeded,
    CannotMigrate,
    EngineProblem,
    ExpressionFailed,
    NoWayOut,
    StateCorrupt,
    TokenGone,
    UncaughtError,
)
from workflow.engine.returning import Back, begin_at, behind, entrances, first, restore, way_back
from workflow.engine.sealing import open_, open_unkeyed, seal
from workflow.engine.shapes import Happening, Step, Thrown, Wait, WaitKind
from workflow.engine.signing import Gathering, Seat
from workflow.expressions import Around

__all__ = [
    "DECISION",
    "Activity",
    "Around",
    "Back",
    "Beginning",
    "BudgetExceeded",
    "CannotMigrate",
    "EngineProblem",
    "ExpressionFailed",
    "Happening",
    "How",
    "Match",
    "Model",
    "NoWayOut",
    "Standing",
    "StateCorrupt",
    "Outline",
    "Step",
    "Target",
    "Thrown",
    "TokenGone",
    "UncaughtError",
    "Wait",
    "WaitKind",
    "Gathering",
    "Seat",
    "add_run",
    "gatherings",
    "remove_run",
    "begin_at",
    "behind",
    "cancel",
    "catches_error",
    "complete",
    "deliver",
    "fire",
    "live_tokens",
    "matches",
    "migrate",
    "move",
    "open_",
    "open_unkeyed",
    "outline",
    "parse",
    "prepare",
    "reconsider",
    "seal",
    "skip",
    "standing",
    "start",
    "stuck",
    "state_problems",
    "targets",
    "throw_error",
    "throw_escalation",
    "waits_of",
    "why_not_migrate",
    "fitting",
    "flows",
    "resting",
    "edges",
    "done_again",
    "entrances",
    "first",
    "restore",
    "way_back",
]
