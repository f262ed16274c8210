"""Several clerks at once: nothing doubled, nobody stuck."""

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from sqlalchemy import func, select

from archive import days
from archive.days import Day
from archive.packs.models import Pack
from archive.storage import PositionSlot
from tests.people import PASSWORD
from tests.processes.receiving import ID_NO, OTHER_ID_NO, Receiving
from tests.processes.steps import PACK, registered, signed
from workflow.errors import Refusal
from workflow.models import Case, UserTask
from workflow.registry import checks
from workflow.statuses import TaskStatus

NUMBERS = [f"10123456789{number:02d}" for number in range(8)]


def at_once(act, things) -> list:
    """Do `act` to all things, four at a time; what each gave, or the refusal it met."""

    def one(context, thing):
        try:
            return context.run(act, thing)
        except (Refusal, AssertionError) as refused:  # refused, or gone before it was found
            return refused

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(one, [copy_context() for _ in things], things))


def sound(receiving: Receiving) -> list[str]:
    with receiving.database.reading() as session:
        return [said for check in checks.values() for said in check(session)]


def test_four_clerks_sign_for_the_first_packs_of_a_day_and_open_it_once(receiving):
    receiving.list_of(*(f"{number},学生{number},,云溪大学,云溪,EMS" for number in NUMBERS))
    refused = [each for each in at_once(lambda number: signed(receiving, number), NUMBERS) if each is not None]

    assert refused == []
    with receiving.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Day)) == 1
        assert session.scalar(select(func.count()).where(Case.process_key == "day-close")) == 1
        assert days.figures(session, session.scalars(select(Day.day)).one()).delivered == 8
    assert sound(receiving) == []


def test_one_task_completed_by_four_at_once_is_done_once(receiving):
    receiving.pack()
    results = at_once(lambda _: signed(receiving), range(4))

    assert len([each for each in results if each is None]) == 1
    with receiving.database.reading() as session:
        query = select(func.count()).where(UserTask.activity_id == "sign_for", UserTask.status == TaskStatus.COMPLETED)
        assert session.scalar(query) == 1
    assert receiving.waits_at(PACK) == ["check_outside"]


def test_two_who_want_the_same_position_do_not_both_get_it(receiving):
    for number in NUMBERS[:2]:
        receiving.pack(number, f"学生{number}", "" if number != NUMBERS[0] else ID_NO)
    ids = {NUMBERS[0]: ID_NO, NUMBERS[1]: OTHER_ID_NO}
    for number, id_no in ids.items():
        signed(receiving, number)
        receiving.do(number, "check_outside", "wang", checks=["channel", "seal", "seam", "addressee"])
        receiving.do(
            number,
            "open_pack",
            "rosa",
            name=f"学生{number}",
            id_no=id_no,
            **{"witness.by": "remy", "witness.password": PASSWORD},
        )
        receiving.do(
            number,
            "tick_materials",
            "rosa",
            list_kind="PERSON",
            present=["resume", "study", "appraisals", "end", "awards", "league"],
        )
        registered(receiving, number, id_no_again=id_no)
    place = "K01-01-01-A-1-01"

    def shelve(number):
        receiving.do(
            number, "shelve", "stan", position=place, scan_position=place, scan_label=receiving.dossier_no(number)
        )

    results = at_once(shelve, list(ids))
    assert sorted(each is None for each in results) == [False, True]
    with receiving.database.reading() as session:
        held = select(func.count()).where(PositionSlot.dossier_id.is_not(None))
        assert session.scalar(held) == 1
        assert session.scalar(select(func.count()).where(Pack.status == "stored")) == 1
    assert sound(receiving) == []
