"""A form as HTML: every input labelled, problems beside fields, nothing inline, working without JavaScript."""

import re

import pytest

from tests.forms.samples import context, drawn, form, load, number, own, required, rows, select, sent, text
from workflow.errors import sentence

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}'
ASKING = {
    "textfield": text("x"),
    "textarea": {"type": "textarea", "key": "x"},
    "number": number("x"),
    "money": own("money", "x"),
    "date": {"type": "datetime", "key": "x", "subtype": "date"},
    "time": {"type": "datetime", "key": "x", "subtype": "time"},
    "moment": {"type": "datetime", "key": "x", "subtype": "datetime"},
    "partial-date": own("partial-date", "x"),
    "id-number": own("id-number", "x"),
    "credit-code": own("credit-code", "x"),
    "barcode": own("barcode", "x"),
    "dossier": own("dossier", "x"),
    "checkbox": {"type": "checkbox", "key": "x"},
    "select": select("x", "a", "b"),
    "radio": select("x", "a", "b", type="radio"),
    "checklist": select("x", "a", "b", type="checklist"),
    "taglist": select("x", "a", "b", type="taglist"),
    "filepicker": {"type": "filepicker", "key": "x"},
    "photo": {"type": "filepicker", "key": "x", "properties": {"kind": "photo"}},
    "signature": own("signature", "x"),
    "rows": rows("x", text("name"), number("n")),
    "table": {"type": "table", "dataSource": "=people", "columns": [{"key": "a", "label": "A"}]},
    "expression": {"type": "expression", "key": "x", "expression": "=1 + 1"},
    "words": {"type": "text", "text": "# Hello\n\n- **one**\n- two"},
    "group": {"type": "group", "label": "G", "components": [text("x"), select("y", "a", type="radio")]},
    "button": {"type": "button", "label": "Go", "properties": {"outcome": "go"}},
    "separator": {"type": "separator"},
    "spacer": {"type": "spacer"},
}


def inputs(page):
    return page.xpath(".//input[not(@type='hidden')]|.//select|.//textarea")


@pytest.mark.parametrize("kind", ASKING)
def test_every_input_has_a_label_of_its_own(kind):
    page = drawn(form({**ASKING[kind], "label": "Question"}))
    for each in inputs(page):
        labels = page.xpath(".//label[@for=$id]", id=each.get("id"))
        assert len(labels) == 1
        assert labels[0].text_content().strip()


@pytest.mark.parametrize("kind", ASKING)
@pytest.mark.parametrize("read_only", [False, True])
def test_nothing_is_inline_and_no_id_stands_twice(kind, read_only):
    page = drawn(
        form({**ASKING[kind], "label": HOSTILE, "description": HOSTILE}),
        around=context(
            read_only=read_only,
            draft_url="/tasks/7/draft",
            choices_url="/choices",
            variables={"x": HOSTILE, "people": [{"a": HOSTILE}]},
        ),
    )
    assert page.xpath(".//script|.//style|.//img|.//@style") == []
    assert [name for each in page.iter() for name in each.attrib if name.startswith("on")] == []
    ids = page.xpath(".//@id")
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("kind", ASKING)
def test_a_problem_stands_beside_its_field_and_is_announced(kind):
    component = ASKING[kind]
    if component.get("key") != "x" or kind == "expression":
        component = text("x")
    page = drawn(form({**component, "label": "Question"}), {}, {"x": [sentence("Wrong: {what}.", what="<b>")]})
    assert page.xpath("string(.//*[@id='f-x-problems'])").strip() == "Wrong: <b>."
    alert = page.xpath(".//*[@role='alert']")[0]
    assert "Question: Wrong: <b>." in alert.text_content()
    assert page.xpath(".//*[@id=$id]", id=alert.xpath(".//a/@href")[0][1:])


def test_a_problem_and_a_hint_describe_the_input():
    page = drawn(form(text("x", description="As on the card.")), {}, {"x": [sentence("Wrong.")]})
    (each,) = inputs(page)
    described = each.get("aria-describedby").split()
    assert [page.xpath("string(.//*[@id=$id])", id=id_).strip() for id_ in described] == ["As on the card.", "Wrong."]
    assert each.get("aria-invalid") == "true"


