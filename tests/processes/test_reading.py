"""查借阅: every path of bpmn/reading.bpmn, through the real forms."""

from datetime import date

import pytest
from sqlalchemy import select, update

from archive import parameters, persons
from archive.dossier_tables import Dossier
from archive.reading import closing, copies, kin
from archive.reading.grant_tables import Grant, GrantStatus
from archive.reading.models import RequestStatus, ShutUnit
from archive.relations import subject
from archive.statuses import DossierKind, DossierStatus
from tests.archive.cards import id_no
from tests.people import PASSWORD
from tests.processes.reading import HOME, ON_SCREEN, READERS, UNIT, WHOLE, Readings
from tests.processes.table import covers
from tests.standing import standing
from workflow import cases, instances
from workflow.errors import Conflict, Invalid, NotAllowed
from workflow.identity import User
from workflow.models import ProcessInstance
from workflow.separation import relations
from workflow.statuses import RelationKind


@pytest.fixture
def readings(sqlite_office, clock) -> Readings:
    """SQLite does for most paths; `everywhere` walks the main ones on both."""
    return standing(Readings, sqlite_office)


@pytest.fixture
def everywhere(office, clock) -> Readings:
    return standing(Readings, office)


def refused(act, *fields: str) -> str:
    with pytest.raises(Invalid) as said:
        act()
    assert list(said.value.problems) == list(fields)
    return " ".join(str(each.template) for found in said.value.problems.values() for each in found)


def said_of(act) -> str:
    """What is said, its places filled."""
    with pytest.raises(Invalid) as said:
        act()
    return " ".join(each.template.format(**each.facts) for found in said.value.problems.values() for each in found)


@covers("B1", "begun", "take_up", "fill_request")
@covers("B2", "upload_sealed")
@covers("B3", "pre_check", "who_decides")
@covers("B4", "opinion")
@covers("B5", "decide", "issue_approval")
@covers("B6l", "hand_out", "lent")
@covers("B8l", "take_return", "came_back")
@covers("B9", "put_back", "register_result", "over")
def test_a_dossier_is_asked_for_approved_lent_and_comes_back_to_its_place(everywhere):
    everywhere.approved()
    assert everywhere.open_steps() == [("hand_out", None)]
    assert everywhere.request().number == "〔2026〕查字0001号"
    everywhere.lend()
    assert everywhere.status() is DossierStatus.LENT
    assert everywhere.loan().due_at.isoformat() == "2026-07-15T09:30:00+00:00"
    everywhere.give_back()
    everywhere.put_back()
    everywhere.finish()

    assert (everywhere.status(), everywhere.request().status) == (DossierStatus.IN_STORE, RequestStatus.OVER)
    assert everywhere.dossier().held_by_case_id is None
    assert everywhere.places()[-3:] == ["unit:云溪市教育局 何查", "person:rosa", f"position:{HOME.format(1)}"]
    assert everywhere.ends()[-1] == "over" and everywhere.finished()
    assert [kind for kind, *_ in everywhere.issued()] == ["reading_approval", "loan_slip"]
    assert everywhere.broken() == []


# B1: the form


@covers("own", "fill_request")
@covers("B1", "fill_request")
@pytest.mark.parametrize(
    ("readers", "field", "said"),
    [
        (READERS[:1], "readers", "at least"),
        ((READERS[0], {**READERS[1], "id_no": READERS[0]["id_no"]}), "readers.1.id_no", "the same person"),
        ((READERS[0], {"name": "李明1", "id_no": id_no(1)}), "readers.1.id_no", "nobody reads their own"),
        (({**READERS[0], "login": "rene"}, {**READERS[1], "login": "rene"}), "readers.1.login", "same account"),
    ],
)
def test_readers_are_two_different_people_and_never_the_person(readings, readers, field, said):
    readings.begin()
    assert said in refused(lambda: readings.fill(readers), field)
    assert readings.open_steps() == [("fill_request", "wang")]
    assert readings.request().readers == []


@covers("B1", "fill_request")
def test_a_refusal_names_every_reader_it_is_about_and_nothing_is_half_done(readings):
    with readings.database.transaction() as session:
        person = readings.dossier_of(session).person
        kin.note(session, person, "许阅", READERS[1]["id_no"], "配偶", "rosa")
        relations.declare(
            session, session.get_one(User, "rene"), subject(session, id_no(1)), "李明1", RelationKind.BLOOD
        )
    readings.begin()
    with pytest.raises(Invalid) as said:
        readings.fill(({**READERS[0], "login": "rene"}, READERS[1]))
    assert {field: each[0].facts["reader"] for field, each in said.value.problems.items()} == {
        "readers.0.id_no": "何查",
        "readers.1.id_no": "许阅",
    }
    assert readings.request().status is RequestStatus.DRAFT


