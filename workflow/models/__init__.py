"""The engine's tables. One fact, one column; what must always hold is a named constraint.

People are named by `users.name` (the login), activities by the element id in the diagram, tokens by the
engine's token id. History is the append-only truth; every other table is what is so now.
"""

from workflow.models.around import (
    AskedTask,
    CaseCopy,
    ChecklistItem,
    ClockPause,
    FollowUp,
    LegalHold,
    OpinionPhrase,
    PersonalNotice,
    Supervision,
    TaskReminder,
    Urge,
)
from workflow.models.bulk import BulkItem, BulkRun
from workflow.models.cases import Attachment, Case, CaseGroup, CaseKey, CasePerson, Comment, StoredFile
from workflow.models.columns import FAR, ElementId, Person, TokenId
from workflow.models.definitions import DefinitionResource, ProcessDefinition, ResourceContent
from workflow.models.machine import Incident, Job, Message, ProcessStart, Subscription, Timer
from workflow.models.performing import HandOver, StrandedTask, Substitution
from workflow.models.returns import Footing, Return, SupersededTask
from workflow.models.running import HistoryEvent, InstanceMarks, ProcessInstance, Variable
from workflow.models.separation import Agreement, Policy, Relation
from workflow.models.signing import AnswersAside, AskedSigner
from workflow.models.tasks import TaskCandidate, TaskDraft, TaskOnlooker, UserTask
from workflow.models.upgrades import Upgrade, UpgradeRun
from workflow.models.views import SavedView, StartPage
from workflow.models.watching import Finding, Watch

__all__ = [
    "Agreement",
    "AnswersAside",
    "AskedSigner",
    "AskedTask",
    "Attachment",
    "BulkItem",
    "BulkRun",
    "Case",
    "CaseCopy",
    "CaseGroup",
    "CaseKey",
    "CasePerson",
    "ChecklistItem",
    "ClockPause",
    "LegalHold",
    "Comment",
    "DefinitionResource",
    "ElementId",
    "FAR",
    "Finding",
    "Footing",
    "FollowUp",
    "HandOver",
    "HistoryEvent",
    "Incident",
    "InstanceMarks",
    "Job",
    "Message",
    "OpinionPhrase",
    "Person",
    "PersonalNotice",
    "Policy",
    "ProcessDefinition",
    "ProcessInstance",
    "ProcessStart",
    "Relation",
    "ResourceContent",
    "Return",
    "StoredFile",
    "StrandedTask",
    "SavedView",
    "StartPage",
    "Subscription",
    "SupersededTask",
    "Substitution",
    "Supervision",
    "TaskCandidate",
    "TaskDraft",
    "TaskOnlooker",
    "TaskReminder",
    "Timer",
    "TokenId",
    "Upgrade",
    "UpgradeRun",
    "Urge",
    "UserTask",
    "Variable",
    "Watch",
]
