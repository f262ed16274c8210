"""验收: every path of bpmn/acceptance.bpmn, through the real forms, from a batch that was really scanned."""

import io
from dataclasses import replace
from datetime import date
from functools import partial

import pytest
from sqlalchemy import select

from archive import parameters
from archive.acceptance import backups, figures
from archive.acceptance.models import AcceptanceStatus
from archive.dossier_tables import Dossier
from archive.images import pages
from archive.images.defect_tables import Defect
from archive.images.demands import ImageKind
from archive.materials import catalogue
from archive.scanning.models import BatchStatus
from archive.statuses import DigitStatus
from tests.archive.images import scanned
from tests.processes.accepting import GROUP, Accepters
from tests.processes.table import covers
from tests.standing import standing
from workflow import instances
from workflow.errors import Conflict, Invalid
from workflow.models import Job, ProcessInstance
from workflow.statuses import JobStatus

OPT = "opt/1/01/0001.jpg"


@pytest.fixture
def accepters(sqlite_office, clock) -> Accepters:
    return standing(Accepters, sqlite_office)


def refused(act, *fields: str) -> str:
    with pytest.raises(Invalid) as said:
        act()
    assert list(said.value.problems) == list(fields)
    return str(said.value)


def forgiving(accepters: Accepters) -> None:
    """A third of the pages may be bad."""
    with accepters.database.transaction() as session:
        parameters.change(session, "pass_rate", 60, date(2026, 1, 1), "dora")


@covers("A1", "handed_in", "apply")
@covers("A2", "form_group")
@covers("A3", "check_all")
@covers("A4", "draw_sample")
@covers("A5", "check_first", "check_second")
@covers("A6", "count_result")
@covers("A8", "sign_acceptance")
@covers("A9", "settle_acceptance")
@covers("A10", "accepted", "batch_accepted")
@covers("A6 XG", "sample_passed")
def test_a_good_batch_is_accepted_and_what_is_to_be_paid_stands(office, clock):
    accepters = standing(Accepters, office, 2)
    accepters.handed_in()
    accepters.applied()
    assert accepters.open_steps() == [("check_first", "remy"), ("check_second", "rita")]
    accepters.checked()
    assert accepters.open_steps() == [("sign_acceptance", who) for who in sorted(GROUP)]
    accepters.signed()

    assert (accepters.ends(), accepters.finished()) == (["work_done", "accepted", "batch_accepted"], True)
    done = accepters.acceptance()
    assert (done.applied, done.quantity, done.amount, done.first_pass) == (6, 6, 6 * 35, True)
    assert accepters.batch().status is BatchStatus.ACCEPTED
    assert accepters.dossier(2).digit_status is DigitStatus.ACCEPTED
    application, certificate = accepters.paper("acceptance_application"), accepters.paper("acceptance_certificate")
    assert "〔2026〕验字0001号" in application and accepters.batch().number in application
    assert (
        "〔2026〕验字0002号" in certificate and "应付金额（元）\n2.10" in certificate and "一次通过\n是" in certificate
    )
    assert "周副主任、赵复核、钱复核、李登记" in certificate
    assert list(accepters.broken()) == []


@covers("A9", "back_up")
def test_every_accepted_image_lies_in_two_more_folders(accepters, monkeypatch):
    monkeypatch.setattr(backups, "PORTION", 4)  # several turns
    accepters.handed_in()
    accepters.applied()
    accepters.checked()
    accepters.signed()

    images, folders = accepters.raw(), accepters.database.info["office"].backups
    assert accepters.acceptance().backed_up_at is not None
    assert [each.folder.name for each in folders] == ["backup-1", "backup-2"]
    for folder in folders:
        assert {folder.whole(each.sha256) for each in images} == {True}
    folders[1].path(images[0].sha256).unlink()
    assert list(accepters.broken()) == [
        f"images_backed_up: The copy of image {images[0].id} in the folder backup-2 is missing or not whole."
    ]


@covers("A9", "back_up")
def test_a_file_that_is_gone_or_another_is_not_called_backed_up_and_goes_on_when_it_is_back(accepters, clock):
    accepters.handed_in()
    accepters.applied()
    accepters.checked()
    first = accepters.database.info["office"].files.path(accepters.raw()[0].sha256)
    kept = first.read_bytes()
    first.unlink()
    accepters.signed()
    for said, found in (("missing in the store", b"another picture"), ("not what was read", kept)):
        with accepters.database.reading() as session:
            (job,) = session.scalars(select(Job).where(Job.activity_id == "back_up"))
            assert said in job.error and job.status is JobStatus.WAITING
        assert (accepters.acceptance().backed_up_at, accepters.batch().status) == (None, BatchStatus.ACCEPTED)
        first.write_bytes(found)
        clock.move(minutes=10)
        accepters.machine()
    assert accepters.acceptance().backed_up_at is not None and accepters.finished()
    assert list(accepters.broken()) == []


