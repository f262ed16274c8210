"""The receipt sent back by redoing: what the house did at a step may be done once more, or the way is refused."""

import pytest
from sqlalchemy import func, select

from archive import documents, dossiers, persons
from archive.dossiers import Dossier
from tests.processes.receiving import EVERYTHING, GOOD_OUTSIDE, ID_NO, OPEN, Receiving
from tests.processes.steps import PACK, opened, registered, shelved, ticked
from workflow import fsck, returns, tasks
from workflow.errors import Conflict, Invalid, Sentence
from workflow.identity import User
from workflow.models import Case, Job
from workflow.registry import is_repeatable_in_turn, listeners
from workflow.statuses import JobStatus, ReturnMode


def send_back(receiving: Receiving, at: str, who: str, to: str) -> None:
    with receiving.database.transaction() as session:
        task = receiving._task(session, receiving._case_id(session, PACK), at)
        user = session.get_one(User, who)
        if task.assignee is None:
            tasks.claim(session, task, user)
        key = next(each.key for each in returns.targets(session, task, user) if each.activity.id == to)
        returns.send_back(session, task, user, key, ReturnMode.REDO, "请改正")
    receiving.machine()


def refusals(receiving: Receiving, at: str, who: str) -> dict[str, Sentence]:
    """Step → why nothing from there on may be done anew."""
    with receiving.database.transaction() as session:
        task = receiving._task(session, receiving._case_id(session, PACK), at)
        user = session.get_one(User, who)
        tasks.claim(session, task, user)
        found = returns.targets(session, task, user)
        return {each.activity.id: each.refused.get(ReturnMode.REDO) for each in found}


def jobs_done(receiving: Receiving, activity: str) -> int:
    with receiving.database.reading() as session:
        return session.scalar(select(func.count()).where(Job.activity_id == activity, Job.status == JobStatus.DONE))


def sound(receiving: Receiving) -> bool:
    with receiving.database.reading() as session:
        return fsck.run(session) == []


def test_whoever_got_a_dossier_meanwhile_is_judged_when_the_pack_goes_back_to_its_opening(receiving):
    """Another office of the house sent the same person's dossier while this pack lay before registration."""
    receiving.pack()
    ticked(receiving)
    with receiving.database.transaction() as session:
        case = session.get_one(Case, receiving._case_id(session, PACK))
        person = persons.register(session, {"name": "李明", "id_no": ID_NO}, "rosa")
        number = dossiers.register(session, person, {"volumes": "1"}, "rosa", case).dossier_no
    with pytest.raises(Invalid, match=number):
        receiving.do(PACK, "register_dossier", "rosa", id_no_again=ID_NO)
    send_back(receiving, "register_dossier", "rosa", "open_pack")
    receiving.do(PACK, "open_pack", "rosa", **OPEN)
    assert receiving.waits_at(PACK) == ["judge"]
    assert receiving.exceptions(PACK, still_open=True) == ["E09"]


def test_who_is_known_as_a_cadre_meanwhile_is_held_up_when_the_pack_goes_back_to_its_opening(receiving):
    receiving.pack()
    ticked(receiving)
    with receiving.database.transaction() as session:
        case = session.get_one(Case, receiving._case_id(session, PACK))
        person = persons.register(session, {"name": "李明", "id_no": ID_NO}, "rosa")
        dossiers.register(session, person, {"kind": "cadre", "version": "duplicate"}, "rosa", case)
    with pytest.raises(Invalid, match="send it back to its opening"):
        receiving.do(PACK, "register_dossier", "rosa", id_no_again=ID_NO)
    send_back(receiving, "register_dossier", "rosa", "open_pack")
    with pytest.raises(Invalid, match="E16"):
        receiving.do(PACK, "open_pack", "rosa", **OPEN)
    receiving.do(PACK, "open_pack", "rosa", **OPEN, opening_note="曾任副科长")
    assert receiving.waits_at(PACK) == ["contact_sender"]
    assert receiving.exceptions(PACK, still_open=True) == ["E16"]
    with pytest.raises(Invalid, match="goes back, whatever is said"):
        receiving.do(PACK, "contact_sender", "rosa", contact="clarified", contact_note="学校称无误")
    receiving.do(PACK, "contact_sender", "rosa", contact="return", contact_note="请改走机要")
    assert receiving.waits_at(PACK) == ["prepare_return"]


