"""Lists of rows: added, removed, checked row by row, kept when something is wrong."""

from tests.forms.samples import context, drawn, form, load, number, own, problems, required, rows, select, sent, text

PEOPLE = rows("people", required(text("name")), number("age"), {"type": "checkbox", "key": "party"})


def test_rows_become_a_list_of_objects():
    assert load(
        form(PEOPLE),
        ("people", ""),
        ("people", "0"),
        ("people", "1"),
        ("people.0.name", "A"),
        ("people.0.age", "3"),
        ("people.0.party", ""),
        ("people.1.name", "B"),
        ("people.1.age", ""),
    ) == {"people": [{"name": "A", "age": 3, "party": False}, {"name": "B", "age": None}]}


def test_a_problem_names_the_row_and_the_field():
    assert problems(
        form(PEOPLE),
        ("people", "0"),
        ("people", "4"),
        ("people.0.name", "A"),
        ("people.0.age", "x"),
        ("people.4.age", "4"),
    ) == {"people.0.age": ["This is not a number."], "people.4.name": ["Please fill this in."]}


def test_a_problem_of_a_row_stands_beside_its_input():
    made = form(PEOPLE)
    raw = sent(("people", ""), ("people", "0"), ("people", "4"), ("people.0.name", "A"), ("people.4.age", "x"))
    try:
        made.load(raw, None, context())
    except Exception as refused:
        page = drawn(made, made.typed(raw), refused.problems)
    assert page.xpath("string(.//*[@id='f-people-4-age-problems'])").strip() == "This is not a number."
    assert page.xpath(".//input[@name='people.0.name']/@value") == ["A"]
    assert page.xpath(".//legend/text()")[1:] == ["Row 1", "Row 2"]


def test_blank_rows_are_dropped():
    assert load(
        form(PEOPLE),
        ("people", "0"),
        ("people", "1"),
        ("people.0.name", " "),
        ("people.0.party", ""),
        ("people.1.name", "B"),
    ) == {"people": [{"name": "B"}]}


def test_a_required_list_needs_a_row():
    made = form({**PEOPLE, "validate": {"required": True}})
    assert problems(made, people="") == {"people": ["Please fill this in."]}
    assert problems(made, ("people", "0"), ("people.0.name", "")) == {"people": ["Please fill this in."]}


def test_an_emptied_list_is_an_empty_list():
    assert load(form(PEOPLE), people="", around=context(variables={"people": [{"name": "A"}]})) == {"people": []}


def test_a_list_not_on_the_screen_stays_as_it_was():
    assert load(form(PEOPLE, text("x")), x="1") == {"x": "1"}


def test_a_list_has_at_most_its_number_of_rows():
    made = form({**PEOPLE, "properties": {"maxRows": 2, "minRows": 1}})
    raw = [pair for n in range(3) for pair in (("people", str(n)), (f"people.{n}.name", "A"))]
    assert problems(made, *raw) == {"people": ["These are too many rows: at most 2."]}


def test_a_list_has_at_least_its_number_of_rows():
    made = form({**PEOPLE, "properties": {"minRows": "2"}})
    assert list(problems(made, ("people", ""), ("people", "0"), ("people.0.name", ""))) == ["people"]
    assert "at least 2" in problems(made, ("people", "0"), ("people.0.name", "A"))["people"][0]


def test_row_numbers_that_are_none_are_ignored():
    raw = [("people", n) for n in ("-1", "x", "9" * 30, "٣", "0", "0")]
    assert load(form(PEOPLE), *raw, ("people.0.name", "A"), ("people.x.name", "B")) == {"people": [{"name": "A"}]}


def test_a_list_begins_with_its_default_number_of_rows():
    page = drawn(form({**PEOPLE, "defaultRepetitions": 2}))
    assert page.xpath(".//input[@name='people']/@value") == ["", "0", "1"]


def test_a_list_begins_with_the_rows_of_its_variable():
    page = drawn(form(PEOPLE), around=context(variables={"people": [{"name": "A"}, {"name": "B"}, "odd"]}))
    assert page.xpath(".//input[contains(@name, 'name')]/@value") == ["A", "B", ""]


