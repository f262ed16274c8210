"""Seals the saved state: what is loaded is what this installation saved, and for this very instance.

Layout: b"JL" · version (1 byte) · HMAC-SHA-256 over version, `bound_to` and payload (32 bytes) · payload.
Version 2 is keyed (RFC 2104). Version 1, a plain SHA-256 in the same place, was written by the first release: anybody
could make one, so it is read by `open_unkeyed` alone, for the migration that seals it anew.
"""

import hashlib
import hmac
from collections.abc import Sequence
from functools import lru_cache

from workflow.engine.problems import StateCorrupt

MAGIC = b"JL"
VERSION, UNKEYED = 2, 1
_HEAD = len(MAGIC) + 1
_DIGEST = hashlib.sha256().digest_size


def seal(payload: bytes, bound_to: str, key: bytes) -> bytes:
    """The payload with a header and a keyed checksum that also covers `bound_to` (say, the instance's id)."""
    return MAGIC + bytes([VERSION]) + _keyed(payload, bound_to, key) + payload


def open_(sealed: bytes, bound_to: str, keys: Sequence[bytes]) -> bytes:
    """The payload of `seal`; raises StateCorrupt when a byte differs, it was sealed for something else, or with none
    of these keys."""
    digest, payload = _parts(sealed, VERSION)
    if not any(hmac.compare_digest(digest, _keyed(payload, bound_to, key)) for key in keys):
        raise StateCorrupt
    return payload


def open_unkeyed(sealed: bytes, bound_to: str) -> bytes:
    """The payload of a version 1 seal, for the migration from the first release only; raises StateCorrupt."""
    digest, payload = _parts(sealed, UNKEYED)
    if not hmac.compare_digest(digest, hashlib.sha256(_message(UNKEYED, payload, bound_to)).digest()):
        raise StateCorrupt
    return payload


def _parts(sealed: bytes, version: int) -> tuple[bytes, bytes]:
    head = MAGIC + bytes([version])
    if len(sealed) < _HEAD + _DIGEST or sealed[:_HEAD] != head:
        raise StateCorrupt
    return sealed[_HEAD : _HEAD + _DIGEST], sealed[_HEAD + _DIGEST :]


def _keyed(payload: bytes, bound_to: str, key: bytes) -> bytes:
    begun = _begun(key).copy()
    begun.update(_message(VERSION, payload, bound_to))
    return begun.digest()


@lru_cache(maxsize=16)
def _begun(key: bytes) -> hmac.HMAC:
    """Keyed once; a copy costs less than keying."""
    return hmac.new(key, digestmod="sha256")


def _message(version: int, payload: bytes, bound_to: str) -> bytes:
    name = bound_to.encode()
    return bytes([version]) + len(name).to_bytes(4, "big") + name + payload
