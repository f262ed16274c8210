"""Moving running instances of a process to another version of it (not to be confused with migrations of the tables).

A plan says for each element of the old version what stands for it in the new one and what would stay behind; it can be
tried on an instance, carried out on one or on all, and taken back as long as the instance has not gone on.
docs/decisions/0004-upgrades.md.
"""

from workflow.upgrades.performing import PERMISSION, Result, dry_run, perform
from workflow.upgrades.plans import LOOKED_AT, Move, Plan, plan
from workflow.upgrades.problems import Problem
from workflow.upgrades.runs import Progress, begin, find, of_process, progress, results, retry, undo
from workflow.upgrades.trials import TRIED, Stay, Trial, try_all

__all__ = [
    "LOOKED_AT",
    "PERMISSION",
    "Move",
    "Plan",
    "Problem",
    "Progress",
    "Result",
    "begin",
    "dry_run",
    "find",
    "of_process",
    "perform",
    "plan",
    "progress",
    "results",
    "retry",
    "undo",
    "TRIED",
    "Stay",
    "Trial",
    "try_all",
]
