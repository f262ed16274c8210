"""The watchdog: proves of every running case that it can come to its end and that somebody is there to bring it on.

Each night, and when asked: an end can be reached from where each process stands; what it waits for has its row; each
open task has a living performer whom no rule excludes; nothing failed is left lying; nothing due is left undone; called
processes stand with their callers; messages waited for are sent by somebody. What is amiss becomes a finding and a task
with proposed repairs in a manager's inbox: told once, and closed by itself when it is repaired.
"""

from workflow.watchdog.looking import begin, findings, look, look_again, nightly
from workflow.watchdog.telling import PROCESS

__all__ = ["PROCESS", "begin", "findings", "look", "look_again", "nightly"]
