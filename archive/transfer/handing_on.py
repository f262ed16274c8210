"""What goes along with a dossier to another office of this house: its catalogue and its page images.

The digital dossier stays what the paper is and goes the way the paper goes (TL18 art. 23; §10.7 O11). Which of the two
go along is the parameter `transfer_inside`. At the old keeper the images are shut from then on
(`closing.withdraw_all`, archive/acceptance/looking.py).
"""

from enum import StrEnum

from sqlalchemy.orm import Session

from archive import dossiers, parameters
from archive.dossier_tables import Dossier
from archive.images import carrying, pages
from archive.materials import catalogue, states
from archive.materials.models import Material, MaterialState
from archive.materials.rows import Entry
from archive.materials.states import Act, Step
from archive.statuses import DigitStatus, SortStatus
from workflow import history


class Along(StrEnum):
    """What goes along with the paper."""

    CATALOGUE = "catalogue"
    IMAGES = "images"


ALONG_LABELS = {Along.CATALOGUE: "The catalogue", Along.IMAGES: "The page images"}


def hand_on(session: Session, before: Dossier, dossier: Dossier, act: Act, whole: bool) -> None:
    """Give the new record `dossier` the catalogue and the images of the old one, by the rule.

    `whole`: what was counted is what the notice says; else the new keeper sorts it again.
    """
    rule = parameters.value(session, "transfer_inside", case=act.case)
    if Along.CATALOGUE not in rule:
        return
    materials = _catalogue(session, before, dossier, act)
    images = carrying.carry(session, materials, act.by, act.case) if Along.IMAGES in rule else 0
    whole_images = images > 0 and all(each.agree for each in pages.counts(session, dossier))
    accepted = whole_images and before.digit_status is DigitStatus.ACCEPTED
    facts = {
        "material_count": len(materials),
        "page_count": sum(each.pages for each in materials.values()),
        "sort_status": before.sort_status if whole else SortStatus.QUEUED,
        "digit_status": DigitStatus.ACCEPTED if whole and accepted else DigitStatus.QUEUED,
    }
    dossiers.update_facts(session, dossier, facts, act.by, act.case, act.why)
    if act.case is not None:
        told = {"before": before.dossier_no, "dossier_no": dossier.dossier_no, "images": images}
        history.record(session, act.case, act.by, "handed_on", materials=len(materials), **told)


def _catalogue(session: Session, before: Dossier, dossier: Dossier, act: Act) -> dict[int, Material]:
    """Every paper that lies in the dossier, in its place; by the id it had in the old record."""
    old = catalogue.rows(session, before)
    fresh = states.take_in(session, dossier, [_entry(each) for each in old], act)
    steps = [
        Step(new, MaterialState.KEPT, each.code, each.seq)
        for each, new in zip(old, fresh, strict=True)
        if each.state is MaterialState.KEPT
    ]
    states.move_all(session, steps, act)
    return {each.id: new for each, new in zip(old, fresh, strict=True)}


def _entry(material: Material) -> Entry:
    told = {field: getattr(material, field) for field in ("name", "formed", "pages", "note", "copy")}
    return Entry(code=material.code or "", **told)
