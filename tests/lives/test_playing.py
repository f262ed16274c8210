"""What the players of `make lives` see of a page is what a browser would send; nonsense is put into one field only."""

import random

import pytest

from tests.lives import filling
from tests.lives.drawn import controls, untouched
from tests.lives.filling import Mood

PAGE = """<html><form action="/scan"><input name="code"></form><form id="task-form">
<input type="hidden" name="handing" value=""><input type="radio" name="handing" value="out" checked data-refresh>
<input type="radio" name="handing" value="missing" data-refresh><input name="pages" value="3" aria-required="true">
<select name="receiver.by"><option value=""></option><option value="anna">A</option></select>
<input type="file" name="photo"><textarea name="note">so</textarea></form></html>"""


def test_of_a_page_only_its_form_is_read():
    found = controls(PAGE)
    assert sorted(found) == ["handing", "note", "pages", "photo", "receiver.by"]
    assert (found["handing"].kind, found["handing"].options) == ("radio", ["out", "missing"])
    assert found["handing"].redraws and not found["pages"].redraws
    assert found["pages"].required
    assert found["receiver.by"].options == ["anna"]


def test_untouched_it_sends_what_stands_there():
    assert untouched(controls(PAGE))["pages"] == ["3"]
    assert "photo" not in untouched(controls(PAGE))


@pytest.mark.parametrize(("refusals", "mood"), [(0, Mood.PLAYFUL), (3, Mood.TIRED), (5, Mood.LOST), (6, Mood.TIRED)])
def test_who_is_refused_again_and_again_plays_no_more(refusals, mood):
    assert Mood.after(refusals) is mood


def test_one_field_is_spoilt_and_the_token_never():
    sent = {"csrf_token": "t", "pages": "3", "note": "so"}
    for seed in range(40):
        wrong, said = filling.spoilt(sent, random.Random(seed))
        assert wrong["csrf_token"] == "t" and said
        assert sum(wrong.get(name) != value for name, value in sent.items()) <= 1


def test_the_forms_of_the_house_are_known_by_their_fields():
    assert filling.schema("loose-list")["papers.name"]["key"] == "name"
