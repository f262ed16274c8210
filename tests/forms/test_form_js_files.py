"""Files as the editor of form-js saves them: everything it writes around the fields is read or read over, nothing trusted."""

import json

import pytest

from forms.compiler import compile_form
from forms.lint import check_form
from tests.forms.samples import ID_NO, context, drawn, load, problems, sent
from workflow.errors import Invalid


def saved(*components: dict) -> bytes:
    """A file with what the editor adds: ids, exporter, rows of its grid."""
    for number, each in enumerate(components):
        each.setdefault("id", f"Field_{number:07x}")
        each.setdefault("layout", {"row": f"Row_{number // 2:07x}", "columns": None})
    return json.dumps(
        {
            "components": components,
            "type": "default",
            "id": "Form_0v8w2cp",
            "schemaVersion": 18,
            "exporter": {"name": "form-js (https://demo.bpmn.io)", "version": "1.15.1"},
            "executionPlatform": "Camunda Platform",
            "executionPlatformVersion": "7.22.0",
        },
        ensure_ascii=False,
        indent=2,
    ).encode()


VISIT = (
    {"type": "text", "text": "# 查阅登记\n\n来人 **{{ visitor }}**"},
    {
        "type": "textfield",
        "key": "unit",
        "label": "来访单位",
        "description": "全称",
        "validate": {"required": True, "minLength": 2, "maxLength": 40},
    },
    {
        "type": "textfield",
        "key": "mail",
        "label": "邮箱",
        "validate": {"validationType": "email"},
        "appearance": {"prefixAdorner": "@", "suffixAdorner": ""},
    },
    {
        "type": "number",
        "key": "count",
        "label": "卷数",
        "defaultValue": 1,
        "increment": "1",
        "validate": {"required": True, "min": 1, "max": 20},
        "serializeToString": False,
    },
    {"type": "datetime", "key": "day", "subtype": "date", "dateLabel": "查阅日期", "validate": {"required": True}},
    {
        "type": "datetime",
        "key": "hour",
        "subtype": "time",
        "timeLabel": "时间",
        "timeInterval": 15,
        "use24h": True,
        "timeSerializingFormat": "utc_normalized",
    },
    {"type": "checkbox", "key": "copy", "label": "需要复印", "defaultValue": False},
    {
        "type": "group",
        "label": "复印",
        "showOutline": True,
        "path": "",
        "conditional": {"hide": "=copy != true"},
        "components": [
            {
                "type": "number",
                "key": "pages",
                "label": "页数",
                "validate": {"required": True, "min": 1},
                "layout": {"row": "Row_1", "columns": 8},
            },
            {
                "type": "select",
                "key": "paper",
                "label": "纸张",
                "searchable": True,
                "values": [{"label": "A4", "value": "a4"}, {"label": "A3", "value": "a3"}],
                "layout": {"row": "Row_1", "columns": 8},
            },
        ],
    },
    {
        "type": "radio",
        "key": "purpose",
        "label": "目的",
        "validate": {"required": True},
        "values": [{"label": "政审", "value": "vetting"}, {"label": "其他", "value": "other"}],
    },
    {
        "type": "textarea",
        "key": "why",
        "label": "说明",
        "conditional": {"hide": '=purpose != "other"'},
        "validate": {"required": True},
    },
    {"type": "checklist", "key": "parts", "label": "范围", "valuesKey": "chapters"},
    {"type": "taglist", "key": "tags", "label": "标签", "valuesExpression": '=["急", "密"]'},
    {"type": "separator"},
    {
        "type": "dynamiclist",
        "path": "readers",
        "label": "查阅人",
        "showOutline": True,
        "isRepeating": True,
        "allowAddRemove": True,
        "defaultRepetitions": 1,
        "disableCollapse": True,
        "nonCollapsedItems": 5,
        "verticalAlignment": "start",
        "components": [
            {"type": "textfield", "key": "name", "label": "姓名", "validate": {"required": True}},
            {"type": "textfield", "key": "id_no", "label": "身份证号", "properties": {"kind": "id-number"}},
            {"type": "textfield", "key": "note", "label": "备注", "conditional": {"hide": '=purpose = "vetting"'}},
        ],
    },
    {"type": "expression", "key": "fee", "expression": "=if copy = true then pages * 50 else 0", "computeOn": "change"},
    {
        "type": "table",
        "label": "在办",
        "rowCount": 10,
        "dataSource": "=open_visits",
        "columns": [{"label": "单位", "key": "unit"}, {"label": "日期", "key": "day"}],
    },
    {"type": "spacer", "height": 60},
    {"type": "button", "label": "登记", "action": "submit", "properties": {"outcome": "enter"}},
    {"type": "button", "label": "重填", "action": "reset"},
)  # every field of the palette that we know, as the editor saves it


def visit() -> bytes:
    """Somebody comes to read a dossier."""
    return saved(*VISIT)


