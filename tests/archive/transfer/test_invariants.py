"""What was sent is never rewritten, the channel rule holds in the database, and fsck sees every planted breach."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError

from archive import dossiers, persons
from archive.statuses import Channel
from archive.transfer import keepers
from archive.transfer.letter_tables import Letter, LetterStatus
from archive.transfer.models import Dispatch, Transfer, TransferPause, TransferStatus
from tests.archive.cards import facts
from workflow import cases
from workflow.registry import checks

AT = datetime(2026, 7, 1, tzinfo=UTC)
LATER = datetime(2026, 7, 22, tzinfo=UTC)
BY_TWO = {"carrier": "钱一", "carrier_card": "A1", "second_carrier": "孙二", "second_carrier_card": "A2"}
MINE = (
    "cadres_travel_guarded",
    "dispatches_stay",
    "transferred_with_receipt",
    "transfers_agree_with_dossiers",
    "transfer_clocks_pause_for_legal_holds",
    "letters_used_once",
    "custody_between_offices",
)


@pytest.fixture
def transfer(session, clock) -> Transfer:
    """A mobile person's dossier, accepted, approved and with a notice; nothing is sent yet."""
    keepers.save(session, {"code": "LC01", "name": "临川中心"}, "dora")
    person = persons.register(session, facts(1), "rosa")
    dossier = dossiers.register(session, person, {}, "rosa")
    case = cases.open_case(session, "T-1", "转出", "transfer-out", "rosa")
    made = Transfer(
        case_id=case.id,
        dossier_id=dossier.id,
        keeper_code="LC01",
        letter_no="临调1号",
        status=TransferStatus.ACCEPTED,
        asked_at=AT,
        asked_by="rosa",
        accepted_at=AT,
        first_due_at=LATER,
        due_at=LATER,
        approved_at=AT,
        approved_by="dora",
        notice_no="转1号",
    )
    session.add(made)
    session.flush()
    return made


def dispatch(transfer, **facts_) -> Dispatch:
    told = {"channel": Channel.EMS, "track_no": "EB1", "guarded": False, "notice_no": "转1号", **facts_}
    way = {"place": "transit:EMS EB1", "sent_at": AT, "sent_by": "stan"}
    return Dispatch(case_id=transfer.case_id, seq=len(transfer.dispatches) + 1, **told, **way)


def send(session, transfer, **facts_) -> Dispatch:
    made = dispatch(transfer, **facts_)
    session.add(made)
    session.flush()
    return made


def letter(session, number: int, **facts_) -> Letter:
    case = cases.open_case(session, f"L-{number}", "调入", "transfer-in", "rosa")
    told = {
        "number": f"调{number}号",
        "status": LetterStatus.SENT,
        "id_fingerprint": "f",
        "id_sealed": b"s",
        "name": "王芳",
    }
    who = {"cadre": False, "keeper_code": "LC01", "receiver_code": "YX", "asked_at": AT, "asked_by": "rosa"}
    made = Letter(case_id=case.id, **{**told, **who, **facts_})
    session.add(made)
    session.flush()
    return made


def said(session) -> dict[str, list[str]]:
    session.flush()
    found = {name: list(checks[name](session)) for name in MINE}
    return {name: sentences for name, sentences in found.items() if sentences}


def unguarded(session, *indexes: str) -> None:
    """The database lets itself be broken."""
    for name in indexes:
        session.execute(text(f"DROP INDEX {name}"))


def test_nothing_is_said_where_all_is_well(session, transfer):
    letter(session, 1)
    assert said(session) == {}


@pytest.mark.parametrize(
    "facts_",
    [
        {"guarded": True},
        {"channel": Channel.OTHER},
        {"track_no": ""},
        {"channel": Channel.BY_HAND, **BY_TWO, "second_carrier": "钱一"},
        {"channel": Channel.BY_HAND, **BY_TWO, "carrier_card": ""},
        {"channel": Channel.BY_HAND},
    ],
    ids=["guarded by EMS", "another courier", "no number", "one carrier twice", "no card", "nobody"],
)
def test_the_database_knows_the_channel_rule(session, transfer, facts_):
    with pytest.raises(IntegrityError), session.begin_nested():
        session.add(dispatch(transfer, **facts_))
        session.flush()
    send(session, transfer, channel=Channel.BY_HAND, track_no="", guarded=True, **BY_TWO)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE dispatches SET track_no = 'EB2'",
        "UPDATE dispatches SET channel = 'confidential'",
        "UPDATE dispatches SET notice_no = '转2号'",
        "DELETE FROM dispatches",
    ],
)
def test_what_was_sent_is_never_rewritten(session, transfer, statement):
    send(session, transfer)
    with pytest.raises(DatabaseError, match="never"), session.begin_nested():
        session.execute(text(statement))
    session.execute(text("UPDATE dispatches SET outcome = 'returned', ended_at = sent_at"))
    with pytest.raises(DatabaseError, match="never"), session.begin_nested():
        session.execute(text("UPDATE dispatches SET outcome = NULL, ended_at = NULL"))


