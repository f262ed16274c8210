"""Why: who may do a task, why this person may not, who could change that; what a case waits for and since when.

What refuses is asked itself: the sentence here is the sentence of the refusal.
"""

from workflow.why.acts import Act, Answer, Way
from workflow.why.holders import Holders, of_permission
from workflow.why.processes import acts as process_acts
from workflow.why.tasks import Doers, answer, doers
from workflow.why.tasks import acts as task_acts
from workflow.why.waiting import Waiting
from workflow.why.waiting import of_case as waiting

__all__ = [
    "Act",
    "Answer",
    "Doers",
    "Holders",
    "Waiting",
    "Way",
    "answer",
    "doers",
    "of_permission",
    "process_acts",
    "task_acts",
    "waiting",
]
