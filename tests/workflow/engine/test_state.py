"""The saved state: small, sealed, bound to its instance, readable in every later release."""

import random

import orjson
import pytest

from tests.workflow.engine.drawing import KEY, Run
from workflow import engine

DRAWING = """
start s
and f
user a
boundary b on=a timer=P3D quiet
sub S each=people item=who sequential output=votes result=vote
 start si
 user c
 end se
 si -> c -> se
service j topic=push
and k
user h
end e
end e2
s -> f -> a -> k -> e
b -> h -> e2
f -> S -> k
f -> j -> k
"""
GOLDEN = (
    b'\x01{"names":["","a","b","S","S [each]","c","j","k"],"tokens":[["1",-1,0,32,0,0],["2",0,1,16,0,0],["3",1,2,8,'
    b'{"due":"2026-07-04T01:00:00+00:00"},0],["4",0,3,32,{"total":2,"done":0,"next":1,"left":["bob"],"out":[null,null]},0],'
    b'["5",3,4,32,{"counter":1},{"who":"anna","loopCounter":1}],["6",4,5,16,0,0],["7",0,7,8,{"flow":"j-k"},0]]}'
)


@pytest.fixture
def run():
    return Run(DRAWING, people=["anna", "bob"])


def test_a_state_saved_by_the_first_release_still_runs(run):
    assert engine.live_tokens(run.model, GOLDEN) == {"2": "a", "4": "S", "5": "S", "6": "c", "7": "k"}
    run.state = GOLDEN
    run._take(engine.complete(run.model, GOLDEN, "6", run.around))
    assert run.open == ["a", "b", "c"] and run.wait("c").variables["who"] == "bob"
    run.do("c", vote="V").do("a")
    assert run.finished and run.variables["votes"] == [None, "V"]


def test_saving_what_was_loaded_gives_the_same_bytes(run):
    step = engine.fire(run.model, run.state, run.wait("b").token_id, run.around)
    again = engine.complete(run.model, step.state, step.waits[0].token_id, run.around)
    assert orjson.loads(step.state[1:])["names"][0] == "" and again.state != step.state


def test_the_state_holds_no_variables_of_the_process(run):
    run.do("j", secret="王芳的身份证号")
    assert "王芳" not in run.state.decode()


def test_names_that_look_like_instructions_are_only_data():
    poison = {"typename": "x", "__class__": "y", "py/object": "os.system", "names": [], "tokens": []}
    run = Run("start s\nuser v each=items item=it\nend e\ns -> v -> e", items=[poison])
    assert run.wait("v").variables["it"] == poison and run.do("v").finished


def test_a_state_of_a_large_process_stays_small(run):
    assert len(run.state) < 1024


def test_items_that_are_too_large_are_refused():
    with pytest.raises(engine.BudgetExceeded, match="size of the saved state"):
        Run("start s\nuser v each=items item=it\nend e\ns -> v -> e", items=["x" * 300_000])


def test_the_seal_opens_only_for_what_it_was_made_for(run):
    sealed = engine.seal(run.state, "instance 1", KEY)
    assert engine.open_(sealed, "instance 1", [KEY]) == run.state
    with pytest.raises(engine.StateCorrupt):
        engine.open_(sealed, "instance 2", [KEY])


def test_every_single_changed_byte_is_noticed(run):
    sealed = engine.seal(run.state, "i", KEY)
    chance = random.Random(1)
    for at in range(len(sealed)):
        broken = bytearray(sealed)
        broken[at] ^= chance.randrange(1, 256)
        with pytest.raises(engine.StateCorrupt):
            engine.open_(bytes(broken), "i", [KEY])


@pytest.mark.parametrize("cut", [b"", b"J", b"JL", b"JL\x01", b"JL\x02" + b"x" * 100, b"x" * 100])
def test_what_is_no_seal_is_refused(cut):
    with pytest.raises(engine.StateCorrupt):
        engine.open_(cut, "i", [KEY])


BROKEN = [
    b"",
    b"\x02{}",
    b"\x01",
    b"\x01[]",
    b"\x01{}",
    b"\x01nonsense",
    b'\x01{"names":[],"tokens":[]}',
    b'\x01{"names":["a"],"tokens":[["1",-1,0,32,0,0]]}',
    b'\x01{"names":["nowhere"],"tokens":[["1",-1,0,32,0,0]]}',
    b'\x01{"names":[""],"tokens":[["1",-1,7,32,0,0]]}',
    b'\x01{"names":[""],"tokens":[[1]]}',
    b'\x01{"names":["","a"],"tokens":[["1",-1,0,32,0,0],["2",5,1,16,0,0]]}',
    b'\x01{"names":5,"tokens":6}',
]


@pytest.mark.parametrize("state", BROKEN)
def test_a_broken_state_is_refused(run, state):
    with pytest.raises((engine.StateCorrupt, engine.TokenGone)):
        engine.complete(run.model, state, "2", run.around)
    assert engine.state_problems(run.model, state) != []


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (b'\x01{"names":["","zz"],"tokens":[["1",-1,0,32,0,0],["2",0,1,16,0,0]]}', "not in the process"),
        (b'\x01{"names":["","a"],"tokens":[["1",-1,0,32,0,0],["1",0,1,16,0,0]]}', "there twice"),
        (b'\x01{"names":["","a"],"tokens":[["1",-1,0,32,0,0],["2",0,1,64,0,0]]}', "although it is finished"),
    ],
)
def test_what_is_wrong_with_a_state_is_said(run, state, said):
    assert said in engine.state_problems(run.model, state)[0]


def test_live_tokens_tell_where_the_process_stands(run):
    assert sorted(engine.live_tokens(run.model, run.state).values()) == ["S", "S", "a", "c", "j"]
