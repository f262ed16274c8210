"""The QR codes of letters and notices: what a scan at the other end reads."""

from archive.scans import normalise

NOTICE = "JLT1"
LETTER = "JLL1"


def of_notice(notice_no: str, dossier_no: str) -> str:
    """The text of a transfer notice's code."""
    return f"{NOTICE}:{notice_no}:{dossier_no}"


def of_letter(letter_no: str) -> str:
    """The text of a letter's code."""
    return f"{LETTER}:{letter_no}"


def number_in(scanned: str) -> str:
    """The letter's or notice's number, from its scanned code or as typed."""
    text = normalise(scanned)
    parts = text.split(":")
    return parts[1] if parts[0] in (NOTICE, LETTER) and len(parts) > 1 else text