@covers("B1", "fill_request")
def test_the_relative_of_a_relative_counts_from_either_side(readings):
    with readings.database.transaction() as session:
        reader = persons.register(session, {"name": "许阅", "id_no": READERS[1]["id_no"]}, "rosa")
        kin.note(session, reader, "李明1", id_no(1), "父亲", "rosa")
        assert kin.note(session, reader, "李明1", id_no(1), "父亲", "rosa").id == 1
    readings.begin()
    assert "relative" in refused(readings.fill, "readers.1.id_no")


@covers("B1", "fill_request")
def test_the_regime_of_the_dossier_says_how_many_read(readings):
    with readings.database.transaction() as session:
        parameters.change(session, "readers_cadre", 3, date(2026, 1, 1), "dora")
    readings.begin()
    readings.fill()
    with readings.database.transaction() as session:
        readings.dossier_of(session).kind = DossierKind.CADRE
    readings.begin(key="20260701-00000B")
    assert said_of(lambda: readings.fill(letter_no="另一封")) == "At least 3 people read together."


@covers("B1", "fill_request")
def test_the_purposes_are_a_closed_list_the_office_can_narrow(readings):
    with readings.database.transaction() as session:
        parameters.change(session, "reading_purposes", ["cadre_work"], date(2026, 1, 1), "dora")
    readings.begin()
    refused(lambda: readings.fill(purpose="history"), "purpose")
    readings.fill()
    assert readings.open_steps() == [("upload_sealed", None)]


@covers("B1", "fill_request")
def test_a_letter_serves_once_and_a_letter_of_several_once_for_each(sqlite_office, clock):
    readings = standing(Readings, sqlite_office, 3)
    readings.begin(1)
    readings.fill(letter_no="云教函〔2026〕7号")
    readings.begin(2)
    assert "云教函〔2026〕7号 of 云溪市教育局 was used" in said_of(
        lambda: readings.fill(number=2, letter_no=" 云教函〔２０２６〕７号 ")
    )
    readings.fill(number=2, letter_no="云教函〔2026〕8号", letter_persons="2")
    readings.begin(3)
    readings.fill(number=3, letter_no="云教函〔2026〕8号")
    readings.begin(2, key="20260701-00000C")
    refused(lambda: readings.fill(number=2, letter_no="云教函〔2026〕8号"), "letter_no")
    readings.fill(number=2, letter_no="云教函〔2026〕7号", unit="另一个单位")


@covers("B1", "not_supplemented", "lapse_request", "closed")
@covers("B3 XG", "fill_request", "closed")
def test_what_is_not_supplemented_in_five_working_days_is_closed(readings, clock):
    readings.ask()
    readings.check(check_result="supplement", check_note="介绍信未写明事由")
    assert readings.open_steps() == [("fill_request", "wang")]
    assert "介绍信未写明事由" in readings.drawn("fill_request", "wang")
    readings.fill(letter_no="云教函〔2026〕2号")
    readings.seal()
    readings.check(check_result="supplement", check_note="仍不清楚")
    clock.move(days=8)
    readings.machine()
    assert (readings.ends(), readings.request().status) == (["closed"], RequestStatus.LAPSED)


# B2 and B3


@covers("B2", "leader_signs")
def test_the_leader_signs_here_with_the_password_and_reads_nothing_himself(readings):
    readings.begin()
    here = {"signing": "here", "leader": "dirk"}
    refused(lambda: readings.fill(({**READERS[0], "login": "dirk"}, READERS[1]), **here), "leader")
    readings.fill(**here)
    assert readings.open_steps() == [("leader_signs", "dirk")]
    signed = {"leader_decision": "agree", "leader_signature.password": PASSWORD}
    readings.step("leader_signs", "dirk", **signed)
    assert readings.open_steps() == [("pre_check", None)]