def test_a_problem_of_no_field_is_told_on_top():
    page = drawn(form(text("x")), {}, {"": [sentence("Too late.")], "gone": [sentence("Gone.")]})
    assert "Too late." in page.xpath("string(.//*[@role='alert'])")
    assert "Gone." in page.xpath("string(.//*[@role='alert'])")


def test_a_required_field_is_marked_for_eye_and_ear():
    page = drawn(form(required(text("x"))))
    assert inputs(page)[0].get("aria-required") == "true"
    assert "*" in page.xpath("string(.//label)")


def test_what_was_typed_is_kept_as_it_was():
    made = form(text("x"), number("n"), {"type": "checkbox", "key": "c", "defaultValue": True}, select("s", "a", "b"))
    page = drawn(made, {"x": [HOSTILE], "n": "twelve", "c": "", "s": "b"})
    assert page.xpath(".//input[@name='x']/@value") == [HOSTILE]
    assert page.xpath(".//input[@name='n']/@value") == ["twelve"]
    assert not page.xpath(".//input[@type='checkbox']/@checked")
    assert page.xpath(".//option[@selected]/@value") == ["b"]


def test_a_field_begins_with_its_variable_and_else_with_its_default():
    made = form(
        text("a", defaultValue="d"),
        text("b", defaultValue="d"),
        own("money", "m"),
        number("n", defaultValue=3),
        text("c", defaultValue='=b + "!"'),
    )
    page = drawn(made, around=context(variables={"a": "known", "m": 1234567}))
    assert page.xpath(".//input[@type='text']/@value") == ["known", "d", "12,345.67", "3", "d!"]


def test_a_second_typing_is_never_filled_in():
    made = form(own("id-number", "x"), own("same-as", "again", sameAs="x"))
    page = drawn(made, around=context(variables={"x": "1", "again": "1"}))
    assert page.xpath(".//input[@name='again']/@value") == [""]
    assert page.xpath(".//input[@name='again']/@data-no-paste") == [""]


def test_the_text_of_a_textarea_keeps_its_first_line_break():
    assert drawn(form({"type": "textarea", "key": "x"}), {"x": "\nb"}).xpath("string(.//textarea)").endswith("\nb")


def test_the_cursor_goes_to_the_first_field_or_the_first_problem():
    made = form({"type": "text", "text": "hi"}, text("a", readonly=True), text("b"), text("c"))
    assert drawn(made).xpath(".//*[@autofocus]/@name") == ["b"]
    assert drawn(made, {}, {"c": [sentence("Wrong.")]}).xpath(".//*[@autofocus]/@name") == ["c"]
    assert not drawn(made, focus=False).xpath(".//*[@autofocus]")


def test_labels_speak_the_readers_language():
    made = form(
        text(
            "x", label="姓名", properties={"label:en": "Name", "description:en": "As on the card"}, description="照卡片"
        )
    )
    assert "姓名" in drawn(made).xpath("string(.//label)")
    english = drawn(made, around=context(language="en"))
    assert "Name" in english.xpath("string(.//label)")
    assert "As on the card" in english.text_content()


def test_options_speak_the_readers_language():
    made = form({"type": "select", "key": "x", "values": [{"value": "1", "label": "男", "label:en": "male"}]})
    assert drawn(made).xpath("string(.//option[2])") == "男"
    assert drawn(made, around=context(language="en")).xpath("string(.//option[2])") == "male"


def test_a_field_without_english_is_called_as_in_chinese():
    assert "姓名" in drawn(form(text("x", label="姓名")), around=context(language="en")).xpath("string(.//label)")


def test_the_houses_own_words_are_translated():
    page = drawn(form(rows("x", text("a"))), around=context(translate=lambda said: f"«{said}»"))
    assert "«Add a row»" in page.text_content()
    assert "«Row 1»" in page.text_content()


