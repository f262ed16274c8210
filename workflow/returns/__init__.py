"""Back and forth: sending back (退回) straight or to redo all after, taking back (撤回), withdrawing, reopening.

What each means for branches, votes, documents, machine work, timers and called processes: docs/human-tasks.md.
"""

from workflow.returns.corrections import recall
from workflow.returns.places import RULE, Target, targets, why_not, why_nowhere
from workflow.returns.previews import Preview, preview
from workflow.returns.problems import CannotGoBack
from workflow.returns.reopening import REOPEN, Entrance, ask_to_reopen, entrances, reopen
from workflow.returns.reopening import why_not as why_not_reopen
from workflow.returns.rounds import answers, latest, number, of, sent_from
from workflow.returns.sending import send_back
from workflow.returns.withdrawing import why_not as why_not_withdraw
from workflow.returns.withdrawing import why_not_the_case, withdraw, withdraw_case

__all__ = [
    "REOPEN",
    "RULE",
    "CannotGoBack",
    "Entrance",
    "Preview",
    "Target",
    "answers",
    "ask_to_reopen",
    "entrances",
    "latest",
    "number",
    "of",
    "preview",
    "recall",
    "reopen",
    "send_back",
    "sent_from",
    "targets",
    "why_not",
    "why_not_reopen",
    "why_not_the_case",
    "why_not_withdraw",
    "why_nowhere",
    "withdraw",
    "withdraw_case",
]
