"""The log tells the facts: the reference a person was given is found there."""

import logging
import sys
from subprocess import run

from workflow import logs


def written(**said) -> str:
    record = logging.LogRecord(
        "web.errors", logging.ERROR, __file__, 1, "request_failed", (), said.pop("exc_info", None)
    )
    vars(record).update(said)
    return logs.Facts().format(record)


def test_facts_stand_behind_the_event():
    assert (
        written(reference="1a2b", path="/tasks/7") == "ERROR:web.errors:request_failed reference='1a2b' path='/tasks/7'"
    )
    assert written() == "ERROR:web.errors:request_failed"


def test_a_traceback_comes_below_and_a_line_break_in_a_fact_makes_no_line():
    try:
        raise ValueError("why")
    except ValueError:
        first, second, *_ = written(exc_info=sys.exc_info(), error="one\ntwo").splitlines()
    assert first.endswith(r"error='one\ntwo'") and second.startswith("Traceback")


def asked(*lines: str) -> str:
    """What a process of its own writes to its log."""
    program = "\n".join(["import logging", "from workflow import logs", *lines])
    return run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stderr.strip()


def test_a_process_tells_them_whoever_set_up_the_log():
    told = 'logging.getLogger("x").error("event", extra={"job": 3})'
    assert asked("logs.tell_facts()", told) == "ERROR:x:event job=3"
    assert asked("logging.basicConfig()", "logs.tell_facts()", told) == "ERROR:x:event job=3"
    assert asked('logging.basicConfig(format="%(message)s")', "logs.tell_facts()", told) == "event"
