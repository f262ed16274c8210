"""Several people are chosen in an order, by name, pinyin or group; the answer is a list of logins."""

import pytest

from tests.forms.samples import content, context, drawn, form, load, own, problems, refusal
from tests.workflow.world import begin, open_tasks
from tests.workflow.world import drawn as diagram
from workflow import definitions, fsck, instances, tasks
from workflow.identity import User
from workflow.lint import lint


@pytest.fixture
def around(session, anna):
    return context(session, anna)


def picked(*logins):
    return [("x", ""), *(("x", login) for login in logins)]


def page(made, around, values=None):
    """(chosen, offered): logins in the order they stand on the page."""
    found = drawn(made, values, around=around)
    return tuple(found.xpath(f".//*[@class='people-{part}']//input/@value") for part in ("chosen", "offered"))


def words(made, around, login):
    return drawn(made, around=around).xpath(f".//li[.//input[@value='{login}']]/@data-words")[0].split()


def test_the_answer_is_a_list_of_logins_in_the_order_chosen(around):
    assert load(form(own("users", "x")), *picked("dora", "anna", "dora"), around=around) == {"x": ["dora", "anna"]}
    assert load(form(own("users", "x")), *picked(), around=around) == {"x": []}


def test_only_the_active_are_offered_and_taken(session, around):
    session.get(User, "bob").active = False
    session.flush()
    assert "bob" not in page(form(own("users", "x")), around)[1]
    assert "not one of the choices" in problems(form(own("users", "x")), *picked("anna", "bob"), around=around)["x"][0]
    assert problems(form(own("users", "x")), *picked("zed"), around=around)


def test_who_may_be_chosen_is_bounded_by_group_expression_and_oneself(session, around):
    assert sorted(page(form(own("users", "x", group="registry, director")), around)[1]) == ["anna", "bob", "dora"]
    assert sorted(page(form(own("users", "x", group="registry", other="true")), around)[1]) == ["bob"]
    among = form(own("users", "x", among="=staff", other="true"))
    knowing = context(session, around.user, variables={"staff": ["anna", "carl", "eve"]})
    assert sorted(page(among, knowing)[1]) == ["carl", "eve"]
    assert load(among, *picked("carl"), around=knowing) == {"x": ["carl"]}
    assert problems(among, *picked("bob"), around=knowing)
    assert page(among, around) == ([], [])  # the list is not there yet


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        (["anna"], "too few: at least 2"),
        (["anna", "bob", "carl", "dora"], "too many: at most 3"),
        (["eve", "bob"], None),
    ],
)
def test_how_many_are_chosen_may_be_bounded(around, chosen, said):
    told = problems(form(own("users", "x", atLeast=2, atMost="3")), *picked(*chosen), around=around)
    assert (said is None and told == {}) or said in told["x"][0]


def test_nobody_is_fine_unless_somebody_is_needed(around):
    assert problems(form(own("users", "x", atLeast=2)), *picked(), around=around) == {}
    assert problems(form(own("users", "x", required=True)), *picked(), around=around) == {"x": ["Please fill this in."]}


@pytest.mark.parametrize(
    ("properties", "said"),
    [
        ({"atLeast": 3, "atMost": 2}, "“atLeast” is more than “atMost”"),
        ({"atMost": 0}, "“properties.atMost” must be at least 1"),
        ({"atLeast": "many"}, "must be a whole number"),
        ({"among": "=("}, "x"),
    ],
)
def test_a_field_that_cannot_be_used_says_why(properties, said):
    ((_place, told),) = refusal(own("users", "x", **properties)).items()
    assert said in told[0] or properties.get("among")


def test_a_person_is_found_by_name_login_pinyin_initials_and_group(around):
    found = words(form(own("users", "x")), around, "anna")
    assert {"安娜", "anna", "an", "档案室", "das", "danganshi", "registry"} <= set(found)


def test_what_was_chosen_comes_first_in_its_order_also_from_a_draft(around):
    made = form(own("users", "x", group="registry,director"))
    draft = made.typed({"x": ["", "dora", "anna", "nobody"]})
    chosen, offered = page(made, around, draft)
    assert (chosen, offered) == (["dora", "anna"], ["bob"])
    known = context(around.session, around.user, variables={"x": ["bob"]})
    assert page(made, known)[0] == ["bob"]


@pytest.mark.parametrize(("language", "read"), [("zh", "鲍勃、安娜、gone"), ("en", "鲍勃, 安娜, gone")])
def test_those_chosen_are_read_by_name_also_who_has_left(session, anna, language, read):
    session.get(User, "bob").active = False
    session.flush()
    known = context(session, anna, language=language, variables={"x": ["bob", "anna", "gone"]})
    assert drawn(form(own("users", "x", readonly="true")), around=known).xpath(".//output/text()") == [read]


def test_every_box_has_a_label_and_the_list_a_name(around):
    found = drawn(form(own("users", "x")), around=around)
    assert len(found.xpath(".//li/label[normalize-space()]/input")) == 5
    assert found.xpath(".//ul/@aria-label | .//ol/@aria-label") and found.xpath(".//fieldset/legend")
    assert found.xpath(".//input[@type='search']/@name") == []  # what is looked for is not sent


PICK = content(own("users", "reviewers", required=True, group="registry,director"))
SIGNED = """
    start s
    user pick assignee=anna formKey=pick
    user sign each=${reviewers} item=who assignee=${who} sequential
    user file assignee=${reviewers}
    end e
    s -> pick -> sign -> file -> e
"""


def test_people_picked_in_a_step_sign_in_that_order_and_are_offered_what_comes_next(session, clock, people):
    xml = diagram(SIGNED, sign={"signing": "inTurn", "signingResult": "told"})
    files = {"pick.form": PICK}
    assert [str(each.message) for each in lint(xml, definitions.known(session, files)) if each.level == "error"] == []
    instance = begin(session, definitions.deploy(session, xml, files, "eve"))
    given = load(form(own("users", "reviewers")), ("reviewers", "dora"), ("reviewers", "bob"), around=context(session))
    tasks.complete(session, open_tasks(session, instance)["pick"], people.anna, given)
    for who in (people.dora, people.bob):
        assert open_tasks(session, instance)["sign"].assignee == who.name
        tasks.complete(session, open_tasks(session, instance)["sign"], who, {}, "agree")

    assert instances.variables(session, instance)["told"]["result"] == "agreed"
    file = open_tasks(session, instance)["file"]
    assert (file.assignee, tasks.candidates(session, file)) == (None, ["user:bob", "user:dora"])
    assert fsck.run(session) == []
