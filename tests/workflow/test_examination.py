"""Files are examined in a warm child: with little time and memory, no way out, and no trace when its parent is gone."""

import contextlib
import os
import pickle
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from threading import Thread

import pytest

from tests.house import CHECKOUT
from tests.workflow.engine.drawing import bpmn
from tests.workflow.hostile import FILES, FINE
from workflow import definitions, examination, lint
from workflow.confined import Broken, Confined, Overstepped, child
from workflow.errors import DefinitionRefused, sentence
from workflow.examination import wire
from workflow.examination.judging import Verdict, judge
from workflow.lint import Finding, Level

GROUPS = lint.Known(groups=frozenset({"registry"}), forms={"x": b"{}"}, functions=frozenset({"parameter"}))
STUCK = "start s\nxor g\nuser a\nand j\nend e\ns -> g\ng -> a if {}\ng -> j default\na -> j\nj -> e"
HEAVY = (
    "start s\nend e\ns -> "
    + " -> ".join(f"n{i}" for i in range(900))
    + " -> e\n"
    + "\n".join(f"user n{i}" for i in range(900))
)


class Asked(Confined):
    def judged(self, *question) -> Verdict:
        return wire.load(self.call("judged", *question))


@pytest.fixture(scope="module")
def warm() -> Iterator[Asked]:
    """It knows what the house's does."""
    made = Asked(wire.__name__, "prepare", examination.examiner.arguments)
    yield made
    made.close()


@pytest.fixture
def light() -> Iterator[Asked]:
    """One that is ready soon, as it knows the engine's own rules only."""
    made = Asked(wire.__name__, "prepare")
    yield made
    made.close()


def rules(verdict: Verdict) -> list[str]:
    return [each.rule for each in verdict.findings]


def test_an_accepted_file_comes_back_ready_to_be_deployed(warm):
    verdict = warm.judged(bpmn(FINE), GROUPS, None, True)
    assert verdict == judge(bpmn(FINE), GROUPS)
    assert verdict.examined.key == "p" and list(verdict.examined.activities) == ["s", "a", "e"]
    assert [start.id for start in verdict.examined.starts] == ["s"]


def test_the_child_says_what_would_be_said_here(warm):
    for files, _element, _said in FILES.values():
        for deploy in (True, False):
            if len(files["bad.bpmn"]) < 100_000:
                here = judge(files["bad.bpmn"], GROUPS, None, deploy)
                assert [
                    str(each.message) for each in warm.judged(files["bad.bpmn"], GROUPS, None, deploy).findings
                ] == [str(each.message) for each in here.findings]


def test_a_verdict_is_the_same_at_the_other_end_of_the_pipe():
    inner = sentence("{what} is {none}", what="a", none=None)
    finding = Finding("e", "r", sentence("{place}: {said}", place=3, said=inner), inner, Level.WARNING)
    assert wire.load(wire.dump(Verdict((finding,)))) == Verdict((finding,))


def test_only_the_process_named_is_made_ready(warm):
    [error] = warm.judged(bpmn(FINE), GROUPS, "q", True).findings
    assert (error.rule, error.element) == ("no_process", "q")


def test_what_takes_too_long_is_refused_and_the_next_file_is_not(light):
    light.seconds = 0.02
    with pytest.raises(Overstepped):
        light.judged(bpmn(HEAVY), GROUPS, None, True)
    assert light.judged(b"<a/>", GROUPS, None, False).findings != ()


def test_what_takes_too_much_memory_is_refused_and_the_next_file_is_not(light):
    light.memory = 6_000_000
    with pytest.raises(Overstepped):
        light.judged(b"<a>" + b"<b/>" * 3_000_000 + b"</a>", GROUPS, None, True)
    assert light.judged(bpmn(FINE), GROUPS, None, True).examined is not None


def test_a_deployment_says_what_was_too_much(light, monkeypatch):
    light.seconds = 0.02
    monkeypatch.setattr(examination, "examiner", light)
    with pytest.raises(DefinitionRefused, match="takes more than 0.02 seconds or 200 MB"):
        examination.examine(bpmn(HEAVY), GROUPS)


def test_a_fault_of_the_program_is_said_and_stops_nothing_else(light, monkeypatch):
    monkeypatch.setattr(examination, "examiner", light)
    assert [each.rule for each in examination.findings(5, GROUPS)] == ["not_examined"]
    assert examination.examine(bpmn(FINE), GROUPS).key == "p"


def test_a_child_that_was_killed_is_replaced(light):
    light.judged(bpmn(FINE), GROUPS, None, True)
    before = light._child.pid
    os.kill(before, signal.SIGKILL)
    assert light.judged(bpmn(FINE), GROUPS, None, True).examined is not None
    assert light._child.pid != before


class _Act:
    """Unpickled in the child, it does what it was made with."""

    def __init__(self, act, *arguments) -> None:
        self.act, self.arguments = act, arguments

    def __reduce__(self):
        return self.act, self.arguments


def test_the_child_has_no_way_out(light, tmp_path):
    for act in (_Act(os.system, f"touch {tmp_path}/made"), _Act(open, f"{tmp_path}/made", "w")):
        with pytest.raises(Broken):
            light.judged(act, GROUPS, None, True)
    assert list(tmp_path.iterdir()) == []
    assert light.judged(bpmn(FINE), GROUPS, None, True).examined is not None


