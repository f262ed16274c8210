"""The same done to many tasks, with proof: checked one by one, done by jobs, each once, reported, taken back."""

from workflow.bulk.acts import key_of, step_of
from workflow.bulk.runs import (
    MOST,
    UNDO_FOR,
    Phase,
    Progress,
    Wanted,
    all_results,
    ask,
    begin,
    find,
    of_person,
    progress,
    results,
    undo,
    undo_until,
)

__all__ = [
    "MOST",
    "UNDO_FOR",
    "Phase",
    "Progress",
    "Wanted",
    "all_results",
    "ask",
    "begin",
    "find",
    "key_of",
    "of_person",
    "progress",
    "results",
    "step_of",
    "undo",
    "undo_until",
]
