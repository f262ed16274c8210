"""The receipt of a pack from the list to the shelf (domain §10.1 P-REC)."""

from sqlalchemy import select

from archive import custody, dossiers, persons, storage
from archive.dossiers import Dossier
from archive.province import ProvincePush
from archive.statuses import DigitStatus, DossierStatus, SortStatus
from tests.processes.receiving import EVERYTHING, GOOD_OUTSIDE, ID_NO, OPEN, Receiving

PACK = "1012345678901"


def to_registration(receiving: Receiving, tracking_no: str = PACK, **opened: object) -> None:
    receiving.do(tracking_no, "sign_for", "wang")
    receiving.do(tracking_no, "check_outside", "wang", **GOOD_OUTSIDE)
    receiving.do(tracking_no, "open_pack", "rosa", **{**OPEN, **opened})


def to_shelf(receiving: Receiving, tracking_no: str = PACK, id_no: str = ID_NO) -> None:
    receiving.do(tracking_no, "register_dossier", "rosa", id_no_again=id_no)
    receiving.do(tracking_no, "review_dossier", "remy", review="agrees")


def shelve(receiving: Receiving, tracking_no: str = PACK, position: str = "K01-01-01-A-1-01") -> None:
    receiving.do(tracking_no, "shelve", "stan", position=position, scan_position=position,
                 scan_label=receiving.dossier_no(tracking_no))


def test_a_good_pack_goes_from_the_list_to_the_shelf(receiving):
    receiving.pack()
    to_registration(receiving)
    receiving.do(PACK, "tick_materials", "rosa", list_kind="GRAD", present=EVERYTHING)
    to_shelf(receiving)
    shelve(receiving)
    assert receiving.waits_at(PACK) == ["send_slip"]
    receiving.do(PACK, "send_slip", "wang")

    assert receiving.is_over(PACK)
    assert receiving.ended_at(PACK) == ["stored"]
    assert receiving.status(PACK) == "stored"
    assert receiving.exceptions(PACK) == []