def test_a_person_has_one_open_letter_and_a_letter_of_a_keeper_serves_once(session, transfer):
    letter(session, 1)
    with pytest.raises(IntegrityError), session.begin_nested():
        letter(session, 2)
    letter(session, 3, status=LetterStatus.EXPIRED)
    person = persons.register(session, facts(2, "王芳"), "rosa")
    second = dossiers.register(session, person, {}, "rosa")
    again = {"dossier_id": second.id, "keeper_code": "LC01", "letter_no": "临调1号", "status": TransferStatus.ACCEPTED}
    case = cases.open_case(session, "T-2", "转出", "transfer-out", "rosa")
    clock_ = {"accepted_at": AT, "first_due_at": LATER, "due_at": LATER, "asked_at": AT, "asked_by": "rosa"}
    with pytest.raises(IntegrityError), session.begin_nested():
        session.add(Transfer(case_id=case.id, **again, **clock_))
        session.flush()


def test_a_cadre_s_dossier_sent_by_ems_is_seen_annex_c_8(session, transfer):
    send(session, transfer)
    transfer.status = TransferStatus.SENT
    session.execute(text("UPDATE dossiers SET ex_cadre = true"))
    assert "went by ems under notice 转1号" in said(session)["cadres_travel_guarded"][0]


def test_a_missing_guard_is_seen(session, transfer):
    table = "" if session.get_bind().dialect.name == "sqlite" else " ON dispatches"
    session.execute(text(f"DROP TRIGGER dispatches_fixed{table}"))
    assert "dispatches_fixed is missing" in said(session)["dispatches_stay"][0]


def test_a_transfer_without_receipt_or_pack_is_seen_annex_c_9(session, transfer):
    transfer.status = TransferStatus.CONFIRMED
    found = said(session)
    assert "has no receipt" in found["transferred_with_receipt"][0]
    assert "not struck off" in found["transfers_agree_with_dossiers"][0]
    transfer.status = TransferStatus.SENT
    assert "nothing of it is on its way" in said(session)["transferred_with_receipt"][0]
    send(session, transfer)
    transfer.status = TransferStatus.READY
    assert "its transfer says otherwise" in said(session)["transferred_with_receipt"][0]


def test_a_sent_dossier_that_lies_elsewhere_is_seen(session, transfer):
    send(session, transfer)
    transfer.status = TransferStatus.SENT
    assert "says sent of dossier" in said(session)["transfers_agree_with_dossiers"][0]


def test_a_day_moved_without_a_legal_hold_is_seen_annex_c_18(session, transfer):
    transfer.due_at = datetime(2026, 8, 1, tzinfo=UTC)
    assert "without a legal hold" in said(session)["transfer_clocks_pause_for_legal_holds"][0]
    session.add(TransferPause(case_id=transfer.case_id, since=AT, why="法院查封", until=LATER, released_by="dora"))
    assert said(session) == {}


def test_two_open_letters_and_a_stranger_s_dossier_are_seen(session, transfer):
    unguarded(session, "uq_transfer_letters_open")
    letter(session, 1)
    letter(session, 2)
    letter(session, 3, status=LetterStatus.CLOSED, arrived_at=AT, dossier_id=transfer.dossier_id, id_fingerprint="g")
    found = said(session)["letters_used_once"]
    assert found[0].startswith("2 open letters")
    assert "of another person" in found[1]


def test_a_chain_that_does_not_pass_on_between_two_offices_is_seen(session, transfer):
    keepers.save(session, {"code": "YXGB", "name": "云溪区干部档案室", "inside": True}, "dora")
    dossier = transfer.dossier
    own = {"keeper_code": "YXGB", "receiver_code": "YXGB", "id_fingerprint": dossier.person.id_fingerprint}
    letter(session, 1, status=LetterStatus.CLOSED, arrived_at=AT, dossier_id=dossier.id, **own)
    assert "linked to no earlier record" in said(session)["custody_between_offices"][0]
    earlier = dossiers.register(session, persons.register(session, facts(3, "赵六"), "rosa"), {}, "rosa")
    dossier.previous_id = earlier.id
    assert "ends at desk:receipt" in said(session)["custody_between_offices"][0]
