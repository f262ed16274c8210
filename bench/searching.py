"""How long finding a dossier and a free position takes among 32,000 dossiers, on both databases side by side.

Beside our index stands what one would write without it: `name LIKE '%…%'`. Run: `python -m bench.searching`.
"""

import time
from collections.abc import Callable

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from archive import persons, search, search_index, storage, vault
from archive.dossier_tables import Dossier
from archive.persons import Person
from archive.search_index import PersonWords
from archive.statuses import DossierStatus
from archive.storage import Position, PositionSlot
from bench import ground
from workflow import registry
from workflow.clock import now
from workflow.office import Office

DOSSIERS = 32_000
ROUNDS = 15
ASKED = ("单", "欧阳", "雄信", "zhang", "z", "sxx", "张伟", "002X", "12345", "YX0001", "zhang 国")
SURNAMES = ("单", "曾", "张", "王", "李", "赵", "欧阳", "钱", "孙", "周", "吴", "郑", "冯", "陈")
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英国雄信小龙"


def main() -> None:
    registry.discover("archive")
    times = {kind: _measured(kind) for kind in ground.KINDS}
    rows = [(what, *(f"{times[kind][what]:.1f}" for kind in ground.KINDS)) for what in times[ground.KINDS[0]]]
    ground.show((f"ms, median of {ROUNDS}", *ground.KINDS), rows)


def _measured(kind: str) -> dict[str, float]:
    with ground.office(kind, "searching") as office:
        fill(office)
        with office.database.reading() as session:
            found = {f"dossiers {asked}": _median(lambda a=asked: search.dossiers(session, a)) for asked in ASKED}
            found["LIKE %雄信%"] = _median(lambda: _like(session))
            found["free positions"] = _median(lambda: storage.free_positions(session))
            found["free positions near K02"] = _median(lambda: storage.free_positions(session, near="K02-05-05-A-3-05"))
            return found


def _like(session: Session) -> list[Dossier]:
    query = select(Dossier).join(Person).where(Person.name.contains("雄信")).order_by(Person.pinyin).limit(20)
    return list(session.scalars(query))


def _median(act: Callable[[], object]) -> float:
    taken = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        act()
        taken.append((time.perf_counter() - begun) * 1000)
    return ground.quantile(taken, 0.5)


def fill(office: Office, size: int = DOSSIERS) -> None:
    """People and dossiers, every dossier on a shelf; of the first room not one position is free."""
    with office.database.transaction() as session:
        sealed = vault.seal(session, "110105199001010013", persons.ID_PURPOSE)
        numbers = range(1, size + 1)
        names = {n: SURNAMES[n % 14] + GIVEN[n // 14 % 28] + GIVEN[n // 392 % 28] for n in numbers}
        session.execute(insert(Person), [_person(n, names[n], sealed) for n in numbers])
        session.execute(
            insert(PersonWords), [{"person_id": n, "words": search_index.words_of(names[n])} for n in numbers]
        )
        session.execute(insert(Dossier), [_dossier(n) for n in numbers])
        for room in ("K01", "K02"):
            storage.furnish(session, room, room, storage.Shelves(rows=20, cabinets=10, layers=6, places=7))
        _occupy(session, size)
    if office.database.url.startswith("postgresql"):
        with office.database.transaction() as session:
            session.connection().exec_driver_sql("ANALYZE")


def _occupy(session: Session, size: int) -> None:
    places = session.scalars(select(Position.id).order_by(Position.code)).all()
    slots = PositionSlot.__table__
    occupy = update(slots).where(slots.c.position_id == bindparam("place")).values(dossier_id=bindparam("kept"))
    kept = [{"place": place, "kept": number} for number, place in enumerate(places[:size], start=1)]
    session.connection().execute(occupy, kept)


def _person(number: int, name: str, sealed: bytes) -> dict[str, object]:
    return {
        "id": number,
        "name": name,
        "pinyin": name,
        "id_kind": "resident",
        "id_sealed": sealed,
        "sex": "1",
        "id_fingerprint": str(number),
        "id_tail": f"{number % 10000:04d}",
        "created_at": now(),
        "updated_at": now(),
        "created_by": "bench",
    }


def _dossier(number: int) -> dict[str, object]:
    return {
        "id": number,
        "dossier_no": f"YX{number:09d}",
        "keeper_code": "YX",
        "person_id": number,
        "status": DossierStatus.IN_STORE,
        "registered_at": now(),
        "registered_by": "bench",
        "updated_at": now(),
    }


if __name__ == "__main__":
    main()
