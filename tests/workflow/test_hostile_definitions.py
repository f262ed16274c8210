"""Hostile and wrong files: refused with sentences that name the element and say what to do, quickly, storing nothing."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.work import within
from tests.workflow.engine.drawing import bpmn
from tests.workflow.hostile import FILES, FINE, WITH_FORM, form, raw_form
from web import deploying
from web.app import Juanliu, create_app
from workflow import definitions, engine, lint
from workflow.errors import DefinitionRefused, Invalid
from workflow.lint import Level
from workflow.lint.findings import rules
from workflow.models import DefinitionResource, ProcessDefinition, ResourceContent

BUDGET = 6_000_000  # calls, for one file
FORM = b'{"components": [{"type": "textfield", "key": "k", "label": "x", "properties": {"label:en": "x"}}]}'


def stored(office) -> int:
    tables = (ProcessDefinition, ResourceContent, DefinitionResource)
    with office.database.reading() as session:
        return sum(session.scalar(select(func.count()).select_from(table)) for table in tables)


def refused(office, files) -> DefinitionRefused:
    with pytest.raises(DefinitionRefused) as caught, office.database.transaction() as session:
        deploying.deploy(session, files, "eve")
    return caught.value


@pytest.fixture
def app(sqlite_office) -> Iterator[Juanliu]:
    return create_app(office=sqlite_office)


@pytest.fixture
def run(app, tmp_path):
    """run("deploy", files) writes the files and gives the command's answer."""

    def command(name: str, files):
        paths = [tmp_path / each for each in files]
        for path in paths:
            path.write_bytes(files[path.name])
        return app.test_cli_runner().invoke(args=["definitions", name, *map(str, paths)])

    return command


@pytest.mark.parametrize("name", FILES)
def test_it_is_refused_at_its_element_in_time_and_nothing_is_stored(office, name):
    files, element, said = FILES[name]
    findings = within(BUDGET, lambda: refused(office, files)).findings

    told = [f"{each.message} {each.fix or ''}" for each in findings if each.element == element]
    assert any(said in each for each in told), findings[:5]
    assert all(str(each.message).endswith((".", "?")) for each in findings), findings[:5]
    assert stored(office) == 0


@pytest.mark.parametrize("name", FILES)
def test_the_command_line_says_it_in_a_line_and_ends_with_1(run, sqlite_office, name):
    files, element, said = FILES[name]
    for command in ("lint", "deploy"):
        answer = within(BUDGET, partial(run, command, files))
        assert answer.exit_code == 1, answer.output[:500]
        assert "Traceback" not in answer.output and "Finding(" not in answer.output
        assert any(f"{element}: " in line and said in line for line in answer.output.splitlines()), answer.output[:500]
    assert stored(sqlite_office) == 0


def test_every_error_says_what_to_do():
    """In its own sentence behind “;”, “.” or “use”, or as advice."""
    speechless = {
        finding.rule
        for files, _element, _said in FILES.values()
        for finding in lint.lint(files["bad.bpmn"])
        if finding.level is Level.ERROR and finding.fix is None and not says_what_to_do(str(finding.message))
    }
    assert speechless == set()


def says_what_to_do(message: str) -> bool:
    return any(word in message for word in (";", "Use ", "use ", "needs ", "must ", "make ", "Remove", "save it"))


def test_all_errors_of_a_file_and_its_forms_are_told_at_once(sqlite_office):
    drawing = WITH_FORM.replace("registry", "pirates").replace("s -> a", "user b candidateGroups=ghosts\ns -> b -> a")
    files = {"bad.bpmn": bpmn(drawing), "x.form": form({"type": "html"}, {"type": "iframe"})["x.form"]}

    found = refused(sqlite_office, files).findings

    assert sorted((each.element, each.rule) for each in found) == [
        ("a", "form"),
        ("a", "form"),
        ("a", "unknown_group"),
        ("b", "unknown_group"),
    ]


