"""Diagrams speak the reader's language."""

import re

import pytest

from tests.web import desk
from web.diagrams import spoken
from workflow import xmlsafe
from workflow.identity import User
from workflow.settings import CHECKOUT

OURS = sorted((CHECKOUT / "bpmn").glob("*.bpmn"))
SHOWN = re.compile(r'(?<!Property )(?:\sname="([^"]*)"|<bpmn:text>([^<]*)</bpmn:text>)')


@pytest.mark.parametrize("file", OURS, ids=lambda file: file.stem)
def test_nothing_chinese_is_left_in_a_diagram_of_ours_in_english(file):
    said = [name or text for name, text in SHOWN.findall(spoken(file.read_bytes(), "en").decode())]

    assert said
    assert [each for each in said if re.search("[一-鿿]", each)] == []


@pytest.mark.parametrize("file", OURS, ids=lambda file: file.stem)
def test_in_chinese_a_diagram_is_as_it_was_drawn(file):
    def names(xml: bytes) -> list[tuple[str, str | None]]:
        return [(each.tag, each.get("name") or each.text) for each in xmlsafe.read(xml).iter()]

    assert names(spoken(file.read_bytes(), "zh")) == names(file.read_bytes())


@pytest.mark.parametrize("file", OURS, ids=lambda file: file.stem)
def test_labels_in_english_are_wide_enough_for_words(file):
    labels = re.findall(
        r'<bpmndi:BPMNLabel>\s*<dc:Bounds [^>]*width="([\d.]+)"', spoken(file.read_bytes(), "en").decode()
    )

    assert labels
    assert all(float(width) >= 90 for width in labels)


def test_the_reader_s_language_decides(office, clock, signed_in):
    case_id = desk.stand(office, desk.put(office)[0]).case_id
    address = f"/cases/{case_id}/diagram.bpmn"

    assert 'name="查看"' in signed_in("anna").get(address).text
    with office.database.transaction() as session:
        session.get_one(User, "anna").language = "en"
    english = signed_in("anna").get(address).text
    assert 'name="Look at it"' in english
    assert 'name="查看"' not in english
