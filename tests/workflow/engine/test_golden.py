"""States as each release has saved them, kept here for ever: whatever we change, they load and go on as they would have.

A new version of the codec adds its own beside these; none is ever changed or taken away.
"""

from dataclasses import dataclass, field

import pytest

from tests.workflow.engine.drawing import Run
from workflow import engine


@dataclass(frozen=True)
class Golden:
    """A saved state of a drawing; what is open in it, and what is open after each thing that then happens."""

    drawing: str
    state: bytes
    open: str
    then: list[tuple[str, str]]  # (what happens, what is open afterwards)
    variables: dict[str, object] = field(default_factory=dict)


VERSION_1 = {
    "a race of events": Golden(
        "start s\nevents g\ncatch m message=paid key=number\ncatch t timer=PT5M\nuser a\nuser b\nend e\n"
        "s -> g\ng -> m -> a -> e\ng -> t -> b -> e",
        b'\x01{"names":["","g","m","t"],"tokens":[["1",-1,0,32,0,0],["2",0,1,32,0,0],["3",1,2,8,{"key":"7"},0],'
        b'["4",1,3,8,{"due":"2026-07-01T01:05:00+00:00"},0]]}',
        "m t",
        [("happen t", "b"), ("do b", "")],
        {"number": 7},
    ),
    "a repeating timer after its first time": Golden(
        "start s\nuser a\nboundary again on=a cycle=R3/PT1H quiet\nuser c\nend e\nend f\ns -> a -> e\nagain -> c -> f",
        b'\x01{"names":["","a","again","c"],"tokens":[["1",-1,0,32,0,0],["2",0,1,16,0,0],["3",1,2,8,{"due":'
        b'"2026-07-01T03:00:00+00:00","every":"PT1H","left":1},0],["4",0,3,16,0,0]]}',
        "a again c",
        [("happen again", "a again c c"), ("happen again", "a c c c"), ("do a", "c c c")],
    ),
    "an inclusive join half full": Golden(
        "start s\nor o\nuser a\nuser b\nuser c\nor j\nuser z\nend e\ns -> o\no -> a if x > 0\no -> b if x > 1\n"
        "o -> c default\na -> j\nb -> j\nc -> j\nj -> z -> e",
        b'\x01{"names":["","b","j"],"tokens":[["1",-1,0,32,0,0],["2",0,1,16,0,0],["3",0,2,8,{"flow":"a-j"},0]]}',
        "b",
        [("do b", "z"), ("do z", "")],
        {"x": 2},
    ),
    "a call two sub-processes deep": Golden(
        "start s\nsub S\n start t\n sub U\n  start u\n  call k calls=other\n  end v\n  u -> k -> v\n"
        " boundary bad on=U error=E1\n user mend\n end w\n t -> U -> w\n bad -> mend -> w\nend e\ns -> S -> e",
        b'\x01{"names":["","S","U","k"],"tokens":[["1",-1,0,32,0,0],["2",0,1,32,0,0],["3",1,2,32,0,0],'
        b'["4",2,3,32,{"name":"other"},0]]}',
        "k",
        [("fail k", "mend"), ("do mend", "")],
    ),
    "a loop in its second round": Golden(
        'start s\nuser a loop="again = true" max=5\nend e\ns -> a -> e',
        b'\x01{"names":["","a","a [each]"],"tokens":[["1",-1,0,32,0,0],["2",0,1,32,{"done":1},0],["3",1,2,16,'
        b'{"counter":2},{"loopCounter":2}]]}',
        "a",
        [("do a", "a"), ("do a", "a"), ("do a", "a"), ("do a", "")],
        {"again": True},
    ),
    "a signal and a message awaited side by side": Golden(
        "start s\nand f\ncatch g signal=stop\nreceive r message=news key=number\nand j\nend e\ns -> f -> g -> j -> e\nf -> r -> j",
        b'\x01{"names":["","g","r"],"tokens":[["1",-1,0,32,0,0],["2",0,1,8,0,0],["3",0,2,8,{"key":"7"},0]]}',
        "g r",
        [("happen r", "g"), ("happen g", "")],
        {"number": "7"},
    ),
    "an event sub-process that runs beside, with one of its own": Golden(
        "start s\nsub S\n start i\n user a\n end o\n i -> a -> o\n sub H event\n  start h message=m key=number quiet\n"
        "  user c\n  end d\n  h -> c -> d\n  sub K event\n   start k timer=PT1H\n   user z\n   k -> z\n"
        "boundary x on=S error=E1\nuser r\nuser n\ns -> S -> n\nx -> r",
        b'\x01{"names":["","S","h","a","H","k","c"],"tokens":[["1",-1,0,32,0,0],["2",0,1,32,0,0],["3",1,2,8,{"key":"7"},0],'
        b'["4",1,3,16,0,0],["5",1,4,32,0,0],["6",4,5,8,{"due":"2026-07-01T02:00:00+00:00"},0],["7",4,6,16,0,0]]}',
        "a c h k",
        [
            ("happen h", "a c c h k k"),
            ("happen k", "a c h k z"),
            ("do z", "a c h k"),
            ("do a", "c k"),
            ("do c", "n"),
            ("do n", ""),
        ],
        {"number": 7},
    ),
    "conditions, one of them true": Golden(
        'start s\nuser a\ns -> a\nboundary b on=a conditional="x > 5" quiet\nuser h\nb -> h\n'
        'sub H event\n start c conditional="y > 5"\n user z\n c -> z',
        b'\x01{"names":["","c","a","b","h"],"tokens":[["1",-1,0,32,0,0],["2",0,1,8,0,0],["3",0,2,16,0,0],'
        b'["4",2,3,8,{"met":true},0],["5",0,4,16,0,0]]}',
        "a b c h",
        [("do h", "a b c"), ("do a", "")],
        {"x": 6, "y": 1},
    ),
}
GOLDEN = {f"version {version}: {name}": golden for version, kept in ((1, VERSION_1),) for name, golden in kept.items()}


