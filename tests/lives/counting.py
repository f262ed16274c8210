"""The storeroom is counted: what two counters scan, what the search shows, what is decided."""

from sqlalchemy import select

from archive import storage
from archive.dossier_tables import Dossier
from archive.inventory import deciding, work
from archive.statuses import DossierStatus
from tests.lives.house import House
from tests.lives.knowing import Facts
from tests.lives.person import Person

ON_SHELF = (DossierStatus.IN_STORE, DossierStatus.STOCKTAKING)


def scan(house: House, who: Person, facts: Facts) -> None:
    """Every label in its place; now and then one is passed over, stands elsewhere, or is wet."""
    with house.database.reading() as session:
        asked = select(Dossier).where(Dossier.status.in_(ON_SHELF)).order_by(Dossier.id)
        there = [(each.dossier_no, storage.home(session, each)) for each in session.scalars(asked)]
        elsewhere = storage.free_positions(session, limit=1)[0].code
    lines: list[str] = []
    for number, home in there:
        luck = house.chance.random()
        if home and luck > 0.04:
            place = elsewhere if luck < 0.06 else home
            lines += [place, f"{number} 水渍" if luck > 0.98 else number]
    if lines:
        who.send(f"/inventories/{facts.case_id}/scans", {"lines": "\n".join(lines)})


def search(house: House, who: Person, facts: Facts) -> None:
    with house.database.reading() as session:
        found = [each.id for each in work.differences(session, work.find(session, facts.case_id))]
    who.send(f"/inventories/{facts.case_id}/findings", {f"finding-{each}": "已到架查看" for each in found})


def decide(house: House, who: Person, facts: Facts) -> None:
    with house.database.reading() as session:
        lines = work.differences(session, work.find(session, facts.case_id))
        allowed = {each.id: [str(one) for one in deciding.allowed(each)] for each in lines}
    told = {f"note-{each}": "已核实" for each in allowed}
    told |= {f"decision-{each}": house.chance.choice(choices) for each, choices in allowed.items() if choices}
    who.send(f"/inventories/{facts.case_id}/decisions", told)