@covers("A9", "settle_acceptance")
def test_an_accepted_raw_image_is_fixed_and_its_pages_too(accepters):
    accepters.handed_in()
    accepters.applied()
    accepters.checked()
    accepters.signed()
    another = io.BytesIO(scanned.small(90))
    with accepters.database.transaction() as session, pytest.raises(Conflict, match="accepted and does not change"):
        pages.replace(session, pages.find(session, accepters.raw()[0].id), another, "x.jpg", "vera", "better")
    with accepters.database.transaction() as session:
        dossier = session.get_one(Dossier, 1)
        rows = [catalogue.row_of(each) for each in catalogue.rows(session, dossier)]
        more = [replace(rows[0], pages="3"), *rows[1:]]
        refused(lambda: catalogue.save(session, dossier, more, "rosa"), "rows.0.pages")
        catalogue.save(session, dossier, [replace(rows[0], note="有照片"), *rows[1:]], "rosa")


# A2


@covers("A2", "form_group")
def test_a_group_that_is_none_is_refused_beside_its_field(accepters):
    """dora planned the batch, stan may not look at images, valid worked on it."""
    accepters.handed_in()
    accepters.step("apply", "vera", application_note="全部完成")
    for typed, field in (
        ({"group": ["dora", "remy"]}, "group"),
        ({"group": ["dora", "dirk", "remy"], "group_head": "dora"}, "group_head"),
        ({"group_head": "stan"}, "group_head"),
        ({"checker_second": "remy"}, "checker_second"),
        ({"checker_first": "stan"}, "checker_first"),
        ({"checker_first": "rosa"}, "checker_first"),
    ):
        refused(partial(accepters.form_group, **typed), field)


@covers("A2", "form_group")
def test_a_group_has_as_many_people_as_the_office_asks_for(accepters):
    with accepters.database.transaction() as session:
        parameters.change(session, "accept_group", 9, date(2026, 1, 1), "dora")
    accepters.handed_in()
    accepters.step("apply", "vera", application_note="全部完成")
    assert "9" in str(refused(accepters.form_group, "group"))


# A3


@covers("A3", "check_all", "write_notice")
@covers("A7", "write_notice", "to_rework", "plan_rework")
def test_a_file_changed_on_the_disk_is_found_and_the_whole_batch_reworked(accepters):
    accepters.handed_in()
    image = accepters.raw()[0]
    place = accepters.office.files.path(image.sha256)
    place.chmod(0o644)
    place.write_bytes(scanned.small(78))
    accepters.applied()

    assert accepters.open_steps() == [("write_notice", "dirk")]
    place.write_bytes(scanned.small(111))
    accepters.notified("逐卷核对哈希")
    notice = accepters.paper("acceptance_notice")
    assert "原始图像被改动" in notice and "逐卷核对哈希" in notice and "2026年7月15日" in notice
    assert accepters.open_steps() == [("plan_rework", None)]
    assert accepters.batch().status is BatchStatus.OPEN
    assert accepters.open_defects() == [Defect.ALTERED]

    accepters.reworked()  # the same bytes, brought once more
    assert accepters.open_defects() == []
    accepters.applied()
    assert accepters.open_steps() == [("check_first", "remy"), ("check_second", "rita")]


# A4, A6, A7


@covers("A6", "write_notice")
@covers("A7", "write_notice", "plan_rework")
@covers("A3", "check_all")
@covers("A6 XG", "sample_passed", "write_notice")
def test_a_fatal_defect_sends_the_whole_batch_back_and_the_next_sample_is_larger(sqlite_office, clock):
    accepters = standing(Accepters, sqlite_office, 2)
    forgiving(accepters)
    accepters.handed_in()
    accepters.applied()
    accepters.find(Defect.UNREADABLE, page=1, kind=ImageKind.RAW)
    accepters.checked()
    assert accepters.open_steps() == [("write_notice", "dirk")]
    accepters.notified()
    accepters.reworked(spoil=lambda files: files.__setitem__("raw/1/01/0001.jpg", scanned.small(79)))
    accepters.applied()
    accepters.checked()
    accepters.signed()

    first, second = accepters.rounds()
    assert (first.rate, first.passed, first.fatal, second.rate, second.passed) == (5, False, 1, 10, True)
    assert first.seed != second.seed
    assert (accepters.acceptance().first_pass, accepters.acceptance().amount) == (False, 6 * 35)
    assert [number for _, number, *_ in accepters.issued() if number and "验" in number] == [
        f"〔2026〕验字000{n}号" for n in (1, 2, 3, 4)
    ]
    assert list(accepters.broken()) == []


def test_who_did_one_check_is_not_named_for_the_other_in_a_later_round(accepters):
    """Nobody would be left who may do it: the two checks are done by different people, whatever the round."""
    accepters.handed_in()
    accepters.applied()
    accepters.find(Defect.UNREADABLE, page=1, kind=ImageKind.RAW)
    accepters.checked("remy", "rita")
    accepters.notified()
    accepters.reworked(spoil=lambda files: files.__setitem__("raw/1/01/0001.jpg", scanned.small(83)))
    with pytest.raises(Invalid) as refused:
        accepters.applied(checker_first="rita", checker_second="remy")
    assert "the other check" in str(refused.value.problems["checker_first"][0])
    accepters.form_group(checker_first="remy", checker_second="rita")


