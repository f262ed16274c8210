"""People, groups, and signatures by re-entered password."""

import pytest

from tests.forms.samples import context, drawn, form, load, own, problems, text
from tests.people import PASSWORD
from workflow.identity import User
from workflow.passwords import Hasher


@pytest.fixture
def around(session, anna, clock):
    """anna fills in; every wrong password is counted, as the web does it."""
    counted = []

    def right(name, password):
        if Hasher().matches(session.get(User, name).password_hash, password):
            return True
        counted.append(name)
        return False

    made = context(session, anna, check_password=right)
    object.__setattr__(made, "counted", counted)
    return made


def test_a_person_is_chosen_among_the_active(session, around):
    session.get(User, "bob").active = False
    session.flush()
    made = form(own("user", "x"))
    assert load(made, x="carl", around=around) == {"x": "carl"}
    assert "not one of the choices" in problems(made, x="bob", around=around)["x"][0]
    assert "not one of the choices" in problems(made, x="zed", around=around)["x"][0]


def test_a_person_may_have_to_be_of_a_group_and_another(around):
    made = form(own("user", "x", group="registry, director", other="true"))
    assert sorted(drawn(made, around=around).xpath(".//option/@value")) == ["", "bob", "dora"]
    assert problems(made, x="anna", around=around)
    assert problems(made, x="carl", around=around)


def test_a_chosen_person_is_read_by_name(around):
    made = form(own("user", "x", readonly="true"))
    page = drawn(made, around=context(around.session, around.user, variables={"x": "bob"}))
    assert page.xpath(".//output/text()") == ["鲍勃"]


def test_a_group_is_chosen_by_key_and_read_in_the_readers_language(around):
    made = form(own("group", "x", group="registry,admin"))
    assert load(made, x="registry", around=around) == {"x": "registry"}
    assert problems(made, x="director", around=around)
    english = drawn(made, around=context(around.session, around.user, language="en"))
    assert sorted(english.xpath(".//option/text()")) == ["Administration", "Registry"]


def test_signing_oneself_keeps_who_and_when_and_never_the_password(around):
    made = form(own("signature", "s", required=True))
    assert load(made, ("s.password", PASSWORD), around=around) == {
        "s": {"by": "anna", "at": "2026-07-01T01:00:00+00:00"}
    }
    assert around.counted == []


def test_one_cannot_sign_as_another_where_oneself_is_asked(around):
    made = form(own("signature", "s"))
    assert load(made, ("s.by", "bob"), ("s.password", PASSWORD), around=around)["s"]["by"] == "anna"


def test_a_wrong_password_is_refused_and_counted(around):
    made = form(own("signature", "s", required=True))
    assert problems(made, ("s.password", "wrong"), around=around) == {"s": ["The password is not right."]}
    assert around.counted == ["anna"]


def test_a_password_is_tried_only_when_all_else_is_right(around):
    made = form(text("x", validate={"required": True}), own("signature", "s", required=True))
    assert list(problems(made, ("s.password", "wrong"), x="", around=around)) == ["x"]
    assert around.counted == []


def test_another_person_signs_with_their_own_password(around):
    made = form(own("signature", "s", required=True, of="other", group="registry"))
    assert load(made, ("s.by", "bob"), ("s.password", PASSWORD), around=around)["s"]["by"] == "bob"


@pytest.mark.parametrize("signer", ["anna", "carl", "zed", "bob' --"])
def test_oneself_and_strangers_cannot_sign_as_the_other(around, signer):
    made = form(own("signature", "s", of="other", group="registry"))
    told = problems(made, ("s.by", signer), ("s.password", PASSWORD), around=around)
    assert "may not sign here" in told["s"][0]
    assert around.counted == []


def test_a_signature_needs_a_person_and_a_password(around):
    made = form(own("signature", "s", required=True, of="other"))
    assert problems(made, ("s.by", ""), ("s.password", ""), around=around) == {"s": ["Please fill this in."]}
    assert "type the password" in problems(made, ("s.by", "bob"), ("s.password", ""), around=around)["s"][0]
    assert "choose who signs" in problems(made, ("s.by", ""), ("s.password", "x"), around=around)["s"][0]


@pytest.mark.parametrize("password", ["x" * 10_000, "a\x00b", "\ud800"])
def test_a_hostile_password_never_reaches_the_hash(around, password):
    assert problems(form(own("signature", "s")), ("s.password", password), around=around) == {
        "s": ["The password is not right."]
    }
    assert around.counted == []


def test_a_password_is_taken_as_typed_blanks_and_all(session, around):
    tried = []
    exact = context(session, around.user, check_password=lambda name, password: tried.append(password) or True)
    load(form(own("signature", "s")), ("s.password", " a b "), around=exact)
    assert tried == [" a b "]


def test_without_a_check_nothing_can_be_signed(session, anna):
    told = problems(form(own("signature", "s")), ("s.password", PASSWORD), around=context(session, anna))
    assert "Nothing can be signed here" in told["s"][0]


def test_a_signature_left_empty_is_null_unless_required(around):
    assert load(form(own("signature", "s")), ("s.password", ""), around=around) == {"s": None}


def test_a_password_is_never_drawn_again(around):
    made = form(own("signature", "s", of="other"))
    page = drawn(made, {"s.by": "bob", "s.password": "secret"}, around=around)
    assert page.xpath(".//option[@selected]/@value") == ["bob"]
    assert page.xpath(".//input[@type='password']/@value") == []
    assert "secret" not in page.text_content()


def test_a_signature_is_read_by_name_and_time(around):
    made = form(own("signature", "s"))
    page = drawn(
        made,
        around=context(
            around.session,
            around.user,
            read_only=True,
            variables={"s": {"by": "bob", "at": "2026-07-01T01:00:00+00:00"}},
        ),
    )
    assert page.xpath(".//output/text()") == ["鲍勃 2026-07-01 09:00"]