def test_all_files_are_told_of_at_once_each_by_its_name(run, sqlite_office):
    files = {"one.bpmn": b"", "fine.bpmn": bpmn(FINE), "two.bpmn": bpmn(FINE.replace("registry", "pirates"))}
    answer = run("deploy", files)
    assert answer.exit_code == 1
    assert "one.bpmn" in answer.output and "two.bpmn a: There is no group “pirates”" in answer.output
    assert stored(sqlite_office) == 0


def test_a_form_with_warnings_only_is_deployed_and_the_warnings_are_told(run, sqlite_office):
    files = raw_form(b'{"components": [{"type": "textfield", "key": "k"}]}')
    assert "warning: bad.bpmn: a: x.form k: This field has no label" in run("lint", files).output
    assert run("lint", files).exit_code == 0
    assert run("deploy", files).exit_code == 0
    assert stored(sqlite_office) == 3


def test_a_form_alone_is_judged_but_not_deployed(run):
    alone = {"x.form": form({"type": "html", "key": "h"})["x.form"]}
    answer = run("lint", alone)
    assert (answer.exit_code, "error: x.form: h: HTML is not allowed" in answer.output) == (1, True)
    answer = run("deploy", {"y.form": FORM})
    assert (answer.exit_code, "Please add a diagram" in answer.output) == (1, True)


def test_a_good_file_with_a_mark_of_byte_order_is_deployed(run):
    assert run("deploy", {"fine.bpmn": b"\xef\xbb\xbf" + bpmn(FINE)}).exit_code == 0


@pytest.mark.parametrize("name", ["..", ".bpmn", "a.BPMN", "a.exe", "a"])
def test_a_file_of_another_name_is_refused(sqlite_office, name):
    with pytest.raises(Invalid, match="correct what is marked"):
        deploying.require_known({name: b""})


def test_a_rule_made_later_stops_no_running_version(office):
    with office.database.transaction() as session:
        deployed = deploying.deploy(session, {"fine.bpmn": bpmn(FINE, "aged")}, "eve")[0]
        definitions._models._kept.clear()
        rules["too_new"] = lambda process, known: [lint.error("too_new", "a", lint.sentence("Not any more."))]
        try:
            assert "a" in definitions.model(session, deployed).activities
            with pytest.raises(DefinitionRefused, match="Not any more"):
                engine.parse(bpmn(FINE, "aged2"))
        finally:
            del rules["too_new"]


MEANT = (
    "no group",
    "today's members",
    "transfer-out.bpmn: chase_due: From here no way leads",
)  # the receipt ends the chase


def test_the_diagrams_of_the_house_and_their_forms_are_in_order(run):
    told = run("lint", {path.name: path.read_bytes() for path in Path(deploying.BPMN).glob("*.bpmn")}).output
    found = [line for line in told.splitlines() if not any(each in line for each in MEANT)]
    assert found == [] or "nothing to complain" in found[0], found


HEAVY = {
    "a thousand steps": "start s\n"
    + "\n".join(f"user n{i} candidateGroups=registry" for i in range(990))
    + "\nend e\ns -> "
    + " -> ".join(f"n{i}" for i in range(990))
    + " -> e",
    "a hundred joins": "start s\nend e\nand z\n"
    + "\n".join(
        f"xor g{i}\nand j{i}\nuser a{i} candidateGroups=registry\nuser b{i} candidateGroups=registry"
        for i in range(100)
    )
    + "\ns -> g0\n"
    + "\n".join(
        f"g{i} -> a{i} if x = {i}\ng{i} -> b{i} default\na{i} -> j{i}\nb{i} -> j{i}\nj{i} -> {f'g{i + 1}' if i < 99 else 'z'}"
        for i in range(100)
    )
    + "\nz -> e",
}


@pytest.mark.parametrize("name", HEAVY)
def test_the_largest_diagrams_are_judged_in_time(name):
    within(BUDGET, lambda: lint.lint(bpmn(HEAVY[name])))
