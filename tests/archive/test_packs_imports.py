"""A list becomes packs: every row ends accepted or rejected, once, whatever happens on the way."""

import contextlib
import logging
from pathlib import Path

import pytest
from sqlalchemy import event, func, select

from archive import days
from archive.packs import desk, imports
from archive.packs.models import CourierList, CourierRow, ListStatus, Pack, PackStatus, RowStatus
from archive.statuses import Channel
from tests.processes.receiving import ID_NO, OTHER_ID_NO, Receiving
from tests.processes.table import covers
from tests.standing import standing
from workflow import cases, jobs, tasks
from workflow.errors import Conflict, Invalid, Sentence, sentence
from workflow.identity import User
from workflow.kept_sentences import kept, spoken
from workflow.models import Case, Job, ProcessInstance, Variable
from workflow.registry import checks
from workflow.statuses import JobStatus

HEAD = "运单号,姓名,身份证号,寄件单位,渠道,手机"


def listed(*rows: str) -> bytes:
    return "\n".join([HEAD, *rows]).encode()


def many(count: int) -> bytes:
    return listed(*(f"10{number:011d},学生{number},,云溪大学,EMS," for number in range(count)))


def begin(receiving: Receiving, content: bytes, name: str = "list.csv") -> CourierList:
    with receiving.database.transaction() as session:
        return imports.begin(session, content, name, "wang")


def count(receiving: Receiving, table: type, *where: object) -> int:
    with receiving.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table).where(*where))


def progress(receiving: Receiving, courier_list: CourierList) -> imports.Progress:
    with receiving.database.reading() as session:
        return imports.progress(session, imports.find(session, courier_list.id))


def sound(receiving: Receiving) -> list[str]:
    with receiving.database.reading() as session:
        return [said for check in checks.values() for said in check(session)]


@pytest.fixture
def receiving(office, clock) -> Receiving:
    return standing(Receiving, office)


def test_nothing_becomes_a_pack_before_the_job_has_run(receiving):
    courier_list = begin(receiving, many(3))

    assert count(receiving, Pack) == 0
    assert progress(receiving, courier_list) == imports.Progress(rows=3, accepted=0, rejected=0, waiting=3)


@covers("R0", "received")
def test_each_row_becomes_a_pack_a_case_and_a_process(receiving):
    courier_list = begin(receiving, listed(f"1012345678901,李明,{ID_NO},云溪大学,机要,13800000000"))
    receiving.machine()

    with receiving.database.reading() as session:
        pack = desk.by_tracking_no(session, "1012345678901")
        assert (pack.listed_name, pack.sender, pack.channel, pack.status) == (
            "李明",
            "云溪大学",
            Channel.CONFIDENTIAL,
            PackStatus.EXPECTED,
        )
        assert pack.case.business_key == "REC-1012345678901"
        assert pack.case.title == "李明 · 1012345678901"
        assert desk.phone_of(session, pack) == "13800000000"
        assert desk.id_of(session, pack) == ID_NO
        found = tasks.scan(session, session.get_one(User, "wang"), "1012345678901")
        assert [task.activity_id for task in found] == ["sign_for"]
        assert days.find(session, days.delivery_day(session, pack.expected_at))
    assert progress(receiving, courier_list).percent == 100


def test_portions_are_committed_one_by_one(receiving):
    courier_list = begin(receiving, many(imports.PORTION * 2 + 3))
    seen = []
    while progress(receiving, courier_list).waiting:
        jobs.perform(receiving.database, courier_list.job_id)
        seen.append(progress(receiving, courier_list).accepted)

    assert seen == [25, 50, 53]
    assert sound(receiving) == []


def test_the_same_list_twice_brings_nothing_new(receiving):
    for name in ("list.csv", "copy.csv"):
        courier_list = begin(receiving, many(30), name)
        receiving.machine()

    assert count(receiving, Pack) == count(receiving, ProcessInstance, ProcessInstance.parent_id.is_(None)) - 1 == 30
    assert progress(receiving, courier_list) == imports.Progress(rows=30, accepted=0, rejected=30, waiting=0)
    with receiving.database.reading() as session:
        row = imports.rows(session, imports.find(session, courier_list.id))[0]
        assert "already known" in str(spoken(row.reason))


def test_good_and_bad_rows_add_up(receiving):
    content = listed(
        f"1012345678901,李明,{ID_NO},云溪大学,EMS,",
        ",无单号,,云溪大学,EMS,",
        "1012345678903,,,云溪大学,EMS,",
        f"1012345678901,重复,{OTHER_ID_NO},云溪大学,EMS,",
        "12,太短,,云溪大学,EMS,",
    )
    courier_list = begin(receiving, content)
    receiving.machine()

    assert progress(receiving, courier_list) == imports.Progress(rows=5, accepted=1, rejected=4, waiting=0)
    with receiving.database.reading() as session:
        rejected = imports.rows(session, imports.find(session, courier_list.id), RowStatus.REJECTED)
        assert [row.number for row in rejected] == [3, 4, 5, 6]
        assert all(row.reason for row in rejected)


def test_a_file_that_cannot_be_used_leaves_nothing(receiving):
    with pytest.raises(Invalid):
        begin(receiving, b"PK\x03\x04 broken")

    assert count(receiving, CourierList) == count(receiving, Job) == 0