@covers("B2", "leader_signs", "drop_request", "not_signed")
def test_what_the_unit_does_not_agree_to_goes_no_further(readings):
    readings.begin()
    readings.fill(signing="here", leader="dirk")
    declined = {"leader_decision": "decline", "leader_signature.password": PASSWORD}
    refused(lambda: readings.step("leader_signs", "dirk", **declined), "leader_note")
    readings.step("leader_signs", "dirk", leader_note="另派他人", **declined)
    assert (readings.ends(), readings.request().why) == (["not_signed"], "另派他人")


@covers("B2", "upload_sealed")
def test_a_reader_does_not_sign_for_the_unit(readings):
    readings.begin()
    readings.fill()
    refused(lambda: readings.seal(leader_name="何查"), "leader_name")


@covers("B3", "pre_check", "refuse_request", "refused")
@covers("B3 XG", "is_checked", "refused")
def test_a_relative_found_by_the_pre_check_is_refused_always(readings):
    readings.ask()
    found = {"check_result": "refuse", "check_note": "履历表载为配偶"}
    refused(lambda: readings.check(**found, kin_id_no=id_no(77)), "kin_id_no")
    readings.check(**found, kin_id_no=READERS[0]["id_no"])

    assert (readings.ends(), readings.request().status) == (["refused"], RequestStatus.REFUSED)
    [(kind, _, text, _)] = readings.issued()
    assert kind == "reading_refusal" and "履历表载为配偶" in text and UNIT in text
    readings.begin(key="20260701-00000B")
    assert "relative" in refused(lambda: readings.fill(letter_no="再来一封"), "readers.0.id_no")


@covers("B3", "pre_check")
@pytest.mark.parametrize(
    ("status", "said"), [(DossierStatus.SORTING, "not in the store"), (DossierStatus.SEALED, "sealed by authority")]
)
def test_a_dossier_that_is_out_or_sealed_passes_no_pre_check_for_paper(readings, status, said):
    readings.ask()
    with readings.database.transaction() as session:
        readings.dossier_of(session).status = status
    assert said in refused(readings.check, "check_result")


@covers("B3", "pre_check")
def test_what_is_sealed_is_not_read_on_the_screen_either(readings):
    readings.scan()
    readings.ask(readers=ON_SCREEN, mode="digital")
    with readings.database.transaction() as session:
        readings.dossier_of(session).status = DossierStatus.SEALED
    assert "sealed by authority" in refused(readings.check, "check_result")


@covers("B3", "pre_check")
def test_who_filled_in_does_not_check_and_relatives_take_no_part(readings):
    with readings.database.transaction() as session:
        readings.join(session, "wang", "registry")
        relations.declare(
            session, session.get_one(User, "rene"), subject(session, id_no(1)), "李明1", RelationKind.IN_LAW
        )
    readings.begin()
    readings.fill()
    readings.photograph("sealed_file")
    with pytest.raises(NotAllowed):
        readings.step("upload_sealed", "rene", leader_name="钱局长", leader_post="局长")
    readings.step("upload_sealed", "rosa", leader_name="钱局长", leader_post="局长")
    for who in ("wang", "rene"):
        with pytest.raises(NotAllowed):
            readings.check_as(who)


# B4 and B5


@covers("B5", "decide", "who_decides")
@pytest.mark.parametrize(
    ("mode", "record", "kind", "checked", "groups"),
    [
        ("room", {}, "flow", {}, ["group:director", "group:review"]),
        ("room", {"rank": "科员"}, "cadre", {}, ["group:director", "group:review"]),
        ("room", {"rank": "科级以下"}, "cadre", {}, ["group:director", "group:review"]),
        ("room", {"rank": "四级主任科员"}, "cadre", {}, ["group:director"]),
        ("room", {"rank": "副处级", "admin_level": "区管"}, "cadre", {}, ["group:director"]),
        ("room", {}, "cadre", {}, ["group:director"]),  # no rank on record
        ("room", {}, "flow", {"level_asked": "section"}, ["group:director"]),
        ("lend", {}, "flow", {}, ["group:director"]),
    ],
)
def test_the_record_and_the_mode_say_who_decides_and_the_checker_asks_for_a_higher_one_only(
    readings, mode, record, kind, checked, groups
):
    readings.is_on_record(kind, **record)
    readings.ask(mode=mode)
    readings.check(**checked)
    readings.step("opinion", "remy", opinion_result="agree", opinion_note="手续齐全")
    assert readings.offered_to("decide") == groups


