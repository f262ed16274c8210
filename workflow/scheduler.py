"""The loop that keeps time: timers, lost wake-ups, missed messages, left files. Any number may run at once."""

import logging
from collections.abc import Callable
from threading import Event
from typing import Any

from workflow import event_starts, files, footing, jobs, messages, performers, tasks, timers, watchdog
from workflow.around import follow_ups, reminders, urgency
from workflow.db import Database
from workflow.office import Office

log = logging.getLogger(__name__)
PAUSE = 1.0  # seconds between two rounds
ROUND: tuple[Callable[[Database], Any], ...] = (
    timers.fire_due,
    event_starts.fire_due,
    messages.sweep,
    event_starts.sweep,
    jobs.sweep,
    performers.sweep,
    tasks.settle_ended,
    reminders.sweep,
    follow_ups.sweep,
    urgency.sweep,
    files.sweep,
    footing.forget,
    watchdog.nightly,
)


def run(office: Office, stop: Event, pause: float = PAUSE) -> None:
    """Go round until `stop` is set. A failing round is logged and the next one tries again."""
    while not stop.is_set():
        go_round(office)
        stop.wait(pause)


def go_round(office: Office) -> None:
    """One round of everything."""
    for act in ROUND:
        try:
            act(office.database)
        except Exception:  # the database may be away for a moment; the loop must outlive that
            log.exception("round_failed", extra={"act": act.__name__})