@pytest.fixture(params=GOLDEN)
def golden(request):
    return GOLDEN[request.param]


@pytest.fixture
def run(golden):
    """A run of the drawing, taken back to the saved state."""
    run = Run(golden.drawing, **golden.variables)
    run.state = golden.state
    return run


def opened(waits) -> str:
    return " ".join(sorted(wait.activity_id for wait in waits))


def test_a_saved_state_is_sound_and_waits_for_what_it_waited_for(golden, run):
    assert engine.state_problems(run.model, golden.state) == []
    assert opened(engine.waits_of(run.model, golden.state)) == golden.open


def test_it_goes_on_as_it_would_have(golden, run):
    for act, then in golden.then:
        run.step = engine.Step(run.state, False, engine.waits_of(run.model, run.state), (), (), {})
        verb, activity = act.split()
        run.fail(activity, "E1") if verb == "fail" else getattr(run, verb)(activity)
        assert opened(run.step.waits) == then
    assert run.finished == (not golden.then[-1][1])


def test_it_can_be_withdrawn(run):
    assert run.cancel().finished and run.open == []


def test_live_tokens_are_named_by_elements_of_the_drawing(golden, run):
    for element in engine.live_tokens(run.model, golden.state).values():
        assert element in run.model.activities


def test_every_release_writes_the_version_that_is_kept_here(golden):
    written = Run(golden.drawing, **golden.variables).state[0]
    assert written in {kept.state[0] for kept in GOLDEN.values()}


def test_a_state_of_a_release_still_to_come_is_refused_and_not_guessed_at(golden, run):
    unknown = bytes([max(kept.state[0] for kept in GOLDEN.values()) + 1]) + golden.state[1:]
    with pytest.raises(engine.StateCorrupt):
        engine.waits_of(run.model, unknown)