@covers("B3", "pre_check")
@covers("B4h", "write_petition")
def test_the_words_of_a_record_are_the_office_s_and_a_running_case_keeps_those_it_began_with(readings, clock):
    readings.is_on_record("cadre", rank="科员", admin_level="州管")
    readings.ask(mode="room")
    clock.move(hours=1)
    with readings.database.transaction() as session:
        parameters.change(session, "reading_higher", "州管，省管", date(2026, 7, 1), "dora")
    clock.move(hours=1)
    readings.check()
    assert readings.open_steps() == [("opinion", None)]  # it began before the words were others
    readings.step("opinion", "remy", opinion_result="agree", opinion_note="同意")
    readings.decide("dora", decision="refuse", refusal_note="另行提出")
    readings.begin(key="20260701-00000B")
    readings.fill(mode="room", letter_no="〔2026〕9号")
    readings.seal()
    readings.check()
    assert readings.open_steps() == [("ask_authority", None)]


@covers("B5", "decide", "refused")
@covers("B5 XG", "is_approved", "refused")
def test_the_decision_is_nobody_s_who_had_a_hand_in_it_before(readings):
    with readings.database.transaction() as session:
        for who in ("wang", "rosa", "remy"):
            readings.join(session, who, "director")
    readings.ask()
    readings.check()
    readings.step("opinion", "remy", opinion_result="against", opinion_note="理由不足")
    for who in ("wang", "rosa", "remy"):
        with pytest.raises(NotAllowed):
            readings.decide(who)
    refused(lambda: readings.decide("dora", decision="refuse"), "refusal_note")
    readings.decide("dora", decision="refuse", refusal_note="范围过大")
    assert (readings.ends(), readings.request().why) == (["refused"], "范围过大")


@covers("B5", "decide", "issue_approval")
def test_a_smaller_scope_is_what_may_be_read(readings):
    chosen = [readings.material("干部履历表"), readings.material("2018年度考核登记表")]
    readings.ask(mode="room", scope="chosen", materials=chosen)
    readings.check()
    readings.step("opinion", "remy", opinion_result="agree", opinion_note="同意")
    wider = [*chosen, readings.material("高中毕业生学籍表")]
    refused(lambda: readings.decide("dora", decision="restrict", allowed=wider), "allowed")
    readings.decide("dora", decision="restrict", allowed=chosen[:1])

    assert readings.request().materials == [int(chosen[0])]
    [(_, number, text, _)] = readings.issued()
    assert number == "〔2026〕查字0001号"
    assert all(each in text for each in ("1-1 干部履历表", "任前考察", "何查", "2026年7月16日", "朵拉"))
    assert "2018" not in text and READERS[0]["id_no"] not in text


@covers("B4h", "write_petition", "ask_authority")
def test_a_cadre_of_a_higher_authority_takes_its_answer_whatever_the_checker_clicks(readings):
    readings.is_on_record("cadre", rank="正处级", admin_level="市管")
    readings.ask(mode="room")
    assert "上级管理，请示主管机关" in readings.drawn("pre_check", "rosa")
    readings.check(level_asked="section")
    [(kind, number, text, _)] = readings.issued()
    assert (kind, number, "李明1" in text) == ("reading_petition", "〔2026〕请字0001号", True)
    readings.answer(authority_decision="agree")
    assert readings.open_steps() == [("decide", None)]
    readings.decide("dora")
    assert readings.open_steps() == [("take_to_room", None)]


@covers("B4h", "ask_authority", "refused")
def test_what_the_managing_authority_refuses_is_refused(readings):
    readings.ask(mode="room")
    readings.check(level_asked="higher")
    readings.answer(authority_decision="refuse", refusal_note="不宜查阅")
    assert (readings.ends(), readings.request().why) == (["refused"], "不宜查阅")


@covers("discipline", "who_decides", "decide")
def test_discipline_goes_to_the_leader_the_same_day_and_is_shielded(readings):
    readings.ask(purpose="discipline", mode="room")
    readings.check()
    assert readings.open_steps() == [("decide", None)]
    assert readings.due("decide").isoformat() == "2026-07-01T09:30:00+00:00"
    assert readings.request().shielded


# B6l to B8l: the loan


@covers("B6l", "hand_out")
@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"scan_label": "YX202699999"}, "scan_label"),
        ({"pages_out": "7"}, "pages_out"),
        ({"borrower": "路人甲"}, "borrower"),
        ({"seal_no": " "}, "seal_no"),
    ],
)
def test_a_loan_goes_out_counted_sealed_to_one_of_the_readers(readings, typed, field):
    readings.approved()
    refused(lambda: readings.lend(**typed), field)
    assert readings.status() is DossierStatus.IN_STORE