CHAPTERS = {
    "chapters": [{"label": "履历", "value": "1"}, {"label": "自传", "value": "2"}],
    "visitor": "王某 *<b>*",
    "open_visits": [{"unit": "一中", "day": "2026-07-01"}],
}
ANSWER = [
    ("unit", "云溪大学"),
    ("mail", "a@b.cn"),
    ("count", "2"),
    ("day", "2026-07-02"),
    ("hour", "9:30"),
    ("copy", "true"),
    ("pages", "3"),
    ("paper", "a4"),
    ("purpose", "vetting"),
    ("parts", "2"),
    ("tags", "急"),
    ("readers", "0"),
    ("readers.0.name", "单雄信"),
    ("readers.0.id_no", ID_NO),
    ("outcome", "enter"),
]
VALUES = {
    "unit": "云溪大学",
    "mail": "a@b.cn",
    "count": 2,
    "day": "2026-07-02",
    "hour": "09:30",
    "copy": True,
    "pages": 3,
    "paper": "a4",
    "purpose": "vetting",
    "parts": ["2"],
    "tags": ["急"],
    "fee": 150,
    "outcome": "enter",
    "readers": [{"name": "单雄信", "id_no": ID_NO}],
}


def answered(**changes: str | None):
    """The answer with some of it typed otherwise; None: not sent."""
    return [(name, changes.get(name, value)) for name, value in ANSWER if changes.get(name, value) is not None] + [
        (name, value) for name, value in changes.items() if value is not None and name not in dict(ANSWER)
    ]


def test_a_file_of_the_editor_asks_and_takes_everything_it_draws():
    assert load(compile_form(visit()), *ANSWER, around=context(variables=CHAPTERS)) == VALUES


def test_a_file_of_the_editor_passes_the_lint():
    assert [found for found in check_form(visit()) if found.level == "error"] == []


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"unit": "云"}, "unit"),
        ({"unit": "云" * 41}, "unit"),
        ({"unit": ""}, "unit"),
        ({"mail": "nobody"}, "mail"),
        ({"count": "0"}, "count"),
        ({"count": "21"}, "count"),
        ({"count": "1.5"}, "count"),
        ({"day": ""}, "day"),
        ({"hour": "25:00"}, "hour"),
        ({"pages": ""}, "pages"),
        ({"pages": "0"}, "pages"),
        ({"paper": "a5"}, "paper"),
        ({"purpose": "fun"}, "purpose"),
        ({"purpose": None}, "purpose"),
        ({"purpose": "other"}, "why"),
        ({"parts": "3"}, "parts"),
        ({"tags": "慢"}, "tags"),
        ({"readers.0.name": ""}, "readers.0.name"),
        ({"readers.0.id_no": "1"}, "readers.0.id_no"),
        ({"outcome": "delete"}, "outcome"),
    ],
)
def test_each_rule_of_the_file_is_kept_beside_its_field(changes, wrong):
    told = problems(compile_form(visit()), *answered(**changes), around=context(variables=CHAPTERS))
    assert list(told) == [wrong]


def test_what_depends_on_another_answer_comes_and_goes_with_it():
    made, around = compile_form(visit()), context(variables=CHAPTERS)
    without = load(made, *answered(copy="", pages="7"), around=around)
    assert (without["copy"], without["fee"], "pages" in without, "paper" in without) == (False, 0, False, False)
    other = load(made, *answered(purpose="other", why="家访", **{"readers.0.note": "老师"}), around=around)
    assert (other["why"], other["readers"][0]["note"]) == ("家访", "老师")
    assert "note" not in load(made, *answered(**{"readers.0.note": "forged"}), around=around)["readers"][0]


def test_the_words_of_the_file_are_drawn_and_values_in_them_stay_text():
    page = drawn(compile_form(visit()), around=context(variables=CHAPTERS))
    assert "王某 *<b>*" in page.text_content()
    assert page.xpath(".//b") == []
    assert [cell.text_content() for cell in page.xpath(".//td")][:2] == ["一中", "2026-07-01"]
    assert page.xpath(".//input[@name='count']/@value") == ["1"]
    assert len(page.xpath(".//button[@type='reset']")) == 1


def test_a_draft_of_the_whole_form_comes_back_as_it_was():
    made = compile_form(visit())
    draft = made.typed(sent(*ANSWER))
    assert made.load({**draft, "outcome": ["enter"]}, None, context(variables=CHAPTERS)) == VALUES


def test_the_same_file_with_other_blanks_and_order_of_keys_asks_the_same():
    raw = json.loads(visit())
    turned = json.dumps(dict(reversed(raw.items())), separators=(",", ":")).encode()
    assert load(compile_form(turned), *ANSWER, around=context(variables=CHAPTERS)) == VALUES


@pytest.mark.parametrize(
    ("component", "said"),
    [
        ({"type": "html", "content": "<script>"}, "HTML"),
        ({"type": "iframe", "url": "https://x"}, "Other pages"),
        ({"type": "image", "source": "https://x/y.png"}, "Pictures"),
        ({"type": "documentPreview", "dataSource": "=x"}, "Document previews"),
        ({"type": "group", "label": "G", "path": "address", "components": []}, "path"),
        ({"type": "dynamiclist", "path": "", "components": [{"type": "textfield", "key": "a"}]}, "key"),
    ],
)
def test_what_the_palette_offers_and_we_do_not_is_refused_in_words(component, said):
    with pytest.raises(Invalid) as refused:
        compile_form(saved({"type": "textfield", "key": "a", "label": "A"}, component))
    assert said in " ".join(str(each) for all_said in refused.value.problems.values() for each in all_said)
