"""Whose cadre it is (干部管理权限) and of which rank, by the record: that says who approves a reading (TL18 art. 32).

A cadre of a higher authority is read with that authority's agreement; section level (科级) and above is decided by the
leader. The words by which a record says so are parameters. Who checks may ask for a higher way, never for a lower one.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from archive import parameters
from archive.dossier_tables import Dossier
from archive.reading.models import ReadingRequest
from archive.statuses import DossierKind

BELOW = "以下"  # “科级以下” names a level and means what is under it


class Level(StrEnum):
    """From the lowest way up."""

    BELOW = "below"  # below section level
    SECTION = "section"
    HIGHER = "higher"  # of a higher authority


ZH = {
    Level.BELOW: "科级以下，本级审批",
    Level.SECTION: "科级及以上，负责人审批",
    Level.HIGHER: "上级管理，请示主管机关",
}
LEVEL_LABELS = {
    Level.BELOW: "below section level, decided here",
    Level.SECTION: "section level and above, decided by the leader",
    Level.HIGHER: "managed by a higher authority, which is asked",
}


def of_record(session: Session, request: ReadingRequest) -> Level:
    """What the record says now of the person whose dossier is asked for, by the words that hold in the case."""
    dossier, person = request.dossier, request.dossier.person
    if _says(session, request, "reading_higher", person.admin_level):
        return Level.HIGHER
    told = f"{person.rank} {person.post}"
    above = BELOW not in person.rank and _says(session, request, "reading_section", told)
    return Level.SECTION if above or _unranked_cadre(dossier) else Level.BELOW


def said(session: Session, request: ReadingRequest) -> Mapping[str, str]:
    """The level of the record, as forms say it."""
    level = of_record(session, request)
    return {"record_level": level.value, "record_level_said": ZH[level], "record_level_en": LEVEL_LABELS[level]}


def decided(session: Session, request: ReadingRequest, answers: Mapping[str, Any]) -> Mapping[str, str]:
    """What bpmn/reading-approver.dmn asks for: the level of the record, or the higher one the checker asked for."""
    ways = list(Level)
    asked = {answers.get(key) for key in ("level_asked", "authority", "rank_level")}  # the last two: of older versions
    level = max([of_record(session, request), *(each for each in ways if each in asked)], key=ways.index)
    higher = level is Level.HIGHER  # and the leader decides what the authority has agreed to
    return {"authority": "higher" if higher else "own", "rank_level": Level.SECTION if higher else level.value}


def _unranked_cadre(dossier: Dossier) -> bool:
    """A cadre of whom no rank is on record: taken for one of section level until it is."""
    return (dossier.kind is DossierKind.CADRE or dossier.ex_cadre) and not dossier.person.rank


def _says(session: Session, request: ReadingRequest, key: str, told: str) -> bool:
    words = str(parameters.value(session, key, case=request.case_id)).replace(",", "、").replace("，", "、").split("、")
    return any(word.strip() and word.strip() in told for word in words)