def test_a_read_only_field_is_words_not_an_input():
    made = form(select("s", "a", "b", readonly=True), own("money", "m", readonly="true"), number("n"))
    page = drawn(made, around=context(variables={"s": "b", "m": 1234567}))
    assert page.xpath(".//output/text()") == ["B", "12,345.67"]
    assert [each.get("name") for each in inputs(page)] == ["n"]


def test_a_form_for_reading_has_no_input_and_no_button():
    made = form(text("x"), rows("r", text("a")), {"type": "checkbox", "key": "c"}, {"type": "button", "label": "Go"})
    page = drawn(
        made, around=context(read_only=True, draft_url="/d", variables={"x": "1", "r": [{"a": "2"}], "c": True})
    )
    assert page.xpath(".//input|.//button|.//select|.//textarea|.//@hx-put") == []
    assert page.xpath(".//output/text()") == ["1", "2", "Yes"]


def test_buttons_carry_their_outcome():
    page = drawn(form({"type": "button", "label": "同意", "properties": {"outcome": "approve", "label:en": "Approve"}}))
    (button,) = page.xpath(".//button[not(@aria-hidden)]")
    assert (button.get("name"), button.get("value"), button.get("type")) == ("outcome", "approve", "submit")


def test_buttons_that_follow_each_other_stand_in_one_line_the_first_one_first():
    buttons = [
        {"type": "button", "label": each, "properties": {"outcome": each}, "layout": {"row": each}} for each in "ab"
    ]
    page = drawn(form(text("x"), *buttons))
    (line,) = page.xpath(".//div[@class='form-buttons']")
    assert [each.get("class") for each in line] == ["button form-button primary", "button form-button"]


def test_a_form_that_says_how_its_buttons_look_is_believed():
    plain, loud = (
        {"type": "button", "label": each, "properties": {"outcome": each, **look}}
        for each, look in (("a", {}), ("b", {"look": "danger"}))
    )
    classes = [each.get("class") for each in drawn(form(plain, loud)).xpath(".//div[@class='form-buttons']/button")]
    assert classes == ["button form-button", "button form-button danger"]


def test_enter_presses_no_row_button():
    """The first submit button of a form is the one Enter presses."""
    assert drawn(form(rows("x", text("a")))).xpath("(.//button)[1]/@name") == []


def test_fields_of_one_layout_row_stand_side_by_side():
    page = drawn(form(text("a", layout={"row": "r", "columns": 8}), text("b", layout={"row": "r"}), text("c")))
    (line,) = page.xpath(".//div[@class='form-line']")
    assert line.xpath(".//input/@name") == ["a", "b"]
    assert "columns-8" in line.xpath("./div[1]/@class")[0]


def test_a_form_is_drawn_anew_only_where_there_is_a_place_for_its_draft():
    made = form(text("a"), text("b", conditional={"hide": '=a = "1"'}))
    assert not drawn(made).xpath(".//@hx-put|.//@data-refresh")
    page = drawn(made, around=context(draft_url="/tasks/7/draft"))
    assert page.get("hx-put") == "/tasks/7/draft?fields=1"
    assert page.xpath(".//*[@data-refresh]/@name") == ["a"]


def test_a_scanned_field_says_so_and_a_number_brings_up_digits():
    page = drawn(form(own("barcode", "b"), number("n"), own("money", "m")))
    assert page.xpath(".//input[@name='b']/@data-scan") == [""]
    assert page.xpath(".//input[@name='n']/@inputmode") == ["numeric"]
    assert page.xpath(".//input[@name='m']/@inputmode") == ["decimal"]


def test_suggestions_are_asked_for_while_typing():
    page = drawn(form(text("unit", properties={"suggest": "units"})), around=context(choices_url="/choices"))
    (each,) = page.xpath(".//input[@name='unit']")
    assert each.get("hx-get") == "/choices/units?field=unit"
    assert page.xpath(".//datalist/@id") == [each.get("list")]


def test_a_form_knows_which_suggestions_it_asks_for():
    made = form(rows("r", own("dossier", "d")))
    assert made.suggests("dossiers")
    assert not made.suggests("units")
    assert not form(text("x")).suggests("")