@pytest.mark.parametrize(
    "event",
    [
        "os.system",
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "subprocess.Popen",
        "socket.__new__",
        "ctypes.dlopen",
    ],
)
def test_it_may_do_none_of_this(event):
    with pytest.raises(PermissionError):
        child._refuse(event, ())


@pytest.mark.parametrize(
    ("flags", "may"), [(os.O_RDONLY | os.O_CLOEXEC, True), (os.O_WRONLY, False), (os.O_RDWR, False)]
)
def test_it_may_read_files_but_write_none(flags, may):
    with contextlib.nullcontext() if may else pytest.raises(PermissionError):
        child._refuse("open", ("/x", None, flags))


def test_the_child_knows_no_settings_and_no_secrets(light, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "not for it")
    light.judged(bpmn(FINE), GROUPS, None, True)
    with open(f"/proc/{light._child.pid}/environ", "rb") as told:
        assert b"SECRET" not in told.read()


def test_threads_ask_one_after_the_other(warm):
    told = []

    def ask(key: str) -> None:
        told.append((key, warm.judged(bpmn(FINE, key), GROUPS, key, True).examined.key))

    threads = [Thread(target=ask, args=(f"p{number}",)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 20 and all(asked == answered for asked, answered in told)


def test_a_fork_of_the_process_starts_a_child_of_its_own(light):
    light.judged(bpmn(FINE), GROUPS, None, True)
    before = light._child.pid
    fork = os.fork()
    if fork == 0:
        accepted = light.judged(bpmn(FINE), GROUPS, None, True).examined is not None
        own = light._child.pid != before
        light.close()
        os._exit(0 if accepted and own else 1)
    assert os.waitpid(fork, 0)[1] == 0
    assert light.judged(bpmn(FINE), GROUPS, None, True).examined is not None and light._child.pid == before


def test_the_child_is_gone_when_its_parent_is_killed():
    code = (
        "import sys\nfrom workflow import examination, lint\nexamination.findings(b'<a/>', lint.NOTHING_KNOWN)\n"
        "print(examination.examiner._child.pid, flush=True)\nsys.stdin.read()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code], cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    orphan = os.pidfd_open(int(parent.stdout.readline()))
    parent.kill()
    parent.communicate()
    assert select.select([orphan], [], [], 60)[0]
    os.close(orphan)


def test_a_deployment_asks_the_child_and_keeps_what_it_said(session):
    made = definitions.deploy(session, bpmn(FINE), {}, "eve")
    assert definitions.activities(session, made)["a"]["candidate_groups"] == "registry"
    assert definitions.model(session, made).activities["a"].listeners == ()


def test_examined_here_is_as_examined_there():
    with examination.here():
        here = examination.examine(bpmn(FINE), GROUPS)
    assert here == examination.examine(bpmn(FINE), GROUPS)
    assert examination.findings(b"", GROUPS) == lint.lint(b"", GROUPS)


def test_views_of_what_is_known_may_be_given():
    names = {"registry": print}
    assert examination.examine(bpmn(FINE), lint.Known(groups=names, functions=names.keys())).key == "p"


def trial(drawing: str) -> list[tuple[str, str]]:
    return [
        (each.element, each.rule)
        for each in judge(bpmn(drawing), lint.NOTHING_KNOWN).findings
        if each.rule == "trial_start"
    ]


ALWAYS = {
    "no way out": "start s\nxor g\nuser a\nuser b\nend e\ns -> g\ng -> a if 1 = 2\ng -> b if 2 = 3\na -> e\nb -> e",
    "no number": "start s\nuser a times=true\nend e\ns -> a -> e",
    "a text for a condition": "start s\nxor g\nuser a\nend e\ns -> g\ng -> a if 'x'\ng -> e default\na -> e",
    "a time that is none": "start s\ncatch t timer=2+3\nend e\ns -> t -> e",
}
SOMETIMES = {
    "a variable": "start s\nxor g\nuser a\nuser b\nend e\ns -> g\ng -> a if x = 2\ng -> b if x = 3\na -> e\nb -> e",
    "a number of times": "start s\nuser a times=x\nend e\ns -> a -> e",
    "a function of the house": "start s\ncatch t timer=parameter('x')\nend e\ns -> t -> e",
    "a time": "start s\nxor g\nuser a\nuser b\nend e\ns -> g\ng -> a if today() < '2000-01-01'\ng -> b if x = 1\na -> e\nb -> e",
    "later": "start s\nuser u\nxor g\nuser a\nuser b\nend e\ns -> u -> g\ng -> a if 1 = 2\ng -> b if 2 = 3\na -> e\nb -> e",
}


@pytest.mark.parametrize("name", ALWAYS)
def test_a_start_that_fails_whatever_is_known_is_refused(name):
    assert len(trial(ALWAYS[name])) == 1


@pytest.mark.parametrize("name", SOMETIMES)
def test_a_start_that_may_succeed_with_other_variables_is_not(name):
    assert trial(SOMETIMES[name]) == []


def test_each_start_event_is_tried():
    drawing = (
        "start s\nstart m message=news\nxor g\nuser a\nend e\ns -> a -> e\nm -> g\ng -> a if 1 = 2\ng -> e if 2 = 3"
    )
    assert trial(drawing) == [("g", "trial_start")]


def test_the_trial_s_finding_refuses_the_deployment():
    with pytest.raises(DefinitionRefused, match="No condition at “g” is true"):
        examination.examine(bpmn(ALWAYS["no way out"]), lint.NOTHING_KNOWN)


def test_a_question_is_small_enough_to_send():
    assert len(pickle.dumps(GROUPS)) < 1_000
