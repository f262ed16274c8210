"""Identity, right type: who asks, by which papers, for what. ID numbers are compared and not kept in the process."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import dossiers, id_numbers, persons
from archive.answers import need, text
from archive.certificates.kinds import RULES, Asker, CertificateKind, offered
from archive.certificates.models import Certificate, CertificateStatus
from archive.certificates.work import certificate_of, shown
from archive.reading import kin
from archive.refusals import wrong
from archive.scans import halved, normalise
from archive.statuses import ENDED
from archive.steps import case_of
from workflow import cases
from workflow.clock import now
from workflow.errors import Invalid, Sentence, sentence
from workflow.identity import User
from workflow.models import UserTask
from workflow.registry import Work, on_completion, service_task

Row = Mapping[str, Any]
LONGEST_LETTER = 80
OWN = "{reader} is the person of this dossier and asks in their own name, not for a unit."
GONE = {"id_no": None}  # never among the variables of the process


@service_task("certificates.take_up")
def take_up(session: Session, work: Work) -> Mapping[str, Any]:
    """The matter begins: whose dossier it is about. Variables: dossier_no."""
    case = case_of(session, work)
    dossier = dossiers.by_no(session, str(work.variables["dossier_no"]))
    if session.get(Certificate, case.id) is None:
        session.add(Certificate(case_id=case.id, dossier_id=dossier.id, asked_at=now(), asked_by=case.opened_by))
        session.flush()  # its first step asks for it
        cases.add_key(session, case, dossier.dossier_no)
        cases.rename(session, case, f"证明 {dossier.dossier_no} {dossier.person.name}", case.opened_by)
    return {"dossier_id": dossier.id, "dossier_no": dossier.dossier_no, "name": dossier.person.name}


@on_completion("certificates.identify", anew=True)
def identify(session: Session, task: UserTask, user: User, answers: dict[str, Any]) -> Mapping[str, Any]:
    """The papers of who asks are looked at; `identity` proven or not. A person learns of their own dossier what the
    certificate says, and no more; a political review is done for a unit, by two with its letter.

    Raises Invalid beside the field or the row (`investigators.1.id_no`) that is wrong.
    """
    certificate = certificate_of(session, task)
    certificate.applicant, certificate.unit, certificate.letter_no = text(answers, "applicant_name"), "", None
    if answers.get("identity") == "not_proven":
        note = need(answers, "identity_note", "Say what the papers lack.")
        return GONE | {"refusal_note": note, "investigators": []}
    asker, kind = Asker(answers["asker"]), _kind(session, answers)
    _require_asker(certificate, asker, kind)
    certificate.kind, certificate.asker, certificate.purpose = kind, asker, need(answers, "purpose", "Say what for.")
    checked = {Asker.SELF: _self, Asker.AGENT: _agent, Asker.UNIT: _unit}[asker]
    told = checked(session, certificate, answers)
    session.flush()  # its letter is taken
    return GONE | {"investigators": []} | told | shown(certificate)


def _kind(session: Session, answers: Row) -> CertificateKind:
    chosen = text(answers, "kind")
    if chosen not in offered(session):
        raise wrong("kind", "This certificate is not issued here now.")
    return CertificateKind(chosen)


def _require_asker(certificate: Certificate, asker: Asker, kind: CertificateKind) -> None:
    dossier = certificate.dossier
    if asker not in RULES[kind].askers:
        raise wrong("kind", "A political review is done for a unit only.")
    if dossier.status in ENDED:
        raise wrong("kind", "Dossier {number} is no longer kept here.", number=dossier.dossier_no)


def _self(session: Session, certificate: Certificate, answers: Row) -> Row:
    person = certificate.dossier.person
    number = id_numbers.check_kind(person.id_kind, need(answers, "id_no", "Type the ID number."))
    if persons.fingerprint(session, number) != person.id_fingerprint:
        raise wrong("id_no", "This is not the ID number of the person of this dossier.")
    certificate.applicant = person.name
    return {"applicant_name": person.name}


def _agent(session: Session, certificate: Certificate, answers: Row) -> Row:
    """An agent shows their own paper and the person's letter."""
    need(answers, "applicant_name", "Say who stands here.")
    number = id_numbers.check(need(answers, "id_no", "Type the ID number."), "id_no")
    if persons.fingerprint(session, number) == certificate.dossier.person.id_fingerprint:
        raise wrong("id_no", "This is the person of the dossier, who needs no agent.")
    _letter(session, certificate, answers)
    return {}


def _unit(session: Session, certificate: Certificate, answers: Row) -> Row:
    """Investigators of the unit, none of them the person or a relative, with the unit's letter."""
    assert certificate.kind is not None
    rows = [row for row in answers.get("investigators") or [] if text(row, "name")]
    least = RULES[certificate.kind].investigators
    if len(rows) < least:
        raise wrong("investigators", "At least {least} people come with the letter of the unit.", least=least)
    _refuse_bad(session, certificate, rows)
    certificate.unit = halved(need(answers, "unit", "Say which unit asks."))
    certificate.applicant = "、".join(text(row, "name") for row in rows)
    _letter(session, certificate, answers)
    masked = [{**row, "id_no": id_numbers.mask(id_numbers.check(str(row["id_no"])))} for row in rows]
    return {"investigators": masked}


def _refuse_bad(session: Session, certificate: Certificate, rows: Sequence[Row]) -> None:
    problems: dict[str, list[Sentence]] = {}
    marks: list[str] = []
    for number, row in enumerate(rows):
        place = f"investigators.{number}.id_no"
        mark = persons.fingerprint(session, id_numbers.check(text(row, "id_no"), place))
        for said in _wrong_with(session, certificate, text(row, "name"), mark, marks):
            problems.setdefault(place, []).append(said)
        marks.append(mark)
    if problems:
        raise Invalid(problems)


def _wrong_with(
    session: Session, certificate: Certificate, name: str, mark: str, earlier: Sequence[str]
) -> Iterator[Sentence]:
    person = certificate.dossier.person
    if mark in earlier:
        yield sentence("{reader} stands here twice: each investigator is another person.", reader=name)
    if mark == person.id_fingerprint:
        yield sentence(OWN, reader=name)
    else:
        why = kin.why_not(session, person, name, mark, None)
        if why is not None:
            yield why


def _letter(session: Session, certificate: Certificate, answers: Row) -> None:
    """The letter is of this unit (or agent) and has not served for this dossier before."""
    said = need(answers, "letter_no", "Write down the number of the letter, or its day.")
    certificate.letter_no = normalise(said)[:LONGEST_LETTER]
    if certificate.asker is not Asker.UNIT:
        return
    same = (Certificate.unit == certificate.unit, Certificate.letter_no == certificate.letter_no)
    others = (Certificate.dossier_id == certificate.dossier_id, Certificate.case_id != certificate.case_id)
    asked = select(Certificate.case_id).where(*same, *others, Certificate.status != CertificateStatus.REFUSED)
    with session.no_autoflush:
        used = session.scalars(asked.limit(1)).first()
    if used is not None:
        template = "Letter {number} of {unit} was used already; a letter serves once."
        raise wrong("letter_no", template, number=certificate.letter_no, unit=certificate.unit)
