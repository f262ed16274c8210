"""User tasks: find them, claim, release, assign and complete them.

A task is open until it is completed or its process cancels it; while it has no assignee, any of its candidates
may claim it. Every verb holds the task's case first and then lets the database choose: it changes the row only
if it still is what was seen.
"""

from workflow.tasks.bulk import Result, claim_all, complete_all
from workflow.tasks.claims import ASSIGN, assign, claim, release
from workflow.tasks.completion import complete, repeated
from workflow.tasks.delegation import delegate, give_back, undelegable
from workflow.tasks.drafts import draft, save_draft
from workflow.tasks.finding import find, find_all, next_in_case, open_in_case, scan
from workflow.tasks.inbox import COUNTED_TO, Page, counts, filter_counts, inbox
from workflow.tasks.requests import RequestReused, digest, is_repeated
from workflow.tasks.rules import candidates, places, possible_performers, why_not
from workflow.tasks.standing_in import settle_ended

__all__ = [
    "ASSIGN",
    "COUNTED_TO",
    "Page",
    "RequestReused",
    "Result",
    "assign",
    "candidates",
    "claim",
    "claim_all",
    "complete",
    "complete_all",
    "counts",
    "delegate",
    "digest",
    "draft",
    "filter_counts",
    "find",
    "find_all",
    "give_back",
    "inbox",
    "is_repeated",
    "next_in_case",
    "open_in_case",
    "places",
    "possible_performers",
    "release",
    "repeated",
    "save_draft",
    "scan",
    "settle_ended",
    "undelegable",
    "why_not",
]
