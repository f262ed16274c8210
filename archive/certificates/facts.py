"""Facts, searched in the catalogue: only what the dossier records is certified, each fact by its material."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from archive.answers import need, text
from archive.certificates.kinds import RULES
from archive.certificates.models import Certificate, CertifiedFact
from archive.certificates.work import certificate_of, rows
from archive.images import pages
from archive.materials import catalogue
from archive.materials.models import Material, MaterialState
from archive.refusals import wrong
from workflow.errors import Invalid, Sentence, sentence
from workflow.identity import User
from workflow.models import UserTask
from workflow.registry import on_completion

Row = Mapping[str, Any]


@on_completion("certificates.search", anew=True)
def search(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """`search_result`: found, with facts; lack, when a material is to be brought first; none, when it is not recorded.

    Raises Invalid naming the fact (`facts.2.material`): a certified fact stands in a material of the catalogue.
    """
    certificate, result = certificate_of(session, task), answers.get("search_result")
    if result != "found":
        note = need(answers, "search_note", "Say what the dossier does not record.")
        told = {"facts_listed": [], "refusal_note": f"档案中无有关记载：{note}"} if result == "none" else {}
        return {"searcher": user.name, **told}
    _take(session, certificate, [row for row in answers.get("facts") or [] if row.get("said") or row.get("material")])
    return {"searcher": user.name, "facts_listed": rows(certificate), "review_note": ""}


@on_completion("certificates.bring", anew=True)
def bring(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """The material asked for was brought and is in the dossier, or the applicant gives up."""
    if answers.get("brought") == "given_up":
        return {"refusal_note": need(answers, "brought_note", "Say why."), "search_result": None}
    return {"search_result": None, "refusal_note": ""}


def _take(session: Session, certificate: Certificate, said: Sequence[Row]) -> None:
    assert certificate.kind is not None
    if not said and RULES[certificate.kind].from_materials:
        raise wrong("facts", "Name at least one fact and the material that records it.")
    listed = catalogue.of(session, certificate.dossier, MaterialState.KEPT)
    within = {str(material.id): material for material in listed}
    _refuse_bad(said, within)
    certificate.facts.clear()
    session.flush()  # those of an earlier search make room
    for seq, row in enumerate(said, start=1):
        certificate.facts.append(_fact(seq, text(row, "said"), within[str(row["material"])]))
    session.flush()  # a constraint speaks here, not at the commit


def _refuse_bad(said: Sequence[Row], within: Mapping[str, Material]) -> None:
    problems: dict[str, list[Sentence]] = {}
    for number, row in enumerate(said):
        if not text(row, "said"):
            problems[f"facts.{number}.said"] = [sentence("Say what is recorded.")]
        if str(row.get("material") or "") not in within:
            problems[f"facts.{number}.material"] = [sentence("Choose a material that stands in the catalogue.")]
    if problems:
        raise Invalid(problems)


def _fact(seq: int, said: str, material: Material) -> CertifiedFact:
    place = pages.number(material)
    return CertifiedFact(
        seq=seq, said=said, material_id=material.id, place=place, source=material.name, formed=material.formed
    )
