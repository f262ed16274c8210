"""Stretches of the way that many scenarios walk."""

from typing import Any

from tests.processes.receiving import EVERYTHING, GOOD_OUTSIDE, ID_NO, OPEN, Receiving

PACK = "1012345678901"
POSITION = "K01-01-01-A-1-01"


def signed(receiving: Receiving, tracking_no: str = PACK, **typed: Any) -> None:
    receiving.do(tracking_no, "sign_for", "wang", **typed)


def outside(receiving: Receiving, tracking_no: str = PACK, **typed: Any) -> None:
    """Signed for and looked at: in order unless typed otherwise."""
    signed(receiving, tracking_no)
    receiving.do(tracking_no, "check_outside", "wang", **{**GOOD_OUTSIDE, **typed})


def opened(receiving: Receiving, tracking_no: str = PACK, **typed: Any) -> None:
    """Opened by rosa and remy: all agrees unless typed otherwise."""
    outside(receiving, tracking_no)
    receiving.do(tracking_no, "open_pack", "rosa", **{**OPEN, **typed})


def ticked(receiving: Receiving, tracking_no: str = PACK, **typed: Any) -> None:
    opened(receiving, tracking_no)
    receiving.do(tracking_no, "tick_materials", "rosa", **{"list_kind": "GRAD", "present": EVERYTHING, **typed})


def registered(receiving: Receiving, tracking_no: str = PACK, **typed: Any) -> None:
    """From the waiting registration on: registered by rosa, reviewed by remy."""
    receiving.do(tracking_no, "register_dossier", "rosa", **{"id_no_again": ID_NO, **typed})
    receiving.do(tracking_no, "review_dossier", "remy", review="agrees")


def shelved(receiving: Receiving, tracking_no: str = PACK, position: str = POSITION, **typed: Any) -> None:
    label = receiving.dossier_no(tracking_no)
    scans = {"position": position, "scan_label": label, "scan_position": position}
    receiving.do(tracking_no, "shelve", "stan", **{**scans, **typed})


def stored(receiving: Receiving, tracking_no: str = PACK, position: str = POSITION) -> None:
    """The whole way."""
    receiving.pack(tracking_no)
    ticked(receiving, tracking_no)
    registered(receiving, tracking_no)
    shelved(receiving, tracking_no, position)
    receiving.do(tracking_no, "send_slip", "wang")
