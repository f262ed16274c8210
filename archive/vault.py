"""What must not lie open in the database: sealed with AES-256-GCM, and found again by a keyed fingerprint.

Keys are derived (HKDF-SHA-256) from the installation's secret key, one for sealing and one for fingerprints. The
purpose ("persons.id_no") is bound into both, so that a value moved to another column does not open there.
A sealed value is: one byte of key version, 12 bytes nonce, ciphertext with its tag.
"""

import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy.orm import Session

from workflow import office
from workflow.errors import Unavailable

VERSION = b"\x01"
NONCE_BYTES = 12


class SealBroken(Unavailable):
    message = "A protected value cannot be opened: it was changed, or it was sealed with another key."


def seal(session: Session, text: str, purpose: str) -> bytes:
    """Encrypt `text` for the column named by `purpose`. The same text gives another result each time."""
    nonce = os.urandom(NONCE_BYTES)
    return VERSION + nonce + AESGCM(_key(session, "seal")).encrypt(nonce, text.encode(), purpose.encode())


def open_(session: Session, sealed: bytes, purpose: str) -> str:
    """The text sealed for `purpose`; raises SealBroken when it was tampered with or belongs elsewhere."""
    version, nonce, body = sealed[:1], sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    if version != VERSION or len(nonce) < NONCE_BYTES:
        raise SealBroken
    try:
        return AESGCM(_key(session, "seal")).decrypt(nonce, body, purpose.encode()).decode()
    except InvalidTag:
        raise SealBroken from None


def fingerprint(session: Session, text: str, purpose: str) -> str:
    """64 hex digits, equal for equal texts of one purpose, telling nothing without the key (HMAC-SHA-256)."""
    return hmac.new(_key(session, "fingerprint"), f"{purpose}\x00{text}".encode(), hashlib.sha256).hexdigest()


def _key(session: Session, use: str) -> bytes:
    return _derived(office.of(session).settings.secret_key, use)


@lru_cache(maxsize=16)
def _derived(secret: str, use: str) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=f"juanliu vault 1 {use}".encode()).derive(secret.encode())
