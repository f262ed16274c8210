"""What was typed at a step, read the same way everywhere."""

from collections.abc import Mapping
from typing import Any

from archive.dossier_tables import Dossier
from archive.refusals import wrong
from archive.scans import normalise


def text(answers: Mapping[str, Any], field: str) -> str:
    """A text among the answers, "" when nothing was typed."""
    return str(answers.get(field) or "").strip()


def need(answers: Mapping[str, Any], field: str, template: str) -> str:
    """A text that must not be empty here; raises Invalid beside `field` with this sentence."""
    found = text(answers, field)
    if not found:
        raise wrong(field, template)
    return found


def check_label(dossier: Dossier, answers: Mapping[str, Any], field: str = "scan_label") -> None:
    """The label scanned is this dossier's; raises Invalid beside `field`."""
    require_label(dossier, answers.get(field), field)


def require_label(dossier: Dossier, label: Any, field: str = "scan_label") -> None:
    """The same of a label scanned outside a form."""
    if bare(label) != bare(dossier.dossier_no):
        raise wrong(field, "This label is not of dossier {number}.", number=dossier.dossier_no)


def bare(code: Any) -> str:
    """A code as scans are compared: normalised, without hyphens."""
    return normalise(str(code or "")).replace("-", "")
