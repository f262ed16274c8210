"""Seeds the demo office: people and groups, the storeroom, the dossiers on its shelves, and the morning's list."""

import json
import random
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import dossiers, founding, keepers, persons, storage
from archive.climate import sensors
from archive.climate.models import Measure
from archive.demo import directories
from archive.demo.cast import PEOPLE
from archive.demo.invented import SCHOOLS, UNITS, Invented
from archive.demo.morning import LISTED, Morning, morning, stored_people, write_list
from archive.statuses import Channel, DossierKind, EntrustKind
from workflow import office as offices
from workflow import passwords
from workflow.clock import held, now
from workflow.errors import Conflict
from workflow.identity import Group, User
from workflow.office import Office

STORED = 2000  # dossiers on the shelves
YEARS = 3  # over which they arrived
ROOM = "K01"
SHELVES = storage.Shelves(rows=4, cabinets=8, layers=6, places=10)  # 3,840 places

INSTRUMENTS = {
    "K01-T1": Measure.TEMPERATURE,
    "K01-H1": Measure.HUMIDITY,
    "K01-W1": Measure.WATER,
    "K01-F1": Measure.FIRE,
}


@dataclass(frozen=True)
class Seeded:
    people: int
    dossiers: int
    packs: int
    list_file: Path


def seed(session: Session, stored: int = STORED, listed: int = LISTED) -> Seeded:
    """Make the demo office in an empty database; raises Conflict when there are people already."""
    if session.scalar(select(User.name).limit(1)):
        raise Conflict("This office has people already; the demo is made in an empty database only.")
    office = offices.of(session)
    founding.found(session)
    _hire(session, office)
    storage.furnish(session, ROOM, "一号库", SHELVES)
    for code, measure in INSTRUMENTS.items():
        sensors.install(session, code, ROOM, measure)
    residents = stored_people(stored)
    _fill(session, office, residents)
    season = morning(office.today(), residents, listed)
    _tell_of_elsewhere(session, season)
    directories.fill(session)
    list_file = office.settings.data / "demo" / "courier-list.xlsx"
    write_list(season, list_file)
    packs = sum(parcel.listed for parcel in season.parcels)
    return Seeded(len(PEOPLE), len(residents), packs, list_file)


def accounts(office: Office) -> list[dict[str, Any]]:
    """The demo accounts with their password; empty where no demo was seeded."""
    kept = _accounts_file(office)
    return json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else []


def _accounts_file(office: Office) -> Path:
    return office.settings.data / "demo" / "accounts.json"


def _hire(session: Session, office: Office) -> None:
    """The cast, with one password made for this installation, kept in a file only its owner may read."""
    password = "-".join(secrets.token_hex(2) for _ in range(3))
    hashed = passwords.STANDARD.hash(password)
    groups = {group.key: group for group in session.scalars(select(Group))}
    for person in PEOPLE:
        session.add(
            User(
                name=person.login,
                display_name=person.display_name,
                password_hash=hashed,
                created_at=now(),
                groups=[groups[person.group]],
            )
        )
    session.flush()  # what follows names these people
    _write_privately(
        _accounts_file(office),
        [
            {
                "account": person.login,
                "name": person.display_name,
                "group": groups[person.group].name,
                "group_en": groups[person.group].name_en,
                "password": password,
            }
            for person in PEOPLE
        ],
    )


def _write_privately(path: Path, content: Any) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def _fill(session: Session, office: Office, residents: Iterable[Invented]) -> None:
    """Register and shelve each resident's dossier on a past working morning, in order of arrival."""
    chance = random.Random(7)
    residents = list(residents)
    places = iter(SHELVES.codes(ROOM))
    for person, arrived in zip(residents, _arrivals(chance, office, len(residents)), strict=True):
        with held(arrived):
            known = persons.register(session, _person_facts(person), "chenjing")
            dossier = dossiers.register(session, known, _dossier_facts(chance, person, arrived), "chenjing")
            storage.shelve(session, dossier, next(places), "wugang")


def _arrivals(chance: random.Random, office: Office, count: int) -> list[datetime]:
    today, span = office.today(), YEARS * 365
    days = sorted(today - timedelta(days=chance.randrange(2, span)) for _ in range(count))
    return [
        datetime.combine(day, time(9), office.settings.zone) + timedelta(minutes=chance.randrange(420)) for day in days
    ]


def _person_facts(person: Invented) -> dict[str, Any]:
    return {
        "name": person.name, "id_no": person.id_no, "phone": person.mobile, "school": person.school,
        "major": person.major, "grad_date": person.graduation, "political": "01" if person.party_member else "13",
        "nation": "汉族",
    }  # fmt: skip


def _dossier_facts(chance: random.Random, person: Invented, arrived: datetime) -> dict[str, Any]:
    entrusted = chance.random() < 0.3
    return {
        "kind": DossierKind.FLOW, "channel": chance.choice((Channel.EMS, Channel.CONFIDENTIAL)),
        "source_unit": person.school, "source_place": dict(SCHOOLS)[person.school],
        "entrust_kind": EntrustKind.UNIT if entrusted else EntrustKind.PERSON,
        "entrust_unit": chance.choice(UNITS) if entrusted else "", "receive_date": arrived.date().isoformat(),
        "material_count": (materials := chance.randrange(9, 40)), "page_count": materials * chance.randrange(2, 5),
    }  # fmt: skip


def _tell_of_elsewhere(session: Session, season: Morning) -> None:
    """The people of the morning whom another keeper says it holds (duplicates of level D2)."""
    for number, person in enumerate(season.elsewhere, start=1):
        keepers.save(
            session,
            {
                "name": person.name,
                "id_no": person.id_no,
                "keeper_code": "NL0001",
                "keeper_name": "南岭区流动人员人事档案中心",
                "dossier_no": f"NL{number:06d}",
            },
            "demo",
        )