def test_materials_ticked_anew_close_what_was_missing_and_correct_the_same_record(receiving):
    receiving.pack()
    ticked(receiving, present=EVERYTHING[1:])
    assert receiving.exceptions(PACK, still_open=True) == ["E07"]
    send_back(receiving, "tell_missing", "rosa", "tick_materials")
    assert receiving.waits_at(PACK) == ["tick_materials"]
    receiving.do(PACK, "tick_materials", "rosa", list_kind="GRAD", present=EVERYTHING)
    assert receiving.exceptions(PACK, still_open=True) == []

    receiving.do(PACK, "register_dossier", "rosa", id_no_again=ID_NO)
    number = receiving.dossier_no(PACK)
    send_back(receiving, "review_dossier", "remy", "tick_materials")
    receiving.do(PACK, "tick_materials", "rosa", list_kind="GRAD", present=EVERYTHING)
    registered(receiving)
    assert receiving.dossier_no(PACK) == number
    with receiving.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Dossier)) == 1
    assert sound(receiving)


def test_machine_work_passed_again_is_done_again(receiving):
    receiving.pack()
    ticked(receiving)
    before = jobs_done(receiving, "find_duplicates")
    send_back(receiving, "register_dossier", "rosa", "open_pack")
    assert receiving.waits_at(PACK) == ["open_pack"]
    receiving.do(PACK, "open_pack", "rosa", **OPEN)

    assert (before, jobs_done(receiving, "find_duplicates")) == (1, 2)
    assert receiving.waits_at(PACK) == ["tick_materials"]
    assert sound(receiving)


def test_what_was_seen_wrong_outside_is_closed_when_it_is_looked_at_anew(receiving):
    receiving.pack()
    receiving.do(PACK, "sign_for", "wang")
    receiving.do(PACK, "check_outside", "wang", checks=["channel", "seam", "addressee"], outside_note="破")
    assert receiving.exceptions(PACK, still_open=True) == ["E01"]
    send_back(receiving, "prepare_return", "wang", "check_outside")
    receiving.do(PACK, "check_outside", "wang", **GOOD_OUTSIDE)

    assert (receiving.exceptions(PACK, still_open=True), receiving.waits_at(PACK)) == ([], ["open_pack"])
    assert sound(receiving)


def test_a_return_proposed_anew_for_other_reasons_bears_only_those_and_its_letter_takes_the_place_of_the_old(receiving):
    receiving.pack()
    receiving.do(PACK, "sign_for", "wang")
    receiving.do(PACK, "check_outside", "wang", checks=["channel", "seam", "addressee"], outside_note="破")
    receiving.do(PACK, "prepare_return", "wang", return_codes=["E01", "E02"], return_to="云溪大学")
    receiving.do(PACK, "confirm_return", "dora", return_decision="return")
    send_back(receiving, "send_back", "wang", "prepare_return")
    receiving.do(PACK, "prepare_return", "wang", return_codes=["E01", "E05"], return_to="云溪大学")
    assert receiving.exceptions(PACK, still_open=True) == ["E01", "E05"]
    receiving.do(PACK, "confirm_return", "dora", return_decision="return")

    def letters(session, pack):
        found = [each for each in documents.of_case(session, pack.case) if each.kind == "return_letter"]
        return [each.superseded_by is None for each in found]

    assert receiving.seen(PACK, letters) == [False, True]
    assert sound(receiving)


def test_nothing_before_the_signature_for_a_pack_is_redone(receiving):
    receiving.pack()
    opened(receiving)
    told = refusals(receiving, "tick_materials", "rosa")
    assert "cannot be done a second time" in str(told["sign_for"])
    assert told["check_outside"] is None and told["open_pack"] is None


def test_a_dossier_on_its_shelf_is_not_shelved_a_second_time(receiving):
    receiving.pack()
    ticked(receiving)
    registered(receiving)
    shelved(receiving)
    told = refusals(receiving, "send_slip", "wang")
    assert set(told) >= {"sign_for", "open_pack", "tick_materials", "register_dossier", "review_dossier", "shelve"}
    assert all("cannot be done a second time" in str(said) for said in told.values())
    with pytest.raises(Conflict, match="cannot be done a second time"):
        send_back(receiving, "send_slip", "wang", "register_dossier")
    receiving.do(PACK, "send_slip", "wang")
    with receiving.database.transaction() as session, pytest.raises(Conflict, match="cannot be done a second time"):
        dora = session.get_one(User, "dora")
        case = session.get_one(Case, receiving._case_id(session, PACK))
        at = next(each.key for each in returns.entrances(session, case) if each.activity.id == "open_pack")
        returns.reopen(session, case, dora, at, "重办")
    assert receiving.is_over(PACK) and sound(receiving)


ONCE = {
    "receipt.sign",
    "receipt.follow",
    "receipt.confirm_merge",
    "receipt.hand_over",
    "receipt.send_back",
    "receipt.shelve",
}


def test_what_the_house_does_once_only_is_what_cannot_be_done_twice():
    ours = {topic for topic in listeners if topic.startswith(("receipt.", "days."))}
    assert {topic for topic in ours if not is_repeatable_in_turn(topic)} == ONCE
