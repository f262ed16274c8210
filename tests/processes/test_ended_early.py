"""A matter that is ended in the middle leaves nothing that would bind its dossier or its person for ever."""

import pytest
from sqlalchemy import select

from archive import strays
from archive.audit.models import Audit
from archive.dossiers import Dossier
from archive.loose.models import LooseList, PaperState
from archive.materials import catalogue
from archive.statuses import AuditStatus
from archive.transfer.letter_tables import LetterStatus
from archive.transfer.models import TransferStatus
from tests.processes.arriving import Arrivals
from tests.processes.auditing import Auditors
from tests.processes.loose import RAISE, REVIEW, Collectors
from tests.processes.receiving import Receiving
from tests.processes.steps import PACK, ticked
from tests.processes.transferring import HOME, Transfers
from tests.standing import standing
from workflow import fsck, operations
from workflow.cases import READ_ALL
from workflow.errors import Conflict
from workflow.identity import Group, User
from workflow.models import ProcessInstance
from workflow.operations import CANCEL


def end(people, case_id: int) -> None:
    with people.database.transaction() as session:
        own = (ProcessInstance.case_id == case_id, ProcessInstance.parent_id.is_(None))
        director = session.get_one(User, "dora")
        director.groups[0].permissions = [CANCEL, READ_ALL]
        session.flush()
        operations.cancel(session, session.scalars(select(ProcessInstance).where(*own)).one(), director, "情况变化")
        session.flush()
        assert [each.sentence for each in fsck.run(session)] == []


def test_a_dossier_whose_transfer_was_ended_leaves_by_another_letter(office, clock):
    transfers = standing(Transfers, office)
    transfers.asked()
    transfers.prepare()
    end(transfers, transfers.case_id())
    assert transfers.transfer().status is TransferStatus.CANCELLED
    assert transfers.dossier().held_by_case_id is None
    transfers.begin(key="20260701-0000099")
    transfers.accept(letter_no="临人才调〔2026〕9号")
    assert transfers.known()["holds"] == [{"kind": "not_in_store", "said": "上次转出已终止，尚未归架"}]
    with transfers.database.transaction() as session:
        session.get_one(Group, "store").permissions = [strays.PERMISSION]
        keeper = session.get_one(User, "stan")
        strays.put_back(session, session.get_one(Dossier, 1), transfers.no(), HOME.format(1), keeper)
    transfers.step("settle_hold", "remy", hold_result="look_again", hold_note="已归架")
    assert transfers.waits() == ["prepare"]


def test_a_transfer_whose_pack_is_on_its_way_is_not_ended(sqlite_office, clock):
    transfers = standing(Transfers, sqlite_office)
    transfers.asked()
    transfers.prepare()
    transfers.approve()
    transfers.pack()
    transfers.hand_over()
    with pytest.raises(Conflict, match="on its way"):
        end(transfers, transfers.case_id())
    assert transfers.transfer().status is TransferStatus.SENT


def test_a_person_whose_letter_was_ended_may_have_another(office, clock):
    arrivals = standing(Arrivals, office)
    arrivals.asked_for()
    assert arrivals.letter().status is LetterStatus.SENT
    end(arrivals, arrivals.case_id(0))
    assert arrivals.letter().status is LetterStatus.CANCELLED
    arrivals.apply(key="20260701-00000B")
    arrivals.accept_application()
    arrivals.agree()
    assert arrivals.letter().number


def test_a_letter_whose_pack_is_here_is_not_ended(sqlite_office, clock):
    arrivals = standing(Arrivals, sqlite_office)
    arrivals.asked_for("cadre", changed_on="2026-06-15")
    arrivals.receive()
    with pytest.raises(Conflict, match="is here"):
        end(arrivals, arrivals.case_id(0))


@pytest.fixture
def auditors(office, clock) -> Auditors:
    return standing(Auditors, office)


def audit(auditors: Auditors) -> tuple[Audit, Dossier]:
    with auditors.database.reading() as session:
        return session.scalars(select(Audit).order_by(Audit.case_id.desc())).first(), session.get_one(Dossier, 1)


def test_an_audit_that_was_ended_keeps_the_gate_closed_while_it_doubts(auditors):
    auditors.doubted()
    end(auditors, audit(auditors)[0].case_id)
    found, dossier = audit(auditors)
    assert (found.ended_at is not None, dossier.audit_status) == (True, AuditStatus.QUEUED)
    auditors.ask(key="20260701-0000A2")
    auditors.look_up()
    end(auditors, audit(auditors)[0].case_id)
    assert audit(auditors)[1].audit_status is AuditStatus.NONE


def test_an_audit_that_was_determined_is_filed(auditors):
    auditors.doubted()
    auditors.supplement()
    auditors.determine()
    with pytest.raises(Conflict, match="file it first"):
        end(auditors, audit(auditors)[0].case_id)


@pytest.mark.parametrize(("fetched", "states"), [(False, {PaperState.REFUSED}), (True, {PaperState.FILED})])
def test_papers_of_a_list_that_was_ended_go_back_or_stay_with_the_dossier(sqlite_office, clock, fetched, states):
    collectors = standing(Collectors, sqlite_office)
    collectors.send(REVIEW, RAISE)
    collectors.check()
    collectors.put_in_folder()
    if fetched:
        collectors.fetch()
    with collectors.database.reading() as session:
        case_id = session.scalars(select(LooseList.case_id)).one()
    end(collectors, case_id)
    with collectors.database.reading() as session:
        sent = session.get_one(LooseList, case_id)
        assert ({each.state for each in sent.papers}, sent.ended_at is not None) == (states, True)
        within = [each.case_id for each in catalogue.rows(session, sent.dossier)]
        assert within.count(case_id) == (2 if fetched else 0)


def test_a_receipt_is_not_ended_while_its_pack_is_in_hand(sqlite_office, clock):
    receiving = standing(Receiving, sqlite_office)
    receiving.pack(PACK)
    ticked(receiving)
    with pytest.raises(Conflict, match="was signed for"):
        end(receiving, receiving.seen(PACK, lambda session, pack: pack.case_id))
