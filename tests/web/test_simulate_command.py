"""flask definitions simulate and lint as they are called: files, exit codes, and nothing but JSON on standard output."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.founding import GROUPS
from tests.house import CHECKOUT
from tests.workflow.engine.drawing import bpmn
from web import officeless
from web.app import create_app
from web.cli.simulate import simulate

ONE = "start s\nuser a candidateGroups=registry\nend e\ns -> a -> e"
DOCS = (CHECKOUT / "docs" / "simulate.md").read_text("utf-8")
EXAMPLE = (
    'start begin name=""\nuser check name="Check the pack" candidateGroups=registry\nservice notice name="" topic=notice\n'
    'catch pause name="" timer=PT2H\nuser again name="Ask again" candidateGroups=review\nend e\n'
    "begin -> check -> notice -> pause -> again -> e"
)
DONE = {"steps": [{"complete": "a", "variables": {"x": 1}}]}
ERROR = {"services": {"t": {"error": "bad"}}}


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path


@pytest.fixture
def run(folder):
    """run("one.bpmn", "--json", **{"one.bpmn": content}) writes the files, calls simulate there, gives its answer."""

    def command(*arguments, **files):
        for name, content in files.items():
            written = json.dumps(content).encode() if isinstance(content, dict) else content
            (folder / name.replace("_", ".")).write_bytes(written)
        named = [str(folder / each) if "." in each else each for each in arguments]
        return CliRunner().invoke(simulate, named)

    return command


def outside(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command as a process of its own, where nothing is configured."""
    clean = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "definitions", *arguments]
    settings = {"PYTHONPATH": str(CHECKOUT), "JUANLIU_DATA": str(folder / "data"), **environment}
    return subprocess.run(command, cwd=CHECKOUT, env={**clean, **settings}, capture_output=True, text=True, timeout=300)


def test_a_process_of_its_own_plays_a_diagram_and_touches_no_office(folder):
    (folder / "one.bpmn").write_bytes(bpmn(ONE))
    (folder / "a.json").write_text(json.dumps(DONE))
    nowhere = {
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "SECRET_KEY": "short",
        "REDIS_URL": "unix:///none",
    }

    played = outside(
        folder, "simulate", str(folder / "one.bpmn"), "--answers", str(folder / "a.json"), "--json", **nowhere
    )

    assert (played.returncode, played.stderr) == (0, "")
    told = json.loads(played.stdout)
    assert told["state"] == "completed" and told["variables"] == {"x": 1}
    assert sorted(path.name for path in folder.iterdir()) == ["a.json", "one.bpmn"]


def test_a_process_of_its_own_says_an_incident_on_standard_output_alone(folder):
    (folder / "one.bpmn").write_bytes(bpmn("start s\nservice x topic=t\nend e\ns -> x -> e"))
    (folder / "a.json").write_text(json.dumps(ERROR))

    played = outside(folder, "simulate", str(folder / "one.bpmn"), "--answers", str(folder / "a.json"), "--json")

    assert (played.returncode, played.stderr) == (2, "")
    assert json.loads(played.stdout)["problems"][0]["element"] == "x"


def test_the_whole_application_knows_the_command_too(sqlite_office, folder):
    (folder / "one.bpmn").write_bytes(bpmn(ONE))
    runner = create_app(office=sqlite_office).test_cli_runner()
    played = runner.invoke(args=["definitions", "simulate", str(folder / "one.bpmn"), "--json"])
    assert (played.exit_code, json.loads(played.stdout)["state"]) == (0, "waiting")


@pytest.mark.parametrize(
    ("arguments", "alone"),
    [
        (["flask", "--app", "wsgi", "definitions", "simulate", "x.bpmn"], True),
        (["flask", "definitions", "lint", "simulate"], False),
        (["flask", "definitions", "deploy", "x.bpmn"], False),
        (["gunicorn", "wsgi:app"], False),
    ],
)
def test_only_commands_that_need_no_office_go_without_one(arguments, alone):
    assert officeless.asked_for(arguments) is alone


def test_the_application_without_office_has_only_these_commands():
    app = officeless.create_app()
    assert list(app.cli.commands) == ["definitions"]
    assert list(app.cli.commands["definitions"].commands) == ["simulate"]


@pytest.mark.parametrize(
    ("answers", "drawing", "code", "state"),
    [
        ({}, ONE, 0, "waiting"),
        (DONE, ONE, 0, "completed"),
        ({"steps": [{"complete": "b"}]}, ONE, 1, "refused"),
        ({}, "start s\nscript x\nend e\ns -> x -> e", 1, "refused"),
        (ERROR, "start s\nservice x topic=t\nend e\ns -> x -> e", 2, "incident"),
    ],
)
def test_the_exit_code_says_how_it_ended(run, answers, drawing, code, state):
    played = run("one.bpmn", "--answers", "a.json", "--json", one_bpmn=bpmn(drawing), a_json=answers)
    assert (played.exit_code, json.loads(played.stdout)["state"]) == (code, state)
    spoken = run("one.bpmn", "--answers", "a.json")
    assert spoken.exit_code == code and spoken.stdout.splitlines()[0].startswith("The process")


