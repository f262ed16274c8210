"""What a form or a list says about a dossier, checked and turned into columns."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from archive.dossier_tables import GUARDED
from archive.refusals import wrong
from archive.scans import halved, normalise
from archive.statuses import (
    AuditStatus,
    Channel,
    Completeness,
    DigitStatus,
    DossierKind,
    DossierVersion,
    EntrustKind,
    SecretLevel,
    SortStatus,
)

TEXTS = ("source_unit", "source_place", "entrust_unit", "recall_no", "notice_no", "condition", "remark")
COUNTS = {"volumes": 1, "page_count": 0, "material_count": 0}  # field: least value
CHOICES = {
    "kind": DossierKind,
    "version": DossierVersion,
    "channel": Channel,
    "entrust_kind": EntrustKind,
    "secret_level": SecretLevel,
    "sort_status": SortStatus,
    "digit_status": DigitStatus,
    "audit_status": AuditStatus,
}
FIELDS = (*TEXTS, *COUNTS, *CHOICES, "missing", "ex_cadre", "receive_date", "track_no", "checked_by", "kept_by")
_COUNT = re.compile(r"\d{1,6}", re.ASCII)


def checked(facts: Mapping[str, Any], kept: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The facts as columns; keys that are none of FIELDS are left alone.

    `kept` is what already stands, for rules over several fields. Raises Invalid beside the field that is wrong.
    """
    present = {field: value for field, value in facts.items() if field in FIELDS and value is not None}
    fresh: dict[str, Any] = {field: halved(str(present[field])) for field in TEXTS if field in present}
    fresh |= {field: _count(field, present[field], least) for field, least in COUNTS.items() if field in present}
    fresh |= {field: _choice(field, present[field]) for field in CHOICES if present.get(field)}
    fresh |= {field: str(present[field]) for field in ("checked_by", "kept_by") if present.get(field)}
    if "missing" in present:
        fresh["missing"] = list(present["missing"])
        fresh["completeness"] = Completeness.MISSING if fresh["missing"] else Completeness.COMPLETE
    if "ex_cadre" in present:
        fresh["ex_cadre"] = present["ex_cadre"] in (True, "true", "1", "yes")
    if present.get("receive_date"):
        fresh["receive_date"] = _day("receive_date", present["receive_date"])
    if "track_no" in present:
        fresh["track_no"] = normalise(str(present["track_no"])).replace("-", "")  # as packs keep it
    _check_channel({**(kept or {}), **fresh})
    return fresh


def _count(field: str, value: Any, least: int) -> int:
    text = halved(str(value))
    if not _COUNT.fullmatch(text) or int(text) < least:
        raise wrong(field, "This must be a whole number of at least {least}.", least=least)
    return int(text)


def _choice(field: str, value: Any) -> Any:
    try:
        return CHOICES[field](value)
    except ValueError:
        raise wrong(field, "“{value}” is none of the choices.", value=halved(str(value))[:40]) from None


def _day(field: str, value: Any) -> date:
    try:
        return value if isinstance(value, date) else date.fromisoformat(halved(str(value)))
    except ValueError:
        raise wrong(field, "A day is written 2026-07-01.") from None


def _check_channel(facts: Mapping[str, Any]) -> None:
    """A cadre's papers travel by confidential post or with an officer (Annex C 8)."""
    cadre = facts.get("kind") is DossierKind.CADRE or facts.get("ex_cadre")
    if cadre and facts.get("channel") and facts["channel"] not in GUARDED:
        raise wrong("channel", "A present or former cadre's dossier travels by confidential post or by an officer.")
