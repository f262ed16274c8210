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
