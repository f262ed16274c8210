"""flask --app wsgi …"""

import json

import pytest

from tests.workflow.decisions.drawing import dmn
from tests.workflow.world import drawn
from web import deploying
from web.app import create_app
from workflow import migrations
from workflow.identity import User
from workflow.office import open_office
from workflow.people import find
from workflow.settings import from_environment

SMALL = drawn("start s\nuser look candidateGroups=registry\nend e\ns -> look -> e", "small")


@pytest.fixture
def run(app):
    runner = app.test_cli_runner()

    def command(*arguments, **options):
        return runner.invoke(args=[str(each) for each in arguments], **options)

    return command


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "small.bpmn"
    path.write_bytes(SMALL)
    return path


def test_a_user_is_made_with_a_password_from_standard_input(run, app):
    made = run(
        "users",
        "create",
        "frank",
        "--display",
        "弗兰克",
        "--group",
        "registry",
        "--password-stdin",
        input="frühling im hof\n",
    )
    assert (made.exit_code, made.output) == (0, "Account frank is made.\n")
    assert app.test_client().sign_in("frank", "frühling im hof").status_code == 302


@pytest.mark.parametrize(
    ("arguments", "given", "said"),
    [
        (["anna", "--display", "X"], "a good long one\n", "already an account"),
        (["frank", "--display", "X", "--group", "pirates"], "a good long one\n", "no group “pirates”"),
        (["frank", "--display", "X"], "short\n", "at least 8"),
        (["frank", "--display", "X"], "", "No password came"),
    ],
)
def test_a_user_that_cannot_be_made_is_a_sentence_and_an_exit_code(run, office, arguments, given, said):
    refused = run("users", "create", *arguments, "--password-stdin", input=given)
    assert refused.exit_code != 0
    assert said in refused.output and "Traceback" not in refused.output
    with office.database.reading() as session:
        assert session.get(User, "frank") is None


def test_a_password_is_set_anew(run, office, app):
    assert run("users", "password", "anna", "--password-stdin", input="a good long one\n").exit_code == 0
    assert app.test_client().sign_in("anna", "a good long one").status_code == 302
    with office.database.reading() as session:
        assert find(session, "anna").password_initial


def test_users_are_listed_for_programs_and_people(run):
    listed = json.loads(run("users", "list", "--json").output)
    assert {"name": "anna", "display_name": "安娜", "active": True, "groups": ["registry"], "head": None} in listed
    assert "anna             安娜  [registry]" in run("users", "list").output


def test_a_good_diagram_passes_lint(run, small):
    passed = run("definitions", "lint", small)
    assert passed.exit_code == 0, passed.output
    assert "nothing to complain about" in passed.output


def test_lint_says_what_is_wrong_where(run, tmp_path):
    path = tmp_path / "bad.bpmn"
    path.write_bytes(SMALL.replace(b"registry", b"pirates"))
    refused = run("definitions", "lint", path, "--json")
    assert refused.exit_code == 1
    [finding] = [each for each in json.loads(refused.output) if each["level"] == "error"]
    assert finding["file"] == "bad.bpmn" and finding["element"] == "look" and "pirates" in finding["message"]


def test_lint_judges_decision_tables(run, tmp_path):
    good, bad = tmp_path / "good.dmn", tmp_path / "bad.dmn"
    good.write_bytes(dmn(fee="FIRST | amount || fee\n | > 5 || parameter(amount)"))
    bad.write_bytes(dmn(fee="FIRST | status || fee\n | gold || 1\n | - || nobody()"))
    assert run("definitions", "lint", good).exit_code == 0

    refused = run("definitions", "lint", good, bad, "--json")
    assert refused.exit_code == 1
    assert [(each["file"], each["element"]) for each in json.loads(refused.output)] == [
        ("bad.dmn", "c-1-1"),
        ("bad.dmn", "a-2-1"),
    ]


def test_deploying_makes_a_version_and_again_the_same(run, small):
    for _twice in range(2):
        deployed = json.loads(run("definitions", "deploy", small, "--json").output)
        assert [(each["key"], each["version"]) for each in deployed] == [("small", 1)]
    assert "small v1" in run("definitions", "list").output


def test_deploying_says_what_an_edited_diagram_takes_from_separation_of_duty(run, small):
    two = "start s\nuser a candidateGroups=registry\nuser b candidateGroups=registry\nend e\ns -> a -> b -> e"
    small.write_bytes(drawn(two, "small", b={"differentFrom": "a"}))
    assert "asks for" not in run("definitions", "deploy", small).output
    small.write_bytes(drawn(two, "small"))
    told = run("definitions", "deploy", small)
    assert told.exit_code == 0
    assert "The version before asks for b differentFrom=a; here “b” asks for less." in told.output


def test_a_diagram_that_is_refused_deploys_nothing(run, small, tmp_path):
    bad = tmp_path / "bad.bpmn"
    bad.write_bytes(b"<broken")
    refused = run("definitions", "deploy", small, bad)
    assert refused.exit_code == 1
    assert "bad.bpmn" in refused.output and "Traceback" not in refused.output
    assert json.loads(run("definitions", "list", "--json").output) == []


def test_a_file_of_another_kind_is_refused(run, tmp_path):
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(b"%PDF")
    refused = run("definitions", "deploy", letter)
    assert refused.exit_code == 1
    assert "letter.pdf" in refused.output


def test_the_forms_of_the_house_lie_beside_the_diagrams():
    assert all(name.endswith((".form", ".dmn")) for name in deploying.house_resources())


def test_every_command_says_what_it_is_for(run, app):
    for name in ("definitions", "users", "worker", "scheduler", "migrate", "demo", "packs", "fsck"):
        assert name in app.cli.commands, name
        assert run(name, "--help").exit_code == 0


def test_migrating_twice_is_as_good_as_once(tmp_path):
    office = open_office(from_environment({"JUANLIU_DATA": str(tmp_path), "SECRET_KEY": "x" * 40}))
    runner = create_app(office=office).test_cli_runner()
    for _twice in range(2):
        done = runner.invoke(args=["migrate"])
        assert done.exit_code == 0, done.output
    assert migrations.version(office.database) == migrations.newest()
    office.database.engine.dispose()


def test_the_head_of_a_person_is_set_and_taken_away(office, run):
    assert run("users", "head", "anna", "carl").exit_code == 0
    with office.database.reading() as session:
        assert session.get_one(User, "anna").head == "carl"
    assert "cannot be the head of" in run("users", "head", "carl", "anna").output
    assert run("users", "head", "anna").output == "The head of anna is nobody.\n"
