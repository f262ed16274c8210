"""The forms and diagrams of the receipt fit together, and speak both languages."""

import itertools

import pytest

from archive.packs.exceptions import CODES
from forms.compiler import compile_form
from forms.context import FormContext
from forms.element import Element
from tests.msgids import ROOT
from workflow import engine, lint
from workflow.identity import User
from workflow.registry import functions, listeners, service_tasks

DIAGRAMS = {name: (ROOT / "bpmn" / f"{name}.bpmn").read_bytes() for name in ("receipt", "day-close")}
MODELS = {name: engine.parse(xml) for name, xml in DIAGRAMS.items()}
ACTIVITIES = list(itertools.chain(*(model.activities.values() for model in MODELS.values())))
FORMS = {
    path.stem: path.read_bytes()
    for pattern in ("receipt-*", "day-*")
    for path in (ROOT / "forms").glob(f"{pattern}.form")
}


def elements(name: str) -> list[Element]:
    def within(found):
        return [each for one in found for each in (one, *within(one.children))]

    return within(compile_form(FORMS[name]).part.elements)


@pytest.mark.parametrize("name", DIAGRAMS)
def test_a_diagram_has_nothing_the_house_would_refuse(name):
    assert lint.lint(DIAGRAMS[name]) == []


@pytest.mark.parametrize("name", DIAGRAMS)
def test_a_diagram_holds_no_script_and_no_gateway_without_a_way_out(name):
    xml = DIAGRAMS[name].decode()

    assert "scriptTask" not in xml
    assert xml.count("<bpmn:exclusiveGateway") == xml.count("default=") + sum(
        1
        for gateway in xml.split("<bpmn:exclusiveGateway")[1:]
        if gateway.split("</bpmn:exclusiveGateway>")[0].count("<bpmn:outgoing>") == 1
    )


def test_every_person_at_work_has_a_form_and_every_form_is_used():
    used = {each.form_key for each in ACTIVITIES if each.kind == "userTask"}
    assert used == set(FORMS)


def test_every_listener_and_every_machine_step_is_known():
    named = {topic for each in ACTIVITIES for topic in each.listeners}
    topics = {each.topic for each in ACTIVITIES if each.topic}

    assert named <= set(listeners)
    assert topics <= set(service_tasks)
    assert {topic for topic in listeners if topic.startswith(("receipt.", "days."))} <= named
    assert {topic for topic in service_tasks if topic.startswith(("receipt.", "days."))} <= topics


def test_every_persons_step_has_a_group_and_a_deadline():
    silent = [
        each.id
        for each in ACTIVITIES
        if each.kind == "userTask" and not (each.candidate_groups and each.due_date and each.lane)
    ]
    assert silent == []


@pytest.mark.parametrize(
    ("later", "earlier"),
    [
        ("confirm_return", "prepare_return"),
        ("confirm_merge", "judge"),
        ("review_dossier", "register_dossier"),
        ("sign_second", "sign_first"),
    ],
)
def test_what_two_people_must_do_is_drawn_so(later, earlier):
    (step,) = [each for each in ACTIVITIES if each.id == later]
    assert step.properties["differentFrom"] == earlier


@pytest.mark.parametrize("name", FORMS)
def test_a_form_speaks_both_languages(name):
    form = compile_form(FORMS[name])
    halves = [each.key for each in elements(name) if each.labels["zh"] and not each.labels["en"]]

    assert form.title("zh")
    assert form.title("en")
    assert form.title("zh") != form.title("en")
    assert halves == []


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", FORMS)
def test_a_form_can_be_drawn_before_anything_is_known(session, clock, name, language):
    context = FormContext(session, session.get_one(User, "anna"), {}, language=language)
    drawn = str(compile_form(FORMS[name]).render(None, None, context))

    assert "<input" in drawn or "<textarea" in drawn
    assert "{{" not in drawn


def test_the_outside_check_offers_every_code_it_can_find():
    content = FORMS["receipt-outside"].decode()
    assert all(code in content for code in ("E01", "E02", "E03", "E04", "E05", "E10", "E16"))


def test_a_return_can_name_every_code():
    assert '"choices": "exceptions"' in FORMS["receipt-return"].decode()
    assert len(CODES) == 16


def test_the_functions_the_diagrams_call_are_known():
    called = {
        name
        for name in ("working_days", "parameter", "materials", "position_for")
        if any(f"{name}(" in content.decode() for content in (*DIAGRAMS.values(), *FORMS.values()))
    }
    assert called <= set(functions)
    assert len(called) == 4