def test_words_show_values_but_never_their_markup():
    made = form({"type": "text", "text": "Opened by **{{ who }}** for {{ money }}"})
    page = drawn(made, around=context(variables={"who": "*<b>&amp;[x](javascript:1)*", "money": 3}))
    assert page.xpath("string(.//p/strong)") == "*<b>&amp;[x](javascript:1)*"
    assert page.xpath(".//em|.//b|.//a") == []
    assert page.text_content().strip().split("for ")[1][0] == "3"


def test_words_may_be_one_expression():
    assert "Good day, anna" in drawn(form({"type": "text", "text": '="Good day, " + user'})).text_content()


def test_the_little_markdown():
    words = "# A\n\n1. x\n2. y\n\n*e* `c` [l](https://a.cn/) [r](/cases/3) [bad](javascript:alert) [bad](//x.cn)"
    page = drawn(form({"type": "text", "text": words}))
    assert page.xpath("string(.//h3)") == "A"
    assert page.xpath(".//ol/li/text()") == ["x", "y"]
    assert page.xpath("string(.//em)") == "e"
    assert page.xpath(".//a/@href") == ["https://a.cn/", "/cases/3"]


def test_a_table_shows_a_list_of_the_process():
    made = form(
        {
            "type": "table",
            "label": "T",
            "dataSource": "=people",
            "columns": [{"key": "name", "label": "姓名", "label:en": "Name"}, {"key": "n", "label": "数"}],
        }
    )
    page = drawn(
        made,
        around=context(
            language="en", variables={"people": [{"name": "A", "n": 1}, {"name": ["B", "C"], "n": True}, 7]}
        ),
    )
    assert page.xpath(".//th/text()") == ["Name", "数"]
    assert [row.xpath("./td/text()") for row in page.xpath(".//tbody/tr")] == [["A", "1"], ["B、C", "Yes"]]


def test_a_table_of_nothing_says_so():
    made = form({"type": "table", "dataSource": "=nothing", "columns": [{"key": "a"}]})
    assert "Nothing here." in drawn(made).text_content()


def test_what_the_browser_would_send_of_an_untouched_form_loads_as_it_was():
    made = form(
        text("x"),
        own("money", "m"),
        select("s", "a", "b"),
        select("c", "a", "b", type="checklist"),
        {"type": "checkbox", "key": "t"},
        rows("r", text("a"), number("n")),
    )
    kept = {"x": "q", "m": 1234567, "s": "b", "c": ["a", "b"], "t": True, "r": [{"a": "1", "n": 2}, {"a": "3", "n": 4}]}
    around = context(variables=kept)
    assert load(made, *browser(drawn(made, around=around)), around=around) == kept


def browser(page):
    """Name and value of every input a browser would send."""
    for each in page.xpath(".//input[not(@type) or @type!='file']|.//select|.//textarea"):
        if each.tag == "select":
            yield from ((each.get("name"), value) for value in each.xpath("./option[@selected]/@value"))
        elif each.tag == "textarea":
            yield each.get("name"), re.sub(r"\A\n", "", each.text or "")
        elif each.get("type") not in ("checkbox", "radio") or each.get("checked") is not None:
            yield each.get("name"), each.get("value")


def test_a_draft_keeps_what_is_typed_and_nothing_else():
    made = form(text("x"), own("signature", "s", of="other"), {"type": "filepicker", "key": "f"}, rows("r", text("a")))
    raw = sent(
        ("r", ""),
        ("r", "0"),
        x="1",
        assignee="eve",
        csrf_token="t",
        f="photo.png",
        **{"s.by": "bob", "s.password": "secret", "r.0.a": "2", "r.7.a": "3", "r.0.b": "4"},
    )
    assert made.typed(raw) == {"x": ["1"], "s.by": ["bob"], "r": ["", "0"], "r.0.a": ["2"]}


def test_a_draft_can_be_kept_whatever_was_typed():
    kept = form(text("x")).typed(sent(x="a\x00\ud800" + "b" * 1000))
    assert kept["x"][0].startswith("a\ufffd\ufffdb")
    assert len(kept["x"][0]) == 500
