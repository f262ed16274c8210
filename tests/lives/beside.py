"""What happens beside the work of the inbox: loans called back, readings withdrawn, matters ended in the middle, dossiers
missed, counted and corrected, many sent away at once, people who leave; and what is left lying is put back."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from archive import storage, strays
from archive.dossier_tables import Dossier
from archive.reading.grant_tables import Grant, GrantStatus
from archive.reading.loan_tables import Loan
from archive.statuses import DossierStatus
from tests.lives import clerk
from tests.lives.house import House
from tests.lives.knowing import Facts, process_of
from workflow.models import Case

Deed = Callable[[House], None]
KEPT = {"review": 4, "registry": 3, "window": 2, "scanning": 2}  # of whom so many stay, whoever leaves
LOOKED_AT = ("/inbox", "/loans", "/dossiers", "/packs", "/scanning", "/readings", "/days", "/inventories")


def happen(house: House) -> None:
    """Any of it, by chance; what begins or ends matters only so often in one office."""
    for name, (odds, most, deed) in DEEDS.items():
        if house.chance.random() < odds and house.beside[name] < most:
            house.beside[name] += 1
            deed(house)


def _ids(house: House, asked: Any) -> list[Any]:
    with house.database.reading() as session:
        return list(session.scalars(asked))


def _in_store(house: House) -> list[str]:
    """The numbers of what stands on the shelves and is in nobody's hands."""
    free = (Dossier.status == DossierStatus.IN_STORE, Dossier.held_by_case_id.is_(None))
    return _ids(house, select(Dossier.dossier_no).where(*free).order_by(Dossier.id))


def _begin(house: House, process: str, form: str, group: str, **typed: Any) -> None:
    clerk.begin(house, house.person(group), process, Facts(process=process, form=form), **typed)


# loans, readings, pages


def loans(house: House) -> None:
    """A loan is extended or called back."""
    away = select(Loan.case_id).where(Loan.ended_at.is_(None), Loan.away).order_by(Loan.case_id)
    for case_id in _ids(house, away):
        if house.chance.random() < 0.3:
            house.person("window").send(f"/loans/{case_id}/extension", {"reason": "考察未结束"})
        elif house.chance.random() < 0.2:
            house.person("director").send(f"/loans/{case_id}/recall", {"why": "任免急需"})


def withdraw(house: House) -> None:
    """A reading on the screen is taken back."""
    grants = _ids(house, select(Grant.id).where(Grant.status == GrantStatus.OPEN).order_by(Grant.id))
    for grant_id in grants[:1]:
        house.person("director").send(f"/readings/{grant_id}/withdrawal", {"why": "查阅事由已变更"})


def look_around(house: House) -> None:
    """Somebody opens any page."""
    pages = [*LOOKED_AT]
    pages += [f"/cases/{each}" for each in _ids(house, select(Case.id).order_by(Case.id.desc()).limit(9))]
    pages += [f"/dossiers/{each}" for each in _ids(house, select(Dossier.id).order_by(Dossier.id).limit(99))]
    house.person("window", "registry", "review", "director", "store").open(house.chance.choice(pages))


# matters ended in the middle, and what they leave


def cancel_any(house: House) -> None:
    """The director ends some matter, wherever it stands."""
    opened = _ids(house, select(Case.id).where(Case.closed_at.is_(None)).order_by(Case.id))
    if opened:
        cancel(house, house.chance.choice(opened), "情况变化，不再办理")


def cancel(house: House, case_id: int, why: str) -> None:
    with house.database.reading() as session:
        found = process_of(session, case_id)
        process = found.definition.key if found else ""
    if found:
        answer = house.person("director").send(f"/cases/{case_id}/processes/{found.id}/cancellations", {"reason": why})
        house.seen[f"cancel {process}", "done" if answer.status_code in clerk.DONE else "refused"] += 1


def put_back(house: House) -> None:
    """What is left lying out when its matter is over comes to its shelf again."""
    with house.database.reading() as session:
        out = select(Dossier).where(Dossier.status.in_(strays.OUT), Dossier.held_by_case_id.is_(None))
        lying = [
            (each.id, each.dossier_no, _shelf(session, each)) for each in session.scalars(out.order_by(Dossier.id))
        ]
    for dossier_id, number, position in lying:
        house.person("store").send(f"/dossiers/{dossier_id}/shelf", {"label": number, "position": position})


def _shelf(session: Any, dossier: Dossier) -> str:
    return storage.home(session, dossier) or storage.free_positions(session, limit=1)[0].code


# matters that come of themselves


def stocktake(house: House) -> None:
    first, second = house.chance.sample(house.of_group("store", "registry"), 2)
    told = {"scope": "ALL", "counted_on": house.office.today().isoformat()}
    _begin(house, "inventory", "inventory-start", "director", **told, first_counter=first, second_counter=second)


def lose(house: House) -> None:
    """One of those in store is missed, or found damaged."""
    if numbers := _in_store(house):
        kind = house.chance.choice(("missing", "missing", "damaged"))
        told = {"dossier_no": house.chance.choice(numbers), "loss_kind": kind, "said": "清点时发现"}
        _begin(house, "loss", "loss-report", "store", **told)


def correct(house: House) -> None:
    if numbers := _in_store(house):
        told = {"dossier_no": house.chance.choice(numbers), "asker": "office", "wanted": "单位电话有误"}
        _begin(house, "correction", "correction-start", "registry", **told)


def send_many(house: House) -> None:
    """Two or three dossiers go to another keeper under one letter."""
    numbers = _in_store(house)
    if len(numbers) > 3:
        rows = {f"dossiers.{n}.dossier_no": number for n, number in enumerate(house.chance.sample(numbers, 2))}
        told = {"keeper": "LC01", "letter_no": f"临移〔2026〕{house.number()}号", "reason": "机构调整"}
        listed = {"dossiers": ["", "0", "1"], "letter_date": house.office.today().isoformat()}
        _begin(house, "transfer-batch", "transfer-batch-plan", "registry", **told, **listed, **rows)


def leave(house: House) -> None:
    """Somebody leaves in the middle of everything; a colleague gets what they have, and the account is switched off."""
    group = house.chance.choice(sorted(KEPT))
    people = house.of_group(group)
    if len(people) <= KEPT[group]:
        return
    leaver, colleague = house.chance.sample(people, 2)
    kinds = ("task", "offer", "delegation", "case", "head", "standing_in")
    told = {"reason": "调离", "off": "1", **{f"to:{kind}": colleague for kind in kinds}}
    answer = house.person("admin").send(f"/people/{leaver}/leaving", told)
    house.seen[f"leave {group}", "done" if answer.status_code in clerk.DONE else "refused"] += 1
    if answer.status_code in clerk.DONE:
        del house.people[leaver]


DEEDS: dict[str, tuple[float, int, Deed]] = {
    "loans": (0.25, 10**6, loans),
    "withdraw": (0.05, 10**6, withdraw),
    "look": (0.3, 10**6, look_around),
    "put back": (0.5, 10**6, put_back),
    "cancel": (0.03, 8, cancel_any),
    "stocktake": (0.01, 1, stocktake),
    "lose": (0.01, 2, lose),
    "correct": (0.03, 4, correct),
    "send many": (0.02, 2, send_many),
    "leave": (0.01, 3, leave),
}
