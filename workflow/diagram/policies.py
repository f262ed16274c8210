"""What a diagram says about its performers beyond naming them, and about its clock: properties of a user task, or of
the process for all.

noPerformer     to whom it goes when nobody living is left: `administrator` (also when nothing is said: the groups that
                may hand over the tasks of others), `user:anna`, `group:registry`
starterApproves a step that comes to the starter of the case alone: `self` (they do it), `skip`, `head` (of the starter)
samePersonAgain a step that comes alone to a person who has given an opinion before: `ask`, `once` (in this process),
                `adjacent` (in the human step just before): that opinion stands for this one
clockStops      what stops the step's clock: `reason` (somebody outside is waited for; also when nothing is said),
                `legalHold` (nothing but a recorded legal hold: its deadline is the law's)

A step takes the process's word unless it has one of its own.
"""

from collections.abc import Mapping

NO_PERFORMER, STARTER_APPROVES, SAME_PERSON_AGAIN = "noPerformer", "starterApproves", "samePersonAgain"
ADMINISTRATOR, USER, GROUP = "administrator", "user:", "group:"
SELF, SKIP, HEAD = "self", "skip", "head"
ASK, ONCE, ADJACENT = "ask", "once", "adjacent"
CLOCK_STOPS, REASON, LEGAL_HOLD = "clockStops", "reason", "legalHold"
VALUES = {
    STARTER_APPROVES: (SELF, SKIP, HEAD),
    SAME_PERSON_AGAIN: (ASK, ONCE, ADJACENT),
    CLOCK_STOPS: (REASON, LEGAL_HOLD),
}
NAMES = (NO_PERFORMER, *VALUES)
OF_A_STEP = ("performer", "performers")  # functions of expressions whose first argument is a step of the process
SKIP_OUTCOME = "skipOutcome"  # the outcome of a step that is skipped because the starter would approve
_OF_PROCESS = "process:"


def inherited(properties: Mapping[str, str]) -> dict[str, str]:
    """What the steps of a process with these properties carry of it: `process:starterApproves` …"""
    return {_OF_PROCESS + name: properties[name] for name in NAMES if properties.get(name)}


def policy(properties: Mapping[str, str], name: str) -> str:
    """The word of a step, or else of its process; "" when neither says anything."""
    return (properties.get(name) or properties.get(_OF_PROCESS + name) or "").strip()


def is_own(properties: Mapping[str, str], name: str) -> bool:
    """Whether the step itself says so, not its process."""
    return bool(properties.get(name))


def may_pass(properties: Mapping[str, str]) -> bool:
    """Whether the step may go to another, or be passed over, because of who it comes to."""
    return policy(properties, STARTER_APPROVES) in (SKIP, HEAD) or policy(properties, SAME_PERSON_AGAIN) in (
        ONCE,
        ADJACENT,
    )