def test_a_variable_that_is_no_list_is_no_rows():
    assert drawn(form(PEOPLE), around=context(variables={"people": "A"})).xpath(".//input[@name='people']/@value") == [
        "",
        "0",
    ]


def test_the_buttons_add_and_remove_rows_without_javascript():
    made = form(PEOPLE)
    raw = sent(("people", ""), ("people", "0"), ("people", "1"), ("people.0.name", "A"), ("people.1.name", "B"))
    add, *_removes = reversed(drawn(made, made.typed(raw)).xpath(".//button[@name='_rows']/@value"))
    raw.add("_rows", add)
    assert made.rearranges(raw)
    assert drawn(made, made.typed(raw)).xpath(".//input[@name='people']/@value") == ["", "0", "1", "2"]
    raw.setlist("_rows", ["remove:people:0"])
    page = drawn(made, made.typed(raw))
    assert page.xpath(".//input[@name='people']/@value") == ["", "1"]
    assert page.xpath(".//input[contains(@name, '.name')]/@value") == ["B"]


def test_a_forged_row_button_changes_nothing():
    made = form(PEOPLE)
    for forged in ("add:people", "add::", "remove:x:1", "drop:people:0", ":::", "add:people:-1"):
        raw = sent(("people", "0"), ("people.0.name", "A"), ("_rows", forged))
        assert made.typed(raw) == {"people": ["", "0"], "people.0.name": ["A"]}


def test_sending_the_form_rearranges_nothing():
    assert not form(PEOPLE).rearranges(sent(("people", "0")))


def test_rows_of_a_fixed_list_cannot_be_added():
    page = drawn(form({**PEOPLE, "allowAddRemove": False}))
    assert page.xpath(".//button[@name='_rows']") == []


def test_a_row_keeps_what_is_only_shown_even_when_another_is_removed():
    made = form(rows("packs", text("no", readonly=True), required(select("state", "ok", "bad"))))
    around = context(variables={"packs": [{"no": "A"}, {"no": "B"}]})
    assert load(made, ("packs", "1"), ("packs.1.state", "ok"), ("packs.1.no", "forged"), around=around) == {
        "packs": [{"no": "B", "state": "ok"}]
    }


def test_a_list_may_stand_in_a_row():
    made = form(rows("boxes", text("label"), rows("packs", required(text("no")))))
    raw = [
        ("boxes", "0"),
        ("boxes.0.label", "L"),
        ("boxes.0.packs", "0"),
        ("boxes.0.packs", "1"),
        ("boxes.0.packs.0.no", "A"),
        ("boxes.0.packs.1.no", "B"),
    ]
    assert load(made, *raw) == {"boxes": [{"label": "L", "packs": [{"no": "A"}, {"no": "B"}]}]}
    assert made.typed(sent(*raw))["boxes.0.packs.1.no"] == ["B"]
    assert drawn(made, made.typed(sent(*raw))).xpath(".//input[@name='boxes.0.packs.1.no']/@value") == ["B"]


def test_checks_against_the_world_name_the_row_too():
    made = form(rows("r", select("s", "a"), own("barcode", "code", mustEqual="=label")))
    told = problems(
        made,
        ("r", "0"),
        ("r", "3"),
        ("r.0.s", "a"),
        ("r.3.s", "z"),
        ("r.3.code", "X"),
        around=context(variables={"label": "Y"}),
    )
    assert set(told) == {"r.3.s", "r.3.code"}


def test_the_rows_can_be_counted():
    made = form(PEOPLE, {"type": "expression", "key": "n", "expression": "=count(people)"})
    assert load(made, ("people", "0"), ("people.0.name", "A"))["n"] == 1


def test_a_second_typing_works_within_a_row():
    made = form(rows("r", own("barcode", "a"), own("same-as", "b", sameAs="a")))
    assert load(made, ("r", "0"), ("r.0.a", "1"), ("r.0.b", "1")) == {"r": [{"a": "1"}]}
    assert list(problems(made, ("r", "0"), ("r.0.a", "1"), ("r.0.b", "2"))) == ["r.0.b"]
