"""The template of an approval form is deployed along with its process and pinned with the version."""

import io

import pytest
from docx import Document

from tests.workflow.world import REVIEW, begin, drawn
from workflow import definitions, sheets
from workflow.around import approval
from workflow.errors import DefinitionRefused

SHIPPED = approval.TEMPLATE.read_bytes()


def template(*lines):
    file, document = io.BytesIO(), Document()
    for line in lines:
        document.add_paragraph(line)
    document.save(file)
    return file.getvalue()


def texts(content):
    return [paragraph.text for paragraph in Document(io.BytesIO(content)).paragraphs]


def deployed(session, content=None, name="approval-p.docx", change=""):
    files = {} if content is None else {name: content}
    return definitions.deploy(session, drawn(REVIEW.replace("user open", f"user open {change}")), files, "eve")


@pytest.mark.parametrize("office", ["sqlite", "postgresql"], indirect=True)
def test_a_case_keeps_the_template_it_began_with(session, clock):
    old = begin(session, deployed(session, template("旧 {{ title }}")), "转入")
    new = begin(session, deployed(session, template("新 {{ title }} {{ number }}")), "转出")

    assert texts(approval.render(session, old.case)) == ["旧 转入"]
    assert texts(approval.render(session, new.case)) == [f"新 转出 {new.case.business_key}"]
    assert (old.definition.version, new.definition.version) == (1, 2)
    assert list(definitions.resources(session, new.definition)) == ["approval-p.docx"]


def test_what_is_deployed_stands_before_what_lies_in_the_data_folder(session, clock, office):
    folder = office.settings.data / "templates"
    folder.mkdir(parents=True)
    (folder / "approval-p.docx").write_bytes(template("本单位"))
    plain = begin(session, deployed(session), "一")
    own = begin(session, deployed(session, template("随图")), "二")

    assert [texts(approval.render(session, each.case)) for each in (plain, own)] == [["本单位"], ["随图"]]


def test_a_template_of_another_process_is_not_pinned(session, clock):
    assert definitions.resources(session, deployed(session, SHIPPED, "approval-q.docx")) == {}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"no word file", "The template is not a .docx file."),
        (template("{{ titel }}"), "titel"),
        (template("{% for each in rows %}"), ""),
    ],
)
def test_a_template_that_cannot_be_used_is_refused_at_deployment(session, clock, content, said):
    with pytest.raises(DefinitionRefused) as refused:
        deployed(session, content)
    (finding,) = refused.value.findings
    assert (finding.element, finding.rule) == ("approval-p.docx", "approval_template")
    assert said in str(finding.message) and "change that in Word" in str(finding.fix)
    assert not definitions.keys(session)


def test_the_shipped_template_can_be_deployed_as_it_is(session, clock):
    instance = begin(session, deployed(session, SHIPPED))
    assert approval.render(session, instance.case)


def test_for_a_try_everything_is_there_that_a_template_may_name(session, clock):
    instance = begin(session, deployed(session))
    assert set(sheets.FACTS) == {*approval.facts(session, instance.case), "rows"}
