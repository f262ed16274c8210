"""Every status of the engine: an enum stored by value; what may follow stands beside it."""

from enum import StrEnum


class InstanceStatus(StrEnum):
    RUNNING = "running"
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class TaskStatus(StrEnum):
    OPEN = "open"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class JobStatus(StrEnum):
    WAITING = "waiting"  # due now or later
    RUNNING = "running"  # leased to a worker
    DONE = "done"
    FAILED = "failed"  # tries used up; an open incident stands beside it
    CANCELLED = "cancelled"


class TaskKind(StrEnum):
    STEP = "step"  # a token of the process waits for it
    CORRECTION = "correction"  # an earlier step done once more for the person who sent it back; no token moves
    ADHOC = "adhoc"  # somebody asked a colleague for something that is not drawn in the process
    SIGNER = "signer"  # a colleague was asked to sign a plain step, which waits for their agreement


class SignerPlace(StrEnum):
    """Where somebody signs, seen from who holds the task."""

    BEFORE = "before"  # the holder waits until they have signed
    AFTER = "after"  # they are asked when the holder is done
    BESIDE = "beside"  # both at the same time


class TimerStatus(StrEnum):
    WAITING = "waiting"
    FIRED = "fired"
    CANCELLED = "cancelled"


class IncidentStatus(StrEnum):
    OPEN = "open"
    RESOLVED = "resolved"


class MessageStatus(StrEnum):
    WAITING = "waiting"  # kept until someone waits for it
    DELIVERED = "delivered"
    EXPIRED = "expired"


class UpgradeStatus(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"  # nothing of the instance was changed
    UNDOING = "undoing"  # waits to go back
    UNDONE = "undone"


class NoticeKind(StrEnum):
    """Why a person of the office is told something (models.PersonalNotice)."""

    MENTIONED = "mentioned"
    COPIED = "copied"
    URGED = "urged"
    SUPERVISED = "supervised"
    ANSWERED = "answered"  # a supervision
    REMINDED = "reminded"  # a rung of the ladder
    FOLLOW_UP = "follow_up"
    ASKED = "asked"  # an ad-hoc task
    REPLIED = "replied"


class ReturnMode(StrEnum):
    STRAIGHT = "straight"  # corrected by who did it, and straight back to who sent it
    REDO = "redo"  # the process goes on from there once more
    TAKEN_BACK = "taken_back"  # by who had completed it, before anybody acted on it
    REOPENED = "reopened"  # in a case that was closed


class AgreementKind(StrEnum):
    """What a second person must agree to."""

    MOVE = "move"  # a token taken past protected work
    SKIP = "skip"
    REOPEN = "reopen"  # a case opened again behind protected work that was not done
    DROP_POLICY = "drop_policy"
    CHANGE_POLICY = "change_policy"
    LEGAL_HOLD = "legal_hold"  # the clock of a case stopped by an authority


class AgreementStatus(StrEnum):
    ASKED = "asked"
    AGREED = "agreed"  # and done
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"  # by who asked, or overtaken by events


class RelationKind(StrEnum):
    SELF = "self"
    SPOUSE = "spouse"
    BLOOD = "blood"  # direct line, or collateral within three generations
    IN_LAW = "in_law"
    INTEREST = "interest"  # anything else that could sway


class RelationStatus(StrEnum):
    DECLARED = "declared"  # counts already
    CONFIRMED = "confirmed"
    ENDED = "ended"  # counts no more


class FindingKind(StrEnum):
    """What the watchdog finds (workflow.watchdog)."""

    NOBODY = "nobody"  # an open task without a living performer
    EXCLUDED = "excluded"  # an open task whose every performer a rule of separation excludes
    INCIDENT = "incident"  # unattended
    TIMER = "timer"  # overdue
    JOB = "job"  # overdue: nobody does it
    LOST = "lost"  # the process waits for something for which there is no row
    STATE = "state"  # cannot be read
    STUCK = "stuck"  # no end can be reached
    SUSPENDED = "suspended"  # by a caller that stands still, without it; or for long
    CALLED = "called"  # by a process that is over
    SENDER = "sender"  # a message nobody sends: a warning


class BulkAct(StrEnum):
    CLAIM = "claim"
    RELEASE = "release"
    ASSIGN = "assign"
    COMPLETE = "complete"


class BulkItemStatus(StrEnum):
    UNCHECKED = "unchecked"
    WILL = "will"  # checked: it can be done
    WILL_NOT = "will_not"  # checked: it cannot, for the reason beside it
    DONE = "done"  # and looked at afterwards
    REFUSED = "refused"  # it could not be done when its turn came; nothing was changed
    UNDOING = "undoing"  # waits to be taken back
    UNDONE = "undone"