@pytest.mark.parametrize("fatal_row", [0, 7, 24, 25, 39])
def test_a_crash_at_any_row_loses_and_doubles_nothing(receiving, fatal_row):
    courier_list = begin(receiving, many(40))
    with failing_once_at(f"10{fatal_row:011d}"):
        receiving.machine()
    assert progress(receiving, courier_list).accepted in (0, 25)
    with receiving.database.transaction() as session:  # the job's next try, without waiting for its hour
        session.get_one(Job, courier_list.job_id).due_at = session.get_one(Job, courier_list.job_id).created_at
    receiving.machine()

    assert progress(receiving, courier_list) == imports.Progress(rows=40, accepted=40, rejected=0, waiting=0)
    assert count(receiving, Pack) == count(receiving, Case, Case.process_key == "receipt") == 40
    assert sound(receiving) == []


def test_a_portion_goes_in_together(receiving, caplog):
    courier_list = begin(receiving, many(20))
    with caplog.at_level(logging.DEBUG, "workflow.rows"):
        jobs.perform(receiving.database, courier_list.job_id)

    trips = [record for record in caplog.records if record.message == "rows_sent"]
    assert progress(receiving, courier_list).accepted == 20
    assert len(trips) <= 2 * 20  # when its first task is due is asked for each; row by row there are six more


def test_a_row_refused_when_its_process_starts_spoils_no_other(receiving):
    with receiving.database.transaction() as session:  # somebody has opened a case of this name by hand
        cases.open_case(session, "REC-1000000000003", "由人开立", "receipt", "wang")
    courier_list = begin(receiving, many(6))
    receiving.machine()

    assert progress(receiving, courier_list) == imports.Progress(rows=6, accepted=5, rejected=1, waiting=0)
    with receiving.database.reading() as session:
        rejected = imports.rows(session, imports.find(session, courier_list.id), RowStatus.REJECTED)
        assert [(row.number, str(spoken(row.reason))) for row in rejected] == [
            (5, "There is already a case “REC-1000000000003”.")
        ]
    assert count(receiving, Pack) == 5


def test_of_a_portion_only_what_is_known_is_refused(receiving):
    begin(receiving, many(2))
    receiving.machine()
    courier_list = begin(receiving, many(4), "more.csv")
    receiving.machine()

    with receiving.database.reading() as session:
        found = imports.rows(session, imports.find(session, courier_list.id))
        assert [row.status for row in found] == [RowStatus.REJECTED] * 2 + [RowStatus.ACCEPTED] * 2
        assert str(spoken(found[0].reason)) == "Tracking number 1000000000000 is already known: 学生0."


def test_two_lists_with_the_same_packs_at_once_make_each_pack_once(receiving):
    lists = [begin(receiving, many(30), f"{name}.csv") for name in "ab"]
    for _ in range(3):
        for courier_list in lists:
            jobs.perform(receiving.database, courier_list.job_id)

    assert count(receiving, Pack) == 30
    assert sum(progress(receiving, courier_list).accepted for courier_list in lists) == 30


def test_id_numbers_and_telephones_of_a_list_are_sealed(receiving):
    begin(receiving, listed(f"1012345678901,李明,{ID_NO},云溪大学,EMS,13800000000"))
    receiving.machine()

    with receiving.database.reading() as session:
        row = session.scalars(select(CourierRow)).one()
        known = str(list(session.scalars(select(Variable.value))))
        for secret, sealed in ((ID_NO, row.id_no_sealed), ("13800000000", row.phone_sealed)):
            assert secret not in str(row.facts) + known
            assert secret.encode() not in sealed
    stored = [path for path in Path(receiving.office.settings.data).rglob("*") if path.is_file()]
    assert not [path for path in stored if ID_NO.encode() in path.read_bytes()]


def test_a_list_whose_job_is_done_is_done(receiving):
    courier_list = begin(receiving, many(2))
    receiving.machine()

    with receiving.database.reading() as session:
        assert imports.find(session, courier_list.id).status is ListStatus.DONE
        assert imports.latest(session)[0].id == courier_list.id
        assert session.get_one(Job, courier_list.job_id).status is JobStatus.DONE


def test_a_pack_at_the_desk_needs_its_sender(receiving):
    with pytest.raises(Invalid), receiving.database.transaction() as session:
        desk.receive_unlisted(session, {"tracking_no": "1012345678901"}, "wang")
    with pytest.raises(Invalid), receiving.database.transaction() as session:
        desk.receive_unlisted(session, {"tracking_no": "!", "sender": "云溪大学"}, "wang")

    assert count(receiving, Pack) == 0


def test_a_pack_known_from_a_list_cannot_come_a_second_time_without_one(receiving):
    begin(receiving, many(1))
    receiving.machine()

    with pytest.raises(Conflict, match="already known: 学生0"), receiving.database.transaction() as session:
        desk.receive_unlisted(session, {"tracking_no": "1000000000000", "sender": "云溪大学"}, "wang")


def test_a_kept_sentence_can_be_said_again():
    said = sentence("Row {row}: {problem}", row=3, problem=Sentence("“{value}” is not a day.", {"value": "x"}))

    assert str(spoken(kept(said))) == "Row 3: “x” is not a day."


@contextlib.contextmanager
def failing_once_at(tracking_no: str):
    """The database fails, once, when this pack is written."""
    died = []

    def fail(_mapper, _connection, pack):
        if pack.tracking_no == tracking_no and not died:
            died.append(True)
            raise OSError("the disk went away")

    event.listen(Pack, "before_insert", fail)
    try:
        yield
    finally:
        event.remove(Pack, "before_insert", fail)