@covers("B6l", "hand_out", "drop_missing", "not_found")
def test_what_is_not_in_its_place_is_missing(readings):
    readings.approved()
    refused(lambda: readings.step("hand_out", "stan", handing="missing"), "hand_note")
    readings.step("hand_out", "stan", handing="missing", hand_note="架上没有")
    assert (readings.ends(), readings.status()) == (["not_found"], DossierStatus.MISSING)
    assert readings.lost() == ("missing", readings.dossier().held_by_case_id)


@covers("B6l", "hand_out", "drop_missing", "not_found")
@pytest.mark.parametrize("status", [DossierStatus.TRANSFERRED, DossierStatus.MISSING])
def test_what_has_left_or_is_missed_already_only_ends_the_request(readings, status):
    """Otherwise the step could be ended by cancelling alone: what has left cannot go missing."""
    readings.approved()
    with readings.database.transaction() as session:
        session.execute(update(Dossier).values(status=status))
    readings.step("hand_out", "stan", handing="missing", hand_note="已转出，不在架")
    assert (readings.ends(), readings.status()) == (["not_found"], status)


@covers("once", "loan_lapsed", "lapse_approval", "lapsed")
def test_an_approval_that_is_not_used_in_fifteen_days_lapses(readings, clock):
    readings.approved()
    clock.move(days=15)
    readings.machine()
    assert (readings.ends(), readings.request().status) == (["lapsed"], RequestStatus.LAPSED)


@covers("once", "room_lapsed", "lapsed")
def test_the_same_holds_for_the_reading_room(readings, clock):
    readings.approved(mode="room")
    clock.move(days=15)
    readings.machine()
    assert readings.ends() == ["lapsed"]


@covers("B6l", "hand_out")
def test_one_process_at_a_time_holds_a_dossier(readings):
    readings.approved()
    with readings.database.transaction() as session:
        other = cases.open_case(session, "other-1", "另一事项", "sorting", "rosa")
        readings.dossier_of(session).held_by_case_id = other.id
    with pytest.raises(Conflict, match="held"):
        readings.lend()


@covers("B7l", "soon_due", "remind", "overdue", "chase", "long_overdue", "write_letter", "send_letter")
@covers("B7l", "too_long_overdue", "press_loan", "reminded", "chased", "letter_sent", "pressed")
def test_the_ladder_reminds_asks_writes_presses_and_the_return_ends_it(everywhere, clock):
    everywhere.lent()
    clock.move(days=11)  # Sunday the 12th
    everywhere.machine()
    assert everywhere.told() == []
    clock.move(days=2)
    everywhere.machine()
    assert everywhere.told() == ["wang"] and everywhere.ends() == ["reminded"]
    clock.move(days=2)
    everywhere.machine()
    assert everywhere.open_steps() == [("chase", None), ("take_return", None)]
    clock.move(days=5)
    everywhere.machine()
    assert ("send_letter", None) in everywhere.open_steps()
    clock.move(days=9)
    everywhere.machine()
    assert [step for step, _ in everywhere.open_steps()] == ["chase", "press_loan", "send_letter", "take_return"]
    refused(lambda: everywhere.step("chase", "rosa"), "chase_note")
    everywhere.step("chase", "rosa", chase_note="电话催还")
    everywhere.step("send_letter", "remy", chase_note="已寄出")
    everywhere.step("press_loan", "dirk", chase_note="限三日归还")
    assert [kind for kind, *_ in everywhere.issued()] == ["reading_approval", "loan_slip", "loan_letter"]
    everywhere.give_back()
    assert everywhere.open_steps() == [("put_back", None)]
    everywhere.put_back()
    everywhere.finish()
    assert everywhere.finished() and everywhere.broken() == []


@covers("B8l", "take_return", "came_back")
@covers("B5 XG", "is_approved", "which_mode")
def test_a_return_ends_what_was_still_to_be_done_about_it(readings, clock):
    readings.lent()
    clock.move(days=20)
    readings.machine()
    assert [step for step, _ in readings.open_steps()] == ["chase", "send_letter", "take_return"]
    readings.give_back()
    assert readings.open_steps() == [("put_back", None)]


