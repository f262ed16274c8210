"""The people whose dossiers the office keeps. The ID number and the telephone lie sealed; lists show four characters.

A person's state (employed, retired, dead …) is kept apart from where the dossier is.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, LargeBinary, String, Text, UniqueConstraint, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from archive import columns, corrections, id_numbers, names, search_index, vault
from archive.id_numbers import IdKind
from archive.refusals import wrong
from archive.scans import halved
from workflow.clock import now
from workflow.db import Base
from workflow.errors import Conflict
from workflow.models import Case

ID_PURPOSE = "persons.id_no"
PHONE_PURPOSE = "persons.phone"
DATES = ("birth", "filed_birth", "party_date", "work_start", "grad_date")
SEXES = ("0", "1", "2", "9")  # GB/T 2261.1: unknown, male, female, not said
_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?", re.ASCII)
_PHONE = re.compile(r"\+?\d[\d-]{4,19}", re.ASCII)


class AlreadyRegistered(Conflict):
    message = "A person with this ID number is registered already."


class Person(Base):
    """A person (domain §9.2). Days are YYYY-MM-DD, or as much of it as the papers say."""

    __tablename__ = "persons"
    __table_args__ = (
        UniqueConstraint("id_kind", "id_fingerprint"),
        CheckConstraint("sex IN ('0', '1', '2', '9')", name="sex_known"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), index=True)
    former_name: Mapped[str] = mapped_column(String(120), default="")
    pinyin: Mapped[str] = mapped_column(columns.code(400), default="")  # likeliest reading, for sorting
    id_kind: Mapped[IdKind] = columns.choice(IdKind, default=IdKind.RESIDENT)
    id_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    id_fingerprint: Mapped[str] = mapped_column(String(64))
    id_tail: Mapped[str] = mapped_column(columns.code(4), index=True)  # the last four characters
    sex: Mapped[str] = mapped_column(String(1), default="0")
    birth: Mapped[str] = mapped_column(String(10), default="", index=True)  # by the ID number
    filed_birth: Mapped[str] = mapped_column(String(10), default="")  # 档案认定出生日期, when the papers differ
    nation: Mapped[str] = mapped_column(String(60), default="")
    native_place: Mapped[str] = mapped_column(String(120), default="")
    birth_place: Mapped[str] = mapped_column(String(120), default="")
    household: Mapped[str] = mapped_column(String(200), default="")  # 户籍地
    political: Mapped[str] = mapped_column(String(60), default="")
    party_date: Mapped[str] = mapped_column(String(10), default="")
    party_relation: Mapped[str] = mapped_column(String(200), default="")
    work_start: Mapped[str] = mapped_column(String(10), default="")
    education: Mapped[str] = mapped_column(String(60), default="")  # 全日制学历
    later_education: Mapped[str] = mapped_column(String(60), default="")  # 在职学历
    degree: Mapped[str] = mapped_column(String(60), default="")
    school: Mapped[str] = mapped_column(String(200), default="")
    major: Mapped[str] = mapped_column(String(200), default="")
    grad_date: Mapped[str] = mapped_column(String(10), default="")
    prof_title: Mapped[str] = mapped_column(String(120), default="")
    unit: Mapped[str] = mapped_column(String(200), default="")
    post: Mapped[str] = mapped_column(String(120), default="")
    rank: Mapped[str] = mapped_column(String(120), default="")
    identity: Mapped[str] = mapped_column(String(60), default="")  # 干部, 工人, 学生, 军转
    admin_level: Mapped[str] = mapped_column(String(60), default="")
    person_status: Mapped[str] = mapped_column(String(60), default="")
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    mail: Mapped[str] = mapped_column(String(200), default="")
    address: Mapped[str] = mapped_column(String(300), default="")
    social_insurance: Mapped[str] = mapped_column(String(120), default="")
    remark: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(60))
    updated_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)


PLAIN = (
    "name",
    "former_name",
    "sex",
    "birth",
    "filed_birth",
    "nation",
    "native_place",
    "birth_place",
    "household",
    "political",
    "party_date",
    "party_relation",
    "work_start",
    "education",
    "later_education",
    "degree",
    "school",
    "major",
    "grad_date",
    "prof_title",
    "unit",
    "post",
    "rank",
    "identity",
    "admin_level",
    "person_status",
    "mail",
    "address",
    "social_insurance",
    "remark",
)
FOLLOWING = ("id_fingerprint", "id_tail", "pinyin")  # columns that follow from another field
FIELDS = (*PLAIN, "id_kind", "id_no", "phone")


def register(session: Session, facts: Mapping[str, Any], by: str) -> Person:
    """Add a person. `facts` maps FIELDS to values; other keys are left alone. Needs name and id_no.

    Raises Invalid beside the field that is wrong, Conflict when the ID number belongs to somebody registered.
    """
    fresh = _checked(session, facts, IdKind.RESIDENT, complete=True)
    _refuse_known(session, fresh)
    person = Person(**fresh, created_at=now(), created_by=by, updated_at=now())
    _save(session, person)
    return person


def update(
    session: Session, person: Person, facts: Mapping[str, Any], by: str, case: Case | None = None, why: str = ""
) -> list[str]:
    """Correct a person's record; returns the columns that changed. Each old value is kept (archive.corrections).

    Raises as `register`.
    """
    fresh = read(session, person, facts)
    changed = list(fresh)
    if "id_fingerprint" in changed:
        _refuse_known(session, {"id_kind": person.id_kind, **fresh})
    for field in changed:
        if field not in FOLLOWING:
            corrections.keep(session, person, field, getattr(person, field), by, case, why)
        setattr(person, field, fresh[field])
    if changed:
        person.updated_at, person.revision = now(), person.revision + 1
        _save(session, person)
    return changed


def read(session: Session, person: Person, facts: Mapping[str, Any]) -> dict[str, Any]:
    """What `update` would write: each column that would become otherwise, with its value. Raises Invalid as
    `register`."""
    fresh = _checked(session, facts, person.id_kind, complete=False)
    if fresh.get("id_fingerprint") == person.id_fingerprint:
        fresh.pop("id_sealed")  # sealed anew it looks different, but says the same
    if "phone_sealed" in fresh and (facts.get("phone") or "") == (phone(session, person) or ""):
        fresh.pop("phone_sealed")
    return {field: value for field, value in fresh.items() if getattr(person, field) != value}


def by_id_no(session: Session, id_no: str, kind: IdKind = IdKind.RESIDENT) -> Person | None:
    """The person with this number, written in any accepted way, or None. Raises Invalid for a wrong number."""
    number = id_numbers.check_kind(kind, id_no)
    mark = fingerprint(session, number)
    return session.scalars(select(Person).where(Person.id_kind == kind, Person.id_fingerprint == mark)).first()


def id_no(session: Session, person: Person) -> str:
    """The person's full ID number. Whoever calls this shows it to one entitled person only, never to a list or log."""
    return vault.open_(session, person.id_sealed, ID_PURPOSE)


