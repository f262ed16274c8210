"""The approval form: who said what, in the office's order, as a Word file that can be read."""

import io
import zipfile

import pytest
from docx import Document
from lxml import etree
from PIL import Image

from tests.web.desk import waiting
from tests.workflow.world import REVIEW, begin, do, open_tasks, process
from workflow import documents, office, returns, signing, tasks
from workflow.around import approval, asked
from workflow.documents import Picture, TemplateRefused
from workflow.identity import User
from workflow.models import UserTask
from workflow.statuses import ReturnMode, SignerPlace

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def lines(content):
    return [[cell.text for cell in row.cells] for table in Document(io.BytesIO(content)).tables for row in table.rows]


@pytest.fixture
def done(session, clock, anna, bob):
    """Two steps with opinions; the second stands first on paper."""
    said = {
        "open": {"sheetRow": "承办人意见", "sheetOrder": "20"},
        "check": {"sheetRow": "审核意见", "sheetOrder": "10"},
    }
    instance = begin(session, process(session, REVIEW, **said), "张三 档案转入")
    do(session, instance, "open", anna, "agree", opinion="材料齐全，拟同意。")
    clock.move(hours=1)
    signature = {"by": "bob", "at": "2026-07-01T02:00:00+00:00"}
    do(session, instance, "check", bob, "agree", opinion="同意 <接收> & 入库。", sign=signature)
    return instance


def test_rows_stand_in_the_offices_order_with_who_and_when(session, done):
    found = [
        (row.step, row.opinion, row.outcome, row.person, row.at, row.signed)
        for row in approval.rows(session, done.case)
    ]

    assert found == [
        ("审核意见", "同意 <接收> & 入库。", "agree", "鲍勃", "2026-07-01 10:00", "口令签名"),
        ("承办人意见", "材料齐全，拟同意。", "agree", "安娜", "2026-07-01 09:00", ""),
    ]


def test_the_form_is_a_word_file_with_every_opinion(session, done):
    content = approval.render(session, done.case)
    found = lines(content)

    assert found[0] == ["事项", "张三 档案转入", "编号", done.case.business_key]
    assert [row[0] for row in found[3:]] == ["环节", "审核意见", "承办人意见"]
    assert "同意 <接收> & 入库。" in found[4][1]
    assert found[4][2].split("\n") == ["鲍勃", "2026-07-01 10:00", "（口令签名）"]


def test_the_page_looks_like_paper_of_the_office(session, done):
    with zipfile.ZipFile(io.BytesIO(approval.render(session, done.case))) as package:
        body = etree.fromstring(package.read("word/document.xml"))
        footer = b"".join(package.read(name) for name in package.namelist() if "footer" in name).decode()
    sides = {side.tag.removeprefix(W) for borders in body.iter(f"{W}tblBorders") for side in borders}
    fonts = {each.get(f"{W}eastAsia") for each in body.iter(f"{W}rFonts")}

    assert sides == {"top", "left", "bottom", "right", "insideH", "insideV"}
    assert {"黑体", "仿宋"} <= fonts
    assert "PAGE" in footer
    assert "NUMPAGES" in footer
    assert len(list(body.iter(f"{W}tblHeader"))) == 1
    assert "{{" not in "".join(body.itertext())


def test_a_substitute_is_named_with_whose_place_it_was(session, done):
    task = session.query(UserTask).filter_by(activity_id="check").one()
    task.on_behalf_of = "dora"
    session.flush()

    assert approval.rows(session, done.case)[0].person == "鲍勃（代朵拉）"


def test_what_need_not_stand_on_paper_does_not(session, clock, anna, bob):
    instance = begin(session, process(session, REVIEW, open={"sheetRow": "none"}))
    task = tasks.claim(session, open_tasks(session, instance)["open"], anna)
    question = asked.ask(session, task, anna, bob, "?")
    tasks.complete(session, question, bob, {"answer": "!"})
    tasks.complete(session, task, anna, {})

    assert approval.rows(session, instance.case) == []
    assert len(lines(approval.render(session, instance.case))) == 4


def test_rows_end_where_a_copy_ends(session, done):
    first = next(row for row in approval.rows(session, done.case) if row.step == "承办人意见")

    assert [row.step for row in approval.rows(session, done.case, upto=6)] in ([], ["承办人意见"])
    assert first.task_id is not None


