"""Versions of one small process: longer by a step, with a new id, shorter by one, with an event at an edge."""

from tests.workflow.world import REVIEW

LONGER = REVIEW.replace("user check", "user sign candidateGroups=registry\n    user check").replace(
    "open -> check", "open -> sign -> check"
)
RENAMED = LONGER.replace("user open", "user unpack name=open").replace("s -> open", "s -> unpack")
SHORTER = "start s\nuser check candidateGroups=registry\nend e\ns -> check -> e"
EDGE = REVIEW.replace("user check", "boundary t on=open timer=P1D quiet\n    user check").replace(
    "s -> open", "t -> e\n    s -> open"
)
WHY = "The law has changed."