@covers("B7l", "extension_asked", "decide_extension", "due_moved", "set_ladder")
def test_a_loan_is_extended_once_by_a_new_approval_before_it_is_due(everywhere, clock):
    everywhere.lent()
    refused(lambda: everywhere.extend(reason=" "), "reason")
    everywhere.extend()
    assert everywhere.open_steps() == [("decide_extension", None), ("take_return", None)]
    with pytest.raises(NotAllowed):
        everywhere.step("decide_extension", "wang", extension_decision="grant")
    everywhere.grant_extension()
    assert everywhere.loan().due_at.date() == date(2026, 7, 29)
    clock.move(days=15)  # past the first due day, and no reminder yet
    everywhere.machine()
    assert everywhere.told() == [] and everywhere.open_steps() == [("take_return", None)]
    with pytest.raises(Conflict, match="extended once"):
        everywhere.extend()
    clock.move(days=13, hours=9)
    everywhere.machine()
    assert everywhere.told() == ["wang"]
    assert everywhere.open_steps() == [("chase", None), ("take_return", None)]


@covers("B7l", "decide_extension", "extension_decided")
def test_an_extension_refused_or_asked_too_late_changes_nothing(readings, clock):
    readings.lent()
    readings.extend()
    refused(lambda: readings.grant_extension(extension_decision="refuse"), "extension_note")
    readings.grant_extension(extension_decision="refuse", extension_note="另有单位等候")
    assert (readings.loan().extensions, readings.loan().due_at.date()) == (0, date(2026, 7, 15))
    clock.move(days=15)
    with pytest.raises(Conflict, match="due already"):
        readings.extend()


@covers("B7l", "due_moved", "set_ladder")
def test_a_loan_called_back_is_due_sooner_and_the_ladder_with_it(readings, clock):
    readings.lent()
    refused(lambda: readings.recall(why=""), "why")
    readings.recall()
    assert readings.loan().due_at.date() == date(2026, 7, 3)
    assert any("任免急需" in text for kind, _, text, _ in readings.issued() if kind == "loan_letter")
    clock.move(days=2, hours=9)
    readings.machine()
    assert [step for step, _ in readings.open_steps()] == ["chase", "take_return"]
    with pytest.raises(Conflict, match="anyhow"):
        readings.recall()
    readings.give_back()
    with pytest.raises(Conflict, match="lent any more"):
        readings.recall()


@covers("B8l", "take_return")
def test_what_comes_back_is_counted_material_by_material_and_the_rest_is_as_lent_by_one_key(readings):
    readings.lent()
    assert all(each in readings.drawn("take_return", "rosa") for each in ("1-1 干部履历表", "4-1-1 高中毕业生学籍表"))
    uncounted = [f"returned.{row}.back" for row in range(4)]
    refused(lambda: readings.give_back(as_lent=""), *uncounted)
    more = said_of(lambda: readings.give_back(**{"returned.3.back": "9"}))
    assert more.startswith("“4-1-1 高中毕业生学籍表”") and "you counted 9: there are more" in more
    fewer = said_of(lambda: readings.give_back(**{"returned.0.back": "0"}))
    assert fewer.startswith("“1-1 干部履历表”") and "some are missing" in fewer
    swapped = {"returned.0.back": "3", "returned.3.back": "3"}  # as many pages as were lent, but not the same
    refused(lambda: readings.give_back(**swapped), "returned.0.back", "returned.3.back")
    assert readings.loan().returned_at is None
    readings.give_back()
    assert (readings.loan().pages_back, readings.open_steps()) == (WHOLE, [("put_back", None)])


@covers("B8l", "take_return", "difference")
def test_an_incident_names_the_materials_that_differ(readings):
    readings.lent()
    counts = {"returned.0.back": "1", "returned.3.back": "9", "return_result": "differs", "return_note": "装订线断"}
    rows = {"differences": ["", "0"], "differences.0.kind": "missing", "differences.0.pages": "1"}
    refused(lambda: readings.give_back(**counts, **rows), "differences.0.kind")  # twice told
    damaged = {"kind": "damaged", "material": readings.material("干部履历表"), "pages": "1", "note": "涂改"}
    rows = {"differences": ["", "0"], **{f"differences.0.{field}": said for field, said in damaged.items()}}
    readings.give_back(**counts, **rows)
    page = readings.drawn("investigate", "dora")
    assert all(
        each in page for each in ("1-1 干部履历表", "4-1-1 高中毕业生学籍表", "1-1 干部履历表 涂改", "缺页", "多出")
    )
    assert readings.loan().differs


