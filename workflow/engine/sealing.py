"""Seals the saved state: what is loaded is what was saved, and for this very instance.

Layout: b"JL" · version (1 byte) · SHA-256 over version, `bound_to` and payload (32 bytes) · payload.
"""

import hashlib
import hmac

from workflow.engine.problems import StateCorrupt

MAGIC = b"JL"
VERSION = 1
_HEAD = len(MAGIC) + 1
_DIGEST = hashlib.sha256().digest_size


def seal(payload: bytes, bound_to: str) -> bytes:
    """The payload with a header and a checksum that also covers `bound_to` (say, the instance's id)."""
    return MAGIC + bytes([VERSION]) + _checksum(VERSION, payload, bound_to) + payload


def open_(sealed: bytes, bound_to: str) -> bytes:
    """The payload of `seal`; raises StateCorrupt when a byte differs or it was sealed for something else."""
    if len(sealed) < _HEAD + _DIGEST or sealed[: len(MAGIC)] != MAGIC or sealed[len(MAGIC)] != VERSION:
        raise StateCorrupt
    digest, payload = sealed[_HEAD : _HEAD + _DIGEST], sealed[_HEAD + _DIGEST :]
    if not hmac.compare_digest(digest, _checksum(VERSION, payload, bound_to)):
        raise StateCorrupt
    return payload


def _checksum(version: int, payload: bytes, bound_to: str) -> bytes:
    name = bound_to.encode()
    return hashlib.sha256(bytes([version]) + len(name).to_bytes(4, "big") + name + payload).digest()
