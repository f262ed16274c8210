"""Lists with filters, columns and an order of one's own, kept under a name."""

import re

import pytest
from sqlalchemy import select

from tests.web import desk
from workflow import definitions, variable_rows
from workflow.models import SavedView, UserTask

LIST = {
    "view": "groups",
    "variable": ["seen", ""],
    "operator": ["is", "is"],
    "value": ["红封", ""],
    "column": ["seen", "remark"],
}


def rows(page: str) -> list[str]:
    return re.findall(r'data-task="(\d+)"', page)


@pytest.fixture
def ids(office) -> list[int]:
    """Four open tasks; what is seen differs."""
    made = desk.put(office, 4)
    with office.database.transaction() as session:
        for number, task_id in enumerate(made):
            known = {"seen": "红封" if number % 2 else "白封", "remark": [f"备注{9 - number}"], "amount": number}
            variable_rows.write(session, session.get_one(UserTask, task_id).instance_id, known, 1)
    return made


def keep(browser, name: str = "红封的", **more):
    answer = browser.post("/inbox/views", data={**LIST, "name": name, **more})
    assert answer.status_code == 303, answer.text
    return answer.location


def test_the_list_is_filtered_by_a_variable_and_shows_columns_of_ones_own(office, ids, signed_in):
    anna = signed_in("anna")
    page = anna.get("/inbox?view=groups&variable=seen&operator=is&value=红封&column=seen&column=remark").text
    assert [int(each) for each in rows(page)] == [ids[1], ids[3]]
    assert page.count(">红封</td>") == 2 and "备注8" in page and ">所见</th>" in page
    page = anna.get("/inbox?view=groups&column=remark&sort=priority&then=var:remark").text
    assert [int(each) for each in rows(page)] == ids[::-1]
    assert 'value="var:remark" selected' in page


def test_a_view_is_kept_counted_and_shown_again(office, ids, signed_in):
    anna = signed_in("anna")
    where = keep(anna)

    page = anna.get(where).text
    assert len(rows(page)) == 2 and 'aria-current="page">红封的' in page.replace("★ ", "")
    assert anna.get("/inbox/views/1/count").text == "2"
    assert keep(anna, value=["白封", ""]) != where
    assert anna.get("/inbox").text.count("红封的") >= 1
    with office.database.reading() as session:
        assert session.scalars(select(SavedView.name)).all() == ["红封的"], "saved again under its name, it is changed"


def test_the_day_begins_with_a_view(office, ids, signed_in):
    anna = signed_in("anna")
    keep(anna, start="1")
    assert len(rows(anna.get("/inbox").text)) == 2
    assert len(rows(anna.get("/inbox?view=groups").text)) == 4

    anna.post("/inbox/views/1/start")
    assert len(rows(anna.get("/inbox").text)) == 4
    anna.post("/inbox/views/1/start")
    assert len(rows(anna.get("/inbox").text)) == 2
    anna.post("/inbox/views/1/deletion")
    assert len(rows(anna.get("/inbox").text)) == 4


def test_a_view_is_shared_with_a_group_and_deleted_by_its_owner_only(office, ids, signed_in):
    anna, bob, carl = signed_in("anna"), signed_in("bob"), signed_in("carl")
    assert anna.post("/inbox/views", data={**LIST, "name": "x", "share": "director"}).status_code == 403
    keep(anna, share="registry")
    assert "红封的" in bob.get("/inbox").text and bob.get("/inbox/views/1/count").text == "2"
    assert "红封的" not in carl.get("/inbox").text and carl.get("/inbox/views/1/count").status_code == 404
    assert bob.post("/inbox/views/1/deletion").status_code == 403
    bob.post("/inbox/views/1/start")
    anna.post("/inbox/views", data={**LIST, "name": "红封的"})
    assert len(rows(bob.get("/inbox").text)) == 4, "no longer shared, it is nobody else's start page"


def test_a_view_that_names_what_is_gone_says_so_and_the_rest_works(office, ids, signed_in):
    anna = signed_in("anna")
    gone = {"variable": ["seen", "gone"], "operator": ["is", "is"], "value": ["红封", "1"], "column": ["seen", "lost"]}
    where = keep(anna, **gone, process="ended", person="nobody", then="var:lost")

    page = anna.get(where).text
    assert len(rows(page)) == 2 and page.count("notice warn") == 4
    assert all(each in page for each in ("“gone”", "“lost”", "“ended”", "“nobody”"))
    assert anna.get("/inbox/views/1/count").text == "2"


def test_variables_no_form_asks_for_are_for_those_who_may_see_them(office, ids, signed_in):
    asked = "/inbox?view=all&variable=amount&operator=between&value=1..2&column=amount"
    assert "“amount”" in signed_in("anna").get(asked).text
    page = signed_in("dora").get(asked).text
    assert len(rows(page)) == 2 and "notice warn" not in page


def test_what_cannot_be_a_view_is_refused(office, ids, signed_in):
    anna = signed_in("anna")
    for name in ("", "x" * 61):
        assert anna.post("/inbox/views", data={**LIST, "name": name}).status_code in (303, 422)
    assert anna.post("/inbox/views", data={**LIST, "name": "  "}).status_code == 422
    assert anna.get("/inbox/views/77/count").status_code == 404


def test_any_words_in_the_address_are_answered(office, ids, signed_in):
    anna = signed_in("anna")
    for asked in (
        "variable=seen&operator=like&value=x",
        "variable=seen&operator=between",
        "variable=" + "x" * 500,
        "then=luck&state=asleep&person=%00",
        "saved=999&column=&column=seen&column=seen",
        "&".join(f"variable=seen&operator=is&value={n}" for n in range(30)),
    ):
        assert anna.get(f"/inbox?view=groups&{asked}").status_code == 200


def test_the_filter_offers_the_fields_of_forms_by_their_labels(office, ids, signed_in):
    page = signed_in("anna").get("/inbox").text
    assert '<option value="所见">所见</option>' in page
    with office.database.reading() as session:
        assert definitions.latest(session, "desk") is not None


def test_a_variable_is_named_by_its_label_in_either_language(office, signed_in):
    ids = desk.put(office, 2)
    with office.database.transaction() as session:
        variable_rows.write(session, session.get_one(UserTask, ids[0]).instance_id, {"seen": "红封"}, 1)
    anna = signed_in("anna")

    for said in ("所见", "What is seen", "seen"):
        page = anna.get(
            "/inbox", query_string={"view": "groups", "variable": said, "operator": "is", "value": "红封"}
        ).text
        assert f"task-{ids[0]}" in page
        assert f"task-{ids[1]}" not in page
        assert 'value="所见"' in page


def test_what_is_kept_names_the_variable_and_not_what_it_is_called(office, signed_in):
    desk.put(office, 1)
    signed_in("anna").post("/inbox/views", data={"name": "红封", "variable": "所见", "operator": "is", "value": "红封"})

    with office.database.reading() as session:
        assert session.query(SavedView).one().asked["variable"] == ["seen"]