@covers("B8l", "take_return")
@pytest.mark.parametrize(("pages", "said"), [("9", "there are more"), ("7", "some are missing")])
def test_what_was_lent_before_materials_were_counted_is_counted_as_a_whole(readings, pages, said):
    readings.lent()
    with readings.database.transaction() as session:
        instance = session.scalars(select(ProcessInstance)).one()
        instances.set_variables(session, instance, {"returned": None}, "dora")
    assert said in refused(lambda: readings.give_back(pages_in=pages), "pages_in")
    assert readings.loan().returned_at is None
    readings.give_back(pages_in=str(WHOLE))


@covers("B8l", "came_back_otherwise", "difference", "shut_unit", "investigate", "put_back")
def test_a_difference_shuts_the_unit_out_until_it_is_settled(everywhere):
    everywhere.lent()
    everywhere.give_back(**{"return_result": "differs", "returned.0.back": "0", "return_note": "缺页"})
    assert everywhere.open_steps() == [("investigate", None)]
    everywhere.begin(key="20260701-00000B")
    assert UNIT in said_of(lambda: everywhere.fill(letter_no="新函", unit=f" {UNIT} "))
    everywhere.cases[1] = everywhere.cases[1] - 1
    everywhere.search("found", lift="true")
    everywhere.put_back()
    everywhere.finish()

    assert (everywhere.status(), everywhere.loan().differs) == (DossierStatus.IN_STORE, False)
    assert everywhere.ends()[-1] == "over"
    with everywhere.database.reading() as session:
        assert session.scalars(select(ShutUnit.lifted_by)).all() == ["dora"]
    assert everywhere.broken() == []


@covers("B8l", "investigate", "lost")
@pytest.mark.parametrize(("found", "status"), [("damaged", DossierStatus.LENT), ("missing", DossierStatus.MISSING)])
def test_what_is_not_made_whole_is_damaged_or_missing_and_that_is_a_matter_of_its_own(readings, found, status):
    readings.lent()
    readings.give_back(return_result="differs", return_note="第三页撕毁")
    readings.search(found)
    assert (readings.ends()[-1], readings.status()) == ("lost", status)
    assert readings.lost() == (found, readings.dossier().held_by_case_id)
    assert readings.finished() and readings.broken() == []


@covers("B6l", "lent")
def test_a_case_that_is_ended_early_leaves_a_stray_and_no_loan(readings):
    readings.lent()
    readings.cancel()
    assert (readings.loan().given_up, readings.request().status) == (True, RequestStatus.LAPSED)
    assert readings.dossier().held_by_case_id is None and readings.status() is DossierStatus.LENT
    assert readings.broken() == []


@covers("B6d", "digital_reading")
def test_a_case_that_is_ended_early_closes_its_grant(readings, clock):
    readings.scan()
    readings.granted()
    readings.read_on_screen(clock, seconds=30, done=False)
    readings.cancel()
    assert (readings.grant().status, readings.grant().used_ms) == (GrantStatus.EXPIRED, 30_000)
    assert readings.broken() == []


# B6r to B9: the reading room


@covers("B6r", "take_to_room")
@covers("B7r", "read_in_room")
@covers("B8", "check_copies")
@covers("B9", "put_back", "over")
@covers("B5 XG", "is_approved", "which_mode")
def test_read_in_the_room_with_copies_stamped_and_put_back(everywhere):
    everywhere.approved(mode="room")
    everywhere.to_room()
    assert everywhere.places()[-1] == "desk:reading"
    refused(lambda: everywhere.read(phones_away=""), "phones_away")
    everywhere.read(has_copies="true")
    everywhere.copy(("干部履历表", "1", "2"), ("高中毕业生学籍表", "2", "2"))
    with everywhere.database.reading() as session:
        assert [each.number for each in copies.of(session, everywhere.case_id())] == [
            "〔2026〕复字0001号",
            "〔2026〕复字0002号",
        ]
    text = next(text for kind, _, text, _ in everywhere.issued() if kind == "copy_register")
    assert "1-1 干部履历表" in text and "〔2026〕复字0002号" in text
    everywhere.put_back()
    everywhere.finish()
    assert everywhere.ends() == ["over"] and everywhere.broken() == []


