"""Seals of states: only what this installation wrote for this instance opens; secrets change while processes run.

The bytes below were written by a release each and are never changed: seals must open for ever as they did.
"""

import hashlib
import random
from dataclasses import replace

import pytest
from sqlalchemy import update

from tests.workflow.engine.drawing import KEY
from tests.workflow.world import REVIEW, begin, do, process
from workflow import engine, fsck, instances, seals
from workflow.engine import sealing
from workflow.models import ProcessInstance
from workflow.settings import from_environment

STATE = b'\x01{"names":["","b","j"],"tokens":[["1",-1,0,32,0,0],["2",0,1,16,0,0],["3",0,2,8,{"flow":"a-j"},0]]}'
BOUND_TO = "7:3"
VERSION_1 = bytes.fromhex("4a4c014a9cd340c9557a9947b88ce6f9e0b71269769afb681fe53c8cd3cd19faa1ca69") + STATE
VERSION_2 = bytes.fromhex("4a4c02625781870df23abcac1bd2369f72813ca4cac2d904c861f08b5f514abcda5073") + STATE


def test_a_seal_of_the_first_release_opens_by_its_own_way_only():
    assert engine.open_unkeyed(VERSION_1, BOUND_TO) == STATE
    with pytest.raises(engine.StateCorrupt):
        engine.open_(VERSION_1, BOUND_TO, [KEY])


def test_a_seal_of_version_2_opens_for_ever_and_is_made_so():
    assert engine.open_(VERSION_2, BOUND_TO, [KEY]) == STATE
    assert engine.seal(STATE, BOUND_TO, KEY) == VERSION_2
    with pytest.raises(engine.StateCorrupt):
        engine.open_unkeyed(VERSION_2, BOUND_TO)


@pytest.mark.parametrize("sealed", [VERSION_1, VERSION_2])
@pytest.mark.parametrize("bound_to", ["7:4", "8:3", "73", ""])
def test_a_seal_opens_for_no_other_instance_or_revision(sealed, bound_to):
    for open_ in (engine.open_unkeyed, lambda *told: engine.open_(*told, [KEY])):
        with pytest.raises(engine.StateCorrupt):
            open_(sealed, bound_to)


def test_no_key_opens_nothing_and_a_later_one_still_does():
    with pytest.raises(engine.StateCorrupt):
        engine.open_(VERSION_2, BOUND_TO, [])
    with pytest.raises(engine.StateCorrupt):
        engine.open_(VERSION_2, BOUND_TO, [b"x" * 32])
    assert engine.open_(VERSION_2, BOUND_TO, [b"x" * 32, KEY]) == STATE


def test_of_ten_thousand_spoilt_seals_none_opens():
    chance = random.Random(20260701)
    for _ in range(10_000):
        broken = bytearray(VERSION_2)
        match chance.randrange(3):
            case 0:
                broken[chance.randrange(len(broken))] ^= 1 << chance.randrange(8)
            case 1:
                del broken[chance.randrange(len(broken)) :]
            case 2:
                at = chance.randrange(len(broken))
                broken[at:at] = chance.randbytes(chance.randrange(1, 9))
        with pytest.raises(engine.StateCorrupt):
            engine.open_(bytes(broken), BOUND_TO, [KEY])


@pytest.fixture
def review(session):
    return begin(session, process(session, REVIEW))


def settings_with(session, *secrets):
    office = session.info["office"]
    office.settings = replace(office.settings, seals=secrets)


def kept_as_the_first_release_did(session, instance):
    """Put the state back as the first release would have written it."""
    payload, bound_to = instances.state(instance), f"{instance.id}:{instance.revision}"
    made = b"JL\x01" + hashlib.sha256(sealing._message(sealing.UNKEYED, payload, bound_to)).digest() + payload
    session.flush()
    session.execute(update(ProcessInstance).where(ProcessInstance.id == instance.id).values(state=made))
    session.refresh(instance)
    return payload


def test_states_of_the_first_release_are_refused_until_they_are_sealed_anew(session, review, anna):
    payload = kept_as_the_first_release_did(session, review)
    with pytest.raises(engine.StateCorrupt):
        instances.state(review)

    assert seals.reseal_all(session.connection(), seals.keys(session.info["office"].settings)) == []
    session.refresh(review)
    assert instances.state(review) == payload
    do(session, review, "open", anna)
    assert fsck.run(session) == []


def test_what_was_spoilt_before_is_named_and_left_as_it_is(session, review):
    other = begin(session, review.definition)
    kept_as_the_first_release_did(session, review)
    session.execute(update(ProcessInstance).where(ProcessInstance.id == review.id).values(revision=9))

    assert seals.reseal_all(session.connection(), seals.keys(session.info["office"].settings)) == [review.id]
    session.expire_all()
    assert instances.state(other)
    with pytest.raises(engine.StateCorrupt):
        instances.state(review)


def test_many_states_are_sealed_anew_in_portions(session, review, monkeypatch):
    monkeypatch.setattr(seals, "AT_ONCE", 2)
    all_ = [review, *(begin(session, review.definition) for _ in range(4))]
    before = [kept_as_the_first_release_did(session, each) for each in all_]
    assert seals.reseal_all(session.connection(), seals.keys(session.info["office"].settings)) == []
    session.expire_all()
    assert [instances.state(each) for each in all_] == before


def test_a_secret_is_changed_while_processes_run(session, review, anna):
    old, new = session.info["office"].settings.secret_key, "a new secret, long enough as well: 98765"
    untouched = begin(session, review.definition)
    settings_with(session, new, old)
    do(session, review, "open", anna)
    assert instances.state(review) and instances.state(untouched)

    seals.reseal_all(session.connection(), seals.keys(session.info["office"].settings))
    settings_with(session, new)
    session.expire_all()
    do(session, review, "check", anna)
    do(session, untouched, "open", anna)


def test_a_host_with_another_secret_is_refused(session, review, anna):
    settings_with(session, "the secret of quite another installation")
    with pytest.raises(engine.StateCorrupt):
        instances.state(review)


def test_the_secrets_of_states_are_the_secret_key_unless_said_otherwise(tmp_path):
    said = {"JUANLIU_DATA": str(tmp_path), "SECRET_KEY": "k" * 40}
    plain = from_environment(said)
    assert plain.seals == ()
    named = from_environment({**said, "JUANLIU_SEALS": f"{'n' * 40}, {'k' * 40}"})
    assert named.seals == ("n" * 40, "k" * 40)
    assert seals.keys(named)[1] == seals.keys(plain)[0] != seals.keys(named)[0]
    assert plain.secret_key.encode() not in seals.keys(plain)[0]
