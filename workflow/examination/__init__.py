"""Examines BPMN files before they may run: in a child process with little time and memory, and no way out.

safe XML → normalised → lint → prepared → started on trial. What is accepted here is stored and run as it is.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import fields
from typing import Any

from workflow import lint, registry
from workflow.confined import Broken, Confined, Overstepped
from workflow.errors import sentence
from workflow.examination import wire
from workflow.examination.judging import Examined, Verdict, judge
from workflow.lint import Finding, Known, Level, error

__all__ = ["Examined", "examine", "findings", "here"]

log = logging.getLogger(__name__)
FOLDERS = {"workflow", "archive", "forms"}  # who may have rules and functions
examiner = Confined(wire.__name__, "prepare", lambda: sorted(FOLDERS & registry.discovered))
_here: ContextVar[bool] = ContextVar("examined_here", default=False)


def examine(xml: bytes, known: Known, key: str | None = None) -> Examined:
    """The process `key` of the file (default: its first executable one), fit to be deployed.

    Raises DefinitionRefused with every error of the file.
    """
    verdict = _judged(xml, known, key, True)
    if verdict.examined is None:
        raise lint.refused([found for found in verdict.findings if found.level is Level.ERROR])
    return verdict.examined


def findings(xml: bytes, known: Known) -> list[Finding]:
    """Everything there is to say about the file, errors first; never raises for bad content."""
    return list(_judged(xml, known, None, False).findings)


@contextmanager
def here() -> Iterator[None]:
    """Inside the block files are examined in this process: for a command that does nothing else."""
    token = _here.set(True)
    try:
        yield
    finally:
        _here.reset(token)


def _judged(xml: bytes, known: Known, key: str | None, deploy: bool) -> Verdict:
    if _here.get():
        return judge(xml, known, key, deploy)
    try:
        return wire.load(examiner.call("judged", xml, _portable(known), key, deploy))
    except Overstepped:
        return Verdict((_too_much(),))
    except Broken:
        log.error("examination_broke")
        said = sentence("The file cannot be examined: the program has a fault here.")
        return Verdict((error("not_examined", "", said),))


def _too_much() -> Finding:
    said = sentence(
        "The file takes more than {seconds} seconds or {megabytes} MB to examine.",
        seconds=examiner.seconds,
        megabytes=examiner.memory // 1024 // 1024,
    )
    return error("too_costly", "", said, sentence("Divide it into processes that call one another."))


def _portable(known: Known) -> Known:
    """The same without views and functions, which cannot leave this process."""
    return Known(**{each.name: _plain(getattr(known, each.name)) for each in fields(known)})


def _plain(offered: Any) -> Any:
    if offered is None:
        return None
    if isinstance(offered, Mapping) and not any(callable(value) for value in offered.values()):
        return dict(offered)
    return frozenset(offered)