@covers("B8", "check_copies")
def test_only_approved_pages_are_copied(readings):
    readings.approved(mode="copy", scope="chosen", materials=[readings.material("干部履历表")])
    readings.to_room()
    readings.read(has_copies="true")
    refused(lambda: readings.copy(("干部履历表", "1", "5")), "copies.0.last_page")
    refused(lambda: readings.copy(("干部履历表", "3", "2")), "copies.0.last_page")
    with pytest.raises(Invalid) as said:
        readings.copy(("干部履历表", "1", "1"), ("高中毕业生学籍表", "1", "1"))
    assert list(said.value.problems) == ["copies.1.material"]
    readings.copy(("干部履历表", "1", "4"))
    assert readings.open_steps() == [("put_back", None)]


@covers("B6r", "take_to_room", "not_found")
def test_what_the_room_waits_for_may_be_missing_too(readings):
    readings.approved(mode="room")
    readings.step("take_to_room", "stan", handing="missing", hand_note="架上没有")
    assert readings.ends() == ["not_found"]


@covers("B9", "put_back", "shut_unit")
@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"pages_in": "7"}, "pages_in"),
        ({"scan_position": "K01-01-01-A-1-02"}, "scan_position"),
        ({"scan_label": "YX1"}, "scan_label"),
    ],
)
def test_it_goes_back_whole_to_its_own_place_or_not_at_all(readings, typed, field):
    readings.approved(mode="room")
    readings.to_room()
    readings.read()
    refused(lambda: readings.put_back(**typed), field)
    readings.put_back(put_back_result="differs", pages_in="7", return_note="少一页")
    assert readings.open_steps() == [("investigate", None)]


# B6d and B7d: on the screen


@covers("B6d", "open_grant")
@covers("B7d", "digital_reading", "close_grant")
@covers("B5 XG", "is_approved", "which_mode")
def test_two_readers_read_on_the_screen_and_the_dossier_never_moves(everywhere, clock):
    everywhere.scan()
    everywhere.granted(grant_minutes="30", grant_days="2")
    grant = everywhere.grant()
    assert (grant.minutes, grant.may_print, grant.may_download) == (30, False, False)
    assert everywhere.open_steps() == [] and everywhere.status() is DossierStatus.IN_STORE
    everywhere.read_on_screen(clock, seconds=90)
    everywhere.machine()
    everywhere.finish()

    assert everywhere.ends() == ["over"] and everywhere.known()["minutes_read"] == 1
    assert (everywhere.grant().status, everywhere.grant().used_ms) == (GrantStatus.ENDED, 90_000)
    assert everywhere.dossier().held_by_case_id is None and everywhere.broken() == []


@covers("B6d", "grant_ends", "close_grant")
def test_a_grant_is_closed_when_its_time_is_over_also_while_somebody_reads(readings, clock):
    readings.scan()
    readings.granted(grant_days="2")
    readings.read_on_screen(clock, seconds=30, done=False)
    clock.move(days=2)
    readings.machine()
    assert readings.grant().status is GrantStatus.EXPIRED
    assert readings.open_steps() == [("register_result", None)] and readings.broken() == []


@covers("B6d", "open_grant", "close_grant")
def test_a_grant_withdrawn_ends_the_reading(readings):
    readings.scan()
    readings.granted()
    with readings.database.transaction() as session:
        closing.withdraw(session, session.scalars(select(Grant)).one(), session.get_one(User, "dora"), "事由已变")
    readings.machine()
    assert readings.grant().status is GrantStatus.WITHDRAWN
    assert readings.open_steps() == [("register_result", None)]


@covers("B6d", "fill_request")
def test_the_screen_takes_accounts_and_images(readings):
    readings.begin()
    asked = {"mode": "digital"}
    with pytest.raises(Invalid) as said:
        readings.fill(**asked)
    assert list(said.value.problems) == ["readers.0.login", "readers.1.login"]
    assert "no page images" in refused(lambda: readings.fill(ON_SCREEN, **asked), "mode")


@covers("B6d", "open_grant")
def test_a_dossier_that_is_lent_may_still_be_read_on_the_screen(readings):
    readings.scan()
    readings.lent()
    readings.begin(key="20260701-00000B")
    readings.fill(ON_SCREEN, mode="digital", letter_no="第二封", unit="另一单位")
    readings.seal()
    readings.check()
    assert readings.open_steps() == [("opinion", None)]
