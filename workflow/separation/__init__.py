"""Separation of duty: which work must be done by different people, by the same person, or not by some.

Behind every act stand people: who acts, and in whose place. Rules look at them, never at the role an act was done in.
`why_not` is the only judge; every verb that lets somebody act on a task, or gives a task to somebody, asks it. What
moves a process by hand asks `require_agreed`, what opens it again `missing_before`, what puts it elsewhere in another
version `require_nothing_missing`, what lets it go on `require_approved`.
"""

from workflow.separation.judging import why_not
from workflow.separation.missing import missing_before, require_nothing_missing
from workflow.separation.passing import NeedsAgreement, NotApproved, passed_by, require_agreed, require_approved
from workflow.separation.relations import MANAGE
from workflow.separation.required import policies, required

__all__ = [
    "MANAGE",
    "NeedsAgreement",
    "NotApproved",
    "missing_before",
    "passed_by",
    "policies",
    "require_agreed",
    "require_approved",
    "require_nothing_missing",
    "required",
    "why_not",
]
