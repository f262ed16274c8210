"""Separation of duty: which work must be done by different people, by the same person, or not by some.

Behind every act stand people: who acts, and in whose place. Rules look at them, never at the role an act was done in.
`why_not` is the only judge; every verb that lets somebody act on a task, or gives a task to somebody, asks it.
"""

from workflow.separation.judging import why_not
from workflow.separation.required import policies, required

__all__ = ["policies", "required", "why_not"]