def masked(session: Session, person: Person) -> str:
    """The ID number as lists show it: `110105********002X`."""
    return id_numbers.mask(id_no(session, person))


def phone(session: Session, person: Person) -> str | None:
    """The person's full telephone number, if there is one."""
    return vault.open_(session, person.phone_sealed, PHONE_PURPOSE) if person.phone_sealed else None


def fingerprint(session: Session, number: str) -> str:
    """The keyed fingerprint ID numbers are compared by, here and against other keepers' records."""
    return vault.fingerprint(session, number, ID_PURPOSE)


def _refuse_known(session: Session, fresh: Mapping[str, Any]) -> None:
    same = select(Person.id).where(Person.id_kind == fresh["id_kind"], Person.id_fingerprint == fresh["id_fingerprint"])
    if session.scalars(same).first():
        raise AlreadyRegistered


def _save(session: Session, person: Person) -> None:
    try:
        with session.begin_nested():
            session.add(person)
            session.flush()
    except IntegrityError:
        raise AlreadyRegistered from None
    search_index.write(session, person)


def _checked(session: Session, facts: Mapping[str, Any], kind: IdKind, complete: bool) -> dict[str, Any]:
    """The facts as columns. `complete`: name and ID number must be among them."""
    fresh = {field: halved(str(facts[field])) for field in PLAIN if facts.get(field) is not None}
    if complete and not fresh.get("name") or fresh.get("name") == "":
        raise wrong("name", "A person needs a name.")
    if complete or facts.get("id_no"):
        fresh |= _id_columns(session, facts, kind)
    for field in DATES:
        if fresh.get(field) and not _DATE.fullmatch(fresh[field]):
            raise wrong(field, "A date is written 2026-07-01, 2026-07 or 2026.")
    if fresh.get("sex") and fresh["sex"] not in SEXES:
        raise wrong("sex", "The sex is 1 (male), 2 (female), 0 (unknown) or 9 (not said).")
    if facts.get("phone") is not None:
        fresh["phone_sealed"] = _sealed_phone(session, halved(str(facts["phone"])))
    if "name" in fresh:
        fresh["pinyin"] = names.reading(fresh["name"])[:400]
    return fresh


def _id_columns(session: Session, facts: Mapping[str, Any], kept: IdKind) -> dict[str, Any]:
    kind = facts.get("id_kind") or kept
    number = id_numbers.check_kind(kind, str(facts.get("id_no") or ""))
    columns_ = {
        "id_kind": IdKind(kind),
        "id_sealed": vault.seal(session, number, ID_PURPOSE),
        "id_fingerprint": fingerprint(session, number),
        "id_tail": number[-4:],
    }
    if columns_["id_kind"] is IdKind.RESIDENT:
        columns_ |= {"birth": id_numbers.birth(number).isoformat(), "sex": id_numbers.sex(number)}
    return columns_


def _sealed_phone(session: Session, number: str) -> bytes | None:
    if not number:
        return None
    if not _PHONE.fullmatch(number):
        raise wrong("phone", "A telephone number is digits, perhaps with + or -.")
    return vault.seal(session, number, PHONE_PURPOSE)