def test_the_offices_own_template_wins_and_one_for_the_process_before_it(session, done):
    folder = office.of(session).settings.data / "templates"
    folder.mkdir(parents=True)
    for name, words in (("approval.docx", "本室"), ("approval-p.docx", "本流程")):
        made = Document()
        made.add_paragraph(words + " {{ title }}")
        made.save(folder / name)
    assert Document(io.BytesIO(approval.render(session, done.case))).paragraphs[0].text == "本流程 张三 档案转入"
    (folder / "approval-p.docx").unlink()
    assert Document(io.BytesIO(approval.render(session, done.case))).paragraphs[0].text == "本室 张三 档案转入"


def test_a_template_that_names_what_is_not_known_is_refused(session, done):
    folder = office.of(session).settings.data / "templates"
    folder.mkdir(parents=True)
    made = Document()
    made.add_paragraph("{{ nothing_known }}")
    made.save(folder / "approval.docx")

    with pytest.raises(TemplateRefused):
        approval.render(session, done.case)


def test_a_picture_stands_where_the_template_puts_it():
    made, content, drawn = Document(), io.BytesIO(), io.BytesIO()
    made.add_paragraph("{{ sign }}")
    made.save(content)
    Image.new("RGBA", (30, 10), "black").save(drawn, "PNG")
    filled = documents.render(content.getvalue(), {"sign": Picture(drawn.getvalue(), 30)})

    assert len(Document(io.BytesIO(filled)).inline_shapes) == 1


@pytest.mark.parametrize("order", ["x", "", "１"])
def test_an_order_that_is_no_number_is_none(session, clock, anna, order):
    instance = begin(session, process(session, REVIEW, open={"sheetOrder": order}))
    do(session, instance, "open", session.get_one(User, "anna"))

    assert [row.step for row in approval.rows(session, instance.case)] == ["open"]


SIGNED = "start s\nuser open candidateGroups=registry\nuser sign each=people item=who assignee=${who}\nend e\ns -> open -> sign -> e"


@pytest.fixture
def signing_(session, clock, anna, bob):
    """anna and bob sign together; anna has asked carl before."""
    instance = begin(session, process(session, SIGNED, sign={"signing": "all"}), people=["anna", "bob"])
    do(session, instance, "open", anna, opinion="拟同意")
    mine = next(each for each in waiting(session, instance.id) if each.assignee == "anna")
    signing.add(session, mine, anna, session.get_one(User, "carl"), SignerPlace.BEFORE, "经手人")
    return instance


def sign_all(session, instance):
    for name in ("carl", "anna", "bob"):
        task = next(each for each in waiting(session, instance.id) if each.assignee == name)
        tasks.complete(session, task, session.get_one(User, name), {"opinion": "同意"}, "agree")


def test_who_was_asked_to_sign_stands_there_as_such(session, signing_):
    sign_all(session, signing_)
    found = [(row.step, row.person) for row in approval.rows(session, signing_.case)]

    assert found == [("open", "安娜"), ("sign（安娜加签）", "卡尔"), ("sign", "安娜"), ("sign", "鲍勃")]


def test_a_step_corrected_for_who_sent_it_back_says_so(session, clock, anna, bob):
    instance = begin(session, process(session, REVIEW))
    do(session, instance, "open", anna, opinion="拟同意")
    check = tasks.claim(session, open_tasks(session, instance)["check"], bob)
    (target,) = returns.targets(session, check, bob)
    returns.send_back(session, check, bob, target.key, ReturnMode.STRAIGHT, "写全称")
    do(session, instance, "open", anna, opinion="已改")

    found = [(row.step, row.outcome, row.opinion) for row in approval.rows(session, instance.case)]
    assert found == [("open", "", "拟同意"), ("check", "退回", "写全称"), ("open（修改）", "", "已改")]


@pytest.mark.parametrize(
    ("name", "heading"),
    [("档案转递", "档案转递审批单"), ("档案转递审批", "档案转递审批单"), ("请示审批单", "请示审批单")],
)
def test_the_heading_says_approval_form_once(session, name, heading):
    instance = begin(session, process(session, REVIEW))
    instance.definition.name = name
    assert approval.facts(session, instance.case)["heading"] == heading
    assert heading in "".join(
        each.text for each in Document(io.BytesIO(approval.render(session, instance.case))).paragraphs
    )


def test_the_columns_are_as_wide_in_every_office_program(session, done):
    """Word goes by the cells, WPS and LibreOffice by the grid of the table."""
    for table in Document(io.BytesIO(approval.render(session, done.case))).tables:
        grid = [column.width for column in table.columns]
        assert grid == [cell.width for cell in table.rows[0].cells]
