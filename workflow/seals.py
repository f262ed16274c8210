"""The seals on the states of this installation: keyed by its secrets, bound to an instance and its revision.

The first secret seals, all of them open, so that a secret can be changed while processes run: put the new one in
front, `reseal_all`, drop the old one. Every host of one installation needs the same (docs/settings.md, JUANLIU_SEALS).
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection, LargeBinary, bindparam, column, select, table, update
from sqlalchemy.orm import Session, object_session

from workflow import engine, office
from workflow.models import ProcessInstance
from workflow.settings import Settings

AT_ONCE = 500  # instances sealed anew at a time
_INSTANCES = table("process_instances", column("id"), column("revision"), column("state", LargeBinary))


def keys(settings: Settings) -> tuple[bytes, ...]:
    """The keys of an installation, 32 bytes each; the first one seals."""
    return _derived(settings.seals or (settings.secret_key,))


def seal(session: Session, instance: ProcessInstance, state: bytes) -> bytes:
    """The engine's state as it is kept, for this instance as of its revision."""
    return engine.seal(state, _bound_to(instance.id, instance.revision), keys(office.of(session).settings)[0])


def opened(instance: ProcessInstance) -> bytes:
    """The engine's state; raises engine.StateCorrupt unless it is just what was sealed here for this revision."""
    session = object_session(instance)
    assert session is not None, "the instance belongs to no session"
    return opened_as(session, instance.state, instance.id, instance.revision)


def readable(instance: ProcessInstance) -> bytes | None:
    """The same, if there is one that can be read: what is damaged can at least be ended. None also before the
    beginning: one called beside this may have ended the call."""
    try:
        return opened(instance) if instance.state else None
    except engine.StateCorrupt:
        return None


def opened_as(session: Session, sealed: bytes, instance_id: int, revision: int) -> bytes:
    """The same for a state that was kept aside: what the instance was at that revision."""
    return engine.open_(sealed, _bound_to(instance_id, revision), keys(office.of(session).settings))


def reseal_all(connection: Connection, secret_keys: Sequence[bytes]) -> list[int]:
    """Seal every state anew with the first key: those of the first release (seal version 1), and those sealed with
    another of the keys. Returns the ids of the instances whose state opens in neither way; they are left as they are.

    For the migration from the first release (`keys(settings)` gives the keys) and after a change of secrets, while
    nothing runs.
    """
    broken = []
    for rows in _in_portions(connection):
        fresh = []
        for row in rows:
            try:
                fresh.append({"of": row.id, "sealed": _sealed_anew(row, secret_keys)})
            except engine.StateCorrupt:
                broken.append(row.id)
        if fresh:
            _write(connection, fresh)
    return broken


def _in_portions(connection: Connection) -> Iterator[Sequence[Any]]:
    last = 0
    query = select(_INSTANCES).order_by(_INSTANCES.c.id).limit(AT_ONCE)
    while rows := connection.execute(query.where(_INSTANCES.c.id > last)).all():
        last = rows[-1].id
        yield rows


def _sealed_anew(row: Any, secret_keys: Sequence[bytes]) -> bytes:
    bound_to = _bound_to(row.id, row.revision)
    try:
        state = engine.open_(row.state, bound_to, secret_keys)
    except engine.StateCorrupt:
        state = engine.open_unkeyed(row.state, bound_to)
    return engine.seal(state, bound_to, secret_keys[0])


def _write(connection: Connection, fresh: list[dict[str, Any]]) -> None:
    id_, state = _INSTANCES.c.id, _INSTANCES.c.state
    connection.execute(update(_INSTANCES).where(id_ == bindparam("of")).values({state: bindparam("sealed")}), fresh)


def _bound_to(instance_id: int, revision: int) -> str:
    return f"{instance_id}:{revision}"


@lru_cache(maxsize=16)
def _derived(secrets: tuple[str, ...]) -> tuple[bytes, ...]:
    """HKDF-SHA-256 (RFC 5869), so that no key is used for two things."""
    made = [HKDF(SHA256(), length=32, salt=None, info=b"juanliu state seal 2") for _ in secrets]
    return tuple(each.derive(secret.encode()) for each, secret in zip(made, secrets, strict=True))
