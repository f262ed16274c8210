"""What can be done about a finding: the repairs there are for its kind, each an operation that checks by itself who may
do it and why, and is told in the history of the case."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from workflow import cases, engine, history, incidents, instances, operations, performers, separation, tasks, timers
from workflow import definitions, wakeups
from workflow.clock import now
from workflow.errors import Conflict, Invalid, NotAllowed, NotFound, Sentence, sentence
from workflow.identity import Group, User
from workflow.models import FAR, Finding, Incident, Job, ProcessInstance, TaskCandidate, Timer, UserTask
from workflow.statuses import FindingKind, InstanceStatus, JobStatus