UNREADABLE = {
    "no diagram": (["gone.bpmn"], {}, "gone.bpmn cannot be read"),
    "a folder": (["sub.bpmn"], {}, "sub.bpmn cannot be read"),
    "no answers": (["one.bpmn", "--answers", "gone.json"], {}, "gone.json cannot be read"),
    "nothing beside": (["one.bpmn", "--with", "gone.bpmn"], {}, "gone.bpmn cannot be read"),
    "no XML": (["bad.bpmn"], {"bad_bpmn": b"hello"}, "not well-formed"),
    "an empty file": (["bad.bpmn"], {"bad_bpmn": b""}, "empty"),
    "bytes": (["bad.bpmn"], {"bad_bpmn": b"\x00\xff\xfe"}, "UTF-8"),
    "answers that are no JSON": (["one.bpmn", "--answers", "a.json"], {"a_json": b"<a/>"}, "not JSON"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_a_problem_in_json_and_exit_code_1(run, folder, name):
    arguments, files, said = UNREADABLE[name]
    (folder / "sub.bpmn").mkdir()
    played = run(*arguments, "--json", **{"one_bpmn": bpmn(ONE), **files})
    told = json.loads(played.stdout)
    assert (played.exit_code, told["state"]) == (1, "refused")
    assert said in told["problems"][0]["message"]


def test_a_zone_that_is_none_is_a_problem(run, monkeypatch):
    monkeypatch.setenv("JUANLIU_ZONE", "Mars/Olympus")
    played = run("one.bpmn", "--json", one_bpmn=bpmn(ONE))
    assert played.exit_code == 1 and "JUANLIU_ZONE" in json.loads(played.stdout)["problems"][0]["message"]


def test_the_zone_of_the_office_counts(run, monkeypatch):
    monkeypatch.setenv("JUANLIU_ZONE", "Europe/Berlin")
    drawing = "start s\ncatch t date=2026-07-02\nend e\ns -> t -> e"
    played = run("one.bpmn", "--answers", "a.json", "--json", one_bpmn=bpmn(drawing), a_json={"now": "2026-07-01"})
    assert json.loads(played.stdout)["open"][0]["due"] == "2026-07-01T22:00:00+00:00"


def test_strictly_the_groups_are_those_of_a_new_office(run):
    drawing = ONE.replace("registry", GROUPS[0].key)
    assert run("one.bpmn", "--strict", one_bpmn=bpmn(drawing)).exit_code == 0
    assert run("one.bpmn", "--strict", one_bpmn=bpmn(ONE.replace("registry", "pirates"))).exit_code == 1


def test_a_called_process_is_found_in_the_folder_or_given(run, folder):
    calling, called = bpmn("start s\ncall c calls=q\nend e\ns -> c -> e"), bpmn(ONE, "q")
    assert run("one.bpmn", "--json", one_bpmn=calling).exit_code == 1
    assert run("one.bpmn", "--json", one_bpmn=calling, two_bpmn=called).exit_code == 0
    (folder / "elsewhere").mkdir()
    (folder / "two.bpmn").rename(folder / "elsewhere" / "two.bpmn")
    assert run("one.bpmn", "--json", "--with", "elsewhere/two.bpmn").exit_code == 0


def test_a_broken_neighbour_that_nobody_calls_does_not_matter(run):
    assert run("one.bpmn", one_bpmn=bpmn(ONE), two_bpmn=b"<broken").exit_code == 0


def test_a_form_of_the_folder_is_used(run):
    drawing = ONE.replace("user a", "user a formKey=plank")
    assert run("one.bpmn", "--strict", one_bpmn=bpmn(drawing)).exit_code == 1
    form = b'{"components": [{"type": "textfield", "key": "k", "label": "K"}]}'
    assert run("one.bpmn", "--strict", one_bpmn=bpmn(drawing), plank_form=form).exit_code == 0


def test_the_example_of_the_documentation_is_what_is_said(run):
    answers = json.loads(re.search(r"```json\n(.*?)```", DOCS, re.DOTALL)[1])
    told = re.search(r"\$ flask .*?\n(.*?)```", DOCS, re.DOTALL)[1]
    played = run("pack.bpmn", "--answers", "answers.json", pack_bpmn=bpmn(EXAMPLE), answers_json=answers)
    assert played.stdout == told


def test_lint_says_in_json_what_cannot_be_read(sqlite_office, folder):
    (folder / "one.bpmn").write_bytes(bpmn(ONE))
    runner = create_app(office=sqlite_office).test_cli_runner()
    judged = runner.invoke(args=["definitions", "lint", str(folder / "gone.bpmn"), str(folder / "one.bpmn"), "--json"])
    [finding] = json.loads(judged.stdout)
    assert (judged.exit_code, finding["file"], finding["level"]) == (1, "gone.bpmn", "error")


def test_strictly_lint_counts_warnings_as_errors(sqlite_office, folder):
    (folder / "one.bpmn").write_bytes(bpmn(ONE.replace(" candidateGroups=registry", "")))
    runner = create_app(office=sqlite_office).test_cli_runner()
    assert runner.invoke(args=["definitions", "lint", str(folder / "one.bpmn")]).exit_code == 0
    assert runner.invoke(args=["definitions", "lint", str(folder / "one.bpmn"), "--strict"]).exit_code == 1


def test_lint_takes_diagrams_of_any_ending_and_two_of_one_name(sqlite_office, folder):
    (folder / "sub").mkdir()
    for place in (folder / "one.bpmn20.xml", folder / "sub" / "one.bpmn20.xml"):
        place.write_bytes(b"<broken")
    runner = create_app(office=sqlite_office).test_cli_runner()
    judged = runner.invoke(args=["definitions", "lint", *map(str, folder.rglob("*.xml")), "--json"])
    assert len({each["file"] for each in json.loads(judged.stdout)}) == 2 and judged.exit_code == 1
