"""Checks what must always hold, over the whole database; names each bad row in a sentence.

Reads only, a portion at a time. Best run while nobody works: what changes between two queries may look wrong.
The invariants are those a durable workflow engine owes: tasks agree with tokens, no token is lost, every completion is
told once, histories have no gap, states are what was written, nothing that runs waits for nothing.
"""

from workflow.fsck import around, files, instances, machine, news, records, returns, tasks, tokens, versions
from workflow.fsck.running import Problem, run

__all__ = [
    "Problem",
    "around",
    "files",
    "instances",
    "machine",
    "news",
    "records",
    "returns",
    "run",
    "tasks",
    "tokens",
    "versions",
]