@covers("A6", "count_result")
def test_minor_defects_beyond_the_mark_fail_it_too(accepters):
    accepters.handed_in()
    accepters.applied()
    accepters.find(Defect.REMARK)
    accepters.checked()

    assert accepters.open_steps() == [("write_notice", "dirk")]
    assert (accepters.rounds()[0].good, accepters.rounds()[0].pages, accepters.rounds()[0].minor) == (2, 3, 1)


@covers("A5", "check_first")
def test_a_checker_who_has_not_seen_every_page_has_not_checked(accepters):
    accepters.handed_in()
    accepters.applied()
    accepters.see("rita")
    said = refused(lambda: accepters.step("check_first", "remy", checked="true"), "checked")
    assert "6" in said and accepters.no() in said


# A8


@covers("A8", "mend_sample", "recheck_sample")
def test_what_is_wrong_in_a_sample_that_passed_is_mended_to_the_last_page(accepters):
    forgiving(accepters)
    accepters.handed_in()
    accepters.applied()
    accepters.find(Defect.REMARK)
    accepters.checked()
    assert accepters.open_steps() == [("mend_sample", None)]
    typed = {"mended": "true", "mend_note": "已重做"}
    assert "1" in refused(lambda: accepters.step("mend_sample", "vera", **typed), "mended")
    accepters.deliver_package(1, spoil=lambda files: files.__setitem__(OPT, scanned.small(80)))
    accepters.step("mend_sample", "vera", **typed)
    refused(lambda: accepters.step("recheck_sample", "remy", checked="true"), "checked")
    accepters.see("remy")
    accepters.find(Defect.BORDER)
    accepters.step("recheck_sample", "remy", checked="true")
    assert accepters.open_steps() == [("mend_sample", None)]
    accepters.deliver_package(1, spoil=lambda files: files.__setitem__(OPT, scanned.small(81)))
    accepters.step("mend_sample", "vera", **typed)
    accepters.see("remy")
    accepters.step("recheck_sample", "remy", checked="true")
    accepters.signed()

    assert accepters.ends()[-1] == "batch_accepted"
    assert (accepters.acceptance().first_pass, accepters.dossier().held_by_case_id) == (True, None)
    assert list(accepters.broken()) == []


# the rounds are used up


@covers("A7 rounds", "decide_batch", "to_rework")
def test_when_the_rounds_are_used_up_the_director_may_have_everything_checked_once_more(accepters):
    _one_round(accepters)
    accepters.step("decide_batch", "dora", decision="again", decision_note="限期最后一次")
    assert accepters.open_steps() == [("plan_rework", None)]
    accepters.reworked(spoil=lambda files: files.__setitem__("raw/1/01/0001.jpg", scanned.small(82)))
    accepters.step("apply", "vera", application_note="全部完成")
    assert accepters.rounds()[-1].rate == 100


@covers("A7 rounds", "decide_batch", "refused", "batch_refused")
def test_or_the_batch_is_refused(accepters):
    _one_round(accepters)
    accepters.step("decide_batch", "dora", decision="refuse", decision_note="多次不合格")

    assert accepters.ends()[-2:] == ["refused", "batch_refused"]
    assert accepters.batch().status is BatchStatus.GIVEN_UP
    assert accepters.dossier().digit_status is DigitStatus.QUEUED
    assert (accepters.acceptance().amount, accepters.acceptance().first_pass) == (None, False)


def test_a_matter_ended_in_the_middle_leaves_nothing_waiting_to_be_accepted(accepters):
    accepters.handed_in()
    accepters.applied()
    with accepters.database.transaction() as session:
        instance = session.scalars(select(ProcessInstance).where(ProcessInstance.parent_id.is_(None))).one()
        instances.cancel(session, instance, "dora", "合同终止")

    assert accepters.batch().status is BatchStatus.GIVEN_UP
    assert accepters.dossier().digit_status is DigitStatus.QUEUED
    assert (accepters.acceptance().status, accepters.acceptance().quantity) == (AcceptanceStatus.REFUSED, None)
    assert _figures(accepters) == (0, 0)  # nothing was judged


def test_who_ends_the_matter_after_a_bad_first_round_does_not_better_the_figures(accepters):
    _one_round(accepters)
    with accepters.database.transaction() as session:
        instance = session.scalars(select(ProcessInstance).where(ProcessInstance.parent_id.is_(None))).one()
        instances.cancel(session, instance, "dora", "合同终止")

    assert _figures(accepters) == (1, 0)


def _figures(accepters: Accepters) -> tuple[int, int]:
    with accepters.database.reading() as session:
        found = figures.of(session)
    return found.decided, found.first


def _one_round(accepters: Accepters) -> None:
    with accepters.database.transaction() as session:
        parameters.change(session, "accept_rounds", 1, date(2026, 1, 1), "dora")
    accepters.handed_in()
    accepters.applied()
    accepters.find(Defect.UNREADABLE, kind=ImageKind.RAW)
    accepters.checked()
    accepters.notified()
    assert accepters.open_steps() == [("decide_batch", None)]
