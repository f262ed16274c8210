"""Who does it: from the roles and policies of the model to people.

`roles`    the starter of the case, somebody's head, the performer of an earlier step: functions for expressions
`living`   who of those a task is offered to is here; `sole`: the only one; `offered`: whoever holds it
`passing`  a step that comes to the starter, or to somebody who has given an opinion before
`rescue`   a task nobody living is left for goes where the model says, never unseen
"""

from workflow.performers.living import living, offered, sole
from workflow.performers.passing import consider
from workflow.performers.rescue import administrators, rescue, strand_of, sweep
from workflow.performers.roles import heads, is_head_of, starter

__all__ = [
    "administrators",
    "consider",
    "heads",
    "is_head_of",
    "living",
    "offered",
    "rescue",
    "sole",
    "starter",
    "strand_of",
    "sweep",
]
