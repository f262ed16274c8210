"""The engine's tables. One fact, one column; what must always hold is a named constraint.

People are named by `users.name` (the login), activities by the element id in the diagram, tokens by the
engine's token id. History is the append-only truth; every other table is what is so now.
"""

from workflow.models.cases import Attachment, Case, CaseGroup, CaseKey, CasePerson, Comment, StoredFile
from workflow.models.columns import FAR, ElementId, Person, TokenId
from workflow.models.definitions import DefinitionResource, ProcessDefinition, ResourceContent
from workflow.models.machine import Incident, Job, Message, ProcessStart, Subscription, Timer
from workflow.models.running import HistoryEvent, ProcessInstance, Variable
from workflow.models.tasks import TaskCandidate, TaskDraft, TaskOnlooker, UserTask
from workflow.models.upgrades import Upgrade, UpgradeRun

__all__ = [
    "Attachment",
    "Case",
    "CaseGroup",
    "CaseKey",
    "CasePerson",
    "Comment",
    "DefinitionResource",
    "ElementId",
    "FAR",
    "HistoryEvent",
    "Incident",
    "Job",
    "Message",
    "Person",
    "ProcessDefinition",
    "ProcessInstance",
    "ProcessStart",
    "ResourceContent",
    "StoredFile",
    "Subscription",
    "TaskCandidate",
    "TaskDraft",
    "TaskOnlooker",
    "Timer",
    "TokenId",
    "Upgrade",
    "UpgradeRun",
    "UserTask",
    "Variable",
]
